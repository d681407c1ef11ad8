"""Treatment: the drug rows of the cohort, each in the stay that it belongs to, and the courses they make."""

from __future__ import annotations

from datetime import time

import polars as pl

from caseseries.evidence.course import Course, courses
from caseseries.evidence.days import date_of, number_of
from caseseries.evidence.drugs import formulary
from caseseries.evidence.exposure import Exposure
from caseseries.evidence.pace import Pace, Tell
from caseseries.records.codebook import Codebook
from caseseries.records.drug_rows import ADMINISTRATIONS
from caseseries.records.omop import Records
from caseseries.records.origins import origin_of


def courses_of(
    records: Records, codebook: Codebook, exposures: pl.DataFrame, visits: pl.DataFrame, tell: Tell
) -> dict[int, tuple[Course, ...]]:
    """The courses of each patient in the table `gathered`, the first first. Rests on the table `stays`.

    A row belongs to the stay in which it begins. One that begins in none is filled at home, unless it names
    an inpatient visit; so is one that names no visit at all. Midnight in every row is no time of day.
    """
    is_inpatient = pl.col("concept_id").is_in(list(codebook.inpatient_concepts))
    inpatient = set(visits.filter(is_inpatient)["visit_id"])
    stays = _stays(records)
    is_timed = bool((exposures.filter("has_time")["start"].dt.time() != time()).any())
    rows: dict[int, list[Exposure]] = {}
    for row in _narrowest(exposures).iter_rows(named=True):
        day = number_of(row["start"].date())
        ends = [last for first, last in stays.get(row["person_id"], ()) if first <= day <= last]
        rows.setdefault(row["person_id"], []).append(
            Exposure(
                patient=str(row["person_id"]),
                drug=row["drug"],
                start=row["start"] if is_timed and row["has_time"] else row["start"].date(),
                stop=row["stop"],
                is_administration=row["type_concept_id"] in ADMINISTRATIONS,
                quantity=row["quantity"],
                dose_unit=row["dose_unit"] or "",
                strength=row["strength"],
                sig=row["sig"] or "",
                route=row["route"] or "",
                days_supply=row["days_supply"],
                discharge=date_of(ends[0]) if ends else None,
                is_home=row["visit_id"] is None or not (ends or row["visit_id"] in inpatient),
                origin=origin_of("drug_exposure", row["row_id"]),
            )
        )
    pace = Pace(tell, "putting the courses of treatment together", len(rows), "patient")
    return {person: courses(some) for person, some in pace.over(rows.items())}


def _stays(records: Records) -> dict[int, list[tuple[int, int]]]:
    """The first and the last day of every stay of each patient."""
    query = """
SELECT s.person_id, s.first_day, s.last_day FROM stays s JOIN gathered g ON g.person_id = s.person_id
ORDER BY s.person_id, s.first_day"""
    spans: dict[int, list[tuple[int, int]]] = {}
    for person, first, last in records.run(query, "stays of the cohort").iter_rows():
        spans.setdefault(person, []).append((first, last))
    return spans


def _narrowest(exposures: pl.DataFrame) -> pl.DataFrame:
    """Each row under its drug; under something wider ("chemotherapy") only where no drug is known."""
    is_drug = pl.col("drug").is_in([one for one in exposures["drug"].unique() if formulary().drug(one)])
    drugs, wider = exposures.filter(is_drug), exposures.filter(~is_drug)
    # By all that the row says: its id alone is not one row's where the records number them badly.
    row = [name for name in exposures.columns if name != "drug"]
    rest = wider.join(drugs, on=row, how="anti", nulls_equal=True)
    return pl.concat([drugs, rest]).sort("person_id", "drug", "start", "row_id")
