"""The course: a serial by day, and the fall of a serial at a fixed day."""

from __future__ import annotations

import numpy as np

from caseseries.analysis.columns import (
    Book,
    Values,
    bounds_of_serial,
    groups_of,
    left_out,
    split,
)
from caseseries.analysis.comparison import enter_rank_tests
from caseseries.analysis.ids import EVERYBODY, joined, on_day
from caseseries.analysis.patient_courses import enter_courses
from caseseries.analysis.results import Result
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Landmark, Trajectory
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import in_running_text
from caseseries.stats.estimate import Estimate


def trajectory(clause: Trajectory, cases: CaseSeries, protocol: Protocol) -> Result:
    """By day how many have a value, its median and range; and the courses of the patients in numbers.

    The days are those of the grid; without one, those of the values.
    """
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    serial = protocol.serial(clause.serial)
    groups = groups_of(cases, clause.by)
    for day in serial.days or sorted(cases.serials.filter(name=serial.name)["day"].unique()):
        values = values_at(cases, serial.name, day)
        for one in groups:
            rows = one.rows & ~np.isnan(values)
            part = on_day(day, one.group.key)
            label = f"{serial.title} on day {day}" + (
                "" if one.group.key == EVERYBODY else f" ({one.group.title})"
            )
            book.enter(
                joined(part, "n"),
                f"{label}, patients",
                Estimate(int(rows.sum()), "count", int(one.rows.sum()), "patients"),
                rows,
            )
            if rows.any():
                book.enter_middle(part, label, values[rows], rows, serial.unit or "")
    found, notes = enter_courses(book, clause, protocol, groups)
    cautions = (*found, *bounds_of_serial(cases, serial.name))
    return Result(clause, tuple(book.numbers), tuple(one.group for one in groups), cautions, tuple(notes))


def landmark(clause: Landmark, cases: CaseSeries, protocol: Protocol) -> Result:
    """The fall by a fixed day as a share of day 1, among those with both values, between the two groups."""
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    serial, day = protocol.serial(clause.serial), day_number(clause.at)
    first, later = values_at(cases, serial.name, 1), values_at(cases, serial.name, day)
    falls = np.divide(first - later, first, out=np.full_like(first, np.nan), where=first > 0)
    has = ~np.isnan(falls)
    groups = split(cases, clause.by)
    rows = [one.rows & has for one in groups]
    for one, mine in zip(groups, rows, strict=True):
        label = f"Fall of {in_running_text(serial.title)} by day {day} ({one.group.title})"
        count = Estimate(int(mine.sum()), "count", int(one.rows.sum()), "patients")
        book.enter(joined(one.group.key, "n"), f"{label}, patients", count, mine)
        book.enter_middle(one.group.key, label, falls[mine], mine, "share")
    if len(groups) == 2:
        enter_rank_tests(book, falls, rows, promised="Mann-Whitney, exact", beside="none")
    among = np.any(rows, axis=0)
    notes = left_out(~among, f"a group, or a value above zero on day 1 and one on day {day},")
    notes.append("A rise counts as a negative fall.")
    notes += [f"No test: Mann-Whitney compares two groups, here are {len(groups)}."] * (len(groups) != 2)
    cautions = tuple(bounds_of_serial(cases, serial.name))
    return Result(clause, tuple(book.numbers), tuple(one.group for one in groups), cautions, tuple(notes))


def values_at(cases: CaseSeries, serial: str, day: int) -> Values:
    """The value of every patient on a day of the grid, NaN where there is none."""
    at = cases.serials.filter(name=serial, day=day)
    found = {
        (patient, episode): value
        for patient, episode, value in at.select("patient", "episode", "value").iter_rows()
    }
    keys = cases.table.select("patient", "episode").iter_rows()
    return np.array([found.get(key, np.nan) for key in keys], dtype=np.float64)
