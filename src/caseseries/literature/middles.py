"""Middles: the printed medians, means, quartiles and ends of a range, each with its column and its rows."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import numpy as np

from caseseries.analysis.columns import Rows
from caseseries.analysis.ids import MIDDLES, of_column
from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Compare, Summarise
from caseseries.protocol.clauses.variable import MEASURED

STATISTICS = frozenset(name for names in MIDDLES.values() for name in names)
"""The last pieces of the ids that are searched."""
OF_ALL = {"median": "median", "least": "lowest", "greatest": "highest"}
"""What an expression over a column asks, as the last piece of an id."""


@dataclass(frozen=True, slots=True)
class Middle:
    """A statistic (the last piece of its id) of a measured column in some rows."""

    statistic: str
    column: str
    rows: Rows


def middle_of(by: str, results: Results, cases: CaseSeries) -> Middle | None:
    """What the id of a result, or an expression, is a middle or an end of; None where it is none."""
    if by.partition(".")[0] not in {result.slug for result in results}:
        return _of_an_expression(by, cases)
    by = by.removesuffix(".value")
    if by not in results.numbers:  # another field behind an id, such as its p-value
        return None
    number, clause = results.number(by), results.result(by.partition(".")[0]).clause
    statistic = number.id.rpartition(".")[2]
    if statistic not in STATISTICS or not isinstance(clause, Compare | Summarise):
        return None
    column = _measured(clause, number.id, cases)
    rows = np.isin(cases.patients, number.patients)
    return Middle(statistic, column, rows) if column else None


def _of_an_expression(by: str, cases: CaseSeries) -> Middle | None:
    match call(by):
        case ast.Call(func=ast.Name(id=name), args=[column]) if name in OF_ALL:
            everybody: Rows = np.ones(cases.n, dtype=bool)
            return Middle(OF_ALL[name], ast.unparse(column), everybody)
    return None


def _measured(clause: Compare | Summarise, id_: str, cases: CaseSeries) -> str:
    """The measured column that a number of a summary or a comparison is of; "" where it is of none."""
    if isinstance(clause, Compare):
        return clause.outcome if cases.column(clause.outcome).kind in MEASURED else ""
    behind = id_.partition(".")[2]
    names = [one.name for one in cases.dictionary if one.kind in MEASURED]
    return max((name for name in names if behind.startswith(f"{of_column(name)}.")), key=len, default="")


def call(expression: str) -> ast.expr | None:
    """An expression as it is built; None where there is none."""
    return ast.parse(expression, mode="eval").body if expression else None


def names_in(expression: str) -> frozenset[str]:
    """The names of the columns that an expression asks of, `anakinra.days` and its owner included."""
    tree = call(expression)
    nodes = list(ast.walk(tree)) if tree is not None else []
    parts = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    return frozenset(parts | {node.id for node in nodes if isinstance(node, ast.Name)})
