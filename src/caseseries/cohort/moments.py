"""Moments: the named days on each patient's calendar, found in whatever order they rest on one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from caseseries.evidence.course import Course
from caseseries.evidence.days import number_of
from caseseries.protocol.clauses.hospital import Moment


@dataclass(frozen=True, slots=True)
class Day:
    """A day since 1970-01-01, and the rows that say so."""

    day: int
    because: tuple[str, ...]


@dataclass(frozen=True)
class Calendar:
    """What the moments of one patient are found from.

    `stay` is its first and its last day with their row; `met` the day on which the criteria are met; `rows` the
    days of each finding with their rows, the first first; `courses` the courses of each drug, the first first.
    """

    stay: tuple[Day, Day]
    met: Mapping[str, Day]
    rows: Mapping[str, tuple[Day, ...]]
    courses: Mapping[str, tuple[Course, ...]]


def moments(promised: Mapping[str, Moment], calendar: Calendar) -> dict[str, Day]:
    """The moments that one patient has; those that never came are left out."""
    found: dict[str, Day] = {}
    for name, moment in promised.items():
        day = _day(moment, calendar)
        if day is not None:
            found[name] = day
    return found


def _day(moment: Moment, calendar: Calendar) -> Day | None:
    first, last = calendar.stay
    if moment.start_of is not None:
        return first
    if moment.end_of is not None:
        return last
    if moment.day_met is not None:
        return calendar.met.get(moment.day_met)
    if moment.last_of_course is not None:
        return _last_of_course(moment.last_of_course, calendar)
    during = (first.day, last.day) if moment.during is not None else None
    finding = moment.first or moment.last or ""
    days = [
        one for one in calendar.rows.get(finding, ()) if during is None or during[0] <= one.day <= during[1]
    ]
    return (days[0] if moment.first is not None else days[-1]) if days else None


def _last_of_course(drug: str, calendar: Calendar) -> Day | None:
    """The last day of the first course of a drug that reaches into the stay."""
    first, last = calendar.stay
    for course in calendar.courses.get(drug, ()):
        stop = number_of(course.stop)
        if number_of(course.start) <= last.day and stop >= first.day:
            return Day(stop, course.origins[-1:])
    return None
