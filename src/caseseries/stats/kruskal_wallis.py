"""Several groups compared by the ranks of their values: Kruskal and Wallis's test."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.ranks import doubled_ranks
from caseseries.stats.sample import Counts, Numbers, numbers
from caseseries.stats.tails import chi_square_tail

ASYMPTOTIC = "Kruskal-Wallis, asymptotic, corrected for ties"
EXACT = "Kruskal-Wallis, exact, conditional on the ties"
# States of the exact count: about a second's work. Three groups of nine untied values fit.
MOST_STATES = 2_000_000
DRAWS = 100_000
# Values drawn in all: about three seconds' work.
MOST_DRAWN = 100_000_000
CHUNK = 2_000_000
# Statistics this close, relative to the one seen, are as great as it.
AS_GREAT = 1e-9


def kruskal_wallis(samples: Sequence[ArrayLike]) -> Estimate:
    """Kruskal and Wallis's H of two or more groups, corrected for ties, with its asymptotic p.

    p is the upper tail of a chi-square with one degree of freedom less than there are groups, which the
    method names. n is all values. A single group, an empty one, or values all equal: not estimable.

    Source: Kruskal & Wallis, J Am Stat Assoc 1952;47:583-621.
    """
    groups = _checked(samples)
    n, degrees = sum(map(len, groups)), max(0, len(groups) - 1)
    method = f"{ASYMPTOTIC}, {degrees} df"
    if hindered := _hindrance(groups):
        return not_estimable(hindered, method, n, "H")
    ranks, tied = doubled_ranks(np.concatenate(groups))
    sizes = np.array([len(one) for one in groups])
    statistic = _statistic(float(_spread(_sums(ranks[None, :], sizes), sizes)[0]), tied)
    return Estimate(statistic, method, n, "H", p=chi_square_tail(statistic, degrees))


def kruskal_wallis_exact(samples: Sequence[ArrayLike], *, seed: int, limit: int = MOST_STATES) -> Estimate:
    """Kruskal and Wallis's H, with p from the ways in which the ranks seen could fall to the groups.

    p is the share of those ways, ties and all, whose H is at least as great. Ways that have made the same
    rank sums so far are counted together: exact where these are no more than `limit` over all steps; else
    100,000 ways are drawn with `seed`, the one seen is counted among them, and the method names the
    standard error. Not estimable: as for `kruskal_wallis`, and with more than 1,000 values ("not done").

    Source: Kruskal & Wallis, J Am Stat Assoc 1952;47:583-621; Phipson & Smyth, Stat Appl Genet Mol Biol
    2010;9:39, for the drawn p.
    """
    groups = _checked(samples)
    n = sum(map(len, groups))
    if hindered := _hindrance(groups):
        return not_estimable(hindered, EXACT, n, "H")
    if n * DRAWS > MOST_DRAWN:
        return not_estimable(f"not done: {n:,} values are too many to deal", EXACT, n, "H")
    sizes = np.array([len(one) for one in groups])
    ranks, tied = doubled_ranks(np.concatenate(groups))
    spread = float(_spread(_sums(ranks[None, :], sizes), sizes)[0])
    statistic, border = _statistic(spread, tied), spread * (1.0 - AS_GREAT)
    p = _exact_share(np.sort(ranks), sizes, border, limit)
    if p is not None:
        return Estimate(statistic, f"{EXACT}, over all {_deals(sizes)} deals", n, "H", p=p)
    great = _drawn_as_great(np.sort(ranks), sizes, border, seed)
    p = (1 + great) / (1 + DRAWS)
    error = math.sqrt(p * (1.0 - p) / DRAWS)
    how = f"{DRAWS:,} of {_deals(sizes)} deals drawn (seed {seed}, standard error of p {error:.1g})"
    return Estimate(statistic, f"{EXACT}, {how}", n, "H", p=p)


def _checked(samples: Sequence[ArrayLike]) -> list[Numbers]:
    return [numbers(one, f"samples, group {place}") for place, one in enumerate(samples, 1)]


def _hindrance(groups: Sequence[Numbers]) -> str:
    if not sum(map(len, groups)):
        return "nobody to compare"
    if len(groups) < 2:
        return "only one group: nothing to compare"
    if not all(map(len, groups)):
        return "a group is empty"
    if min(one.min() for one in groups) == max(one.max() for one in groups):
        return "all values are equal: their ranks tell nothing"
    return ""


def _sums(dealt: Counts, sizes: Counts) -> Counts:
    """The groups' sums of the doubled ranks, a row a deal."""
    return np.asarray(np.add.reduceat(dealt, np.concatenate(([0], np.cumsum(sizes)[:-1])), axis=1))


def _spread(sums: Counts, sizes: Counts) -> Numbers:
    """How far the doubled rank sums (a row a deal) lie from their means: H but for a constant factor."""
    away = (sums - sizes * (int(sizes.sum()) + 1)).astype(np.float64)
    return np.asarray((away**2 / sizes).sum(axis=1))


def _statistic(spread: float, tied: Counts) -> float:
    n = float(tied.sum())
    untied = 1.0 - math.fsum(tied.astype(np.float64) ** 3 - tied) / (n**3 - n)
    return 3.0 * spread / (n * (n + 1.0)) / untied


def _exact_share(ranks: Counts, sizes: Counts, border: float, most: int) -> float | None:
    """The share of all deals at or above the border; None where they make more than `most` states on the way.

    Ranks are dealt one after the other; deals with the same rank sums and as many in each group go on as
    one. Such a state is one number: the last group's part is what the others leave.
    """
    groups = len(sizes) - 1
    highest = [int(ranks[len(ranks) - size :].sum()) for size in sizes[:-1]]
    bases = [*(int(size) + 1 for size in sizes[:-1]), *(top + 1 for top in highest)]
    if math.prod(bases) >= 2**62:
        return None
    places = np.concatenate(([1], np.cumprod(bases)[:-1])).astype(np.int64)
    codes: Counts = np.zeros(1, dtype=np.int64)
    ways: Numbers = np.ones(1)
    met = 0
    for dealt, rank in enumerate(ranks):
        counts = codes[:, None] // places[:groups] % np.array(bases[:groups])
        room = dealt - counts.sum(axis=1) < sizes[-1]
        grown, weights = [codes[room]], [ways[room]]
        for place in range(groups):
            room = counts[:, place] < sizes[place]
            grown.append(codes[room] + places[place] + int(rank) * places[groups + place])
            weights.append(ways[room])
        if sum(map(len, grown)) > most:
            return None
        codes, owner = np.unique(np.concatenate(grown), return_inverse=True)
        ways = np.asarray(np.bincount(owner, weights=np.concatenate(weights)), dtype=np.float64)
        met += len(codes)
        if met > most:
            return None
    sums = codes[:, None] // places[groups:] % np.array(bases[groups:])
    rest = int(ranks.sum()) - sums.sum(axis=1, keepdims=True)
    great = _spread(np.hstack((sums, rest)), sizes) >= border
    return float(ways[great].sum() / ways.sum())


def _drawn_as_great(ranks: Counts, sizes: Counts, border: float, seed: int) -> int:
    random = np.random.default_rng(seed)
    most, great, left = max(1, CHUNK // len(ranks)), 0, DRAWS
    while left:
        now = min(most, left)
        dealt = random.permuted(np.tile(ranks, (now, 1)), axis=1)
        great += int((_spread(_sums(dealt, sizes), sizes) >= border).sum())
        left -= now
    return great


def _deals(sizes: Counts) -> str:
    """How many ways there are, in words."""
    size = math.lgamma(sizes.sum() + 1.0) - math.fsum(math.lgamma(one + 1.0) for one in sizes)
    if size > math.log(1e12):
        return f"some 10^{int(size / math.log(10.0))}"
    ways = math.factorial(int(sizes.sum()))
    return f"{ways // math.prod(math.factorial(int(one)) for one in sizes):,}"
