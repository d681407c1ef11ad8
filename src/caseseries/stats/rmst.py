"""Restricted mean survival time: the time lived without the event, on average, up to a horizon."""

from __future__ import annotations

import math

import numpy as np

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.survival import Curve
from caseseries.stats.tails import normal_quantile, normal_two_sided
from caseseries.stats.times import SAME_TIME, said

VARIANCE = "normal interval, Greenwood's variance of the area without the factor d / (d - 1)"


def rmst(curve: Curve, until: float, *, unit: str = "") -> Estimate:
    """The mean time lived without the event up to `until`: the area under the curve as far as there.

    In the curve's own unit, with the normal interval at the curve's level. The variance is the sum,
    over the times of events up to `until`, of (area under the curve after the time)^2 times
    d / (r (r - d)), d being the events and r those at risk: as R's survfit prints it and survRM2
    uses it, without the factor d / (d - 1), d now all the events, by which some enlarge it. Where the
    last at risk have the event, nothing is added. The limits are not cut at 0 and `until`.

    Beyond the last follow-up, unless the curve has reached 0: not estimable. Where the variance is
    zero there is a value without an interval, and the method says why. ValueError: `until` is not
    above zero, or not finite.

    Source: Irwin, J Hyg 1949;47:188-189; Uno et al., J Clin Oncol 2014;32:2380-2385.
    """
    method = f"restricted mean survival time to {said(_horizon(until), unit)}, {curve.method}, {VARIANCE}"
    if hindered := _hindrance(curve, until, unit):
        return not_estimable(hindered, method, curve.n, unit)
    area, variance = _area(curve, until)
    if variance == 0.0:
        return Estimate(area, f"{method}; no interval: {_no_spread(curve, until, unit)}", curve.n, unit)
    reach = normal_quantile((1.0 + curve.level) / 2.0) * math.sqrt(variance)
    return Estimate(area, method, curve.n, unit, area - reach, area + reach, curve.level)


def rmst_difference(
    first: Curve, second: Curve, until: float, *, level: float = 0.95, unit: str = ""
) -> Estimate:
    """How much longer `first` lives without the event than `second`, on average, up to `until`.

    In the curves' own unit, with the normal interval at `level` and the normal p of no difference;
    the variance is the sum of the two, each as in `rmst`. Where one group's is zero there is neither
    interval nor p, which would promise too much, and the method says why. Both zero, or either group
    not estimable: not estimable.
    ValueError: `until` is not above zero, or the level is not between 0 and 1.

    Source: Uno et al., J Clin Oncol 2014;32:2380-2385; Royston & Parmar, BMC Med Res Methodol
    2013;13:152.
    """
    check_level(level)
    curves = {"first": first, "second": second}
    named = next((curve.method for curve in curves.values() if curve.entered.any()), first.method)
    horizon = said(_horizon(until), unit)
    method = f"difference in restricted mean survival time to {horizon}, {named}, {VARIANCE}"
    n = first.n + second.n
    for which, curve in curves.items():
        if hindered := _hindrance(curve, until, unit):
            return not_estimable(f"{which} group: {hindered}", method, n, unit)
    areas, variances = zip(*(_area(curve, until) for curve in curves.values()), strict=True)
    still = {
        which: _no_spread(curve, until, unit)
        for (which, curve), variance in zip(curves.items(), variances, strict=True)
        if variance == 0.0
    }
    if len(still) == 2:
        reason = "; ".join(f"{which} group: {why}" for which, why in still.items())
        return not_estimable(f"no spread to measure a difference by; {reason}", method, n, unit)
    difference, error = areas[0] - areas[1], math.sqrt(sum(variances))
    for which, why in still.items():
        method += f"; no interval and no p: the {which} group has no spread ({why})"
        return Estimate(difference, method, n, unit)
    reach = normal_quantile((1.0 + level) / 2.0) * error
    p = normal_two_sided(difference / error)
    return Estimate(difference, method, n, unit, difference - reach, difference + reach, level, p)


def _horizon(until: float) -> float:
    if not 0.0 < until < math.inf:
        raise ValueError(f"until: a time above zero is wanted, not {until}")
    return until


def _hindrance(curve: Curve, until: float, unit: str) -> str:
    """Why the curve does not reach the horizon, in plain words; "" where it does."""
    if not curve.n:
        return "nobody was followed"
    if curve.survival[-1] > 0.0 and until > curve.times[-1] * (1.0 + SAME_TIME):
        return f"nobody was followed for so long: the last is at {said(float(curve.times[-1]), unit)}"
    return ""


def _no_spread(curve: Curve, until: float, unit: str) -> str:
    if curve.events[curve.times <= until * (1.0 + SAME_TIME)].any():
        return "nobody is left after the first event, or it is at the horizon itself"
    return f"nobody had the event by {said(until, unit)}"


def _area(curve: Curve, until: float) -> tuple[float, float]:
    """The area under the curve up to the horizon, and its variance."""
    inside = curve.times <= until * (1.0 + SAME_TIME)
    times = np.minimum(curve.times[inside], until)
    areas = np.diff(np.concatenate(([0.0], times, [until]))) * np.append(1.0, curve.survival[inside])
    after = np.cumsum(areas[::-1])[::-1][1:]
    events, risk = curve.events[inside].astype(np.float64), curve.at_risk[inside]
    left = (risk - events) * risk
    spread = np.divide(events, left, out=np.zeros_like(events), where=left > 0.0)
    return math.fsum(areas), math.fsum(after**2 * spread)
