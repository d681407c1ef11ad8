"""Several groups by ranks against R's kruskal.test (kruskal_wallis.R), and against every deal made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.kruskal_wallis import kruskal_wallis, kruskal_wallis_exact


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))["cases"]


R: dict[str, Any] = kept("kruskal_wallis.json")
DEALS: dict[str, Any] = kept("kruskal_wallis_deals.json")


@pytest.mark.parametrize("name", R)
def test_asymptotic_is_kruskal_test(name: str) -> None:
    found = kruskal_wallis(R[name]["samples"])
    assert found.value == pytest.approx(R[name]["h"], rel=1e-12)
    assert found.p == pytest.approx(R[name]["p"], rel=1e-12)
    assert found.method == f"Kruskal-Wallis, asymptotic, corrected for ties, {R[name]['df']} df"


@pytest.mark.parametrize("name", DEALS)
def test_exact_is_every_deal_counted(name: str) -> None:
    found = kruskal_wallis_exact(DEALS[name]["samples"], seed=1)
    assert found.value == pytest.approx(DEALS[name]["h"], rel=1e-12)
    assert found.p == pytest.approx(DEALS[name]["as_great"] / DEALS[name]["deals"], rel=1e-12)
    assert found.method.endswith(f"over all {DEALS[name]['deals']:,} deals")


@pytest.mark.parametrize("name", DEALS)
def test_drawn_is_near_the_exact_one(name: str) -> None:
    found, exact = kruskal_wallis_exact(DEALS[name]["samples"], seed=1, limit=1), DEALS[name]
    p = exact["as_great"] / exact["deals"]
    assert "drawn (seed 1, standard error of p " in found.method
    # Five standard errors, and the one that is counted in.
    assert found.p == pytest.approx(p, abs=5 * (p * (1 - p) / 100_000) ** 0.5 + 1e-5)
