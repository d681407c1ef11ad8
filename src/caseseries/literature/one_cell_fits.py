"""Fits: between which two values a cell must lie for every printed middle and end of its column to follow."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from caseseries.analysis.columns import Rows, Values
from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.literature.claims import printed_number, printed_word
from caseseries.literature.middles import middle_of
from caseseries.literature.verdicts import Verdict

Span = tuple[float, float]
ANY: Span = (-math.inf, math.inf)
PLACES = {"lowest": 0.0, "first-quartile": 0.25, "median": 0.5, "third-quartile": 0.75, "highest": 1.0}
"""Where between the first and the last value in order each statistic lies; quartiles by type 7."""
NOISE = 1e-9
"""Relative: what a float loses in sums."""


@dataclass(frozen=True, slots=True)
class Held:
    """A printed middle or end of a column: in which rows, what its digits leave open, and how it fared."""

    verdict: Verdict
    column: str
    statistic: str
    rows: Rows
    span: Span

    @property
    def contradicts(self) -> bool:
        """Whether the column as it stands gives another number."""
        return self.verdict.said == "contradicts"


def held(verdict: Verdict, results: Results, cases: CaseSeries) -> Held | None:
    """A verdict whose claim is a printed middle or end of a column; None where it is of something else."""
    claim = verdict.claim
    middle = middle_of(claim.result or claim.derived, results, cases)
    known = middle is not None and (middle.statistic in PLACES or middle.statistic == "mean")
    if middle is None or not known or not cases.has(middle.column) or not verdict.obtained:
        return None
    if verdict.said == "contradicts itself":  # no cell makes both prints of one number follow
        return None
    if printed_word(claim.printed) or printed_number(claim.printed).operator:
        return None
    printed, scale = printed_number(claim.printed), 100 if claim.is_percent else 1
    number, step = float(printed.number), 10.0**-printed.digits
    noise = NOISE * max(abs(number), 1.0)
    half = step / 2 + noise
    # What is cut off lies away from zero, and the next print is not among it.
    more = step - noise if verdict.how == "digits cut off" else half
    down, up = (half, more) if number > 0 else (more, half) if number < 0 else (more, more)
    span = ((number - down) / scale, (number + up) / scale)
    return Held(verdict, middle.column, middle.statistic, middle.rows, span)


def span_that_fits(prints: Iterable[Held], values: Values, row: int) -> Span | None:
    """Within what the row's value must lie so that all prints follow; None where no value will do.

    The values of the other rows stay; NaN is one that is missing.
    """
    low, high = ANY
    for one in prints:
        found = _span(one, values, row)
        if found is None:
            return None
        low, high = max(low, found[0]), min(high, found[1])
    return (low, high) if low <= high else None


def whole(span: Span) -> Span | None:
    """The span from its first whole number to its last; None where none lies in it."""
    low, high = float(np.ceil(span[0])), float(np.floor(span[1]))
    return (low, high) if low <= high else None


def _span(one: Held, values: Values, row: int) -> Span | None:
    if not one.rows[row]:
        return None if one.contradicts else ANY
    is_other = one.rows & ~np.isnan(values)
    is_other[row] = False
    others = np.sort(values[is_other])
    low, high = one.span
    if one.statistic == "mean":
        n, total = len(others) + 1, float(others.sum())
        return n * low - total, n * high - total
    return _of_an_order(others, PLACES[one.statistic], low, high)


def _of_an_order(others: Values, place: float, low: float, high: float) -> Span | None:
    """For which further values a quantile of all lies from `low` to `high`: it rises with the value.

    A quantile lies a share `w` of the way from one value in order to the next. The further value moves it
    between the neighbours `a` and `c` of the value `b` that would stand there without it.
    """
    at = len(others) * place
    j = math.floor(at + NOISE)
    w = max(at - j, 0.0) if at - j > NOISE else 0.0
    a = float(others[j - 1]) if j > 0 else -math.inf
    b = float(others[j]) if j < len(others) else math.inf
    if not w:
        if low > b or high < a:
            return None
        return (low if low > a else -math.inf), (high if high < b else math.inf)
    c = float(others[j + 1]) if j + 1 < len(others) else math.inf
    least, most = (1 - w) * a + w * b, (1 - w) * b + w * c
    if low > most or high < least:
        return None

    def value_for(print_: float) -> float:
        return (print_ - w * b) / (1 - w) if print_ <= b else (print_ - (1 - w) * b) / w

    return (value_for(low) if low > least else -math.inf), (value_for(high) if high < most else math.inf)
