"""Comparisons: the promised test of one outcome between two groups, and its companions beside it."""

from __future__ import annotations

import numpy as np

from caseseries.analysis.best_ever import enter_follow_up_alone
from caseseries.analysis.cautions import (
    SMALL_EXPECTED,
    small_expected,
    ties,
)
from caseseries.analysis.columns import (
    Book,
    Rows,
    cautions_of_values,
    count,
    is_yes,
    known,
    left_out,
    measured,
    split,
)
from caseseries.analysis.ids import joined
from caseseries.analysis.methods import (
    contrasts_of_ranks,
    contrasts_of_shares,
    tests_of_ranks,
    tests_of_shares,
    two_by_two,
)
from caseseries.analysis.results import Result
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Beside, Compare
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.stats.compare import smallest_expected
from caseseries.stats.estimate import Estimate
from caseseries.stats.ranks import has_ties


def compare(clause: Compare, cases: CaseSeries, protocol: Protocol) -> Result:
    """A yes/no outcome by shares, a measured one by medians; the promised test first."""
    if cases.column(clause.outcome).kind == "yes/no":
        return _compare_shares(clause, cases, protocol)
    return _compare_ranks(clause, cases, protocol)


def _compare_shares(clause: Compare, cases: CaseSeries, protocol: Protocol) -> Result:
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    outcome, answered = is_yes(cases, clause.outcome), known(cases, clause.outcome)
    title = cases.column(clause.outcome).title
    groups = split(cases, clause.by)
    for one in groups:
        book.enter_count(one.group.key, f"{title} ({one.group.title})", outcome, one.rows & answered)
    table = np.array(
        [[count(outcome & one.rows & answered), count(~outcome & one.rows & answered)] for one in groups]
    )
    among = answered & known(cases, clause.by)
    tests = tests_of_shares(two_by_two(table), book.level)
    estimates = contrasts_of_shares(two_by_two(table), book.level) if clause.beside == "all in use" else ()
    for method in estimates:
        book.enter_test(method.part, method.label, method.done(), among, promised=False, cautions=())
    beside = {"none": (), "exact": ("Fisher",), "all in use": tuple(tests)}[clause.beside]
    smallest = smallest_expected(table)
    for name in dict.fromkeys((clause.test, *beside)):
        method = tests[name]
        is_small = method.is_chi_square and 0 < smallest < SMALL_EXPECTED
        said = [small_expected(smallest)] if is_small else []
        is_promised = name == clause.test
        book.enter_test(method.part, method.label, method.done(), among, promised=is_promised, cautions=said)
    notes = left_out(~among, "an outcome or a group")
    return Result(clause, tuple(book.numbers), tuple(one.group for one in groups), notes=tuple(notes))


def _compare_ranks(clause: Compare, cases: CaseSeries, protocol: Protocol) -> Result:
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    column, values = cases.column(clause.outcome), measured(cases, clause.outcome)
    groups, answered = split(cases, clause.by), known(cases, clause.outcome)
    rows = [one.rows & answered for one in groups]
    for one, mine in zip(groups, rows, strict=True):
        label = f"{column.title} ({one.group.title})"
        book.enter(
            joined(one.group.key, "n"),
            f"{label}, patients",
            Estimate(count(mine), "count", count(one.rows), "patients"),
            mine,
        )
        book.enter_middle(one.group.key, label, values[mine], mine, column.unit)
    cautions = cautions_of_values(cases, clause.outcome)
    if clause.beside == "all in use":
        samples = values[rows[0]], values[rows[1]]
        for method in contrasts_of_ranks(*samples, book.level, column.unit):
            both = rows[0] | rows[1]
            book.enter_test(method.part, method.label, method.done(), both, promised=False, cautions=())
    enter_rank_tests(book, values, rows, promised=clause.test, beside=clause.beside)
    cautions += enter_follow_up_alone(book, protocol, clause, groups)
    notes = left_out(~(answered & known(cases, clause.by)), "an outcome or a group")
    return Result(
        clause, tuple(book.numbers), tuple(one.group for one in groups), tuple(cautions), tuple(notes)
    )


def enter_rank_tests(
    book: Book, values: np.ndarray, rows: list[Rows], *, promised: str, beside: Beside
) -> None:
    """Mann-Whitney between the two groups, asymptotic and exact; the promised one is marked."""
    first, second = values[rows[0]], values[rows[1]]
    both = np.concatenate([first, second])
    said = [ties(len(np.unique(both)), len(both))] if has_ties(both) else []
    tests = tests_of_ranks(first, second)
    companions = {"none": (), "exact": ("Mann-Whitney, exact",), "all in use": tuple(tests)}[beside]
    for name in dict.fromkeys((promised, *companions)):
        method, both_rows, is_promised = tests[name], rows[0] | rows[1], name == promised
        book.enter_test(
            method.part, method.label, method.done(), both_rows, promised=is_promised, cautions=said
        )
