"""One patient's course against R (courses.R), and the bias of the greatest fall against every walk made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caseseries.stats.estimate import Estimate
from caseseries.stats.length_bias import best_ever_under_null
from caseseries.stats.nadir import day_of_nadir, nadir, rebound
from caseseries.stats.ranks import mann_whitney
from caseseries.stats.spacing import days_since_last, last_before, spacing
from caseseries.stats.trajectory import fold_change, greatest_fall, time_to_half


def kept(name: str) -> Any:
    return json.loads(Path(__file__).with_name(name).read_text("utf-8"))["cases"]


R: dict[str, list[Any]] = kept("courses.json")
WALKS: dict[str, Any] = kept("courses_walks.json")
FERRITIN = R["ferritin"]
SURVIVED = [patient in (4, 12, 13, 15, 16) for patient in range(1, 17)]
CLOSE = 1e-13


def same(found: Estimate, there: float | None) -> bool:
    if there is None or found.value is None:
        return found.value is there and bool(found.reason)
    return bool(found.value == pytest.approx(there, rel=CLOSE))


@pytest.mark.parametrize("name", R)
def test_courses_in_numbers(name: str) -> None:
    for r in R[name]:
        days, values, first_day, within = r["days"], r["values"], r["first_day"], r["within"]
        assert same(nadir(days, values, first_day=first_day), r["nadir"])
        assert same(day_of_nadir(days, values, first_day=first_day), r["day_of_nadir"])
        for day, fold in zip(r["at"], r["folds"], strict=True):
            assert same(fold_change(days, values, day, first_day=first_day, within=within), fold)
        assert same(time_to_half(days, values, first_day=first_day), r["half"])
        assert same(rebound(days, values, first_day=first_day), r["rebound"])
        assert same(last_before(days, values, r["before"]), r["last"])
        assert same(days_since_last(days, r["before"]), r["ago"])
        assert same(spacing(days), r["gap"])


@pytest.mark.parametrize("case", WALKS.values(), ids=WALKS)
def test_bias_of_the_greatest_fall_is_that_of_every_walk(case: Any) -> None:
    """100,000 draws: a standard error of 0.0016 at most for a share, and 0.0032 for p.

    The walks take few values, so that the median of the draws is the exact one to the last digit; where it
    lies within a hundredth of the chances from another value, the script gives none.
    """
    for exact in case["exact"]:
        found = best_ever_under_null(
            case["days"],
            case["values"],
            case["groups"],
            seed=20,
            draws=100_000,
            drift=exact["drift"],
            steps=exact["steps"],
        )
        for one, there in ((found.first, exact["first"]), (found.second, exact["second"])):
            assert there is None or one.value == pytest.approx(there, abs=1e-11)
        assert found.rejected.value == pytest.approx(exact["rejected"], abs=0.003)
        assert found.seen.value == pytest.approx(exact["seen"], abs=1e-11)
        assert found.seen.p == pytest.approx(exact["p"], abs=0.01)


@pytest.mark.parametrize(
    "drift, steps, bias, rejected, p",
    [
        ("pooled", "single", 0.19, 0.034, 0.028),
        ("none", "single", 0.13, 0.041, 0.034),
        ("pooled", "whole courses", 0.27, 0.050, 0.044),
        ("none", "whole courses", 0.23, 0.051, 0.044),
    ],
)
def test_follow_up_alone_makes_a_part_of_the_founding_difference(
    drift: Any, steps: Any, bias: float, rejected: float, p: float
) -> None:
    """Survivors have more values. Of 62 points between the medians, follow-up alone makes 13 to 27."""
    courses = [(one["days"], one["values"]) for one in FERRITIN]
    days, values = zip(*courses, strict=True)
    found = best_ever_under_null(days, values, SURVIVED, seed=1, draws=20_000, drift=drift, steps=steps)
    assert found.seen.value == pytest.approx(0.6168, abs=0.0001)
    assert found.bias.value == pytest.approx(bias, abs=0.03)
    assert found.rejected.value == pytest.approx(rejected, abs=0.006)
    assert found.seen.p == pytest.approx(p, abs=0.006)
    falls = [greatest_fall(*course).value or 0.0 for course in courses]
    alone = mann_whitney(
        [fall for fall, alive in zip(falls, SURVIVED, strict=True) if alive],
        [fall for fall, alive in zip(falls, SURVIVED, strict=True) if not alive],
    )
    assert alone.p == pytest.approx(0.0231, abs=0.00005)
