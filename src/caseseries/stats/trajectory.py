"""A course of one patient's values, summed up in one number: how far it fell from its first day."""

from __future__ import annotations

from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Numbers, numbers


def greatest_fall(days: ArrayLike, values: ArrayLike, *, first_day: float = 1.0) -> Estimate:
    """The share of the first-day value by which the series had fallen at its lowest later value.

    0 where it never fell below the first day; in 0..1, for values of zero or more. `days` and
    `values` are one series in any order; what lies before `first_day` is not looked at. n is the
    number of later values: the more there are, the deeper the fall that can be found.
    Not estimable without a first-day value above zero, or without a later value.
    ValueError: days and values differ in number.

    Source: the "maximum ferritin response" of Naymagon, Int J Hematol 2022.
    """
    when, what = _series(days, values)
    method = f"greatest fall from day {first_day:g} to the lowest later value, 0 where it never fell"
    later = what[when > first_day]
    first, hindered = _first(when, what, first_day)
    if not hindered and not len(later):
        hindered = f"no value after day {first_day:g}"
    if first is None or hindered:
        return not_estimable(hindered, method, len(later), "share")
    return Estimate(max(0.0, (first - float(later.min())) / first), method, len(later), "share")


def fall_at(days: ArrayLike, values: ArrayLike, day: float, *, first_day: float = 1.0) -> Estimate:
    """The share of the first-day value by which the series had fallen on `day`; below 0, a rise.

    The landmark beside the greatest fall: one day for every patient, however long the follow-up.
    n is 1, or 0 where there is none. Not estimable without exactly one value on that day and one,
    above zero, on the first day. ValueError: days and values differ in number.
    """
    when, what = _series(days, values)
    method = f"fall from day {first_day:g} to day {day:g}, below 0 where it rose"
    then = what[when == day]
    first, hindered = _first(when, what, first_day)
    if not hindered and len(then) != 1:
        hindered = f"no value on day {day:g}" if not len(then) else f"{len(then)} values on day {day:g}"
    if first is None or hindered:
        return not_estimable(hindered, method, len(then), "share")
    return Estimate((first - float(then[0])) / first, method, 1, "share")


def _series(days: ArrayLike, values: ArrayLike) -> tuple[Numbers, Numbers]:
    when, what = numbers(days, "days"), numbers(values)
    if len(when) != len(what):
        raise ValueError(f"{len(when)} days for {len(what)} values")
    return when, what


def _first(when: Numbers, what: Numbers, first_day: float) -> tuple[float | None, str]:
    """The first-day value, or why there is none that a share could be taken of."""
    found = what[when == first_day]
    if len(found) != 1:
        return None, f"{len(found) or 'no'} value{'s' * (len(found) > 1)} on day {first_day:g}"
    if found[0] <= 0.0:
        return None, f"the value on day {first_day:g} is not above zero: no share can be taken of it"
    return float(found[0]), ""
