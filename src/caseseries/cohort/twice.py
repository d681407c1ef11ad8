"""Twice: rows of the cohort's patients that stand there more than once, and ids that several rows have."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.cohort.facts import TABLES
from caseseries.records.columns import COLUMNS
from caseseries.records.fields import fields
from caseseries.records.omop import Records

_WHOLE = ("visit_occurrence", "death")
"""Tables of which every row of a patient is read."""
_RESULT = (
    *("person_id", "concept_id", "moment", "known", "number", "operator_concept_id", "text"),
    *("unit_concept_id", "unit_source_value"),
)
"""What a result says, in the columns of `gathered_rows`."""


def rows_twice(records: Records, codes: pl.DataFrame) -> Iterator[str]:
    """A sentence on rows that are alike in all but their id, and one on ids that several rows have.

    Of the rows of the patients in `gathered` with one of `codes` (table, concept_id), of their visits and
    deaths; rests on `gathered_rows`.
    """
    alike: list[str] = []
    shared: list[str] = []
    records.put("asked_concepts", codes.select("table", "concept_id").unique())
    asked = [table for table in TABLES if table in set(codes["table"])]
    for table in filter(records.has, (*asked, *_WHOLE)):
        rows, said = _read(table, records)
        for found, by, which in ((alike, ", ".join(said), ""), (shared, "row_id", _DIFFERENT)):
            if count := _one_too_many(records, rows, by, which):
                found.append(f"{count:,} of {table}")
    if alike:
        yield (
            f"Rows of the cohort that say, in all but the id, what another row says: {', '.join(alike)}. "
            "None counts twice, but for doses without a time of day, of which a day may have several."
        )
    if shared:
        yield (
            f"Rows of the cohort that have the id of another row: {', '.join(shared)}. What rests on these "
            "cannot be led back to its row."
        )


_DIFFERENT = """ HAVING row_id IS NOT NULL
  AND (MIN(person_id) < MAX(person_id) OR MIN(day) < MAX(day) OR MIN(concept_id) < MAX(concept_id))"""


def _one_too_many(records: Records, rows: str, by: str, which: str) -> int:
    """How many rows have another before them that is the same by some columns."""
    groups = f"SELECT COUNT(*) - 1 AS n FROM ({rows}) r GROUP BY {by}{which}"
    return int(records.run(f"SELECT COALESCE(SUM(n), 0) AS rows FROM ({groups}) g")["rows"][0])


def _read(table: str, records: Records) -> tuple[str, tuple[str, ...]]:
    """SQL: the rows with person_id, concept_id, day and row_id; and the columns of what they say."""
    if table == "measurement":
        return "SELECT * FROM gathered_rows", _RESULT
    row_id, concept, day, _ = COLUMNS[table]
    own_id = f"e.{row_id}"
    if table == "death":  # it has no id: whose it is, it says
        row_id, own_id = "", "CAST(NULL AS BIGINT)"
    said = tuple(one.name for one in fields()[table] if one.name != row_id and records.has(table, one.name))
    columns = ", ".join(f"e.{name}" for name in said)
    rows = f"""
SELECT {columns}, e.{concept} AS concept_id, e.{day} AS day, {own_id} AS row_id
FROM {table} e JOIN gathered g ON g.person_id = e.person_id"""
    if table not in _WHOLE:
        rows += f"""
WHERE e.{concept} IN (SELECT concept_id FROM asked_concepts WHERE "table" = '{table}')"""
    return rows, said
