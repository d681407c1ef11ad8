"""A pool and a plan in a few lines, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.ids import joined
from caseseries.analysis.results import Number, Result
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Pooling, poolings_of
from caseseries.protocol.clauses.analysis import POOL
from caseseries.stats.estimate import Estimate


def pool_lines(result: Result, cohorts: Sequence[Published]) -> Iterator[str]:
    """Each horizon with its cohorts, survivors and shares, and what they say together."""
    if result.why_not:
        yield result.why_not
        return
    numbers = {number.id: number.estimate for number in result.numbers}
    poolings = poolings_of(cohorts)
    names = [one.title for pooling in poolings for one in pooling.cohorts]
    width = max(len(name) for name in [*names, "A further cohort"])
    for pooling in poolings:
        yield pooling.title
        for one in pooling.cohorts:
            share = numbers[joined(POOL, "cohort", one.id, "survived", "share")]
            mark = "  (the present one)" if one.present else ""
            counted = f"{one.survived}/{one.n}"
            yield f"  {one.title:<{width}}  {counted:>6}  {_printed(share)}{mark}"
        if len(pooling.cohorts) > 1:
            yield from _together(pooling, numbers, width)
        yield ""


def plan_lines(result: Result) -> Iterator[str]:
    """A line a number of a plan; by which method each was computed is behind it."""
    if result.why_not:
        yield result.why_not
        return
    yield from result.notes
    yield ""
    width = max(len(number.label) for number in result.numbers)
    for number in result.numbers:
        yield f"  {number.label:<{width}}  {_said(number)}"


def _together(pooling: Pooling, numbers: dict[str, Estimate], width: int) -> Iterator[str]:
    stem = joined(POOL, pooling.key)
    n = sum(one.n for one in pooling.cohorts)
    lived = sum(one.survived or 0 for one in pooling.cohorts)
    yield f"  {'Pooled':<{width}}  {f'{lived}/{n}':>6}  {_printed(numbers[joined(stem, 'share')])}"
    further = numbers[joined(stem, "prediction")]
    yield f"  {'A further cohort':<{width}}  {'':>6}  {further.shown_interval or further.shown}"
    i2, tau2 = numbers[joined(stem, "i2")], numbers[joined(stem, "tau2")]
    yield f"  {'I2; tau2':<{width}}  {'':>6}  {_printed(i2)}; {tau2.shown}"


def _said(number: Number) -> str:
    estimate = number.estimate
    unit = " patients" if estimate.unit == "patients" and estimate.value is not None else ""
    why = f" ({estimate.reason})" if estimate.reason else ""
    return f"{_printed(estimate)}{unit}{why}"


def _printed(estimate: Estimate) -> str:
    return f"{estimate.shown} ({estimate.shown_interval})" if estimate.level is not None else estimate.shown
