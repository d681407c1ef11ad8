"""Power: what is said where no number of patients is enough, and what a slip is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from caseseries.stats.power import (
    one_share_power,
    one_share_powers,
    one_share_size,
    two_shares_power,
    two_shares_size,
)


def test_the_power_holds_from_there_on() -> None:
    size = one_share_size(0.42, 0.62)
    assert size.value == 55
    assert all((one_share_power(n, 0.42, 0.62).value or 0.0) >= 0.8 for n in range(55, 65))
    assert (one_share_power(54, 0.42, 0.62).value or 0.0) < 0.8
    groups = two_shares_size(0.25, 0.7)
    n = int(groups.value or 0)
    assert (two_shares_power(n, 0.25, 0.7).value or 0.0) >= 0.8
    assert (two_shares_power(n - 1, 0.25, 0.7).value or 0.0) < 0.8


def test_without_a_difference_the_test_errs_no_more_often_than_it_may() -> None:
    assert (two_shares_power(30, 0.4, 0.4).value or 0.0) <= 0.05
    assert one_share_powers(30, 0.4, np.array([0.4]))[0] <= 0.025


def test_alive_and_dead_mirror_each_other() -> None:
    assert one_share_power(40, 0.3, 0.5).value == pytest.approx(one_share_power(40, 0.7, 0.5).value)


def test_a_difference_too_small_to_be_found() -> None:
    assert one_share_size(0.40, 0.41).reason == "1,000 patients would not be enough"
    assert two_shares_size(0.40, 0.45).reason == "300 patients in each group would not be enough"
    assert "is the one it is held against" in one_share_size(0.4, 0.4).reason


@pytest.mark.parametrize(
    "asked, said",
    [
        (lambda: one_share_power(0, 0.4, 0.6), "n: at least one patient"),
        (lambda: one_share_power(9, 0.4, 0.4), "truth: another share"),
        (lambda: one_share_power(9, 40, 0.6), "null: a share between 0 and 1"),
        (lambda: one_share_size(0.4, 0.6, power=80), "power: a share between 0 and 1"),
        (lambda: two_shares_power(9, 0.0, 0.6), "first: a share between 0 and 1"),
        (lambda: two_shares_size(0.4, 1.0), "second: a share between 0 and 1"),
        (lambda: two_shares_power(9, 0.4, 0.6, alpha=5), "alpha: a share between 0 and 1"),
    ],
)
def test_slips(asked: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        asked()
