"""Pooling counts of cohorts: what is said at the edges, and what a slip is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from caseseries.stats.inverse_variance import double_arcsine, heterogeneity, logit_reml
from caseseries.stats.pooling import Pooled, binomial_normal
from caseseries.stats.random_intercept import NODES, log_likelihood

Pooling = Callable[..., Pooled]
EVERY: list[Pooling] = [binomial_normal, logit_reml, double_arcsine]
MODELS: list[Pooling] = [binomial_normal, logit_reml]


@pytest.mark.parametrize("pool", EVERY)
@pytest.mark.parametrize(
    "events, n, why",
    [
        ([], [], "no cohort to pool"),
        ([5], [16], "one cohort only: there is nothing to pool"),
        ([0, 0, 0], [4, 8, 9], "no cohort has an event"),
        ([4, 8], [4, 8], "in every cohort all have the event"),
    ],
)
def test_what_cannot_be_pooled(pool: Pooling, events: list[int], n: list[int], why: str) -> None:
    found = pool(events, n)
    assert found.share.value is None
    assert found.share.reason == found.tau2.reason == found.prediction.reason == why
    assert found.share.n == sum(n)


def test_none_and_all_side_by_side_have_no_finite_spread() -> None:
    found = binomial_normal([0, 5], [6, 5])
    assert found.share.shown == "not estimable"
    assert "either no events or nothing but events" in found.share.reason


@pytest.mark.parametrize("pool", EVERY)
def test_one_cohort_with_none_and_one_with_all_among_others(pool: Pooling) -> None:
    found = pool([0, 6, 3, 4], [5, 6, 9, 12])
    assert found.share.low is not None
    assert found.share.high is not None
    assert 0.0 < found.share.low < 0.4 < found.share.high < 1.0


@pytest.mark.parametrize("pool", MODELS)
def test_identical_cohorts(pool: Pooling) -> None:
    """They do not differ: no spread. The pool is their share; Hartung and Knapp's limits would coincide."""
    found = pool([3, 3, 3], [8, 8, 8])
    assert found.share.value == pytest.approx(3 / 8, abs=1e-9)
    assert found.tau2.value == 0.0


def test_limits_of_no_width_are_not_given() -> None:
    found = logit_reml([3, 3, 3], [8, 8, 8])
    assert found.share.level is None
    assert found.share.reason == "no limits: the cohorts have the same share, and these would be of no width"
    alike = heterogeneity([3, 3, 3], [8, 8, 8])
    assert alike.i2.value == 0.0
    assert alike.i2.level is None
    assert "more alike than chance" in alike.i2.reason
    assert alike.q.p == pytest.approx(1.0)


def test_identical_cohorts_are_as_good_as_one_with_t_for_their_number() -> None:
    found = binomial_normal([3, 3, 3], [8, 8, 8])
    error = 1.0 / math.sqrt(24 * 3 / 8 * 5 / 8)
    reach = 4.302652729911275  # t with 2 degrees of freedom, as tables have it
    assert found.share.low == pytest.approx(1 / (1 + math.exp(-(math.log(3 / 5) - reach * error))))


def test_a_large_cohort_is_integrated_at_its_peak() -> None:
    """Of a hundred thousand patients each, the logits are known: their mean and variance are the pool's."""
    shares = np.array([0.05, 0.3, 0.6, 0.97])
    logits = np.log(shares / (1 - shares))
    found = binomial_normal((shares * 100_000).round().astype(int).tolist(), [100_000] * 4)
    assert found.tau2.value == pytest.approx(float(logits.var()), rel=1e-3)


@pytest.mark.parametrize("pool", EVERY)
@pytest.mark.parametrize(
    "events, n, level, said",
    [
        ([1, 2], [4], 0.95, "events: a row as long as n"),
        ([5, 2], [4, 4], 0.95, "events: from 0 to n"),
        ([-1, 2], [4, 4], 0.95, "events: from 0 to n"),
        ([0, 2], [0, 4], 0.95, "n: every cohort has at least one patient"),
        ([0.5, 2], [4, 4], 0.95, "whole numbers"),
        ([1, 2], [4, 4], 95, "level is a share"),
    ],
)
def test_slips(pool: Pooling, events: list[Any], n: list[int], level: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pool(events, n, level=level)


@pytest.mark.parametrize("spread", [0.25, 1.0, 4.0, 16.0])
def test_large_cohorts_are_integrated_at_their_peaks_however_wide_the_spread(spread: float) -> None:
    """Against a plain sum over 200,000 logits around the cohort and the centre."""
    for events, n, centre in ((140, 13_000, -4.1), (11, 139, 2.0), (19_000, 20_000, -3.0), (3, 80_000, 0.5)):
        own, error = math.log(events / (n - events)), math.sqrt(1.0 / events + 1.0 / (n - events))
        logits = np.linspace(min(own, centre) - 10.0 * error, max(own, centre) + 10.0 * error, 200_001)
        log = events * logits - n * np.logaddexp(0.0, logits) - ((logits - centre) / spread) ** 2 / 2.0
        top = log.max()
        plain = top + math.log(np.exp(log - top).sum() * (logits[1] - logits[0]) / spread)
        found = log_likelihood(np.array([float(events)]), np.array([float(n)]), centre, spread)
        step = math.log(NODES[1] - NODES[0])  # the same for every count, and left out
        assert found.value + step == pytest.approx(plain, abs=1e-6)
