"""The rows of the records behind the cells: where each can be read, and the section that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from caseseries.cases.long_tables import ORIGINS
from caseseries.report.page import Block, Cell, Paragraph, Row, Section, Table, words

NAME = "the_rows"
MANY_ROWS = 4000
"""Above this many they stand on a page of their own: a page of a few megabytes is slow to open."""


@dataclass(frozen=True)
class Behind:
    """The anchors of the rows that can be read, by patient and place: each with the finding that it tells."""

    anchors: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)

    def link(self, cell: Cell, patient: str, about: str = "") -> Cell:
        """The cell, leading to the rows that it rests on.

        Of several answers of one reviewer those to the question `about` count, where there are any.
        """
        rows: list[str] = []
        for place in cell.origin.split(ORIGINS) if self.anchors and cell.line != ("",) else ():
            found = self.anchors.get((patient, place), [])
            rows += [anchor for anchor, finding in found if finding == about] or [one for one, _ in found]
        return replace(cell, rows=tuple(dict.fromkeys(rows))) if rows else cell


def behind(rows: pl.DataFrame) -> Behind:
    """Where each of the rows (see `cases.screening.ROWS`) will stand."""
    found = Behind()
    keys = rows.select("patient", "origin", "finding").iter_rows()
    for place, (patient, origin, finding) in enumerate(keys):
        found.anchors.setdefault((patient, origin), []).append((_anchor(place), finding))
    return found


def rows_section(rows: pl.DataFrame) -> Section:
    """Every row, patient by patient in the order of their days, each under its anchor."""
    return Section(NAME, "The rows of the records", tuple(_blocks(rows)) if rows.height else ())


def _blocks(rows: pl.DataFrame) -> Iterator[Block]:
    said = "Every row of the records, and every answer of a reviewer, on which a cell of the tables rests."
    yield Paragraph((f"{said} The day of admission is day 1.",))
    lines = [
        Row(tuple(_cells(row)), anchor=_anchor(place), is_group=is_first)
        for place, (row, is_first) in enumerate(zip(rows.iter_rows(named=True), _firsts(rows), strict=True))
    ]
    yield Table("rows_of_the_records", "The rows behind the cells", HEAD, tuple(lines), is_wide=True)


def _firsts(rows: pl.DataFrame) -> list[bool]:
    """Whether a row is the first of its patient."""
    patient = pl.col("patient")
    return rows.select(patient.ne_missing(patient.shift())).to_series().to_list()


HEAD = ("Patient", "Day", "Date", "Finding", "Value", "Unit", "As recorded", "Row")


def _cells(row: dict[str, object]) -> Iterator[Cell]:
    day, when = row["day"], row["date"]
    yield words(str(row["patient"]), head=True)
    yield words("" if day is None else f"{day}", numeric=True)
    yield words(when.isoformat() if isinstance(when, date) else "")
    yield words(str(row["finding"]))
    yield words(str(row["value"] or ""), numeric=True)
    for name in ("unit", "text", "origin"):
        yield words(str(row[name] or ""))


def _anchor(place: int) -> str:
    return f"row_{place + 1}"
