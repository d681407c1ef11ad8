"""Scores: a total that no combination of a score's points can give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.consistency.counts import Countable
from caseseries.cases.consistency.question import Question
from caseseries.cases.parts import HIGH
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import Take
from caseseries.protocol.protocol import Protocol


def score_questions(
    cases: CaseSeries, protocol: Protocol, criteria: Mapping[str, Countable]
) -> Iterator[Question]:
    """Scores that cannot be. A range is passed over: what is missing in it may be worth anything."""
    for variable in protocol.variables:
        name = variable.take.points if isinstance(variable.take, Take) else None
        if name is None or name not in criteria or not cases.has(variable.name):
            continue
        totals, title = criteria[name].totals, criteria[name].title
        high = cases.part(variable.name, HIGH)
        scores, names = cases.table[variable.name], cases.patients
        is_one = scores.is_not_null() if high is None else (scores == high).fill_null(False)
        seen = _seen(totals, scores)
        for row in (is_one & ~scores.is_in(list(totals))).fill_null(False).arg_true():
            value, who = int(scores[row]), names[row]
            sentence = f"{variable.title} of patient {who} is {value}, which no combination of points gives."
            why = f"{title} cannot be {value}{_nearest(value, totals)}. {seen}"
            yield Question("score", sentence, why, (who,), (cases.origin(row, variable.name),), CANNOT_BE)


def _nearest(value: int, totals: frozenset[int]) -> str:
    below = max((total for total in totals if total < value), default=None)
    above = min((total for total in totals if total > value), default=None)
    near = [str(one) for one in (below, above) if one is not None]
    return f"; the nearest that it can be: {' and '.join(near)}" if near else ""


def _seen(totals: frozenset[int], scores: pl.Series) -> str:
    """How many whole numbers in the span of these scores are no total: what a slip would show."""
    known = scores.drop_nulls()
    if known.is_empty():
        return ""
    low, high = int(known.sort()[0]), int(known.sort()[-1])
    cannot = sum(whole not in totals for whole in range(low, high + 1))
    return f"Of the whole numbers from {low} to {high}, {cannot} of {high - low + 1} cannot be."
