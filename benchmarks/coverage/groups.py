"""Two curves: tests where there is no difference, and the intervals of what sets them apart."""

from __future__ import annotations

from functools import partial

import numpy as np
from curves import HORIZON, LONGEST, RATE, followed, mean_up_to_horizon
from measured import BATCH, DRAWS, SEED, SIZES, Map, drawn, errs, holds, in_batches, print_table

from caseseries.stats.cox import cox
from caseseries.stats.firth import firth_cox
from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank, stratified_log_rank, weighted_log_rank
from caseseries.stats.rmst import rmst_difference
from caseseries.stats.survival import kaplan_meier

TESTS = (
    "log-rank",
    "log-rank, exact",
    "log-rank, stratified",
    "log-rank, late: G(0, 1)",
    f"mean up to {HORIZON:g} months",
    "Cox, Wald",
    "Cox, score",
    "Cox, likelihood ratio",
    "Firth's Cox, penalized likelihood ratio",
)
INTERVALS = (
    f"difference of means up to {HORIZON:g} months",
    "hazard ratio, Cox, Wald",
    "hazard ratio, Firth's Cox",
)
UNEQUAL = DRAWS // 2
# Beyond so many the exact test draws its deals: half a second each time.
MOST_EXACT, DEALT = 32, 400


def groups(run: Map) -> None:
    alike = {size: in_batches(run, partial(groups_of, *size, 1.0, 1.0), DRAWS) for size in SIZES}
    shorter = {size: in_batches(run, partial(groups_of, *size, 1.0, 3.0), UNEQUAL) for size in SIZES}
    twice = {size: in_batches(run, partial(groups_of, *size, 2.0, 1.0), UNEQUAL) for size in SIZES}
    sizes = [f"{n} v {m}" for n, m in SIZES]
    for said, found in (
        (f"{DRAWS:,} draws", alike),
        (f"the first group followed a third as long, {UNEQUAL:,} draws", shorter),
    ):
        rows = [
            [name, *(drawn(found[size][row], rejects=True) for size in SIZES)]
            for row, name in enumerate(TESTS)
        ]
        title = f"A test of two curves finds a difference at 5% where there is none, {said}"
        print_table(title, ["test", *sizes], rows)
    rows = [
        [ratio, name, *(drawn(found[size][row]) for size in SIZES)]
        for ratio, found in ((1, alike), (2, twice))
        for row, name in enumerate(INTERVALS, start=len(TESTS))
    ]
    title = f"A 95% interval between two curves holds, {DRAWS:,} and {UNEQUAL:,} draws"
    print_table(title, ["true hazard ratio", "interval", *sizes], rows)


def groups_of(n: int, m: int, ratio: float, shorter: float, batch: int) -> list[list[float]]:
    """What is found where the first group has `ratio` times the hazard, and is followed so much shorter."""
    random = np.random.default_rng([SEED, n, m, int(ratio), int(shorter), batch])
    fall = RATE * ratio
    apart = mean_up_to_horizon(fall) - mean_up_to_horizon(RATE)
    group = np.repeat([1, 0], [n, m])
    rows = []
    for _ in range(BATCH):
        # Each patient is of one of two strata; those of the second die twice as fast.
        stratum = random.integers(0, 2, n + m)
        first, second = followed(random, n, fall, LONGEST / shorter), followed(random, m)
        time, event = (np.concatenate(pair) for pair in zip(first, second, strict=True))
        hazard = RATE * np.where(group, ratio, 1.0) * (1.0 + stratum)
        mixed = followed(random, n + m, hazard, np.where(group, LONGEST / shorter, LONGEST))
        means = rmst_difference(kaplan_meier(*first), kaplan_meier(*second), HORIZON)
        plain, firth = (fitted(time, event, group[:, None], ["group"]) for fitted in (cox, firth_cox))
        exactly = ratio == 1.0 and n + m <= MOST_EXACT
        tests = [
            errs(log_rank(time, event, group)),
            errs(exact_log_rank(time, event, group, seed=SEED)) if exactly else np.nan,
            errs(stratified_log_rank(*mixed, group, stratum)),
            errs(weighted_log_rank(time, event, group, rho=0.0, gamma=1.0)),
            *map(errs, (means, plain.coefficients[0].estimate, plain.score, plain.likelihood_ratio)),
            errs(firth.coefficients[0].estimate),
        ]
        ratios = [holds(fitted.coefficients[0].estimate, ratio) for fitted in (plain, firth)]
        rows.append([*tests, holds(means, apart), *ratios])
    return rows


def dealt(run: Map) -> None:
    """The exact log-rank test: where its deals are drawn, and where the larger group is followed for less."""
    n, m = SIZES[-1]
    alike = in_batches(run, partial(dealt_of, n, m, 1.0), DEALT)
    shorter = in_batches(run, partial(dealt_of, 20, 5, 3.0), UNEQUAL)
    rows = [
        [f"{n} v {m}, deals drawn, {DEALT:,} draws", *(drawn(each, rejects=True) for each in alike)],
        [
            f"20 v 5, the 20 followed a third as long, {UNEQUAL:,} draws",
            *(drawn(each, rejects=True) for each in shorter),
        ],
    ]
    title = "The exact log-rank test finds a difference at 5% where there is none"
    print_table(title, ["groups", "log-rank, exact", "log-rank, of the same draws"], rows)


def dealt_of(n: int, m: int, shorter: float, batch: int) -> list[list[float]]:
    random = np.random.default_rng([SEED, n, m, 0, batch])
    group = np.repeat([1, 0], [n, m])
    longest = np.where(group, LONGEST / shorter, LONGEST)
    rows = []
    for _ in range(BATCH):
        time, event = followed(random, n + m, RATE, longest)
        rows.append([errs(exact_log_rank(time, event, group, seed=SEED)), errs(log_rank(time, event, group))])
    return rows
