"""Pooling: one share out of the counts of several cohorts, which may truly differ from each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.logits import inverse_logit
from caseseries.stats.random_intercept import most_likely, standard_error
from caseseries.stats.sample import Numbers
from caseseries.stats.tails import t_quantile

BINOMIAL_NORMAL = "binomial-normal model (random intercept, maximum likelihood, dense adaptive quadrature)"


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
    centre, spread = most_likely(y, size)
    if not math.isfinite(spread):
        reason = "the cohorts are so unlike that their spread has no finite estimate"
        return nothing_pooled(reason, BINOMIAL_NORMAL, int(size.sum()))
    error = standard_error(y, size, centre, spread)
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


def _why_no_spread(y: Numbers, size: Numbers) -> str:
    if ((y == 0.0) | (y == size)).all():
        return "each cohort has either no events or nothing but events: their spread has no finite estimate"
    return ""
