"""Who comes, why, when, and how it ends: people, their stays, and their deaths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from caseseries.records.synthetic.arrays import Ints, Yes, dice, runs
from caseseries.records.synthetic.rates import rate, stories, story

FEWEST = 50
"""Patients below which the stories would not all fit."""
NEVER = -(2**31)
"""The day of what does not happen."""
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Times an odd number, no two are the same 64 bits: ids of both signs that no float can hold."""


def day(year: int, month: int, on: int) -> int:
    """Days since 1970-01-01."""
    return date(year, month, on).toordinal() - date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class People:
    """One element a person, in the order of their ids. Days are days since 1970-01-01."""

    id: Ints
    story: Ints
    is_female: Yes
    birth: Ints
    has_birthday: Yes
    death: Ints
    """NEVER for who lives."""
    is_in_hospital: Yes
    """Who dies does so in the last stay."""
    last_contact: Ints
    """The last day on which the hospital saw them alive, or that of the death there."""

    @property
    def size(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class Stays:
    """One element a stay, transfers merged, in the order of people and days."""

    person: Ints
    story: Ints
    number: Ints
    """1 is a person's first."""
    start: Ints
    end: Ints
    anchor: Ints
    """Days from the admission to the first criterion, where one is planted."""
    moves: Ints
    """How often the patient is moved to another hospital."""
    first_move: Ints
    """Days from the admission to the last day before the move."""
    move_gap: Ints
    """Days from the end in the one hospital to the start in the next: 0 or 1."""

    @property
    def size(self) -> int:
        return len(self.person)

    @property
    def days(self) -> Ints:
        """Calendar days of each stay, the day of admission and of discharge included."""
        return self.end - self.start + 1


def admit(patients: int, seed: int) -> tuple[People, Stays]:
    """The people and their stays."""
    random = dice(seed, "people")
    told = _told(patients, random)
    ids = np.sort((np.arange(1, patients + 1, dtype=np.uint64) * _ODD).view(np.int64))
    stays = _stays(told, random)
    last = np.flatnonzero(np.append(np.diff(stays.person), 1))
    end = stays.end[last]
    dies = random.random(patients) < np.array([one.dies for one in stories()])[told]
    inside = dies & (random.random(patients) < rate("people", "in_hospital"))
    later = end + 1 + random.exponential(90, patients).astype(np.int64)
    death = np.where(inside, end, np.where(dies, later, NEVER))
    contacts = random.exponential(200, patients).astype(np.int64)
    last_contact = np.where(
        inside, end, end + np.where(dies, np.minimum(contacts, later - end - 1), contacts)
    )
    people = People(
        id=ids,
        story=told,
        is_female=random.random(patients) < rate("people", "female"),
        birth=_births(told, stays, random),
        has_birthday=random.random(patients) < rate("people", "birth_day"),
        death=death,
        is_in_hospital=inside,
        last_contact=last_contact,
    )
    return people, stays


# ---- Why they come ----


def _told(patients: int, random: np.random.Generator) -> Ints:
    """A story for everybody: each at its share and at least once, whoever that is."""
    counts = [max(1, round(one.share * patients)) for one in stories()[1:]]
    told = np.zeros(patients, dtype=np.int64)
    told[: sum(counts)] = np.repeat(np.arange(1, len(counts) + 1), counts)
    return random.permutation(told)


def _births(told: Ints, stays: Stays, random: np.random.Generator) -> Ints:
    first = np.flatnonzero(stays.number == 1)
    ages = random.triangular(19, 68, 98, len(told))
    ages = np.where(
        np.isin(told, [story("hlh"), story("primary hlh")]), random.uniform(19.5, 79, len(told)), ages
    )
    # Younger than nineteen on every day of the stay, by the day or by the year of birth.
    ages = np.where(told == story("young hlh"), random.uniform(8, 17, len(told)), ages)
    return stays.start[first] - (ages * 365.25).astype(np.int64)


# ---- When they come ----


def _stays(told: Ints, random: np.random.Generator) -> Stays:
    patients = len(told)
    is_hlh = told == story("hlh")
    further = random.geometric(1 - rate("people", "more_stays"), patients) - 1
    earlier = is_hlh & (random.random(patients) < rate("people", "earlier_stay"))
    again = is_hlh & (random.random(patients) < rate("people", "second_episode"))
    if is_hlh.sum() > 1:  # one of each even in a small hospital
        earlier[np.flatnonzero(is_hlh)[0]] = True
        again[np.flatnonzero(is_hlh)[1]] = True
    special = is_hlh | (told == story("scattered"))
    count = np.where(is_hlh, 1 + earlier + again, np.where(special, 1, 1 + np.minimum(further, 3)))
    person, place = runs(count.astype(np.int64))
    is_main = (place == earlier[person]) | (again[person] & (place == earlier[person] + 1))
    why = np.where(is_main, told[person], 0)
    size = len(person)

    medians = np.array([one.days for one in stories()])[why]
    length = np.clip(random.lognormal(np.log(medians), 0.5), 1, 60).astype(np.int64)
    anchor = random.integers(1, 11, size)
    has_hlh = np.isin(why, [story("hlh"), story("primary hlh"), story("young hlh")])
    length = np.where(has_hlh, np.maximum(length, anchor + 9), length)
    length = np.where(why == story("scattered"), np.maximum(length, 27), length)
    length = np.where(why == story("short of one"), np.maximum(length, 6), length)
    # Wider than any window in which criteria may stand together.
    gap = 30 + random.exponential(120, size).astype(np.int64)
    start = _first_days(told, random)[person] + _before(length + gap, count.astype(np.int64), person)

    moved = np.where(has_hlh, rate("people", "transfer_hlh"), rate("people", "transfer"))
    moves = ((random.random(size) < moved) & (length > 5)).astype(np.int64)
    if has_hlh.any():
        moves[np.flatnonzero(has_hlh)[0]] = 1
    first_move = np.where(has_hlh, anchor + 1, 1 + (random.random(size) * (length - 3)).astype(np.int64))
    return Stays(
        person=person,
        story=why,
        number=place + 1,
        start=start,
        end=start + length,
        anchor=anchor,
        moves=moves,
        first_move=first_move,
        move_gap=random.integers(0, 2, size),
    )


def _first_days(told: Ints, random: np.random.Generator) -> Ints:
    first = random.integers(day(2009, 1, 1), day(2021, 1, 1), len(told))
    pandemic = random.integers(day(2020, 3, 1), day(2021, 11, 1), len(told))
    return np.where(told == story("covid"), pandemic, first)


def _before(lengths: Ints, counts: Ints, person: Ints) -> Ints:
    """The days that a person's earlier stays and the gaps after them take."""
    so_far = np.cumsum(lengths) - lengths
    starts = np.cumsum(counts) - counts
    earlier: Ints = so_far - so_far[starts][person]
    return earlier
