"""The characteristics, over all and by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from caseseries.analysis.columns import numeric_parts
from caseseries.analysis.ids import (
    ANY,
    MIDDLES,
    SEVERAL,
    joined,
    summarised,
)
from caseseries.analysis.results import Result, Results
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.analysis import Summarise
from caseseries.protocol.clauses.variable import MEASURED
from caseseries.protocol.wording import in_running_text
from caseseries.report.numbers import said
from caseseries.report.page import Line, Row, Table, ref, words
from caseseries.stats.digits import shown

DASH = "\u2013"


def summary_table(clause: Summarise, result: Result, results: Results, cases: CaseSeries) -> Table:
    """The characteristics over all and by group."""
    stem, groups, level = result.slug, result.groups, results.conventions.level
    rows: list[Row] = []
    for name in clause.variables:
        for column in numeric_parts(cases, cases.column(name)):
            rows += _summary_rows(stem, column, [one.key for one in groups], results, clause)
    head = ("", *(one.title for one in groups))
    counts = Row(
        (
            words("Patients", head=True),
            *(words(ref(results, joined(stem, one.key, "n")), numeric=True) for one in groups),
        )
    )
    by = f", over all and by: {in_running_text(cases.column(clause.by).title)}" if clause.by else ""
    notes: list[Line] = [
        (f"Numbers are {clause.numbers}; categories are patients (share of those in whom it is known).",)
    ]
    if any(cases.column(name).kind == "event" for name in clause.variables):
        notes.append((f"Behind an event stands its {shown(level, 'share')} interval, exact.",))
    caption = f"{clause.name.capitalize()}{by}"
    return Table(stem, caption, head, (counts, *rows), (*notes, *said(result.cautions)))


def _summary_rows(
    stem: str, column: Column, groups: Sequence[str], results: Results, clause: Summarise
) -> Iterator[Row]:
    title = column.title + (f", {column.unit}" if column.unit and column.unit != "share" else "")

    def of(key: str, level: str = "") -> str:
        return joined(stem, summarised(column.name, key, level))

    def line(label: str, cells: Iterable[Line], depth: int = 0) -> Row:
        return Row((words(label, head=True, depth=depth), *(words(*cell, numeric=True) for cell in cells)))

    if column.kind in MEASURED:
        yield line(title, [_middle(of(key), results, clause) for key in groups])
    elif column.kind == "yes/no":
        yield line(title, [_counted(of(key), results) for key in groups])
    elif column.kind == "event":
        # Nothing seen in a few patients is not nothing: an event always shows how many it could be.
        yield line(title, [_counted(of(key), results, interval=True) for key in groups])
    else:
        levels = [("any", ANY)] if column.kind == "regimens" else []
        levels += [(level, level) for level in column.levels]
        levels += [("more than one", SEVERAL)] if column.kind == "categories" else []
        yield Row((words(title, head=True), *(words() for _ in groups)), is_group=True)
        for said_as, level in levels:
            yield line(said_as, [_counted(of(key, level), results) for key in groups], depth=1)
    missing = [joined(of(key), "missing") for key in groups]
    if any(results.value(id_) != 0 for id_ in missing):
        yield line("missing", [(ref(results, id_),) for id_ in missing], depth=1)


def _middle(stem: str, results: Results, clause: Summarise) -> Line:
    middle, *spread = (joined(stem, name) for name in MIDDLES[clause.numbers])
    if len(spread) == 2 and None in (results.value(middle), results.value(spread[0])):
        return (ref(results, middle),)
    ends = (ref(results, spread[0]), *(part for id_ in spread[1:] for part in (DASH, ref(results, id_))))
    return (ref(results, middle), " (", *ends, ")")


def _counted(stem: str, results: Results, *, interval: bool = False) -> Line:
    if results.value(f"{stem}.share") is None:
        return (ref(results, f"{stem}.count"),)
    limits: Line = ()
    if interval:
        limits = ("; ", ref(results, f"{stem}.share.low"), " to ", ref(results, f"{stem}.share.high"))
    return (ref(results, f"{stem}.count"), " (", ref(results, f"{stem}.share"), *limits, ")")
