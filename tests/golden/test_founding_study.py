"""Every number of the founding study against R, which reads the same two tables (founding_study.R)."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from caseseries.analysis.results import Results
from caseseries.study import open_study

CASES: dict[str, Any] = json.loads(Path(__file__).with_name("founding_study.json").read_text("utf-8"))[
    "cases"
]
NUMBERS = {id_: case for id_, case in CASES.items() if not id_.startswith("curve of ")}
CURVES = {id_: case for id_, case in CASES.items() if id_.startswith("curve of ")}
CLOSE = 1e-6
FIELDS = ("value", "low", "high", "p", "n")

LEFT_TO_OTHERS = {
    "survival-by-cause.fisher": {"value", "low", "high"},
}
"""What R is too loose for: fisher.test stops its search for an odds ratio after four digits.

Odds ratios and their limits are held against roots to 1e-25 in test_stats_counts.py.
"""
HELD_ELSEWHERE = re.compile(
    r"[.](risk-difference|risk-ratio|odds-ratio|standardised-difference|posterior|fisher-mid-p|barnard|boschloo)"
    r"|[.]fisher[.](smallest|greatest)$|under-null|relabelled[.].*restricted-mean-difference|^pool[.]"
)
"""Methods that R has not: the founding table is held against roots and enumeration in test_stats_tables.py,
beliefs in test_stats_bayes.py, what is drawn under the null in test_stats_courses.py, published cohorts in
test_founding_pool.py."""


@pytest.fixture(scope="module")
def results() -> Results:
    study = open_study("naymagon-2022")
    return study.analyse(study.read_cases())


def left_to_others(id_: str) -> set[str]:
    """The fields of a number that are not R's: those of Fisher's test but its p, wherever it stands."""
    is_fishers = re.search(r"[.]fisher([.]p-(smallest|greatest))?$", id_)
    return LEFT_TO_OTHERS["survival-by-cause.fisher"] if is_fishers else set()


def same(ours: float | None, r: float | None) -> bool:
    if ours is None or r is None:
        return ours is r
    return math.isclose(ours, r, rel_tol=CLOSE, abs_tol=1e-12)


def test_r_has_every_id_and_no_other(results: Results) -> None:
    assert {id_ for id_ in results.numbers if not HELD_ELSEWHERE.search(id_)} == set(NUMBERS)


def test_every_field_of_every_number(results: Results) -> None:
    differ = {
        f"{id_}.{field}": (getattr(results.numbers[id_].estimate, field), r[field])
        for id_, r in NUMBERS.items()
        for field in FIELDS
        if field not in left_to_others(id_)
        and not same(getattr(results.numbers[id_].estimate, field), r[field])
    }
    assert differ == {}


def test_every_curve(results: Results) -> None:
    ours = {
        f"curve of {result.slug}, {key}": curve for result in results for key, curve in result.curves.items()
    }
    assert set(ours) == set(CURVES)
    for id_, curve in ours.items():
        ends = curve.events + curve.censored > 0  # R's curve has no entry where patients only enter
        for field, r in CURVES[id_].items():
            drawn = [None if math.isnan(one) else one for one in getattr(curve, field)[ends].tolist()]
            assert len(drawn) == len(r), (id_, field)
            assert all(same(*pair) for pair in zip(drawn, r, strict=True)), (id_, field)


def test_two_numbers_by_hand(results: Results) -> None:
    """So that nobody takes R's word alone: patient 13's fall, and the middle two of sixteen daily doses."""
    assert results.value("ferritin-response-and-survival.alive.median") == pytest.approx(55_592 / 65_981)
    assert results.value("treatment.anakinra.daily.all.median") == (300 + 400) / 2
