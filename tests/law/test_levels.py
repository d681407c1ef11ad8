"""What promises its level keeps it, whatever the true shares: every table is looked at with its chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations

import numpy as np
import pytest

from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.contrast import risk_difference
from caseseries.stats.estimate import Estimate
from caseseries.stats.logistic import logistic
from caseseries.stats.proportions import Interval, proportion
from caseseries.stats.ranks import mann_whitney_exact
from caseseries.stats.unconditional import barnard, boschloo

Table = Sequence[Sequence[int]]
SHARES = np.arange(1, 100) / 100


def chances(n: int, share: float) -> list[float]:
    return [math.comb(n, k) * share**k * (1.0 - share) ** (n - k) for k in range(n + 1)]


def errors(test: Callable[[Table], Estimate], n: int, m: int, shares: Sequence[float]) -> list[float]:
    """How often the test rejects at 5%, both groups having each of these shares."""
    found = [[test([[a, n - a], [b, m - b]]).p for b in range(m + 1)] for a in range(n + 1)]
    rejects = np.array([[p is not None and p < 0.05 for p in row] for row in found])
    return [float(np.array(chances(n, share)) @ rejects @ np.array(chances(m, share))) for share in shares]


@pytest.mark.parametrize("n, m", [(5, 11), (8, 8)])
@pytest.mark.parametrize(
    "test",
    [
        fisher,
        partial(barnard, pooled=True),
        partial(barnard, pooled=False),
        partial(boschloo, definition="two-sided by probability"),
        partial(boschloo, definition="twice the one-sided"),
    ],
)
def test_exact_tests_never_err_more_than_they_say(test: Callable[[Table], Estimate], n: int, m: int) -> None:
    most = max(errors(test, n, m, list(SHARES)))
    assert 0.02 < most <= 0.05


@pytest.mark.parametrize("n, m", [(3, 7), (4, 5), (5, 5)])
def test_the_exact_rank_test_never_errs_more_than_it_says(n: int, m: int) -> None:
    for values in ([*range(n + m)], [0, 1, 1, 2, 2, 2, 3, 3, 4, 5][: n + m]):
        p = [
            mann_whitney_exact(
                [values[i] for i in mine], [values[i] for i in set(range(n + m)) - set(mine)]
            ).p
            for mine in combinations(range(n + m), n)
        ]
        rejected = [each for each in p if each is not None and each < 0.05]
        assert 0 < len(rejected) <= 0.05 * len(p)


@pytest.mark.parametrize("n", [5, 8, 16])
def test_clopper_pearson_never_holds_less_than_it_says(n: int) -> None:
    assert 0.95 <= least(n, "Clopper-Pearson") < 0.98


def least(n: int, interval: Interval) -> float:
    found = [proportion(events, n, interval=interval) for events in range(n + 1)]
    held = [
        sum(
            chance
            for chance, one in zip(chances(n, share), found, strict=True)
            if one.low is not None and one.high is not None and one.low <= share <= one.high
        )
        for share in SHARES
    ]
    return min(held)


def test_what_promises_no_level_errs_as_often_as_in_r() -> None:
    """R's own chisq.test, glm and prop.test, counted by benchmarks/coverage/in_r.R."""
    assert errors(chi_square, 5, 11, [0.5]) == [pytest.approx(0.071, abs=5e-4)]
    assert errors(chi_square, 8, 8, [0.5]) == [pytest.approx(0.077, abs=5e-4)]
    assert errors(likelihood_ratio, 8, 8, [0.5]) == [pytest.approx(0.067, abs=5e-4)]
    assert least(8, "Wilson") == pytest.approx(0.851, abs=5e-4)
    held = 0.0
    for a, of_a in enumerate(chances(8, 0.8)):
        for b, of_b in enumerate(chances(8, 0.3)):
            one = risk_difference([[a, 8 - a], [b, 8 - b]], interval="Newcombe")
            assert one.low is not None
            assert one.high is not None
            held += of_a * of_b * (one.low <= 0.5 <= one.high)
    assert held == pytest.approx(0.912, abs=5e-4)


def likelihood_ratio(table: Table) -> Estimate:
    (a, b), (c, d) = table
    happened, group = np.repeat([1, 0, 1, 0], [a, b, c, d]), np.repeat([1, 0], [a + b, c + d])
    return logistic(happened, group[:, None], ["group"]).likelihood_ratio
