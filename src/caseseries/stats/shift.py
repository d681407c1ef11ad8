"""How far two groups lie apart: Hodges and Lehmann's shift, and the share of pairs in which one is above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.level import NEAR
from caseseries.stats.ranks import MOST_STEPS, has_ties, mann_whitney, mann_whitney_exact
from caseseries.stats.root import root
from caseseries.stats.sample import Numbers, numbers
from caseseries.stats.tails import normal_quantile

SHIFT = "Hodges-Lehmann shift, median of all pairwise differences"
EXACT = f"{SHIFT}; interval: the shifts that the exact rank-sum test does not reject"
EXACT_TIED = (
    f"{SHIFT}; interval: from the least to the greatest shift that the exact rank-sum test, "
    "conditional on the ties, does not reject"
)
ASYMPTOTIC = f"{SHIFT}; interval from the asymptotic rank-sum test, tie- and continuity-corrected"
SUPERIORITY = "share of pairs in which the first is above the second, ties one half; Newcombe's method 5"

# Steps of the exact table without ties, in whole numbers of any length: 150 against 150.
MOST_COUNTS = 3_500_000
# Up to so many, the pairwise differences are listed; beyond, they are counted.
MOST_LISTED = 4_000_000
# Differences this close, relative to the greatest value, are one: 0.3 - 0.1 is 0.2.
SAME_SHIFT = 1e-12


def hodges_lehmann(x: ArrayLike, y: ArrayLike, *, level: float = 0.95, unit: str = "") -> Estimate:
    """By how much `x` lies above `y`: the median of all differences x - y, in `unit`.

    The limits are pairwise differences: the interval holds every shift d at which the two-sided
    rank-sum test of x - d against y has a p above 1 - `level`. The test is exact and conditional on
    the ties of the shifted samples (`mann_whitney_exact`). Without ties within a group these are the
    classical order statistics; ties between the groups do not matter. With ties within a group the
    shifts not rejected may leave gaps; the interval then runs from the least to the greatest, so that
    it covers at least `level`. Where the exact test would take too long, the asymptotic test is
    inverted in the same way, and the method says which it was. Where too few were seen for any shift
    to be rejected, a limit is open: None, and infinite. An empty group, or no spread within either
    group: not estimable. ValueError: the level is not between 0 and 1.

    Source: Hodges & Lehmann, Ann Math Stat 1963;34:598-611; Bauer, J Am Stat Assoc 1972;67:687-690,
    for the interval.
    """
    check_level(level)
    first, second = np.sort(numbers(x, "x")), np.sort(numbers(y, "y"))
    n, m = len(first), len(second)
    if hindered := _hindrance(first, second):
        return not_estimable(hindered, SHIFT, n + m, unit)
    pairs, alpha = n * m, (1.0 - level) * (1.0 + NEAR)
    middle = _ordered(first, second, [(pairs + 1) // 2, pairs // 2 + 1])
    value = middle[0] / 2.0 + middle[1] / 2.0 if middle[0] != middle[1] else middle[0]
    method, (low, high) = _limits(first, second, alpha)
    open_ = low is None or high is None
    reason = "no limits: too few, the test could not reject even the farthest shift" if open_ else ""
    return Estimate(
        value, method, n + m, unit, low, high, level, reason=reason, beyond="infinite" if open_ else ""
    )


def superiority(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> Estimate:
    """The share (0..1) of all pairs in which `x` is above `y`, ties one half: U / (n m).

    One half where neither group tends to be above. The interval at `level` is Newcombe's method 5, a
    score interval with Hanley and McNeil's variance, both groups taken at their mean size. It was made
    for values without ties, and is no inversion of the rank-sum test: at the border the two may
    disagree. An empty group, or values all equal: not estimable. ValueError: the level is not between
    0 and 1.

    Source: Newcombe, Stat Med 2006;25:559-573; Hanley & McNeil, Radiology 1982;143:29-36.
    """
    check_level(level)
    u = mann_whitney(x, y)
    if u.value is None:
        return not_estimable(u.reason, SUPERIORITY, u.n, "share")
    n, m = np.size(x), np.size(y)
    share, z = u.value / (n * m), normal_quantile((1.0 + level) / 2.0)

    def reach(truth: float) -> float:
        odds = (1.0 - truth) / (2.0 - truth) + truth / (1.0 + truth)
        return z * math.sqrt(truth * (1.0 - truth) * (1.0 + ((n + m) / 2.0 - 1.0) * odds) / (n * m))

    low = root(lambda truth: truth + reach(truth) - share, 0.0, share) if share > 0.0 else 0.0
    high = root(lambda truth: truth - reach(truth) - share, share, 1.0) if share < 1.0 else 1.0
    return Estimate(share, SUPERIORITY, u.n, "share", low, high, level)


def _hindrance(first: Numbers, second: Numbers) -> str:
    if not len(first) or not len(second):
        return "a group is empty" if len(first) or len(second) else "nobody to compare"
    if first[0] != first[-1] or second[0] != second[-1]:
        return ""
    if first[0] == second[0]:
        return "all values are equal: there is no spread to judge a shift by"
    return "each group has one value only: there is no spread to judge a shift by"


def _limits(first: Numbers, second: Numbers, alpha: float) -> tuple[str, tuple[float | None, float | None]]:
    """The method, and the two limits; None where open."""
    n, m = len(first), len(second)
    if min(n, m) * n * m <= MOST_COUNTS:
        rejected = _rejected_exactly(n, m, alpha)
        if not (has_ties(first) or has_ties(second)):
            return EXACT, _order_statistics(first, second, rejected)
        low = _least_kept(first, second, alpha, rejected)
        high = _least_kept(-first[::-1], -second[::-1], alpha, rejected)
        if low != "not done" and high != "not done":
            return EXACT_TIED, (low, None if high is None else -high)
    return ASYMPTOTIC, _order_statistics(first, second, _rejected_asymptotically(first, second, alpha))


def _order_statistics(first: Numbers, second: Numbers, place: int) -> tuple[float | None, float | None]:
    """The difference in this place from below, and that from above; open where it is place 0."""
    if place == 0:
        return None, None
    low, high = _ordered(first, second, [place, len(first) * len(second) + 1 - place])
    return low, high


def _rejected_exactly(n: int, m: int, alpha: float) -> int:
    """How many of the values 0, 1, 2 ... of U the exact test without ties rejects, in whole numbers."""
    fewer, more, most = min(n, m), max(n, m), n * m // 2
    ways = [1] + [0] * most
    for size in range(1, fewer + 1):
        # Gauss's binomial coefficient, a factor at a time: times 1 - q^(more + size), over 1 - q^size.
        for u in range(most, more + size - 1, -1):
            ways[u] -= ways[u - more - size]
        for u in range(size, most + 1):
            ways[u] += ways[u - size]
    everything = math.comb(n + m, n)
    tails = enumerate(accumulate(ways))
    return next((u for u, tail in tails if 2 * tail / everything > alpha), most)


def _rejected_asymptotically(first: Numbers, second: Numbers, alpha: float) -> int:
    """The same by the normal approximation of `mann_whitney`, with the ties within the groups."""
    n, m = len(first), len(second)
    both = n + m
    tied = np.concatenate([np.unique(group, return_counts=True)[1] for group in (first, second)])
    spread = math.fsum(tied.astype(np.float64) ** 3 - tied) / (both * (both - 1))
    deviation = math.sqrt(n * m / 12.0 * (both + 1 - spread))
    return max(0, math.floor(n * m / 2.0 - 0.5 - normal_quantile(1.0 - alpha / 2.0) * deviation) + 1)


def _least_kept(
    first: Numbers, second: Numbers, alpha: float, rejected: int
) -> float | Literal["not done"] | None:
    """The least shift not rejected by the exact test with ties; None where it is minus infinity.

    The p is one number between two neighbouring differences, and another on each. A tie of a and b
    moves U by a b / 2 at most from what it were without ties, and so most shifts are decided by the
    test without ties, which rejects U below `rejected`; the others are tested one by one.
    """
    scale = max(abs(first[0]), abs(first[-1]), abs(second[0]), abs(second[-1]))
    differences = np.sort((first[:, None] - second[None, :]).ravel())
    starts = np.flatnonzero(np.diff(differences, prepend=-np.inf) > SAME_SHIFT * scale)
    steps = differences[starts]
    below = np.append(starts, len(differences))
    # In turn: below the first difference, on it, between it and the second, on the second ...
    u, shifts = np.empty((2, 2 * len(steps)))
    u[0::2], u[1::2] = below[:-1], (below[:-1] + below[1:]) / 2.0
    shifts[0::2] = (steps + np.concatenate(([steps[0] - 2.0 * scale], steps[:-1]))) / 2.0
    shifts[1::2] = steps
    kept_by_distance = int(np.argmax(u >= len(differences) / 2.0))
    cost = (len(first) + len(second)) ** 2 * (len(first) + len(second) + 1) * min(len(first), len(second))
    left = MOST_STEPS // cost
    for place in range(kept_by_distance):
        shifted = _aligned(first - shifts[place], second, SAME_SHIFT * scale / 4.0)
        tied = np.unique(np.concatenate((shifted, second)), return_counts=True)[1]
        slack = float((tied**2 // 4).sum()) / 2.0
        if u[place] + slack < rejected:
            continue
        if u[place] - slack < rejected:
            left -= 1
            if left < 0:
                return "not done"
            p = mann_whitney_exact(shifted, second).p
            if p is not None and p <= alpha:
                continue
        return float(steps[(place - 1) // 2]) if place else None
    return float(steps[(kept_by_distance - 1) // 2]) if kept_by_distance else None


def _aligned(shifted: Numbers, second: Numbers, near: float) -> Numbers:
    """The shifted values, each on a value of `second` where it lies that near."""
    after = np.minimum(np.searchsorted(second, shifted), len(second) - 1)
    before = np.maximum(after - 1, 0)
    closest = np.where(shifted - second[before] < second[after] - shifted, second[before], second[after])
    return np.where(np.abs(closest - shifted) <= near, closest, shifted)


def _ordered(first: Numbers, second: Numbers, places: Sequence[int]) -> list[float]:
    """The pairwise differences in these places, counted from 1, of two sorted samples."""
    if len(first) * len(second) <= MOST_LISTED:
        wanted = [place - 1 for place in places]
        listed = np.partition((first[:, None] - second[None, :]).ravel(), wanted)
        return [float(listed[place]) for place in wanted]
    return [_counted(first, second, place) for place in places]


def _counted(first: Numbers, second: Numbers, place: int) -> float:
    """The difference in this place, found by halving: how many differences are at most d is soon counted."""
    low, high = float(first[0] - second[-1]), float(first[-1] - second[0])
    for _ in range(60):
        middle = low + (high - low) / 2.0
        above = int(np.searchsorted(second, first - middle, side="left").sum())
        if len(first) * len(second) - above < place:
            low = middle
        else:
            high = middle
    after = np.minimum(np.searchsorted(second, first - high), len(second) - 1)
    near = np.concatenate((first - second[after], first - second[np.maximum(after - 1, 0)]))
    return float(near[np.argmin(np.abs(near - high))])
