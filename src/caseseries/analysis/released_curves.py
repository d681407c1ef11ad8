"""Released curves: whether enough patients stand behind what is read from a curve at fixed times."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from caseseries.analysis.ids import AT, BY, MEAN_TIME, MEAN_TIMES, joined, of_group
from caseseries.analysis.results import Number, Result
from caseseries.protocol.clauses.clause import slug
from caseseries.stats.sample import Counts, Numbers

SAME = 1e-9
"""Two heights of a curve this close are one."""


def curves_behind(number: Number, result: Result) -> list[str]:
    """How the ids of the curves begin from which a number is read at a fixed time; none for any other."""
    stem, _, own = number.id.rpartition(".")
    if f".{AT}." in number.id:
        return [number.id.partition(f"{AT}.")[0]]
    if own == MEAN_TIME:
        return [f"{stem}."]
    if own == MEAN_TIMES:
        return [f"{_stem(result, one.key)}." for one in result.groups]
    return []


def falls_by_many(stem: str, result: Result, smallest: int) -> bool:
    """Whether enough died between any two of the times at which a curve is told, and enough are left.

    `stem` begins the ids of the curve's numbers. Of a curve with people lost or entered late a single death
    may be a large fall: both the falls and the deaths are counted.
    """
    told = [one for one in result.numbers if one.id.startswith(f"{stem}{AT}.")]
    if not _by_many(told, [1.0, 0.0], smallest):
        return False
    curves = (curve for key, curve in result.curves.items() if f"{_stem(result, key)}." == stem)
    read = [1.0 - one for one in _heights(f"{stem}{AT}.", told)]
    return all(_steps_of_many(1.0 - one.survival, one.events, one.n, read, smallest) for one in curves)


def rises_by_many(stem: str, result: Result, smallest: int) -> bool:
    """Whether enough had an event, or none, between any two times at which its incidence is told."""
    told = [one for one in result.numbers if one.id.startswith(f"{stem}{BY}.")]
    if not _by_many(told, [0.0, 1.0], smallest):
        return False
    read = _heights(f"{stem}{BY}.", told)
    for key, curve in result.competing.curves.items():
        for number, kind in enumerate(result.competing.kinds, 1):
            if f"{joined(_stem(result, key), slug(kind))}." == stem and number in curve.causes:
                row = curve.causes.index(number)
                if not _steps_of_many(curve.incidence[row], curve.events[row], curve.n, read, smallest):
                    return False
    return True


def _stem(result: Result, group: str) -> str:
    return joined(result.slug, of_group(group))


def _heights(begins: str, told: Sequence[Number]) -> list[float]:
    """What is read from the curve itself: what those lost could have made of it is none of its heights."""
    own = [one.estimate for one in told if "." not in one.id.removeprefix(begins)]
    return [one.value for one in own if one.value is not None]


def _by_many(told: Sequence[Number], ends: list[float], smallest: int) -> bool:
    """Whether each two neighbouring heights are as far apart as `smallest` of all make, or are the same."""
    heights = sorted({*ends, *(one.estimate.value for one in told if one.estimate.value is not None)})
    n = max(one.estimate.n for one in told)
    steps = [(above - below) * n for below, above in pairwise(heights)]
    return all(step < 1e-6 or step > smallest - 1e-6 for step in steps)


def _steps_of_many(had: Numbers, events: Counts, n: int, told: Sequence[float], smallest: int) -> bool:
    """Whether `smallest` or nobody had the event from one told share to the next, and are left after all.

    `had` is the share at each time who had it, `events` how many had it then, `told` the shares told.
    """
    counts = sorted({0, n, *(int(events[had <= share + SAME].sum()) for share in told)})
    return all(more - fewer >= smallest for fewer, more in pairwise(counts))
