"""Pools of few cohorts: how often one survivor more lowers the pooled share, counted over all counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from measured import Map, percent, print_table

from caseseries.stats.one_more import LEAST_MOVE
from caseseries.stats.pooling import binomial_normal

SETS = ((5, 11), (8, 8), (4, 8, 13), (8, 8, 8), (8, 8, 8, 8))
HEADS = ["patients of the cohorts", "steps", "lower", "in %", "lower by, most", "tau2 before, after"]
Cohorts = tuple[tuple[int, int], ...]
"""Survivors and patients of each, in order: cohorts alike are interchangeable."""


def pools(run: Map) -> None:
    rows = []
    for sizes in SETS:
        every = sorted({alike(one, sizes) for one in product(*(range(n + 1) for n in sizes))})
        fits = dict(zip(every, run(fitted, every, chunksize=8), strict=True))
        steps = [(fits[one], fits[more]) for one in every for more in one_more(one)]
        moved = [(here, there) for here, there in steps if not np.isnan([*here, *there]).any()]
        lower = [(here, there) for here, there in moved if there[0] - here[0] <= -LEAST_MOVE]
        most = max(lower, key=lambda pair: pair[0][0] - pair[1][0], default=None)
        cells = [", ".join(map(str, sizes)), f"{len(moved):,}", len(lower), percent(len(lower) / len(moved))]
        if most is not None:
            (share, spread), (then, after) = most
            cells += [f"{percent(share)} to {percent(then)}", f"{spread:.1f}, {after:.1f}"]
        rows.append(cells + [""] * (len(HEADS) - len(cells)))
    print_table("Pooled share, with one survivor more in one cohort", HEADS, rows)


def fitted(cohorts: Cohorts) -> tuple[float, float]:
    """The pooled share and the variance between cohorts; NaN where there is none."""
    found = binomial_normal([one[0] for one in cohorts], [one[1] for one in cohorts])
    share, spread = found.share.value, found.tau2.value
    return (np.nan, np.nan) if share is None or spread is None else (share, spread)


def alike(survivors: tuple[int, ...], sizes: tuple[int, ...]) -> Cohorts:
    return tuple(sorted(zip(survivors, sizes, strict=True)))


def one_more(cohorts: Cohorts) -> Iterator[Cohorts]:
    """The same cohorts with a survivor more in one of them; those of cohorts alike once."""
    for survivors, n in dict.fromkeys(cohorts):
        if survivors < n:
            rest = list(cohorts)
            rest.remove((survivors, n))
            yield tuple(sorted([*rest, (survivors + 1, n)]))
