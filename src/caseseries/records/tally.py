"""A tally: how many rows and patients tell each finding, from which years, and how their time is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from caseseries.records.omop import Records
from caseseries.records.sweep import EVERY_ROW, places, swept

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


def tally(records: Records, wanted: pl.DataFrame) -> pl.DataFrame:
    """Rows, years and times of each concept that has rows, with TALLY as columns; rests on the sweep.

    Rows without a patient or a day are `lost`, and counted nowhere else.
    """
    frames = [pl.DataFrame(schema=TALLY)]
    for table, is_whole in _parts(wanted):
        found = records.run(_tally(table, is_whole), f"survey: rows of {table}")
        frames.append(
            found.with_columns(
                pl.lit(table).alias("table"),
                pl.col("first_day").dt.year().alias("first_year"),
                pl.col("last_day").dt.year().alias("last_year"),
            ).select(pl.col(name).cast(kind) for name, kind in TALLY.items())
        )
    return pl.concat(frames)


def patients(records: Records, wanted: pl.DataFrame) -> Mapping[str, int]:
    """How many patients have a row of each finding, in whichever table; no key where nobody has.

    Rests on the sweep.
    """
    at = places(wanted["finding"].unique(maintain_order=True))
    if not at:
        return {}
    schema = {"finding": pl.String, "place": pl.Int64, "bit": pl.Int64}
    findings = pl.DataFrame([(name, *place) for name, place in at.items()], schema, orient="row")
    records.put("surveyed_findings", findings)
    columns = 1 + max(column for column, _ in at.values())
    found = records.run(_patients([f"swept_{table}" for table in swept(wanted)], columns), "survey: patients")
    records.drop("surveyed_findings")
    return dict(found.select("finding", "patients").iter_rows())


def _parts(wanted: pl.DataFrame) -> list[tuple[str, bool]]:
    """Each table that is asked, once by its concepts and once as a whole, where it is."""
    asked = wanted.select("table", is_whole=pl.col("concept_id") == EVERY_ROW).unique()
    return [(table, is_whole) for table, is_whole in asked.sort("table", "is_whole").iter_rows()]


def _tally(table: str, is_whole: bool) -> str:
    of_those = {name: f"CASE WHEN there THEN {name} END" for name in SUMS if name not in ("lost", "concepts")}
    of_those["lost"] = "CASE WHEN NOT there THEN rows END"
    counted = ", ".join(
        f"CAST(COALESCE(SUM({which}), 0) AS BIGINT) AS {name}" for name, which in of_those.items()
    )
    of = f"WHERE concept_id <> {EVERY_ROW} GROUP BY concept_id"
    return f"""
SELECT {EVERY_ROW if is_whole else "concept_id"} AS concept_id, {counted},
  MIN(CASE WHEN there THEN first_day END) AS first_day, MAX(CASE WHEN there THEN last_day END) AS last_day
FROM swept_{table} {"WHERE concept_id IS NOT NULL" if is_whole else of}"""


def _patients(tables: list[str], columns: int) -> str:
    """SQL: of each person the findings as bits, and of each finding the persons."""
    names = [f"bits_{column}" for column in range(columns)]
    mine = f"SELECT person_id, {', '.join(names)}"
    of_persons = "WHERE concept_id IS NULL AND person_id IS NOT NULL"
    every = " UNION ALL ".join(f"{mine} FROM {table} {of_persons}" for table in tables)
    placed = " ".join(f"WHEN {place} THEN p.{name}" for place, name in enumerate(names))
    return f"""
SELECT f.finding, COUNT(*) AS patients
FROM (
  SELECT person_id, {", ".join(f"BIT_OR({name}) AS {name}" for name in names)} FROM ({every}) r
  GROUP BY person_id
) p
JOIN surveyed_findings f ON (f.bit & CASE f.place {placed} END) <> 0
GROUP BY f.finding"""


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
