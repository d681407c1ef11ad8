"""Laws of what is known: truth is an order of three, and bounds add up without losing what is open."""

from __future__ import annotations

import operator
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseseries.evidence.bounds import Bounds
from caseseries.evidence.truth import Truth

TRUTHS = st.sampled_from(Truth)
BOUNDS = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda ends: Bounds(min(ends), max(ends)))
AS_BOUNDS = {Truth.NOT_MET: Bounds(0, 0), Truth.UNKNOWN: Bounds(0, 1), Truth.MET: Bounds(1, 1)}


@given(TRUTHS, TRUTHS, TRUTHS)
def test_and_or_and_not_are_an_algebra(one: Truth, two: Truth, three: Truth) -> None:
    assert one & two is two & one
    assert one | two is two | one
    assert one & (two | three) is (one & two) | (one & three)
    assert one | (one & two) is one
    assert ~(one & two) is ~one | ~two
    assert ~~one is one


def test_the_order_is_not_met_unknown_met() -> None:
    assert sorted(Truth) == [Truth.NOT_MET, Truth.UNKNOWN, Truth.MET]
    assert ~Truth.UNKNOWN is Truth.UNKNOWN
    assert [str(truth) for truth in Truth] == ["not met", "unknown", "met"]


@pytest.mark.parametrize("truth", Truth)
def test_no_truth_is_taken_for_yes_or_no(truth: Truth) -> None:
    with pytest.raises(TypeError, match="neither yes nor no"):
        bool(truth)


@given(BOUNDS, BOUNDS, BOUNDS)
def test_bounds_add_up_in_any_order(one: Bounds, two: Bounds, three: Bounds) -> None:
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + Bounds(0, 0) == one
    assert (one + two).width == one.width + two.width


@given(st.lists(TRUTHS, min_size=1, max_size=8))
def test_all_and_any_are_needs_of_all_and_of_one(truths: list[Truth]) -> None:
    count = reduce(operator.add, (AS_BOUNDS[truth] for truth in truths))
    assert count.at_least(len(truths)) is reduce(operator.and_, truths)
    assert count.at_least(1) is reduce(operator.or_, truths)


@given(BOUNDS, st.integers(0, 60))
def test_a_greater_need_is_never_truer(bounds: Bounds, number: int) -> None:
    assert bounds.at_least(number + 1) <= bounds.at_least(number)


def test_a_range_has_its_lower_number_first() -> None:
    with pytest.raises(ValueError, match="higher number first"):
        Bounds(7, 5)
    assert (str(Bounds(5, 7)), str(Bounds(5, 5))) == ("5 to 7", "5")
