"""What is believed of a share of few patients, and what the unknown outcomes could make of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.beta_binomial import chance_above, posterior_difference, posterior_share
from caseseries.stats.worst_best import bounds_of_difference, bounds_of_share

law = settings(derandomize=True, deadline=None, max_examples=25)
groups = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_five_of_sixteen_survived() -> None:
    found = posterior_share(5, 16)
    assert (
        str(found) == "32% (95% interval 13% to 56%); n = 16; "
        "posterior median of a share, Jeffreys prior Beta(0.5, 0.5), equal-tailed interval"
    )


@pytest.mark.parametrize(
    "prior, named",
    [
        ((0.5, 0.5), "Jeffreys prior Beta(0.5, 0.5)"),
        ((1, 1), "uniform prior Beta(1, 1)"),
        ((2, 8), "prior Beta(2, 8)"),
    ],
)
def test_the_prior_is_named(prior: tuple[float, float], named: str) -> None:
    found = posterior_difference(3, 4, 2, 12, prior=prior)
    assert named in posterior_share(3, 4, prior=prior).method
    assert (
        chance_above(3, 4, 0.5, prior=prior).method
        == f"posterior probability that the share is above 0.5, {named}"
    )
    assert (
        found.difference.method
        == f"posterior median of a difference of shares, {named} for each, equal-tailed interval"
    )
    assert (
        found.chance_greater.method
        == f"posterior probability that the first share is the greater, {named} for each"
    )


def test_with_the_uniform_prior_one_of_one_is_believed_as_a_root() -> None:
    found = posterior_share(1, 1, prior=(1, 1))
    roots = [0.5**0.5, 0.025**0.5, 0.975**0.5]
    assert [found.value, found.low, found.high] == pytest.approx(roots, rel=1e-14)
    assert chance_above(1, 1, 0.9, prior=(1, 1)).value == pytest.approx(0.19, rel=1e-14)


def test_nobody_of_sixteen_leaves_a_share_above_zero() -> None:
    found = posterior_share(0, 16)
    assert found.value is not None
    assert found.low is not None
    assert 0.0 < found.low < found.value < 0.05


def test_the_same_of_the_same_differ_by_nothing() -> None:
    found = posterior_difference(0, 16, 0, 16)
    assert found.difference.value == 0.0
    assert found.chance_greater.value == pytest.approx(0.5, abs=1e-14)
    assert found.difference.low is not None
    assert found.difference.high == pytest.approx(-found.difference.low, rel=1e-12)


def test_of_very_many_the_difference_is_that_of_the_shares() -> None:
    found = posterior_difference(50_000, 100_000, 49_000, 100_000)
    # The normal approximation of a difference of two independent shares.
    error = (0.25 / 100_000 + 0.49 * 0.51 / 100_000) ** 0.5
    assert found.difference.value == pytest.approx(0.01, abs=1e-6)
    assert found.difference.low == pytest.approx(0.01 - 1.959964 * error, abs=1e-6)
    assert found.difference.high == pytest.approx(0.01 + 1.959964 * error, abs=1e-6)


def test_a_large_group_beside_a_small_one() -> None:
    large, small = posterior_share(50_000, 100_000), posterior_share(3, 5)
    found = posterior_difference(3, 5, 50_000, 100_000).difference
    for limit, alone in ((found.low, small.low), (found.value, small.value), (found.high, small.high)):
        assert alone is not None
        assert large.value is not None
        assert limit == pytest.approx(alone - large.value, abs=1e-4)


@law
@given(groups, groups)
def test_turned_round_the_difference_is_turned_round(one: tuple[int, int], other: tuple[int, int]) -> None:
    here, there = posterior_difference(*one, *other), posterior_difference(*other, *one)
    for found, turned in (
        (here.difference.value, there.difference.value),
        (here.difference.low, there.difference.high),
        (here.difference.high, there.difference.low),
    ):
        assert found is not None
        assert turned == pytest.approx(-found, abs=1e-12)
    assert here.chance_greater.value is not None
    assert there.chance_greater.value == pytest.approx(1.0 - here.chance_greater.value, abs=1e-12)


@law
@given(groups)
def test_events_and_their_absence_change_places(group: tuple[int, int]) -> None:
    events, n = group
    here, there = posterior_share(events, n), posterior_share(n - events, n)
    assert here.value is not None
    assert there.value == pytest.approx(1.0 - here.value, abs=1e-12)
    assert here.low is not None
    assert there.high == pytest.approx(1.0 - here.low, abs=1e-12)


@pytest.mark.parametrize(
    "events, n, unknown, least, most",
    [
        (5, 16, 0, 5 / 16, 5 / 16),
        (5, 12, 4, 5 / 16, 9 / 16),
        (0, 10, 1, 0.0, 1 / 11),
        (0, 0, 3, 0.0, 1.0),
        (1, 1, 0, 1.0, 1.0),
    ],
)
def test_worst_and_best_case_of_a_share(events: int, n: int, unknown: int, least: float, most: float) -> None:
    found = bounds_of_share(events, n, unknown)
    assert (found.least.value, found.most.value) == (least, most)
    assert (found.least.n, found.most.n) == (n + unknown, n + unknown)
    assert found.least.method == f"worst and best case of those unknown, {unknown}: none had it"
    assert found.most.method == f"worst and best case of those unknown, {unknown}: all had it"


def test_worst_and_best_case_of_a_difference() -> None:
    """3 of 4 against 2 of 12, with one and three unknown beside them."""
    found = bounds_of_difference((3, 4, 1), (2, 12, 3))
    assert found.least.value == pytest.approx(3 / 5 - 5 / 15, rel=1e-15)
    assert found.most.value == pytest.approx(4 / 5 - 2 / 15, rel=1e-15)
    assert found.least.n == 20
    assert (
        found.least.method
        == "worst and best case of those unknown, 1 and 3: none of the first and all of the second had it"
    )
    assert (
        found.most.method
        == "worst and best case of those unknown, 1 and 3: all of the first and none of the second had it"
    )


def test_what_nobody_tells_says_why() -> None:
    difference, bounds = posterior_difference(0, 0, 1, 2), bounds_of_difference((1, 2, 0), (0, 0, 0))
    nobody = posterior_difference(0, 0, 0, 0), bounds_of_difference((0, 0, 0), (0, 0, 0))
    for found, reason in (
        (posterior_share(0, 0), "nobody to count"),
        (chance_above(0, 0, 0.5), "nobody to count"),
        (bounds_of_share(0, 0, 0).least, "nobody to count"),
        (bounds_of_share(0, 0, 0).most, "nobody to count"),
        (difference.difference, "a group is empty"),
        (difference.chance_greater, "a group is empty"),
        (bounds.least, "a group is empty"),
        (bounds.most, "a group is empty"),
        (nobody[0].difference, "nobody to compare"),
        (nobody[1].most, "nobody to compare"),
    ):
        assert (found.value, found.low, found.high, found.p, found.level) == (None, None, None, None, None)
        assert found.reason == reason


@pytest.mark.parametrize(
    "slip, said",
    [
        (lambda: posterior_share(3, 2), "events: from 0 to n = 2 is wanted, not 3"),
        (lambda: posterior_share(1, 2, prior=(0, 1)), "prior: two numbers above zero are wanted"),
        (
            lambda: posterior_share(1, 2, prior=(1, float("nan"))),
            "prior: two numbers above zero are wanted",
        ),
        (lambda: posterior_share(1, 2, level=95), "level is a share between 0 and 1"),
        (lambda: chance_above(1, 2, 1.0), "threshold: a share between 0 and 1 is wanted, not 1.0"),
        (lambda: posterior_difference(1, 2, -1, 2), "events: from 0 to n = 2 is wanted, not -1"),
        (lambda: posterior_difference(1, 2, 1, 2, level=1), "level is a share between 0 and 1"),
        (lambda: bounds_of_share(3, 2, 1), "events: from 0 to n = 2 is wanted, not 3"),
        (lambda: bounds_of_share(1, 2, -1), "unknown: zero or more is wanted, not -1"),
        (lambda: bounds_of_difference((1, 2, 0), (3, 2, 0)), "second: events: from 0 to n = 2 is wanted"),
    ],
)
def test_a_slip_is_an_error_that_names_it(slip: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=r".") as told:
        slip()
    assert str(told.value).startswith(said)
