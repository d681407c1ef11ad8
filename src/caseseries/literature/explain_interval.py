"""A printed limit of a share, or of how two shares differ, that does not reproduce: which interval has it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caseseries.analysis.methods import Table, contrasts_of_shares
from caseseries.literature.search import Variant
from caseseries.stats.compare import fisher
from caseseries.stats.proportions import Interval, proportion
from caseseries.stats.tails import normal_quantile

INTERVALS: tuple[Interval, ...] = ("Clopper-Pearson", "Wilson", "mid-p")
LEVELS = (0.95, 0.9, 0.99)


def share_limits(count: int, n: int, field: str) -> list[list[Variant]]:
    """The limit (`field` "low" or "high") of a share by every interval in use, at 95%, then at 90% and 99%.

    Source: Agresti & Coull, Am Stat 1998;52:119-126; Brown, Cai & DasGupta, Stat Sci 2001;16:101-133.
    """
    return [
        [*_share(count, n, field, LEVELS[0])],
        [one for level in LEVELS[1:] for one in _share(count, n, field, level)],
    ]


def contrast_limits(table: Table, of: str, field: str) -> list[list[Variant]]:
    """The limit of a difference, ratio or odds ratio of two shares (`of` is how its part begins)."""
    return [
        [*_contrast(table, of, field, LEVELS[0])],
        [one for level in LEVELS[1:] for one in _contrast(table, of, field, level)],
    ]


def _share(count: int, n: int, field: str, level: float) -> Iterator[Variant]:
    at = f"{level:.0%} interval"
    for interval in INTERVALS:
        limit = getattr(proportion(count, n, level=level, interval=interval), field)
        yield Variant(f"{interval} {at}", limit)
    from scipy.special import betaincinv

    z, share, sign = normal_quantile((1 + level) / 2), count / n, -1 if field == "low" else 1
    yield Variant(f"Wald {at}", share + sign * z * math.sqrt(share * (1 - share) / n))
    half = sign * (z * math.sqrt(share * (1 - share) / n) + 1 / (2 * n))
    yield Variant(f"Wald {at}, continuity-corrected", share + half)
    more = n + z * z
    middle = (count + z * z / 2) / more
    yield Variant(f"Agresti-Coull {at}", middle + sign * z * math.sqrt(middle * (1 - middle) / more))
    tail = (1 - level) / 2 if field == "low" else (1 + level) / 2
    edge = {"low": 0, "high": n}[field]
    jeffreys = edge / n if count == edge else float(betaincinv(count + 0.5, n - count + 0.5, tail))
    yield Variant(f"Jeffreys {at}", jeffreys)


def _contrast(table: Table, of: str, field: str, level: float) -> Iterator[Variant]:
    at = f"{level:.0%}"
    for method in contrasts_of_shares(table, level):
        estimate = method.done() if method.part.startswith(of) else None
        if estimate is not None and (limit := getattr(estimate, field)) is not None:
            yield Variant(f"{method.label}, {at}", limit)
    if of == "odds-ratio" and (limit := getattr(fisher(table, level=level), field)) is not None:
        yield Variant(f"Odds ratio, exact, {at}", limit)
