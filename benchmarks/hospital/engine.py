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
    stays = search.records.run("""
SELECT s.person_id, s.stay_id AS stay, s.first_day AS start, s.last_day AS "end",
  v.lower, v.upper, v.anchor, k.known, v.met, v.looked & ~v.undecided AS told
FROM verdicts v JOIN near_stays s ON s.stay_id = v.stay_id LEFT JOIN known_days k ON k.stay_id = v.stay_id""")
    because = search.records.run("SELECT stay_id AS stay, bit, source, row_id FROM because WHERE state <> 1")
    tables = dict(enumerate(TABLES, 1))
    columns: list[pl.Expr] = []
    for asked in search.windows.lowered.asked:
        name = asked.test.finding.lower().replace(" ", "_")
        mine = because.filter(pl.col("bit") == asked.bit).select(
            "stay",
            pl.col("source").replace_strict(tables, return_dtype=pl.String).alias(f"{name}_table"),
            pl.col("row_id").alias(f"{name}_id"),
        )
        stays = stays.join(mine, on="stay", how="left")
        is_met, is_told = ((pl.col(one) & asked.bit) != 0 for one in ("met", "told"))
        state = (
            pl.when(is_met)
            .then(pl.lit("met"))
            .when(is_told)
            .then(pl.lit("not met"))
            .otherwise(pl.lit("unknown"))
        )
        columns += [state.alias(name), pl.col(f"{name}_table"), pl.col(f"{name}_id")]
    days = [pl.col(one).cast(pl.Int32).cast(pl.Date) for one in ("start", "end", "anchor", "known")]
    heads = ("person_id", "stay", "start", "end", "lower", "upper", "anchor", "known")
    return stays.with_columns(days).select(*heads, *columns).sort("person_id", "start")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("hospital")
    words.add_argument("verdicts")
    words.add_argument("--kept", default="")
    words.add_argument("--together", default="")
    words.add_argument("--ferritin", type=float, default=0.0)
    words.add_argument("--need", type=int, default=0)
    words.add_argument("--stop-when-open", action="store_true")
    main(words.parse_args())
