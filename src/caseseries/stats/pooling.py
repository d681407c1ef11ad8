"""Pooling: one share out of the counts of several cohorts, which may truly differ from each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.sample import Numbers
from caseseries.stats.tails import t_quantile

BINOMIAL_NORMAL = "binomial-normal model (random intercept, maximum likelihood, dense adaptive quadrature)"
NODES, REACH = np.arange(-80, 81) / 80.0, 10.0
"""Nodes of the quadrature: dense at a cohort's own peak, they thin out to so many units on each side."""
TRIED = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Between these spreads of the logits the most likely one is looked for; one above the last is not finite."""
LEAST_SPREAD = 1e-4


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several cohorts say together, on the share of a typical one.

    `share` is that of the typical cohort (the middle one, not the mean of all), with its interval;
    `prediction` the same value with the limits within which the share of a further cohort is expected;
    `tau2` the variance between cohorts, of the logit unless the method says otherwise.
    """

    share: Estimate
    prediction: Estimate
    tau2: Estimate


def binomial_normal(events: Sequence[int], n: Sequence[int], *, level: float = 0.95) -> Pooled:
    """Pool the shares `events` / `n`, a binomial in each cohort and logits that are normal between them.

    No count is altered, whether a cohort has no events or nothing but events. Limits are Wald's on the logit
    with t of k - 1 degrees of freedom for k cohorts. One cohort, no event or nothing but events in all, or
    cohorts that have each none or all: not estimable. ValueError: `events` outside 0..n, an empty cohort,
    rows of unlike length, or the level not between 0 and 1.

    Source: Stijnen, Hamza & Ozdemir, Stat Med 2010;29:3046-3067; Higgins, Thompson & Spiegelhalter, J R Stat
    Soc A 2009;172:137-159, and Veroniki et al, Res Synth Methods 2019;10:23-43, for prediction.
    """
    check_level(level)
    y, size = counts(events, n)
    limits = "Wald interval on the logit"
    if reason := why_no_pool(y, size) or _why_no_spread(y, size):
        return nothing_pooled(reason, BINOMIAL_NORMAL, int(size.sum()))
    centre, spread = _most_likely(y, size)
    if not math.isfinite(spread):
        reason = "the cohorts are so unlike that their spread has no finite estimate"
        return nothing_pooled(reason, BINOMIAL_NORMAL, int(size.sum()))
    error = _standard_error(y, size, centre, spread)
    return pooled(
        (centre, error, spread**2), len(y), int(size.sum()), level, inverse_logit, (BINOMIAL_NORMAL, limits)
    )


def pooled(
    fit: tuple[float, float, float],
    cohorts: int,
    n: int,
    level: float,
    back: Callable[[float], float],
    method: tuple[str, str],
) -> Pooled:
    """What a fit (centre, its standard error, variance between) says, taken `back` to shares."""
    centre, error, tau2 = fit
    name, limits = method[0], f"{method[1]}, {_student(cohorts)}"
    reach = t_quantile(0.5 + level / 2.0, cohorts - 1)
    widest = math.hypot(error, math.sqrt(tau2))
    predicted = f"{name}, prediction interval on the logit, {_student(cohorts)}"
    share = Estimate(
        back(centre),
        f"{name}, {limits}",
        n,
        "share",
        back(centre - reach * error),
        back(centre + reach * error),
        level,
    )
    if error == 0.0:
        why = "no limits: the cohorts have the same share, and these would be of no width"
        share = Estimate(share.value, share.method, n, "share", reason=why)
    prediction = Estimate(
        back(centre),
        predicted,
        n,
        "share",
        back(centre - reach * widest),
        back(centre + reach * widest),
        level,
    )
    if widest == 0.0:
        prediction = Estimate(share.value, predicted, n, "share", reason=share.reason)
    return Pooled(share, prediction, Estimate(tau2, f"variance between cohorts, {name}", n))


def _student(cohorts: int) -> str:
    return f"t with {cohorts - 1} degree{'s' * (cohorts != 2)} of freedom"


def nothing_pooled(reason: str, name: str, n: int) -> Pooled:
    """Three estimates that could not be made, for one reason."""
    return Pooled(
        not_estimable(reason, name, n, "share"),
        not_estimable(reason, f"{name}, prediction interval", n, "share"),
        not_estimable(reason, f"variance between cohorts, {name}", n),
    )


def counts(events: Sequence[int], n: Sequence[int]) -> tuple[Numbers, Numbers]:
    """The two rows, checked: whole numbers, as many of one as of the other, events from 0 to n."""
    y, size = np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if y.ndim != 1 or y.shape != size.shape:
        raise ValueError(f"events: a row as long as n is wanted ({size.size}), not {y.size}")
    if not ((y % 1.0 == 0.0).all() and (size % 1.0 == 0.0).all()):
        raise ValueError("events: whole numbers are wanted, and so in n")
    if (size < 1.0).any():
        raise ValueError("n: every cohort has at least one patient")
    if ((y < 0.0) | (y > size)).any():
        raise ValueError("events: from 0 to n is wanted in every cohort")
    return y, size


def why_no_pool(y: Numbers, size: Numbers) -> str:
    """Why these cohorts cannot be pooled by any model; "" where they can."""
    if len(y) < 2:
        return "one cohort only: there is nothing to pool" if len(y) else "no cohort to pool"
    if not y.any():
        return "no cohort has an event"
    return "in every cohort all have the event" if (y == size).all() else ""


def logit(share: float) -> float:
    return math.log(share / (1.0 - share))


def inverse_logit(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value)) if value > -700.0 else 0.0


# ---- The likelihood ----


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Its logarithm, the slopes of that by centre and spread, and its second derivative by the centre."""

    value: float
    slope: Numbers
    bend: float


def _why_no_spread(y: Numbers, size: Numbers) -> str:
    if ((y == 0.0) | (y == size)).all():
        return "each cohort has either no events or nothing but events: their spread has no finite estimate"
    return ""


def _most_likely(y: Numbers, size: Numbers) -> tuple[float, float]:
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


def _standard_error(y: Numbers, size: Numbers, centre: float, spread: float) -> float:
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
