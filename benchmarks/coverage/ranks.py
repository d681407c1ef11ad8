"""Two groups of values: the rank-sum test, the shift's interval, and that of the share of pairs."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from functools import partial

import numpy as np
from measured import (
    BATCH,
    SEED,
    SIZES,
    Map,
    Numbers,
    Percent,
    drawn,
    errs,
    holds,
    in_batches,
    print_table,
)

from caseseries.stats.estimate import Estimate
from caseseries.stats.ranks import mann_whitney, mann_whitney_exact
from caseseries.stats.shift import hodges_lehmann, superiority
from caseseries.stats.tails import normal_two_sided

# Values are normal with standard deviation 1; "tied" are the same to the nearest whole number of 0.6, some
# eight grades. The first group lies higher by one of these.
GRADE = 0.6
SHIFTS = (0, 2)
TESTS = (mann_whitney, mann_whitney_exact)
# Exact tests with ties take the longer the more patients are dealt anew.
DRAWS = {16: 10_000, 32: 4_000, 80: 1_000}


def ranks(run: Map) -> None:
    found = [
        [in_batches(run, partial(ranks_of, n, m, shift), DRAWS[n + m]) for n, m in SIZES] for shift in SHIFTS
    ]
    sizes = [f"{n} v {m}, {DRAWS[n + m]:,} draws" for n, m in SIZES]
    names = ("asymptotic", "exact")
    errors: list[list[object]] = [
        [f"{name}, no ties (counted)", *(Percent(counted_errors(n, m, test)) for n, m in SIZES)]
        for name, test in zip(names, TESTS, strict=True)
    ]
    errors += [
        [f"{name}, tied", *(drawn(each[row], rejects=True) for each in found[0])]
        for row, name in enumerate(names)
    ]
    print_table("Mann-Whitney finds a difference at 5% where there is none", ["test", *sizes], errors)
    rows = [
        [f"{name}, {shift} grades apart", *(drawn(each[row]) for each in of_shift)]
        for row, name in enumerate(("shift, no ties", "shift, tied", "share of pairs, no ties"), start=2)
        for shift, of_shift in zip(SHIFTS, found, strict=True)
    ]
    title = (
        "A 95% interval of the Hodges-Lehmann shift, or of the share of pairs in which one is above, holds"
    )
    print_table(title, ["interval", *sizes], rows)


def ranks_of(n: int, m: int, shift: int, batch: int) -> list[list[float]]:
    random = np.random.default_rng([SEED, n, m, shift, batch])
    above = 1.0 - normal_two_sided(shift * GRADE / np.sqrt(2.0)) / 2.0
    rows = []
    for _ in range(BATCH):
        first, second = random.normal(shift * GRADE, 1.0, n), random.normal(0.0, 1.0, m)
        graded = np.round(first / GRADE), np.round(second / GRADE)
        rows.append(
            [
                *(errs(test(*graded)) if not shift else np.nan for test in TESTS),
                holds(hodges_lehmann(first, second), shift * GRADE),
                holds(hodges_lehmann(*graded), float(shift)),
                holds(superiority(first, second), above),
            ]
        )
    return rows


def counted_errors(n: int, m: int, test: Callable[[Numbers, Numbers], Estimate]) -> float:
    """How often the test rejects without ties: counted over every U."""
    ways = ways_of_u(n, m)
    # p rises with U up to the mean.
    rejects = bisect(range(n * m // 2 + 1), 0.0, key=lambda u: 1.0 - errs(test(*with_u(n, m, u))))
    return 2 * sum(ways[:rejects]) / sum(ways)


def ways_of_u(n: int, m: int) -> list[int]:
    """How many deals of n + m ranks give U = 0, 1 ... n m: the Gaussian binomial coefficient."""
    ways = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for u in range(n * m, m + i - 1, -1):
            ways[u] -= ways[u - m - i]
        for u in range(i, n * m + 1):
            ways[u] += ways[u - i]
    return ways


def with_u(n: int, m: int, u: int) -> tuple[Numbers, Numbers]:
    """Two samples without ties of which the first is above the second in u pairs."""
    above, rest = divmod(u, m)
    heights = np.array([m] * above + [rest] * (above < n) + [0] * (n - above - 1))
    return heights + np.arange(1, n + 1) / (n + 2), np.arange(1.0, m + 1.0)
