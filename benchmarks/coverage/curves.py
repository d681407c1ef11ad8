"""One curve: the intervals of its median, of survival at a time and of the mean up to a horizon."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from measured import ALONE, BATCH, DRAWS, SEED, Map, Numbers, drawn, holds, in_batches, print_table

from caseseries.stats.rmst import rmst
from caseseries.stats.root import root
from caseseries.stats.survival import Limits, kaplan_meier, median_survival, survival_at

# Exponential survival, median 6 months; follow-up ends between 0 and LONGEST months, as likely at any
# time, so that 35% are alive at its end.
MEDIAN = 6.0
RATE = math.log(2.0) / MEDIAN
LONGEST = root(lambda end: 0.35 * RATE * end + math.expm1(-RATE * end), 1.0, 1000.0)
HORIZON = 6.0

LIMITS: tuple[Limits, ...] = ("log-log", "log", "plain")
ALIVE = (0.8, 0.5)


def curves(run: Map) -> None:
    found = {n: in_batches(run, partial(curves_of, n), DRAWS) for n in ALONE}
    numbers = ["median", *(f"survival where it is {share:.0%}" for share in ALIVE)]
    names = [f"{number}, {limits} limits" for limits in LIMITS for number in numbers]
    names.append(f"mean time up to {HORIZON:g} months")
    order = [*sorted(range(len(names) - 1), key=lambda row: row % len(numbers)), len(names) - 1]
    rows = [[names[row], *(drawn(found[n][row]) for n in ALONE)] for row in order]
    title = f"A 95% interval of one curve holds, {DRAWS:,} draws"
    print_table(title, ["interval", *map(str, ALONE)], rows)


def curves_of(n: int, batch: int) -> list[list[float]]:
    random = np.random.default_rng([SEED, n, batch])
    rows = []
    for _ in range(BATCH):
        time, event = followed(random, n)
        row = []
        for limits in LIMITS:
            curve = kaplan_meier(time, event, limits=limits)
            row.append(holds(median_survival(curve), MEDIAN))
            row += [holds(survival_at(curve, -math.log(share) / RATE), share) for share in ALIVE]
        rows.append([*row, holds(rmst(curve, HORIZON), mean_up_to_horizon(RATE))])
    return rows


def mean_up_to_horizon(rate: float) -> float:
    return -math.expm1(-rate * HORIZON) / rate


def followed(
    random: np.random.Generator, n: int, rate: float | Numbers = RATE, longest: float | Numbers = LONGEST
) -> tuple[Numbers, Numbers]:
    """Months until death or the end of follow-up, and whether it was death."""
    died, ended = random.exponential(1.0 / rate, n), random.uniform(0.0, longest, n)
    return np.minimum(died, ended), (died <= ended).astype(np.float64)
