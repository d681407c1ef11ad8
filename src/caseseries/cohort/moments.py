"""Moments: the named days on each patient's calendar, found in whatever order they rest on one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from caseseries.evidence.course import Course
from caseseries.evidence.days import number_of
from caseseries.protocol.clauses.hospital import Moment
from caseseries.protocol.moments import bound, in_order

FOREVER = 10**6
"""Days: longer than any life."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day since 1970-01-01, and the rows that say so."""

    day: int
    because: tuple[str, ...]


@dataclass(frozen=True)
class Calendar:
    """What the moments of one patient are found from.

    `stay` is its first and its last day with their row; `met` the day on which the criteria are met; `rows`
    the days of each finding with their rows, the first first, of a drug those on which a course began or a
    dose was written down as given; `courses` the courses of each drug, the first first.
    """

    stay: tuple[Day, Day]
    met: Mapping[str, Day]
    rows: Mapping[str, tuple[Day, ...]]
    courses: Mapping[str, tuple[Course, ...]]


def moments(promised: Mapping[str, Moment], calendar: Calendar) -> dict[str, Day]:
    """The moments that one patient has; those that never came are left out.

    They may rest on one another in any order; a protocol with a circle is not read.
    """
    found: dict[str, Day | None] = {}
    for name in in_order(promised):
        found[name] = _day(promised[name], calendar, found)
    return {name: day for name, day in ((name, found[name]) for name in promised) if day is not None}


def _day(moment: Moment, calendar: Calendar, found: Mapping[str, Day | None]) -> Day | None:
    first, last = calendar.stay
    if moment.start_of is not None:
        return first
    if moment.end_of is not None:
        return last
    if moment.day_met is not None:
        return calendar.met.get(moment.day_met)
    if moment.last_of_course is not None:
        return _last_of_course(moment.last_of_course, calendar)
    least, most = (first.day, last.day) if moment.during is not None else (-FOREVER, FOREVER)
    for name, length, is_end in ((*bound(moment.after), False), (*bound(moment.until), True)):
        if not name:
            continue
        other = found.get(name)
        if other is None:
            return None
        least, most = (
            (least, min(most, other.day + length - 1)) if is_end else (max(least, other.day + length), most)
        )
    days = [
        one for one in calendar.rows.get(moment.first or moment.last or "", ()) if least <= one.day <= most
    ]
    if moment.last is None:
        return days[0] if days else None
    ends = [_end(course) for course in calendar.courses.get(moment.last, ())]
    return max(
        [*days, *(one for one in ends if least <= one.day <= most)], key=lambda one: one.day, default=None
    )


def _last_of_course(drug: str, calendar: Calendar) -> Day | None:
    """The last day of the first course of a drug that reaches into the stay."""
    first, last = calendar.stay
    for course in calendar.courses.get(drug, ()):
        end = _end(course)
        if number_of(course.start) <= last.day and end.day >= first.day:
            return end
    return None


def _end(course: Course) -> Day:
    return Day(number_of(course.stop), course.origins[-1:])
