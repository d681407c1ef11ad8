"""Inverse variance: pooling shares that were transformed first, and how unlike the cohorts are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.logits import inverse_logit
from caseseries.stats.pooling import Pooled, counts, nothing_pooled, pooled, why_no_pool
from caseseries.stats.sample import Numbers
from caseseries.stats.tails import chi_square_tail, normal_quantile

LOGIT = "logits pooled by inverse variance (0.5 added where none or all have the event), REML"
DOUBLE_ARCSINE = "double arcsines pooled by inverse variance, REML, back by the harmonic mean of n"
Q_PROFILE = "limits by the Q-profile"
ALIKE = "no limits: the cohorts are more alike than chance would make them, and no variance fits"


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """How unlike the cohorts are: variance between their logits and I2 (a share), with limits, and Q's p."""

    tau2: Estimate
    i2: Estimate
    q: Estimate


def logit_reml(events: Sequence[int], n: Sequence[int], *, level: float = 0.95) -> Pooled:
    """Pool the logits of `events` / `n` by inverse variance, tau2 by REML, limits by Hartung and Knapp.

    Where a cohort has none or all, 0.5 is added to its two counts. Not estimable for fewer than two cohorts,
    and where no cohort or every patient has an event. Equal shares: no limits, since theirs would be of no
    width. ValueError: as for `binomial_normal`.

    Source: Viechtbauer, J Educ Behav Stat 2005;30:261-293, for REML; Hartung & Knapp, Stat Med
    2001;20:3875-3889.
    """
    check_level(level)
    y, size = counts(events, n)
    people = int(size.sum())
    if reason := why_no_pool(y, size):
        return nothing_pooled(reason, LOGIT, people)
    value, variance = _logits(y, size)
    tau2 = _reml(value, variance)
    weight = 1.0 / (variance + tau2)
    centre = float(weight @ value / weight.sum())
    error = math.sqrt(float(weight @ (value - centre) ** 2 / weight.sum()) / (len(y) - 1))
    error = 0.0 if error < 1e-9 else error
    limits = "Hartung-Knapp interval"
    return pooled((centre, error, tau2), len(y), people, level, inverse_logit, (LOGIT, limits))


def heterogeneity(events: Sequence[int], n: Sequence[int], *, level: float = 0.95) -> Heterogeneity:
    """The spread of the logits of `events` / `n` by REML: tau2 and I2 with their limits, and Cochran's Q.

    Not estimable as `logit_reml`; limits are left out, with the reason, where the cohorts are so alike that
    no variance fits. ValueError: as for `binomial_normal`.

    Source: Viechtbauer, Stat Med 2007;26:37-52, for the limits; Higgins & Thompson, Stat Med
    2002;21:1539-1558, for I2.
    """
    check_level(level)
    y, size = counts(events, n)
    people = int(size.sum())
    between, share = f"variance between cohorts, {LOGIT}, {Q_PROFILE}", f"I2, {LOGIT}, {Q_PROFILE}"
    test = "Cochran's Q of the logits, chi-square"
    if reason := why_no_pool(y, size):
        return Heterogeneity(
            not_estimable(reason, between, people),
            not_estimable(reason, share, people, "share"),
            not_estimable(reason, test, people, "chi-square"),
        )
    value, variance = _logits(y, size)
    tau2, limits = _reml(value, variance), _q_profile(value, variance, level)
    weight = 1.0 / variance
    typical = float((len(y) - 1) * weight.sum() / (weight.sum() ** 2 - (weight**2).sum()))
    statistic = _q(value, variance, 0.0)
    tail = chi_square_tail(statistic, len(y) - 1)
    q = Estimate(statistic, test, people, "chi-square", p=tail)
    if limits is None:
        shares = Estimate(tau2 / (tau2 + typical), share, people, "share", reason=ALIKE)
        return Heterogeneity(Estimate(tau2, between, people, reason=ALIKE), shares, q)
    low, high = limits
    i2 = Estimate(
        tau2 / (tau2 + typical),
        share,
        people,
        "share",
        low / (low + typical),
        high / (high + typical),
        level,
    )
    return Heterogeneity(Estimate(tau2, between, people, "", low, high, level), i2, q)


def double_arcsine(events: Sequence[int], n: Sequence[int], *, level: float = 0.95) -> Pooled:
    """Pool Freeman and Tukey's double arcsines, as others have printed it: only to reproduce them.

    Its way back to a share needs one n for all cohorts, for which the harmonic mean is taken, and may
    mislead. No prediction. Not estimable and ValueError: as for `binomial_normal`.

    Source: Miller, Am Stat 1978;32:138; Schwarzer et al, Res Synth Methods 2019;10:476-483, against it.
    """
    check_level(level)
    y, size = counts(events, n)
    people = int(size.sum())
    if reason := why_no_pool(y, size):
        return nothing_pooled(reason, DOUBLE_ARCSINE, people)
    value = (np.arcsin(np.sqrt(y / (size + 1.0))) + np.arcsin(np.sqrt((y + 1.0) / (size + 1.0)))) / 2.0
    variance = 1.0 / (4.0 * size + 2.0)
    tau2 = _reml(value, variance)
    weight = 1.0 / (variance + tau2)
    centre, error = float(weight @ value / weight.sum()), 1.0 / math.sqrt(float(weight.sum()))
    harmonic, reach = float(len(size) / (1.0 / size).sum()), normal_quantile(0.5 + level / 2.0)
    low, middle, high = (_back(centre + side * reach * error, harmonic) for side in (-1.0, 0.0, 1.0))
    method = f"{DOUBLE_ARCSINE}, Wald interval; only to reproduce what others printed"
    return Pooled(
        Estimate(middle, method, people, "share", low, high, level),
        not_estimable(
            "it is only to reproduce what others printed", f"{method}, prediction", people, "share"
        ),
        Estimate(tau2, f"variance between cohorts, of the double arcsine, {DOUBLE_ARCSINE}", people),
    )


# ---- How ----


def _logits(y: Numbers, size: Numbers) -> tuple[Numbers, Numbers]:
    """The logit of each cohort and its variance."""
    add = np.where((y == 0.0) | (y == size), 0.5, 0.0)
    had, had_not = y + add, size - y + add
    return np.log(had / had_not), 1.0 / had + 1.0 / had_not


def _reml(value: Numbers, variance: Numbers) -> float:
    """The variance between cohorts at which the restricted likelihood is highest, 0 or more."""
    from scipy.optimize import brentq

    def slope(tau2: float) -> float:
        weight = 1.0 / (variance + tau2)
        centre = weight @ value / weight.sum()
        return float(weight**2 @ (value - centre) ** 2 - weight.sum() + (weight**2).sum() / weight.sum())

    def height(tau2: float) -> float:
        weight = 1.0 / (variance + tau2)
        centre = weight @ value / weight.sum()
        spread = weight @ (value - centre) ** 2
        return float(np.log(weight).sum() - math.log(weight.sum()) - spread) / 2.0

    most = 10.0 * (float(np.ptp(value)) ** 2 + float(variance.max()))
    tried = np.concatenate([[0.0], np.geomspace(1e-6 * most, most, 60)])
    slopes = [slope(float(one)) for one in tried]
    peaks = [0.0] if slopes[0] <= 0.0 else []
    for place in range(len(tried) - 1):
        if slopes[place] > 0.0 >= slopes[place + 1]:
            peaks.append(float(brentq(slope, tried[place], tried[place + 1], xtol=1e-15, rtol=1e-14)))
    return max(peaks, key=height)


def _q(value: Numbers, variance: Numbers, tau2: float) -> float:
    weight = 1.0 / (variance + tau2)
    return float(weight @ (value - weight @ value / weight.sum()) ** 2)


def _q_profile(value: Numbers, variance: Numbers, level: float) -> tuple[float, float] | None:
    """The variances at which Q stands at its quantiles; None where even 0 is too much."""
    from scipy.optimize import brentq
    from scipy.special import chdtri

    degrees, half = len(value) - 1, (1.0 - level) / 2.0

    def reaching(quantile: float) -> float | None:
        if _q(value, variance, 0.0) < quantile:
            return None
        most = 1.0
        while _q(value, variance, most) > quantile:
            most *= 4.0
        return float(
            brentq(lambda tau2: _q(value, variance, tau2) - quantile, 0.0, most, xtol=1e-13, rtol=1e-13)
        )

    high = reaching(float(chdtri(degrees, 1.0 - half)))
    low = reaching(float(chdtri(degrees, half)))
    return None if high is None else (low or 0.0, high)


def _back(value: float, n: float) -> float:
    """The share of a double arcsine in a cohort of `n`, 0 or 1 beyond what its scale holds."""
    least = math.asin(math.sqrt(1.0 / (n + 1.0))) / 2.0
    most = (math.asin(math.sqrt(n / (n + 1.0))) + math.pi / 2.0) / 2.0
    if value <= least:
        return 0.0
    if value >= most:
        return 1.0
    sine = math.sin(2.0 * value)
    inner = 1.0 - (sine + (sine - 1.0 / sine) / n) ** 2
    return (1.0 - math.copysign(1.0, math.cos(2.0 * value)) * math.sqrt(max(inner, 0.0))) / 2.0
