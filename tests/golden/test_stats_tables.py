"""Contrasts and exact tests of tables against R (tables.R), every table and roots (unconditional.py)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.compare import fisher
from caseseries.stats.contrast import odds_ratio, risk_difference, risk_ratio
from caseseries.stats.estimate import Estimate
from caseseries.stats.freeman_halton import freeman_halton
from caseseries.stats.standardised import standardised_difference, standardised_difference_of_shares
from caseseries.stats.unconditional import barnard, boschloo, fisher_mid_p


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))


R: dict[str, Any] = kept("tables.json")["cases"]
ROOTS: dict[str, Any] = kept("unconditional.json")
CONTRASTS: dict[str, Any] = R["contrasts"]
LARGE: dict[str, Any] = R["exact"]
CLOSE = 1e-12
# Beyond ten million tables.
DRAWN = ("job satisfaction", "pbc, stage by oedema")


def agree(found: list[float | None], wanted: list[float | None]) -> bool:
    """To a part in 10 ** 12; what is open in one is open in the other."""
    pairs = zip(found, wanted, strict=True)
    return all(one is other or one == pytest.approx(other, rel=CLOSE) for one, other in pairs)


def limits(found: Estimate) -> list[float | None]:
    return [found.low, found.high]


@pytest.mark.parametrize("name", CONTRASTS)
def test_risk_difference_with_newcombe_and_agresti_caffo_limits(name: str) -> None:
    counts = CONTRASTS[name]["counts"]
    newcombe = risk_difference(counts)
    assert newcombe.value == pytest.approx(CONTRASTS[name]["difference"], rel=CLOSE, abs=1e-15)
    assert limits(newcombe) == pytest.approx(CONTRASTS[name]["Newcombe"], rel=CLOSE, abs=1e-14)
    agresti_caffo = risk_difference(counts, interval="Agresti-Caffo")
    assert limits(agresti_caffo) == pytest.approx(CONTRASTS[name]["Agresti-Caffo"], rel=CLOSE, abs=1e-14)


@pytest.mark.parametrize("case", ROOTS["miettinen_nurminen"])
def test_miettinen_nurminen_limits(case: Any) -> None:
    found = risk_difference(case["counts"], level=case["level"], interval="Miettinen-Nurminen")
    assert limits(found) == pytest.approx([case["low"], case["high"]], rel=CLOSE, abs=1e-15)


@pytest.mark.parametrize(
    "counts, interval, low, high",
    [
        ([[56, 14], [48, 32]], "Newcombe", 0.0524, 0.3339),
        ([[56, 14], [48, 32]], "Miettinen-Nurminen", 0.0528, 0.3382),
        ([[9, 1], [3, 7]], "Newcombe", 0.1705, 0.8090),
        ([[9, 1], [3, 7]], "Miettinen-Nurminen", 0.1700, 0.8406),
        ([[5, 51], [0, 29]], "Newcombe", -0.0381, 0.1926),
        ([[5, 51], [0, 29]], "Miettinen-Nurminen", -0.0326, 0.1933),
        ([[10, 0], [0, 10]], "Newcombe", 0.6075, 1.0000),
    ],
)
def test_limits_printed_by_newcombe(counts: Any, interval: Any, low: float, high: float) -> None:
    """Newcombe, Stat Med 1998;17:873-890, Table II."""
    assert limits(risk_difference(counts, interval=interval)) == pytest.approx([low, high], abs=0.00005)


@pytest.mark.parametrize("name", [name for name in CONTRASTS if "Katz" in CONTRASTS[name]])
def test_risk_ratio_and_odds_ratio_with_limits_of_the_logarithm(name: str) -> None:
    for found, printed in (
        (risk_ratio(CONTRASTS[name]["counts"]), CONTRASTS[name]["Katz"]),
        (odds_ratio(CONTRASTS[name]["counts"], interval="Wald"), CONTRASTS[name]["Wald"]),
    ):
        assert [found.value, *limits(found)] == pytest.approx(printed, rel=CLOSE)


@pytest.mark.parametrize("case", ROOTS["koopman"])
def test_koopman_limits(case: Any) -> None:
    found = risk_ratio(case["counts"], level=case["level"], interval="Koopman")
    assert agree(limits(found), [case["low"], case["high"]])


@pytest.mark.parametrize("case", ROOTS["mid_p"])
def test_mid_p_limits_and_p_of_the_odds_ratio(case: Any) -> None:
    found = odds_ratio(case["counts"], level=case["level"])
    assert agree([*limits(found), found.p], [case["low"], case["high"], case["p"]])
    assert found.value == fisher(case["counts"]).value


@pytest.mark.parametrize("name", [name for name in CONTRASTS if "mid_p_loose" in CONTRASTS[name]])
def test_mid_p_limits_are_near_those_that_epitools_solves_loosely(name: str) -> None:
    found = odds_ratio(CONTRASTS[name]["counts"])
    # It stops looking for a limit within 1e-4 of it, the upper one turned upside down.
    low, high = CONTRASTS[name]["mid_p_loose"]
    assert found.low == pytest.approx(low, abs=2e-4)
    assert found.high is not None
    assert 1.0 / found.high == pytest.approx(1.0 / high, abs=2e-4)
    assert found.p == pytest.approx(CONTRASTS[name]["mid_p_of_one"], rel=1e-11)


@pytest.mark.parametrize("name", [name for name in CONTRASTS if "fisher_mid_p" in CONTRASTS[name]])
def test_fisher_mid_p(name: str) -> None:
    found = fisher_mid_p(CONTRASTS[name]["counts"])
    assert found.p == pytest.approx(CONTRASTS[name]["fisher_mid_p"], rel=1e-10)


@pytest.mark.parametrize("case", ROOTS["tests"], ids=lambda case: str(case["counts"]))
def test_unconditional_tests_are_every_table_counted(case: Any) -> None:
    counts = case["counts"]
    assert [
        barnard(counts, pooled=True).p,
        barnard(counts, pooled=False).p,
        boschloo(counts).p,
        boschloo(counts, "twice the one-sided").p,
        fisher_mid_p(counts).p,
    ] == pytest.approx(
        [
            case["barnard pooled"],
            case["barnard unpooled"],
            case["boschloo two-sided"],
            case["boschloo twice one-sided"],
            case["fisher mid-p"],
        ],
        rel=CLOSE,
    )


def test_the_two_definitions_of_boschloo_fall_on_both_sides_of_5_percent() -> None:
    """0.0277 is printed by R's Exact, 0.0574 by SciPy; Barnard's pooled p, 0.0341, by both."""
    founding = [[3, 1], [2, 10]]
    assert boschloo(founding).p == pytest.approx(0.0277, abs=0.00005)
    assert boschloo(founding, "twice the one-sided").p == pytest.approx(0.0574, abs=0.00005)
    assert barnard(founding).p == pytest.approx(0.0341, abs=0.00005)
    assert boschloo([[7, 5], [2, 9]]).p == pytest.approx(0.0631, abs=0.00005)


@pytest.mark.parametrize("name", [name for name in LARGE if name not in DRAWN])
def test_freeman_halton(name: str) -> None:
    found = freeman_halton(LARGE[name]["counts"], seed=1)
    assert "exact over all" in found.method
    assert found.p == pytest.approx(LARGE[name]["p"], rel=1e-10)


@pytest.mark.parametrize("name", DRAWN)
def test_freeman_halton_drawn_is_near_the_exact_one(name: str) -> None:
    found, exact = freeman_halton(LARGE[name]["counts"], seed=1), LARGE[name]["p"]
    assert "100,000 tables drawn (seed 1, standard error of p " in found.method
    # The table seen is counted among the drawn.
    assert found.p == pytest.approx(exact, abs=4.0 * math.sqrt(exact * (1.0 - exact) / 100_000) + 0.00001)


@pytest.mark.parametrize("name", R["apart"])
def test_standardised_difference(name: str) -> None:
    x, y = ([float(value) for value in R["apart"][name][group]] for group in "xy")
    assert standardised_difference(x, y).value == pytest.approx(R["apart"][name]["smd"], rel=CLOSE, abs=1e-15)


@pytest.mark.parametrize("name", R["apart_shares"])
def test_standardised_difference_of_shares(name: str) -> None:
    case = R["apart_shares"][name]
    found = standardised_difference_of_shares(case["counts"])
    assert found.value == pytest.approx(case["smd"], rel=CLOSE, abs=1e-15)
