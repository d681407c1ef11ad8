"""The rows behind: every row of the records that a cell of a case series names, as it can be read there."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.cases.long_tables import KEY, ORIGINS
from caseseries.cases.screening import ROWS
from caseseries.cases.series import CaseSeries
from caseseries.cohort.cohort import Cohort
from caseseries.cohort.patient import Patient
from caseseries.records.origins import NO_ID, origins

Row = tuple[object, ...]
_TEXT = pl.lit(None, dtype=pl.String)
_PERSON = pl.col("person_id").cast(pl.String).alias("patient")
_FOUND = ["patient", "origin", "absolute", "finding", "value", "unit", "text"]


def rows_behind(cohort: Cohort, cases: CaseSeries) -> pl.DataFrame:
    """The rows that the cells, serials and spells of these cases name, with ROWS as columns.

    What a reviewer answered has a row an answer. A row of which nothing else was read, such as a note, has
    its table as the finding, and neither day nor value.
    """
    named, patients = _named(cases), set(cases.patients)
    is_known = ~pl.col("origin").str.ends_with(f":{NO_ID}")  # of rows without an id nobody can tell which
    people = [one for one in cohort.people if str(one.person) in patients]
    # A cohort holds everybody who is in or open: many times those of the cases.
    is_mine = pl.col("person_id").is_in([one.person for one in people])
    found = (
        pl.concat(
            [
                _exposures(cohort.exposures.filter(is_mine)),
                _evidence(cohort.evidence.filter(is_mine)),
                _visits(cohort.visits.filter(is_mine)),
                _days("death", cohort.deaths.filter(is_mine)),
                _days("last contact", cohort.contacts.filter(is_mine)),
            ]
        )
        .filter(is_known)
        .unique(["patient", "origin"], keep="first", maintain_order=True)
    )
    told = pl.DataFrame([row for one in people for row in _told(one)], ROWS, orient="row")
    recorded = (
        named.join(told, on=["patient", "origin"], how="anti")
        .join(found, on=["patient", "origin"], how="left")
        .join(_first_days(people), on="patient", how="left")
        .with_columns(
            day=pl.col("absolute") - pl.col("first_day") + 1,
            date=pl.col("absolute").cast(pl.Int32).cast(pl.Date),
            finding=pl.col("finding").fill_null(pl.col("origin").str.split(":").list.first()),
        )
    )
    cited = told.join(named, on=["patient", "origin"], how="semi")
    rows = pl.concat([recorded.select(pl.col(name).cast(kind) for name, kind in ROWS.items()), cited])
    order = pl.DataFrame({"patient": list(cases.patients)}, {"patient": pl.String}).with_row_index("place")
    by = ("place", "day", "finding", "origin")
    return rows.join(order, on="patient", how="left").sort(by, nulls_last=True).select(ROWS.names())


def _named(cases: CaseSeries) -> pl.DataFrame:
    """Every place that is named, once a patient."""
    cells = cases.origins.unpivot(index=list(KEY), value_name="origin").select("patient", "origin")
    long = [frame.select("patient", "origin") for frame in (cells, cases.serials, cases.spells)]
    every = pl.concat(long).drop_nulls().with_columns(pl.col("origin").str.split(ORIGINS)).explode("origin")
    return every.filter(pl.col("origin") != "").unique(maintain_order=True)


def _first_days(people: list[Patient]) -> pl.DataFrame:
    days = {"patient": [str(one.person) for one in people], "first_day": [one.first_day for one in people]}
    return pl.DataFrame(days, {"patient": pl.String, "first_day": pl.Int64})


# ---- Rows of the records ----


def _evidence(rows: pl.DataFrame) -> pl.DataFrame:
    """A row that tells several findings has them all."""
    number = pl.col("value").map_elements(lambda value: f"{value:.15g}", return_dtype=pl.String)
    return (
        rows.select(
            _PERSON,
            origins(pl.col("table")),
            pl.col("day").alias("absolute"),
            "finding",
            pl.concat_str(pl.col("operator").fill_null(""), number).alias("value"),
            "unit",
            "text",
        )
        .group_by("patient", "origin", maintain_order=True)
        .agg(
            pl.col("absolute").first(),
            pl.col("finding").unique(maintain_order=True).str.join(ORIGINS),
            *(pl.col(name).drop_nulls().first() for name in ("value", "unit", "text")),
        )
        .select(_FOUND)
    )


def _exposures(rows: pl.DataFrame) -> pl.DataFrame:
    said = [pl.col(name).fill_null("") for name in ("sig", "route", "source_value")]
    return rows.select(
        _PERSON,
        origins("drug_exposure"),
        pl.col("start").dt.date().cast(pl.Int32).cast(pl.Int64).alias("absolute"),
        pl.col("drug").alias("finding"),
        pl.col("quantity").map_elements(lambda value: f"{value:.15g}", return_dtype=pl.String).alias("value"),
        pl.col("dose_unit").alias("unit"),
        pl.concat_list(said).list.filter(pl.element() != "").list.join(", ").alias("text"),
    ).select(_FOUND)


def _visits(rows: pl.DataFrame) -> pl.DataFrame:
    last = pl.col("last_day").cast(pl.Int32).cast(pl.Date).cast(pl.String)
    end = (
        pl.when(pl.col("discharged_to") == "")
        .then(pl.lit(""))
        .otherwise(pl.concat_str(pl.lit(", discharged: "), "discharged_to"))
    )
    return rows.select(
        _PERSON,
        origins("visit_occurrence", "visit_id"),
        pl.col("first_day").alias("absolute"),
        pl.lit("visit").alias("finding"),
        _TEXT.alias("value"),
        _TEXT.alias("unit"),
        pl.concat_str(pl.lit("to "), last, end).alias("text"),
    ).select(_FOUND)


def _days(finding: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of which only the day was read: of a death, or of a sample that shows that somebody was seen."""
    return rows.select(
        _PERSON,
        "origin",
        pl.col("day").alias("absolute"),
        pl.lit(finding).alias("finding"),
        *(_TEXT.alias(empty) for empty in ("value", "unit", "text")),
    ).select(_FOUND)


# ---- What is told of a person, and by a person ----


def _told(patient: Patient) -> Iterator[Row]:
    """The row of the person, and a row for each answer, in the order of ROWS."""
    key = str(patient.person)
    ages = [age for age in (patient.youngest, patient.oldest) if age is not None]
    age = " or ".join(f"{one}" for one in dict.fromkeys(ages))
    said = [f"{age} years at admission" * bool(ages), patient.sex]
    yield key, f"person:{key}", None, None, "person", None, None, ", ".join(one for one in said if one)
    for question, settled in patient.answers.items():
        for one in settled.answers:
            text = ", ".join(part for part in (one.answer, one.certainty, one.reason, one.when) if part)
            yield key, f"review:{one.who}", None, None, question, None, None, text
