"""Cross tables: a category, or yes and no, counted in any number of groups, and tested as one table."""

from __future__ import annotations

import numpy as np

from caseseries.analysis.cautions import SMALL_EXPECTED, small_expected
from caseseries.analysis.columns import Book, Rows, Split, count, holds, is_yes, known, left_out, split
from caseseries.analysis.ids import joined
from caseseries.analysis.methods import tests_of_tables
from caseseries.analysis.results import Result
from caseseries.analysis.unknown_outcomes import enter_unknown
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Compare
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.stats.compare import smallest_expected
from caseseries.stats.estimate import Estimate


def compare_table(clause: Compare, cases: CaseSeries, protocol: Protocol) -> Result:
    """How many of each group have each level, and the promised test of the whole table.

    Groups and levels that nobody has are left out of the tests, and named.
    """
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    column, answered = cases.column(clause.outcome), known(cases, clause.outcome)
    groups = split(cases, clause.by)
    if column.kind == "yes/no":
        yes = is_yes(cases, clause.outcome)
        for one in groups:
            label = f"{column.title} ({one.group.title})"
            book.enter_count(one.group.key, label, yes, one.rows & answered)
        enter_unknown(book, column.title, yes, answered, groups)
        levels = {one.group.title: one.rows for one in split(cases, clause.outcome)}
    else:
        levels = {level: holds(cases, clause.outcome, level) for level in column.levels}
        for one in groups:
            _enter_levels(book, column.title, levels, one, answered)
    table = np.array([[count(has & one.rows & answered) for has in levels.values()] for one in groups])
    in_group, with_level = table.sum(axis=1) > 0, table.sum(axis=0) > 0
    tested = table[in_group][:, with_level] if table.any() else table
    among = answered & known(cases, clause.by)
    smallest = smallest_expected(tested)
    tests = tests_of_tables(tested.tolist(), protocol.conventions.seed)
    beside = {"none": (), "exact": ("Freeman-Halton",), "all in use": tuple(tests)}[clause.beside]
    for name in dict.fromkeys((clause.test, *beside)):
        method = tests[name]
        said = [small_expected(smallest)] if method.is_chi_square and 0 < smallest < SMALL_EXPECTED else []
        is_promised = name == clause.test
        book.enter_test(method.part, method.label, method.done(), among, promised=is_promised, cautions=said)
    notes = left_out(~among, "an outcome or a group")
    nobody = [one.group.title for one, some in zip(groups, in_group.tolist(), strict=True) if not some]
    unused = [level for level, some in zip(levels, with_level.tolist(), strict=True) if not some]
    notes += [f"Nobody to compare in: {', '.join(nobody)}."] if nobody else []
    notes += [f"No patient has: {', '.join(unused)}."] if unused else []
    return Result(clause, tuple(book.numbers), tuple(one.group for one in groups), notes=tuple(notes))


def _enter_levels(book: Book, title: str, levels: dict[str, Rows], one: Split, answered: Rows) -> None:
    key, rows = one.group.key, one.rows & answered
    label = f"{title} ({one.group.title})"
    size = Estimate(count(rows), "count", count(one.rows), "patients")
    book.enter(joined(key, "n"), f"{label}, patients", size, rows)
    for level, has in levels.items():
        book.enter_count(joined(key, slug(level)), f"{label}: {level}", has, rows)
