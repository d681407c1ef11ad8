"""A sample described: its median and quartiles, its extremes, its mean and spread."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Numbers, numbers

Rule = Literal["type 2", "type 6", "type 7"]


def quantile(values: ArrayLike, q: float, *, rule: Rule = "type 7", unit: str = "") -> Estimate:
    """The value below which the share `q` (0..1) of the sample lies.

    `type 7` is the default of R, NumPy and Excel; `type 6` that of SPSS and Minitab; `type 2` that
    of SAS and the rule most textbooks teach. Empty: not estimable. ValueError: `q` outside 0..1.

    Source: Hyndman & Fan, Am Stat 1996;50:361-365.
    """
    return _at(numbers(values), q, rule, f"{q:g} quantile, {rule}", unit)


def median(values: ArrayLike, unit: str = "") -> Estimate:
    """The middle value; the mean of the two middle ones where n is even (every rule agrees)."""
    return _at(numbers(values), 0.5, "type 7", "median, quantile type 7", unit)


def quartiles(values: ArrayLike, unit: str = "", *, rule: Rule = "type 7") -> tuple[Estimate, Estimate]:
    """The first and the third quartile, by the rule that their method names."""
    sample = numbers(values)
    return (
        _at(sample, 0.25, rule, f"first quartile, quantile {rule}", unit),
        _at(sample, 0.75, rule, f"third quartile, quantile {rule}", unit),
    )


def extremes(values: ArrayLike, unit: str = "") -> tuple[Estimate, Estimate]:
    """The least and the greatest value (the range)."""
    sample = numbers(values)
    if not len(sample):
        return not_estimable(NOBODY, "minimum", 0, unit), not_estimable(NOBODY, "maximum", 0, unit)
    return (
        Estimate(float(sample.min()), "minimum", len(sample), unit),
        Estimate(float(sample.max()), "maximum", len(sample), unit),
    )


def mean(values: ArrayLike, unit: str = "") -> Estimate:
    """The arithmetic mean."""
    sample = numbers(values)
    if not len(sample):
        return not_estimable(NOBODY, "mean", 0, unit)
    return Estimate(math.fsum(sample) / len(sample), "mean", len(sample), unit)


def standard_deviation(values: ArrayLike, unit: str = "") -> Estimate:
    """The standard deviation of the sample, with n - 1. Not estimable from fewer than two values."""
    sample = numbers(values)
    method = "standard deviation, n - 1"
    if len(sample) < 2:
        return not_estimable(
            NOBODY if not len(sample) else "one value has no spread", method, len(sample), unit
        )
    centre = math.fsum(sample) / len(sample)
    spread = math.sqrt(math.fsum((sample - centre) ** 2) / (len(sample) - 1))
    return Estimate(spread, method, len(sample), unit)


NOBODY = "no values"


def _at(sample: Numbers, q: float, rule: Rule, method: str, unit: str) -> Estimate:
    if not 0.0 <= q <= 1.0:
        raise ValueError(f"q: a share from 0 to 1 is wanted, not {q}")
    n = len(sample)
    if not n:
        return not_estimable(NOBODY, method, 0, unit)
    ordered = np.sort(sample)
    if rule == "type 2":
        # The average of two neighbours where n * q is whole; the fuzz is R's, against 0.7 * 10 = 6.999...
        place, fuzz = n * q, 4.0 * np.finfo(np.float64).eps
        below = math.floor(place + fuzz)
        share = 0.5 if abs(place - below) < fuzz * max(1.0, place) else 1.0
        place = below - 1 + share
    elif rule == "type 6":
        place = (n + 1) * q - 1.0
    elif rule == "type 7":
        place = (n - 1) * q
    else:
        raise ValueError(f'rule: "type 2", "type 6" or "type 7" is wanted, not {rule!r}')
    place = min(max(place, 0.0), n - 1.0)
    left = math.floor(place)
    right = min(left + 1, n - 1)
    value = float(ordered[left] + (place - left) * (ordered[right] - ordered[left]))
    return Estimate(value, method, n, unit)
