"""The random intercept: the likelihood of counts whose logits are normal, and where it is highest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from caseseries.stats.logits import inverse_logit, log_one_and_odds, logit
from caseseries.stats.sample import Numbers

NODES, REACH = np.arange(-80, 81) / 80.0, 10.0
"""Nodes of the quadrature: dense at a cohort's own peak, they thin out to so many units on each side."""
TRIED = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Between these spreads of the logits the most likely one is looked for; one above the last is not finite."""
LEAST_SPREAD = 1e-4
AT_ONCE = 48
"""Cohorts integrated at once: what is computed of more does not stay in a processor's own memory."""


@dataclass(frozen=True, slots=True)
class Likelihood:
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
        centre, found = _best_centre(y, size, centre, spread)
        return float(found.slope[1])

    share = inverse_logit(alike)
    bend = float(((y - size * share) ** 2 - size * share * (1.0 - share)).sum())
    tops = [(alike, 0.0)] if bend <= 0.0 else []
    slopes = [bend, *(slope(spread) for spread in TRIED[1:])]
    for low, high, before, after in zip(TRIED, TRIED[1:], slopes, slopes[1:], strict=False):
        if before > 0.0 >= after:
            # At no spread at all the slope is zero too: the least one stands for it.
            spread = float(brentq(slope, low or LEAST_SPREAD, high, xtol=1e-12))
            tops.append((_best_centre(y, size, centre, spread)[0], spread))
    if not tops or slopes[-1] > 0.0:
        return alike, math.inf
    return max(tops, key=lambda at: log_likelihood(y, size, *at).value)


def _best_centre(y: Numbers, size: Numbers, centre: float, spread: float) -> tuple[float, Likelihood]:
    """The centre at which the counts are most likely with this spread, by Newton's steps from `centre`.

    With it the likelihood one step before, which is so small that its slope by the spread is the same.
    """
    found = log_likelihood(y, size, centre, spread)
    for _ in range(100):
        step = float(found.slope[0]) / -found.bend
        centre += min(max(step, -2.0), 2.0)
        if abs(step) < 1e-11:
            break
        found = log_likelihood(y, size, centre, spread)
    return centre, found


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
        ahead, behind = (log_likelihood(y, size, *(at + sign * move)).slope for sign in (1.0, -1.0))
        rows.append((ahead - behind) / (2.0 * move.sum()))
    both: Numbers = np.array(rows)
    return np.asarray((both + both.T) / 2.0)


def log_likelihood(y: Numbers, size: Numbers, centre: float, spread: float) -> Likelihood:
    """The log-likelihood at a centre and a spread, without what does not depend on them."""
    z, width = _peaks(y, size, centre, spread)
    rows = [slice(first, first + AT_ONCE) for first in range(0, len(y), AT_ONCE)]
    cohorts = [_of_each(y[one], size[one], z[one], width[one], centre, spread) for one in rows]
    value, by_centre, by_spread, bend = np.concatenate(cohorts, axis=1).sum(axis=1)
    return Likelihood(float(value), np.array([by_centre, by_spread]), float(bend))


def _of_each(y: Numbers, size: Numbers, z: Numbers, width: Numbers, centre: float, spread: float) -> Numbers:
    """Of each cohort the log-likelihood, its slopes by centre and spread, and its bend by the centre.

    Each cohort is integrated over nodes around its own peak, which fixed nodes miss where it is large; and
    out to where the normal ends, since where all have the event one side of the peak is far wider.
    """
    end = np.arcsinh(REACH / width)
    steps = end[:, None] * NODES
    nodes = z[:, None] + width[:, None] * np.sinh(steps)
    eta = centre + spread * nodes
    # In place: to fetch and clear new memory takes longer than to compute what stands in it.
    log = y[:, None] * eta
    log -= size[:, None] * log_one_and_odds(eta)
    log -= nodes**2 / 2.0
    top = log.max(axis=1)
    log -= top[:, None]
    weight = np.exp(log, out=log)
    weight *= np.cosh(steps, out=steps)
    total = weight.sum(axis=1)
    weight /= total[:, None]
    share = 1.0 / (1.0 + np.exp(-eta, out=eta))
    beyond = y[:, None] - size[:, None] * share
    pull = weight * beyond
    slopes = pull.sum(axis=1)
    share *= 1.0 - share
    return np.array(
        [
            top + np.log(total * width * end),
            slopes,
            np.einsum("ij,ij->i", pull, nodes),
            np.einsum("ij,ij->i", pull, beyond) - slopes**2 - size * np.einsum("ij,ij->i", weight, share),
        ]
    )


def _peaks(y: Numbers, size: Numbers, centre: float, spread: float) -> tuple[Numbers, Numbers]:
    """Where each cohort's integrand is highest, and the standard deviation of its peak."""
    z, width = np.zeros_like(y), np.ones_like(y)
    low, high = np.full_like(y, -np.inf), np.full_like(y, np.inf)
    for _ in range(200):
        share = 1.0 / (1.0 + np.exp(-(centre + spread * z)))
        width = 1.0 / np.sqrt(1.0 + spread**2 * size * share * (1.0 - share))
        # A step of at most one standard normal: far from its peak the integrand looks flat.
        rise = spread * (y - size * share) - z
        step = np.clip(rise * width**2, -1.0, 1.0)
        low, high = np.where(rise > 0.0, z, low), np.where(rise < 0.0, z, high)
        after = z + step
        # Where the share changes within a step, Newton's would go back and forth over the peak for ever.
        beyond = ((after <= low) | (after >= high)) & (np.abs(step) >= 1e-8)
        z = np.where(beyond, (low + high) / 2.0, after) if beyond.any() else after
        if np.abs(step).max() < 1e-8:
            break
    return z, width
