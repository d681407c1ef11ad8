"""The incidence of competing events in numbers."""

from __future__ import annotations

from caseseries.analysis.ids import BY, GRAY, incidence_by, joined, of_group
from caseseries.analysis.results import Result, Results
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.report.numbers import number_cell, said, stands, test_line
from caseseries.report.page import Row, Table, ref, words
from caseseries.stats.digits import shown


def incidence_table(result: Result, results: Results, protocol: Protocol) -> Table:
    """Of each kind of event how many had it, its incidence by the horizons, and Gray's test of groups."""
    assert protocol.follow_up is not None
    stem, keys = result.slug, [of_group(one.key) for one in result.groups]
    empty = [words() for _ in keys[1:]]
    counts = (words(ref(results, joined(stem, key, "n")), numeric=True) for key in keys)
    rows = [Row((words("Patients", head=True), *counts))]
    for kind in result.competing.kinds:
        cells = (words(ref(results, joined(stem, key, slug(kind), "count")), numeric=True) for key in keys)
        rows.append(Row((words(kind[:1].upper() + kind[1:], head=True), *cells), is_group=True))
        for horizon in protocol.follow_up.horizons:
            of_each = (
                number_cell(results, joined(stem, key, slug(kind), incidence_by(horizon))) for key in keys
            )
            rows.append(Row((words(f"incidence by {horizon}", head=True, depth=1), *of_each)))
        test = joined(stem, slug(kind), GRAY)
        if stands(results, test):
            line = words(*test_line(results.number(test), results), numeric=True)
            rows.append(Row((words("Gray\u2019s test, p", head=True, depth=1), line, *empty)))
    shares = [one.estimate for one in result.numbers if f".{BY}." in one.id]
    nothing = []
    if any(one.value is not None and one.level is None for one in shares):
        nothing.append(("Where nobody had had the event yet, or nobody was left, there are no limits.",))
    limits = f"In brackets the {shown(protocol.conventions.level, 'share')} interval"
    scale = getattr(result.clause, "limits", "log-log")
    notes = [
        *((note,) for note in result.notes),
        *nothing,
        (f"{limits}: {scale} limits.",),
        *said(result.cautions),
    ]
    head = ("", *(one.title for one in result.groups))
    return Table(stem, result.clause.name.capitalize(), head, tuple(rows), tuple(notes))
