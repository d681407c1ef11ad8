"""Tails and quantiles of what asymptotic tests and intervals end in: the normal, the chi-square and t."""

from __future__ import annotations

import math
from statistics import NormalDist


def normal_two_sided(z: float) -> float:
    """The chance of a standard normal at least as far from 0 as `z`."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def normal_quantile(share: float) -> float:
    """The standard normal value below which `share` (between 0 and 1) lies. Source: Wichura, AS 241."""
    return NormalDist().inv_cdf(share)


def chi_square_tail(statistic: float, degrees: int) -> float:
    """The chance of a chi-square of `degrees` degrees of freedom at least as great as `statistic`."""
    from scipy.special import gammaincc

    return float(gammaincc(degrees / 2.0, statistic / 2.0))


def t_quantile(share: float, degrees: int) -> float:
    """The value of Student's t of `degrees` degrees of freedom below which `share` lies."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, share))
