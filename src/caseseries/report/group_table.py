"""Groups side by side: what a comparison of several groups, or of several levels, counted in each."""

from __future__ import annotations

from collections.abc import Sequence

from caseseries.analysis.ids import MIDDLES, joined
from caseseries.analysis.results import Result, Results
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Compare
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.wording import in_running_text
from caseseries.report.labels import without_prefix
from caseseries.report.numbers import with_interval
from caseseries.report.page import Line, Row, Table, ref, words

DASH = "\u2013"


def group_tables(compared: Sequence[Result], results: Results, cases: CaseSeries) -> list[Table]:
    """A table for each comparison that two short lines do not tell: of more groups, or of a category."""
    return [
        _group_table(result, result.clause, results, cases)
        for result in compared
        if isinstance(result.clause, Compare)
        and (len(result.groups) > 2 or cases.column(result.clause.outcome).kind == "category")
    ]


def _group_table(result: Result, clause: Compare, results: Results, cases: CaseSeries) -> Table:
    """A line a group: how many, and how many of these have each level, or their median and range."""
    column, stem = cases.column(clause.outcome), result.slug
    keys = [joined(stem, one.key) for one in result.groups]
    measured = column.title + (f", {column.unit}" if column.unit and column.unit != "share" else "")
    note = "In brackets the share of the group."
    cells: list[list[Line]]
    if column.kind == "category":
        head = ["Patients", *column.levels]
        cells = [
            [
                (ref(results, f"{key}.n"),),
                *(_counted(results, joined(key, slug(level))) for level in column.levels),
            ]
            for key in keys
        ]
    elif column.kind == "yes/no":
        head = ["Patients", column.yes or column.title, "Share (interval)"]
        note = "Shares have exact intervals."
        cells = [
            [
                (ref(results, f"{key}.share.n"),),
                (ref(results, f"{key}.count"),),
                with_interval(results, f"{key}.share"),
            ]
            for key in keys
        ]
    else:
        head, note = ["Patients", "Median (range)"], "Patients are those with a value."
        cells = [[(ref(results, f"{key}.n"),), _middle(results, key)] for key in keys]
    titles = without_prefix([one.title for one in result.groups])
    rows = [
        Row((words(title, head=True), *(words(*cell, numeric=True) for cell in line)))
        for title, line in zip(titles, cells, strict=True)
    ]
    caption = f"{clause.name.capitalize()}: {in_running_text(measured)}, group by group"
    return Table(f"{stem}-groups", caption, (cases.column(clause.by).title, *head), tuple(rows), ((note,),))


def _counted(results: Results, of: str) -> Line:
    """Patients, and their share where there is one."""
    count = ref(results, f"{of}.count")
    if results.value(f"{of}.share") is None:
        return (count,)
    return (count, " (", ref(results, f"{of}.share"), ")")


def _middle(results: Results, of: str) -> Line:
    middle, low, high = (joined(of, name) for name in MIDDLES["median (range)"])
    if results.value(low) is None:
        return (ref(results, middle),)
    return (ref(results, middle), " (", ref(results, low), DASH, ref(results, high), ")")
