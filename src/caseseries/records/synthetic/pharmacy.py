"""The pharmacy's records: the orders and administrations that courses leave."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import polars as pl

from caseseries.records.synthetic.arrays import Ints, Yes, dice, runs
from caseseries.records.synthetic.people import People, Stays
from caseseries.records.synthetic.prescribing import Course
from caseseries.records.synthetic.rates import rate
from caseseries.records.synthetic.tables import date_of, ids, moment_of, table, words
from caseseries.records.synthetic.visits import Visits, visit_at, visit_id

DRUGS = {
    "anakinra": 1114375,
    "dexamethasone": 1518254,
    "methylprednisolone": 1506270,
    "prednisone": 1551099,
    "hydrocortisone": 975125,
    "etoposide": 1350504,
    "tocilizumab": 40171288,
    "ruxolitinib": 40244464,
    "intravenous immunoglobulin": 551749,
    "cyclophosphamide": 1310317,
}
SYRINGE = 2000000101
"""Anakinra as the pharmacy dispenses it: a descendant of the ingredient."""
ROUTES = {"subq": 4142048, "IV": 4171047, "PO": 4132161}
ADMINISTERED, ORDERED = 32818, 32838
FIRST_ID = -(2**40)
EVERY = {6: "q6h", 8: "q8", 12: "bid", 24: "daily", 48: "q48h", 96: "q96h"}


def sig(course: Course) -> str:
    """The order as it is typed."""
    return f"{course.dose} mg {course.route} {EVERY[course.hours]}"


def exposures(
    courses: list[Course], people: People, stays: Stays, visits: Visits, seed: int
) -> tuple[pl.LazyFrame, pl.DataFrame, pl.DataFrame]:
    """drug_exposure, the courses as truth, and the dirt among the rows.

    A course leaves one order, and unless only that was kept, a row for every dose. Anakinra at home
    leaves a prescription for every four weeks.
    """
    random = dice(seed, "exposures")
    told = pl.DataFrame([asdict(course) for course in courses], infer_schema_length=None)
    told = told.with_columns(sig=pl.Series([sig(course) for course in courses]))
    doses = told["doses"].to_numpy().astype(np.int64)
    given = np.where(told["is_administered"].to_numpy(), doses, 0)
    course, number = runs(1 + given)
    hours = told["hours"].to_numpy()[course]
    first = told["first"].to_numpy()[course]
    stay = told["stay"].to_numpy().astype(np.int64)[course]
    is_order = number == 0
    minute = first * 1440 + 480 + np.where(is_order, 0, (number - 1) * hours * 60)
    # The last doses of a day may fall behind the discharge: they were not given.
    until = np.where(is_order, (first * 24 + (doses[course] - 1) * hours + 8) // 24, minute // 1440)
    is_home = told["is_home"].to_numpy()[course]
    kept = is_home | (minute // 1440 <= stays.end[stay])
    no_end = random.random(len(course)) < rate("dirt", "no end date")
    twice = (random.random(len(course)) < rate("dirt", "two orders")) & ~is_home
    place = np.flatnonzero(kept)
    place = np.sort(np.concatenate([place, np.flatnonzero(kept & twice)]), kind="stable")
    is_copy = np.append(False, np.diff(place) == 0)

    course, number, stay = course[place], number[place], stay[place]
    minute, until, is_order, no_end = minute[place], until[place], is_order[place], no_end[place]
    home = is_home[place]
    row_id = FIRST_ID + np.arange(len(place), dtype=np.int64)
    until = np.where(home, until, np.minimum(until, stays.end[stay]))
    drug = told["drug"][course]
    is_syringe = (drug == "anakinra").to_numpy() & (course % 2 == 1)
    concept = drug.replace_strict(DRUGS, return_dtype=pl.Int64).to_numpy()
    concept = np.where(is_syringe, SYRINGE, concept)
    person = people.id[stays.person[stay]]
    visit = visit_at(visits, stays, stay, minute // 1440)
    in_stay = ~home
    frame = {
        "drug_exposure_id": row_id,
        "person_id": person,
        "drug_concept_id": concept,
        "drug_exposure_start_date": date_of(minute // 1440),
        "drug_exposure_start_datetime": moment_of(minute),
        "drug_exposure_end_date": date_of(np.where(no_end, -(2**31), until)),
        "drug_type_concept_id": np.where(is_order, ORDERED, ADMINISTERED),
        "quantity": np.where(is_order, told["doses"].to_numpy()[course], 1).astype(np.float64)
        * np.where(is_order, 1, told["dose"].to_numpy()[course]),
        "days_supply": pl.Series(np.where(home, 28, 0)).replace(0, None),
        "sig": told["sig"][course],
        "route_concept_id": told["route"][course].replace_strict(ROUTES, return_dtype=pl.Int64),
        "visit_occurrence_id": pl.Series(np.where(in_stay, visit_id(visit), -1)).replace(-1, None),
        "drug_source_value": drug.str.to_uppercase(),
        "route_source_value": told["route"][course],
        "dose_unit_source_value": words(("mg", "syringe"), np.where(is_order & is_syringe, 1, 0)),
    }
    dirt = pl.concat(
        [
            pl.DataFrame({"row_id": row_id[mask], "person_id": person[mask]}).with_columns(kind=pl.lit(kind))
            for kind, mask in (("no end date", no_end), ("two orders", is_copy))
        ]
    ).select(pl.lit("drug_exposure").alias("table"), "row_id", "person_id", "kind")
    truth = _truth(told, people, stays, course, minute, is_order, row_id)
    return table("drug_exposure", frame), truth, dirt


def _truth(
    told: pl.DataFrame,
    people: People,
    stays: Stays,
    course: Ints,
    minute: Ints,
    is_order: Yes,
    row_id: Ints,
) -> pl.DataFrame:
    """The courses, with the last day on which a dose was really given and the rows that hold them."""
    rows = pl.DataFrame({"course": course, "minute": minute, "is_order": is_order, "row_id": row_id})
    order = rows.filter("is_order").group_by("course").agg(order_row=pl.col("row_id").min())
    given = (
        rows.filter(~pl.col("is_order"))
        .group_by("course")
        .agg(
            doses_recorded=pl.col("minute").n_unique(),
            last_recorded=(pl.col("minute").max() // 1440).cast(pl.Int32).cast(pl.Date),
        )
    )
    whole = told.with_row_index("course").with_columns(pl.col("course").cast(pl.Int64))
    whole = whole.join(order, on="course", how="left").join(given, on="course", how="left").sort("course")
    stay = told["stay"].to_numpy().astype(np.int64)
    return whole.select(
        ids(told["person"], people.id).alias("person_id"),
        pl.Series("stay", stays.number[stay]),
        "drug",
        pl.col("dose").alias("dose_mg"),
        pl.col("hours").alias("interval_hours"),
        "route",
        "sig",
        date_of(told["first"]).alias("first_day"),
        "last_recorded",
        pl.col("doses_recorded").fill_null(0),
        "reason",
        "is_home",
        "is_restart",
        "is_administered",
        "order_row",
    )
