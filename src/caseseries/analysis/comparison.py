"""Comparisons: the promised test of one outcome between groups, and its companions beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from caseseries.analysis.best_ever import enter_follow_up_alone
from caseseries.analysis.cautions import SMALL_EXPECTED, small_expected, ties
from caseseries.analysis.columns import (
    Book,
    Rows,
    Split,
    Values,
    cautions_of_values,
    count,
    is_yes,
    known,
    left_out,
    measured,
    split,
)
from caseseries.analysis.cross_table import compare_table
from caseseries.analysis.ids import joined
from caseseries.analysis.methods import (
    Method,
    contrasts_of_ranks,
    contrasts_of_shares,
    tests_of_ranks,
    tests_of_several_ranks,
    tests_of_shares,
    two_by_two,
)
from caseseries.analysis.results import Result
from caseseries.analysis.unknown_outcomes import enter_unknown
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Beside, Compare
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import MEASURED
from caseseries.protocol.protocol import Protocol
from caseseries.stats.compare import smallest_expected
from caseseries.stats.estimate import Estimate
from caseseries.stats.ranks import has_ties


def compare(clause: Compare, cases: CaseSeries, protocol: Protocol) -> Result:
    """A measured outcome by medians, yes and no in two groups by shares, all else as a table of counts.

    The promised test comes first.
    """
    groups, kind = split(cases, clause.by), cases.column(clause.outcome).kind
    if kind in MEASURED:
        return _compare_ranks(clause, cases, protocol, groups)
    if kind == "yes/no" and len(groups) == 2:
        return _compare_shares(clause, cases, protocol, groups)
    return compare_table(clause, cases, protocol)


def _compare_shares(clause: Compare, cases: CaseSeries, protocol: Protocol, groups: list[Split]) -> Result:
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    outcome, answered = is_yes(cases, clause.outcome), known(cases, clause.outcome)
    title = cases.column(clause.outcome).title
    for one in groups:
        book.enter_count(one.group.key, f"{title} ({one.group.title})", outcome, one.rows & answered)
    enter_unknown(book, title, outcome, answered, groups)
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


def _compare_ranks(clause: Compare, cases: CaseSeries, protocol: Protocol, groups: list[Split]) -> Result:
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    column, values = cases.column(clause.outcome), measured(cases, clause.outcome)
    answered = known(cases, clause.outcome)
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
    notes = left_out(~(answered & known(cases, clause.by)), "an outcome or a group")
    if len(groups) > 2:
        seed = protocol.conventions.seed
        _enter_several(book, values, rows, promised=clause.test, beside=clause.beside, seed=seed)
        nobody = [one.group.title for one, mine in zip(groups, rows, strict=True) if not mine.any()]
        notes += [f"Nobody to compare in: {', '.join(nobody)}."] if nobody else []
    else:
        if clause.beside == "all in use":
            _enter_shifts(book, values, rows, column.unit)
        enter_rank_tests(book, values, rows, promised=clause.test, beside=clause.beside)
    cautions += enter_follow_up_alone(book, protocol, clause, groups)
    return Result(
        clause, tuple(book.numbers), tuple(one.group for one in groups), tuple(cautions), tuple(notes)
    )


def _enter_shifts(book: Book, values: Values, rows: list[Rows], unit: str) -> None:
    """How far apart two groups are."""
    both = rows[0] | rows[1]
    for method in contrasts_of_ranks(values[rows[0]], values[rows[1]], book.level, unit):
        book.enter_test(method.part, method.label, method.done(), both, promised=False, cautions=())


def _enter_several(
    book: Book, values: Values, rows: list[Rows], *, promised: str, beside: Beside, seed: int
) -> None:
    """Kruskal-Wallis between the groups that have values, asymptotic and exact; the promised is marked."""
    samples = [values[mine] for mine in rows if mine.any()]
    tests = tests_of_several_ranks(samples, seed)
    companions = {"none": (), "exact": ("Kruskal-Wallis, exact",), "all in use": tuple(tests)}[beside]
    _enter_tests(book, values, rows, tests, promised, companions)


def enter_rank_tests(
    book: Book, values: np.ndarray, rows: list[Rows], *, promised: str, beside: Beside
) -> None:
    """Mann-Whitney between the two groups, asymptotic and exact; the promised one is marked."""
    tests = tests_of_ranks(values[rows[0]], values[rows[1]])
    companions = {"none": (), "exact": ("Mann-Whitney, exact",), "all in use": tuple(tests)}[beside]
    _enter_tests(book, values, rows, tests, promised, companions)


def _enter_tests(
    book: Book,
    values: Values,
    rows: list[Rows],
    tests: Mapping[str, Method],
    promised: str,
    companions: Sequence[str],
) -> None:
    """The promised test and its companions, each once, with a caution where values are tied."""
    among = np.logical_or.reduce(rows)
    both = values[among]
    said = [ties(len(np.unique(both)), len(both))] if has_ties(both) else []
    for name in dict.fromkeys((promised, *companions)):
        method, is_promised = tests[name], name == promised
        book.enter_test(method.part, method.label, method.done(), among, promised=is_promised, cautions=said)
