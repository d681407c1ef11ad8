"""Competing risks against R's survival and cmprsk (competing.R, competing.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.stats.competing import aalen_johansen, incidence_at
from caseseries.stats.fine_gray import fine_gray
from caseseries.stats.gray import gray_test
from caseseries.stats.survival import Limits

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("competing.json").read_text("utf-8"))["cases"]
CLOSE = 1e-10
LIMITS: list[Limits] = ["log-log", "log", "plain"]


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("name", CASES)
def test_incidence_of_survfit(name: str, limits: Limits) -> None:
    r = CASES[name]["incidence"]
    found = aalen_johansen(CASES[name]["time"], CASES[name]["cause"], limits=limits)
    assert (list(found.causes), len(found.times)) == (r["causes"], r["times"])
    some = np.searchsorted(found.times, r["time"])
    assert found.times[some].tolist() == r["time"]
    assert found.at_risk[some].tolist() == r["risk"]
    assert found.censored[some].tolist() == r["censored"]
    assert found.events[:, some].tolist() == r["events"]
    assert same(found.event_free[some], r["free"])
    assert same(found.incidence[:, some], r["incidence"])
    assert same(found.standard_error[:, some], r["error"])
    between = (found.incidence > 0.0) & (found.incidence < 1.0)
    for here, there in ((found.low, "low"), (found.high, "high")):
        known = np.array(r["limits"][limits][there], dtype=np.float64)
        assert same(here[:, some][between[:, some]], known[between[:, some]])
        assert np.isnan(here[~between]).all()


@pytest.mark.parametrize("name", CASES)
def test_incidence_of_cmprsk(name: str) -> None:
    """cmprsk gives the same incidence. Its variance is another, Aalen's, and is not ours."""
    r = CASES[name]["incidence"]
    found = aalen_johansen(CASES[name]["time"], CASES[name]["cause"])
    for row, cause in enumerate(found.causes):
        values = [incidence_at(found, cause, time).value for time in r["time"]]
        assert same(values, r["cmprsk"][row])


TESTS = [(name, test) for name in CASES for test in CASES[name].get("gray", [])]


@pytest.mark.parametrize("name, r", TESTS, ids=[f"{name}, {test['of']}" for name, test in TESTS])
def test_gray(name: str, r: Any) -> None:
    found = gray_test(CASES[name]["time"], CASES[name]["cause"], CASES[name]["group"], of=r["of"])
    assert (found.value, found.p) == pytest.approx((r["value"], r["p"]), rel=CLOSE, abs=1e-13)
    assert f"event {r['of']}, rho = 0, {r['df']} df" in found.method


FITS = [(name, fit) for name in CASES for fit in CASES[name].get("regressions", [])]


@pytest.mark.parametrize("name, r", FITS, ids=[f"{name}, {fit['of']}" for name, fit in FITS])
def test_regression_of_crr(name: str, r: Any) -> None:
    found = fine_gray(CASES[name]["time"], CASES[name]["cause"], r["covariates"], r["names"], of=r["of"])
    assert [each.log_ratio for each in found.coefficients] == pytest.approx(r["log_ratio"], rel=1e-9)
    assert [each.standard_error for each in found.coefficients] == pytest.approx(r["error"], rel=1e-9)


def same(found: Any, kept: Any) -> bool:
    """Whether both hold the same numbers."""
    here, there = np.array(found, dtype=np.float64), np.array(kept, dtype=np.float64)
    return bool(np.allclose(here, there, rtol=CLOSE, atol=1e-14))
