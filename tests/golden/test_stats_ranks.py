"""Rank tests against R's wilcox.test and coin (ranks.R), and against every deal made (deals.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.ranks import mann_whitney, mann_whitney_exact


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))


R: dict[str, Any] = kept("ranks.json")["cases"]
DEALS: dict[str, Any] = kept("deals.json")["ranks"]


@pytest.mark.parametrize("name", R)
def test_asymptotic_is_wilcox_test(name: str) -> None:
    found = mann_whitney(R[name]["x"], R[name]["y"])
    assert found.value == R[name]["u"]
    assert found.p == pytest.approx(R[name]["p"], rel=1e-12)


@pytest.mark.parametrize("name", [name for name in R if "exact_p" in R[name]])
def test_exact_is_coin(name: str) -> None:
    found = mann_whitney_exact(R[name]["x"], R[name]["y"])
    assert found.value == R[name]["u"]
    assert found.p == pytest.approx(R[name]["exact_p"], rel=1e-12)


@pytest.mark.parametrize("name", DEALS)
def test_exact_is_every_deal_counted(name: str) -> None:
    found = mann_whitney_exact(DEALS[name]["x"], DEALS[name]["y"])
    assert found.value == DEALS[name]["u"]
    assert found.p == pytest.approx(DEALS[name]["as_far"] / DEALS[name]["deals"], rel=1e-15)


def test_printed_p_of_the_founding_paper() -> None:
    """Printed: 0.174 for age; 0.0332 for the response by cause, from its printed column only."""
    age, response = (
        R["age by survival"],
        R["greatest fall, as printed, by rheumatologic cause"],
    )
    assert mann_whitney(age["x"], age["y"]).p == pytest.approx(0.174, abs=0.0005)
    assert mann_whitney(response["x"], response["y"]).p == pytest.approx(0.0332, abs=0.00005)
