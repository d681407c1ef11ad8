"""The daily dose: what the doses of a day on the drug amount to in 24 hours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil, fsum

from caseseries.evidence.dose import OneDose


def daily_doses(doses: Sequence[OneDose]) -> Mapping[date, float | None]:
    """Milligrams for every day on the drug; None where a dose of that day could not be read.

    A dose lasts for its interval: with 100 mg every 48 hours both days are on the drug, with 50 mg each. A
    day has what its regimen gives in 24 hours, however late its first dose was given; of several regimens
    on one day what was given is added up, where that is more. An infusion counts 24 times its hourly rate.
    The last day is that of the last dose.
    """
    of_day: defaultdict[date, list[OneDose]] = defaultdict(list)
    last = max(dose.last_day for dose in doses)
    next_day = last + _DAY
    for place in reversed(range(len(doses))):
        dose = doses[place]
        if place + 1 < len(doses) and doses[place + 1].day > dose.day:
            next_day = doses[place + 1].day
        until = dose.last_day
        if dose.hourly is None:
            until = max(dose.day, min(dose.day + lasts(dose) - _DAY, next_day - _DAY, last))
        for number in range((until - dose.day).days + 1):
            of_day[dose.day + number * _DAY].append(dose)
    return {day: _in_24_hours(of_day[day]) for day in sorted(of_day)}


def lasts(dose: OneDose) -> timedelta:
    """The whole days for which a dose lasts, at least one."""
    return max(1, ceil((dose.interval_hours or 0) / 24)) * _DAY


def total(doses: Sequence[OneDose]) -> float | None:
    """The sum of the doses in mg; None where one could not be read, or an order does not say how often."""
    known = [dose.mass for dose in doses if dose.counted and dose.mass is not None]
    return round(fsum(known), 6) if len(known) == len(doses) else None


_DAY = timedelta(days=1)


def _in_24_hours(doses: Sequence[OneDose]) -> float | None:
    if total(doses) is None:
        return None
    drip = max((dose.hourly * 24 for dose in doses if dose.hourly is not None), default=0.0)
    alike = Counter((dose.mass or 0.0, dose.interval_hours) for dose in doses if dose.hourly is None)
    rates = [mass * 24 / hours for mass, hours in alike if hours]
    given = fsum(_at_most(mass, hours, number) for (mass, hours), number in sorted(alike.items(), key=str))
    return round(drip + max([given, *rates]), 6)


def _at_most(mass: float, hours: float | None, number: int) -> float:
    """What so many equal doses amount to on one day; no more than their regimen gives in 24 hours."""
    if not hours:
        return number * mass
    rate = mass * 24 / hours
    return rate if hours >= 24 else min(number * mass, rate)
