"""A tally: how many rows and patients tell each finding, from which years, and how their time is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from caseseries.records.codebook import Entry
from caseseries.records.omop import Records

COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "measurement": ("measurement_concept_id", "measurement_date", "measurement_datetime"),
    "observation": ("observation_concept_id", "observation_date", "observation_datetime"),
    "condition_occurrence": (
        "condition_concept_id",
        "condition_start_date",
        "condition_start_datetime",
    ),
    "procedure_occurrence": ("procedure_concept_id", "procedure_date", "procedure_datetime"),
    "drug_exposure": ("drug_concept_id", "drug_exposure_start_date", "drug_exposure_start_datetime"),
    "visit_occurrence": ("visit_concept_id", "visit_start_date", "visit_start_datetime"),
    "death": ("cause_concept_id", "death_date", "death_datetime"),
}
"""Of each table the columns of the concept, the day and the moment."""
EVERY_ROW = 0
"""Stands for a concept where every row of a table tells the finding."""
TALLY = pl.Schema(
    {
        "table": pl.String,
        "concept_id": pl.Int64,
        "rows": pl.Int64,
        "lost": pl.Int64,
        "first_year": pl.Int64,
        "last_year": pl.Int64,
        "result_times": pl.Int64,
        "sample_times": pl.Int64,
        "days_only": pl.Int64,
    }
)
SUMS = ("rows", "lost", "result_times", "sample_times", "days_only", "concepts")
"""What is counted of a finding over all its concepts."""
_BITS = 62
"""Findings to a column of bits: so many fit a whole number of 64 bits on every engine."""


def looked_for(codes: pl.DataFrame, entries: Iterable[Entry]) -> pl.DataFrame:
    """By which concepts these findings are looked for: the rows of `codes`, and EVERY_ROW of whole tables."""
    entries = tuple(entries)
    mine = codes.filter(pl.col("finding").is_in([entry.finding for entry in entries]))
    whole = [
        (entry.finding, table, EVERY_ROW, "every row", "local")
        for entry in entries
        for table in entry.every_row_of
    ]
    return pl.concat([mine, pl.DataFrame(whole, mine.schema, orient="row")])


def tally(records: Records, wanted: pl.DataFrame, known_from: str) -> pl.DataFrame:
    """Rows, years and times of each concept that has rows, with TALLY as columns.

    `wanted` is what `looked_for` gives, and `known_from` the column of measurement with the time of the
    result. Rows without a patient or a day are `lost`, and counted nowhere else. A sample has a time where
    its moment is not the midnight at which its day begins.
    """
    records.put("surveyed_concepts", wanted.select(source="table", concept_id="concept_id").unique())
    frames = [pl.DataFrame(schema=TALLY)]
    for table, is_whole in _parts(wanted):
        found = records.run(_tally(table, is_whole, known_from), f"survey: rows of {table}")
        frames.append(
            found.with_columns(
                pl.lit(table).alias("table"),
                pl.col("first_day").dt.year().alias("first_year"),
                pl.col("last_day").dt.year().alias("last_year"),
            ).select(pl.col(name).cast(kind) for name, kind in TALLY.items())
        )
    records.drop("surveyed_concepts")
    return pl.concat(frames)


def patients(records: Records, wanted: pl.DataFrame) -> Mapping[str, int]:
    """How many patients have a row of each finding, in whichever table; no key where nobody has."""
    names = wanted["finding"].unique(maintain_order=True).to_list()
    if not names:
        return {}
    places = {finding: (place // _BITS, 1 << place % _BITS) for place, finding in enumerate(names)}
    bits: dict[tuple[str, int, int], int] = {}
    for finding, table, concept in wanted.select("finding", "table", "concept_id").iter_rows():
        column, bit = places[finding]
        bits[table, concept, column] = bits.get((table, concept, column), 0) | bit
    schema = {"source": pl.String, "concept_id": pl.Int64, "word": pl.Int64, "bits": pl.Int64}
    records.put(
        "surveyed_bits", pl.DataFrame([(*key, value) for key, value in bits.items()], schema, orient="row")
    )
    schema = {"finding": pl.String, "word": pl.Int64, "bit": pl.Int64}
    records.put(
        "surveyed_findings",
        pl.DataFrame([(name, *place) for name, place in places.items()], schema, orient="row"),
    )
    found = records.run(_patients(_parts(wanted)), "survey: patients")
    records.drop("surveyed_bits")
    records.drop("surveyed_findings")
    return dict(found.select("finding", "patients").iter_rows())


def _parts(wanted: pl.DataFrame) -> list[tuple[str, bool]]:
    """Each table that is asked, once by its concepts and once as a whole, where it is."""
    asked = wanted.select("table", is_whole=pl.col("concept_id") == EVERY_ROW).unique()
    return [(table, is_whole) for table, is_whole in asked.sort("table", "is_whole").iter_rows()]


def _tally(table: str, is_whole: bool, known_from: str) -> str:
    concept, date, moment = COLUMNS[table]
    result = f"t.{known_from}" if known_from and table == "measurement" else "CAST(NULL AS TIMESTAMP)"
    has_time = f"COALESCE(t.{moment} <> CAST(t.{date} AS TIMESTAMP), FALSE)"
    there = f"t.person_id IS NOT NULL AND t.{date} IS NOT NULL"
    of = f"""
WHERE t.{concept} IN (SELECT c.concept_id FROM surveyed_concepts c WHERE c.source = '{table}')
GROUP BY t.{concept}"""
    return f"""
SELECT {EVERY_ROW if is_whole else f"t.{concept}"} AS concept_id,
  COUNT(CASE WHEN {there} THEN 1 END) AS rows, COUNT(CASE WHEN NOT ({there}) THEN 1 END) AS lost,
  MIN(CASE WHEN {there} THEN t.{date} END) AS first_day,
  MAX(CASE WHEN {there} THEN t.{date} END) AS last_day,
  COUNT(CASE WHEN {there} THEN {result} END) AS result_times,
  COUNT(CASE WHEN {there} AND {has_time} THEN 1 END) AS sample_times,
  COUNT(CASE WHEN {there} AND NOT {has_time} AND {result} IS NULL THEN 1 END) AS days_only
FROM {table} t{"" if is_whole else of}"""


def _patients(parts: Iterable[tuple[str, bool]]) -> str:
    """SQL: of each person the findings as bits, and of each finding the persons."""
    every = "\n    UNION ALL".join(_persons(table, is_whole) for table, is_whole in parts)
    return f"""
SELECT f.finding, COUNT(*) AS patients
FROM (
  SELECT r.person_id, r.word, BIT_OR(r.bits) AS bits
  FROM ({every}
  ) r
  GROUP BY r.person_id, r.word
) p
JOIN surveyed_findings f ON f.word = p.word AND (f.bit & p.bits) <> 0
GROUP BY f.finding"""


def _persons(table: str, is_whole: bool) -> str:
    concept, date = EVERY_ROW if is_whole else f"t.{COLUMNS[table][0]}", COLUMNS[table][1]
    return f"""
    SELECT t.person_id, b.word, b.bits
    FROM {table} t JOIN surveyed_bits b ON b.source = '{table}' AND b.concept_id = {concept}
    WHERE t.person_id IS NOT NULL AND t.{date} IS NOT NULL"""


def by_finding(wanted: pl.DataFrame, counted: pl.DataFrame) -> Iterator[tuple[str, dict[str, int | None]]]:
    """Of each finding the sums of its concepts, and how many of them have rows."""
    mine = wanted.join(counted, on=["table", "concept_id"], how="left", maintain_order="left")
    summed = mine.group_by("finding", maintain_order=True).agg(
        pl.col(SUMS[:-1]).sum(),
        pl.col("first_year").min(),
        pl.col("last_year").max(),
        concepts=pl.col("concept_id").filter(pl.col("rows") > 0).n_unique(),
    )
    for row in summed.iter_rows(named=True):
        yield row.pop("finding"), row
