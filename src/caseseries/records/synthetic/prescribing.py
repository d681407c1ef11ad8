"""What is prescribed, how and why: the courses of every stay, before any record is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from caseseries.records.synthetic.arrays import Ints, dice
from caseseries.records.synthetic.people import Stays
from caseseries.records.synthetic.rates import rate, stories, story

ANAKINRA = (
    (100, 24, "subq"),
    (100, 12, "subq"),
    (100, 8, "subq"),
    (100, 6, "subq"),
    (200, 8, "subq"),
    (200, 24, "subq"),
    (100, 48, "subq"),  # as with a failing kidney: the gap is the interval
    (200, 8, "IV"),
)
"""Milligrams, hours and route, as the founding series and later ones gave it."""
STARTS = (1, 0, 3, -1, 2)
"""Days from the day on which the criteria stand to the first dose; -1 is on suspicion."""
RESCUE = (
    ("etoposide", 150, 96, "IV", 2),
    ("tocilizumab", 400, 24, "IV", 1),
    ("intravenous immunoglobulin", 40000, 24, "IV", 2),
    ("ruxolitinib", 10, 12, "PO", 10),
)
STEROIDS = (("dexamethasone", 20), ("dexamethasone", 40), ("methylprednisolone", 1000))
"""Corticosteroids for HLH, milligrams once a day into a vein."""
OTHERS = (("prednisone", 40), ("hydrocortisone", 100))
"""Corticosteroids for something else, milligrams once a day by mouth."""
LOOK_ALIKES = {
    "gout": (("anakinra", 100, "subq", 3, "gout"),),
    "covid": (("anakinra", 100, "subq", 7, "covid-19"), ("dexamethasone", 6, "PO", 7, "covid-19")),
    "chemotherapy": (("cyclophosphamide", 1000, "IV", 1, "malignancy"),),
}
"""What is given once a day from admission in the stays that are told from HLH by the reason."""


@dataclass(frozen=True, slots=True)
class Course:
    """One drug from its first to its last dose. `first` is a day since 1970-01-01."""

    stay: int
    person: int
    drug: str
    dose: int
    hours: int
    route: str
    first: int
    doses: int
    reason: str
    is_home: bool = False
    is_restart: bool = False
    is_administered: bool = True


def prescribe(stays: Stays, met_day: Ints, seed: int) -> list[Course]:
    """The courses of every stay. `met_day`: days from admission to the fifth criterion."""
    random = dice(seed, "courses")
    names = [one.name for one in stories()]
    with_hlh = {story("hlh"), story("primary hlh"), story("young hlh")}
    courses: list[Course] = []
    hlh = 0
    for stay in np.flatnonzero(stays.story > 0).tolist():
        start, end = int(stays.start[stay]), int(stays.end[stay])
        mine: dict[str, Any] = {"stay": stay, "person": int(stays.person[stay])}
        recorded = bool(random.random() >= rate("treatment", "orders_only"))
        if int(stays.story[stay]) in with_hlh:
            hlh += 1
            met = start + int(met_day[stay])
            courses += _of_hlh(mine, hlh, met, start, end, recorded, random)
        else:
            courses += _of_look_alike(mine, names[stays.story[stay]], start, end)
    return courses + list(_background(stays, random))


def _of_hlh(
    mine: dict[str, Any],
    number: int,
    met: int,
    start: int,
    end: int,
    recorded: bool,
    random: np.random.Generator,
) -> Iterator[Course]:
    """Corticosteroids, anakinra and rescue for the stay that is the `number`th with HLH."""
    if random.random() < rate("treatment", "steroids"):
        drug, dose = STEROIDS[int(random.integers(len(STEROIDS)))]
        on = max(start, met + int(random.integers(-2, 3)))
        days = min(end - on + 1, int(random.integers(4, 15)))
        yield Course(**mine, drug=drug, dose=dose, hours=24, route="IV", first=on, doses=days, reason="hlh")
    # Every third, in turn, and the first of all: so many are given anakinra in a hospital of any size.
    share = rate("treatment", "anakinra")
    if number == 1 or int(number * share) > int((number - 1) * share):
        yield from _anakinra(mine, number, met, start, end, recorded, random)
    if random.random() < rate("treatment", "rescue"):
        drug, dose, hours, route, doses = RESCUE[int(random.integers(len(RESCUE)))]
        on = min(end, met + int(random.integers(0, 6)))
        fit = max(1, min(doses, (end - on) * 24 // hours + 1))
        yield Course(
            **mine, drug=drug, dose=dose, hours=hours, route=route, first=on, doses=fit, reason="hlh"
        )


def _of_look_alike(mine: dict[str, Any], name: str, start: int, end: int) -> Iterator[Course]:
    for drug, dose, route, days, reason in LOOK_ALIKES.get(name, ()):
        fit = min(days, end - start + 1)
        yield Course(
            **mine, drug=drug, dose=dose, hours=24, route=route, first=start, doses=fit, reason=reason
        )
    if name == "at home":
        for fill in range(-196, 84, 28):  # a prescription every four weeks, seven before and three after
            yield Course(
                **mine,
                drug="anakinra",
                dose=100,
                hours=24,
                route="subq",
                first=start + fill,
                doses=28,
                reason="rheumatoid arthritis",
                is_home=True,
                is_administered=False,
            )


def _background(stays: Stays, random: np.random.Generator) -> Iterator[Course]:
    """Corticosteroids of ordinary inpatients, for something else."""
    chosen = (stays.story == 0) & (random.random(stays.size) < rate("treatment", "background"))
    for stay in np.flatnonzero(chosen).tolist():
        start, end = int(stays.start[stay]), int(stays.end[stay])
        drug, dose = OTHERS[stay % len(OTHERS)]
        fit = min(5, end - start + 1)
        yield Course(stay, int(stays.person[stay]), drug, dose, 24, "PO", start, fit, "something else")


def _anakinra(
    mine: dict[str, Any],
    number: int,
    met: int,
    start: int,
    end: int,
    recorded: bool,
    random: np.random.Generator,
) -> list[Course]:
    """Anakinra for HLH, and for some again after a pause."""
    turn = int(number * rate("treatment", "anakinra"))
    dose, hours, route = ANAKINRA[turn % len(ANAKINRA)]
    on = min(max(start, met + STARTS[turn % len(STARTS)]), end)
    days = max(1, min(end - on + 1, int(random.integers(5, 21))))
    given = Course(
        **mine,
        drug="anakinra",
        dose=dose,
        hours=hours,
        route=route,
        first=on,
        reason="hlh",
        doses=max(1, days * 24 // hours),
        is_administered=recorded,
    )
    again = on + days + 5
    if hours < 48 and again < end and random.random() < 2 * rate("treatment", "restart"):
        more = Course(
            **mine,
            drug="anakinra",
            dose=dose,
            hours=hours,
            route=route,
            first=again,
            reason="hlh",
            doses=max(1, min(5, end - again + 1) * 24 // hours),
            is_restart=True,
            is_administered=recorded,
        )
        return [given, more]
    return [given]
