"""Typed: the cells of a sheet as they stand there, for those who look at how and not only at what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from caseseries.cases.grid import Grid
from caseseries.cases.keys import Key
from caseseries.cases.long_tables import TYPED, frame
from caseseries.cases.names import heading, trimmed
from caseseries.protocol.clauses.variable import MEASURED, Variable

Cell = tuple[int, int, int | None, str]
"""The row and the column of a cell, its day if it is of a serial, and whose column it is."""
PRINTED = "_printed"
"""What may stand behind a variable's name in the heading of its second print."""
PRINTABLE = MEASURED | {"yes/no"}
"""The kinds whose cells are one number or one answer."""
MOST_ROWS = 5_000
"""Longer sheets were not typed by hand: how their cells are written tells nothing."""


def is_second_print(name: str, variable: Variable) -> bool:
    """Whether a heading in another table is that of the variable's second print: `months_printed`."""
    return variable.kind in PRINTABLE and heading(name) in {
        heading(variable.name),
        heading(variable.name + PRINTED),
    }


def typed_cells(grid: Grid, keys: Sequence[Key], cells: Iterable[Cell]) -> pl.DataFrame:
    """The filled cells as a long table (see TYPED); empty of a sheet with more than MOST_ROWS rows."""
    if len(keys) > MOST_ROWS:
        return frame((), TYPED)
    texts = ((cell, trimmed(grid.rows[cell[0]][cell[1]])) for cell in cells)
    return frame(
        (
            (*keys[row], grid.file, name, day, text, grid.place(row, column))
            for (row, column, day, name), text in texts
            if text
        ),
        TYPED,
    )
