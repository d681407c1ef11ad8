"""Shares where few were seen, the Bayesian way: a beta prior, and what the patients make of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.sample import Numbers

Prior = tuple[float, float]
JEFFREYS: Prior = (0.5, 0.5)
NAMED = {JEFFREYS: "Jeffreys prior", (1.0, 1.0): "uniform prior"}


@dataclass(frozen=True)
class Difference:
    """What is believed of two shares p1 and p2, given the patients.

    `difference` is p1 - p2 with its interval, in shares (-1..1). `chance_greater` is the probability
    that p1 is greater than p2 (0..1); it is no p-value.
    """

    difference: Estimate
    chance_greater: Estimate


def posterior_share(events: int, n: int, *, prior: Prior = JEFFREYS, level: float = 0.95) -> Estimate:
    """The share with the event: the posterior's median, with its equal-tailed interval at `level`.

    `prior` is the beta prior, as events and non-events seen beforehand; the default is Jeffreys'. The
    limits are the posterior's own even where nobody or everybody had the event: neither 0 nor 1.
    n = 0: not estimable. ValueError: `events` outside 0..n, a prior not above zero, or the level not
    between 0 and 1.

    Source: Brown, Cai & DasGupta, Stat Sci 2001;16:101-133, for Jeffreys' interval.
    """
    from scipy.special import betaincinv

    check_level(level)
    belief = _belief(events, n, prior)
    method = f"posterior median of a share, {_named(prior)}, equal-tailed interval"
    if n == 0:
        return not_estimable("nobody to count", method, 0, "share")
    half = (1.0 - level) / 2.0
    low, value, high = (float(betaincinv(*belief, share)) for share in (half, 0.5, 1.0 - half))
    return Estimate(value, method, n, "share", low, high, level)


def chance_above(events: int, n: int, threshold: float, *, prior: Prior = JEFFREYS) -> Estimate:
    """The probability (0..1), given the patients, that the share with the event is above `threshold`.

    It is no p-value. n = 0: not estimable. ValueError: `events` outside 0..n, a threshold not between
    0 and 1, or a prior not above zero.
    """
    from scipy.special import betaincc

    belief = _belief(events, n, prior)
    if not 0.0 < threshold < 1.0:
        raise ValueError(f"threshold: a share between 0 and 1 is wanted, not {threshold}")
    method = f"posterior probability that the share is above {threshold:g}, {_named(prior)}"
    if n == 0:
        return not_estimable("nobody to count", method, 0, "share")
    return Estimate(float(betaincc(*belief, threshold)), method, n, "share")


def posterior_difference(
    events: int, n: int, events2: int, n2: int, *, prior: Prior = JEFFREYS, level: float = 0.95
) -> Difference:
    """The first share minus the second, and the probability that the first is greater.

    The same `prior` holds for both shares, each on its own. The value is the median of the
    difference's posterior, with its equal-tailed interval at `level`; all by quadrature to 1e-10,
    nothing is drawn. An empty group: not estimable. ValueError: as for `posterior_share`.

    Source: Nurminen & Mutanen, Scand J Stat 1987;14:67-77; Takahasi & Mori, Publ RIMS Kyoto Univ
    1974;9:721-741, for the quadrature.
    """
    check_level(level)
    first, second = _belief(events, n, prior), _belief(events2, n2, prior)
    method = f"posterior median of a difference of shares, {_named(prior)} for each, equal-tailed interval"
    said = f"posterior probability that the first share is the greater, {_named(prior)} for each"
    if n == 0 or n2 == 0:
        reason = "a group is empty" if n or n2 else "nobody to compare"
        return Difference(
            not_estimable(reason, method, n + n2, "share"), not_estimable(reason, said, n + n2, "share")
        )
    half = (1.0 - level) / 2.0
    low, value, high = (_quantile(share, first, second) for share in (half, 0.5, 1.0 - half))
    greater = 1.0 - _at_most(0.0, first, second)
    return Difference(
        Estimate(value, method, n + n2, "share", low, high, level),
        Estimate(min(max(greater, 0.0), 1.0), said, n + n2, "share"),
    )


def _belief(events: int, n: int, prior: Prior) -> Prior:
    """The posterior, a beta as the prior is."""
    if not 0 <= events <= n:
        raise ValueError(f"events: from 0 to n = {n} is wanted, not {events}")
    if not (0.0 < prior[0] < math.inf and 0.0 < prior[1] < math.inf):
        raise ValueError(f"prior: two numbers above zero are wanted, not {prior}")
    return prior[0] + events, prior[1] + n - events


def _named(prior: Prior) -> str:
    beta = f"Beta({prior[0]:g}, {prior[1]:g})"
    return f"{NAMED[prior]} {beta}" if prior in NAMED else f"prior {beta}"


def _quantile(share: float, first: Prior, second: Prior) -> float:
    """The difference below which this share of its posterior lies."""
    from scipy.optimize import brentq

    if share == 0.5 and first == second:
        return 0.0
    return float(brentq(lambda d: _at_most(d, first, second) - share, -1.0, 1.0, xtol=1e-14))


def _at_most(d: float, first: Prior, second: Prior) -> float:
    """The probability that p1 - p2 is at most `d`: the mean of F1(p2 + d) over the posterior of p2."""
    from scipy.special import betainc, betaincc, betainccinv, betaincinv

    if _variance(first) < _variance(second):
        # The mean is taken over the narrower of the two, along which the other changes slowly.
        return 1.0 - _at_most(-d, second, first)
    # Where p2 + d is outside 0..1, F1 is 0 or 1 and needs no quadrature.
    start = float(betainc(*second, -d)) if d < 0.0 else 0.0
    rest = float(betaincc(*second, 1.0 - d)) if d > 0.0 else 0.0
    width = 1.0 - start - rest
    below, above = start + width * NODES, rest + width * NODES[::-1]
    p2 = np.where(below < 0.5, betaincinv(*second, below), betainccinv(*second, above))
    return rest + width * float(WEIGHTS @ betainc(*first, np.clip(p2 + d, 0.0, 1.0)))


def _variance(belief: Prior) -> float:
    a, b = belief
    return a * b / ((a + b) ** 2 * (a + b + 1.0))


def _double_exponential(step: float, reach: float) -> tuple[Numbers, Numbers]:
    """Nodes in 0..1, densest at both ends, and their weights. Source: Takahasi & Mori, 1974."""
    t = np.arange(-round(reach / step), round(reach / step) + 1) * step
    nodes = 1.0 / (1.0 + np.exp(-math.pi * np.sinh(t)))
    weights = math.pi * np.cosh(t) * nodes * nodes[::-1]
    return nodes, weights / weights.sum()


NODES, WEIGHTS = _double_exponential(step=1.0 / 32.0, reach=3.5)
