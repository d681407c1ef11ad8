"""How often one patient was measured, and how long before a day the last value was taken."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.trajectory import in_days, on, plain, series


def spacing(days: ArrayLike) -> Estimate:
    """The median gap between one value and the next, in days; n is the number of values.

    Two values of one day are a gap of 0. Fewer than two values: not estimable.
    """
    when = sorted(plain(days, "days"))
    method = "median gap between one value and the next"
    if len(when) < 2:
        reason = "one value has no gap" if when else "no values"
        return not_estimable(reason, method, len(when), "days")
    gaps = [later - earlier for earlier, later in pairwise(when)]
    return Estimate(float(median(gaps)), method, len(when), "days")


def last_before(days: ArrayLike, values: ArrayLike, day: float, *, unit: str = "") -> Estimate:
    """The last value at or before `day`, such as that of death, in `unit`.

    The method says how long before; `days_since_last` gives it as a number. n is 1, or 0 where
    there is none. Not estimable without a value by then, or with two on the last day.
    ValueError: days and values differ in number.
    """
    when, what = series(days, values)
    method = f"last value at or before day {day:g}"
    by_then = [one for one in when if one <= day]
    if not by_then:
        return not_estimable(f"no value by day {day:g}", method, 0, unit)
    last = max(by_then)
    method += f", taken on day {last:g}, {in_days(day - last)} before"
    found = on(when, what, last)
    if len(found) != 1:
        return not_estimable(f"{len(found)} values on day {last:g}", method, len(found), unit)
    return Estimate(float(found[0]), method, 1, unit)


def days_since_last(days: ArrayLike, day: float) -> Estimate:
    """How many days before `day` the last value was taken; 0 where it was on the day itself.

    n is the number of values by then. Not estimable without one.
    """
    by_then = [one for one in plain(days, "days") if one <= day]
    method = f"days from the last value to day {day:g}"
    if not by_then:
        return not_estimable(f"no value by day {day:g}", method, 0, "days")
    return Estimate(day - float(max(by_then)), method, len(by_then), "days")
