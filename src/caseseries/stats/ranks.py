"""Two groups compared by the ranks of their values: Wilcoxon, Mann and Whitney's test."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Counts, Numbers, numbers
from caseseries.stats.tails import normal_two_sided

ASYMPTOTIC = "Mann-Whitney, asymptotic, tie- and continuity-corrected, two-sided"
EXACT = "Mann-Whitney, exact, conditional on the ties, two-sided by distance from the mean rank sum"

# Steps of the exact table: about a second's work. 20 against 20 takes 1.3 million.
MOST_STEPS = 500_000_000


def mann_whitney(x: ArrayLike, y: ArrayLike) -> Estimate:
    """Mann and Whitney's U of `x` (R's W: pairs in which x is above y, ties one half), with its p.

    p is from the normal approximation, its variance corrected for ties and its distance from the
    mean shortened by one half. An empty group, or values all equal: not estimable.

    Source: Mann & Whitney, Ann Math Stat 1947;18:50-60; Lehmann, Nonparametrics, 1975, 1.4, for ties.
    """
    first, second = numbers(x, "x"), numbers(y, "y")
    n, m = len(first), len(second)
    if hindered := _hindrance(first, second):
        return not_estimable(hindered, ASYMPTOTIC, n + m, "U")
    doubled, tied = doubled_ranks(np.concatenate((first, second)))
    u = (int(doubled[:n].sum()) - n * (n + 1)) / 2.0
    both = n + m
    spread = math.fsum(tied.astype(np.float64) ** 3 - tied) / (both * (both - 1))
    deviation = math.sqrt(n * m / 12.0 * (both + 1 - spread))
    distance = abs(u - n * m / 2.0)
    p = normal_two_sided(max(0.0, distance - 0.5) / deviation)
    return Estimate(u, ASYMPTOTIC, both, "U", p=p)


def mann_whitney_exact(x: ArrayLike, y: ArrayLike) -> Estimate:
    """Mann and Whitney's U of `x`, with p from every way the ranks seen could fall to the groups.

    p is the share of those ways whose rank sum lies at least as far from its mean as the one seen.
    Mid-ranks are doubled to whole numbers, so ties are exact. An empty group, values all equal, or
    groups too large for the table ("not done"): not estimable.

    Source: Streitberg & Roehmel, Statistical Software Newsletter 1986;12:10-17.
    """
    first, second = numbers(x, "x"), numbers(y, "y")
    n, m = len(first), len(second)
    if hindered := _hindrance(first, second):
        return not_estimable(hindered, EXACT, n + m, "U")
    both, fewer = n + m, min(n, m)
    if both * fewer * both * (both + 1) > MOST_STEPS:
        return not_estimable(f"not done: {n} against {m} is too many for the exact table", EXACT, both, "U")
    doubled, _ = doubled_ranks(np.concatenate((first, second)))
    seen = int(doubled[:n].sum())
    ways = rank_sum_ways(doubled, fewer)
    # The two groups' doubled rank sums lie equally far from their means, n (N + 1) and m (N + 1).
    distances = np.abs(np.arange(len(ways)) - fewer * (both + 1))
    extreme = ways[distances >= abs(seen - n * (both + 1))].sum()
    return Estimate((seen - n * (n + 1)) / 2.0, EXACT, both, "U", p=float(extreme / ways.sum()))


def has_ties(values: ArrayLike) -> bool:
    """Whether any value occurs more than once."""
    sample = numbers(values)
    return len(np.unique(sample)) < len(sample)


def _hindrance(first: Numbers, second: Numbers) -> str:
    if not len(first) or not len(second):
        return "a group is empty" if len(first) or len(second) else "nobody to compare"
    if min(first.min(), second.min()) == max(first.max(), second.max()):
        return "all values are equal: their ranks tell nothing"
    return ""


def doubled_ranks(values: Numbers) -> tuple[Counts, Counts]:
    """Twice the mid-rank of each value, a whole number; and how often each distinct value occurs."""
    _, place, tied = np.unique(values, return_inverse=True, return_counts=True)
    return (2 * np.cumsum(tied) - tied + 1)[place], tied


def rank_sum_ways(scores: Counts, size: int) -> Numbers:
    """How many sets of `size` of the scores have the sum 0, 1, 2 ...; exact below 2 ** 53."""
    ways = np.zeros((size + 1, int(np.sort(scores)[-size:].sum()) + 1))
    ways[0, 0] = 1.0
    for score in scores:
        ways[1:, score:] += ways[:-1, : ways.shape[1] - score].copy()
    return np.asarray(ways[size])
