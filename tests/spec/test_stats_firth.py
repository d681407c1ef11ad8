"""Firth's regressions as a reader meets them: finite where others refuse, and what they still refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.cox import cox
from caseseries.stats.firth import firth_cox, firth_logistic
from caseseries.stats.logistic import logistic
from caseseries.stats.regression import Regression

# The founding series: who died, who had a bacterial cause, and a rheumatologic one; all bacterial died.
MONTHS = [0.3, 1.5, 1.8, 57, 0.2, 0.2, 0.3, 0.3, 1.8, 2.1, 0.5, 29, 59, 1.3, 4, 49]
DIED = [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0]
BACTERIAL = [[each] for each in (1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0)]
SAME = "x does not differ among those at risk when somebody had the event"
RHEUMATOLOGIC = [[each] for each in (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0)]


def one(regression: Regression) -> Any:
    return regression.coefficients[0].estimate


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.integers(0, 8)] * 4))
def test_one_flag_gives_the_odds_ratio_with_one_half_added_to_each_cell(table: tuple[int, ...]) -> None:
    """Firth's penalty of a saturated logistic model is Jeffreys' prior: one half in each cell."""
    a, b, c, d = table
    if not (a + b and c + d and a + c and b + d):
        return
    found = firth_logistic([1] * a + [0] * b + [1] * c + [0] * d, [[1]] * (a + b) + [[0]] * (c + d), ["x"])
    assert one(found).value == pytest.approx((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)), rel=1e-8)
    assert one(found).low < one(found).value < one(found).high
    # One covariate alone: its own test is the test of all.
    assert one(found).p == pytest.approx(found.likelihood_ratio.p, rel=1e-6)
    assert (one(found).p < 0.05) == (not one(found).low <= 1.0 <= one(found).high)


def test_all_with_a_bacterial_cause_died_and_still_there_is_an_estimate() -> None:
    assert (
        one(logistic(DIED, BACTERIAL, ["bacterial cause"])).reason
        == "everybody with bacterial cause had the outcome"
    )
    found = one(firth_logistic(DIED, BACTERIAL, ["bacterial cause"]))
    assert found.value == pytest.approx(7.5 * 5.5 / (0.5 * 4.5), rel=1e-8)
    assert 1.0 < found.low < found.value < found.high
    assert found.unit == "odds ratio"


def test_nobody_without_it_had_the_event_and_still_there_is_an_estimate() -> None:
    time, event, x = [1, 2, 3, 4, 5, 5], [1, 1, 0, 1, 0, 0], [[1], [1], [0], [1], [0], [0]]
    assert (
        one(cox(time, event, x, ["x"])).reason == "nobody without x had the event while others were at risk"
    )
    found = firth_cox(time, event, x, ["x"])
    assert one(found).value > 1.0
    assert one(found).high < 1e6
    assert one(found).method == (
        "hazard ratio of x, Cox regression, Breslow's rule for ties, Firth's penalty, "
        "profile penalized-likelihood limits, penalized likelihood-ratio p"
    )


def test_the_penalty_draws_toward_no_difference() -> None:
    plain = cox(MONTHS, DIED, RHEUMATOLOGIC, ["rheumatologic"], ties="Breslow").coefficients[0]
    drawn = firth_cox(MONTHS, DIED, RHEUMATOLOGIC, ["rheumatologic"]).coefficients[0]
    assert (plain.log_ratio or 0.0) < (drawn.log_ratio or 0.0) < 0.0


def test_score_and_wald_are_not_given() -> None:
    found = firth_cox(MONTHS, DIED, RHEUMATOLOGIC, ["rheumatologic"])
    reason = "not given: the penalized likelihood-ratio test is the one that fits the penalty"
    assert [found.score.reason, found.wald.reason] == [reason, reason]
    assert [found.score.value, found.wald.p] == [None, None]


def test_neither_unit_nor_order_matters() -> None:
    x = [[each[0], time] for each, time in zip(RHEUMATOLOGIC, MONTHS[::-1], strict=True)]
    found = firth_cox(MONTHS, DIED, x, ["a", "b"])
    scaled = firth_cox(MONTHS[::-1], DIED[::-1], [[each[0], each[1] * 1e4] for each in x[::-1]], ["a", "b"])
    for here, there, unit in zip(found.coefficients, scaled.coefficients, (1.0, 1e4), strict=True):
        assert here.log_ratio == pytest.approx((there.log_ratio or 0.0) * unit, rel=1e-8)
        assert here.estimate.p == pytest.approx(there.estimate.p, rel=1e-8)


@pytest.mark.parametrize(
    "found, reason",
    [
        (firth_logistic([], [], ["x"]), "nobody to count"),
        (firth_logistic([0, 0], [[1], [2]], ["x"]), "nobody had the outcome"),
        (firth_logistic([1, 1], [[1], [2]], ["x"]), "everybody had the outcome"),
        (firth_logistic([1, 0], [[2], [2]], ["x"]), "x does not differ between patients"),
        (firth_cox([], [], [], ["x"]), "nobody was followed"),
        (firth_cox([1, 2], [0, 0], [[1], [2]], ["x"]), "nobody had the event"),
        (firth_cox([1], [1], [[1]], ["x"]), SAME),
    ],
)
def test_what_cannot_be_estimated_says_why(found: Regression, reason: str) -> None:
    for each in (one(found), found.likelihood_ratio):
        assert (each.value, each.low, each.high, each.p, each.reason) == (None, None, None, None, reason)


def test_a_profile_with_two_ridges_is_followed_along_the_higher() -> None:
    """Seven patients, three covariates: beyond 0.5 the second one's profile has two local maxima."""
    x = [[2, 0, 2], [2, 2, 0], [1, 1, 0], [1, 1, 0], [0, 2, 2], [1, 0, 2], [0, 2, 1]]
    found = firth_logistic([1, 0, 1, 1, 1, 1, 1], x, ["a", "b", "c"])
    assert [each.estimate.reason for each in found.coefficients] == ["", "", ""]
    for each in found.coefficients:
        low, value, high = (each.estimate.low, each.estimate.value, each.estimate.high)
        assert low is not None
        assert value is not None
        assert high is not None
        assert low < value < high


def test_summed_or_one_by_one_the_risk_sets_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    x, time, event = random.normal(size=(60, 2)), random.integers(1, 20, 60), random.random(60) < 0.6
    entry = time * random.random(60) * 0.9
    found = firth_cox(time, event, x, ["a", "b"], entry=entry)
    monkeypatch.setattr("caseseries.stats.firth.ONE_BY_ONE", 0)
    summed = firth_cox(time, event, x, ["a", "b"], entry=entry)
    for here, there in zip(found.coefficients, summed.coefficients, strict=True):
        assert here.log_ratio == pytest.approx(there.log_ratio, rel=1e-8)
        assert [here.estimate.low, here.estimate.high, here.estimate.p] == pytest.approx(
            [there.estimate.low, there.estimate.high, there.estimate.p], rel=1e-8
        )


def test_two_patients_are_enough_for_an_estimate() -> None:
    """The information is half the curvature here: a full scoring step only changes sides."""
    assert one(firth_logistic([1, 0], [[1], [0]], ["x"])).value == pytest.approx(9.0, rel=1e-9)


def test_too_many_covariates_in_too_many_rows_are_not_done() -> None:
    x = np.random.default_rng(1).normal(size=(100_000, 11))
    found = firth_logistic(x[:, 0] > 0.3, x, list("abcdefghijk"))
    assert one(found).reason == "not done: 100,000 rows of 11 covariates are too many to profile"


def test_a_slip_is_an_error() -> None:
    with pytest.raises(ValueError, match="level is a share"):
        firth_logistic([1, 0], [[1], [2]], ["x"], level=95)
    with pytest.raises(ValueError, match="entry: "):
        firth_cox([1, 2], [1, 0], [[1], [2]], ["x"], entry=[1, 0])
