"""Curves, medians, follow-up and log-rank tests against R's survival (survival.R, survival.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.stats.log_rank import log_rank
from caseseries.stats.survival import (
    Limits,
    at_risk,
    follow_up,
    kaplan_meier,
    median_survival,
    survival_at,
)

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("survival.json").read_text("utf-8"))["cases"]
CLOSE = 1e-12
LIMITS: list[Limits] = ["log-log", "log", "plain"]

pytestmark = pytest.mark.parametrize("name", CASES)


def followed(name: str) -> tuple[list[float], list[int]]:
    return [float(time) for time in CASES[name]["time"]], CASES[name]["event"]


@pytest.mark.parametrize("limits", LIMITS)
def test_curve_at_every_time(name: str, limits: Limits) -> None:
    curve = kaplan_meier(*followed(name), limits=limits)
    r = next(kept for kept in CASES[name]["curves"] if kept["limits"] == limits)
    assert curve.times == pytest.approx(r["time"], rel=CLOSE)
    assert curve.at_risk.tolist() == r["risk"]
    assert curve.events.tolist() == r["events"]
    assert curve.censored.tolist() == r["censored"]
    assert same(curve.survival, r["survival"])
    assert same(curve.standard_error, r["error"])
    assert same(curve.low, r["low"])
    assert same(curve.high, r["high"])


@pytest.mark.parametrize("limits", LIMITS)
def test_median_as_survfit_prints_it(name: str, limits: Limits) -> None:
    median = median_survival(kaplan_meier(*followed(name), limits=limits))
    r = next(kept for kept in CASES[name]["curves"] if kept["limits"] == limits)
    assert same([median.value, median.low, median.high], [r["median"], r["median_low"], r["median_high"]])


def test_follow_up_with_the_indicator_turned_round(name: str) -> None:
    median = follow_up(*followed(name))
    r = CASES[name]["follow_up"]
    assert same([median.value, median.low, median.high], [r["median"], r["median_low"], r["median_high"]])


def test_survival_and_numbers_at_risk_at_given_times(name: str) -> None:
    r = CASES[name].get("at")
    if r is None:
        return
    curve = kaplan_meier(*followed(name))
    assert at_risk(curve, r["times"]).tolist() == r["risk"]
    for i, time in enumerate(r["times"]):
        found = survival_at(curve, time)
        assert found.value == pytest.approx(r["survival"][i], rel=CLOSE)
        if 0.0 < r["survival"][i] < 1.0:
            assert (found.low, found.high) == pytest.approx((r["low"][i], r["high"][i]), rel=CLOSE)
        else:
            assert (found.low, found.high, found.level) == (None, None, None)


def test_log_rank(name: str) -> None:
    r = CASES[name].get("log_rank")
    if r is None:
        return
    found = log_rank(*followed(name), CASES[name]["group"])
    assert found.value == pytest.approx(r["value"], rel=CLOSE, abs=1e-14)
    assert found.p == pytest.approx(r["p"], rel=CLOSE)
    assert f"log-rank, {r['df']} df" in found.method


def same(found: Any, kept: list[float | None]) -> bool:
    """Whether both hold the same numbers; what R calls NA is None or NaN here."""
    here, there = np.array(found, dtype=np.float64), np.array(kept, dtype=np.float64)
    return bool(np.allclose(here, there, rtol=CLOSE, atol=1e-14, equal_nan=True))
