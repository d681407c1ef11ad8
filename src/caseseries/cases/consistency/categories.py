"""Categories: patients whom an analysis of entries counts more than once."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Entries
from caseseries.protocol.protocol import Protocol


def category_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Where the protocol tests the entries of a column, the patients who have several."""
    for name in dict.fromkeys(one.of for one in protocol.analyses if isinstance(one, Entries)):
        column = protocol.column(name)
        if column is None or column.kind != "categories" or not cases.has(name):
            continue
        sizes = cases.table[name].list.len()
        rows = (sizes > 1).fill_null(False).arg_true().to_list()
        if not rows:
            continue
        entries, known = int(sizes.sum()), cases.n - sizes.null_count()
        sentence = (
            f"{column.title}: {len(rows)} of {known} patients stand in several categories, "
            f"so that a test counts {entries} entries of {known} patients."
        )
        why = "Such a test takes every entry for another patient; its p-value does not hold."
        who = tuple(cases.patients[row] for row in rows)
        yield Question("categories", sentence, why, who, tuple(cases.origin(row, name) for row in rows))
