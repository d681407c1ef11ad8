"""One patient's course in numbers, and the size of the bias of a best-ever response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.estimate import Estimate
from caseseries.stats.length_bias import LengthBias, best_ever_under_null
from caseseries.stats.nadir import day_of_nadir, nadir, rebound
from caseseries.stats.ranks import mann_whitney
from caseseries.stats.spacing import days_since_last, last_before, spacing
from caseseries.stats.trajectory import fold_change, greatest_fall, time_to_half

law = settings(derandomize=True, deadline=None, max_examples=60)

# Patient 14 of the founding series: a fall by half, and a rise that "53%" hides.
DAYS = [1, 5, 10, 15, 20, 25, 30, 35, 40]
FERRITIN = [1458, 1385, 1069, 797, 688, 1222, 1284, 1965, 1132]


def test_a_course_with_a_rebound() -> None:
    assert nadir(DAYS, FERRITIN, unit="ng/mL") == Estimate(688, "lowest value after day 1", 8, "ng/mL")
    found = day_of_nadir(DAYS, FERRITIN)
    assert (found.value, found.n) == (20, 8)
    assert found.method == "day of the lowest value after day 1, the first of equals"
    half = time_to_half(DAYS, FERRITIN)
    assert (half.value, half.unit, half.n) == (19, "days", 8)
    assert half.method == (
        "time from day 1 to the first value at or below half of it, among the days with a value, "
        "none interpolated"
    )
    again = rebound(DAYS, FERRITIN)
    assert again.value == pytest.approx(1965 / 688)
    assert again.unit == "fold"
    assert again.method == "highest value after the lowest, as a multiple of the lowest after day 1"
    last = last_before(DAYS, FERRITIN, 39, unit="ng/mL")
    assert (last.value, last.n, last.unit) == (1965, 1, "ng/mL")
    assert last.method == "last value at or before day 39, taken on day 35, 4 days before"
    assert last_before(DAYS, FERRITIN, 36).method.endswith("taken on day 35, 1 day before")
    assert days_since_last(DAYS, 39).value == 4
    assert days_since_last(DAYS, 40).value == 0
    assert (spacing(DAYS).value, spacing(DAYS).n, spacing(DAYS).unit) == (5, 9, "days")


def test_the_lowest_may_lie_above_the_first_day_and_equals_are_the_first() -> None:
    assert nadir([1, 5, 10], [3, 9, 6]).value == 6
    assert day_of_nadir([10, 1, 5, 20], [6, 8, 6, 7]).value == 5
    assert rebound([10, 1, 5, 20], [6, 8, 6, 3]).reason == "no value after the lowest, on day 20"
    assert rebound([1, 5, 10], [8, 4, 3.0]).value is None
    assert rebound([1, 5, 10], [8, 4, 4]).value == 1.0


@pytest.mark.parametrize(
    "day, within, fold, said",
    [
        (5, 0, 0.5, "value on day 5 as a multiple of that on day 1"),
        (
            7,
            2,
            0.5,  # days 5 and 9 are as near: the earlier
            "value on day 7 as a multiple of that on day 1, the nearest within 2 days, of two as near "
            "the earlier; day 5 was taken",
        ),
        (8, 1, 0.75, None),
        (3, 2, 0.5, None),  # day 1 is as near, but is the first day itself
        (30, 1000, 2.0, None),
    ],
)
def test_fold_change_takes_the_nearest_value(
    day: float, within: float, fold: float, said: str | None
) -> None:
    found = fold_change([1, 5, 9, 14], [8, 4, 6, 16], day, within=within)
    assert (found.value, found.n, found.unit) == (fold, 1, "fold")
    assert said is None or found.method == said


def test_a_half_never_seen_is_censored_at_the_last_value() -> None:
    found = time_to_half([1, 5, 20, 10], [8, 7, 4.5, 5])
    assert (found.value, found.beyond, found.shown, found.n) == (None, "not reached", "not reached", 3)
    assert found.reason == "not reached by day 20, the last with a value"
    assert time_to_half([0, 3], [8, 4], first_day=0).value == 3


Said = Callable[[], Estimate]


@pytest.mark.parametrize(
    "ask, reason",
    [
        (lambda: nadir([], []), "no value after day 1"),
        (lambda: nadir([1], [3]), "no value after day 1"),
        (lambda: day_of_nadir([1], [3]), "no value after day 1"),
        (lambda: rebound([1], [3]), "no value after day 1"),
        (lambda: rebound([1, 5], [3, 2]), "no value after the lowest, on day 5"),
        (
            lambda: rebound([1, 5, 9], [3, 0, 2]),
            "the lowest value, on day 5, is not above zero: no multiple of it can be taken",
        ),
        (lambda: time_to_half([5], [3]), "no value on day 1"),
        (lambda: time_to_half([1], [3]), "no value after day 1"),
        (
            lambda: time_to_half([1, 2], [0, 1]),
            "the value on day 1 is not above zero: no share can be taken of it",
        ),
        (lambda: fold_change([1, 5], [3, 2], 7), "no value on day 7"),
        (lambda: fold_change([1, 5], [3, 2], 7, within=1), "no value on day 7 or within 1 day of it"),
        (lambda: fold_change([1, 5], [3, 2], 3, within=1.5), "no value on day 3 or within 1.5 days of it"),
        (lambda: fold_change([1, 5, 5], [3, 2, 4], 6, within=2), "2 values on day 5"),
        (lambda: fold_change([5], [3], 5), "no value on day 1"),
        (lambda: last_before([5, 9], [3, 2], 4), "no value by day 4"),
        (lambda: last_before([5, 5], [3, 2], 6), "2 values on day 5"),
        (lambda: days_since_last([5], 4), "no value by day 4"),
        (lambda: spacing([]), "no values"),
        (lambda: spacing([4]), "one value has no gap"),
    ],
)
def test_what_a_course_does_not_tell(ask: Said, reason: str) -> None:
    found = ask()
    assert (found.value, found.level, found.beyond) == (None, None, "")
    assert found.reason == reason


def unheard_of(**options: Any) -> LengthBias:
    return best_ever_under_null([[1, 2]] * 2, [[3, 4]] * 2, [1, 0], seed=1, **options)


@pytest.mark.parametrize(
    "slip, named",
    [
        (lambda: nadir([1, 2], [3]), "2 days for 1 values"),
        (lambda: fold_change([1, 2], [3, 4], 1), "day: a day after the first, 1, is wanted, not 1"),
        (lambda: fold_change([1, 2], [3, 4], 2, within=-1), "within: zero days or more are wanted, not -1"),
        (lambda: spacing([1, float("nan")]), "days: missing or infinite values must be removed first"),
        (lambda: best_ever_under_null([[1]], [[3], [4]], [1], seed=1), "1 patterns, 2 rows of values and 1 "),
        (lambda: best_ever_under_null([[1]], [[3]], [2], seed=1), "groups: only true and false"),
        (lambda: best_ever_under_null([[1]], [[3, 4]], [1], seed=1), "1 days for 2 values"),
        (lambda: best_ever_under_null([[1]], [[3]], [1], seed=1, draws=1), "draws: two or more are wanted"),
        (lambda: unheard_of(drift="down"), "drift: one of pooled, none is wanted, not 'down'"),
        (lambda: unheard_of(steps="all"), "steps: one of single, whole courses is wanted, not 'all'"),
    ],
)
def test_a_slip_names_its_argument(slip: Callable[[], object], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        slip()


def walked(visits: list[int], groups: list[int], **options: Any) -> LengthBias:
    """The bias for patients seen every five days, so often after the first day."""
    random = np.random.default_rng(8)
    days = [[1, *range(5, 5 * n + 1, 5)] for n in visits]
    values = [1000.0 * np.exp(np.cumsum(random.normal(0.0, 0.7, len(row)))) for row in days]
    return best_ever_under_null(days, values, groups, seed=3, **options)


FIVE_OF_SIXTEEN = [1] * 5 + [0] * 11


def test_no_bias_where_all_are_measured_alike() -> None:
    for visits in (1, 4, 10):
        for steps in ("single", "whole courses"):
            # Fifteen, so that the middle of what is drawn lies on a value, and not between two.
            found = walked([visits] * 15, FIVE_OF_SIXTEEN[:-1], steps=steps, draws=20_000)
            assert found.bias.value == pytest.approx(0.0, abs=0.02)
            assert found.rejected.value is not None
            assert found.rejected.value < 0.055


def test_the_bias_grows_with_the_values_of_one_group() -> None:
    found = [walked([n] * 5 + [1] * 11, FIVE_OF_SIXTEEN) for n in (1, 2, 4, 10)]
    biases = [one.bias.value or 0.0 for one in found]
    assert biases[0] == pytest.approx(0.0, abs=0.04)
    assert biases == sorted(biases)
    assert biases[-1] > 0.3
    rejected = [one.rejected.value or 0.0 for one in found]
    assert rejected[-1] > 0.2 > 0.055 > rejected[0]


def test_the_bias_says_how_it_was_made() -> None:
    found = walked([3] * 5 + [1] * 11, FIVE_OF_SIXTEEN)
    walk = (
        "random walk of the log value about the common trend on each patient's own days, "
        "single changes drawn with replacement from all patients'"
    )
    assert found.first.method == (
        f"median greatest fall of the first group in 2,000 draws (seed 3, Monte Carlo error 0.004): {walk}"
    )
    assert found.rejected.method.startswith(
        "share with p below 0.05 by Mann-Whitney, asymptotic, tie- and continuity-corrected, two-sided, "
        "in 2,000 draws (seed 3, Monte Carlo error "
    )
    assert found.seen.method.startswith(
        "difference of median greatest falls; p: twice the smaller tail of Mann-Whitney's U in 2,000 draws"
    )
    assert [one.n for one in (found.first, found.second, found.bias, found.seen)] == [5, 11, 16, 16]
    assert found.bias.value == pytest.approx((found.first.value or 0.0) - (found.second.value or 0.0))


def test_draws_have_a_seed_and_know_no_order_of_patients_or_days() -> None:
    random = np.random.default_rng(5)
    days = [[1, *range(5, 5 * n + 1, 5)] for n in (9, 2, 4, 4, 1, 7)]
    values = [random.lognormal(6.0, 1.0, len(row)) for row in days]
    groups = [1, 0, 1, 0, 0, 1]
    for steps in ("single", "whole courses"):
        ask: Any = partial(best_ever_under_null, seed=4, steps=steps)
        found = ask(days, values, groups)
        assert found == ask(days, values, groups)
        assert found != ask(days, values, groups, seed=5)
        turned = [row[::-1] for row in days[::-1]], [row[::-1] for row in values[::-1]], groups[::-1]
        assert found == ask(*turned)


def test_patients_without_a_greatest_fall_are_left_out_and_counted() -> None:
    days: list[list[float]] = [[1, 5], [1, 5, 9], [1, 5], [1], [5, 9], [1, 5]]
    values: list[list[float]] = [[9, 8], [9, 5, 4], [7, 8], [4], [4, 3], [0, 3]]
    found = best_ever_under_null(days, values, [1, 0, 0, 1, 0, 1], seed=1)
    assert (found.first.n, found.second.n) == (1, 2)
    assert found.bias.method.endswith("; left out, without a first-day or a later value: 3")


@pytest.mark.parametrize(
    "days, values, groups, reason",
    [
        ([], [], [], "no patient has a greatest fall"),
        ([[1], [1, 2]], [[3], [4, 5]], [1, 0], "a group has no greatest fall"),
        ([[1, 5], [1, 2]], [[3, 2], [4, 5]], [1, 1], "a group has no greatest fall"),
        ([[1, 5, 5], [1, 2]], [[3, 2, 2], [4, 5]], [1, 0], "a patient has two values on one day"),
        (
            [[1, 5], [1, 2]],
            [[3, 2], [4, 0]],
            [1, 0],
            "a patient has a value not above zero, which has no log",
        ),
    ],
)
def test_a_bias_that_cannot_be_sized_says_why(days: Any, values: Any, groups: Any, reason: str) -> None:
    found = best_ever_under_null(days, values, groups, seed=1)
    for one in (found.first, found.second, found.bias, found.rejected, found.seen):
        assert (one.value, one.p, one.reason) == (None, None, reason)


def test_too_many_values_are_not_drawn() -> None:
    days, values = [range(1, 103)] * 60, [np.arange(1.0, 103.0)] * 60
    found = best_ever_under_null(days, values, [1, 0] * 30, seed=1)
    assert found.bias.reason == "not done: more than 2,000 later values are too many to draw so often"


def test_falls_all_equal_have_no_p() -> None:
    found = best_ever_under_null([[1, 5]] * 4, [[3, 4], [3, 5], [1, 2], [2, 2]], [1, 1, 0, 0], seed=1)
    assert (found.seen.value, found.seen.p) == (0.0, None)
    assert found.seen.reason == "all falls are equal: their ranks tell nothing"
    assert found.rejected.value == 0.0


def test_the_test_that_is_judged_is_the_one_of_the_paper() -> None:
    """With one step each and no spread of gaps, every draw is a sample of the changes seen."""
    changes = [0.1, 0.4, 1.5, 0.2, 3.0, 0.9, 0.6, 2.0]
    found = best_ever_under_null(
        [[1, 5]] * 8, [[10.0, 10.0 * change] for change in changes], [1] * 4 + [0] * 4, seed=9, draws=20_000
    )
    falls = np.maximum(0.0, 1.0 - np.array(changes))
    random = np.random.default_rng(1)
    drawn = random.choice(falls, (4000, 8))
    rejected = [(mann_whitney(row[:4], row[4:]).p or 1.0) < 0.05 for row in drawn]
    assert found.rejected.value == pytest.approx(np.mean(rejected), abs=0.012)


courses = st.lists(
    st.lists(st.sampled_from([0.5, 1.0, 2.0, 8.0, 64.0]), min_size=2, max_size=6), min_size=2, max_size=6
)


@law
@given(courses, st.randoms(use_true_random=False))
def test_units_change_nothing_and_nothing_is_nan(rows: list[list[float]], random: Any) -> None:
    days = [list(range(1, len(row) + 1)) for row in rows]
    groups = [1, 0, *(random.random() < 0.5 for _ in rows[2:])]
    found = best_ever_under_null(days, rows, groups, seed=2, draws=50)
    scaled = [[value * 1024.0 for value in row] for row in rows]
    assert found == best_ever_under_null(days, scaled, groups, seed=2, draws=50)
    for one in (found.first, found.second, found.rejected):
        assert one.value is not None
        assert 0.0 <= one.value <= 1.0
    assert not any(part != part for estimate in astuple(found) for part in astuple(Estimate(*estimate)))


@law
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 9)), max_size=9))
def test_numbers_of_a_course_agree_with_each_other(rows: list[tuple[int, int]]) -> None:
    days, values = [day for day, _ in rows], [float(value) for _, value in rows]
    lowest, fall = nadir(days, values), greatest_fall(days, values)
    if fall.value is not None and lowest.value is not None:
        first = values[days.index(1)]
        assert fall.value == pytest.approx(max(0.0, 1.0 - lowest.value / first))
        half = time_to_half(days, values)
        assert (half.value is not None) == (lowest.value <= first / 2.0)
        assert half.value is None or 0 < half.value <= (day_of_nadir(days, values).value or 0.0) - 1
    assert (lowest.value is None) == (day_of_nadir(days, values).value is None)
    again = rebound(days, values)
    assert again.value is None or again.value >= 1.0
