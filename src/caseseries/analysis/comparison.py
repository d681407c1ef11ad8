"""Comparisons: the promised test of one outcome between two groups, and its companions beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from caseseries.analysis.cautions import (
    SMALL_EXPECTED,
    Caution,
    best_ever,
    small_expected,
    ties,
)
from caseseries.analysis.columns import (
    Book,
    Rows,
    Split,
    bounds_of_serial,
    cautions_of_values,
    count,
    is_yes,
    known,
    left_out,
    measured,
    split,
    values_after,
)
from caseseries.analysis.ids import joined
from caseseries.analysis.results import Result
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Beside, Compare
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Derived, GreatestFall
from caseseries.protocol.protocol import Protocol
from caseseries.stats.compare import chi_square, fisher, smallest_expected
from caseseries.stats.estimate import Estimate
from caseseries.stats.ranks import has_ties, mann_whitney, mann_whitney_exact

NOT_BUILT = ("mid-p", "Barnard", "Boschloo (two definitions)")
"""Tests of a 2 x 2 table in use that this version does not serve."""


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
    tests: dict[str, tuple[str, str, Callable[[], Estimate]]] = {
        "chi-square, uncorrected": ("chi-square", "Chi-square, uncorrected", lambda: chi_square(table)),
        "chi-square, Yates": (
            "chi-square-yates",
            "Chi-square, Yates",
            lambda: chi_square(table, correction="Yates"),
        ),
        "chi-square, n - 1": (
            "chi-square-n-1",
            "Chi-square, n \u2212 1",
            lambda: chi_square(table, correction="n-1"),
        ),
        "Fisher": (
            "fisher",
            "Fisher's exact test",
            lambda: fisher(table, level=protocol.conventions.level),
        ),
    }
    beside = {"none": (), "exact": ("Fisher",), "all in use": tuple(tests)}[clause.beside]
    smallest = smallest_expected(table)
    for name in dict.fromkeys((clause.test, *beside)):
        part, label, test = tests[name]
        said = [small_expected(smallest)] if part != "fisher" and 0 < smallest < SMALL_EXPECTED else []
        book.enter_test(part, label, test(), among, promised=name == clause.test, cautions=said)
    notes = left_out(~among, "an outcome or a group")
    if clause.beside == "all in use":
        notes.append(
            f"Of the tests in use, {len(tests)} are served here; not built yet: {', '.join(NOT_BUILT)}."
        )
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
    enter_rank_tests(book, values, rows, promised=clause.test, beside=clause.beside)
    cautions += _best_ever(cases, protocol, clause, groups)
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
    tests = {
        "Mann-Whitney": ("mann-whitney", "Mann-Whitney test", mann_whitney),
        "Mann-Whitney, exact": ("mann-whitney-exact", "Mann-Whitney test, exact", mann_whitney_exact),
    }
    companions = {"none": (), "exact": ("Mann-Whitney, exact",), "all in use": tuple(tests)}[beside]
    for name in dict.fromkeys((promised, *companions)):
        part, label, test = tests[name]
        both_rows = rows[0] | rows[1]
        book.enter_test(part, label, test(first, second), both_rows, promised=name == promised, cautions=said)


def _best_ever(cases: CaseSeries, protocol: Protocol, clause: Compare, groups: list[Split]) -> list[Caution]:
    """Where the outcome is a greatest fall: how many values there were to reach it, by group."""
    column = protocol.column(clause.outcome)
    if not isinstance(column, Derived) or not isinstance(column.take, GreatestFall):
        return []
    first_day = day_number(column.take.as_share_of)
    counted = values_after(cases, column.take.greatest_fall, first_day)
    medians = [float(np.median(counted[one.rows])) if one.rows.any() else None for one in groups]
    said = [best_ever(medians[0], medians[1], groups[0].group.title, groups[1].group.title)]
    return said + bounds_of_serial(cases, column.take.greatest_fall)
