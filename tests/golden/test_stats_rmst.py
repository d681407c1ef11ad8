"""Restricted means against R's survival (rmst.R), and against exact fractions (rmst_areas.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.stats.rmst import rmst, rmst_difference
from caseseries.stats.survival import Curve, kaplan_meier
from caseseries.stats.tails import normal_quantile


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))["cases"]


R: dict[str, Any] = kept("rmst.json")
AREAS: dict[str, Any] = kept("rmst_areas.json")
CLOSE = 1e-12
REACH = normal_quantile(0.975)


def curve_of(case: dict[str, Any], group: str | None = None) -> Curve:
    chosen = [group is None or one == group for one in case.get("group", case["event"])]
    time, event = np.array(case["time"], dtype=np.float64), np.array(case["event"])
    entry = np.array(case["entry"], dtype=np.float64) if "entry" in case else np.zeros_like(time)
    return kaplan_meier(time[chosen], event[chosen], entry=entry[chosen])


@pytest.mark.parametrize("name", R)
def test_restricted_mean_and_its_error_as_survfit_prints_them(name: str) -> None:
    curve = curve_of(R[name])
    for until, value, error in zip(R[name]["untils"], R[name]["value"], R[name]["error"], strict=True):
        check(curve, until, value, error)


@pytest.mark.parametrize("name", [name for name in R if "differences" in R[name]])
def test_difference_with_interval_and_p(name: str) -> None:
    first, second = (curve_of(R[name], group) for group in sorted(set(R[name]["group"])))
    for until, r in zip(R[name]["untils"], R[name]["differences"], strict=True):
        found = rmst_difference(first, second, until, level=0.9)
        if r["p"] is None:  # R's 0 / 0
            assert found.reason.startswith("no spread to measure a difference by")
            continue
        assert found.value == pytest.approx(r["value"], rel=CLOSE, abs=1e-13)
        if "no interval and no p" in found.method:
            # R's formula takes a group without spread for one that is known exactly.
            assert None in (rmst(first, until).level, rmst(second, until).level)
            assert (found.low, found.high, found.p) == (None, None, None)
            continue
        assert (found.low, found.high) == pytest.approx((r["low"], r["high"]), rel=CLOSE)
        assert found.p == pytest.approx(r["p"], rel=CLOSE)


@pytest.mark.parametrize("name", AREAS)
def test_restricted_mean_and_its_error_in_fractions(name: str) -> None:
    for until, value, error in AREAS[name]["means"]:
        check(curve_of(AREAS[name]), until, value, error)


def check(curve: Curve, until: float, value: float, error: float) -> None:
    found = rmst(curve, until)
    assert found.value == pytest.approx(value, rel=CLOSE)
    if error == 0.0:
        assert (found.low, found.high, found.level) == (None, None, None)
        assert "; no interval: " in found.method
    else:
        assert (found.low, found.high) == pytest.approx(
            (value - REACH * error, value + REACH * error), rel=CLOSE
        )
