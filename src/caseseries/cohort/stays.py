"""Stays, as SQL: inpatient visits merged over transfers, by gaps and islands."""

from __future__ import annotations

from caseseries.records.readings import day


def stays(transfers: int) -> str:
    """SQL: every stay of every patient, with the id of its first visit.

    `inpatient` holds the concepts of inpatient visits. A visit that begins at most `transfers` days after the
    latest end so far belongs to the same stay; one without an end ends on its first day.
    """
    return f"""
WITH visits AS (
  SELECT person_id, visit_occurrence_id AS visit_id, visit_start_date AS first_date,
    {day("visit_start_date")} AS first_day,
    {day("COALESCE(visit_end_date, visit_start_date)")} AS last_day
  FROM visit_occurrence
  WHERE visit_concept_id IN (SELECT concept_id FROM inpatient)
    AND visit_start_date IS NOT NULL
    AND (visit_end_date IS NULL OR visit_end_date >= visit_start_date)
), ordered AS (
  SELECT *, MAX(last_day) OVER (
    PARTITION BY person_id ORDER BY first_day, last_day, visit_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until_day
  FROM visits
), marked AS (
  SELECT *, CASE WHEN until_day IS NULL OR first_day > until_day + {transfers} THEN 1 ELSE 0 END AS is_first
  FROM ordered
), numbered AS (
  SELECT *, SUM(is_first) OVER (
    PARTITION BY person_id ORDER BY first_day, last_day, visit_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay_number
  FROM marked
)
SELECT person_id, MIN(CASE WHEN is_first = 1 THEN visit_id END) AS stay_id,
  MIN(first_date) AS first_date, MIN(first_day) AS first_day, MAX(last_day) AS last_day
FROM numbered
GROUP BY person_id, stay_number"""


ODD_VISITS = """
SELECT
  COALESCE(SUM(CASE WHEN visit_end_date < visit_start_date THEN 1 ELSE 0 END), 0) AS inverted,
  COALESCE(SUM(CASE WHEN visit_end_date IS NULL AND visit_start_date IS NOT NULL THEN 1 ELSE 0 END), 0)
    AS without_end,
  COALESCE(SUM(CASE WHEN visit_start_date IS NULL THEN 1 ELSE 0 END), 0) AS without_start
FROM visit_occurrence
WHERE visit_concept_id IN (SELECT concept_id FROM inpatient)"""
"""SQL: inpatient visits that end before they start, or lack an end or a start."""


def of_the_setting(first: int, last: int) -> str:
    """SQL: the stays that start on these days, both included."""
    return f"SELECT * FROM stays WHERE first_day BETWEEN {first} AND {last}"


def aged(table: str) -> str:
    """SQL: the stays of a table with the range of the age, in completed years, on their first day.

    Where the day or the month of birth is unknown, it is the youngest and the oldest that the patient can be;
    who was born in a later year has none.
    """
    admitted = "EXTRACT(MONTH FROM s.first_date) * 100 + EXTRACT(DAY FROM s.first_date)"
    years = "EXTRACT(YEAR FROM s.first_date) - p.year_of_birth"
    latest = "COALESCE(p.month_of_birth, 12) * 100 + COALESCE(p.day_of_birth, 31)"
    earliest = """COALESCE(p.month_of_birth, 1) * 100
    + CASE WHEN p.month_of_birth IS NULL THEN 1 ELSE COALESCE(p.day_of_birth, 1) END"""
    return f"""
SELECT s.*,
  CAST({years} - CASE WHEN {admitted} < {latest} THEN 1 ELSE 0 END AS INTEGER) AS youngest,
  CAST({years} - CASE WHEN {admitted} < {earliest} THEN 1 ELSE 0 END AS INTEGER) AS oldest
FROM {table} s
LEFT JOIN person p ON p.person_id = s.person_id AND p.year_of_birth <= EXTRACT(YEAR FROM s.first_date)"""
