"""Outcomes, as the records tell them: discharges, deaths, and what is dated after them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.evidence.presence import PRESENT
from caseseries.evidence.values import plain_text
from caseseries.records.codebook import DEATH, Codebook
from caseseries.records.columns import COLUMNS
from caseseries.records.omop import Records
from caseseries.records.origins import origins
from caseseries.records.readings import day

DEATHS = pl.Schema({"person_id": pl.Int64, "day": pl.Int64, "origin": pl.String, "why_not": pl.String})
AFTER_DEATH = pl.Schema({"person_id": pl.Int64, "what": pl.String, "rows": pl.Int64, "latest": pl.Int64})
_LATER = (
    ("sample", "measurement", "measurement_date"),
    ("drug", "drug_exposure", "drug_exposure_start_date"),
    ("visit", "visit_occurrence", "visit_end_date"),
)
NO_DAY = "no day"
_PLACE = ["person_id", "day", "origin"]
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
    """Every visit of the patients in the table `gathered`, with what its discharge says: died, or hospice.

    One that ends before it starts is of its first day: what its discharge says counts.
    """
    query = f"""
SELECT v.person_id, v.visit_occurrence_id AS visit_id, {day("v.visit_start_date")} AS first_day,
  {day("GREATEST(v.visit_start_date, COALESCE(v.visit_end_date, v.visit_start_date))")} AS last_day,
  v.visit_concept_id AS concept_id,
  COALESCE(v.discharged_to_concept_id, 0) AS to_concept, COALESCE(v.discharged_to_source_value, '') AS to_word
FROM visit_occurrence v JOIN gathered g ON g.person_id = v.person_id
WHERE v.visit_start_date IS NOT NULL"""
    found = _discharged(records.run(query, "visits of the cohort"), codebook)
    visits = found.select(pl.col(name).cast(kind) for name, kind in VISITS.items())
    return visits.sort("person_id", "first_day", "visit_id")


def _discharged(found: pl.DataFrame, codebook: Codebook) -> pl.DataFrame:
    """The rows with `discharged_to`: died, hospice or "", by their concept and word of a discharge."""
    died, hospice = ({one.concept for one in codes} for codes in (codebook.died, codebook.hospice))
    ends = [
        "died"
        if concept in died or plain_text(word).casefold() in codebook.died_words
        else "hospice"
        if concept in hospice or plain_text(word).casefold() in codebook.hospice_words
        else ""
        for concept, word in found.select("to_concept", "to_word").iter_rows()
    ]
    return found.with_columns(pl.Series("discharged_to", ends, dtype=pl.String))


_WARDS = f"""
SELECT v.person_id, v.visit_detail_id AS row_id,
  {day("COALESCE(v.visit_detail_end_date, v.visit_detail_start_date)")} AS day,
  COALESCE(v.discharged_to_concept_id, 0) AS to_concept,
  COALESCE(v.discharged_to_source_value, '') AS to_word
FROM visit_detail v JOIN gathered g ON g.person_id = v.person_id
WHERE v.visit_detail_start_date IS NOT NULL
  AND (v.discharged_to_concept_id <> 0 OR v.discharged_to_source_value IS NOT NULL)"""
"""SQL: every stay on a ward that says where its patient went."""


def deaths(
    records: Records, codebook: Codebook, booked: pl.DataFrame, evidence: pl.DataFrame, admitted: pl.DataFrame
) -> pl.DataFrame:
    """Every record that somebody died: a row of the death table, a discharge, any other row that says so.

    With DEATHS as columns, the earliest first. `booked` is what `visits` gives, and of `evidence` count the
    rows of DEATH. `admitted` has person_id and first_day, the first of the stay that is studied. `why_not`
    says of a death that cannot be whether it lies before the birth or before that stay, and of a row of the
    table without a day that it has none; else "".
    """
    by_visit = booked.filter(pl.col("discharged_to") == "died").select(
        "person_id", pl.col("last_day").alias("day"), origins("visit_occurrence", "visit_id")
    )
    by_ward = _discharged(records.run(_WARDS, "discharges from wards of the cohort"), codebook)
    by_ward = by_ward.filter(discharged_to="died").select("person_id", "day", origins("visit_detail"))
    told = [by_visit, by_ward, *rows_that_say(records, codebook, DEATH, evidence)]
    every = pl.concat(one.select(pl.col(name).cast(DEATHS[name]) for name in _PLACE) for one in told)
    known = every.join(_births(records), on="person_id", how="left")
    known = known.join(admitted.select("person_id", "first_day"), on="person_id", how="left")
    why_not = (
        pl.when(pl.col("day").is_null())
        .then(pl.lit(NO_DAY))
        .when(_as_number(pl.from_epoch("day", "d")) < pl.col("born"))
        .then(pl.lit("before the birth"))
        .when(pl.col("day") < pl.col("first_day"))
        .then(pl.lit("before the stay"))
        .otherwise(pl.lit(""))
    )
    whole = known.with_columns(why_not.alias("why_not"))
    return whole.select(pl.col(name).cast(kind) for name, kind in DEATHS.items()).sort(_PLACE)


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


def rows_that_say(
    records: Records, codebook: Codebook, finding: str, evidence: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The rows that say a finding, with person_id, day, origin and `table`; those of visits are left out.

    They are the rows of its codes in the evidence, and of the tables of which every row says it the first of
    each day. A row of `death` goes by its patient, and one without a day stands there too.
    """
    row = origins(pl.col("table"))
    mine = evidence.filter(pl.col("finding") == finding)  # few of many: only their words are looked at
    said = mine.filter(pl.col("text").str.to_lowercase().is_in(PRESENT))
    yield said.select("person_id", "day", row, "table")
    entry = codebook.by_finding.get(finding)
    for table in entry.every_row_of if entry else ():
        if table != "visit_occurrence":
            row_id, _, date, _ = COLUMNS[table]
            query = f"""
SELECT e.person_id, {day(f"e.{date}")} AS day, MIN(e.{row_id}) AS row_id
FROM {table} e JOIN gathered g ON g.person_id = e.person_id
{"" if table == "death" else f"WHERE e.{date} IS NOT NULL"}
GROUP BY e.person_id, e.{date}"""
            found = records.run(query, f"{finding}: every row of {table} of the cohort")
            yield found.with_columns(table=pl.lit(table)).select("person_id", "day", row, "table")
