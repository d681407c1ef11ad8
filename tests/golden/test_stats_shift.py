"""Shifts against R and coin (shift.R), every deal made, and Newcombe's interval as a root (shift.py)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.multiplicity import benjamini_hochberg, holm
from caseseries.stats.ranks import mann_whitney
from caseseries.stats.shift import ASYMPTOTIC, EXACT, EXACT_TIED, hodges_lehmann, superiority


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))


R: dict[str, Any] = kept("shift.json")["cases"]
DEALS: dict[str, Any] = kept("shift_deals.json")["shifts"]
SHARES: list[Any] = kept("shift_deals.json")["shares"]
ADJUSTED: dict[str, Any] = kept("multiplicity.json")["cases"]
# R's numbers are kept at 15 digits.
CLOSE = 1e-12


def alike(found: Sequence[float | None], expected: Sequence[float | None]) -> bool:
    """Whether all are alike to 12 digits, and None where None is expected."""
    return len(found) == len(expected) and all(
        here is there or (None not in (here, there) and here == pytest.approx(there, rel=CLOSE, abs=1e-300))
        for here, there in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("name", [name for name in R if "wilcox" in R[name]])
def test_without_ties_the_limits_are_those_of_wilcox_test_and_coin(name: str) -> None:
    case = R[name]
    for place, level in enumerate(case["level"]):
        found = hodges_lehmann(case["x"], case["y"], level=level)
        assert found.method == EXACT
        assert found.value == pytest.approx(case["value"], rel=CLOSE)
        limits = [None, None] if case["open"][place] else case["wilcox"][place]
        assert alike([found.low, found.high], limits)
        if "coin" in case:
            assert alike([found.low, found.high], case["coin"][place])


@pytest.mark.parametrize("name", [name for name in R if "limits" in R[name]])
def test_larger_samples_have_the_shifts_that_the_asymptotic_test_of_r_keeps(name: str) -> None:
    case = R[name]
    for level, limits in zip(case["level"], case["limits"], strict=True):
        found = hodges_lehmann(case["x"], case["y"], level=level)
        assert found.method == ASYMPTOTIC
        assert found.value == pytest.approx(case["value"], rel=CLOSE, abs=1e-12)
        assert [found.low, found.high] == pytest.approx(limits, rel=CLOSE, abs=1e-9)


@pytest.mark.parametrize("name", DEALS)
def test_with_ties_the_limits_are_those_of_every_deal_of_every_shift(name: str) -> None:
    case = DEALS[name]
    tied = any(len(set(case[group])) < len(case[group]) for group in "xy")
    for answer in case["shifts"]:
        found = hodges_lehmann(case["x"], case["y"], level=answer["level"])
        assert found.method == (EXACT_TIED if tied else EXACT)
        expected = [answer["value"], answer["low"], answer["high"]]
        assert alike([found.value, found.low, found.high], expected)


@pytest.mark.parametrize("share", SHARES, ids=lambda share: f"{share['n']} against {share['m']}")
def test_superiority_is_the_root(share: Any) -> None:
    # Zeros and ones of the second group below and above a first group of one half make any U.
    found = superiority(*_with_u(share["n"], share["m"], share["u"]), level=share["level"])
    assert found.value == pytest.approx(share["value"], rel=CLOSE)
    assert [found.low, found.high] == pytest.approx([share["low"], share["high"]], rel=1e-12)


def _with_u(n: int, m: int, u: float) -> tuple[list[float], list[float]]:
    """Two samples of these sizes with this U: halves of a pair are ties."""
    x = [1000.0 + k for k in range(n)]
    y, left = [], u
    for k in range(m):
        below = min(int(left), n)
        # Above all but `below` of the first group.
        left -= below
        tie = 0.0 < left < 1.0 and below < n
        y.append(x[n - below - 1] if tie else x[n - below] - 0.5 + k / 1e6 if below else 1e6 + k)
        left -= 0.5 if tie else 0.0
    assert mann_whitney(x, y).value == u
    return x, y


@pytest.mark.parametrize("name", ADJUSTED)
def test_adjusted_p_values_are_those_of_p_adjust(name: str) -> None:
    case = ADJUSTED[name]
    assert alike(holm(case["p"]), case["holm"])
    assert alike(benjamini_hochberg(case["p"]), case["bh"])
