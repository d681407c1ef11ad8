"""The variants that a search tries, each against base R (variants.R)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from caseseries.literature.count_variants import share_variants
from caseseries.literature.explain_interval import share_limits
from caseseries.literature.explain_middle import ways_of
from caseseries.literature.rank_variants import rank_variants

R: dict[str, float] = json.loads(Path(__file__).with_name("variants.json").read_text("utf-8"))
VALUES = {
    "printed": [30, 0, 96, 79, 20, 0, 71, 0, 87, 22, 23, 99, 99, 53, 88, 72],
    "age": [65, 70, 25, 32, 27, 82, 39, 62, 42, 61, 64, 34, 32, 19, 56, 24],
}
ALIVE = np.isin(np.arange(1, 17), [4, 12, 13, 15, 16])
BY_RANKS = {
    "with continuity": "Mann-Whitney with continuity correction, corrected for ties, two-sided",
    "without continuity": "Mann-Whitney without continuity correction, corrected for ties, two-sided",
    "one-sided": "Mann-Whitney with continuity correction, corrected for ties, one-sided",
    "untied": "Mann-Whitney with continuity correction, not corrected for ties, two-sided",
    "untied, z at two decimals": (
        "Mann-Whitney with continuity correction, not corrected for ties, two-sided, "
        "z rounded to two decimals"
    ),
    "exact untied": "Mann-Whitney, exact as if there were no ties, two-sided",
    "exact untied one-sided": "Mann-Whitney, exact as if there were no ties, one-sided",
    "student": "Student's t-test, two-sided",
    "welch": "Welch's t-test, two-sided",
    "student of ranks": "Student's t-test of the ranks, two-sided",
}
BY_COUNTS = {
    "chi-square": "chi-square, uncorrected",
    "yates": "chi-square, Yates-corrected",
    "at two decimals": "chi-square, uncorrected, the statistic rounded to two decimals",
    "likelihood ratio": "likelihood-ratio chi-square",
    "fisher one-sided": "Fisher's exact test, one-sided",
    "wald difference": "Wald's test of the difference",
    "wald odds": "Wald's test of the odds ratio",
}
LIMITS = {
    "wald": "Wald 95% interval",
    "wald corrected": "Wald 95% interval, continuity-corrected",
    "agresti-coull": "Agresti-Coull 95% interval",
    "jeffreys": "Jeffreys 95% interval",
    "clopper-pearson": "Clopper-Pearson 95% interval",
    "wilson": "Wilson 95% interval",
}
QUARTILES = {2: "type 2 (SAS, textbooks)", 5: "type 5", 6: "type 6 (SPSS, Minitab)", 7: "type 7 (R, Excel)"}


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("name, method", BY_RANKS.items())
def test_rank_variants(values: str, name: str, method: str) -> None:
    sample = np.array(VALUES[values], dtype=np.float64)
    found = {one.method: one.value for one in rank_variants(sample[ALIVE], sample[~ALIVE])}
    assert found[method] == pytest.approx(R[f"{values} {name}"], rel=1e-12)


@pytest.mark.parametrize("name, method", BY_COUNTS.items())
def test_count_variants(name: str, method: str) -> None:
    found = {one.method: one.value for one in share_variants(((3, 1), (2, 10)))}
    assert found[method] == pytest.approx(R[f"table {name}"], rel=1e-12)


@pytest.mark.parametrize("name, method", LIMITS.items())
def test_limits_of_a_share(name: str, method: str) -> None:
    found = {one.method: one.value for stage in share_limits(5, 16, "low") for one in stage}
    assert found[method] == pytest.approx(R[f"share {name}"], rel=1e-12)


@pytest.mark.parametrize("rule, said", QUARTILES.items())
def test_quartiles(rule: int, said: str) -> None:
    found = ways_of("third-quartile")[f"quartile, {said}"](np.array(VALUES["age"], dtype=np.float64))
    assert found == pytest.approx(R[f"quartile {rule}"], rel=1e-12)


def test_tables_with_an_empty_line_and_values_all_equal_have_no_variants() -> None:
    assert not list(share_variants(((3, 0), (5, 0))))
    assert not list(rank_variants(np.ones(3), np.ones(4)))
    assert not list(rank_variants(np.array([]), np.ones(4)))


def test_one_group_in_which_all_are_equal() -> None:
    found = {one.method: one.value for one in rank_variants(np.full(3, 0.1), np.array([0.1, 0.2, 0.4]))}
    # Student's t by hand: means 0.1 and 7/30, pooled variance 7/600, t = 1.5119 on 4 degrees of freedom.
    assert found["Student's t-test, two-sided"] == pytest.approx(0.2051, abs=1e-4)
