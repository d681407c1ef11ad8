"""The random intercept: the likelihood of counts whose logits are normal, and where it is highest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from caseseries.stats.logits import inverse_logit, logit
from caseseries.stats.sample import Numbers

NODES, REACH = np.arange(-80, 81) / 80.0, 10.0
"""Nodes of the quadrature: dense at a cohort's own peak, they thin out to so many units on each side."""
TRIED = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Between these spreads of the logits the most likely one is looked for; one above the last is not finite."""
LEAST_SPREAD = 1e-4


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Its logarithm, the slopes of that by centre and spread, and its second derivative by the centre."""

    value: float
    slope: Numbers
    bend: float


def most_likely(y: Numbers, size: Numbers) -> tuple[float, float]:
    """The centre and the spread (standard deviation) of the logits that make the counts most likely.

    Along the best centre for each spread, the tops are where the slope by the spread falls through zero.
    """
    from scipy.optimize import brentq

    alike = logit(float(y.sum() / size.sum()))
    centre = alike

    def slope(spread: float) -> float:
        nonlocal centre
        centre = _best_centre(y, size, centre, spread)
        return float(_log_likelihood(y, size, centre, spread).slope[1])

    share = inverse_logit(alike)
    bend = float(((y - size * share) ** 2 - size * share * (1.0 - share)).sum())
    tops = [(alike, 0.0)] if bend <= 0.0 else []
    slopes = [bend, *(slope(spread) for spread in TRIED[1:])]
    for low, high, before, after in zip(TRIED, TRIED[1:], slopes, slopes[1:], strict=False):
        if before > 0.0 >= after:
            # At no spread at all the slope is zero too: the least one stands for it.
            spread = float(brentq(slope, low or LEAST_SPREAD, high, xtol=1e-12))
            tops.append((_best_centre(y, size, centre, spread), spread))
    if not tops or slopes[-1] > 0.0:
        return alike, math.inf
    return max(tops, key=lambda at: _log_likelihood(y, size, *at).value)


def _best_centre(y: Numbers, size: Numbers, centre: float, spread: float) -> float:
    """The centre at which the counts are most likely with this spread, by Newton's steps from `centre`."""
    for _ in range(100):
        found = _log_likelihood(y, size, centre, spread)
        step = float(found.slope[0]) / -found.bend
        centre += min(max(step, -2.0), 2.0)
        if abs(step) < 1e-11:
            break
    return centre


def standard_error(y: Numbers, size: Numbers, centre: float, spread: float) -> float:
    """Of the centre, from the observed information of both; without a spread, from its own alone."""
    if spread == 0.0:
        share = inverse_logit(centre)
        return 1.0 / math.sqrt(float(size.sum()) * share * (1.0 - share))
    covariance = np.linalg.inv(-_curvature(y, size, centre, spread))
    return math.sqrt(float(covariance[0, 0]))


def _curvature(y: Numbers, size: Numbers, centre: float, spread: float, step: float = 1e-4) -> Numbers:
    """The second derivatives of the log-likelihood, from differences of its exact slopes."""
    at, rows = np.array([centre, spread]), []
    for move in np.eye(2) * min(step, spread / 4.0):
        ahead, behind = (_log_likelihood(y, size, *(at + sign * move)).slope for sign in (1.0, -1.0))
        rows.append((ahead - behind) / (2.0 * move.sum()))
    both: Numbers = np.array(rows)
    return np.asarray((both + both.T) / 2.0)


def _log_likelihood(y: Numbers, size: Numbers, centre: float, spread: float) -> _Likelihood:
    """The log-likelihood at a centre and a spread, without what does not depend on them.

    Each cohort is integrated over nodes around its own peak, which fixed nodes miss where it is large; and
    out to where the normal ends, since where all have the event one side of the peak is far wider.
    """
    z, width = _peaks(y, size, centre, spread)
    end = np.arcsinh(REACH / width)[:, None]
    nodes = z[:, None] + width[:, None] * np.sinh(end * NODES)
    eta = centre + spread * nodes
    log = y[:, None] * eta - size[:, None] * np.logaddexp(0.0, eta) - nodes**2 / 2.0
    top = log.max(axis=1)
    weight = np.exp(log - top[:, None]) * np.cosh(end * NODES)
    total = weight.sum(axis=1)
    weight /= total[:, None]
    share = 1.0 / (1.0 + np.exp(-eta))
    beyond = y[:, None] - size[:, None] * share
    slopes = (weight * beyond).sum(axis=1)
    chance = (weight * size[:, None] * share * (1.0 - share)).sum()
    return _Likelihood(
        float((top + np.log(total * width * end[:, 0])).sum()),
        np.array([slopes.sum(), (weight * beyond * nodes).sum()]),
        float((weight * beyond**2).sum() - (slopes**2).sum() - chance),
    )


def _peaks(y: Numbers, size: Numbers, centre: float, spread: float) -> tuple[Numbers, Numbers]:
    """Where each cohort's integrand is highest, and the standard deviation of its peak."""
    z, width = np.zeros_like(y), np.ones_like(y)
    for _ in range(60):
        share = 1.0 / (1.0 + np.exp(-(centre + spread * z)))
        width = 1.0 / np.sqrt(1.0 + spread**2 * size * share * (1.0 - share))
        # A step of at most one standard normal: far from its peak the integrand looks flat.
        step = np.clip((spread * (y - size * share) - z) * width**2, -1.0, 1.0)
        z = z + step
        if np.abs(step).max() < 1e-8:
            break
    return z, width
