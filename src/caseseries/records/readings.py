"""Readings, as SQL: what a row of the records says, the same for screening and for gathering."""

from __future__ import annotations

FINITE = "BETWEEN -1e300 AND 1e300"
"""A number, neither NaN nor infinite: every engine sorts NaN above all numbers."""
_SIGNS = "('<', '>', '\u2264', '\u2265')"


def day(column: str) -> str:
    """SQL: a date or a moment as whole days since 1970-01-01."""
    return f"DATE_DIFF('day', DATE '1970-01-01', CAST({column} AS DATE))"


UNITS = """
SELECT measurement_concept_id AS concept_id, COALESCE(unit_concept_id, 0) AS unit_concept_id,
  COALESCE(unit_source_value, '') AS unit_source_value, COUNT(*) AS rows
FROM measurement
WHERE measurement_concept_id IN (SELECT concept_id FROM numbered_concepts)
GROUP BY 1, 2, 3"""
"""SQL: every unit in which a numeric result is written, with its rows."""

ODD_TEXTS = f"""
SELECT measurement_concept_id AS concept_id, COALESCE(value_source_value, '') AS text,
  COALESCE(value_as_number {FINITE}, FALSE) AS has_number, COUNT(*) AS rows
FROM measurement
WHERE measurement_concept_id IN (SELECT concept_id FROM numbered_concepts)
  AND (NOT COALESCE(value_as_number {FINITE}, FALSE) OR LEFT(value_source_value, 1) IN {_SIGNS})
GROUP BY 1, 2, 3"""
"""SQL: the texts of results that have no number, or whose text begins with an operator."""


def words_of(table: str) -> str:
    """SQL: every answer in words of `measurement` or `observation`, with its rows."""
    text = "value_as_string" if table == "observation" else "CAST(NULL AS VARCHAR)"
    return f"""
SELECT {table}_concept_id AS concept_id, COALESCE(value_as_concept_id, 0) AS value_concept_id,
  COALESCE({text}, '') AS text, COALESCE(value_source_value, '') AS source_value, COUNT(*) AS rows
FROM {table}
WHERE {table}_concept_id IN (SELECT concept_id FROM worded_concepts WHERE "table" = '{table}')
GROUP BY 1, 2, 3, 4"""


def numbers(known_from: str) -> str:
    """SQL: the numeric results of `measurement`, with value and operator read from number and text.

    Rests on the tables `numbered_concepts`, `texts` and `operators`. An operator is 1 for >, 2 for >=, -1 for <,
    -2 for <=, else 0. `known_from` is the column with the day of the result, "" where the records have none.
    """
    return f"""
SELECT m.person_id, m.measurement_id AS row_id, m.measurement_concept_id AS concept_id,
  COALESCE(m.unit_concept_id, 0) AS unit_concept_id, COALESCE(m.unit_source_value, '') AS unit_source_value,
  {day("m.measurement_date")} AS day, {_known(known_from)} AS known,
  COALESCE(m.measurement_datetime, CAST(m.measurement_date AS TIMESTAMP)) AS moment,
  CASE WHEN m.value_as_number {FINITE} THEN m.value_as_number ELSE t.value END AS value,
  COALESCE(o.operator, t.operator, 0) AS operator, m.range_low, m.value_source_value AS text
FROM measurement m
LEFT JOIN texts t ON t.text = m.value_source_value
LEFT JOIN operators o ON o.concept_id = m.operator_concept_id
WHERE m.measurement_concept_id IN (SELECT concept_id FROM numbered_concepts)"""


def _known(column: str) -> str:
    return known("m.measurement_date", f"m.{column}" if column else "")


def known(sample: str, result: str) -> str:
    """SQL: the day of the result, or that of the sample where there is no result's or it lies before."""
    return f"GREATEST({day(sample)}, COALESCE({day(result)}, {day(sample)}))" if result else day(sample)
