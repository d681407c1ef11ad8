"""The tables that this hospital keeps, with every field of OMOP CDM 5.4 in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from caseseries.records.fields import fields

TYPES: dict[str, pl.DataType] = {
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "text": pl.String(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}
RESULT = "result_datetime"
"""Our hospital's own column of `measurement`: when a result came back. CDM 5.4 has no field for it."""


def table(name: str, columns: Mapping[str, Any], also: tuple[str, ...] = ()) -> pl.LazyFrame:
    """The table with every field of it, in order: a column, one value for all rows, or null.

    Required fields that nothing is known of are 0, which in the CDM means that no concept matches.
    `also` are columns beyond the CDM, which stand last as they are. At least one is a column of values.
    """
    listed = fields()[name]
    strangers = set(columns) - {field.name for field in listed} - set(also)
    if strangers:
        raise KeyError(f"{name} has no field {sorted(strangers)}")
    known = pl.DataFrame([_column(field, value) for field, value in columns.items() if not _is_one(value)])
    wanted = []
    for field in listed:
        value = columns.get(field.name, 0 if field.is_required and field.kind == "integer" else None)
        of_all = pl.lit(value).alias(field.name) if _is_one(value) else pl.col(field.name)
        wanted.append(of_all.cast(TYPES[field.kind]))
    return known.lazy().select(*wanted, *also)


def _is_one(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _column(name: str, value: Any) -> pl.Series:
    return value.alias(name) if isinstance(value, pl.Series) else pl.Series(name, value)


def words(names: Sequence[str], index: Any) -> pl.Series:
    """One word a row, by its place in `names`; below 0 is null."""
    places = pl.Series(index).cast(pl.Int64)
    return places.set(places < 0, None).cast(pl.UInt32).cat.to(pl.Enum(list(dict.fromkeys(names))))


def ids(index: Any, numbers: Any) -> pl.Series:
    """One id a row, by its place in `numbers`; below 0 is null."""
    places = pl.Series(index).cast(pl.Int64)
    return pl.Series(numbers).gather(places.set(places < 0, None))


def numbers(values: Any) -> pl.Series:
    """Numbers of which NaN stays NaN, and infinity stands for null."""
    series = pl.Series(values)
    return series.set(series.is_infinite(), None)


def date_of(days: Any) -> pl.Series:
    """Dates from days since 1970-01-01; before year 1 is null."""
    series = pl.Series(days).cast(pl.Int64)
    return series.set(series < _EARLIEST, None).cast(pl.Int32).cast(pl.Date)


def moment_of(minutes: Any) -> pl.Series:
    """Moments from minutes since 1970-01-01; before year 1 is null."""
    series = pl.Series(minutes).cast(pl.Int64)
    series = series.set(series < _EARLIEST * 1440, None)
    return (series * 60_000_000).cast(pl.Datetime("us"))


_EARLIEST = -719_162
"""The first day of year 1."""
