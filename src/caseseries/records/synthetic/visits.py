"""Stays as a hospital books them: a visit for each house, contacts after discharge, and the units within."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from caseseries.records.synthetic.arrays import Ints, dice, one_of, runs
from caseseries.records.synthetic.people import NEVER, People, Stays
from caseseries.records.synthetic.rates import rate
from caseseries.records.synthetic.tables import date_of, ids, moment_of, table, words

FIRST_ID = 2**53 + 1
"""No float can hold the odd ones."""
INPATIENT, EMERGENCY, OUTPATIENT = 9201, 262, 9202
SOURCES = ("INPATIENT", "ED TO INPATIENT", "CLINIC", "LAB ONLY")
ENDS = ("HOME", "DIED", "OTHER HOSPITAL", "HOSPICE")
DIED = 4216643
HOSPICE_DAYS = 21
"""Who dies so soon after leaving went to a hospice: near to death, and not lost to follow-up."""
INVERTED = "visit ends before it starts"


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits: those of stay s stand at `first[s]` and, after a move, at the next place."""

    booked: pl.DataFrame
    first: Ints
    dirt: pl.DataFrame


def book(people: People, stays: Stays, seed: int) -> Visits:
    """Every visit; `stay` is -1 for what is no stay."""
    random = dice(seed, "visits")
    stay, part = runs(1 + stays.moves)
    moved = stays.moves[stay] > 0
    split = stays.start[stay] + stays.first_move[stay]
    start = np.where(part == 1, split + stays.move_gap[stay], stays.start[stay])
    end = np.where(moved & (part == 0), split, stays.end[stay])
    is_last = end == people.death[stays.person[stay]]
    soon = people.death[stays.person[stay]] - end
    goes = np.where((soon > 0) & (soon <= HOSPICE_DAYS), 3, np.where(is_last, 1, 0))
    goes = np.where(moved & (part == 0), 2, goes)
    emergency = random.random(len(stay)) < 0.4
    inside = pl.DataFrame(
        {
            "person": stays.person[stay],
            "stay": stay,
            "concept": np.where(emergency, EMERGENCY, INPATIENT),
            "source": np.where(emergency, 1, 0),
            "start": start,
            "end": end,
            "goes": goes,
            "site": 1 + (stay + part) % 3,
        }
    )
    outside = _contacts(people, stays, random)
    inverted = outside.height and max(1, round(rate("dirt", INVERTED) * outside.height))
    wrong = np.sort(random.choice(outside.height, inverted, replace=False))
    is_wrong = np.isin(np.arange(outside.height), wrong)
    outside = outside.with_columns(end=pl.col("start") - 3 * pl.Series(is_wrong.astype(np.int64)))
    booked = pl.concat([inside, outside], how="vertical_relaxed")
    row_ids = inside.height + wrong + FIRST_ID
    dirt = pl.DataFrame({"row_id": row_ids, "person_id": people.id[outside["person"].to_numpy()[wrong]]})
    dirt = dirt.select(
        pl.lit("visit_occurrence").alias("table"), "row_id", "person_id", kind=pl.lit(INVERTED)
    )
    first = np.cumsum(1 + stays.moves) - (1 + stays.moves)
    return Visits(booked, first, dirt)


def visit_at(visits: Visits, stays: Stays, stay: Ints, day: Ints) -> Ints:
    """The place of the visit in which a stay's day lies."""
    after = (stays.moves[stay] > 0) & (
        day >= stays.start[stay] + stays.first_move[stay] + stays.move_gap[stay]
    )
    # On the day of a move within one day, the rows belong to the house that the patient comes to.
    return visits.first[stay] + after


def visit_id(place: Ints) -> Ints:
    """The id of the visit at this place."""
    return place + FIRST_ID


def visit_tables(visits: Visits, people: People, stays: Stays, seed: int) -> dict[str, pl.LazyFrame]:
    """visit_occurrence, and visit_detail with the ward and, for some, intensive care."""
    booked = visits.booked
    place = np.arange(booked.height, dtype=np.int64)
    person = ids(booked["person"], people.id)
    occurrence = {
        "visit_occurrence_id": visit_id(place),
        "person_id": person,
        "visit_concept_id": booked["concept"],
        "visit_start_date": date_of(booked["start"]),
        "visit_start_datetime": moment_of(booked["start"] * 1440),
        "visit_end_date": date_of(booked["end"]),
        "visit_end_datetime": moment_of(booked["end"] * 1440 + 1439),
        "visit_type_concept_id": 32817,
        "care_site_id": booked["site"],
        "visit_source_value": words(SOURCES, booked["source"]),
        "discharged_to_concept_id": pl.Series(np.where(booked["goes"].to_numpy() == 1, DIED, 0)),
        "discharged_to_source_value": words(ENDS, booked["goes"]),
    }
    random = dice(seed, "units")
    inside = booked.filter(pl.col("stay") >= 0)
    days = (inside["end"] - inside["start"]).to_numpy()
    intensive = (random.random(inside.height) < 0.15) & (days >= 3)
    row, part = runs(1 + intensive.astype(np.int64))
    start, end = inside["start"].to_numpy()[row], inside["end"].to_numpy()[row]
    detail = {
        "visit_detail_id": -(np.arange(len(row)) + 1),
        "person_id": person.gather(row),
        "visit_detail_concept_id": np.where(part == 1, 32037, 8717),
        "visit_detail_start_date": date_of(np.where(part == 1, start + 1, start)),
        "visit_detail_end_date": date_of(np.where(part == 1, start + 2, end)),
        "visit_detail_type_concept_id": 32817,
        "visit_detail_source_value": words(("WARD", "ICU"), part),
        "visit_occurrence_id": visit_id(row),
    }
    return {
        "visit_occurrence": table("visit_occurrence", occurrence),
        "visit_detail": table("visit_detail", detail),
    }


def _contacts(people: People, stays: Stays, random: np.random.Generator) -> pl.DataFrame:
    """Contacts after the last discharge, the last of them on the day of the last contact."""
    last = np.flatnonzero(np.append(np.diff(stays.person), 1))
    room = people.last_contact - stays.end[last]
    count = np.where(room > 0, 1 + random.poisson(rate("people", "outpatient"), people.size), 0)
    person, number = runs(count.astype(np.int64))
    share = np.where(number == 0, 1.0, random.random(len(person)))
    on = stays.end[last][person] + np.maximum(1, np.ceil(share * room[person])).astype(np.int64)
    return pl.DataFrame(
        {
            "person": person,
            "stay": np.full(len(person), -1),
            "concept": np.full(len(person), OUTPATIENT),
            "source": 2 + one_of(random, [0.7, 0.3], len(person)),
            "start": on,
            "end": on,
            "goes": np.full(len(person), -1),
            "site": 1 + person % 3,
        }
    )


def last_days(people: People, stays: Stays) -> Ints:
    """The last day of each person on which anything can be known of them."""
    last = np.flatnonzero(np.append(np.diff(stays.person), 1))
    known = np.maximum(people.last_contact, stays.end[last])
    return np.maximum(known, np.where(people.death > NEVER, people.death, known))
