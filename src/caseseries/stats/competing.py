"""Several kinds of event, of which each patient has at most the first: the Aalen-Johansen incidence."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.sample import Counts, Numbers, numbers
from caseseries.stats.survival import Limits
from caseseries.stats.tails import normal_quantile
from caseseries.stats.times import SAME_TIME, count_at, followed, said

# More kinds of event than this are a slip, such as days given for kinds.
MOST_CAUSES = 20


@dataclass(frozen=True, eq=False, repr=False)
class Incidence:
    """The cumulative incidence of each cause: one column for each distinct time of follow-up.

    `causes` are those that anybody had, in order; `events`, `incidence`, `standard_error`, `low` and
    `high` have a row for each. `incidence` (0..1) holds from its time until the next; before the first
    time it is 0. `event_free` is the share with none of the events: with the incidences it makes 1.
    `at_risk` are those followed to just before the time; events leave before those `censored` at the
    same time. NaN stands, in `low` and `high` alone, where the incidence is 0 or 1. `times` are in the
    unit they were given in.
    """

    causes: tuple[int, ...]
    times: Numbers
    at_risk: Counts
    censored: Counts
    events: Counts
    event_free: Numbers
    incidence: Numbers
    standard_error: Numbers
    low: Numbers
    high: Numbers
    level: float
    limits: Limits
    n: int

    def __repr__(self) -> str:
        if not self.n:
            return "Aalen-Johansen incidence: nobody was followed"
        had = ", ".join(
            f"{int(of_cause.sum())} with event {cause}"
            for cause, of_cause in zip(self.causes, self.events, strict=True)
        )
        return f"Aalen-Johansen incidence of {self.n}, {had or 'none with an event'}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>"


def aalen_johansen(
    time: ArrayLike, cause: ArrayLike, *, level: float = 0.95, limits: Limits = "log-log"
) -> Incidence:
    """The cumulative incidence of every cause in one group, with pointwise limits at `level`.

    `cause` is 0 where the time ends censored, else the kind of event that ended it: 1, 2 and so on.
    Who is censored at the time of an event is still at risk at it, and events of several kinds at one
    time happen together. The variance is Greenwood's, by the delta method: without censoring it is
    that of a proportion, and with one cause that of the Kaplan-Meier curve. (R's cmprsk has
    another, Aalen's, which is nearly always larger, most so where few are at risk.) Nobody: an
    incidence without entries.
    ValueError: time and cause differ in number, a time is below zero, a cause is not a whole number
    from 0 up, there are more than MOST_CAUSES, or the level is not between 0 and 1.

    Source: Aalen & Johansen, Scand J Stat 1978;5:141-150; Dinse & Larson, Biometrika 1986;73:379-386,
    and Gaynor et al., J Am Stat Assoc 1993;88:400-409, for the variance. Conventions: R survival's
    survfit of several states, whose infinitesimal jackknife is this variance.
    """
    check_level(level)
    if limits not in ("log-log", "log", "plain"):
        raise ValueError(f'limits: "log-log", "log" or "plain" is wanted, not {limits!r}')
    when, why = observed(time, cause)
    times = np.unique(when)
    causes = tuple(int(kind) for kind in np.unique(why[why > 0]))
    if len(causes) > MOST_CAUSES:
        raise ValueError(f"cause: up to {MOST_CAUSES} kinds of event are wanted, {len(causes):,} were found")
    events = np.array([count_at(times, when[why == kind]) for kind in causes], dtype=np.int64)
    events = events.reshape(len(causes), len(times))
    risk = len(when) - np.searchsorted(np.sort(when), times)
    event_free: Numbers = np.cumprod((risk - events.sum(axis=0)) / risk, dtype=np.float64)
    before = np.concatenate(([1.0], event_free))[:-1]
    incidence: Numbers = np.cumsum(before * events / risk, axis=1)
    # Where everybody has had the one event, the sum may miss 1 by rounding.
    incidence[incidence > 1.0 - 1e-12] = 1.0
    error = _standard_error(risk, events, before, incidence)
    low, high = _limits(incidence, error, normal_quantile((1.0 + level) / 2.0), limits)
    return Incidence(
        causes,
        times,
        risk,
        count_at(times, when[why == 0]),
        events,
        event_free,
        incidence,
        error,
        low,
        high,
        level,
        limits,
        len(when),
    )


def incidence_at(incidence: Incidence, cause: int, time: float, unit: str = "") -> Estimate:
    """The share that has had the event `cause` by `time`, with its limits; `unit` is that of time.

    0, without limits, where nobody has had it yet. Beyond the last follow-up: not estimable, unless
    everybody has had one event or another. ValueError: the time is below zero, or the cause is not a
    whole number from 1 up.
    """
    check_cause(cause, "cause")
    if not time >= 0.0:
        raise ValueError(f"time: zero or more is wanted, not {time}")
    method = (
        f"Aalen-Johansen cumulative incidence of event {cause} at {said(time, unit)}, "
        f"{incidence.limits} limits, Greenwood-type variance"
    )
    if not incidence.n:
        return not_estimable("nobody was followed", method, 0, "share")
    place = int(np.searchsorted(incidence.times, time * (1.0 + SAME_TIME), side="right")) - 1
    last = float(incidence.times[-1])
    if time > last * (1.0 + SAME_TIME) and incidence.event_free[-1] > 0.0:
        reason = f"nobody was followed for so long: the last is at {said(last, unit)}"
        return not_estimable(reason, method, incidence.n, "share")
    if place < 0 or cause not in incidence.causes:
        return Estimate(0.0, method, incidence.n, "share")
    row = incidence.causes.index(cause)
    reached = float(incidence.incidence[row, place])
    if reached in (0.0, 1.0):
        return Estimate(reached, method, incidence.n, "share")
    low, high = float(incidence.low[row, place]), float(incidence.high[row, place])
    return Estimate(reached, method, incidence.n, "share", low=low, high=high, level=incidence.level)


def observed(time: ArrayLike, cause: ArrayLike) -> tuple[Numbers, Counts]:
    """Times and causes, checked; times that differ by rounding alone are made one, the earlier.

    ValueError: they differ in number, a time is below zero, or a cause is not a whole number from 0 up.
    """
    given = numbers(cause, "cause")
    if np.size(time) != len(given):
        raise ValueError(f"{np.size(time)} times for {len(given)} causes")
    why = given.astype(np.int64)
    if (why != given).any() or (why < 0).any():
        raise ValueError("cause: 0 for censored, or 1, 2 and so on for the kind of event, is wanted")
    when, _, _ = followed(time, why > 0)
    return when, why


def check_cause(cause: int, called: str) -> None:
    """Refuse a kind of event that is none, such as 0, which is censored. Raises ValueError."""
    if cause != int(cause) or cause < 1:
        raise ValueError(f"{called}: the number of an event, 1 or more, is wanted, not {cause}")


def _standard_error(risk: Counts, events: Counts, before: Numbers, incidence: Numbers) -> Numbers:
    """Of each incidence F at each t: the root of the sum over the times s up to t, with d events of
    any kind and k of this one among Y at risk, of
    d / (Y (Y - d)) (F(t) - F(s))^2 - 2 S(s-) k / Y^2 (F(t) - F(s)) + S(s-)^2 k (Y - k) / Y^3."""
    at_risk = risk.astype(np.float64)
    anybody = events.sum(axis=0)
    left = at_risk - anybody
    # Where nobody is left, F rises no more and the term is nothing.
    any_event = np.cumsum(np.where(left > 0.0, anybody / (at_risk * np.where(left > 0.0, left, 1.0)), 0.0))
    this_event = before**2 * events * (at_risk - events) / at_risk**3
    # The sum is followed from time to time as F(t) rises, which loses no figures: opening the square would.
    step = np.diff(incidence, axis=1, prepend=0.0)
    earlier = np.concatenate(([0.0], any_event))[:-1]
    slope = np.cumsum(step * earlier - before * events / at_risk**2, axis=1)
    slope = np.concatenate((np.zeros((len(events), 1)), slope), axis=1)[:, :-1]
    variance = np.cumsum(2.0 * step * slope + step**2 * earlier + this_event, axis=1)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _limits(incidence: Numbers, error: Numbers, z: float, limits: Limits) -> tuple[Numbers, Numbers]:
    height = np.where((incidence > 0.0) & (incidence < 1.0), incidence, np.nan)
    if limits == "plain":
        return np.maximum(height - z * error, 0.0), np.minimum(height + z * error, 1.0)
    reach = z * error / height
    if limits == "log":
        return height * np.exp(-reach), np.minimum(height * np.exp(reach), 1.0)
    reach = reach / np.log(height)
    return height ** np.exp(-reach), height ** np.exp(reach)
