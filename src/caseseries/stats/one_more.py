"""One event more or fewer: where the pooled share of few, unlike cohorts moves the other way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caseseries.stats.pooling import binomial_normal

LEAST_MOVE = 0.001
"""A smaller move than a tenth of a percentage point is not told."""


@dataclass(frozen=True, slots=True)
class WrongWay:
    """With `events` in cohort `place` (from 0) instead of its own, the pool is `then`, not `now`."""

    place: int
    events: int
    now: float
    then: float


def wrong_way(events: Sequence[int], n: Sequence[int]) -> WrongWay | None:
    """The largest move of the pooled share against the one event more or fewer that makes it; None without.

    By the binomial-normal model: it may lay the change on the variance between cohorts, and with that the
    share of the typical one moves the other way. ValueError: as `binomial_normal`.
    """
    now = binomial_normal(events, n).share.value
    moves = [] if now is None else list(_moves(events, n, now))
    return max(moves, key=lambda one: abs(one.then - one.now), default=None)


def _moves(events: Sequence[int], n: Sequence[int], now: float) -> Iterator[WrongWay]:
    for place, own in enumerate(events):
        for step in (-1, 1):
            if 0 <= own + step <= n[place]:
                changed = [*events[:place], own + step, *events[place + 1 :]]
                then = binomial_normal(changed, n).share.value
                if then is not None and (then - now) * step <= -LEAST_MOVE:
                    yield WrongWay(place, own + step, now, then)
