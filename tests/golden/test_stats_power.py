"""The power of exact tests against fisher.test() on every table and binom.test() on every count (power.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.power import one_share_power, one_share_size, two_shares_power, two_shares_size

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("power.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("one", CASES["one"], ids=str)
def test_one_share(one: Any) -> None:
    n, null, truth = one["case"]
    assert one_share_power(int(n), null, truth).value == pytest.approx(one["power"], abs=1e-12)


@pytest.mark.parametrize("one", CASES["two"], ids=str)
def test_two_shares(one: Any) -> None:
    n, first, second = one["case"]
    assert two_shares_power(int(n), first, second).value == pytest.approx(one["power"], abs=1e-12)


@pytest.mark.parametrize("one", CASES["one_size"], ids=str)
def test_patients_for_one_share(one: Any) -> None:
    null, truth, power = one["case"]
    assert one_share_size(null, truth, power=power).value == one["n"]


@pytest.mark.parametrize("one", CASES["two_size"], ids=str)
def test_patients_for_two_shares(one: Any) -> None:
    first, second, power = one["case"]
    assert two_shares_size(first, second, power=power).value == one["n"]
