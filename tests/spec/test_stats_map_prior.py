"""A prior from published cohorts: what it does at the edges."""

from __future__ import annotations

import pytest

from caseseries.stats.map_prior import map_prior, predictive, update


def test_of_many_like_cohorts_it_is_worth_many_patients_and_less_with_the_part_that_borrows_nothing() -> None:
    few, many = map_prior([3], [10]), map_prior([3] * 12, [10] * 12)
    few_size, many_size = few.size().value, many.size().value
    assert few_size is not None
    assert many_size is not None
    assert 1.0 < few_size < 10.0 < many_size < 120.0
    assert (many.size(robust=False).value or 0.0) > many_size


def test_patients_unlike_the_cohorts_fall_back_on_the_part_that_borrows_nothing() -> None:
    prior = map_prior([3] * 12, [10] * 12)
    alike, unlike = update(prior, 3, 10), update(prior, 10, 10)
    assert (alike.robust.value or 0.0) < 0.2 < (unlike.robust.value or 0.0)
    assert (alike.conflict.value or 0.0) > 0.5
    assert (unlike.conflict.value or 0.0) < 0.01
    assert (unlike.share.value or 0.0) > 0.8


@pytest.mark.parametrize("events", [[0, 0], [8, 9], [4, 4]])
def test_none_all_and_identical_cohorts(events: list[int]) -> None:
    share = map_prior(events, [8, 9]).share()
    assert share.low is not None
    assert share.high is not None
    assert 0.0 < share.low < (share.value or 0.0) < share.high < 1.0


def test_what_is_predicted_adds_up() -> None:
    assert predictive(map_prior([2, 5], [5, 8]).mixture, 12).sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "events, n, robust, said",
    [
        ([], [], 0.2, "at least one cohort"),
        ([5], [4], 0.2, "events: from 0 to n"),
        ([1], [4], 0.0, "robust: a weight between 0 and 1"),
        ([1], [4], 1.0, "robust: a weight between 0 and 1"),
    ],
)
def test_slips(events: list[int], n: list[int], robust: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        map_prior(events, n, robust=robust)


def test_slips_of_the_patients() -> None:
    with pytest.raises(ValueError, match="events: from 0 to n"):
        update(map_prior([1], [4]), 5, 4)
    with pytest.raises(ValueError, match="n: every cohort has at least one patient"):
        update(map_prior([1], [4]), 0, 0)
