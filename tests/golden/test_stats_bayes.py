"""Posteriors of shares against finite sums in fractions and 40-digit quadrature (beta_binomial.py)."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.beta_binomial import chance_above, posterior_difference, posterior_share

KEPT: Any = json.loads(Path(__file__).with_name("beta_binomial.json").read_text("utf-8"))


def named(case: Any) -> str:
    return f"{case.get('case') or (case['events'], case['n'])} with the prior {case['prior']}"


@pytest.mark.parametrize("case", KEPT["shares"], ids=named)
def test_a_share_is_the_quantile_of_its_beta(case: Any) -> None:
    found = posterior_share(case["events"], case["n"], prior=tuple(case["prior"]))
    expected = [case["value"], case["low"], case["high"]]
    assert [found.value, found.low, found.high] == pytest.approx(expected, rel=1e-12)
    for threshold, chance in case["above"].items():
        above = chance_above(case["events"], case["n"], float(threshold), prior=tuple(case["prior"]))
        assert above.value == pytest.approx(chance, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("case", KEPT["pairs"], ids=named)
def test_a_difference_is_the_quadrature(case: Any) -> None:
    found = posterior_difference(*case["case"], prior=tuple(case["prior"]))
    assert found.chance_greater.value == pytest.approx(case["greater"], rel=1e-11, abs=1e-14)
    answer = found.difference
    expected = [case["value"], case["low"], case["high"]]
    assert [answer.value, answer.low, answer.high] == pytest.approx(expected, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("case", [case for case in KEPT["pairs"] if "fraction" in case], ids=named)
def test_with_the_uniform_prior_the_chance_is_a_fraction(case: Any) -> None:
    found = posterior_difference(*case["case"], prior=(1, 1))
    assert found.chance_greater.value == pytest.approx(float(Fraction(case["fraction"])), rel=1e-12)
