"""The methods in use for one comparison: what is estimated first, and then every test of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from caseseries.analysis.columns import Values
from caseseries.stats import contrast, unconditional
from caseseries.stats.beta_binomial import Difference, posterior_difference
from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.estimate import Estimate
from caseseries.stats.freeman_halton import freeman_halton
from caseseries.stats.kruskal_wallis import kruskal_wallis, kruskal_wallis_exact
from caseseries.stats.ranks import mann_whitney, mann_whitney_exact
from caseseries.stats.shift import hodges_lehmann, superiority
from caseseries.stats.standardised import standardised_difference, standardised_difference_of_shares

Table = tuple[tuple[int, int], tuple[int, int]]
"""The groups by rows; with the event and without, by columns."""


SHOWN_FIRST = frozenset(
    {
        *("risk-difference-newcombe", "fisher", "freeman-halton"),
        *("hodges-lehmann", "mann-whitney-exact", "kruskal-wallis-exact"),
    }
)
"""The parts that stand beside the promised test where all in use are shown; the others behind a fold."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its part in ids, its name, and what it says. `is_chi_square`: it is an approximation."""

    part: str
    label: str
    done: Callable[[], Estimate]
    is_chi_square: bool = False


def tests_of_shares(table: Table, level: float) -> dict[str, Method]:
    """Every test of a 2 x 2 table, by the name that a protocol promises it by."""
    return {
        "chi-square, uncorrected": Method(
            "chi-square", "Chi-square, uncorrected", lambda: chi_square(table), is_chi_square=True
        ),
        "chi-square, Yates": Method(
            "chi-square-yates",
            "Chi-square, Yates",
            lambda: chi_square(table, correction="Yates"),
            is_chi_square=True,
        ),
        "chi-square, n - 1": Method(
            "chi-square-n-1",
            "Chi-square, n \u2212 1",
            lambda: chi_square(table, correction="n-1"),
            is_chi_square=True,
        ),
        "Fisher": Method("fisher", "Fisher's exact test", lambda: _fisher(table, level)),
        "Fisher, mid-p": Method("fisher-mid-p", "Fisher's exact test, mid-p", lambda: _mid_p(table)),
        "Barnard": Method("barnard", "Barnard's test, pooled", lambda: _barnard(table, True)),
        "Barnard, unpooled": Method(
            "barnard-unpooled", "Barnard's test, unpooled", lambda: _barnard(table, False)
        ),
        "Boschloo": Method(
            "boschloo",
            "Boschloo's test, two-sided by probability",
            lambda: _boschloo(table, "two-sided by probability"),
        ),
        "Boschloo, doubled": Method(
            "boschloo-doubled",
            "Boschloo's test, twice the one-sided",
            lambda: _boschloo(table, "twice the one-sided"),
        ),
    }


def tests_of_tables(table: Sequence[Sequence[int]], seed: int) -> dict[str, Method]:
    """Every test of a table of any size, groups by rows, by the name that a protocol promises it by."""
    counts = tuple(map(tuple, table))
    return {
        "chi-square, uncorrected": Method(
            "chi-square", "Chi-square, uncorrected", lambda: chi_square(counts), is_chi_square=True
        ),
        "Freeman-Halton": Method(
            "freeman-halton", "Freeman-Halton exact test", lambda: _freeman_halton(counts, seed)
        ),
    }


def contrasts_of_shares(table: Table, level: float) -> Iterator[Method]:
    """How far apart two shares are, by every interval in use, and what is believed of them."""
    intervals: tuple[contrast.DifferenceInterval, ...] = ("Newcombe", "Miettinen-Nurminen", "Agresti-Caffo")
    for interval in intervals:
        part = f"risk-difference-{interval.lower()}"
        yield Method(part, f"Risk difference, {interval}", partial(_difference, table, level, interval))
    ratios: tuple[contrast.RatioInterval, ...] = ("Katz", "Koopman")
    for ratio in ratios:
        yield Method(
            f"risk-ratio-{ratio.lower()}", f"Risk ratio, {ratio}", partial(_ratio, table, level, ratio)
        )
    odds: tuple[contrast.OddsInterval, ...] = ("mid-p", "Wald")
    for one in odds:
        yield Method(f"odds-ratio-{one.lower()}", f"Odds ratio, {one}", partial(_odds, table, level, one))
    yield Method(
        "standardised-difference",
        "Standardised difference",
        lambda: standardised_difference_of_shares(table),
    )
    yield Method("posterior", "Difference believed (Jeffreys)", lambda: _believed(table, level).difference)
    yield Method(
        "posterior-greater",
        "Chance that the first share is greater",
        lambda: _believed(table, level).chance_greater,
    )


def tests_of_ranks(first: Values, second: Values) -> dict[str, Method]:
    """Mann and Whitney's test, by the name that a protocol promises it by."""
    return {
        "Mann-Whitney": Method("mann-whitney", "Mann-Whitney test", lambda: mann_whitney(first, second)),
        "Mann-Whitney, exact": Method(
            "mann-whitney-exact", "Mann-Whitney test, exact", lambda: mann_whitney_exact(first, second)
        ),
    }


def tests_of_several_ranks(samples: Sequence[Values], seed: int) -> dict[str, Method]:
    """Kruskal and Wallis's test, by the name that a protocol promises it by."""
    return {
        "Kruskal-Wallis": Method("kruskal-wallis", "Kruskal-Wallis test", lambda: kruskal_wallis(samples)),
        "Kruskal-Wallis, exact": Method(
            "kruskal-wallis-exact",
            "Kruskal-Wallis test, exact",
            lambda: kruskal_wallis_exact(samples, seed=seed),
        ),
    }


def contrasts_of_ranks(first: Values, second: Values, level: float, unit: str) -> Iterator[Method]:
    """How far apart two samples are."""
    yield Method(
        "hodges-lehmann",
        "Hodges-Lehmann shift",
        lambda: hodges_lehmann(first, second, level=level, unit=unit),
    )
    yield Method(
        "superiority",
        "Share of pairs in which the first is above",
        lambda: superiority(first, second, level=level),
    )
    yield Method(
        "standardised-difference", "Standardised difference", lambda: standardised_difference(first, second)
    )


def two_by_two(counts: np.ndarray) -> Table:
    """Counts of two groups as a table that can be looked up."""
    (a, b), (c, d) = counts.tolist()
    return (a, b), (c, d)


# A relabelling asks the same few tables thousands of times.
@cache
def _difference(table: Table, level: float, interval: contrast.DifferenceInterval) -> Estimate:
    return contrast.risk_difference(table, level=level, interval=interval)


@cache
def _ratio(table: Table, level: float, interval: contrast.RatioInterval) -> Estimate:
    return contrast.risk_ratio(table, level=level, interval=interval)


@cache
def _odds(table: Table, level: float, interval: contrast.OddsInterval) -> Estimate:
    return contrast.odds_ratio(table, level=level, interval=interval)


@cache
def _believed(table: Table, level: float) -> Difference:
    (a, b), (c, d) = table
    return posterior_difference(a, a + b, c, c + d, level=level)


@cache
def _fisher(table: Table, level: float) -> Estimate:
    return fisher(table, level=level)


@cache
def _mid_p(table: Table) -> Estimate:
    return unconditional.fisher_mid_p(table)


@cache
def _barnard(table: Table, pooled: bool) -> Estimate:
    return unconditional.barnard(table, pooled)


@cache
def _boschloo(table: Table, definition: unconditional.Definition) -> Estimate:
    return unconditional.boschloo(table, definition)


@cache
def _freeman_halton(table: tuple[tuple[int, ...], ...], seed: int) -> Estimate:
    return freeman_halton(table, seed=seed)
