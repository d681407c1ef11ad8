"""A prior from published cohorts: what a further cohort may be like, and what its own patients make of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from caseseries.stats.estimate import Estimate, check_level
from caseseries.stats.logits import inverse_logit
from caseseries.stats.pooling import counts
from caseseries.stats.sample import Numbers

STEP = 0.05
LOGITS = np.arange(-240, 241) * STEP
SHARES = 1.0 / (1.0 + np.exp(-LOGITS))
MOST_SPREAD, TRIED = 5.0, 32
"""Standard deviations between cohorts are tried up to here, at so many of Gauss and Legendre's nodes."""
CENTRE_SD, SPREAD_SCALE = 2.0, 1.0
"""Of the normal prior of the centre, and of the half-normal prior of the spread, both of logits."""
ROBUST = 0.2
"""The weight of the part that borrows nothing."""
NAMED = (
    f"meta-analytic-predictive prior (centre normal 0, {CENTRE_SD:g}; spread half-normal {SPREAD_SCALE:g}, "
    "logits) on a grid"
)


@dataclass(frozen=True)
class MapPrior:
    """What is believed of the share in a further cohort.

    `borrowed` is the belief that the cohorts give, `vague` the uniform one, both as weights of `SHARES` that
    add up to 1; the prior is their mixture, with the weight `robust` on the vague part.
    """

    borrowed: Numbers
    vague: Numbers
    robust: float
    patients: int

    @property
    def mixture(self) -> Numbers:
        return (1.0 - self.robust) * self.borrowed + self.robust * self.vague

    def share(self, *, level: float = 0.95) -> Estimate:
        """The prior's median, with its equal-tailed interval."""
        method = f"median of the robust {NAMED}, uniform part {self.robust:g}"
        return _summary(self.mixture, method, self.patients, level)

    def size(self, *, robust: bool = True) -> Estimate:
        """How many patients the prior is worth (expected local information ratio).

        `robust`: with the vague part, else what the cohorts alone are worth.

        Source: Neuenschwander et al, Biometrics 2020;76:578-587.
        """
        belief = self.mixture if robust else self.borrowed
        which = f"robust {NAMED}, uniform part {self.robust:g}" if robust else NAMED
        method = f"effective sample size, expected local information ratio, {which}"
        height = np.log(np.maximum(belief, 1e-300))
        near, far = height[1:-3] + height[3:-1], height[:-4] + height[4:]
        bend = (30.0 * height[2:-2] - 16.0 * near + far) / (12.0 * STEP**2)
        one_patient = (SHARES * (1.0 - SHARES))[2:-2]
        # Beyond, both the belief and what one patient tells are nothing, and their ratio is rounding.
        seen = np.abs(LOGITS[2:-2]) < 10.0
        worth = float((belief[2:-2] * bend / one_patient)[seen].sum())
        return Estimate(worth, method, self.patients, "patients")


@dataclass(frozen=True, slots=True)
class Updated:
    """A prior after the patients: their share, the weight of the part that borrows nothing, and conflict.

    `conflict` is the prior predictive chance of a count as improbable as theirs, of what the cohorts alone
    give; it is small where patients and cohorts disagree.
    """

    share: Estimate
    robust: Estimate
    conflict: Estimate


def map_prior(events: Sequence[int], n: Sequence[int], *, robust: float = ROBUST) -> MapPrior:
    """The belief on the share of a further cohort, from the counts of those that are known; one is enough.

    Cohorts differ by logits that are normal. Everything is summed over a grid; nothing is drawn. ValueError:
    as for `binomial_normal`, no cohort, and `robust` not between 0 and 1.

    Source: Schmidli et al, Biometrics 2014;70:1023-1032; Neuenschwander et al, Clin Trials 2010;7:5-18.
    """
    y, size = counts(events, n)
    if not len(y):
        raise ValueError("events: at least one cohort is wanted")
    if not 0.0 < robust < 1.0:
        raise ValueError(f"robust: a weight between 0 and 1 is wanted, not {robust}")
    log = y[:, None] * LOGITS - size[:, None] * np.logaddexp(0.0, LOGITS)
    likely = np.exp(log - log.max(axis=1)[:, None])
    centre = np.exp(-((LOGITS / CENTRE_SD) ** 2) / 2.0)
    belief = np.zeros_like(LOGITS)
    nodes, weights = np.polynomial.legendre.leggauss(TRIED)
    for spread, weigh in zip((nodes + 1.0) * MOST_SPREAD / 2.0, weights, strict=True):
        between = np.exp(-((np.arange(1 - len(LOGITS), len(LOGITS)) * STEP / spread) ** 2) / 2.0)
        # What is around each centre adds up to 1: with a spread below the step a cohort is as its centre.
        around = np.convolve(np.ones_like(LOGITS), between, "valid")
        weight = centre * np.prod([np.convolve(one, between, "valid") / around for one in likely], axis=0)
        moved = np.convolve(weight / around, between, "valid")
        belief += weigh * math.exp(-((spread / SPREAD_SCALE) ** 2) / 2.0) * moved
    vague = SHARES * (1.0 - SHARES)
    return MapPrior(belief / belief.sum(), vague / vague.sum(), robust, int(size.sum()))


def update(prior: MapPrior, events: int, n: int, *, level: float = 0.95) -> Updated:
    """What `events` of `n` patients make of the prior: posterior, weight of the vague part, and conflict.

    ValueError: no patients, `events` outside 0..n, or the level not between 0 and 1.

    Source: Schmidli et al, Biometrics 2014;70:1023-1032; Box, J R Stat Soc A 1980;143:383-430, and Evans &
    Moshonov, Bayesian Anal 2006;1:893-914, for the conflict.
    """
    counts([events], [n])
    borrowed, vague = (predictive(part, n) for part in (prior.borrowed, prior.vague))
    after = (1.0 - prior.robust) * borrowed[events] + prior.robust * vague[events]
    left = float(prior.robust * vague[events] / after)
    likely = np.exp(events * LOGITS - n * np.logaddexp(0.0, LOGITS) - _top(events, n))
    posterior = prior.mixture * likely
    said = f"robust {NAMED}, uniform part {prior.robust:g}"
    conflict = float(borrowed[borrowed <= borrowed[events] * (1.0 + 1e-9)].sum())
    return Updated(
        _summary(posterior / posterior.sum(), f"posterior median, {said}, equal-tailed interval", n, level),
        Estimate(left, f"posterior weight of the uniform part, {said}", n, "share"),
        Estimate(
            min(conflict, 1.0),
            f"prior-data conflict: prior predictive probability of a count as improbable, {NAMED}",
            n,
            "share",
        ),
    )


def predictive(belief: Numbers, n: int) -> Numbers:
    """The probability of 0, 1, ... n events among `n` patients, under a belief on their share."""
    from scipy.special import gammaln

    events = np.arange(n + 1.0)[:, None]
    ways = gammaln(n + 1.0) - gammaln(events + 1.0) - gammaln(n - events + 1.0)
    chance = np.exp(ways + events * LOGITS - n * np.logaddexp(0.0, LOGITS))
    return np.asarray(chance @ belief)


def _top(events: int, n: int) -> float:
    """The greatest log-likelihood of the count, so that the likelihood is 1 at most."""
    share = events / n
    return sum(k * math.log(p) for k, p in ((events, share), (n - events, 1.0 - share)) if k)


def _summary(belief: Numbers, method: str, n: int, level: float) -> Estimate:
    check_level(level)
    half = (1.0 - level) / 2.0
    low, value, high = (_quantile(belief, share) for share in (half, 0.5, 1.0 - half))
    return Estimate(value, method, n, "share", low, high, level)


def _quantile(belief: Numbers, share: float) -> float:
    """The share below which so much of the belief lies; a weight of the grid stands for its whole step."""
    from scipy.interpolate import CubicSpline
    from scipy.optimize import brentq

    edges = np.append(LOGITS - STEP / 2.0, LOGITS[-1] + STEP / 2.0)
    reached = CubicSpline(edges, np.concatenate([[0.0], np.cumsum(belief)]))
    return inverse_logit(float(brentq(lambda at: reached(at) - share, edges[0], edges[-1], xtol=1e-10)))
