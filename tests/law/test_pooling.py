"""Laws of pooling: it treats alive and dead alike, and stays among its cohorts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.inverse_variance import logit_reml
from caseseries.stats.pooling import binomial_normal

COHORTS = st.lists(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=7
)


@settings(max_examples=30)
@given(COHORTS)
def test_alive_and_dead_mirror_each_other(cohorts: list[tuple[int, int]]) -> None:
    alive, n = [one[0] for one in cohorts], [one[1] for one in cohorts]
    for pool in (binomial_normal, logit_reml):
        found = pool(alive, n).share
        mirrored = pool([of - one for one, of in zip(alive, n, strict=True)], n).share
        assert (found.value is None) == (mirrored.value is None)
        if found.value is not None and mirrored.value is not None:
            assert found.value == pytest.approx(1.0 - mirrored.value, abs=2e-5)
        if found.low is not None and mirrored.high is not None:
            assert found.low == pytest.approx(1.0 - mirrored.high, abs=2e-4)


@settings(max_examples=30)
@given(COHORTS)
def test_a_pool_lies_among_its_cohorts_and_prediction_is_no_narrower(cohorts: list[tuple[int, int]]) -> None:
    alive, n = [one[0] for one in cohorts], [one[1] for one in cohorts]
    found = binomial_normal(alive, n)
    if found.share.value is None:
        return
    shares = [one / of for one, of in cohorts]
    assert min(shares) - 1e-9 <= found.share.value <= max(shares) + 1e-9
    assert found.share.low is not None
    assert found.prediction.low is not None
    assert found.prediction.low <= found.share.low + 1e-12
    assert math.isfinite(found.tau2.value or 0.0)
