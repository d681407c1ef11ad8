"""Competing events: the incidence of one of them, and how two groups are compared by it."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from curves import HORIZON, LIMITS, LONGEST, RATE, followed
from measured import (
    ALONE,
    BATCH,
    DRAWS,
    SEED,
    SIZES,
    Map,
    Numbers,
    drawn,
    errs,
    holds,
    in_batches,
    print_table,
)

from caseseries.stats.competing import aalen_johansen, incidence_at
from caseseries.stats.fine_gray import fine_gray
from caseseries.stats.gray import gray_test

# Two causes of death are as frequent as each other: by HORIZON a quarter has died of the first.
TRUTH = -math.expm1(-RATE * HORIZON) / 2.0


def causes(run: Map) -> None:
    found = {n: in_batches(run, partial(alone, n), DRAWS) for n in ALONE}
    rows = [[f"{limits} limits", *(drawn(found[n][row]) for n in ALONE)] for row, limits in enumerate(LIMITS)]
    title = f"A 95% interval of the incidence of one of two causes, 25% at {HORIZON:g} months, holds"
    print_table(f"{title}, {DRAWS:,} draws", ["interval", *map(str, ALONE)], rows)
    pairs = [in_batches(run, partial(compared, *size), DRAWS) for size in SIZES]
    names = ("Gray's test errs", "Fine-Gray, Wald, errs", "interval of Fine-Gray's hazard ratio holds")
    rows = [
        [name, *(drawn(each[row], rejects="errs" in name) for each in pairs)]
        for row, name in enumerate(names)
    ]
    title = f"Two groups compared by one of two causes, where there is no difference, {DRAWS:,} draws"
    print_table(title, ["", *(f"{n} v {m}" for n, m in SIZES)], rows)


def died_of(random: np.random.Generator, n: int) -> tuple[Numbers, Numbers]:
    """Months of follow-up, and how it ended: 0 alive, 1 or 2 dead of the one cause or the other."""
    time, event = followed(random, n, RATE, LONGEST)
    return time, np.where(event, random.integers(1, 3, n), 0)


def alone(n: int, batch: int) -> list[list[float]]:
    random = np.random.default_rng([SEED, n, batch, 1])
    rows = []
    for _ in range(BATCH):
        seen = died_of(random, n)
        each = (aalen_johansen(*seen, limits=limits) for limits in LIMITS)
        rows.append([holds(incidence_at(one, 1, HORIZON), TRUTH) for one in each])
    return rows


def compared(n: int, m: int, batch: int) -> list[list[float]]:
    random = np.random.default_rng([SEED, n, m, batch, 1])
    group = np.repeat([1, 0], [n, m])
    rows = []
    for _ in range(BATCH):
        time, cause = died_of(random, n + m)
        ratio = fine_gray(time, cause, group[:, None], ["group"]).coefficients[0].estimate
        rows.append([errs(gray_test(time, cause, group)), errs(ratio), holds(ratio, 1.0)])
    return rows
