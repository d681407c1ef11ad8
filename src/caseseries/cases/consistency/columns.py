"""Columns: one that stands in order from top to bottom, or in which numbers go on from row to row."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, lgamma

import numpy as np
from numpy.typing import NDArray

from caseseries.cases.consistency.chance import UNLIKELY, Chance, one_in
from caseseries.cases.consistency.question import Question
from caseseries.cases.consistency.runs import same_by_chance
from caseseries.cases.consistency.tables import plainly
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import MEASURED, Variable
from caseseries.protocol.protocol import Protocol

FEWEST = 3
"""Rows in which a number that goes on is looked at."""
MOST_SHARE = 1 / 3
"""Where a number goes on through more of the column, that is how the column is."""
MOST_ROWS = 5_000
"""Longer sheets were not typed by hand."""
WHY_SORTED = (
    "If the whole sheet was sorted by it, nothing is wrong; if the column was sorted alone, "
    "its values stand in other patients' rows."
)
WHY_DRAGGED = "The first may have been dragged down over the cells below it."


def column_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Measured columns in order from top to bottom, and the same number or the next in row after row."""
    if cases.from_records or cases.n > MOST_ROWS:
        return
    for variable in protocol.variables:
        if variable.kind in MEASURED and cases.has(variable.name):
            known = cases.table[variable.name].is_not_null().to_numpy()
            rows = np.flatnonzero(known)
            values = cases.table[variable.name].drop_nulls().to_numpy().astype(float)
            if _in_order(values):
                yield _sorted(cases, variable, rows, values)
            else:
                yield from _dragged(cases, variable, rows, values)


def _in_order(values: NDArray[np.float64]) -> bool:
    """Whether they rise or fall throughout, and would hardly do so unsorted."""
    steps = np.diff(values)
    if not (np.all(steps >= 0) or np.all(steps <= 0)):
        return False
    ties = np.unique(values, return_counts=True)[1]
    orders = lgamma(len(values) + 1) - sum(lgamma(count + 1) for count in ties.tolist())
    return 2 * exp(-orders) < UNLIKELY


def _sorted(
    cases: CaseSeries, variable: Variable, rows: NDArray[np.intp], values: NDArray[np.float64]
) -> Question:
    sentence = (
        f"{variable.title} stands in order from top to bottom, from {plainly(values[0])} "
        f"to {plainly(values[-1])}."
    )
    who = tuple(cases.patients[row] for row in rows)
    cells = tuple(cases.origin(int(row), variable.name) for row in rows)
    return Question("in-order", sentence, WHY_SORTED, who, cells)


def _dragged(
    cases: CaseSeries, variable: Variable, rows: NDArray[np.intp], values: NDArray[np.float64]
) -> Iterator[Question]:
    beside = np.diff(rows) == 1
    for step in (0.0, 1.0, -1.0):
        at = 0
        ends = [*np.flatnonzero(~(beside & (np.diff(values) == step))).tolist(), len(values) - 1]
        for end in ends:
            run, at = np.arange(at, end + 1), end + 1
            if not FEWEST <= len(run) <= MOST_SHARE * len(values):
                continue
            chances = same_by_chance(values, 1 if step else len(run))
            # The first may be any; those after it must be what they are.
            expected = float((len(values) - len(run) + 1) * np.prod(chances[run[1:]]))
            if expected < UNLIKELY:
                yield _gone_on(cases, variable, rows[run], values[run], expected)


def _gone_on(
    cases: CaseSeries,
    variable: Variable,
    rows: NDArray[np.intp],
    values: NDArray[np.float64],
    expected: float,
) -> Question:
    who = tuple(cases.patients[row] for row in rows)
    is_same = values[0] == values[1]
    goes = (
        f"is {plainly(values[0])}"
        if is_same
        else f"counts from {plainly(values[0])} to {plainly(values[-1])}"
    )
    sentence = f"{variable.title} {goes} in the rows of patients {who[0]} to {who[-1]}, one below the other."
    said = f"Values spread as these would go on so in {one_in(expected)} of such sheets."
    cells = tuple(cases.origin(int(row), variable.name) for row in rows)
    return Question("dragged", sentence, WHY_DRAGGED, who, cells, Chance(expected, said))
