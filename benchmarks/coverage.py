"""How often intervals hold and tests err in a small series: at 8, 16 and 40 a group, and at 5 against 11.

./run python benchmarks/coverage.py                  all, as Markdown tables
./run python benchmarks/coverage.py shares tables    some: shares, differences, tables, ranks, curves, groups

What can be counted is counted, over every table that there is; the rest is drawn with a seed, and the
standard error of what is drawn stands behind it. 95% intervals should hold 95% of the time, tests at 5% err
5% of it. "None in": the share of draws, in %, without an answer, left out of an interval's count; a test
without an answer does not reject.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from multiprocessing import Pool
from typing import Any

import numpy as np

from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.contrast import DifferenceInterval, risk_difference
from caseseries.stats.cox import cox
from caseseries.stats.estimate import Estimate
from caseseries.stats.firth import firth_cox
from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank
from caseseries.stats.proportions import Interval, proportion
from caseseries.stats.ranks import mann_whitney, mann_whitney_exact
from caseseries.stats.rmst import rmst, rmst_difference
from caseseries.stats.root import root
from caseseries.stats.survival import Limits, kaplan_meier, median_survival
from caseseries.stats.unconditional import barnard, boschloo, fisher_mid_p

PROCESSES = 2
SEED = 2022
SIZES = ((5, 11), (8, 8), (16, 16), (40, 40))
SHARES = (0.1, 0.3, 0.5)
PAIRS = ((0.1, 0.1), (0.3, 0.3), (0.5, 0.5), (0.4, 0.1), (0.6, 0.3))

# Exponential survival, median 6 months; follow-up ends between 0 and LONGEST months, as likely at any
# time, so that 35% are alive at its end.
MEDIAN = 6.0
RATE = math.log(2.0) / MEDIAN
LONGEST = root(lambda end: 0.35 * RATE * end + math.expm1(-RATE * end), 1.0, 1000.0)
HORIZON = 6.0
RESTRICTED = -math.expm1(-RATE * HORIZON) / RATE
CURVES, GROUPS, BATCH = 10_000, 4_000, 250
# A larger one is drawn itself, and takes a second each time.
MOST_DEALT = 32

Table = tuple[tuple[int, int], tuple[int, int]]

TABLE_TESTS: dict[str, Callable[[Table], Estimate]] = {
    "chi-square, uncorrected": chi_square,
    "chi-square, Yates": partial(chi_square, correction="Yates"),
    "chi-square, n - 1": partial(chi_square, correction="n-1"),
    "Fisher": fisher,
    "Fisher, mid-p": fisher_mid_p,
    "Barnard, pooled": partial(barnard, pooled=True),
    "Barnard, unpooled": partial(barnard, pooled=False),
    "Boschloo, two-sided by probability": partial(boschloo, definition="two-sided by probability"),
    "Boschloo, twice the one-sided": partial(boschloo, definition="twice the one-sided"),
}
INTERVALS: tuple[Interval, ...] = ("Clopper-Pearson", "Wilson", "mid-p")
DIFFERENCES: tuple[DifferenceInterval, ...] = ("Newcombe", "Miettinen-Nurminen", "Agresti-Caffo")
LIMITS: tuple[Limits, ...] = ("log-log", "log", "plain")


def main(asked: Sequence[str]) -> None:
    sections = {
        "shares": shares,
        "differences": differences,
        "tables": tables,
        "ranks": ranks,
        "curves": curves,
        "groups": groups,
    }
    if unknown := [name for name in asked if name not in sections]:
        raise SystemExit(f"{', '.join(unknown)}: unknown; there are {', '.join(sections)}")
    with Pool(PROCESSES) as pool:
        for name in asked or sections:
            started = time.perf_counter()
            sections[name](pool.map)
            print(f"{name}: {time.perf_counter() - started:.0f} s\n", flush=True)


Map = Callable[..., Iterable[Any]]


def shares(_: Map) -> None:
    """Intervals of one proportion: counted over every number of events."""
    grid = np.arange(1, 100) / 100
    rows = []
    for n in sorted({size for pair in SIZES for size in pair}):
        chances = {p: chances_of(n, p) for p in (*SHARES, *grid)}
        for interval in INTERVALS:
            found = [proportion(events, n, interval=interval) for events in range(n + 1)]
            held = {
                p: sum(chance for chance, one in zip(of, found, strict=True) if one.low <= p <= one.high)
                for p, of in chances.items()
            }
            rows.append(
                [n, interval, *(percent(held[p]) for p in SHARES), percent(min(held[p] for p in grid))]
            )
    title = "A 95% interval of a share holds (%, counted)"
    print_table(title, ["n", "interval", *(f"share {p:g}" for p in SHARES), "least, 0.01 to 0.99"], rows)


def differences(run: Map) -> None:
    """Intervals of a difference of two shares: counted over every table."""
    rows = []
    for n, m in SIZES:
        every = [(a, b) for a in range(n + 1) for b in range(m + 1)]
        found = list(run(partial(limits_of, n, m), every, chunksize=16))
        for column, interval in enumerate(DIFFERENCES):
            held = []
            for p, q in PAIRS:
                of_n, of_m = chances_of(n, p), chances_of(m, q)
                held.append(
                    sum(
                        of_n[a] * of_m[b]
                        for (a, b), limits in zip(every, found, strict=True)
                        if limits[column][0] - 1e-12 <= p - q <= limits[column][1] + 1e-12
                    )
                )
            rows.append([f"{n} v {m}", interval, *map(percent, held)])
    title = "A 95% interval of a risk difference holds (%, counted)"
    print_table(title, ["n", "interval", *(f"{p:g} v {q:g}" for p, q in PAIRS)], rows)


def limits_of(n: int, m: int, events: tuple[int, int]) -> list[tuple[float, float]]:
    a, b = events
    found = [risk_difference([[a, n - a], [b, m - b]], interval=interval) for interval in DIFFERENCES]
    return [(-1.0 if one.low is None else one.low, 1.0 if one.high is None else one.high) for one in found]


def tables(run: Map) -> None:
    """Tests of a 2 x 2 table: counted over every table. A table that compares nothing does not reject."""
    rows = []
    for n, m in SIZES:
        alike = {(a, b): the_same(n, m, a, b) for a in range(n + 1) for b in range(m + 1)}
        distinct = sorted(set(alike.values()))
        found = dict(zip(distinct, run(p_values, distinct, chunksize=8), strict=True))
        for place, name in enumerate(TABLE_TESTS):
            errors = []
            for p in SHARES:
                of_n, of_m = chances_of(n, p), chances_of(m, p)
                errors.append(
                    sum(of_n[a] * of_m[b] for (a, b), one in alike.items() if found[one][place] < 0.05)
                )
            rows.append([f"{n} v {m}", name, *map(percent, errors)])
    title = "A test of a 2 x 2 table finds a difference at 5% where there is none (%, counted)"
    print_table(title, ["n", "test", *(f"both {p:g}" for p in SHARES)], rows)


def the_same(n: int, m: int, a: int, b: int) -> Table:
    """The least of the tables that are this one with groups or outcomes turned round: p is the same."""
    rows = ((a, n - a), (b, m - b)), ((n - a, a), (m - b, b))
    return min(min(one, (one[1], one[0])) for one in rows)


def p_values(table: Table) -> list[float]:
    """p of every test; 2, which never rejects, where there is none."""
    found = [test(table).p for test in TABLE_TESTS.values()]
    return [2.0 if p is None else p for p in found]


def ranks(_: Map) -> None:
    """Mann and Whitney's test without ties: counted over every U."""
    rows = []
    for n, m in SIZES:
        ways = ways_of_u(n, m)
        row: list[object] = [f"{n} v {m}"]
        for test in (mann_whitney, mann_whitney_exact):
            # p rises with U up to the mean: the greatest U of the lower tail that rejects is halved for.
            low, high = -1, n * m // 2
            while low + 1 < high:
                middle = (low + high) // 2
                if (test(*with_u(n, m, middle)).p or 2.0) < 0.05:
                    low = middle
                else:
                    high = middle
            row.append(percent(2 * sum(ways[: low + 1]) / sum(ways)))
        rows.append(row)
    title = "Mann-Whitney finds a difference at 5% where there is none (%, counted, no ties)"
    print_table(title, ["n", "asymptotic", "exact"], rows)


def ways_of_u(n: int, m: int) -> list[int]:
    """How many deals of n + m ranks give U = 0, 1 ... n m: the Gaussian binomial coefficient."""
    ways = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for u in range(n * m, m + i - 1, -1):
            ways[u] -= ways[u - m - i]
        for u in range(i, n * m + 1):
            ways[u] += ways[u - i]
    return ways


def with_u(n: int, m: int, u: int) -> tuple[list[float], list[float]]:
    """Two samples without ties of which the first is above the second in u pairs."""
    above, rest = divmod(u, m)
    heights = [m] * above + [rest] * (above < n) + [0] * (n - above - 1)
    return [height + (i + 1) / (n + 2) for i, height in enumerate(heights)], [
        float(j) for j in range(1, m + 1)
    ]


def curves(run: Map) -> None:
    """Intervals of one curve: its median and its restricted mean."""
    rows = []
    for n in sorted({size for pair in SIZES for size in pair}):
        batches = run(partial(curves_of, n), range(CURVES // BATCH), chunksize=1)
        found = np.concatenate([np.asarray(batch) for batch in batches])
        rows.append([n, *(drawn(found[:, column]) for column in range(found.shape[1]))])
    title = f"A 95% interval of one curve holds (%, {CURVES:,} draws)"
    heads = ["n", *(f"median, {limits}" for limits in LIMITS), f"mean up to {HORIZON:g} months"]
    print_table(title, heads, rows)


def curves_of(n: int, batch: int) -> list[list[float]]:
    random = np.random.default_rng([SEED, n, batch])
    rows = []
    for _ in range(BATCH):
        time_, event = followed(random, n)
        found = [median_survival(kaplan_meier(time_, event, limits=limits)) for limits in LIMITS]
        row = [holds(one, MEDIAN) for one in found]
        rows.append([*row, holds(rmst(kaplan_meier(time_, event), HORIZON), RESTRICTED)])
    return rows


def groups(run: Map) -> None:
    """Two curves: tests where there is no difference, intervals where the hazard is the same or twice."""
    errors, intervals = [], []
    for n, m in SIZES:
        for ratio in (1.0, 2.0):
            batches = run(partial(groups_of, n, m, ratio), range(GROUPS // BATCH), chunksize=1)
            found = np.concatenate([np.asarray(batch) for batch in batches])
            if ratio == 1.0:
                errors.append([f"{n} v {m}", *(drawn(column, absent=0.0) for column in found[:, :6].T)])
            intervals.append([f"{n} v {m}", f"{ratio:g}", *(drawn(column) for column in found[:, 6:].T)])
    title = f"A test of two curves finds a difference at 5% where there is none (%, {GROUPS:,} draws)"
    heads = ["n", "log-rank", "log-rank, exact", f"mean up to {HORIZON:g} months", "Cox, Wald"]
    print_table(title, [*heads, "Cox, likelihood ratio", "Firth Cox, penalized likelihood ratio"], errors)
    title = f"A 95% interval of two curves holds (%, {GROUPS:,} draws)"
    heads = ["n", "hazard ratio", f"difference of means up to {HORIZON:g} months"]
    print_table(title, [*heads, "hazard ratio, Cox, Wald", "hazard ratio, Firth Cox, profile"], intervals)


def groups_of(n: int, m: int, ratio: float, batch: int) -> list[list[float]]:
    random = np.random.default_rng([SEED, n, m, int(ratio), batch])
    fall = RATE * ratio
    difference = -math.expm1(-fall * HORIZON) / fall - RESTRICTED
    rows = []
    for _ in range(BATCH):
        first, second = followed(random, n, fall), followed(random, m)
        time_, event = (np.concatenate(pair) for pair in zip(first, second, strict=True))
        group = np.repeat([1, 0], [n, m])
        apart = rmst_difference(kaplan_meier(*first), kaplan_meier(*second), HORIZON)
        wald, firth = (test(time_, event, group[:, None], ["group"]) for test in (cox, firth_cox))
        dealt = None
        if ratio == 1.0 and n + m <= MOST_DEALT:
            dealt = exact_log_rank(time_, event, group, seed=SEED).p
        ratios = [one.coefficients[0].estimate for one in (wald, firth)]
        p_values_ = [log_rank(time_, event, group).p, dealt, apart.p]
        p_values_ += [ratios[0].p, wald.likelihood_ratio.p, ratios[1].p]
        rows.append(
            [
                *(math.nan if p is None else float(p < 0.05) for p in p_values_),
                holds(apart, difference),
                *(holds(one, ratio) for one in ratios),
            ]
        )
    return rows


def followed(random: np.random.Generator, n: int, rate: float = RATE) -> tuple[np.ndarray, np.ndarray]:
    """Months until death or the end of follow-up, and whether it was death."""
    died, ended = random.exponential(1.0 / rate, n), random.uniform(0.0, LONGEST, n)
    return np.minimum(died, ended), died <= ended


def holds(found: Estimate, truth: float) -> float:
    """1 where the interval has the truth in it, 0 where not, NaN where there is no interval.

    A lower limit that is not reached says nothing; an upper one is open.
    """
    if found.level is None or found.low is None:
        return math.nan
    return float(found.low <= truth and (found.high is None or truth <= found.high))


def drawn(held: np.ndarray, absent: float = math.nan) -> str:
    """The share with its standard error, and how many had no answer; `absent` is what those count as."""
    without = float(np.isnan(held).mean())
    if without == 1.0:
        return "not done"
    counted = np.where(np.isnan(held), absent, held)
    counted = counted[~np.isnan(counted)]
    share = float(counted.mean())
    error = math.sqrt(share * (1.0 - share) / len(counted))
    none = f", none in {percent(without)}" if without else ""
    return f"{percent(share)} ± {percent(error)}{none}"


def chances_of(n: int, p: float) -> list[float]:
    """The chance of 0, 1 ... n events."""
    return [math.comb(n, events) * p**events * (1.0 - p) ** (n - events) for events in range(n + 1)]


def percent(share: float) -> str:
    return f"{100.0 * share:.1f}"


def print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print(f"### {title}\n")
    print(f"| {' | '.join(heads)} |")
    print(f"|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
