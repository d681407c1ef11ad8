"""Outcomes, as the records tell them: deaths, discharges and the last day on which somebody was seen."""

from __future__ import annotations

import polars as pl

from caseseries.evidence.values import plain_text
from caseseries.records.codebook import Codebook
from caseseries.records.omop import Records
from caseseries.records.readings import day

DEATHS = pl.Schema({"person_id": pl.Int64, "day": pl.Int64, "origin": pl.String, "why_not": pl.String})
AFTER_DEATH = pl.Schema({"person_id": pl.Int64, "what": pl.String, "rows": pl.Int64, "latest": pl.Int64})
_LATER = (
    ("sample", "measurement", "measurement_date"),
    ("drug", "drug_exposure", "drug_exposure_start_date"),
    ("visit", "visit_occurrence", "visit_end_date"),
)
CONTACTS = pl.Schema(
    {"person_id": pl.Int64, "day": pl.Int64, "is_laboratory": pl.Boolean, "origin": pl.String}
)
VISITS = pl.Schema(
    {
        "person_id": pl.Int64,
        "visit_id": pl.Int64,
        "first_day": pl.Int64,
        "last_day": pl.Int64,
        "concept_id": pl.Int64,
        "discharged_to": pl.String,  # died, hospice, or ""
    }
)


def visits(records: Records, codebook: Codebook) -> pl.DataFrame:
    """Every visit of the patients in the table `gathered`, with what its discharge says: died, or hospice."""
    query = f"""
SELECT v.person_id, v.visit_occurrence_id AS visit_id, {day("v.visit_start_date")} AS first_day,
  {day("COALESCE(v.visit_end_date, v.visit_start_date)")} AS last_day, v.visit_concept_id AS concept_id,
  COALESCE(v.discharged_to_concept_id, 0) AS to_concept, COALESCE(v.discharged_to_source_value, '') AS to_word
FROM visit_occurrence v JOIN gathered g ON g.person_id = v.person_id
WHERE v.visit_start_date IS NOT NULL
  AND (v.visit_end_date IS NULL OR v.visit_end_date >= v.visit_start_date)"""
    found = records.run(query, "visits of the cohort")
    died, hospice = ({one.concept for one in codes} for codes in (codebook.died, codebook.hospice))
    ends = [
        "died"
        if concept in died or plain_text(word).casefold() in codebook.died_words
        else "hospice"
        if concept in hospice or plain_text(word).casefold() in codebook.hospice_words
        else ""
        for concept, word in found.select("to_concept", "to_word").iter_rows()
    ]
    found = found.with_columns(pl.Series("discharged_to", ends, dtype=pl.String))
    visits = found.select(pl.col(name).cast(kind) for name, kind in VISITS.items())
    return visits.sort("person_id", "first_day", "visit_id")


def deaths(records: Records, booked: pl.DataFrame, admitted: pl.DataFrame) -> pl.DataFrame:
    """Every record that somebody died: a row of the death table, a discharge; the earliest first.

    With DEATHS as columns. `admitted` has person_id and first_day, the first of the stay that is studied.
    `why_not` says of a death that cannot be whether it lies before the birth or before that stay; else "".
    """
    query = f"""
SELECT d.person_id, {day("d.death_date")} AS day
FROM death d JOIN gathered g ON g.person_id = d.person_id WHERE d.death_date IS NOT NULL"""
    told = records.run(query, "deaths of the cohort")
    rows = pl.concat_str(pl.lit("death:"), pl.col("person_id").cast(pl.String))
    by_table = told.with_columns(rows.alias("origin"))
    row = pl.concat_str(pl.lit("visit_occurrence:"), pl.col("visit_id").cast(pl.String))
    by_visit = booked.filter(pl.col("discharged_to") == "died").select(
        "person_id", pl.col("last_day").alias("day"), row.alias("origin")
    )
    where = ["person_id", "day", "origin"]
    both = pl.concat(
        one.select(pl.col(name).cast(DEATHS[name]) for name in where) for one in (by_table, by_visit)
    )
    known = both.join(_births(records), on="person_id", how="left")
    known = known.join(admitted.select("person_id", "first_day"), on="person_id", how="left")
    why_not = (
        pl.when(_as_number(pl.from_epoch("day", "d")) < pl.col("born"))
        .then(pl.lit("before the birth"))
        .when(pl.col("day") < pl.col("first_day"))
        .then(pl.lit("before the stay"))
        .otherwise(pl.lit(""))
    )
    whole = known.with_columns(why_not.alias("why_not"))
    return whole.select(pl.col(name).cast(kind) for name, kind in DEATHS.items()).sort(where)


def _births(records: Records) -> pl.DataFrame:
    """The first day on which each patient can have been born, as a number such as 19700230: maybe no day."""
    query = """
SELECT p.person_id,
  p.year_of_birth * 10000 + COALESCE(p.month_of_birth * 100 + COALESCE(p.day_of_birth, 1), 101) AS born
FROM person p JOIN gathered g ON g.person_id = p.person_id WHERE p.year_of_birth IS NOT NULL"""
    births = records.run(query, "births of the cohort")
    # Where a patient stands there twice, the earlier birth is the one that rules out less.
    return births.group_by("person_id").agg(pl.col("born").cast(pl.Int64).min())


def _as_number(date: pl.Expr) -> pl.Expr:
    month = date.dt.month().cast(pl.Int64) * 100
    return date.dt.year().cast(pl.Int64) * 10_000 + month + date.dt.day().cast(pl.Int64)


def after_death(records: Records, died: pl.DataFrame) -> pl.DataFrame:
    """Of each patient in `died` (person_id, day) the rows dated after that day, and the latest of their days.

    With AFTER_DEATH as columns. Counted are samples, what was given, and visits that end later.
    """
    records.put("died", died.select("person_id", "day"))
    parts = "\nUNION ALL\n".join(
        f"""
SELECT d.person_id, '{what}' AS what, {day(f"r.{column}")} AS day
FROM {table} r JOIN died d ON d.person_id = r.person_id WHERE {day(f"r.{column}")} > d.day"""
        for what, table, column in _LATER
    )
    query = f"SELECT person_id, what, COUNT(*) AS rows, MAX(day) AS latest FROM ({parts}) d GROUP BY 1, 2"
    found = records.run(query, "rows after the deaths of the cohort").sort("person_id", "what")
    return found.select(pl.col(name).cast(kind) for name, kind in AFTER_DEATH.items())


def last_contacts(records: Records, booked: pl.DataFrame) -> pl.DataFrame:
    """Each day on which a patient was last seen in person, and last had a sample taken, with the row."""
    row = pl.concat_str(pl.lit("visit_occurrence:"), pl.col("visit_id").cast(pl.String))
    in_person = booked.select(
        "person_id",
        pl.col("last_day").alias("day"),
        pl.lit(False).alias("is_laboratory"),
        row.alias("origin"),
    )
    query = f"""
WITH ranked AS (
  SELECT m.person_id, {day("m.measurement_date")} AS day, m.measurement_id AS row_id,
    ROW_NUMBER() OVER (PARTITION BY m.person_id, m.measurement_date ORDER BY m.measurement_id) AS place
  FROM measurement m JOIN gathered g ON g.person_id = m.person_id
  WHERE m.measurement_date IS NOT NULL
)
SELECT person_id, day, row_id FROM ranked WHERE place = 1"""
    sampled = records.run(query, "days with a sample of the cohort").with_columns(
        pl.lit(True).alias("is_laboratory"),
        pl.concat_str(pl.lit("measurement:"), pl.col("row_id").cast(pl.String)).alias("origin"),
    )
    every = [
        one.select(pl.col(name).cast(kind) for name, kind in CONTACTS.items()) for one in (in_person, sampled)
    ]
    return pl.concat(every).sort("person_id", "day", "is_laboratory", "origin")
