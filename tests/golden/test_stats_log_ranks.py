"""The log-rank family against R (log_ranks.R, truncated.R) and every deal made (log_ranks_deals.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank, stratified_log_rank, weighted_log_rank
from caseseries.stats.survival import kaplan_meier, median_survival


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))["cases"]


R: dict[str, Any] = kept("log_ranks.json")
DEALS: dict[str, Any] = kept("log_ranks_deals.json")
LATE: dict[str, Any] = kept("truncated.json")
CLOSE = 1e-12


def followed(case: dict[str, Any]) -> tuple[list[float], list[int]]:
    return [float(time) for time in case["time"]], case["event"]


def entries(case: dict[str, Any]) -> list[float]:
    return [float(entry) for entry in case["entry"]]


@pytest.mark.parametrize("name", [name for name in R if "stratified" in R[name]])
def test_stratified(name: str) -> None:
    case, r = R[name], R[name]["stratified"]
    found = stratified_log_rank(*followed(case), case["group"], case["stratum"])
    assert found.value == pytest.approx(r["value"], rel=CLOSE, abs=1e-14)
    assert found.p == pytest.approx(r["p"], rel=CLOSE)
    assert f", {r['df']} df" in found.method


@pytest.mark.parametrize("name", R)
def test_weighted_by_the_survival(name: str) -> None:
    for r in R[name]["weighted"]:
        found = weighted_log_rank(*followed(R[name]), R[name]["group"], rho=r["rho"], gamma=0.0)
        assert found.value == pytest.approx(r["value"], rel=CLOSE, abs=1e-14)
        assert found.p == pytest.approx(r["p"], rel=CLOSE)
        assert f", {r['df']} df" in found.method


@pytest.mark.parametrize("name", DEALS)
def test_weighted_early_and_late_in_fractions(name: str) -> None:
    for rho, gamma, statistic in DEALS[name]["weighted"]:
        found = weighted_log_rank(*followed(DEALS[name]), DEALS[name]["group"], rho=rho, gamma=gamma)
        if statistic is None:
            assert found.reason == "only one group was at risk at an event of weight above 0"
        else:
            assert found.value == pytest.approx(statistic, rel=CLOSE, abs=1e-14)


@pytest.mark.parametrize("name", [name for name in R if "exact" in R[name]])
def test_exact_as_coin(name: str) -> None:
    found = exact_log_rank(*followed(R[name]), R[name]["group"], seed=1)
    assert found.value == pytest.approx(R[name]["exact"]["value"], rel=CLOSE, abs=1e-13)
    assert found.p == pytest.approx(R[name]["exact"]["p"], rel=CLOSE)


@pytest.mark.parametrize("name", DEALS)
def test_exact_is_every_deal_counted(name: str) -> None:
    case = DEALS[name]
    found = exact_log_rank(*followed(case), case["group"], seed=1)
    assert found.value == pytest.approx(case["excess"], rel=CLOSE, abs=1e-14)
    assert found.p == pytest.approx(case["as_far"] / case["deals"], rel=1e-15)
    assert f"exact over all {case['deals']:,} deals" in found.method


@pytest.mark.parametrize("name", LATE)
def test_curve_with_late_entry(name: str) -> None:
    case = LATE[name]
    curve = kaplan_meier(*followed(case), entry=entries(case))
    # R has no line for a time at which somebody entered and nobody left.
    left = curve.events + curve.censored > 0
    assert curve.times[left] == pytest.approx(case["times"], rel=CLOSE)
    assert curve.at_risk[left].tolist() == case["risk"]
    assert curve.events[left].tolist() == case["events"]
    assert curve.censored[left].tolist() == case["censored"]
    assert same(curve.survival[left], case["survival"])
    assert same(curve.standard_error[left], case["error"])
    assert same(curve.low[left], case["low"])
    assert same(curve.high[left], case["high"])
    median = median_survival(curve)
    found = [median.value, median.low, median.high]
    assert same(found, [case["median"], case["median_low"], case["median_high"]])


@pytest.mark.parametrize("name", [name for name in LATE if "log_rank" in LATE[name]])
def test_log_rank_with_late_entry(name: str) -> None:
    case, r = LATE[name], LATE[name]["log_rank"]
    found = log_rank(*followed(case), case["group"], entry=entries(case))
    assert found.value == pytest.approx(r["value"], rel=CLOSE)
    assert f", {r['df']} df" in found.method


@pytest.mark.parametrize("name", [name for name in LATE if "stratified" in LATE[name]])
def test_stratified_with_late_entry(name: str) -> None:
    case, r = LATE[name], LATE[name]["stratified"]
    found = stratified_log_rank(*followed(case), case["group"], case["stratum"], entry=entries(case))
    assert found.value == pytest.approx(r["value"], rel=CLOSE)
    assert f", {r['df']} df" in found.method


def same(found: Any, there: list[float | None]) -> bool:
    """Whether both hold the same numbers; what R calls NA is None or NaN here."""
    mine, theirs = np.array(found, dtype=np.float64), np.array(there, dtype=np.float64)
    return bool(np.allclose(mine, theirs, rtol=CLOSE, atol=1e-14, equal_nan=True))
