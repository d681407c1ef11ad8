"""Several kinds of event as a reader meets them, and what is said where there is no number."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.competing import aalen_johansen, incidence_at
from caseseries.stats.estimate import Estimate
from caseseries.stats.fine_gray import FineGray, fine_gray
from caseseries.stats.gray import gray_test
from caseseries.stats.survival import kaplan_meier, survival_at

# Ten patients: months, and 0 alive at last follow-up, 1 dead of the disease, 2 dead of its treatment.
MONTHS = [1, 1, 2, 3, 3, 4, 6, 7, 9, 12]
FATE = [1, 2, 1, 0, 1, 2, 0, 1, 0, 0]
ARM = ["a", "b", "a", "b", "b", "a", "b", "a", "b", "a"]
AGE = [[70], [41], [55], [38], [62], [60], [29], [58], [51], [66]]
# Any, so that it reaches the check of a caller without types.
UNKNOWN: Any = "loglog"


def hazard_ratio(found: FineGray, of: int = 0) -> Estimate:
    return found.coefficients[of].estimate


def test_shares_by_hand() -> None:
    """At 1 month 10 are at risk, at 2 months 8, at 3 months 7: 1/10, + 8/10 of 1/8, + 7/10 of 1/7."""
    found = aalen_johansen(MONTHS, FATE)
    assert found.causes == (1, 2)
    assert found.at_risk.tolist() == [10, 8, 7, 5, 4, 3, 2, 1]
    assert incidence_at(found, 1, 1).value == pytest.approx(0.1)
    assert incidence_at(found, 1, 2.5).value == pytest.approx(0.2)
    assert incidence_at(found, 1, 3).value == pytest.approx(0.3)
    assert incidence_at(found, 2, 3).value == pytest.approx(0.1)
    assert repr(found) == "Aalen-Johansen incidence of 10, 4 with event 1, 2 with event 2"


def test_without_censoring_it_is_a_proportion() -> None:
    found = incidence_at(aalen_johansen([1, 2, 3, 4], [1, 2, 1, 2], limits="plain"), 1, 4, "months")
    error = np.sqrt(0.5 * 0.5 / 4)
    assert found.value == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx(
        (max(0.0, 0.5 - 1.959964 * error), 0.5 + 1.959964 * error)
    )
    assert found.method == (
        "Aalen-Johansen cumulative incidence of event 1 at 4 months, plain limits, Greenwood-type variance"
    )
    assert found.unit == "share"


def test_a_death_of_another_cause_is_no_censoring() -> None:
    """Who counts the other deaths as censored counts too many: 1 - Kaplan-Meier is above the incidence."""
    curve = kaplan_meier(MONTHS, [fate == 1 for fate in FATE])
    seen = incidence_at(aalen_johansen(MONTHS, FATE), 1, 9).value
    kept = survival_at(curve, 9).value
    assert seen is not None
    assert kept is not None
    assert 1.0 - kept > seen + 0.05


def test_no_limits_where_nobody_or_everybody_had_it() -> None:
    none_yet = incidence_at(aalen_johansen(MONTHS, FATE), 1, 0.5)
    assert (none_yet.value, none_yet.low, none_yet.high, none_yet.level) == (0.0, None, None, None)
    never = incidence_at(aalen_johansen(MONTHS, FATE), 3, 6)
    assert (never.value, never.low, never.high, never.level) == (0.0, None, None, None)
    everybody = incidence_at(aalen_johansen([1, 2, 3], [1, 1, 1]), 1, 50)
    assert (everybody.value, everybody.low, everybody.high, everybody.level) == (1.0, None, None, None)


def test_times_that_differ_by_rounding_are_one() -> None:
    rounded, written = [0.3, 0.1 + 0.2, 0.7, 0.1 * 7, 1, 2], [0.3, 0.3, 0.7, 0.7, 1, 2]
    fate, arm, age = [1, 2, 1, 0, 1, 0], list("ababab"), [[3], [1], [4], [1], [5], [9]]
    assert aalen_johansen(rounded, fate).times.tolist() == [0.3, 0.7, 1, 2]
    assert gray_test(rounded, fate, arm) == gray_test(written, fate, arm)
    assert fine_gray(rounded, fate, age, ["age"]) == fine_gray(written, fate, age, ["age"])


def test_a_group_never_at_risk_at_an_event_is_left_out_and_named() -> None:
    found = gray_test([*MONTHS, 0.5, 0.7], [*FATE, 0, 2], [*ARM, "c", "c"])
    assert found.value == pytest.approx(gray_test(MONTHS, FATE, ARM).value)
    assert found.method == (
        "Gray's test of the cumulative incidence of event 1, rho = 0, 1 df; "
        "nobody at risk at any such event in c: left out"
    )


def test_identical_groups_do_not_differ() -> None:
    found = gray_test(MONTHS * 2, FATE * 2, ["a"] * 10 + ["b"] * 10)
    assert [found.value, found.p] == pytest.approx([0.0, 1.0])
    ratio = hazard_ratio(fine_gray(MONTHS * 2, FATE * 2, [[0]] * 10 + [[1]] * 10, ["arm"]))
    assert [ratio.value, ratio.p] == pytest.approx([1.0, 1.0])


def test_what_a_regression_says() -> None:
    found = fine_gray(MONTHS, FATE, AGE, ["age"], level=0.9)
    assert (found.n, found.events) == (10, 4)
    one = found.coefficients[0]
    assert one.log_ratio is not None
    assert one.standard_error is not None
    assert one.name == "age"
    assert one.estimate.value == pytest.approx(np.exp(one.log_ratio))
    assert one.estimate.high == pytest.approx(np.exp(one.log_ratio + 1.6448536 * one.standard_error))
    assert (one.estimate.level, one.estimate.unit) == (0.9, "hazard ratio")
    assert one.estimate.method == (
        "hazard ratio of age, Fine-Gray regression of the subdistribution of event 1, Breslow's ties, "
        "censoring weights by Kaplan-Meier, robust standard error that counts the weights' own, Wald"
    )
    assert str(found) == f"age: {one.estimate}"


def test_someone_censored_on_the_first_day() -> None:
    """The day that is called zero does not matter; R's crr counts censorings at time zero one time early."""
    days = np.array([0, 0, 1, 2, 3, 4])
    fate, arm = [0, 2, 1, 1, 2, 1], [[0], [1], [0], [1], [1], [0]]
    today = fine_gray(days, fate, arm, ["arm"]).coefficients[0].log_ratio
    assert today == pytest.approx(
        fine_gray(days + 1, fate, arm, ["arm"]).coefficients[0].log_ratio, rel=1e-12
    )
    assert today == pytest.approx(-1.37168, abs=1e-5)


Said = Callable[[], Estimate]
FOLLOWING = [*range(1, 11), 11, 13, 15, 17, 19, 12, 14, 16, 18, 20]


@pytest.mark.parametrize(
    "ask, reason",
    [
        (lambda: incidence_at(aalen_johansen([], []), 1, 3), "nobody was followed"),
        (
            lambda: incidence_at(aalen_johansen(MONTHS, FATE), 1, 13, "months"),
            "nobody was followed for so long: the last is at 12 months",
        ),
        (
            lambda: incidence_at(aalen_johansen([3, 5], [0, 0]), 1, 6),
            "nobody was followed for so long: the last is at 5",
        ),
        (lambda: gray_test([], [], []), "nobody was followed"),
        (lambda: gray_test([3], [1], ["a"]), "only one group"),
        (lambda: gray_test(MONTHS, FATE, ["a"] * 10), "only one group"),
        (lambda: gray_test(MONTHS, [0] * 10, ARM), "nobody had event 1"),
        (lambda: gray_test(MONTHS, FATE, ARM, of=3), "nobody had event 3"),
        (
            lambda: gray_test([1, 2, 3, 4], [0, 2, 1, 1], list("aabb")),
            "only one group was at risk when anybody had event 1",
        ),
        (
            lambda: gray_test([1, 1, 1, 1], [1, 1, 1, 1], list("aabb")),
            "too few events at which two groups were at risk to tell the groups apart",
        ),
        (
            lambda: gray_test(FOLLOWING, [1] * 20, list("aaaaaaaaaabbbbbccccc")),
            "the groups differ so much that the incidence of all together passes 1",
        ),
        (
            lambda: gray_test(range(1000), [1] * 1000, range(1000)),
            "not done: 1,000 groups over 1,000 times are too many",
        ),
        (lambda: hazard_ratio(fine_gray([], [], np.zeros((0, 1)), ["age"])), "nobody was followed"),
        (lambda: hazard_ratio(fine_gray([3], [1], [[60]], ["age"])), '"age" is the same for everybody'),
        (lambda: hazard_ratio(fine_gray(MONTHS, [0] * 10, AGE, ["age"])), "nobody had event 1"),
        (lambda: hazard_ratio(fine_gray(MONTHS, FATE, AGE, ["age"], of=4)), "nobody had event 4"),
        (
            lambda: hazard_ratio(fine_gray(MONTHS, FATE, [[*row, *row] for row in AGE], ["age", "years"])),
            "one covariate repeats what the others say",
        ),
        (
            lambda: hazard_ratio(fine_gray(MONTHS, FATE, [[fate == 1] for fate in FATE], ["graft"])),
            '"graft" is separated: whoever had the event had the highest "graft" of all at risk, '
            "so that its hazard ratio is infinite",
        ),
        (
            lambda: hazard_ratio(fine_gray(MONTHS, FATE, [[fate != 1] for fate in FATE], ["graft"])),
            '"graft" is separated: whoever had the event had the lowest "graft" of all at risk, '
            "so that its hazard ratio is zero",
        ),
        (
            # Three levels; nobody at the first, which the other two are held against, had the event.
            lambda: hazard_ratio(
                fine_gray(
                    [1, 2, 3, 4, 5, 6, 7, 8],
                    [1, 1, 1, 1, 0, 0, 0, 0],
                    [[1, 0], [0, 1], [0, 1], [1, 0], [0, 0], [0, 0], [1, 0], [0, 1]],
                    ["second", "third"],
                )
            ),
            "no finite hazard ratios were found: taken together, the covariates separate those with the "
            "event from the others at risk, or tell the same",
        ),
        (
            lambda: hazard_ratio(fine_gray([2, 2, 2], [1, 1, 1], [[1], [2], [4]], ["age"])),
            "whoever was at risk at an event had it: there is nobody to compare with",
        ),
        (
            lambda: hazard_ratio(fine_gray(MONTHS, FATE, np.array(AGE) * 1e-6, ["age"])),
            "a difference of 1 in age lies far beyond its range: give it in another unit",
        ),
        (
            lambda: hazard_ratio(
                fine_gray(np.ones(2000), np.ones(2000), np.ones((2000, 200)), [f"x{i}" for i in range(200)])
            ),
            "not done: 200 covariates of 2,000 patients are too many",
        ),
    ],
)
def test_no_number_and_the_reason(ask: Said, reason: str) -> None:
    found = ask()
    assert (found.value, found.p, found.level) == (None, None, None)
    assert found.reason == reason


@pytest.mark.parametrize(
    "slip, said",
    [
        (lambda: aalen_johansen([1, 2], [1]), "2 times for 1 causes"),
        (lambda: aalen_johansen([-1, 2], [1, 0]), "time: zero or more is wanted"),
        (lambda: aalen_johansen([1, 2], [1, 0.5]), "cause: 0 for censored, or 1, 2"),
        (lambda: aalen_johansen([1, 2], [1, -1]), "cause: 0 for censored, or 1, 2"),
        (lambda: aalen_johansen([1, 2], [1, np.nan]), "cause: missing or infinite values"),
        (lambda: aalen_johansen(range(30), range(30)), "cause: up to 20 kinds of event are wanted, 29"),
        (lambda: aalen_johansen([1], [1], level=95), "level is a share"),
        (lambda: aalen_johansen([1], [1], limits=UNKNOWN), "limits: "),
        (lambda: incidence_at(aalen_johansen([1], [1]), 0, 1), "cause: the number of an event"),
        (lambda: incidence_at(aalen_johansen([1], [1]), 1, -1), "time: zero or more is wanted"),
        (lambda: gray_test([1, 2], [1, 0], ["a"]), "2 times for 1 group labels"),
        (lambda: gray_test([1, 2], [1, 0], ["a", "b"], of=0), "of: the number of an event"),
        (lambda: fine_gray([1, 2], [1, 0], [[1]], ["age"]), "covariates: 2 rows"),
        (lambda: fine_gray([1, 2], [1, 0], [[1], [2]], ["age", "sex"]), "2 columns, one a name"),
        (
            lambda: fine_gray([1, 2], [1, 0], [[1.0], [float("nan")]], ["age"]),
            "covariates: missing or infinite",
        ),
        (lambda: fine_gray([1, 2], [1, 0], [[1], [2]], ["age"], level=1.5), "level is a share"),
    ],
)
def test_slips(slip: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        slip()


Followed = list[tuple[int, int, str, int]]
FOLLOWED = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from("abc"), st.integers(-3, 3)),
    min_size=1,
    max_size=24,
)


@settings(max_examples=40, deadline=None)
@given(FOLLOWED)
def test_incidences_and_the_event_free_make_one(followed: Followed) -> None:
    time, fate, _, _ = zip(*followed, strict=True)
    found = aalen_johansen(time, fate)
    assert found.incidence.sum(axis=0) + found.event_free == pytest.approx(np.ones(len(found.times)))
    curve = kaplan_meier(time, [kind > 0 for kind in fate])
    assert found.event_free == pytest.approx(curve.survival, abs=1e-14)
    any_event = aalen_johansen(time, [min(kind, 1) for kind in fate])
    if any_event.causes:
        assert any_event.incidence[0] == pytest.approx(1.0 - curve.survival, abs=1e-14)
        greenwood = np.where(curve.survival > 0.0, curve.standard_error, 0.0)
        assert any_event.standard_error[0] == pytest.approx(greenwood, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(FOLLOWED)
def test_neither_order_nor_names_nor_units_matter(followed: Followed) -> None:
    time, fate, arm, x = (np.array(column) for column in zip(*followed, strict=True))
    order = np.random.default_rng(len(followed)).permutation(len(time))
    renamed = np.array([{"a": "z", "b": "y", "c": "x"}[name] for name in arm])
    for here, there in (
        (gray_test(time, fate, arm), gray_test((time * 30.4 + 2)[order], fate[order], renamed[order])),
        (
            hazard_ratio(fine_gray(time, fate, x[:, None], ["x"])),
            hazard_ratio(fine_gray((time * 30.4 + 2)[order], fate[order], x[order, None] + 7, ["x"])),
        ),
    ):
        assert (here.value is None) is (there.value is None)
        if here.value is not None:
            assert (here.value, here.p) == pytest.approx((there.value, there.p), rel=1e-7, abs=1e-12)


def test_a_hundred_thousand_patients_within_seconds() -> None:
    rng = np.random.default_rng(5)
    n = 100_000
    time, fate, arm = rng.exponential(1.0, n), rng.integers(0, 3, n), rng.integers(0, 3, n)
    started = clock.monotonic()
    share = incidence_at(aalen_johansen(time, fate), 1, 1.0)
    tested = gray_test(time, fate, arm)
    ratio = hazard_ratio(fine_gray(time, fate, rng.normal(size=(n, 2)), ["x", "y"]))
    assert clock.monotonic() - started < 5.0
    # The hazards of the two events and of censoring are a third each.
    assert share.value == pytest.approx((1.0 - np.exp(-2.0 / 3.0)) / 2.0, abs=0.01)
    assert tested.value is not None
    assert ratio.value == pytest.approx(1.0, abs=0.03)
