"""Time until an event, where some were not seen to the end: curve, median and follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.sample import Counts, Numbers, flags, numbers
from caseseries.stats.tails import normal_quantile
from caseseries.stats.times import SAME_TIME, count_at, followed, said, still

Limits = Literal["log-log", "log", "plain"]
Rests = Literal["midpoint", "first"]

# A curve this close to one half rests on it: R's tolerance, the square root of the float's own.
ON_ONE_HALF = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """A Kaplan-Meier curve: one entry for each distinct time at which anybody died, was censored, or
    entered late.

    `survival` (0..1) holds from its time until the next; before the first time it is 1. `at_risk`
    are those followed to just before the time; `events` and `censored` leave at it, events first.
    `entered` are those whose follow-up began at it: they are at risk after it, not at it.
    `standard_error` is Greenwood's, of the survival itself. NaN stands, in these arrays alone, for
    what does not exist: standard error and limits where nobody is left (survival 0), and log-log
    limits before the first event (survival 1). `times` are in the unit they were given in.
    """

    times: Numbers
    at_risk: Counts
    events: Counts
    censored: Counts
    entered: Counts
    survival: Numbers
    standard_error: Numbers
    low: Numbers
    high: Numbers
    level: float
    limits: Limits
    n: int

    def __repr__(self) -> str:
        if not self.n:
            return "Kaplan-Meier curve: nobody was followed"
        caution = f"; {self.caution}" if self.caution else ""
        return (
            f"Kaplan-Meier curve of {self.n}, {int(self.events.sum())} with the event; {self.median}{caution}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"

    @property
    def median(self) -> Estimate:
        """The median survival by the usual rule and without a unit; `median_survival` takes both."""
        return median_survival(self)

    @property
    def censor_times(self) -> Numbers:
        """The times at which a curve is drawn with a tick: those at which somebody was censored."""
        return self.times[self.censored > 0]

    @property
    def method(self) -> str:
        """The curve's name, which says so where anybody entered late."""
        return "late-entry Kaplan-Meier" if self.entered.any() else "Kaplan-Meier"

    @property
    def caution(self) -> str:
        """Where late entry left nobody, or nobody yet, to watch; empty where somebody always was.

        A curve that falls to 0 because one of a few early entrants died stays there, whoever enters
        after; and a curve that begins with the first entry is of those who had lived until then.
        """
        if not self.entered.any():
            return ""
        watched = self.at_risk - self.events - self.censored + self.entered
        found = []
        if not self.at_risk[0]:
            begin = said(float(self.times[0]), "")
            found.append(
                f"nobody was followed before {begin}: the curve is of those without the event until then"
            )
        if len(fallen := np.flatnonzero(self.survival[:-1] == 0.0)) and self.at_risk[fallen[0] + 1 :].any():
            fall, later = fallen[0], int(self.entered[fallen[0] :].sum())
            found.append(
                f"at {said(float(self.times[fall]), '')} all who were at risk then "
                f"({int(self.at_risk[fall])}) had the event: the curve is 0, though {later} entered after"
            )
        for gap in np.flatnonzero((watched[:-1] == 0) & (self.survival[:-1] > 0.0)):
            ends = (said(float(time), "") for time in self.times[gap : gap + 2])
            found.append(f"nobody was followed between {' and '.join(ends)}")
        return "; ".join(found)


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    level: float = 0.95,
    limits: Limits = "log-log",
) -> Curve:
    """The Kaplan-Meier curve of one group, with pointwise limits at `level`.

    `event` is true where the time ends in the event, false where it is censored; who is censored
    at the time of an event is still at risk at it. `entry` is when each patient's follow-up began,
    on the same clock (left truncation): who entered at or after a time is not at risk at it, but an
    entry at 0 is from the start. Nobody: a curve without entries.
    ValueError: time, event and entry differ in number, one is below zero, an entry is not before its
    time, or the level is not between 0 and 1.

    Source: Kaplan & Meier, J Am Stat Assoc 1958;53:457-481; Kalbfleisch & Prentice, The Statistical
    Analysis of Failure Time Data, 2002, 1.4, for the limits. Conventions: R survival's survfit.
    """
    check_level(level)
    if limits not in ("log-log", "log", "plain"):
        raise ValueError(f'limits: "log-log", "log" or "plain" is wanted, not {limits!r}')
    when, happened, since = followed(time, event, entry)
    late = since[since > 0.0]
    times = np.unique(np.concatenate((when, late)))
    events = count_at(times, when[happened])
    censored = count_at(times, when[~happened])
    risk = still(times, when) - still(times, late)
    survival: Numbers = np.cumprod((risk - events) / np.maximum(risk, 1) + (risk == 0), dtype=np.float64)
    error = _error_of_log(risk, events)
    low, high = _limits(survival, error, normal_quantile((1.0 + level) / 2.0), limits)
    return Curve(
        times=times,
        at_risk=risk,
        events=events,
        censored=censored,
        entered=count_at(times, late),
        survival=survival,
        standard_error=survival * error,
        low=low,
        high=high,
        level=level,
        limits=limits,
        n=len(when),
    )


def median_survival(curve: Curve, *, rests: Rests = "midpoint", unit: str = "") -> Estimate:
    """The time by which half have had the event, in the curve's own unit.

    Where the curve rests exactly on one half and then falls, `midpoint` gives the middle of the
    rest (as R's survfit prints it) and `first` its beginning (as lifelines does). The interval ends
    where the curve's own limits cross one half, read by the same rule. Never reached: value is
    None, with the reason, and a lower limit where there is one.

    Source: Brookmeyer & Crowley, Biometrics 1982;38:29-41, for the interval.
    """
    return _median(curve, rests, unit, "median", "had the event")


def survival_at(curve: Curve, time: float, *, unit: str = "") -> Estimate:
    """The share that has not had the event by `time`, with the curve's limits; `unit` is that of time.

    0 after the curve has reached 0. Beyond the last follow-up: not estimable. No limits are given
    where the curve is 1 or 0. ValueError: the time is below zero.
    """
    if time < 0.0:
        raise ValueError(f"time: zero or more is wanted, not {time}")
    method = f"{curve.method} survival at {said(time, unit)}, {curve.limits} limits"
    if not curve.n:
        return not_estimable("nobody was followed", method, 0, "share")
    place = int(np.searchsorted(curve.times, time * (1.0 + SAME_TIME), side="right")) - 1
    reached = float(curve.survival[place]) if place >= 0 else 1.0
    if reached > 0.0 and time > float(curve.times[-1]) * (1.0 + SAME_TIME):
        last = said(float(curve.times[-1]), unit)
        return not_estimable(
            f"nobody was followed for so long: the last is at {last}", method, curve.n, "share"
        )
    if reached in (0.0, 1.0):
        return Estimate(reached, method, curve.n, "share")
    low, high = float(curve.low[place]), float(curve.high[place])
    return Estimate(reached, method, curve.n, "share", low=low, high=high, level=curve.level)


def at_risk(curve: Curve, times: ArrayLike) -> Counts:
    """How many were still followed, without the event, just before each of `times`."""
    asked = numbers(times, "times")
    leaving = np.concatenate((curve.at_risk, [0]))
    return leaving[np.searchsorted(curve.times, asked * (1.0 - SAME_TIME))]


def follow_up(
    time: ArrayLike,
    event: ArrayLike,
    *,
    level: float = 0.95,
    limits: Limits = "log-log",
    rests: Rests = "midpoint",
    unit: str = "",
) -> Estimate:
    """The median follow-up by reverse Kaplan-Meier: how long they would have been followed, had
    nobody had the event.

    The event and censoring change places; everything else is as in `median_survival`. As R has it
    when the indicator is turned round, who had the event is at risk of the end of follow-up at that
    same time. Where everybody had the event: not estimable.

    Source: Schemper & Smith, Control Clin Trials 1996;17:343-346.
    """
    reversed_curve = kaplan_meier(time, ~flags(event, "event"), level=level, limits=limits)
    return _median(reversed_curve, rests, unit, "median follow-up by reverse", "was censored")


def _error_of_log(risk: Counts, events: Counts) -> Numbers:
    """Greenwood's standard error of the log of the survival; NaN from where nobody is left."""
    left = (risk - events).astype(np.float64)
    left[left == 0.0] = np.nan
    left[events == 0] = 1.0
    return np.asarray(np.sqrt(np.cumsum(events / (np.maximum(risk, 1) * left))))


def _limits(survival: Numbers, error: Numbers, z: float, limits: Limits) -> tuple[Numbers, Numbers]:
    height = np.where(survival > 0.0, survival, np.nan)
    if limits == "plain":
        reach = z * error * height
        return np.maximum(height - reach, 0.0), np.minimum(height + reach, 1.0)
    if limits == "log":
        reach = z * error
        return height * np.exp(-reach), np.minimum(height * np.exp(reach), 1.0)
    height[height == 1.0] = np.nan
    reach = z * error / np.log(height)
    return height ** np.exp(-reach), height ** np.exp(reach)


def _median(curve: Curve, rests: Rests, unit: str, what: str, fate: str) -> Estimate:
    if rests not in ("midpoint", "first"):
        raise ValueError(f'rests: "midpoint" or "first" is wanted, not {rests!r}')
    rule = "midpoint" if rests == "midpoint" else "first time"
    method = (
        f"{what} {curve.method}, {rule} where the curve rests on one half; "
        f"Brookmeyer-Crowley interval from {curve.limits} limits"
    )
    if not curve.events.sum():
        reason = f"nobody {fate}" if curve.n else "nobody was followed"
        return not_estimable(reason, method, curve.n, unit)
    value, low, high = (
        _crossing(curve.times, heights, rests) for heights in (curve.survival, curve.low, curve.high)
    )
    reason = "" if value is not None else "not reached: the curve stays above one half"
    return Estimate(
        value,
        method,
        curve.n,
        unit,
        low=low,
        high=high,
        level=curve.level,
        reason=reason,
        beyond="not reached" if None in (value, low, high) else "",
    )


def _crossing(times: Numbers, heights: Numbers, rests: Rests) -> float | None:
    """When `heights` first stand at or below one half; None where they never do."""
    below = np.flatnonzero(heights < 0.5 + ON_ONE_HALF)
    if not len(below):
        return None
    start = float(times[below[0]])
    resting = heights[below[0]]
    lower = below[heights[below] < resting]
    if rests == "midpoint" and abs(resting - 0.5) < ON_ONE_HALF and len(lower):
        return (start + float(times[lower[0]])) / 2.0
    return start
