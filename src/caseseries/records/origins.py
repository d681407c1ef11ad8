"""Origins: the way back to a row of the records, as a word: measurement:88213."""

from __future__ import annotations

import polars as pl

NO_ID = "?"
"""Stands for the id of a row that has none: it is named by its table alone."""


def origin_of(table: str, row: int | None) -> str:
    """The way back to one row."""
    return f"{table}:{NO_ID if row is None else row}"


def origins(table: str | pl.Expr, row_id: str = "row_id") -> pl.Expr:
    """The way back to each row of a frame, as the column `origin`."""
    name = pl.lit(table) if isinstance(table, str) else table
    return pl.concat_str(name, pl.lit(":"), pl.col(row_id).cast(pl.String).fill_null(NO_ID)).alias("origin")
