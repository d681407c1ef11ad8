"""The course of a serial in numbers."""

from __future__ import annotations

from caseseries.analysis.ids import MEDIAN, joined, on_day
from caseseries.analysis.results import Result, Results
from caseseries.protocol.clauses.variable import Serial
from caseseries.report.page import Cell, ref, words


def by_day(serial: Serial, result: Result, results: Results) -> dict[str, dict[int, Cell]]:
    """How many have a value on each day of the grid, and its median: the lines under a grid of days."""
    lines: dict[str, dict[int, Cell]] = {"Patients": {}, "Median": {}}
    for day in serial.days:
        for name, part in (("Patients", "n"), ("Median", MEDIAN)):
            id_ = joined(result.slug, on_day(day), part)
            if id_ in results.numbers:
                lines[name][day] = words(ref(results, id_), numeric=True, mark="day")
    return {name: cells for name, cells in lines.items() if cells}
