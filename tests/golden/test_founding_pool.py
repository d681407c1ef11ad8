"""Every number of the founding study beside published cohorts against R (founding_pool.R, map_prior.R)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from caseseries.analysis.results import Result
from caseseries.study import open_study


def kept(name: str) -> dict[str, Any]:
    cases: dict[str, Any] = json.loads(Path(__file__).with_name(name).read_text("utf-8"))["cases"]
    return cases


CASES, PRIORS = kept("founding_pool.json"), kept("map_prior.json")
BORROWED = {
    "all": "all causes",
    "rheumatologic-disorder": "rheumatologic",
    "not-rheumatologic-disorder": "no rheumatologic cause",
    "viral-infection": "viral",
    "not-viral-infection": "no viral cause",
}
COUNTED = re.compile(r"[.](cohorts|patients|survived|responded|own)$")
"""Counts, and the present patients' own share by Wilson, which is held in test_stats_counts.py."""


@pytest.fixture(scope="module")
def pooled() -> Result:
    study = open_study("naymagon-2022")
    return study.pool(study.read_cases())


def test_r_has_every_id_and_no_other(pooled: Result) -> None:
    found = {one.id for one in pooled.numbers if one.estimate.value is not None}
    assert {id_ for id_ in found if not COUNTED.search(id_) and ".borrowed." not in id_} == set(CASES)


def test_what_is_not_estimable_is_of_one_cohort(pooled: Result) -> None:
    reasons = {one.estimate.reason for one in pooled.numbers if one.estimate.value is None}
    assert reasons == {"one cohort only: there is nothing to pool"}


@pytest.mark.parametrize("id_", CASES)
def test_every_number(pooled: Result, id_: str) -> None:
    [found] = [one.estimate for one in pooled.numbers if one.id == id_]
    is_glmm = "binomial-normal" in found.method or id_.endswith("ours.difference")
    close = 1e-4 if is_glmm else 1e-6
    r = CASES[id_]
    assert found.n == r["n"]
    for ours, theirs in ((found.value, r["value"]), (found.low, r["low"]), (found.high, r["high"])):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert ours == pytest.approx(theirs, rel=close, abs=close)


@pytest.mark.parametrize("part, name", BORROWED.items())
def test_what_is_borrowed(pooled: Result, part: str, name: str) -> None:
    case = PRIORS[name]
    numbers = {one.id: one.estimate for one in pooled.numbers}

    def of(which: str) -> Any:
        return numbers[f"pool.not-said.borrowed.{part}.{which}"]

    for which, there in (("prior", case["prior"]), ("posterior", case["posterior"])):
        assert [of(which).low, of(which).value, of(which).high] == pytest.approx(there, abs=2e-4)
    assert of("worth").value == pytest.approx(case["size"], rel=1e-3)
    assert of("worth-of-cohorts").value == pytest.approx(case["borrowed"], rel=1e-3)
    assert of("robust").value == pytest.approx(case["robust"], abs=1e-5)
    assert of("conflict").value == pytest.approx(case["conflict"], abs=1e-5)
