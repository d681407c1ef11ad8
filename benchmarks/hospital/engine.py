"""The screening by the engine: `engine.py HOSPITAL VERDICTS.parquet`, one whole process.

The protocol of the founding study, the codebook and the definition are read as `caseseries run` reads them;
what is written is what `by_hand.sql` writes: the stays of the setting, with the state and the deciding row of
each test. Without what it does not write: reviewers' answers, the charts of the cohort, rows set aside.
"""

from __future__ import annotations

import sys

import polars as pl

from caseseries.cohort.facts import TABLES
from caseseries.cohort.judging import judge
from caseseries.cohort.narrowing import find_near
from caseseries.cohort.search import ANSWERS, Search, find_stays, prepare
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.days import number_of
from caseseries.evidence.units import read_span
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.naming import give_concepts
from caseseries.records.omop import open_records
from caseseries.records.resolving import resolve
from caseseries.study import open_study


def main(hospital: str, verdicts: str) -> None:
    protocol = open_study("naymagon-2022").protocol
    setting, stay = protocol.setting, protocol.stay
    step = next(step for step in protocol.eligibility if step.criteria)
    assert setting is not None
    assert stay is not None
    assert step.criteria is not None
    with open_records(hospital) as records:
        codebook = read_codebook()
        resolved = give_concepts(records, resolve(codebook, records))
        first, last = number_of(setting.admitted.first), number_of(setting.admitted.to)
        find_stays(records, codebook, int(read_span(stay.transfers).in_days()), first, last)
        definition = open_definition(step.criteria)
        search = prepare(records, codebook, resolved, definition, stay, step.review_within or 0)
        records.put("answers", pl.DataFrame(schema=ANSWERS))
        find_near(search, silent)
        judge(search, silent)
        records.run(as_by_hand(search)).write_parquet(verdicts)


def silent(step: str) -> None:
    """Hear of a step and say nothing."""


def as_by_hand(search: Search) -> str:
    """SQL: the verdicts with the columns of `by_hand.sql`, a row for each stay."""
    tables = " ".join(f"WHEN {place} THEN '{table}'" for place, table in enumerate(TABLES, 1))
    states, deciding = [], []
    for asked in search.windows.lowered.asked:
        name, bit = asked.test.finding.lower().replace(" ", "_"), asked.bit
        state = f"CASE WHEN met & {bit} <> 0 THEN 'met' WHEN looked & ~undecided & {bit} <> 0 THEN 'not met'"
        states += [f"{state} ELSE 'unknown' END AS {name}", f"{name}_table", f"{name}_id"]
        deciding += [
            f"ANY_VALUE(CASE source {tables} END) FILTER (bit = {bit}) AS {name}_table",
            f"ANY_VALUE(row_id) FILTER (bit = {bit}) AS {name}_id",
        ]
    return f"""
WITH deciding AS (SELECT stay_id, {", ".join(deciding)} FROM because GROUP BY stay_id)
SELECT s.person_id, s.stay_id AS stay, DATE '1970-01-01' + CAST(s.first_day AS INTEGER) AS start,
  DATE '1970-01-01' + CAST(s.last_day AS INTEGER) AS "end", v.lower, v.upper,
  DATE '1970-01-01' + CAST(v.anchor AS INTEGER) AS anchor,
  DATE '1970-01-01' + CAST(k.known AS INTEGER) AS known, {", ".join(states)}
FROM verdicts v JOIN studied s ON s.stay_id = v.stay_id
LEFT JOIN known_days k ON k.stay_id = v.stay_id LEFT JOIN deciding d ON d.stay_id = v.stay_id
ORDER BY s.person_id, start"""


if __name__ == "__main__":
    main(*sys.argv[1:])
