"""Tests of shares between two groups, of two outcomes or three: counted over every table.

A table that compares nothing does not reject.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from contrasts import patients
from measured import SEED, SIZES, Map, Numbers, chances_of, counted, errs, percent, print_table

from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.contrast import odds_ratio
from caseseries.stats.estimate import Estimate
from caseseries.stats.firth import firth_logistic
from caseseries.stats.freeman_halton import freeman_halton
from caseseries.stats.logistic import logistic
from caseseries.stats.unconditional import barnard, boschloo, fisher_mid_p

Table = tuple[tuple[int, ...], tuple[int, ...]]

SHARE = 0.3
GRID = tuple(np.arange(1, 100) / 100)
HEADS = ["test", *(f"{n} v {m}" for n, m in SIZES)]
OUTCOMES = ((1 / 3, 1 / 3, 1 / 3), (0.6, 0.3, 0.1), (0.8, 0.1, 0.1))


def regressed(table: Table) -> tuple[Estimate, Estimate, Estimate]:
    """Wald's and the likelihood-ratio test of the logistic regression, and Firth's likelihood-ratio test."""
    happened, group = patients([list(row) for row in table])
    plain = logistic(happened, group, ["group"])
    firth = firth_logistic(happened, group, ["group"])
    return plain.coefficients[0].estimate, plain.likelihood_ratio, firth.coefficients[0].estimate


TESTS: dict[str, Callable[[Table], Estimate]] = {
    "chi-square, uncorrected": chi_square,
    "chi-square, Yates": partial(chi_square, correction="Yates"),
    "chi-square, n - 1": partial(chi_square, correction="n-1"),
    "Fisher": fisher,
    "Fisher, mid-p": fisher_mid_p,
    "odds ratio, mid-p": odds_ratio,
    "Barnard, pooled": partial(barnard, pooled=True),
    "Barnard, unpooled": partial(barnard, pooled=False),
    "Boschloo, two-sided by probability": partial(boschloo, definition="two-sided by probability"),
    "Boschloo, twice the one-sided": partial(boschloo, definition="twice the one-sided"),
}
REGRESSIONS = ("logistic, Wald", "logistic, likelihood ratio", "Firth's logistic, penalized likelihood ratio")


def tables(run: Map) -> None:
    """Two groups, an event or none."""
    cells: dict[str, list[str]] = {name: [] for name in (*TESTS, *REGRESSIONS)}
    for n, m in SIZES:
        every = [((a, n - a), (b, m - b)) for a in range(n + 1) for b in range(m + 1)]
        for name, rejected in zip(cells, of_all(run, two_outcomes, every).T, strict=True):
            erred = {p: errors(rejected, chances_of(n, p), chances_of(m, p)) for p in GRID}
            cells[name].append(f"{percent(erred[SHARE])}, most {percent(max(erred.values()))}")
    title = "A test of a 2 x 2 table finds a difference at 5% where there is none"
    title += f", where both shares are {SHARE:g}, and most, of shares from 0.01 to 0.99"
    print_table(title, HEADS, [[name, *row] for name, row in cells.items()])


def three_outcomes(run: Map) -> None:
    """Two groups, one of three outcomes."""
    cells: dict[str, list[str]] = {name: [] for name in ("chi-square, uncorrected", "Fisher-Freeman-Halton")}
    for n, m in SIZES:
        first, second = outcomes(n), outcomes(m)
        found = of_all(run, chi_square_and_exact, [(one, other) for one in first for other in second])
        for name, rejected in zip(cells, found.T, strict=True):
            erred = [errors(rejected, chances(first, each), chances(second, each)) for each in OUTCOMES]
            cells[name].append(", ".join(map(percent, erred)))
    said = "; ".join(", ".join(f"{share:.2g}" for share in each) for each in OUTCOMES)
    title = "A test of a 2 x 3 table finds a difference at 5% where there is none"
    print_table(f"{title}, where the shares are {said}", HEADS, [[name, *row] for name, row in cells.items()])


def two_outcomes(table: Table) -> list[float]:
    return [errs(test(table)) for test in TESTS.values()] + [errs(one) for one in regressed(table)]


def chi_square_and_exact(table: Table) -> list[float]:
    return [errs(chi_square(table)), errs(freeman_halton(table, seed=SEED))]


def of_all(run: Map, tested: Callable[[Table], list[float]], every: Sequence[Table]) -> Numbers:
    """What the tests say of every table (rows); of those alike, one is tested."""
    alike = [the_same(table) for table in every]
    distinct = sorted(set(alike))
    found = dict(zip(distinct, run(tested, distinct, chunksize=32), strict=True))
    return np.array([found[table] for table in alike])


def the_same(table: Table) -> Table:
    """The least of the tables that are this one with groups or outcomes in another order: p is the same."""
    outcomes = sorted(zip(*table, strict=True))
    turned = sorted(outcome[::-1] for outcome in outcomes)
    first, second = zip(*min(outcomes, turned), strict=True)
    return first, second


def outcomes(n: int) -> list[tuple[int, ...]]:
    """Every way in which n patients can have three outcomes."""
    return [(a, b, n - a - b) for a in range(n + 1) for b in range(n - a + 1)]


def chances(counts: list[tuple[int, ...]], shares: tuple[float, ...]) -> Numbers:
    """The chance of each of these counts, where the outcomes have these shares."""
    n = sum(counts[0])
    return np.array(
        [
            math.factorial(n)
            // math.prod(map(math.factorial, each))
            * math.prod(share**count for share, count in zip(shares, each, strict=True))
            for each in counts
        ]
    )


def errors(rejected: Numbers, first: Numbers, second: Numbers) -> float:
    """How often a test rejects, given each group's chances."""
    return counted(rejected, np.outer(first, second).ravel(), rejects=True).share
