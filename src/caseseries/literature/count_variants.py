"""Variants of a test of counts: the p-values that packages, tables and habits give for one table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np

from caseseries.analysis.methods import Table, tests_of_shares
from caseseries.literature.search import Variant
from caseseries.stats.compare import Correction, chi_square, expected, hypergeometric
from caseseries.stats.rounding import half_up
from caseseries.stats.sample import Counts, contingency
from caseseries.stats.tails import chi_square_tail, normal_two_sided

CORRECTED: dict[Correction, str] = {"none": "uncorrected", "Yates": "Yates-corrected", "n-1": "n - 1"}
ROUNDED = (3, 2, 1)
IN_WORDS = {3: "three decimals", 2: "two decimals", 1: "one decimal"}


def share_variants(table: Table, reading: str = "", *, quick: bool = False) -> Iterator[Variant]:
    """Each p-value of a 2 x 2 table, groups by rows; the one-sided in the direction seen.

    All the tests that can be promised, and beside them: the chi-square from its rounded statistic, with
    its tail halved, or by the likelihood ratio; Fisher's test one-sided and doubled; Wald's tests of the
    difference and of the odds ratio. `quick` leaves out Barnard's and Boschloo's, which take long.
    """
    counts = contingency(table)
    if not counts.sum(axis=0).all() or not counts.sum(axis=1).all():
        return
    for correction, said in CORRECTED.items():
        yield from _of_statistic(
            chi_square(counts, correction=correction).value, 1, f"chi-square, {said}", reading
        )
    yield from _of_statistic(likelihood_ratio(counts), 1, "likelihood-ratio chi-square", reading)
    for name, method in tests_of_shares(table, 0.95).items():
        if name.startswith("chi-square") or (quick and name.startswith(("Barnard", "Boschloo"))):
            continue
        if (p := method.done().p) is not None:
            yield Variant(method.label, p, reading)
    cells, log_weights = hypergeometric(counts)
    weights = np.exp(log_weights - log_weights.max())
    seen = counts[0, 0]
    tail = min(float(weights[cells <= seen].sum()), float(weights[cells >= seen].sum())) / float(
        weights.sum()
    )
    yield Variant("Fisher's exact test, one-sided", tail, reading)
    yield Variant("Fisher's exact test, twice the one-sided", min(1.0, 2.0 * tail), reading)
    (a, b), (c, d) = table
    variance = a * b / (a + b) ** 3 + c * d / (c + d) ** 3
    if variance > 0.0:
        z = (a / (a + b) - c / (c + d)) / math.sqrt(variance)
        yield Variant("Wald's test of the difference", normal_two_sided(z), reading)
    if min(a, b, c, d):
        z = math.log(a * d / (b * c)) / math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        yield Variant("Wald's test of the odds ratio", normal_two_sided(z), reading)


def table_variants(counts: Counts, reading: str = "") -> Iterator[Variant]:
    """Each p-value of a table of any size: the chi-square, from its rounded statistic, by likelihood ratio.

    Empty rows and columns are left out.
    """
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return
    degrees = (table.shape[0] - 1) * (table.shape[1] - 1)
    yield from _of_statistic(chi_square(table).value, degrees, "chi-square, uncorrected", reading)
    if table.shape == (2, 2):
        yates = chi_square(table, correction="Yates").value
        yield from _of_statistic(yates, degrees, "chi-square, Yates-corrected", reading)
    yield from _of_statistic(likelihood_ratio(table), degrees, "likelihood-ratio chi-square", reading)


def likelihood_ratio(table: Counts) -> float:
    """The likelihood-ratio statistic (G) of a table without an empty line.

    Source: Wilks, Ann Math Stat 1938;9:60-62.
    """
    under = expected(table)
    return 2.0 * math.fsum(
        count * math.log(count / chance)
        for count, chance in zip(table.ravel(), under.ravel(), strict=True)
        if count
    )


def _of_statistic(statistic: float | None, degrees: int, name: str, reading: str) -> Iterator[Variant]:
    """The upper tail of a statistic, as it is and rounded; of one degree of freedom its half too."""
    if statistic is None:
        return
    p = chi_square_tail(statistic, degrees)
    yield Variant(name, p, reading)
    if degrees == 1:
        yield Variant(f"{name}, one-sided", p / 2.0, reading)
        z = float(half_up(math.sqrt(statistic), 2))
        yield Variant(f"{name}, z rounded to two decimals", 2.0 * NormalDist().cdf(-z), reading)
    for digits in ROUNDED:
        rounded = chi_square_tail(float(half_up(statistic, digits)), degrees)
        yield Variant(f"{name}, the statistic rounded to {IN_WORDS[digits]}", rounded, reading)
