"""How far two groups lie apart, how often one is above the other, and many tests at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from caseseries.stats import shift
from caseseries.stats.multiplicity import benjamini_hochberg, holm
from caseseries.stats.ranks import mann_whitney_exact
from caseseries.stats.shift import ASYMPTOTIC, EXACT, EXACT_TIED, SHIFT, hodges_lehmann, superiority

law = settings(derandomize=True, deadline=None, max_examples=60)
# Few distinct values, so that ties are the rule; halves are exact as floats.
values = st.lists(st.integers(-4, 9).map(lambda n: n / 2), min_size=1, max_size=6)
ps = st.lists(st.none() | st.floats(0, 1), max_size=8)


def test_the_ages_of_the_living_and_the_dead() -> None:
    """The founding series: the living were 14 years younger, but sixteen patients do not settle it."""
    living, dead = [32, 34, 32, 56, 24], [65, 70, 25, 27, 82, 39, 62, 42, 61, 64, 19]
    found = hodges_lehmann(living, dead, unit="years")
    assert found.in_short == "\u221214 years (95% interval \u221237 to 7)"
    assert found.method == EXACT_TIED
    above = superiority(living, dead)
    assert above.value == 15 / 55
    assert above.in_short == "27% (95% interval 10% to 58%)"


def test_ties_between_the_groups_do_not_make_the_test_another() -> None:
    assert hodges_lehmann([1, 2, 3], [2, 3, 4, 9]).method == EXACT
    assert hodges_lehmann([1, 2, 2], [3, 4, 9]).method == EXACT_TIED


def test_a_shift_is_found_whatever_the_decimals() -> None:
    """0.3 - 0.1 and 0.2 - 0 differ as floats and are one difference."""
    tenths = hodges_lehmann([0.1, 0.2, 0.2, 0.3, 0.7], [0.1, 0.1, 0.3, 0.4, 0.4, 0.6])
    tens = hodges_lehmann([1, 2, 2, 3, 7], [1, 1, 3, 4, 4, 6])
    for tenth, ten in ((tenths.value, tens.value), (tenths.low, tens.low), (tenths.high, tens.high)):
        assert ten is not None
        assert tenth == pytest.approx(ten / 10, abs=1e-12)


def test_too_few_leave_both_limits_open() -> None:
    """One against five: even the farthest shift has p = 2 in 6."""
    found = hodges_lehmann([7], [1, 2, 3, 4, 5])
    assert (found.value, found.low, found.high, found.level) == (4.0, None, None, 0.95)
    assert found.beyond == "infinite"
    assert found.reason == "no limits: too few, the test could not reject even the farthest shift"
    assert hodges_lehmann([7], [1, 2, 3, 4, 5], level=0.6).low == 2.0


def test_a_p_at_the_border_is_a_rejection() -> None:
    """Three against three apart: p = 2 in 20, which is 1 - 0.9 but for a float's last digit."""
    found = hodges_lehmann([11, 12, 14], [1, 2.5, 3], level=0.9)
    assert (found.low, found.high) == (8.0, 13.0)


def test_what_is_too_much_for_the_exact_test_is_asymptotic_and_says_so() -> None:
    x, y = np.arange(400.0), np.arange(300.0) + 0.25
    found = hodges_lehmann(x, y)
    assert found.method == ASYMPTOTIC
    assert found.value == 49.75
    # By hand: 60,000 - 0.5 - 1.959964 sqrt(120,000 x 701 / 12) pairs are passed from either end.
    differences = np.sort(np.subtract.outer(x, y).ravel())
    assert (found.low, found.high) == (differences[54_810], differences[-54_811])


def test_a_hundred_thousand_against_as_many_are_counted() -> None:
    random = np.random.default_rng(5)
    x, y = random.normal(1.0, 1.0, 100_000), random.normal(0.0, 1.0, 100_000)
    found = hodges_lehmann(x, y)
    assert found.value == pytest.approx(1.0, abs=0.02)
    assert found.low is not None
    assert found.high is not None
    # The shift's standard error for two normal groups: sqrt(pi / 3) of that of the means.
    error = (np.pi / 3.0) ** 0.5 * (2.0 / 100_000) ** 0.5
    assert found.high - found.low == pytest.approx(2.0 * 1.96 * error, rel=0.02)
    assert superiority(x, y).value == pytest.approx(0.7602, abs=0.005)


@law
@given(values, values)
def test_counted_differences_are_those_listed(x: list[float], y: list[float]) -> None:
    first, second = np.sort(x), np.sort(y)
    listed = np.sort(np.subtract.outer(first, second).ravel())
    found = [shift._counted(first, second, place + 1) for place in range(len(listed))]
    assert found == listed.tolist()


@law
@given(values, values)
def test_the_shift_of_the_groups_exchanged_is_turned_round(x: list[float], y: list[float]) -> None:
    here, there = hodges_lehmann(x, y, level=0.8), hodges_lehmann(y, x, level=0.8)
    assert (here.reason, here.method) == (there.reason, there.method)
    turned = [None if limit is None else -limit for limit in (there.value, there.high, there.low)]
    assert [here.value, here.low, here.high] == turned


@law
@given(values, values, st.integers(-5, 5))
def test_who_is_moved_is_found_moved(x: list[float], y: list[float], by: int) -> None:
    assume(len(set(x)) > 1 or len(set(y)) > 1)
    here, there = hodges_lehmann(x, y, level=0.8), hodges_lehmann([one + by for one in x], y, level=0.8)
    moved = [None if limit is None else limit + by for limit in (here.value, here.low, here.high)]
    assert [there.value, there.low, there.high] == moved


@law
@given(values, values)
def test_no_shift_that_the_exact_test_keeps_is_left_out(x: list[float], y: list[float]) -> None:
    found, test = hodges_lehmann(x, y, level=0.8), mann_whitney_exact(x, y)
    assume(found.value is not None and test.p is not None and test.p > 0.2)
    assert found.low is None or found.low <= 0.0
    assert found.high is None or found.high >= 0.0


@law
@given(values, values)
def test_the_share_of_pairs_exchanged_is_the_rest(x: list[float], y: list[float]) -> None:
    here, there = superiority(x, y), superiority(y, x)
    assume(here.value is not None and here.low is not None and here.high is not None)
    assert here.value is not None
    assert here.low is not None
    assert here.high is not None
    assert 0.0 <= here.low <= here.value <= here.high <= 1.0
    assert [there.value, there.low, there.high] == pytest.approx(
        [1.0 - here.value, 1.0 - here.high, 1.0 - here.low], abs=1e-12
    )


def test_nobody_below_leaves_a_share_that_has_a_lower_limit() -> None:
    """One against one is one draw, and the interval is Wilson's: 1 / (1 + 1.96^2)."""
    found = superiority([2], [1])
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(1.0 / (1.0 + 1.959963984540054**2), rel=1e-12)


@pytest.mark.parametrize(
    "x, y, reason",
    [
        ([], [], "nobody to compare"),
        ([], [1, 2], "a group is empty"),
        ([1], [], "a group is empty"),
        ([3, 3], [3], "all values are equal: there is no spread to judge a shift by"),
        ([3, 3], [5, 5, 5], "each group has one value only: there is no spread to judge a shift by"),
        ([3], [5], "each group has one value only: there is no spread to judge a shift by"),
    ],
)
def test_a_shift_that_cannot_be_estimated_says_why(x: list[float], y: list[float], reason: str) -> None:
    found = hodges_lehmann(x, y, unit="months")
    assert (found.value, found.low, found.high, found.p, found.level) == (None, None, None, None, None)
    assert (found.reason, found.method, found.n, found.unit) == (reason, SHIFT, len(x) + len(y), "months")


@pytest.mark.parametrize(
    "x, y, reason",
    [
        ([], [], "nobody to compare"),
        ([], [1, 2], "a group is empty"),
        ([3, 3], [3], "all values are equal: their ranks tell nothing"),
    ],
)
def test_a_share_of_pairs_that_cannot_be_estimated_says_why(
    x: list[float], y: list[float], reason: str
) -> None:
    found = superiority(x, y)
    assert (found.value, found.low, found.high, found.level, found.reason) == (None, None, None, None, reason)


def test_adjusted_p_values_by_hand() -> None:
    """Four tests, one of them not estimable: three are counted."""
    assert holm([0.5, None, 0.0625, 0.125]) == (0.5, None, 0.1875, 0.25)
    assert benjamini_hochberg([0.5, None, 0.0625, 0.125]) == (0.5, None, 0.1875, 0.1875)
    assert holm([None]) == benjamini_hochberg([None]) == (None,)
    assert holm([]) == benjamini_hochberg([]) == ()


@law
@given(ps)
def test_an_adjusted_p_is_never_less(given_: list[float | None]) -> None:
    for p, false_found, any_false in zip(given_, benjamini_hochberg(given_), holm(given_), strict=True):
        assert (p is None) == (false_found is None) == (any_false is None)
        if p is not None and false_found is not None and any_false is not None:
            assert p <= false_found * (1 + 1e-12)
            assert false_found <= any_false * (1 + 1e-12) <= 1.0 + 1e-12


@law
@given(ps)
def test_the_order_of_the_tests_does_not_matter(given_: list[float | None]) -> None:
    for adjust in (holm, benjamini_hochberg):
        assert adjust(given_[::-1]) == adjust(given_)[::-1]


@pytest.mark.parametrize(
    "slip, said",
    [
        (lambda: hodges_lehmann([1, float("nan")], [2]), "x: missing or infinite values must be removed"),
        (lambda: hodges_lehmann([1], [[2]]), "y: a plain row of numbers is wanted"),
        (lambda: hodges_lehmann([1, 2], [2], level=95), "level is a share between 0 and 1"),
        (lambda: superiority([1, 2], [2], level=0), "level is a share between 0 and 1"),
        (lambda: superiority([1, 2], [float("inf")]), "y: missing or infinite values must be removed"),
        (lambda: holm([0.5, 1.5]), "ps: p-values between 0 and 1, or None, are wanted"),
        (lambda: benjamini_hochberg([float("nan")]), "ps: p-values between 0 and 1, or None, are wanted"),
    ],
)
def test_a_slip_is_an_error_that_names_it(slip: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        slip()
    assert str(told.value).startswith(said)
