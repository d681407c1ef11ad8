"""The course of a serial in numbers: by day, over all or by group, and a line a patient."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.analysis.ids import HALF, HIGHEST, LOWEST, MEDIAN, joined, of_group, of_patients, on_day
from caseseries.analysis.measures import REACHED_HALF, VALUES, Measure, measures
from caseseries.analysis.results import Result, Results
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Trajectory
from caseseries.protocol.clauses.variable import Serial
from caseseries.report.numbers import said, stands, with_interval
from caseseries.report.page import Cell, Line, Row, Table, ref, words
from caseseries.stats.digits import shown

DASH = "\u2013"


def by_day(serial: Serial, result: Result, results: Results) -> dict[str, dict[int, Cell]]:
    """How many have a value on each day of the grid, and its median: the lines under a grid of days."""
    lines: dict[str, dict[int, Cell]] = {"Patients": {}, "Median": {}}
    for day in serial.days:
        for name, part in (("Patients", "n"), ("Median", MEDIAN)):
            id_ = joined(result.slug, on_day(day), part)
            if id_ in results.numbers:
                lines[name][day] = words(ref(results, id_), numeric=True, mark="day")
    return {name: cells for name, cells in lines.items() if cells}


def course_table(result: Result, serial: Serial, results: Results) -> Table:
    """A line a measure of the courses, a column a group: median, range, and in how many it can be told."""
    assert isinstance(result.clause, Trajectory)
    rows: list[Row] = []
    for measure in measures(result.clause, serial):
        rows += _rows(measure, result, results)
    level = shown(results.conventions.level, "share")
    notes: list[Line] = [
        ("Medians (range) of the patients in whom it can be told, n; a number leads to its rule.",),
        (f"Behind the share that reached half of day 1 stands its {level} interval, exact.",),
        *((note,) for note in result.notes),
    ]
    head = ("", *(one.title for one in result.groups))
    caption = f"{serial.title}: the courses in numbers"
    return Table(_name(result, "in-numbers"), caption, head, tuple(rows), (*notes, *said(result.cautions)))


def patients_table(result: Result, serial: Serial, cases: CaseSeries, results: Results) -> Table:
    """The same, a line a patient; what cannot be told says so, and leads to the reason."""
    assert isinstance(result.clause, Trajectory)
    lines = measures(result.clause, serial)
    pieces = of_patients(cases.patients)
    rows = []
    for name in cases.patients:
        ids = [joined(result.slug, pieces[name], line.part) for line in lines]
        if any(stands(results, id_) for id_ in ids):
            rows.append(Row((words(name, head=True), *(_of_one(results, id_) for id_ in ids))))
    head = ("Patient", *(line.headed for line in lines))
    notes = (
        ("Not estimable leads to the reason. Before death, empty: did not die, or the day is not known.",),
    )
    caption = f"{serial.title}: the course of each patient in numbers"
    return Table(_name(result, "by-patient"), caption, head, tuple(rows), notes, is_wide=True)


def _name(result: Result, what: str) -> str:
    return f"{result.slug}-{what}"


def _rows(measure: Measure, result: Result, results: Results) -> Iterator[Row]:
    """The lines of a measure that stand for any group; of the half first how many reached it."""
    stems = [joined(result.slug, of_group(one.key), measure.part) for one in result.groups]
    if any(stands(results, joined(stem, "share")) for stem in stems):
        yield Row((words(REACHED_HALF, head=True), *(_counted(results, stem) for stem in stems)))
    if any(stands(results, joined(stem, MEDIAN)) for stem in stems):
        is_below = measure.is_below or measure.part == HALF
        title = "time to it in those who did, days" if measure.part == HALF else measure.headed
        title = f"{title} a patient" if measure.part == VALUES else title
        name = words(title, head=True, depth=int(is_below))
        yield Row((name, *(_middle(results, stem) for stem in stems)))


def _counted(results: Results, stem: str) -> Cell:
    if not stands(results, joined(stem, "share")):
        return words()
    count, share = joined(stem, "count"), joined(stem, "share")
    among = (" of ", ref(results, f"{count}.n"), ": ")
    return words(ref(results, count), *among, *with_interval(results, share), numeric=True)


def _middle(results: Results, stem: str) -> Cell:
    if not stands(results, joined(stem, MEDIAN)):
        return words()
    middle, low, high = (ref(results, joined(stem, end)) for end in (MEDIAN, LOWEST, HIGHEST))
    n = ref(results, joined(stem, MEDIAN, "n"))
    return words(middle, " (", low, DASH, high, "), n = ", n, numeric=True)


def _of_one(results: Results, id_: str) -> Cell:
    return words(ref(results, id_), numeric=True) if stands(results, id_) else words()
