"""Therapy: what is asked of a patient's courses - the first one, those before, those beside, the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from caseseries.evidence.course import Course
from caseseries.evidence.drugs import formulary


def of_kind(courses: Iterable[Course], kind: str) -> tuple[Course, ...]:
    """The courses of a drug, a class ("corticosteroids") or a group ("hlh-directed") of `drugs.toml`."""
    return tuple(course for course in courses if formulary().is_of(course.drug, kind))


def first(courses: Iterable[Course], kind: str, within: tuple[date, date] | None = None) -> Course | None:
    """The first course of a kind, of those that run on any day of `within`, both ends included.

    It may have begun before: who came with the drug from home has a course that starts before `within`.
    """
    begin, end = within or (date.min, date.max)
    running = [one for one in of_kind(courses, kind) if one.start <= end and one.stop >= begin]
    return min(running, key=_by_start, default=None)


def started_between(courses: Iterable[Course], after: date, until: date) -> tuple[Course, ...]:
    """The courses that began on the days from `after` to `until`, both included."""
    return tuple(sorted((one for one in courses if after <= one.start <= until), key=_by_start))


def overlapping(course: Course, courses: Iterable[Course]) -> tuple[Course, ...]:
    """The same patient's courses of other drugs that share a day with this one."""
    return tuple(
        sorted(
            (
                one
                for one in courses
                if one.patient == course.patient
                and one.drug != course.drug
                and one.start <= course.stop
                and one.stop >= course.start
            ),
            key=_by_start,
        )
    )


def next_therapy(course: Course, courses: Iterable[Course], kind: str) -> Course | None:
    """The same patient's first course of a kind ("hlh-directed") that began on a later day and is new.

    New is a class that no course had begun by the first day of this one: another corticosteroid, or the same
    drug again, is none.
    """
    own = [one for one in courses if one.patient == course.patient]
    begun = {formulary().class_of(one.drug) for one in [course, *own] if one.start <= course.start}
    later = [one for one in of_kind(own, kind) if one.start > course.start]
    return min(
        (one for one in later if formulary().class_of(one.drug) not in begun), key=_by_start, default=None
    )


def _by_start(course: Course) -> tuple[date, str]:
    return course.start, course.drug
