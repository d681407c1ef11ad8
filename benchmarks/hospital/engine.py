"""The screening by the engine: `engine.py HOSPITAL VERDICTS.parquet`, one whole process.

With `--kept FOLDER` what long queries found is kept for the next run, and `--together SPAN`, `--need N` and
`--ferritin LIMIT` (in ng/mL) ask another question; `--stop-when-open` stops before the first. See `again.py`.

The protocol of the founding study, the codebook and the definition are read as `caseseries run` reads them;
what is written is what `by_hand.sql` writes: the stays of the setting, with the state and the deciding row of
each test. Without what it does not write: reviewers' answers, the charts of the cohort, rows set aside.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import polars as pl

from caseseries.cli.main import hurry, leave
from caseseries.cohort.facts import TABLES
from caseseries.cohort.judging import judge
from caseseries.cohort.narrowing import find_near
from caseseries.cohort.search import ANSWERS, Search, find_stays, prepare
from caseseries.criteria.definition import Criterion, Definition, Limit, Number
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.days import number_of
from caseseries.evidence.units import Quantity, read_span
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.naming import give_concepts
from caseseries.records.omop import open_records
from caseseries.records.resolving import resolve
from caseseries.study import open_study

DAYS = (("s.first_day", "start"), ("s.last_day", "end"), ("v.anchor", "anchor"), ("k.known", "known"))
"""What days are called in the tables of a search, and in `by_hand.sql`."""


def main(asked: argparse.Namespace) -> None:
    protocol = open_study("naymagon-2022").protocol
    setting, stay = protocol.setting, protocol.stay
    step = next(step for step in protocol.eligibility if step.criteria)
    assert setting is not None
    assert stay is not None
    assert step.criteria is not None
    if asked.together:
        stay = stay.model_copy(update={"together": asked.together})
    with open_records(asked.hospital, kept=asked.kept) as records:
        codebook = read_codebook()
        resolved = give_concepts(records, resolve(codebook, records))
        if asked.stop_when_open:
            return
        first, last = number_of(setting.admitted.first), number_of(setting.admitted.to)
        find_stays(records, codebook, int(read_span(stay.transfers).in_days()), first, last)
        definition = changed(open_definition(step.criteria), asked)
        search = prepare(records, codebook, resolved, definition, stay, step.review_within or 0)
        records.put("answers", pl.DataFrame(schema=ANSWERS))
        find_near(search, silent)
        judge(search, silent)
        as_by_hand(search).write_parquet(asked.verdicts)


def changed(definition: Definition, asked: argparse.Namespace) -> Definition:
    """The definition with another need, or another limit of ferritin, where that is asked."""
    if asked.need:
        definition = replace(definition, need=asked.need)
    if asked.ferritin:
        definition = replace(
            definition, criteria=tuple(with_limit(one, asked.ferritin) for one in definition.criteria)
        )
    return definition


def with_limit(criterion: Criterion, limit: float) -> Criterion:
    """The criterion with this limit, where it is of ferritin."""
    [grade, *others] = criterion.grades
    if others or not isinstance(grade.rule, Number) or grade.rule.finding != "ferritin":
        return criterion
    rule = replace(grade.rule, limits=(Limit(Quantity(limit, "ng/mL"), f"{limit:g} ng/mL"),))
    return replace(criterion, grades=(replace(grade, rule=rule),))


def silent(step: str) -> None:
    """Hear of a step and say nothing."""


def as_by_hand(search: Search) -> pl.DataFrame:
    """The verdicts with the columns of `by_hand.sql`, a row for each stay."""
    tables = " ".join(f"WHEN {source} THEN '{table}'" for source, table in enumerate(TABLES, 1))
    deciding, columns = [], []
    for asked in search.windows.lowered.asked:
        name, bit = asked.test.finding.lower().replace(" ", "_"), asked.bit
        for what in ("source", "row_id"):
            deciding.append(f"MAX(CASE WHEN bit = {bit} THEN {what} END) AS {what}_{bit}")
        columns.append(f"""
  CASE WHEN v.met & {bit} <> 0 THEN 'met' WHEN v.looked & ~v.undecided & {bit} <> 0 THEN 'not met'
    ELSE 'unknown' END AS {name},
  CASE b.source_{bit} {tables} END AS {name}_table, b.row_id_{bit} AS {name}_id""")
    days = ", ".join(f'CAST({day} AS INTEGER) AS "{name}"' for day, name in DAYS)
    stays = search.records.run(f"""
WITH b AS (SELECT stay_id, {", ".join(deciding)} FROM because WHERE state <> 1 GROUP BY stay_id)
SELECT s.person_id, s.stay_id AS stay, v.lower, v.upper, {days}, {",".join(columns)}
FROM verdicts v JOIN near_stays s ON s.stay_id = v.stay_id LEFT JOIN known_days k ON k.stay_id = v.stay_id
  LEFT JOIN b ON b.stay_id = v.stay_id
ORDER BY s.person_id, s.first_day""")
    return stays.with_columns(pl.col(name).cast(pl.Int32).cast(pl.Date) for _, name in DAYS)


if __name__ == "__main__":
    hurry()
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("hospital")
    words.add_argument("verdicts")
    words.add_argument("--kept", default="")
    words.add_argument("--together", default="")
    words.add_argument("--ferritin", type=float, default=0.0)
    words.add_argument("--need", type=int, default=0)
    words.add_argument("--stop-when-open", action="store_true")
    main(words.parse_args())
    leave(0)
