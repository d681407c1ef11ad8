"""What holds of every statistic, whatever the numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from caseseries.stats import describe
from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.estimate import Estimate
from caseseries.stats.kruskal_wallis import kruskal_wallis, kruskal_wallis_exact
from caseseries.stats.log_rank import log_rank
from caseseries.stats.permutation import entries_chi_square, permuted_entries
from caseseries.stats.proportions import proportion
from caseseries.stats.ranks import mann_whitney, mann_whitney_exact
from caseseries.stats.rounding import half_even, half_up, significant, truncated
from caseseries.stats.survival import (
    at_risk,
    follow_up,
    kaplan_meier,
    median_survival,
    survival_at,
)
from caseseries.stats.trajectory import fall_at, greatest_fall

law = settings(derandomize=True, deadline=None, max_examples=100)

# Few distinct values, so that ties are the rule.
values = st.lists(st.integers(-4, 9).map(lambda n: n / 2), min_size=0, max_size=9)
filled = st.lists(st.integers(-4, 9).map(lambda n: n / 2), min_size=1, max_size=7)
patients = st.lists(
    st.tuples(st.integers(0, 8).map(lambda n: n / 4), st.booleans(), st.sampled_from("abc")), max_size=14
)
two_by_two = st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), min_size=2, max_size=2)
members = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()), min_size=0, max_size=9
)


def columns(rows: list[tuple[float, bool, str]]) -> tuple[list[float], list[bool], list[str]]:
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def is_sound(estimate: Estimate) -> bool:
    """A number or a reason; never NaN nor infinite; p and shares within 0 and 1; what is open says how."""
    given = (estimate.value, estimate.low, estimate.high, estimate.p, estimate.level)
    is_open = estimate.level is not None and None in (estimate.value, estimate.low, estimate.high)
    return (
        all(one is None or math.isfinite(one) for one in given)
        and (estimate.value is None) == bool(estimate.reason)
        and is_open == bool(estimate.beyond)
        and bool(estimate.method)
        and (estimate.p is None or 0.0 <= estimate.p <= 1.0)
        and (estimate.unit != "share" or estimate.value is None or estimate.value <= 1.0)
    )


def same(one: float | None, other: float | None) -> bool:
    """Both None, or equal but for the float's last digits."""
    return one is other or one == pytest.approx(other, rel=1e-9, abs=1e-12)


# ---- a number or a reason ----


@law
@given(values, values)
def test_samples_give_a_number_or_a_reason(x: list[float], y: list[float]) -> None:
    found = [mann_whitney(x, y), mann_whitney_exact(x, y), describe.median(x), describe.mean(x)]
    found += [describe.standard_deviation(x), *describe.quartiles(x), *describe.extremes(x)]
    course = [abs(value) for value in x]
    found += [greatest_fall(range(len(x)), course), fall_at(range(len(x)), course, 3)]
    assert all(map(is_sound, found))


@law
@given(patients)
def test_survival_gives_a_number_or_a_reason(rows: list[tuple[float, bool, str]]) -> None:
    time, event, group = columns(rows)
    found = [log_rank(time, event, group), follow_up(time, event)]
    for limits in ("log-log", "log", "plain"):
        curve = kaplan_meier(time, event, limits=limits)
        found += [median_survival(curve), median_survival(curve, rests="first")]
        found += [survival_at(curve, day / 4) for day in range(10)]
    assert all(map(is_sound, found))


@law
@given(
    st.integers(0, 4).flatmap(
        lambda c: st.lists(st.lists(st.integers(0, 5), min_size=c, max_size=c), min_size=1)
    )
)
def test_tables_give_a_number_or_a_reason(counts: list[list[int]]) -> None:
    for correction in ("none", "Yates", "n-1"):
        assert is_sound(chi_square(counts, correction=correction))


@law
@given(members, st.data())
def test_entries_give_a_number_or_a_reason(rows: list[tuple[bool, ...]], data: st.DataObject) -> None:
    group = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    membership = np.array(rows, dtype=bool).reshape(len(rows), 4)
    found = permuted_entries(membership, group, seed=1)
    assert is_sound(found)
    assert is_sound(entries_chi_square(membership, group))
    assert found.p is None or found.p > 0.0


# ---- survival ----


@law
@given(patients, st.randoms(use_true_random=False))
def test_a_curve_only_falls_and_knows_no_order_of_rows(
    rows: list[tuple[float, bool, str]], random: Any
) -> None:
    time, event, _ = columns(rows)
    curve = kaplan_meier(time, event)
    assert (np.diff(curve.survival, prepend=1.0) <= 0.0).all()
    assert ((curve.survival >= 0.0) & (curve.survival <= 1.0)).all()
    drawn = ~np.isnan(curve.low)
    assert (curve.low[drawn] <= curve.survival[drawn]).all()
    assert (curve.high[drawn] >= curve.survival[drawn]).all()
    shuffled = list(rows)
    random.shuffle(shuffled)
    again = kaplan_meier(*columns(shuffled)[:2])
    for one in ("times", "at_risk", "events", "censored", "survival", "standard_error", "low", "high"):
        assert np.array_equal(getattr(curve, one), getattr(again, one), equal_nan=True)


@law
@given(patients)
def test_everybody_is_counted_once(rows: list[tuple[float, bool, str]]) -> None:
    time, event, _ = columns(rows)
    curve = kaplan_meier(time, event)
    assert curve.events.sum() + curve.censored.sum() == curve.n == len(rows)
    asked = [day / 8 for day in range(20)]
    assert at_risk(curve, asked).tolist() == [sum(one >= day for one in time) for day in asked]


@law
@given(filled)
def test_without_censoring_the_curve_is_the_share_still_alive(values: list[float]) -> None:
    time = [abs(value) for value in values]
    curve = kaplan_meier(time, [True] * len(time))
    for at, share in zip(curve.times, curve.survival, strict=True):
        assert share == pytest.approx(sum(one > at for one in time) / len(time), abs=1e-12)


@law
@given(patients)
def test_log_rank_knows_no_names_and_no_unit_of_time(rows: list[tuple[float, bool, str]]) -> None:
    time, event, group = columns(rows)
    found = log_rank(time, event, group)
    renamed = log_rank(
        [day * 30 for day in time][::-1], event[::-1], [{"a": 3, "b": 1, "c": 2}[g] for g in group][::-1]
    )
    assert same(found.value, renamed.value)
    assert same(found.p, renamed.p)


# ---- proportions ----


@law
@given(st.integers(1, 60), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_an_interval_contains_its_share_and_mirrors(n: int, data: st.DataObject, level: float) -> None:
    events = data.draw(st.integers(0, n))
    for interval in ("Clopper-Pearson", "Wilson", "mid-p"):
        found = proportion(events, n, level=level, interval=interval)
        mirror = proportion(n - events, n, level=level, interval=interval)
        assert found.low is not None
        assert found.high is not None
        assert 0.0 <= found.low <= events / n <= found.high <= 1.0
        assert mirror.high == pytest.approx(1.0 - found.low, abs=1e-12)


@law
@given(st.integers(1, 60), st.data())
def test_mid_p_lies_within_the_exact_interval(n: int, data: st.DataObject) -> None:
    events = data.draw(st.integers(0, n))
    exact, middle = proportion(events, n), proportion(events, n, interval="mid-p")
    assert exact.low is not None
    assert exact.high is not None
    assert middle.low is not None
    assert middle.high is not None
    assert exact.low <= middle.low
    assert middle.high <= exact.high


# ---- comparisons ----


@law
@given(filled, filled)
def test_rank_tests_are_the_same_from_either_side(x: list[float], y: list[float]) -> None:
    for test in (mann_whitney, mann_whitney_exact):
        one, other = test(x, y), test(y, x)
        assert same(one.p, other.p)
        if one.value is not None and other.value is not None:
            assert one.value + other.value == len(x) * len(y)


@law
@given(filled, filled)
def test_rank_tests_see_only_the_order(x: list[float], y: list[float]) -> None:
    def bent(sample: list[float]) -> list[float]:
        return [math.exp(value) for value in sample]

    assert mann_whitney(x, y) == mann_whitney(bent(x), bent(y))
    assert mann_whitney_exact(x, y) == mann_whitney_exact(bent(x), bent(y))


@law
@given(filled, filled)
def test_exact_rank_test_agrees_with_every_deal(x: list[float], y: list[float]) -> None:
    both = x + y
    assume(len(set(both)) > 1 and len(both) <= 10)
    above = {
        one: sum(other < one for other in both) + sum(other == one for other in both) / 2 for one in both
    }
    deals = [sum(above[both[i]] for i in chosen) for chosen in combinations(range(len(both)), len(x))]
    mean = len(x) * len(both) / 2
    far = abs(sum(above[one] for one in x) - mean)
    share = sum(abs(deal - mean) >= far for deal in deals) / len(deals)
    assert mann_whitney_exact(x, y).p == pytest.approx(share, rel=1e-12)


@law
@given(filled, filled, filled)
def test_several_groups_by_ranks(x: list[float], y: list[float], z: list[float]) -> None:
    """Of two groups Kruskal and Wallis's exact test is Mann and Whitney's; of three the order is nothing."""
    assert same(kruskal_wallis_exact([x, y], seed=1).p, mann_whitney_exact(x, y).p)
    for test in (kruskal_wallis, lambda samples: kruskal_wallis_exact(samples, seed=1)):
        one, other = test([x, y, z]), test([z, x, y])
        assert same(one.value, other.value)
        if "drawn" not in one.method:
            assert same(one.p, other.p)


@law
@given(two_by_two)
def test_fisher_and_chi_square_know_no_rows_from_columns(counts: list[list[int]]) -> None:
    turned = [list(column) for column in zip(*counts, strict=True)]
    assert same(fisher(counts).p, fisher(turned).p)
    for correction in ("none", "Yates", "n-1"):
        one = chi_square(counts, correction=correction)
        other = chi_square(turned, correction=correction)
        assert same(one.p, other.p)


@law
@given(two_by_two)
def test_odds_ratio_lies_in_its_limits_and_turns_over(counts: list[list[int]]) -> None:
    found, turned = fisher(counts), fisher(counts[::-1])
    if found.value is None or found.low is None:
        return
    assert found.low <= found.value
    assert found.high is None or found.value <= found.high
    if turned.value:
        assert found.value == pytest.approx(1.0 / turned.value, rel=1e-9)


@law
@given(members, st.data())
def test_permuted_entries_agree_with_every_deal(rows: list[tuple[bool, ...]], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(rows)))
    membership = np.array(rows, dtype=bool).reshape(len(rows), 4)
    used = membership[:, membership.any(axis=0)].astype(float)

    def statistic(chosen: tuple[int, ...]) -> float:
        part = used[list(chosen)].sum(axis=0)
        table = np.array([part, used.sum(axis=0) - part])
        if not table.sum(axis=1).all():
            return 0.0
        wanted = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        return float(((table - wanted) ** 2 / wanted).sum())

    group = [i < size for i in range(len(rows))]
    found = permuted_entries(membership, group, seed=1)
    swapped = permuted_entries(membership, [not one for one in group], seed=1)
    assert same(found.p, swapped.p)
    if found.value is None:
        return
    seen = statistic(tuple(range(size)))
    deals = [statistic(chosen) for chosen in combinations(range(len(rows)), size)]
    assert found.value == pytest.approx(seen, rel=1e-9, abs=1e-12)
    assert found.p == pytest.approx(sum(one >= seen - 1e-9 for one in deals) / len(deals), rel=1e-12)


# ---- courses ----


@law
@given(st.lists(st.integers(0, 20), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_greatest_fall_is_no_less_than_any_days_fall(course: list[int], random: Any) -> None:
    assume(course[0] > 0)
    days = list(range(1, len(course) + 1))
    greatest = greatest_fall(days, course).value
    assert greatest is not None
    assert 0.0 <= greatest <= 1.0
    falls = [fall_at(days, course, day).value for day in days[1:]]
    assert greatest == max(0.0, *(fall for fall in falls if fall is not None))
    order = list(range(len(days)))
    random.shuffle(order)
    assert greatest_fall([days[i] for i in order], [course[i] for i in order]).value == greatest


# ---- rounding ----


@law
@given(st.floats(-1e9, 1e9), st.integers(-3, 8))
def test_rounding_goes_no_further_than_it_may(value: float, digits: int) -> None:
    unit = Decimal(1).scaleb(-digits)
    # Twelve significant decimals are kept of a float, no more.
    slack = abs(Decimal(value)) * Decimal("5.1e-12")
    assert abs(half_up(value, digits) - Decimal(value)) <= unit / 2 + slack
    assert abs(half_even(value, digits) - Decimal(value)) <= unit / 2 + slack
    assert abs(truncated(value, digits) - Decimal(value)) < unit + slack
    assert abs(truncated(value, digits)) <= abs(half_up(value, digits))
    assert half_up(-value, digits) == -half_up(value, digits)


@law
@given(st.integers(-99_999, 99_999), st.integers(0, 4))
def test_a_printed_half_always_goes_up(whole: int, digits: int) -> None:
    half = Decimal(2 * whole + 1).scaleb(-digits) / 2
    wanted = Decimal(abs(whole) + 1 if whole >= 0 else abs(whole)).scaleb(-digits)
    assert half_up(float(half), digits) == (wanted if half > 0 else -wanted)


@law
@given(st.floats(1e-9, 1e9), st.integers(1, 6))
def test_significant_digits_are_counted(value: float, digits: int) -> None:
    found = significant(value, digits)
    assert abs(found - Decimal(value)) <= Decimal(value) * (Decimal(5).scaleb(-digits) + Decimal("1e-11"))
    assert significant(found, digits) == found
