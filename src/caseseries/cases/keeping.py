"""Keeping: a case series as files: Parquet for programs, and one CSV that a person can open."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import polars as pl

from caseseries.cases.long_tables import LONG
from caseseries.cases.parts import HIGH, OPERATOR
from caseseries.cases.series import CaseSeries, Column

YES = {True: "Yes", False: "No"}


CASES, BESIDE = "cases", "beside"
"""How the files of a case series are called, and those of who came to its last step and was not taken."""


def files_of_cases(cases: CaseSeries, called: str = CASES) -> dict[str, bytes]:
    """The path and the content of each file: the table, where each cell comes from, and the long tables."""
    frames = {"table": cases.table, "origins": cases.origins, **{name: getattr(cases, name) for name in LONG}}
    files = {f"{called}/{name}.parquet": _parquet(frame) for name, frame in frames.items()}
    files[f"{called}.csv"] = _readable(cases).encode()
    return files


def _parquet(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def _readable(cases: CaseSeries) -> str:
    """A row a patient, a column a variable, each cell in words."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["patient", "episode", *(column.name for column in cases.dictionary)])
    cells = [_cells(cases, column) for column in cases.dictionary]
    keys = cases.table.select("patient", "episode").iter_rows()
    writer.writerows([*key, *row] for key, row in zip(keys, zip(*cells, strict=True), strict=True))
    return out.getvalue()


def _cells(cases: CaseSeries, column: Column) -> list[str]:
    values = cases.table[column.name].to_list()
    operators, highs = (cases.part(column.name, part) for part in (OPERATOR, HIGH))
    return [
        _cell(
            value,
            operators[row] if operators is not None else None,
            highs[row] if highs is not None else None,
        )
        for row, value in enumerate(values)
    ]


def _cell(value: object, operator: str | None, high: float | None) -> str:
    """The value as somebody would write it down; empty where it is not known."""
    match value:
        case None:
            return ""
        case bool():
            return YES[value]
        case list():
            return "; ".join(map(str, value)) or "None"
    is_range = high is not None and high != value
    ends = (f"{end:.10g}" if isinstance(end, float) else str(end) for end in (value, high)[: 1 + is_range])
    return (operator or "") + " to ".join(ends)
