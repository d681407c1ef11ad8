"""Variants of a rank test: the p-values that packages, tables and habits give for two groups of values."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from statistics import NormalDist

import numpy as np

from caseseries.literature.search import Variant
from caseseries.stats.ranks import MOST_STEPS, doubled_ranks, rank_sum_ways
from caseseries.stats.rounding import half_up
from caseseries.stats.sample import Counts, Numbers

MOST_EXACT = 100
"""Of more values the exact tests, tenths of a second each, are done on the data as they stand alone."""
ROUNDED = {None: "", 3: ", z rounded to three decimals", 2: ", z rounded to two decimals"}
SIDES = {2: "two-sided", 1: "one-sided"}


def rank_variants(first: Numbers, second: Numbers, reading: str = "") -> Iterator[Variant]:
    """Each p-value of the two groups, the one-sided in the direction seen; none where a test has none.

    Mann-Whitney by the normal approximation (with and without the corrections for continuity and for ties, z
    as it is or rounded), exact (with the ties and as if there were none), and the tests that are used in its
    stead: Student, Welch, Brunner-Munzel, Kolmogorov-Smirnov and the median test.

    Source: Lehmann, Nonparametrics, 1975; Brunner & Munzel, Biom J 2000;42:17-25; Mood, Introduction to the
    Theory of Statistics, 1950, for the median test.
    """
    if not len(first) or not len(second) or len(np.unique(np.concatenate((first, second)))) < 2:
        return
    is_quick = not reading or len(first) + len(second) <= MOST_EXACT
    exact = _exact(first, second) if is_quick else ()
    for method, p in (*_normal(first, second), *exact, *_others(first, second)):
        if math.isfinite(p):
            yield Variant(method, min(1.0, p), reading)


def _normal(first: Numbers, second: Numbers) -> Iterator[tuple[str, float]]:
    doubled, tied = doubled_ranks(np.concatenate((first, second)))
    n, m = len(first), len(second)
    both = n + m
    distance = abs(int(doubled[:n].sum()) - n * (both + 1)) / 2.0
    spread = math.fsum(tied.astype(np.float64) ** 3 - tied) / (both * (both - 1))
    for ties, taken in (("corrected for ties", spread), ("not corrected for ties", 0.0)):
        deviation = math.sqrt(n * m / 12.0 * (both + 1 - taken))
        for continuity, half in (("with continuity correction", 0.5), ("without continuity correction", 0.0)):
            z = max(0.0, distance - half) / deviation
            for digits, said in ROUNDED.items():
                tail = NormalDist().cdf(-(z if digits is None else float(half_up(z, digits))))
                for sides, how in SIDES.items():
                    yield f"Mann-Whitney {continuity}, {ties}, {how}{said}", sides * tail


def _exact(first: Numbers, second: Numbers) -> Iterator[tuple[str, float]]:
    n, both = len(first), len(first) + len(second)
    if both * min(n, both - n) * both * (both + 1) > MOST_STEPS:
        return
    doubled, tied = doubled_ranks(np.concatenate((first, second)))
    seen = int(doubled[:n].sum())
    low, high, far = _tails(doubled, n, seen)
    yield "Mann-Whitney, exact with the ties, two-sided by distance", far
    yield "Mann-Whitney, exact with the ties, twice the one-sided", 2.0 * min(low, high)
    yield "Mann-Whitney, exact with the ties, one-sided", min(low, high)
    if tied.max() > 1:
        untied = 2 * np.arange(1, both + 1, dtype=np.int64)
        for said, at in (("", seen // 2 * 2), ("the other way", -(-seen // 2) * 2)):
            low, high, _ = _tails(untied, n, at)
            how = f"Mann-Whitney, exact as if there were no ties{', U rounded up' if said else ''}"
            if not said or seen % 2:
                yield f"{how}, two-sided", 2.0 * min(low, high)
                yield f"{how}, one-sided", min(low, high)


def _tails(doubled: Counts, size: int, seen: int) -> tuple[float, float, float]:
    """The share of deals with a rank sum up to the one seen, from it on, and as far from the mean."""
    ways = rank_sum_ways(doubled, size)
    sums, whole = np.arange(len(ways)), ways.sum()
    mean = size * (len(doubled) + 1)
    return (
        float(ways[sums <= seen].sum() / whole),
        float(ways[sums >= seen].sum() / whole),
        float(ways[np.abs(sums - mean) >= abs(seen - mean)].sum() / whole),
    )


def _others(first: Numbers, second: Numbers) -> Iterator[tuple[str, float]]:
    from scipy import stats

    tests: dict[str, Callable[[], float]] = {}
    if min(len(first), len(second)) > 1 and max(np.ptp(first), np.ptp(second)) > 0:
        tests["Student's t-test"] = lambda: float(stats.ttest_ind(first, second).pvalue)
        tests["Welch's t-test"] = lambda: float(stats.ttest_ind(first, second, equal_var=False).pvalue)
        ranks = doubled_ranks(np.concatenate((first, second)))[0].astype(np.float64)
        mine, theirs = ranks[: len(first)], ranks[len(first) :]
        if max(np.ptp(mine), np.ptp(theirs)) > 0:
            tests["Student's t-test of the ranks"] = lambda: float(stats.ttest_ind(mine, theirs).pvalue)
        if not (first.max() < second.min() or second.max() < first.min()):
            tests["Brunner-Munzel"] = lambda: float(stats.brunnermunzel(first, second).pvalue)
    for name, test in tests.items():
        with warnings.catch_warnings():
            # That all of one group are equal is told as a loss of precision; their variance is 0, and known.
            warnings.simplefilter("ignore", RuntimeWarning)
            p = test()
        yield f"{name}, two-sided", p
        yield f"{name}, one-sided", p / 2.0
    yield "Kolmogorov-Smirnov, two-sided", float(stats.ks_2samp(first, second).pvalue)
    middle = float(np.median(np.concatenate((first, second))))
    table = [[int((one > middle).sum()), int((one <= middle).sum())] for one in (first, second)]
    if np.sum(table, axis=0).all():
        yield "median test, uncorrected", float(stats.chi2_contingency(table, correction=False).pvalue)
        yield "median test, Yates-corrected", float(stats.chi2_contingency(table).pvalue)
        yield "median test, Fisher's exact", float(stats.fisher_exact(table).pvalue)
