"""Overlapping categories: one patient may have several, and a patient is still counted once."""

from __future__ import annotations

import numpy as np

from caseseries.analysis.cautions import SMALL_EXPECTED, several_categories, small_expected
from caseseries.analysis.columns import Book, count, holds, known, left_out, split
from caseseries.analysis.ids import joined
from caseseries.analysis.results import Result
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Entries
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.stats.compare import smallest_expected
from caseseries.stats.estimate import Estimate
from caseseries.stats.permutation import entries_chi_square, permuted_entries
from caseseries.stats.proportions import proportion


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
            joined(part, "n"),
            f"Patients with: {level}",
            Estimate(count(rows), "count", count(among), "patients"),
            rows,
        )
        book.enter(
            joined(part, "count"),
            f"{label}, patients",
            Estimate(count(rows & in_first), "count", count(rows), "patients"),
            rows & in_first,
        )
        book.enter(
            joined(part, "share"),
            f"{label}, share",
            proportion(count(rows & in_first), count(rows), level=book.level),
            rows,
        )
    per_patient = membership[among].sum(axis=1)
    overlap = several_categories(int((per_patient > 1).sum()), int(per_patient.sum()), count(among))
    said = [overlap] if (per_patient > 1).any() else []
    table = np.array([[count(has & one.rows & among) for has in membership.T] for one in groups])
    smallest = smallest_expected(table[:, table.sum(axis=0) > 0])
    small = [small_expected(smallest)] if 0 < smallest < SMALL_EXPECTED else []
    printed = entries_chi_square(membership[among], in_first[among])
    book.enter_test(
        "chi-square", "Chi-square of the entries", printed, among, promised=True, cautions=[*small, *said]
    )
    if clause.beside != "none":
        permuted = permuted_entries(membership[among], in_first[among], seed=protocol.conventions.seed)
        label = "Permutation of the patients"
        book.enter_test("permutation", label, permuted, among, promised=False, cautions=())
    unused = [
        level for level, has in zip(column.levels, membership.T, strict=True) if not (has & among).any()
    ]
    notes = left_out(~among, "a category or a group")
    notes += [f"No patient has: {', '.join(unused)}."] if unused else []
    return Result(clause, tuple(book.numbers), tuple(one.group for one in groups), tuple(said), tuple(notes))
