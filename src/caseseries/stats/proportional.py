"""Whether hazards are proportional: does a coefficient of a Cox regression change with time?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.cox import RiskSets, Ties, prepared
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Numbers
from caseseries.stats.separation import NO_PIVOT, dependence
from caseseries.stats.tails import chi_square_tail

Transform = Literal["km", "identity", "rank", "log"]


@dataclass(frozen=True, slots=True)
class Proportionality:
    """The test of each covariate, by its name, and of all together (GLOBAL in R)."""

    names: tuple[str, ...]
    each: tuple[Estimate, ...]
    overall: Estimate


def proportional_hazards(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "Efron",
    entry: ArrayLike | None = None,
    transform: Transform = "km",
) -> Proportionality:
    """The score test that each coefficient is constant, against one that moves with g(time).

    Each value is a chi-square, with p its upper tail: 1 df for each covariate, as many as covariates
    for all. g is 1 less the Kaplan-Meier curve just before the time (`km`), the time itself
    (`identity`), its rank among all times (`rank`) or its logarithm (`log`). This is the exact score
    test of R's cox.zph since survival 3.0, not the older approximation that takes the variance to be
    the same at all events. Where the regression is refused, its reason is given; events all at one
    time tell nothing. ValueError as for `cox`, or a transform unknown.

    Source: Grambsch & Therneau, Biometrika 1994;81:515-526. Conventions: R survival's cox.zph.
    """
    if transform not in TRANSFORMS:
        raise ValueError(f"transform: one of {', '.join(TRANSFORMS)} is wanted, not {transform!r}")
    fit = f"Cox regression, {ties}'s rule for ties"
    ready = prepared(time, event, covariates, names, ties=ties, entry=entry, level=0.95, method=fit)
    n, sets = ready.setting.n, ready.sets
    method = f"score test of proportional hazards, {TRANSFORMS[transform]}, {{}} df; {ready.setting.method}"
    if any(ready.reasons):
        return _refused(tuple(names), ready.reasons, method, n)
    if len(sets.died) < 2:
        return _refused(tuple(names), ["all events were at one time"] * len(names), method, n)
    if transform == "log" and sets.died[0] == 0.0:
        return _refused(tuple(names), ["an event at time 0 has no logarithm"] * len(names), method, n)
    if (peak := ready.peak()) is None:
        return _refused(tuple(names), ["no maximum of the likelihood was found"] * len(names), method, n)
    g = _moved(sets, ready.times, transform)
    _, risk, total, means = sets.risks(peak.at)
    slope = g @ (sets.x[sets.own] - means)
    still, crossed, moving = (sets.information(risk, total, means, g**power) for power in (0, 1, 2))
    # What of the slopes is left once the constant coefficients have been fitted.
    left = moving - crossed.T @ np.linalg.solve(still, crossed)
    size = np.sqrt(np.diag(still) * (g @ g) / len(g))
    left, slope = left / np.outer(size, size), slope / size
    each = []
    for j, name in enumerate(names):
        why = f"{name} differs among those at risk at one event time only" if left[j, j] < NO_PIVOT else ""
        each.append(_said(slope[[j]], left[[j]][:, [j]], why, method, n))
    few = "the covariates differ at too few event times to be tested together"
    hindered = dependence(left, names, "")
    return Proportionality(tuple(names), tuple(each), _said(slope, left, few if hindered else "", method, n))


TRANSFORMS = {
    "km": "time as 1 less the Kaplan-Meier curve",
    "identity": "time as it is",
    "rank": "time as its rank among all times",
    "log": "time as its logarithm",
}


def _moved(sets: RiskSets, everyone: Numbers, transform: Transform) -> Numbers:
    """g at each event, less its mean, which leaves the test as it is and its numbers small."""
    times, events = np.arange(len(sets.died)), np.bincount(sets.at).astype(np.float64)
    if transform == "km":
        late = np.searchsorted(np.sort(sets.first), times, side="right")
        risk = late - np.searchsorted(np.sort(sets.last), times, side="right")
        values = 1.0 - np.concatenate(([1.0], np.cumprod(1.0 - events / risk)[:-1]))
    elif transform == "rank":
        ordered = np.sort(everyone)
        values = (
            np.searchsorted(ordered, sets.died) + np.searchsorted(ordered, sets.died, "right") + 1
        ) / 2.0
    else:
        values = np.log(sets.died) if transform == "log" else sets.died
    g = values[sets.at]
    return np.asarray(g - g.mean())


def _said(slope: Numbers, spread: Numbers, why: str, method: str, n: int) -> Estimate:
    method = method.format(len(slope))
    if why:
        return not_estimable(why, method, n, "chi-square")
    value = max(0.0, float(slope @ np.linalg.solve(spread, slope)))
    return Estimate(value, method, n, "chi-square", p=chi_square_tail(value, len(slope)))


def _refused(names: tuple[str, ...], reasons: Sequence[str], method: str, n: int) -> Proportionality:
    told = "; ".join(dict.fromkeys(why for why in reasons if why))
    each = tuple(not_estimable(why or told, method.format(1), n, "chi-square") for why in reasons)
    return Proportionality(names, each, not_estimable(told, method.format(len(names)), n, "chi-square"))
