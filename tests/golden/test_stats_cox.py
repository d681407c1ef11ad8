"""Cox and logistic regressions and the test of proportional hazards against R (cox.R, logistic.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.stats.cox import cox
from caseseries.stats.estimate import Estimate
from caseseries.stats.logistic import logistic
from caseseries.stats.proportional import Transform, proportional_hazards
from caseseries.stats.regression import Regression


def kept(name: str) -> dict[str, Any]:
    cases: dict[str, Any] = json.loads(Path(__file__).with_name(name).read_text("utf-8"))["cases"]
    return cases


COX = kept("cox.json")
LOGISTIC = kept("logistic.json")
CLOSE = 1e-9
FITS = [(name, fit) for name, case in COX.items() for fit in case["fits"]]
TRANSFORMS: list[Transform] = ["km", "identity", "rank", "log"]


def same(found: Any, there: Any, close: float = CLOSE) -> None:
    assert np.array(found, dtype=np.float64) == pytest.approx(
        np.array(there, np.float64), rel=close, abs=1e-11
    )


def asked(name: str, fit: Any) -> dict[str, Any]:
    case = COX[name]
    wanted = {each: case[each] for each in ("time", "event", "covariates", "names")}
    return wanted | {"entry": case.get("entry"), "ties": fit["ties"]}


def agree(found: Regression, r: Any) -> None:
    same([each.log_ratio for each in found.coefficients], r["coefficient"])
    same([each.standard_error for each in found.coefficients], r["error"])
    ratios = [each.estimate for each in found.coefficients]
    same([each.value for each in ratios], np.exp(r["coefficient"]))
    same([each.low for each in ratios], r["low"])
    same([each.high for each in ratios], r["high"])
    same([each.p for each in ratios], r["p"])
    same([found.null_log_likelihood, found.log_likelihood], r["loglik"])


def agree_in_test(found: Estimate, value: float, p: float) -> None:
    # A test of nothing is 0 with a rounding of its own, here and in R.
    same(found.value, value)
    same(found.p, p, 1e-7)


@pytest.mark.parametrize("name, fit", FITS)
def test_cox(name: str, fit: Any) -> None:
    found = cox(**asked(name, fit))
    agree(found, fit)
    agree_in_test(found.likelihood_ratio, fit["likelihood_ratio"][0], fit["likelihood_ratio"][2])
    agree_in_test(found.score, fit["score"][0], fit["score"][2])
    same(found.wald.value, fit["wald"])


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name, fit", [(name, fit) for name, fit in FITS if "zph" in fit])
def test_proportional_hazards(name: str, fit: Any, transform: Transform) -> None:
    found = proportional_hazards(**asked(name, fit), transform=transform)
    r = fit["zph"][transform]
    tests = [*found.each, found.overall] if len(found.each) > 1 else [found.overall]
    same([each.value for each in tests], r["value"][-len(tests) :], 1e-7)
    same([each.p for each in tests], r["p"][-len(tests) :], 1e-7)


@pytest.mark.parametrize("name", LOGISTIC)
def test_logistic(name: str) -> None:
    r = LOGISTIC[name]
    found = logistic(r["outcome"], r["covariates"], r["names"])
    agree(found, r)
    same(found.intercept, r["intercept"])
    agree_in_test(found.likelihood_ratio, *r["likelihood_ratio"])
    agree_in_test(found.score, *r["score"])
    same(found.wald.value, r["wald"])


def test_the_printed_heart_transplant() -> None:
    """The tied start and stop times on which other libraries fail: -0.0103, as R's manual prints it."""
    efron = COX["heart, start and stop"]["fits"][0]
    transplant = cox(**asked("heart, start and stop", efron)).coefficients[3]
    assert transplant.name == "transplant"
    assert transplant.log_ratio == pytest.approx(-0.0103, abs=0.00005)


def test_the_printed_test_of_proportional_hazards() -> None:
    """0.66, 0.13 and 0.15 for age, sex and ECOG on lung; the approximation of old had 0.87, 0.12 and 0.14."""
    name = "lung, age, sex and ECOG"
    found = proportional_hazards(**asked(name, COX[name]["fits"][0]))
    assert [each.p for each in found.each] == pytest.approx([0.665, 0.129, 0.152], abs=0.0005)
