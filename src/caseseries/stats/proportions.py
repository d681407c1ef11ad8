"""A proportion with an interval that holds in a small series."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.root import root
from caseseries.stats.tails import normal_quantile

Interval = Literal["Clopper-Pearson", "Wilson", "mid-p"]


def proportion(
    events: int, n: int, *, level: float = 0.95, interval: Interval = "Clopper-Pearson"
) -> Estimate:
    """The share `events` / `n`, with its two-sided interval at `level`.

    `Clopper-Pearson` is exact and never covers less than `level`; `mid-p` covers about `level`,
    sometimes a little less; `Wilson` is the score interval without continuity correction.
    n = 0: not estimable. ValueError: `events` outside 0..n, or the level not between
    0 and 1.

    Source: Clopper & Pearson, Biometrika 1934;26:404-413; Wilson, J Am Stat Assoc 1927;22:209-212;
    Berry & Armitage, Statistician 1995;44:417-423, for mid-p.
    """
    check_level(level)
    if interval not in LIMITS:
        raise ValueError(f"interval: one of {', '.join(LIMITS)} is wanted, not {interval!r}")
    if not 0 <= events <= n:
        raise ValueError(f"events: from 0 to n = {n} is wanted, not {events}")
    method = f"proportion, {interval} interval"
    if n == 0:
        return not_estimable("nobody to count", method, 0, "share")
    low, high = LIMITS[interval](events, n, 1.0 - level)
    return Estimate(events / n, method, n, "share", low=low, high=high, level=level)


# The same few counts are asked thousands of times: tables, subgroups, labels dropped one by one.
@lru_cache(maxsize=4096)
def _clopper_pearson(events: int, n: int, alpha: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    low = 0.0 if events == 0 else float(betaincinv(events, n - events + 1, alpha / 2.0))
    high = 1.0 if events == n else float(betaincinv(events + 1, n - events, 1.0 - alpha / 2.0))
    return low, high


def _wilson(events: int, n: int, alpha: float) -> tuple[float, float]:
    z = normal_quantile(1.0 - alpha / 2.0)
    share = events / n
    centre = share + z * z / (2.0 * n)
    reach = z * math.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    scale = 1.0 + z * z / n
    low = 0.0 if events == 0 else (centre - reach) / scale
    high = 1.0 if events == n else (centre + reach) / scale
    return low, high


@lru_cache(maxsize=4096)
def _mid_p(events: int, n: int, alpha: float) -> tuple[float, float]:
    from scipy.special import betainc

    def upper_tail(share: float) -> float:
        """P(X > events) + P(X = events) / 2 at `share`, which rises with it."""
        at_least = float(betainc(events, n - events + 1, share)) if events else 1.0
        more = float(betainc(events + 1, n - events, share)) if events < n else 0.0
        return (at_least + more) / 2.0

    low = 0.0 if events == 0 else root(lambda share: upper_tail(share) - alpha / 2.0, 0.0, 1.0)
    high = 1.0 if events == n else root(lambda share: upper_tail(share) - (1.0 - alpha / 2.0), 0.0, 1.0)
    return low, high


LIMITS: Mapping[Interval, Callable[[int, int, float], tuple[float, float]]] = {
    "Clopper-Pearson": _clopper_pearson,
    "Wilson": _wilson,
    "mid-p": _mid_p,
}
