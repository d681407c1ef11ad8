"""Two proportions: the intervals of their difference, risk ratio and odds ratio, counted over every table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from measured import AT_LIMIT, SIZES, Map, Numbers, average_and_least, chances_of, counted, print_table

from caseseries.stats.beta_binomial import posterior_difference
from caseseries.stats.compare import fisher
from caseseries.stats.contrast import odds_ratio, risk_difference, risk_ratio
from caseseries.stats.estimate import Estimate
from caseseries.stats.firth import firth_logistic

Table = list[list[int]]

GRID = tuple(np.arange(1, 20) / 20)


def believed(table: Table) -> Estimate:
    (a, b), (c, d) = table
    return posterior_difference(a, a + b, c, c + d).difference


def penalized(table: Table) -> Estimate:
    return firth_logistic(*patients(table), ["group"]).coefficients[0].estimate


def patients(table: Table) -> tuple[Numbers, Numbers]:
    """The table's patients one by one: who had the event, and who is in the first group, as a column."""
    (a, b), (c, d) = table
    return np.repeat([1.0, 0.0, 1.0, 0.0], [a, b, c, d]), np.repeat([1.0, 0.0], [a + b, c + d])[:, None]


DIFFERENCES: dict[str, Callable[[Table], Estimate]] = {
    "Newcombe": partial(risk_difference, interval="Newcombe"),
    "Miettinen-Nurminen": partial(risk_difference, interval="Miettinen-Nurminen"),
    "Agresti-Caffo": partial(risk_difference, interval="Agresti-Caffo"),
    "Jeffreys' posterior": believed,
}
RISK_RATIOS: dict[str, Callable[[Table], Estimate]] = {
    "Katz": partial(risk_ratio, interval="Katz"),
    "Koopman": partial(risk_ratio, interval="Koopman"),
}
ODDS_RATIOS: dict[str, Callable[[Table], Estimate]] = {
    "Fisher, exact limits": fisher,
    "mid-p": partial(odds_ratio, interval="mid-p"),
    "Woolf (Wald)": partial(odds_ratio, interval="Wald"),
    "Firth's logistic regression, profile": penalized,
}


def contrasts(run: Map) -> None:
    told(run, "risk difference", DIFFERENCES, lambda p, q: p - q)
    told(run, "risk ratio", RISK_RATIOS, lambda p, q: p / q)
    told(run, "odds ratio", ODDS_RATIOS, lambda p, q: p * (1.0 - q) / (q * (1.0 - p)))


def told(
    run: Map,
    contrast: str,
    intervals: dict[str, Callable[[Table], Estimate]],
    truth: Callable[[float, float], float],
) -> None:
    rows = [
        [name, *(held(run, interval, truth, n, m) for n, m in SIZES)] for name, interval in intervals.items()
    ]
    title = f"A 95% interval of the {contrast} holds, on average over true shares of 0.05 to 0.95, and least"
    print_table(title, ["interval", *(f"{n} v {m}" for n, m in SIZES)], rows)


def held(
    run: Map, interval: Callable[[Table], Estimate], truth: Callable[[float, float], float], n: int, m: int
) -> str:
    every = [[[a, n - a], [b, m - b]] for a in range(n + 1) for b in range(m + 1)]
    low, high = np.array(list(run(partial(limits, interval), every, chunksize=32))).T
    found = []
    for p, q in ((p, q) for p in GRID for q in GRID):
        inside = (low <= truth(p, q) + AT_LIMIT) & (truth(p, q) - AT_LIMIT <= high)
        answers = np.where(np.isnan(low), np.nan, inside)
        found.append(counted(answers, np.outer(chances_of(n, p), chances_of(m, q)).ravel()))
    return average_and_least(found)


def limits(interval: Callable[[Table], Estimate], table: Table) -> tuple[float, float]:
    """The limits of this table, infinite where open; NaN where there is no interval."""
    found = interval(table)
    if found.level is None or found.low is None:
        return np.nan, np.nan
    return found.low, np.inf if found.high is None else found.high
