"""Priors from cohorts against sums and quadrature of another make in R (map_prior.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.estimate import Estimate
from caseseries.stats.map_prior import MapPrior, map_prior, predictive, update

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("map_prior.json").read_text("utf-8"))["cases"]
SHARE = 2e-4
"""Of a share: both sides sum over a grid."""


def prior(case: Any) -> MapPrior:
    events, n = (one if isinstance(one, list) else [one] for one in (case["events"], case["n"]))
    return map_prior(events, n)


def same(found: Estimate, there: list[float]) -> None:
    assert [found.low, found.value, found.high] == pytest.approx(there, abs=SHARE)


@pytest.mark.parametrize("name", CASES)
def test_the_prior_and_what_it_is_worth(name: str) -> None:
    case = CASES[name]
    found = prior(case)
    same(found.share(), case["prior"])
    assert found.size().value == pytest.approx(case["size"], rel=1e-3)
    assert found.size(robust=False).value == pytest.approx(case["borrowed"], rel=1e-3)


@pytest.mark.parametrize("name", CASES)
def test_after_the_patients(name: str) -> None:
    case = CASES[name]
    found = update(prior(case), *case["own"])
    same(found.share, case["posterior"])
    assert found.robust.value == pytest.approx(case["robust"], abs=1e-5)
    assert found.conflict.value == pytest.approx(case["conflict"], abs=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_what_is_predicted(name: str) -> None:
    case = CASES[name]
    found = predictive(prior(case).borrowed, case["own"][1])
    assert found.tolist() == pytest.approx(case["predictive"], abs=1e-5)
