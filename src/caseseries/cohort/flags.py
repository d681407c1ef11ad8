"""Flags: evidence that may be explained otherwise, marked by what else was recorded in the days before it."""

from __future__ import annotations

import polars as pl

from caseseries.cohort.facts import TABLES
from caseseries.criteria.lowering import Lowered
from caseseries.records.columns import COLUMNS
from caseseries.records.readings import day

FLAG_RULES = pl.Schema(
    {
        "flag": pl.Int64,
        "table": pl.String,
        "concept_id": pl.Int64,
        "bits": pl.Int64,
        "days_before": pl.Int64,
    }
)
"""A concept whose rows mark the evidence of these tests, on the same day and for so many days behind it;
`flag` is the place in the definition, from 0."""


WORDED = ("measurement", "observation")
"""The tables whose rows may say in words that something was not so."""


def flag_rules(lowered: Lowered, codes: pl.DataFrame) -> pl.DataFrame:
    """The rules of a definition's flags, with FLAG_RULES as columns; a flag without a code marks nothing."""
    rows = []
    for place, flag in enumerate(lowered.definition.flags):
        bits = 0
        for finding in flag.on:
            bits |= lowered.bits_about(finding)
        mine = codes.filter(pl.col("finding") == flag.finding).select("table", "concept_id").unique()
        rows += [
            (place, table, concept, bits, flag.days_before)
            for table, concept in mine.sort(mine.columns).rows()
        ]
    return pl.DataFrame(rows, FLAG_RULES, orient="row").filter(pl.col("table").is_in(TABLES))


def flag_days(rules: pl.DataFrame) -> str:
    """SQL: the days of the candidates on which a flag was recorded, from the table `flag_rules`.

    Of each day the smallest row of a table (its place in TABLES, from 1) that says so. A row that denies it
    (`flag_denials`), or a dose of 0, does not.
    """
    parts = []
    for table in rules["table"].unique().sort():
        row_id, concept, date, _ = COLUMNS[table]
        parts.append(
            f"""
SELECT e.person_id, {day(f"e.{date}")} AS day, r.flag, r.bits, r.days_before,
  {TABLES.index(table) + 1} AS source, MIN(e.{row_id}) AS row_id
FROM {table} e JOIN flag_rules r ON r."table" = '{table}' AND r.concept_id = e.{concept}
JOIN (SELECT DISTINCT person_id FROM stay_facts) p ON p.person_id = e.person_id
WHERE e.{date} IS NOT NULL{_is_there(table)}
GROUP BY e.person_id, {day(f"e.{date}")}, r.flag, r.bits, r.days_before"""
        )
    return "\nUNION ALL\n".join(parts)


def _is_there(table: str) -> str:
    """SQL: that a row says that it was so."""
    if table == "drug_exposure":
        return " AND COALESCE(e.quantity, 1) <> 0"
    if table not in WORDED:
        return ""
    text = "COALESCE(e.value_as_string, '')" if table == "observation" else "''"
    return f"""
  AND NOT EXISTS (SELECT 1 FROM flag_denials w
    WHERE w."table" = '{table}' AND w.concept_id = e.{COLUMNS[table][1]}
    AND w.value_concept_id = COALESCE(e.value_as_concept_id, 0) AND w.text = {text}
    AND w.source_value = COALESCE(e.value_source_value, ''))"""


_MARKS = """e.person_id = f.person_id AND (e.bits & f.bit) <> 0
    AND e.day BETWEEN f.day - e.days_before AND f.day"""


def marked(facts: str, days: str) -> str:
    """SQL: the stays with a fact that a flag marks."""
    return f"SELECT f.stay_id FROM {facts} f JOIN {days} e ON {_MARKS}"


def unflagged(facts: str, days: str, among: str) -> str:
    """SQL: the facts of some stays that no flag marks."""
    return f"""
SELECT f.* FROM {facts} f JOIN {among} s ON s.stay_id = f.stay_id
WHERE NOT EXISTS (SELECT 1 FROM {days} e WHERE {_MARKS})"""


def markings(because: str, stays: str, days: str) -> str:
    """SQL: of each stay and test whose deciding row a flag marks: the flag, and the latest row that does."""
    return f"""
WITH facts AS (
  SELECT s.person_id, b.stay_id, b.bit, b.day FROM {because} b JOIN {stays} s ON s.stay_id = b.stay_id
  WHERE b.state <> 1
), ranked AS (
  SELECT f.stay_id, f.bit, e.flag, e.source, e.row_id, ROW_NUMBER() OVER (
    PARTITION BY f.stay_id, f.bit, e.flag ORDER BY e.day DESC, e.source
  ) AS place
  FROM facts f JOIN {days} e ON {_MARKS}
)
SELECT stay_id, bit, flag, source, row_id FROM ranked WHERE place = 1"""
