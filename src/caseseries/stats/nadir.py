"""The nadir of one patient's course: how low, on which day, and how far the values rose again."""

from __future__ import annotations

from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.trajectory import after, series


def nadir(days: ArrayLike, values: ArrayLike, *, first_day: float = 1.0, unit: str = "") -> Estimate:
    """The lowest value after the first day, in `unit`; it may lie above the first-day value.

    n is the number of values after the first day: the more there are, the lower the lowest.
    Not estimable without one. ValueError: days and values differ in number.
    """
    when, what = series(days, values)
    method = f"lowest value after day {first_day:g}"
    later = after(when, what, first_day)
    if not later:
        return not_estimable(f"no value after day {first_day:g}", method, 0, unit)
    return Estimate(float(min(later)), method, len(later), unit)


def day_of_nadir(days: ArrayLike, values: ArrayLike, *, first_day: float = 1.0) -> Estimate:
    """The day of the lowest value after the first day, numbered as the days given; of equals the first.

    n and what is not estimable or raised: as in `nadir`.
    """
    when, what = series(days, values)
    method = f"day of the lowest value after day {first_day:g}, the first of equals"
    lowest, at, n = _lowest(when, what, first_day)
    if lowest is None:
        return not_estimable(f"no value after day {first_day:g}", method, 0)
    return Estimate(at, method, n)


def rebound(days: ArrayLike, values: ArrayLike, *, first_day: float = 1.0) -> Estimate:
    """The highest value after the nadir as a multiple of the nadir: 1 is no rise, 5 is fivefold.

    The nadir is the lowest value after the first day, of equals the first. n is the number of
    values after the first day. Not estimable without one, where the nadir is the last value, since
    nobody looked further, or where it is not above zero. ValueError: days and values differ in
    number.
    """
    when, what = series(days, values)
    method = f"highest value after the lowest, as a multiple of the lowest after day {first_day:g}"
    lowest, at, n = _lowest(when, what, first_day)
    if lowest is None:
        return not_estimable(f"no value after day {first_day:g}", method, 0, "fold")
    risen = after(when, what, at)
    if not risen:
        return not_estimable(f"no value after the lowest, on day {at:g}", method, n, "fold")
    if lowest <= 0.0:
        reason = f"the lowest value, on day {at:g}, is not above zero: no multiple of it can be taken"
        return not_estimable(reason, method, n, "fold")
    return Estimate(max(risen) / lowest, method, n, "fold")


def _lowest(when: list[float], what: list[float], first_day: float) -> tuple[float | None, float, int]:
    """The lowest value after the first day, its first day, and among how many; None where there is none."""
    later = [(value, day) for day, value in zip(when, what, strict=True) if day > first_day]
    if not later:
        return None, first_day, 0
    value, day = min(later)
    return float(value), float(day), len(later)
