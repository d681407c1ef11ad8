"""Totals: a line of totals among the patients whose numbers the other rows do not give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from statistics import fmean, median

import polars as pl

from caseseries.cases.clocks import half_a_digit
from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.consistency.question import Question
from caseseries.cases.consistency.rows import SUMMARY_LINE
from caseseries.cases.consistency.tables import plainly
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import MEASURED
from caseseries.protocol.protocol import Protocol

WAYS: tuple[tuple[re.Pattern[str], str, Callable[[list[float]], float]], ...] = (
    (re.compile(r"(?:(?:sub|grand )?totals?|overall|all patients)\b", re.IGNORECASE), "add up to", sum),
    (re.compile(r"sum\b", re.IGNORECASE), "add up to", sum),
    (re.compile(r"(?:mean|average)\b", re.IGNORECASE), "have the mean", fmean),
    (re.compile(r"median\b", re.IGNORECASE), "have the median", median),
    (re.compile(r"minimum\b", re.IGNORECASE), "have the least value", min),
    (re.compile(r"maximum\b", re.IGNORECASE), "have the greatest value", max),
)
"""What a line says of a column, by its name. A line of totals may hold the mean or the median as well."""

ROUNDING = 1e-9
"""What the sum of binary numbers may be beside itself."""


def total_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Each number of a line of totals that is not the total, mean or median of the rows that are none."""
    names = cases.table["patient"].to_list()
    lines = [row for row, name in enumerate(names) if SUMMARY_LINE.match(name)]
    is_patient = pl.Series([row not in set(lines) for row in range(len(names))], dtype=pl.Boolean)
    for variable in protocol.variables if lines else ():
        if variable.kind not in MEASURED or not cases.has(variable.name):
            continue
        column = cases.table[variable.name].cast(pl.Float64)
        values = column.filter(is_patient).drop_nulls().to_list()
        for row in lines:
            way = next(((says, of) for pattern, says, of in WAYS if pattern.match(names[row])), None)
            if way is None or column[row] is None or not values:
                continue
            says, ours = way[0], way[1](values)
            others = (fmean(values), median(values)) if way[1] is sum else ()
            rounded = half_a_digit(column[row]) + ROUNDING
            if any(abs(one - column[row]) <= rounded for one in (ours, *others)):
                continue
            sentence = (
                f'The line "{names[row]}" has {plainly(column[row])} as {variable.title}; '
                f"the {len(values):,} rows {says} {plainly(round(ours, 2))}."
            )
            why = "A total that does not follow from its rows says that one of them is a slip, or is missing."
            cells = (cases.origin(row, variable.name),)
            yield Question("total-differs", sentence, why, (cases.patients[row],), cells, CANNOT_BE)
