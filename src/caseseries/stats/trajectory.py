"""A course of one patient's values, in numbers: how far it fell from its first day, and how soon."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import numbers


def greatest_fall(days: ArrayLike, values: ArrayLike, *, first_day: float = 1.0) -> Estimate:
    """The share of the first-day value by which the series had fallen at its lowest later value.

    0 where it never fell below the first day; in 0..1, for values of zero or more. `days` and
    `values` are one series in any order; what lies before `first_day` is not looked at. n is the
    number of later values: the more there are, the deeper the fall that can be found.
    Not estimable without a first-day value above zero, or without a later value.
    ValueError: days and values differ in number.

    Source: the "maximum ferritin response" of Naymagon, Int J Hematol 2022.
    """
    when, what = series(days, values)
    method = f"greatest fall from day {first_day:g} to the lowest later value, 0 where it never fell"
    later = after(when, what, first_day)
    first, hindered = first_value(when, what, first_day)
    if not hindered and not later:
        hindered = f"no value after day {first_day:g}"
    if first is None or hindered:
        return not_estimable(hindered, method, len(later), "share")
    return Estimate(max(0.0, (first - float(min(later))) / first), method, len(later), "share")


def fall_at(days: ArrayLike, values: ArrayLike, day: float, *, first_day: float = 1.0) -> Estimate:
    """The share of the first-day value by which the series had fallen on `day`; below 0, a rise.

    The landmark beside the greatest fall: one day for every patient, however long the follow-up.
    n is 1, or 0 where there is none. Not estimable without exactly one value on that day and one,
    above zero, on the first day. ValueError: days and values differ in number.
    """
    when, what = series(days, values)
    method = f"fall from day {first_day:g} to day {day:g}, below 0 where it rose"
    then = on(when, what, day)
    first, hindered = first_value(when, what, first_day)
    if not hindered and len(then) != 1:
        hindered = f"no value on day {day:g}" if not then else f"{len(then)} values on day {day:g}"
    if first is None or hindered:
        return not_estimable(hindered, method, len(then), "share")
    return Estimate((first - float(then[0])) / first, method, 1, "share")


def fold_change(
    days: ArrayLike, values: ArrayLike, day: float, *, first_day: float = 1.0, within: float = 0.0
) -> Estimate:
    """The value about `day` as a multiple of the first-day value: 0.5 is half of it, 2 is twice.

    Taken is the value nearest to `day`, at most `within` days from it and after the first day; of
    two as near, the earlier. The method names the day taken; n is 1, or 0 where there is none. Not
    estimable without such a value, with two on the day taken, or without exactly one first-day
    value above zero. ValueError: days and values differ in number, `day` is not after the first
    day, or `within` is below zero.
    """
    when, what = series(days, values)
    if not day > first_day:
        raise ValueError(f"day: a day after the first, {first_day:g}, is wanted, not {day:g}")
    if not within >= 0.0:
        raise ValueError(f"within: zero days or more are wanted, not {within:g}")
    method = f"value on day {day:g} as a multiple of that on day {first_day:g}"
    if within:
        method += f", the nearest within {in_days(within)}, of two as near the earlier"
    first, hindered = first_value(when, what, first_day)
    near = [(abs(one - day), one) for one in when if one > first_day and abs(one - day) <= within]
    if not hindered and not near:
        span = f" or within {in_days(within)} of it" if within else ""
        hindered = f"no value on day {day:g}{span}"
    if first is None or hindered:
        return not_estimable(hindered, method, 0, "fold")
    taken = min(near)[1]
    if within:
        method += f"; day {taken:g} was taken"
    then = on(when, what, taken)
    if len(then) != 1:
        return not_estimable(f"{len(then)} values on day {taken:g}", method, len(then), "fold")
    return Estimate(float(then[0]) / first, method, 1, "fold")


def time_to_half(days: ArrayLike, values: ArrayLike, *, first_day: float = 1.0) -> Estimate:
    """Days from the first day until the series is first seen at or below half of its first-day value.

    Only days with a value count, and nothing is drawn between them: the half may have been passed
    at any time since the value before. n is the number of later values. Never seen: value None,
    `beyond` says "not reached" and the reason gives the last day looked at, where the time is
    censored. Not estimable without exactly one first-day value above zero, or without a later
    value. ValueError: days and values differ in number.
    """
    when, what = series(days, values)
    method = (
        f"time from day {first_day:g} to the first value at or below half of it, "
        "among the days with a value, none interpolated"
    )
    n = len(after(when, what, first_day))
    first, hindered = first_value(when, what, first_day)
    if not hindered and not n:
        hindered = f"no value after day {first_day:g}"
    if first is None or hindered:
        return not_estimable(hindered, method, n, "days")
    pairs = zip(when, what, strict=True)
    halved = [day for day, value in pairs if day > first_day and value <= first / 2.0]
    if halved:
        return Estimate(float(min(halved)) - first_day, method, n, "days")
    reason = f"not reached by day {max(when):g}, the last with a value"
    return Estimate(None, method, n, "days", reason=reason, beyond="not reached")


def series(days: ArrayLike, values: ArrayLike) -> tuple[list[float], list[float]]:
    """Days and values of one course, checked. ValueError: they differ in number."""
    when, what = plain(days, "days"), plain(values)
    if len(when) != len(what):
        raise ValueError(f"{len(when)} days for {len(what)} values")
    return when, what


def plain(values: ArrayLike, called: str = "values") -> list[float]:
    """`values` as a list of finite numbers, as `numbers` checks them.

    A course is a few values, and there may be many courses: arrays of them would take most of the time.
    """
    if isinstance(values, list) and _are_finite(values):
        return values
    checked: list[float] = numbers(values, called).tolist()
    return checked


def _are_finite(values: list[Any]) -> bool:
    try:
        return math.isfinite(sum(values))
    except TypeError:
        return False


def after(when: list[float], what: list[float], day: float) -> list[float]:
    """The values after a day."""
    return [value for then, value in zip(when, what, strict=True) if then > day]


def on(when: list[float], what: list[float], day: float) -> list[float]:
    """The values on a day."""
    return [value for then, value in zip(when, what, strict=True) if then == day]


def first_value(when: list[float], what: list[float], first_day: float) -> tuple[float | None, str]:
    """The first-day value, or why there is none that a share could be taken of."""
    found = on(when, what, first_day)
    if len(found) != 1:
        return None, f"{len(found) or 'no'} value{'s' * (len(found) > 1)} on day {first_day:g}"
    if found[0] <= 0.0:
        return None, f"the value on day {first_day:g} is not above zero: no share can be taken of it"
    return float(found[0]), ""


def in_days(length: float) -> str:
    """A number of days, as it is said: 1 day, 2.5 days."""
    return f"{length:g} day{'s' * (length != 1.0)}"
