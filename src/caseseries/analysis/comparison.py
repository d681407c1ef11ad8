"""Comparisons: the promised test of one outcome between two groups, and its companions beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from caseseries.analysis.cautions import (
    SMALL_EXPECTED,
    Caution,
    best_ever,
    not_promised,
    several_categories,
    small_expected,
    ties,
)
from caseseries.analysis.columns import (
    Book,
    Rows,
    Split,
    bounds_of_serial,
    cautions_of_values,
    holds,
    is_yes,
    known,
    left_out,
    measured,
    split,
    values_of,
)
from caseseries.analysis.results import Result, Standing
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Beside, Compare, Entries
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import Derived, GreatestFall
from caseseries.protocol.protocol import Protocol
from caseseries.stats.compare import chi_square, fisher, smallest_expected
from caseseries.stats.estimate import Estimate
from caseseries.stats.permutation import entries_chi_square, permuted_entries
from caseseries.stats.proportions import proportion
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
        [[_count(outcome & one.rows & answered), _count(~outcome & one.rows & answered)] for one in groups]
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
            "Chi-square, n - 1",
            lambda: chi_square(table, correction="n-1"),
        ),
        "Fisher": (
            "fisher",
            "Odds ratio, Fisher's exact test",
            lambda: fisher(table, level=protocol.conventions.level),
        ),
    }
    beside = {"none": (), "exact": ("Fisher",), "all in use": tuple(tests)}[clause.beside]
    smallest = smallest_expected(table)
    for name in dict.fromkeys((clause.test, *beside)):
        part, label, test = tests[name]
        said = [small_expected(smallest)] if part != "fisher" and 0 < smallest < SMALL_EXPECTED else []
        _enter_test(book, part, label, test(), among, promised=name == clause.test, cautions=said)
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
            f"{one.group.key}.n",
            f"{label}, patients",
            Estimate(_count(mine), "count", _count(one.rows), "patients"),
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
        _enter_test(
            book,
            part,
            label,
            test(first, second),
            rows[0] | rows[1],
            promised=name == promised,
            cautions=said,
        )


def entries(clause: Entries, cases: CaseSeries, protocol: Protocol) -> Result:
    """Overlapping categories: how many with each are in the first group, by two tests.

    The print's test takes each entry for a patient; the permutation deals the groups to patients.
    """
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    column, groups = cases.column(clause.of), split(cases, clause.by)
    among = known(cases, clause.of) & known(cases, clause.by)
    in_first = groups[0].rows
    membership = np.column_stack([holds(cases, clause.of, level) for level in column.levels])
    for level, has in zip(column.levels, membership.T, strict=True):
        rows = has & among
        part, label = slug(level), f"{groups[0].group.title} ({level})"
        book.enter(
            f"{part}.n",
            f"Patients with: {level}",
            Estimate(_count(rows), "count", _count(among), "patients"),
            rows,
        )
        book.enter(
            f"{part}.count",
            f"{label}, patients",
            Estimate(_count(rows & in_first), "count", _count(rows), "patients"),
            rows & in_first,
        )
        book.enter(
            f"{part}.share",
            f"{label}, share",
            proportion(_count(rows & in_first), _count(rows), level=book.level),
            rows,
        )
    per_patient = membership[among].sum(axis=1)
    overlap = several_categories(int((per_patient > 1).sum()), int(per_patient.sum()), _count(among))
    said = [overlap] if (per_patient > 1).any() else []
    table = np.array([[_count(has & one.rows & among) for has in membership.T] for one in groups])
    smallest = smallest_expected(table[:, table.sum(axis=0) > 0])
    small = [small_expected(smallest)] if 0 < smallest < SMALL_EXPECTED else []
    printed = entries_chi_square(membership[among], in_first[among])
    _enter_test(
        book,
        "chi-square",
        "Chi-square of the entries, as printed",
        printed,
        among,
        promised=True,
        cautions=[*small, *said],
    )
    if clause.beside != "none":
        permuted = permuted_entries(membership[among], in_first[among], seed=protocol.conventions.seed)
        _enter_test(
            book, "permutation", "Permutation of the patients", permuted, among, promised=False, cautions=[]
        )
    unused = [
        level for level, has in zip(column.levels, membership.T, strict=True) if not (has & among).any()
    ]
    notes = left_out(~among, "a category or a group")
    notes += [f"No patient has: {', '.join(unused)}."] if unused else []
    return Result(clause, tuple(book.numbers), tuple(one.group for one in groups), tuple(said), tuple(notes))


def _enter_test(
    book: Book,
    part: str,
    label: str,
    estimate: Estimate,
    rows: Rows,
    *,
    promised: bool,
    cautions: list[Caution],
) -> None:
    standing: Standing = "promised" if promised else "companion"
    said = cautions if promised or estimate.p is None else [*cautions, not_promised()]
    book.enter(part, label, estimate, rows, standing=standing, cautions=said)


def _best_ever(cases: CaseSeries, protocol: Protocol, clause: Compare, groups: list[Split]) -> list[Caution]:
    """Where the outcome is a greatest fall: how many values there were to reach it, by group."""
    column = protocol.column(clause.outcome)
    if not isinstance(column, Derived) or not isinstance(column.take, GreatestFall):
        return []
    counted = values_of(cases, column.take.greatest_fall)
    medians = [float(np.median(counted[one.rows])) if one.rows.any() else None for one in groups]
    said = [best_ever(medians[0], medians[1], groups[0].group.title, groups[1].group.title)]
    return said + bounds_of_serial(cases, column.take.greatest_fall)


def _count(rows: Rows) -> int:
    return int(rows.sum())
