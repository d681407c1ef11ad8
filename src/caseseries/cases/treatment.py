"""Treatment: the courses of drugs that a variable asks for, as its columns and as spells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from caseseries.cases.dictionary import course_columns, days_column, regimen_columns, regimens_column
from caseseries.cases.long_tables import ORIGINS
from caseseries.cases.recipes import hospital_day
from caseseries.cases.spells import Given, Row
from caseseries.cohort.moments import FOREVER
from caseseries.cohort.patient import Patient
from caseseries.evidence import therapy
from caseseries.evidence.course import Course
from caseseries.evidence.days import date_of, number_of
from caseseries.evidence.drugs import formulary
from caseseries.protocol.clauses.variable import Take, Variable
from caseseries.protocol.moments import bound
from caseseries.records.codebook import Codebook, Silence

Treatment = tuple[Given, list[tuple[str, ...]]]
"""What was given, and of each patient the rows that it rests on."""


def treatment(variable: Variable, take: Take, patients: Sequence[Patient], codebook: Codebook) -> Treatment:
    """A regimen, the first course of one drug; or regimens, every course that the recipe asks for.

    Who was given none of a kind has none where the codebook takes silence for that, of every drug of the kind
    and on the first day of the stay; else nobody knows.
    """
    if variable.kind == "regimen":
        return _regimen(variable, [_course_of(variable, take, one) for one in patients], patients)
    kind = [one for one in codebook.entries if formulary().is_of(one.finding, take.courses or "")]
    since = max((_believed(one.silent) for one in kind), default=-FOREVER)
    courses = [_courses_taken(variable, take, one) for one in patients]
    known = [
        some if some or one.first_day >= since else None for some, one in zip(courses, patients, strict=True)
    ]
    return _regimens(variable, known, patients)


def _believed(silence: Silence) -> int:
    """From which day on an empty record means that a drug was not given."""
    if silence.means != "absent":
        return FOREVER
    return number_of(silence.since) if silence.since else -FOREVER


# ---- The courses of a patient ----


def _course_of(variable: Variable, take: Take, patient: Patient) -> Course | None:
    """The first course of a drug on any day of the stay."""
    return therapy.first(patient.courses, take.course or variable.name, _stay_of(patient))


def _restarts_of(course: Course | None, patient: Patient) -> int | None:
    """How often the drug was begun again in the stay after this course had ended."""
    if course is None:
        return None
    first, last = _stay_of(patient)
    return sum(
        one.drug == course.drug and one.start > course.start and first <= one.start <= last
        for one in patient.courses
    )


def _missed(course: Course | None) -> int | None:
    """How many planned doses were left out; not known of orders alone: nobody wrote what was given."""
    if course is None or course.basis == "orders":
        return None
    return sum(gap.missed for gap in course.interruptions)


def _stay_of(patient: Patient) -> tuple[date, date]:
    return date_of(patient.first_day), date_of(patient.last_day)


def _courses_taken(variable: Variable, take: Take, patient: Patient) -> tuple[Course, ...] | None:
    """The courses that a recipe asks for; None where the day that they are counted from never came."""
    kind = take.courses or ""
    if of := take.overlapping or take.next_after:
        subject = therapy.first(patient.courses, of, _stay_of(patient))
        if subject is None:
            return None
        if take.next_after:
            following = therapy.next_therapy(subject, patient.courses, kind)
            return () if following is None else (following,)
        return therapy.of_kind(therapy.overlapping(subject, patient.courses), kind)
    if take.started is None:
        return therapy.of_kind(patient.courses, kind)
    # `until` a day is before it: what begins on the day itself begins along with it.
    window = _window(take.started.after, take.started.until, patient)
    if window is None:
        return None
    begun = therapy.of_kind(patient.courses, kind)
    return tuple(course for course in begun if number_of(course.start) in window)


def _window(after: str | None, until: str | None, patient: Patient) -> range | None:
    """The days from one moment on and before another, each shifted as "+ 7 days" has it; None without one."""
    ends = []
    for text, open_end in ((after, -FOREVER), (until, FOREVER)):
        name, length = bound(text)
        moment = patient.moments.get(name)
        if name and moment is None:
            return None
        ends.append(open_end if moment is None else moment.day + length)
    return range(*ends)


def _level_of(course: Course, variable: Variable) -> str:
    """The protocol's level by the drug or its class; else the drug's name."""
    names = (course.drug, formulary().class_of(course.drug))
    known = {level.casefold(): level for level in variable.levels}
    return next((known[name.casefold()] for name in names if name.casefold() in known), course.drug)


# ---- As columns ----


def _regimen(variable: Variable, taken: Sequence[Course | None], patients: Sequence[Patient]) -> Treatment:
    """The fan of one drug: whether it was given, dose, interval, route, days, how much and how steadily."""
    routes = [one.route for one in taken if one and one.route]
    lines = (
        *regimen_columns(variable, ["mg"] * any(one and one.dose_mg for one in taken), routes),
        days_column(variable),
        *course_columns(variable),
    )
    values: tuple[tuple[pl.DataType, list[object]], ...] = (
        (pl.String(), [None if one is None else str(one.steps[0]) for one in taken]),
        (pl.Boolean(), [one is not None for one in taken]),
        (pl.Float64(), [one and one.dose_mg for one in taken]),
        (pl.Float64(), [one and one.interval_hours for one in taken]),
        (pl.String(), [(one and one.route) or None for one in taken]),
        (pl.Float64(), [one and one.first_daily for one in taken]),
        (pl.Int64(), [one and one.days for one in taken]),
        (pl.Float64(), [one and one.greatest_daily for one in taken]),
        (pl.Float64(), [one and one.mean_daily for one in taken]),
        (pl.Float64(), [one and one.cumulative for one in taken]),
        (pl.Int64(), [_missed(one) for one in taken]),
        (pl.Int64(), [_restarts_of(one, patient) for one, patient in zip(taken, patients, strict=True)]),
    )
    columns = {
        line.name: pl.Series(line.name, cells, dtype)
        for line, (dtype, cells) in zip(lines, values, strict=True)
    }
    mine = [(one,) if one else () for one in taken]
    given = Given(
        columns,
        lines,
        tuple(_spells(variable, mine, patients)),
        tuple(_unread(variable, mine, patients)),
    )
    return given, [_rows(one) for one in taken]


def _regimens(
    variable: Variable, taken: Sequence[tuple[Course, ...] | None], patients: Sequence[Patient]
) -> Treatment:
    levels = [None if some is None else {_level_of(one, variable) for one in some} for some in taken]
    column = regimens_column(variable, (level for mine in levels for level in mine or ()))
    order = {level: place for place, level in enumerate(column.levels)}
    cells = [None if mine is None else sorted(mine, key=order.__getitem__) for mine in levels]
    rows = [tuple(row for one in some or () for row in _rows(one)) for some in taken]
    mine = [some or () for some in taken]
    given = Given(
        {variable.name: pl.Series(variable.name, cells, dtype=pl.List(pl.String))},
        (column,),
        tuple(_spells(variable, mine, patients)),
        tuple(_unread(variable, mine, patients)),
    )
    return given, rows


def _rows(course: Course | None) -> tuple[str, ...]:
    """The first and the last row of a course: what lies between is between them."""
    if course is None:
        return ()
    return tuple(dict.fromkeys((course.origins[0], course.origins[-1])))


def _spells(
    variable: Variable, taken: Sequence[tuple[Course, ...]], patients: Sequence[Patient]
) -> Iterable[Row]:
    """A spell for each step of each course, in the order of the schema."""
    for patient, some in zip(patients, taken, strict=True):
        for course in some:
            for step in course.steps:
                daily = course.first_daily if len(course.steps) == 1 else step.daily
                yield (
                    str(patient.person),
                    1,
                    variable.name,
                    _level_of(course, variable),
                    course.drug,
                    str(step),
                    (step.start - course.start).days + 1,
                    (step.stop - course.start).days + 1,
                    hospital_day(number_of(step.start), patient),
                    step.dose_mg,
                    "mg" if step.dose_mg is not None else "",
                    step.interval_hours,
                    daily,
                    course.as_prednisone(daily),
                    course.as_dexamethasone(daily),
                    step.route,
                    "",
                    ORIGINS.join(_rows(course)),
                )


def _unread(
    variable: Variable, taken: Sequence[tuple[Course, ...]], patients: Sequence[Patient]
) -> Iterable[Row]:
    for patient, some in zip(patients, taken, strict=True):
        for course in some:
            for told in course.unparsed:
                origin, _, why = told.partition(": ")
                yield str(patient.person), 1, variable.name, course.drug, why, origin
