"""Readings, as SQL: what a row of the records says, the same for screening and for gathering."""

from __future__ import annotations

_SIGNS = "('<', '>', '\u2264', '\u2265')"


def finite(number: str) -> str:
    """SQL: whether it is a number, neither NaN nor infinite; NULL where there is none.

    Only a number leaves nothing when it is taken from itself. Bounds do not tell: of a Parquet file DuckDB
    knows the least and the greatest value without NaN, and answers that all lie between (duckdb issue 25521).
    """
    return f"({number} - {number} = 0)"


def day(column: str) -> str:
    """SQL: a date or a moment as whole days since 1970-01-01, in four bytes: millions of rows are held."""
    return f"CAST(DATE_DIFF('day', DATE '1970-01-01', CAST({column} AS DATE)) AS INTEGER)"


def known(sample: str, result: str) -> str:
    """SQL: the day of the result, or that of the sample where there is no result's or it lies before."""
    return f"GREATEST({day(sample)}, COALESCE({day(result)}, {day(sample)}))" if result else day(sample)


def number_rows(known_from: str, among: str = "") -> str:
    """SQL: the rows of `measurement` about `numbered_concepts`, as they are written.

    `known_from` is the column with the day of the result, "" where the records have none; `among` a join that
    says whose rows, of `m`.
    """
    result = f"m.{known_from}" if known_from else ""
    return f"""
SELECT m.person_id, m.measurement_id AS row_id, m.measurement_concept_id AS concept_id,
  COALESCE(m.unit_concept_id, 0) AS unit_concept_id, COALESCE(m.unit_source_value, '') AS unit_source_value,
  {day("m.measurement_date")} AS day, {known("m.measurement_date", result)} AS known,
  COALESCE(m.measurement_datetime, CAST(m.measurement_date AS TIMESTAMP)) AS moment,
  m.value_as_number AS number, m.operator_concept_id, m.value_source_value AS text, m.range_low
FROM measurement m
{among}
WHERE m.measurement_concept_id IN (SELECT concept_id FROM numbered_concepts)
  AND m.measurement_date IS NOT NULL"""


def numbers(rows: str) -> str:
    """SQL: number rows with value and operator read from number and text.

    `rows` is a table, or a query in parentheses, with the columns of `number_rows`; `texts` and `operators`
    stand beside it. An operator is 1 for >, 2 for >=, -1 for <, -2 for <=, else 0.
    """
    return f"""
SELECT m.*, CASE WHEN {finite("m.number")} THEN m.number ELSE t.value END AS value,
  COALESCE(o.operator, t.operator, 0) AS operator
FROM {rows} m
LEFT JOIN texts t ON t.text = m.text
LEFT JOIN operators o ON o.concept_id = m.operator_concept_id"""


def units(rows: str) -> str:
    """SQL: every unit in which a number row is written, with its rows."""
    return f"""
SELECT concept_id, unit_concept_id, unit_source_value, COUNT(*) AS rows FROM {rows} m GROUP BY 1, 2, 3"""


def odd_texts(rows: str) -> str:
    """SQL: the texts of number rows that have no number, or whose text begins with an operator."""
    return f"""
SELECT concept_id, COALESCE(text, '') AS text, COALESCE({finite("number")}, FALSE) AS has_number,
  COUNT(*) AS rows
FROM {rows} m
WHERE NOT COALESCE({finite("number")}, FALSE) OR LEFT(text, 1) IN {_SIGNS}
GROUP BY 1, 2, 3"""


def words_of(table: str) -> str:
    """SQL: every answer in words of `measurement` or `observation`, with its rows."""
    text = "value_as_string" if table == "observation" else "CAST(NULL AS VARCHAR)"
    return f"""
SELECT {table}_concept_id AS concept_id, COALESCE(value_as_concept_id, 0) AS value_concept_id,
  COALESCE({text}, '') AS text, COALESCE(value_source_value, '') AS source_value, COUNT(*) AS rows
FROM {table}
WHERE {table}_concept_id IN (SELECT concept_id FROM worded_concepts WHERE "table" = '{table}')
GROUP BY 1, 2, 3, 4"""
