"""The courses of patients in numbers: each patient's own, and their middles over all or by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from caseseries.analysis.cautions import Caution, clock_does_not_fit, different_starts, unequal_values
from caseseries.analysis.columns import Book, Rows, Split, Values, left_out, patients_of
from caseseries.analysis.ids import EVERYBODY, HALF, joined, of_group, of_patients
from caseseries.analysis.measures import REACHED_HALF, Course, Measure, measures
from caseseries.cases.clocks import days, days_of_death
from caseseries.cases.long_tables import KEY
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.analysis import Trajectory
from caseseries.protocol.clauses.variable import Serial
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, in_running_text
from caseseries.stats.estimate import Estimate

MANY_PATIENTS = 1000
"""Above this many, no number, no line and no figure a patient."""
Courses = Mapping[int, Course]
"""The course of each row that has a value."""
Told = Mapping[int, Estimate]
"""What a measure says of each row of which it is asked."""


def enter_courses(
    book: Book, clause: Trajectory, protocol: Protocol, groups: Sequence[Split]
) -> tuple[list[Caution], list[str]]:
    """Enter every measure of the courses, by group and by patient; the cautions and notes that they need."""
    serial = protocol.serial(clause.serial)
    deaths = days_of_death(book.cases, protocol, serial.counted_from)
    courses = _courses(book.cases, serial, deaths)
    lines = measures(clause, serial)
    told = [_told(line, courses) for line in lines]
    for line, mine in zip(lines, told, strict=True):
        for one in groups:
            _enter_group(book, line, mine, one, serial)
    if book.cases.n <= MANY_PATIENTS:
        _enter_patients(book, lines, told, serial)
    return _cautions(book.cases, serial, courses), _notes(book.cases, protocol, serial, courses, deaths)


def _courses(cases: CaseSeries, serial: Serial, deaths: tuple[Values, Values] | None) -> Courses:
    found = (
        cases.serials.filter(pl.col("name") == serial.name)
        .sort("day")
        .group_by(KEY, maintain_order=True)
        .agg(pl.col("day").cast(pl.Float64), "value")
    )
    by_row = cases.table.select(KEY).with_row_index("row").join(found, on=KEY).sort("row")
    # A value of a grid may stand so many days later than it was taken.
    late = read_span(serial.within).in_days() if serial.within and serial.days else 0.0
    courses = {}
    for row, when, what in by_row.select("row", "day", "value").iter_rows():
        day = np.nan if deaths is None else deaths[0][row]
        known = deaths is not None and not np.isnan(day)
        end = (float(day), float(deaths[1][row]) + late) if deaths is not None and known else (None, None)
        courses[row] = Course(when, what, *end)
    return courses


def _told(line: Measure, courses: Courses) -> Told:
    asked = ((row, line.of(course)) for row, course in courses.items())
    return {row: estimate for row, estimate in asked if estimate is not None}


def _enter_group(book: Book, line: Measure, told: Told, one: Split, serial: Serial) -> None:
    """The median and range of those in whom it can be told; of the half first how many reached it."""
    values = np.full(book.cases.n, np.nan)
    looked = np.zeros(book.cases.n, dtype=bool)
    for row, estimate in told.items():
        values[row] = np.nan if estimate.value is None else estimate.value
        looked[row] = estimate.value is not None or bool(estimate.beyond)
    part = joined(of_group(one.group.key), line.part)
    of = "" if one.group.key == EVERYBODY else one.group.title
    rows = one.rows & ~np.isnan(values)
    if line.part == HALF and (one.rows & looked).any():
        book.enter_count(part, _label(serial, REACHED_HALF, of), rows, one.rows & looked)
    if rows.any():
        book.enter_middle(part, _label(serial, line.title, of), values[rows], rows, line.unit)


def _enter_patients(book: Book, lines: Sequence[Measure], told: Sequence[Told], serial: Serial) -> None:
    pieces = of_patients(book.cases.patients)
    for line, mine in zip(lines, told, strict=True):
        for row, estimate in mine.items():
            name, only = book.cases.patients[row], np.zeros(book.cases.n, dtype=bool)
            only[row] = True
            label = _label(serial, line.title, f"patient {name}")
            book.enter(joined(pieces[name], line.part), label, estimate, only)


def _label(serial: Serial, title: str, of: str) -> str:
    return f"{serial.title}: {in_running_text(title)}" + (f" ({of})" if of else "")


def _cautions(cases: CaseSeries, serial: Serial, courses: Courses) -> list[Caution]:
    said = []
    later = {row: sum(day > 1 for day in course.days) for row, course in courses.items()}
    if len(set(later.values())) > 1:
        ends = [
            [later[row] for row in later if (courses[row].died is None) is lived] for lived in (False, True)
        ]
        middles = [float(np.median(one)) for one in ends if one] if all(ends) else []
        said.append(unequal_values(min(later.values()), max(later.values()), middles))
    starts = days(cases, serial.counted_from)
    known = [] if starts is None else [starts[row] for row in courses if not np.isnan(starts[row])]
    if known and min(known) != max(known):
        said.append(different_starts(min(known), float(np.median(known)), max(known)))
    contradicted = _rows(cases, [row for row, course in courses.items() if course.contradicts])
    if contradicted.any():
        sentence = (
            f"A value of {in_running_text(serial.title)} stands after death, so that none before it is told"
        )
        said.append(clock_does_not_fit(patients_of(cases, contradicted), sentence))
    return said


def _notes(
    cases: CaseSeries,
    protocol: Protocol,
    serial: Serial,
    courses: Courses,
    deaths: tuple[Values, Values] | None,
) -> list[str]:
    notes = left_out(~_rows(cases, list(courses)), f"a value of {in_running_text(serial.title)}")
    # A sheet may hold days that its grid does not name; these are looked at too.
    if serial.days and set(cases.serials.filter(name=serial.name)["day"]) <= set(serial.days):
        notes.append("Only values on the days of the grid are looked at, each as of its day there.")
    if deaths is not None:
        notes.append("The day of death is the time followed, to the nearest day, as rounded as it was noted.")
    elif protocol.follow_up is not None:
        since = a_moment(serial.counted_from)
        notes.append(f"No last value before death: these cases do not tell its day, counted from {since}.")
    return notes


def _rows(cases: CaseSeries, rows: Sequence[int]) -> Rows:
    found = np.zeros(cases.n, dtype=bool)
    found[list(rows)] = True
    return found
