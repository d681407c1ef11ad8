"""Pooled shares against metafor and lme4, and against integrate() and optim() in R (pooling.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.estimate import Estimate
from caseseries.stats.inverse_variance import double_arcsine, heterogeneity, logit_reml
from caseseries.stats.logits import inverse_logit, logit
from caseseries.stats.pooling import Pooled, binomial_normal

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("pooling.json").read_text("utf-8"))["cases"]
LOOSE = 1e-4
"""metafor's tau2 is good to five digits: its optimiser stops there."""
CLOSE = 1e-6


def near(found: float | None, there: float, close: float) -> None:
    assert found == pytest.approx(there, rel=close, abs=close)


def agree(found: Pooled, there: Any, close: float) -> None:
    near(found.share.value, there["value"], close)
    near(found.share.low, there["low"], close)
    near(found.share.high, there["high"], close)
    near(found.tau2.value, there["tau2"], close)


def agree_in_prediction(found: Pooled, there: Any, close: float) -> None:
    near(found.prediction.low, there["predicted_low"], close)
    near(found.prediction.high, there["predicted_high"], close)


def centre(found: Pooled) -> float:
    assert found.share.value is not None
    return logit(found.share.value)


@pytest.mark.parametrize("name", CASES)
def test_the_binomial_normal_model_of_metafor(name: str) -> None:
    case = CASES[name]
    found = binomial_normal(case["events"], case["n"])
    agree(found, case["glmm"], LOOSE)
    agree_in_prediction(found, case["glmm"], LOOSE)


@pytest.mark.parametrize("name", CASES)
def test_the_binomial_normal_model_of_lme4(name: str) -> None:
    case = CASES[name]
    found = binomial_normal(case["events"], case["n"])
    near(centre(found), case["lme4"]["mu"], 1e-5)
    near(found.tau2.value, case["lme4"]["tau2"], 2e-5)


@pytest.mark.parametrize("name", CASES)
def test_the_likelihood_at_its_top(name: str) -> None:
    """Beyond where the packages stop."""
    case = CASES[name]
    found = binomial_normal(case["events"], case["n"])
    near(centre(found), case["exact"]["mu"], 1e-6)
    near(found.tau2.value, case["exact"]["tau2"], 1e-6)


@pytest.mark.parametrize("name", CASES)
def test_the_logits_by_reml_with_hartung_and_knapp(name: str) -> None:
    case = CASES[name]
    found = logit_reml(case["events"], case["n"])
    agree(found, case["reml"], CLOSE)
    agree_in_prediction(found, case["reml"], CLOSE)


@pytest.mark.parametrize("name", CASES)
def test_how_unlike_the_cohorts_are(name: str) -> None:
    case = CASES[name]
    there, found = case["reml"], heterogeneity(case["events"], case["n"])
    near(found.tau2.value, there["tau2"], CLOSE)
    limits(found.tau2, there["tau2_limits"])
    near(found.i2.value, there["i2"] / 100.0, CLOSE)
    limits(found.i2, [one / 100.0 for one in there["i2_limits"]])
    near(found.q.value, there["q"], CLOSE)
    near(found.q.p, there["q_p"], CLOSE)


def limits(found: Estimate, there: list[float]) -> None:
    near(found.low, there[0], CLOSE)
    near(found.high, there[1], CLOSE)


@pytest.mark.parametrize("name", CASES)
def test_the_double_arcsine(name: str) -> None:
    case = CASES[name]
    agree(double_arcsine(case["events"], case["n"]), case["pft"], CLOSE)


def test_without_a_spread_the_pool_is_the_sum() -> None:
    """The paper's five cohorts differ no more than chance: 24 of 38, as one cohort would have."""
    found = binomial_normal([5, 9, 4, 2, 4], [8, 13, 5, 4, 8])
    assert found.tau2.value == 0.0
    near(found.share.value, 24 / 38, 1e-12)
    near(inverse_logit(centre(found)), 24 / 38, 1e-12)
