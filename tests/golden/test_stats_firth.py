"""Firth's regressions against maxima, profiles and limits found in 50 digits (firth.py, firth.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.stats.firth import firth_cox, firth_logistic
from caseseries.stats.regression import Regression

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("firth.json").read_text("utf-8"))["cases"]
CLOSE = 1e-8


def fitted(case: Any) -> Regression:
    wanted = (case["covariates"], case["names"])
    if case["kind"] == "logistic":
        return firth_logistic(case["outcome"], *wanted, level=case["level"])
    return firth_cox(case["time"], case["event"], *wanted, entry=case.get("entry"), level=case["level"])


def same(found: Any, there: Any) -> None:
    # A coefficient of 0, where groups are equal, is 0 with a rounding of its own.
    assert np.array(found, dtype=np.float64) == pytest.approx(np.array(there), rel=CLOSE, abs=1e-11)


@pytest.mark.parametrize("name", CASES)
def test_firth(name: str) -> None:
    r = CASES[name]
    found = fitted(r)
    ratios = [each.estimate for each in found.coefficients]
    same([each.log_ratio for each in found.coefficients], r["coefficient"])
    same([np.log(each.low or 0.0) for each in ratios], r["low"])
    same([np.log(each.high or 0.0) for each in ratios], r["high"])
    same([each.p for each in ratios], r["p"])
    same([found.null_log_likelihood, found.log_likelihood], r["loglik"])
    same([found.likelihood_ratio.value, found.likelihood_ratio.p], r["likelihood_ratio"])
