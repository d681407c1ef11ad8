"""One proportion: its intervals, counted over every number of events."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from measured import ALONE, Map, average_and_least, chances_of, counted, holds, print_table

from caseseries.stats.beta_binomial import posterior_share
from caseseries.stats.estimate import Estimate
from caseseries.stats.proportions import proportion

GRID = tuple(np.arange(1, 100) / 100)
INTERVALS: dict[str, Callable[[int, int], Estimate]] = {
    "Clopper-Pearson": lambda events, n: proportion(events, n, interval="Clopper-Pearson"),
    "Wilson": lambda events, n: proportion(events, n, interval="Wilson"),
    "mid-p": lambda events, n: proportion(events, n, interval="mid-p"),
    "Jeffreys' posterior": posterior_share,
}


def shares(_: Map) -> None:
    rows = [[name, *(held(interval, n) for n in ALONE)] for name, interval in INTERVALS.items()]
    title = "A 95% interval of a share holds, on average over true shares of 0.01 to 0.99, and least"
    print_table(title, ["interval", *map(str, ALONE)], rows)


def held(interval: Callable[[int, int], Estimate], n: int) -> str:
    found = [interval(events, n) for events in range(n + 1)]
    return average_and_least(
        [counted(np.array([holds(one, p) for one in found]), chances_of(n, p)) for p in GRID]
    )
