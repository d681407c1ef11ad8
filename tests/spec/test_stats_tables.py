"""Two groups and an event: contrasts, exact tests, and what is said where there is no number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.compare import fisher
from caseseries.stats.contrast import (
    DifferenceInterval,
    OddsInterval,
    RatioInterval,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from caseseries.stats.estimate import Estimate
from caseseries.stats.freeman_halton import freeman_halton
from caseseries.stats.standardised import standardised_difference, standardised_difference_of_shares
from caseseries.stats.unconditional import barnard, boschloo, fisher_mid_p

# Survival with a rheumatologic cause, 3 of 4, and with any other, 2 of 12, in the founding series.
FOUNDING = [[3, 1], [2, 10]]
DIFFERENCES: tuple[DifferenceInterval, ...] = ("Newcombe", "Miettinen-Nurminen", "Agresti-Caffo")
RATIOS: tuple[RatioInterval, ...] = ("Katz", "Koopman")
ODDS: tuple[OddsInterval, ...] = ("mid-p", "Wald")
# Any, so that they reach the check of a caller without types.
WALD: Any = "Wald"
CENTRAL: Any = "central"
KATZ: Any = "Katz"

Counts = list[list[int]]
Asked = Callable[[Counts], Estimate]
TESTS: dict[str, Asked] = {
    "mid-p": fisher_mid_p,
    "Barnard pooled": barnard,
    "Barnard unpooled": lambda counts: barnard(counts, pooled=False),
    "Boschloo two-sided": boschloo,
    "Boschloo twice": lambda counts: boschloo(counts, "twice the one-sided"),
}


@pytest.mark.parametrize(
    "ask, said",
    [
        (
            lambda: risk_difference(FOUNDING),
            "58% (95% interval 5% to 82%); n = 16; "
            "risk difference, Newcombe interval (method 10, from Wilson limits)",
        ),
        (
            lambda: risk_difference(FOUNDING[::-1], interval="Miettinen-Nurminen", level=0.9),
            "−58% (90% interval −84% to −12%); n = 16; "
            "risk difference, Miettinen-Nurminen score interval (variance times n / (n - 1))",
        ),
        (
            lambda: risk_ratio(FOUNDING),
            "4.5 risk ratio (95% interval 1.13 to 17.99); n = 16; "
            "risk ratio, Katz interval (Wald, of the logarithm)",
        ),
        (
            lambda: odds_ratio(FOUNDING),
            "11.81 odds ratio (95% interval 0.86 to 428.1) p = 0.0659; n = 16; "
            "odds ratio by conditional maximum likelihood, mid-p interval; "
            "p is twice the smaller tail, the table seen counted by half",
        ),
        (
            lambda: barnard(FOUNDING),
            "58% p = 0.0341; n = 16; risk difference; Barnard's exact unconditional test, pooled statistic, "
            "two-sided; p greatest at a common share of 0.5000",
        ),
        (
            lambda: boschloo(FOUNDING),
            "58% p = 0.0277; n = 16; risk difference; Boschloo's exact unconditional test, two-sided by "
            "probability; p greatest at a common share of 0.2643 and of 0.7357",
        ),
        (
            lambda: boschloo(FOUNDING, "twice the one-sided"),
            "58% p = 0.0574; n = 16; risk difference; Boschloo's exact unconditional test, twice the "
            "one-sided; p greatest at a common share of 0.2856",
        ),
        (
            lambda: boschloo([[3, 3], [3, 3]]),
            "0% p = 1.000; n = 12; risk difference; Boschloo's exact unconditional test, two-sided by "
            "probability; every table is as extreme",
        ),
        (
            lambda: freeman_halton(FOUNDING, seed=1),
            "6% p = 0.0632; n = 16; Fisher-Freeman-Halton exact test, two-sided by probability; "
            "value is the chance of the table seen; exact over all 5 tables",
        ),
        (
            lambda: standardised_difference([1, 2, 4], [3, 5, 8]),
            "−1.44 standard deviations; n = 6; "
            "standardised difference of means, by the root of the mean of both groups' variances (n - 1)",
        ),
    ],
)
def test_a_number_and_its_method_are_said_in_full(ask: Callable[[], Estimate], said: str) -> None:
    assert str(ask()) == said


EMPTY_GROUP: Counts = [[0, 0], [2, 1]]
NOBODY: Counts = [[0, 0], [0, 0]]
NO_EVENT: Counts = [[0, 9], [0, 7]]
ALL: Counts = [[9, 0], [7, 0]]


@pytest.mark.parametrize("ask", TESTS.values(), ids=TESTS)
@pytest.mark.parametrize(
    "counts, reason",
    [
        (NOBODY, "nobody to count"),
        (EMPTY_GROUP, "row 1 is empty: nothing to compare"),
        (NO_EVENT, "column 1 is empty: nothing to compare"),
        (ALL, "column 2 is empty: nothing to compare"),
        ([[1, 0], [0, 0]], "row 2 is empty: nothing to compare"),
    ],
)
def test_a_test_of_nothing_says_why(ask: Asked, counts: Counts, reason: str) -> None:
    found = ask(counts)
    assert (found.value, found.p, found.level, found.reason) == (None, None, None, reason)


@pytest.mark.parametrize(
    "ask, reason",
    [
        (lambda: risk_difference(NOBODY), "nobody to count"),
        (lambda: risk_difference(EMPTY_GROUP), "row 1 is empty: nothing to compare"),
        (lambda: risk_ratio(EMPTY_GROUP), "row 1 is empty: nothing to compare"),
        (lambda: risk_ratio(NO_EVENT), "nobody had the event: no ratio can be taken"),
        (lambda: risk_ratio(NO_EVENT, interval="Koopman"), "nobody had the event: no ratio can be taken"),
        (
            lambda: risk_ratio([[4, 0], [0, 12]]),
            "nobody in row 2 had the event: the risk ratio is infinite, and has no Katz interval",
        ),
        (lambda: odds_ratio(NO_EVENT), "column 1 is empty: nothing to compare"),
        (
            lambda: odds_ratio([[4, 0], [3, 9]], interval="Wald"),
            "nobody in row 1, column 2: the odds ratio is infinite, and has no Woolf interval",
        ),
        (
            lambda: odds_ratio([[4, 2], [0, 9]], interval="Wald"),
            "nobody in row 2, column 1: the odds ratio is infinite, and has no Woolf interval",
        ),
        (lambda: barnard([[250, 1], [100, 150]]), "not done: 501 patients are more than 500"),
        (lambda: boschloo([[90_000, 1], [9_000, 999]]), "not done: 100,000 patients are more than 500"),
        (lambda: freeman_halton(NOBODY, seed=1), "nobody to count"),
        (lambda: freeman_halton(np.zeros((0, 3), dtype=int), seed=1), "nobody to count"),
        (lambda: freeman_halton([[3, 2, 1]], seed=1), "only one row: nothing to compare"),
        (lambda: freeman_halton([[3], [2]], seed=1), "only one column: nothing to compare"),
        (lambda: freeman_halton([[3, 0, 1], [2, 0, 1]], seed=1), "column 2 is empty: nothing to compare"),
        (
            lambda: freeman_halton(np.eye(15, dtype=int), seed=1),
            "not done: 225 cells are too many to draw tables",
        ),
        (lambda: standardised_difference([], []), "nobody to compare"),
        (lambda: standardised_difference([1, 2], []), "a group is empty"),
        (lambda: standardised_difference([1, 2], [3]), "a group has one value, which has no spread"),
        (
            lambda: standardised_difference([0.1, 0.1, 0.1], [3, 3]),
            "the values of each group are all equal: they have no spread",
        ),
        (lambda: standardised_difference_of_shares(EMPTY_GROUP), "row 1 is empty: nothing to compare"),
        (
            lambda: standardised_difference_of_shares([[4, 0], [0, 3]]),
            "in each group nobody or everybody had the event: the shares have no spread",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(ask: Callable[[], Estimate], reason: str) -> None:
    found = ask()
    assert (found.value, found.p, found.low, found.high) == (None, None, None, None)
    assert found.reason == reason


def test_a_difference_needs_no_event() -> None:
    for interval in DIFFERENCES:
        found = risk_difference(NO_EVENT, interval=interval)
        assert (found.value, found.reason) == (0.0, "")
        assert found.low is not None
        assert found.high is not None
        assert found.low < 0.0 < found.high
        one_each = risk_difference([[1, 0], [0, 1]], interval=interval)
        assert one_each.value == 1.0


@pytest.mark.parametrize(
    "found, method",
    [
        (
            risk_ratio([[0, 4], [3, 9]]),
            "risk ratio; nobody in row 1 had the event, and there is no Katz interval",
        ),
        (risk_ratio(ALL), "risk ratio; everybody had the event, and there is no Katz interval"),
        (
            odds_ratio([[0, 4], [3, 9]], interval="Wald"),
            "odds ratio ad/bc; nobody in row 1, column 1, and there is no Woolf interval",
        ),
        (
            odds_ratio([[2, 4], [3, 0]], interval="Wald"),
            "odds ratio ad/bc; nobody in row 2, column 2, and there is no Woolf interval",
        ),
    ],
)
def test_a_ratio_without_interval_says_so_in_its_method(found: Estimate, method: str) -> None:
    assert found.value in (0.0, 1.0)
    assert (found.low, found.high, found.level, found.method) == (None, None, None, method)


def test_an_infinite_ratio_keeps_its_lower_limit() -> None:
    for found, reason in (
        (risk_ratio([[4, 0], [0, 12]], interval="Koopman"), "nobody in row 2 had the event"),
        (odds_ratio([[4, 0], [3, 9]]), "nobody in row 1, column 2"),
    ):
        assert found.reason.startswith(f"{reason}: the ")
        assert (found.value, found.high, found.level, found.beyond) == (None, None, 0.95, "infinite")
        assert found.low is not None
        assert found.low > 1.0
        assert found.shown == "infinite"


def test_a_ratio_of_none_keeps_its_upper_limit() -> None:
    for found in (risk_ratio([[0, 9], [5, 2]], interval="Koopman"), odds_ratio([[0, 9], [5, 2]])):
        assert (found.value, found.low) == (0.0, 0.0)
        assert found.high is not None
        assert found.high < 1.0


def test_mid_p_halves_every_table_as_probable() -> None:
    """2 of 38 against 8 of 38: 8 of 38 against 2 of 38 is as probable, and is halved as well."""
    assert fisher_mid_p([[2, 36], [8, 30]]).p == pytest.approx(0.04998656, abs=5e-9)
    assert fisher_mid_p([[8, 30], [2, 36]]).p == pytest.approx(0.04998656, abs=5e-9)


def test_tables_are_drawn_with_a_seed() -> None:
    counts = [[4, 1, 0, 0], [0, 3, 2, 5], [1, 0, 2, 2]]
    exact = freeman_halton(counts, seed=7)
    drawn = freeman_halton(counts, seed=7, limit=100)
    assert "exact over all 1,980 tables" in exact.method
    assert "100,000 tables drawn (seed 7, standard error of p 0.0004)" in drawn.method
    assert drawn == freeman_halton(counts, seed=7, limit=100)
    assert drawn != freeman_halton(counts, seed=8, limit=100)
    assert drawn.value == exact.value
    assert drawn.p == pytest.approx(exact.p, abs=0.002)


@pytest.mark.parametrize(
    "slip, named",
    [
        (lambda: risk_difference([[1, 2, 3], [4, 5, 6]]), "counts: a 2 x 2 table is wanted, this is 2 x 3"),
        (lambda: barnard([[1, 2]]), "counts: a 2 x 2 table is wanted, this is 1 x 2"),
        (lambda: risk_ratio([[1, -2], [4, 5]]), "counts: whole numbers"),
        (lambda: odds_ratio([[1.5, 2.0], [4.0, 5.0]]), "counts: whole numbers"),
        (lambda: freeman_halton([1, 2, 3], seed=1), "counts: a table"),
        (lambda: risk_difference(FOUNDING, level=95), "level is a share"),
        (lambda: risk_ratio(FOUNDING, level=0), "level is a share"),
        (lambda: odds_ratio(FOUNDING, level=1), "level is a share"),
        (lambda: risk_difference(FOUNDING, interval=WALD), "interval: one of Newcombe, Miettinen"),
        (lambda: risk_ratio(FOUNDING, interval=WALD), "interval: one of Katz, Koopman"),
        (lambda: odds_ratio(FOUNDING, interval=KATZ), "interval: one of mid-p, Wald"),
        (lambda: boschloo(FOUNDING, CENTRAL), "definition: one of two-sided by probability"),
        (lambda: standardised_difference([1, math.nan], [2, 3]), "x: missing or infinite"),
    ],
)
def test_a_programmers_slip_is_an_error(slip: Callable[[], object], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        slip()


# ---- what holds of every table ----

law = settings(derandomize=True, deadline=None, max_examples=40)
tables = st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=2)
large = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 3), min_size=width, max_size=width), min_size=2, max_size=3
    )
)


def same(one: float | None, other: float | None) -> bool:
    return one is other or one == pytest.approx(other, rel=1e-9, abs=1e-12)


def is_sound(found: Estimate) -> bool:
    """A number or a reason; an interval around its value; what is open says how."""
    numbers = [one for one in (found.value, found.low, found.high, found.p) if one is not None]
    is_open = found.level is not None and None in (found.value, found.low, found.high)
    ordered = [one for one in (found.low, found.value, found.high) if one is not None]
    return (
        all(map(math.isfinite, numbers))
        and (found.value is None) == bool(found.reason)
        and is_open == bool(found.beyond)
        and ordered == sorted(ordered)
        and (found.p is None or 0.0 < found.p <= 1.0)
    )


@law
@given(tables)
def test_a_number_or_a_reason(counts: Counts) -> None:
    assert all(is_sound(risk_difference(counts, interval=interval)) for interval in DIFFERENCES[:2])
    assert all(is_sound(risk_ratio(counts, interval=interval)) for interval in RATIOS)
    assert all(is_sound(odds_ratio(counts, interval=interval)) for interval in ODDS)
    assert all(is_sound(ask(counts)) for ask in TESTS.values())
    assert is_sound(standardised_difference_of_shares(counts))


@law
@given(tables)
def test_groups_change_places(counts: Counts) -> None:
    for interval in DIFFERENCES:
        here, there = (risk_difference(side, interval=interval) for side in (counts, counts[::-1]))
        if here.value is not None and here.low is not None and there.high is not None:
            assert same(here.value, -(there.value or 0.0))
            assert same(here.low, -there.high)
    for ask in TESTS.values():
        assert same(ask(counts).p, ask(counts[::-1]).p)
        assert same(ask(counts).p, ask([row[::-1] for row in counts]).p)
    here, there = odds_ratio(counts), odds_ratio(counts[::-1])
    assert same(here.p, there.p)
    if here.low and there.high:
        assert same(here.low, 1.0 / there.high)


@law
@given(tables)
def test_boschloo_is_never_above_fisher(counts: Counts) -> None:
    found, strict = boschloo(counts).p, fisher(counts).p
    if found is not None and strict is not None:
        assert found <= strict * (1.0 + 1e-9)


@law
@given(tables)
def test_mid_p_limits_and_p_agree(counts: Counts) -> None:
    found = odds_ratio(counts, level=0.9)
    if found.p is not None and found.low is not None:
        outside = found.low > 1.0 or (found.high is not None and found.high < 1.0)
        assert outside == (found.p < 0.1) or abs(found.p - 0.1) < 1e-9


@law
@given(large)
def test_freeman_halton_is_blind_to_order(counts: Counts) -> None:
    found = freeman_halton(counts, seed=1)
    assert is_sound(found)
    for other in (counts[::-1], [row[::-1] for row in counts], list(map(list, zip(*counts, strict=True)))):
        assert same(found.p, freeman_halton(other, seed=1).p)
    if len(counts) == len(counts[0]) == 2:
        assert same(found.p, fisher(counts).p)


@law
@given(
    st.lists(st.integers(-9, 9), min_size=2, max_size=7), st.lists(st.integers(-9, 9), min_size=2, max_size=7)
)
def test_standardised_differences_have_no_unit(x: list[int], y: list[int]) -> None:
    found = standardised_difference(x, y)
    assert is_sound(found)
    other = standardised_difference([3.0 - 2.5 * one for one in y], [3.0 - 2.5 * one for one in x])
    assert same(found.value, other.value)
