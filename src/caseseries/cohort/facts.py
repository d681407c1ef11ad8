"""Facts, as SQL: what each row of the records says of each test: met, undecidable, or not met."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.cohort.rules import Rules
from caseseries.records import readings
from caseseries.records.columns import COLUMNS
from caseseries.records.readings import day

TABLES = ("condition_occurrence", "measurement", "observation", "procedure_occurrence", "drug_exposure")
"""The tables of facts, in the order in which they decide; `source` is the place here, from 1."""
KEY = ("concept_id", "unit_concept_id", "unit_source_value")
PLAUSIBLE = """CASE WHEN n.operator < 0 AND NOT r.by_value THEN n.value > 0
    ELSE n.value BETWEEN r.least AND r.most END"""
"""Whether a patient can have the value; of one below a limit only the sign can tell."""
STATE = """CASE
    WHEN n.operator = 0 THEN CASE WHEN r.side * n.value >= r.edge THEN 2 ELSE 0 END
    WHEN r.side * n.operator = 1 THEN CASE WHEN r.side * n.value >= r.bound THEN 2 ELSE 1 END
    WHEN r.side * n.operator = 2 THEN CASE WHEN r.side * n.value >= r.edge THEN 2 ELSE 1 END
    WHEN r.side * n.operator = -1 THEN CASE WHEN r.side * n.value <= r.bound THEN 0 ELSE 1 END
    ELSE CASE WHEN r.side * n.value < r.edge THEN 0 ELSE 1 END END"""
"""What value and operator say of a test: 2 met, 1 undecidable, 0 not met."""

LIMIT_STATE = """CASE
    WHEN n.operator = 0 THEN CASE WHEN n.value < n.range_low THEN r.low ELSE r.normal END
    WHEN n.operator = -1 THEN CASE WHEN n.value <= n.range_low THEN r.low ELSE 1 END
    WHEN n.operator = -2 THEN CASE WHEN n.value < n.range_low THEN r.low ELSE 1 END
    ELSE CASE WHEN n.value >= n.range_low THEN r.normal ELSE 1 END END"""
"""The same against the laboratory's own lower limit."""


def facts(rules: Rules, rows: str, known_from: str) -> str:
    """SQL: every row's word on every test: person_id, day, known, bit, state, source (of TABLES), row_id.

    `rows` is the table of the number rows, or a query in parentheses.
    """
    return "\nUNION ALL\n".join(_parts(rules, rows, known_from)) or _NOTHING


def _parts(rules: Rules, rows: str, known_from: str) -> Iterator[str]:
    ends = "2 AS source, n.row_id"
    if rules.numbers.height:
        yield f"""
SELECT n.person_id, n.day, n.known, r.bit, {STATE} AS state, {ends}
FROM ({readings.numbers(rows)}) n JOIN number_rules r ON {_same(KEY)}
WHERE {PLAUSIBLE}"""
    if rules.products.height:
        yield f"""
SELECT n.person_id, n.day, n.known, r.bit,
  CASE WHEN r.side * n.value >= r.edge THEN 2 ELSE 0 END AS state, {ends}
FROM made_of_two n CROSS JOIN product_rules r
WHERE n.value BETWEEN r.least AND r.most"""
    if rules.limits.height:
        state = LIMIT_STATE
        yield f"""
SELECT n.person_id, n.day, n.known, r.bit, {state} AS state, {ends}
FROM ({readings.numbers(rows)}) n JOIN limit_rules r ON {_same(("concept_id",))}
WHERE {readings.finite("n.value")} AND {readings.finite("n.range_low")} AND {state} >= 0"""
    for table in rules.words["table"].unique().sort():
        yield _words(table, known_from if table == "measurement" else "")
    for table in rules.presences["table"].unique().sort():
        row_id, concept, date, _ = COLUMNS[table]
        yield f"""
SELECT e.person_id, {day(f"e.{date}")} AS day, {day(f"e.{date}")} AS known, r.bit, r.state,
  {TABLES.index(table) + 1} AS source, e.{row_id} AS row_id
FROM {table} e JOIN presence_rules r ON r."table" = '{table}' AND r.concept_id = e.{concept}
WHERE e.{date} IS NOT NULL AND r.state >= 0"""


def _words(table: str, known_from: str) -> str:
    row_id, concept, date, _ = COLUMNS[table]
    known = readings.known(f"e.{date}", f"e.{known_from}" if known_from else "")
    text = "COALESCE(e.value_as_string, '')" if table == "observation" else "''"
    return f"""
SELECT e.person_id, {day(f"e.{date}")} AS day, {known} AS known, r.bit, r.state,
  {TABLES.index(table) + 1} AS source, e.{row_id} AS row_id
FROM {table} e JOIN word_rules r ON r."table" = '{table}' AND r.concept_id = e.{concept}
  AND r.value_concept_id = COALESCE(e.value_as_concept_id, 0) AND r.text = {text}
  AND r.source_value = COALESCE(e.value_source_value, '')
WHERE e.{date} IS NOT NULL"""


def _same(columns: tuple[str, ...]) -> str:
    return " AND ".join(f"r.{column} = n.{column}" for column in columns)


_NOTHING = """
SELECT CAST(NULL AS BIGINT) AS person_id, 0 AS day, 0 AS known, 0 AS bit, 0 AS state, 0 AS source, 0 AS row_id
WHERE FALSE"""
