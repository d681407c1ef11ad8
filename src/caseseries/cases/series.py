"""The case series: one row a patient and episode, wherever it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import polars as pl

from caseseries.cases.parts import part_of

if TYPE_CHECKING:
    from caseseries.protocol.clauses.variable import Kind

SERIALS = {
    "patient": pl.String,
    "episode": pl.Int64,
    "name": pl.String,
    "day": pl.Int64,
    "value": pl.Float64,
    "operator": pl.String,
    "origin": pl.String,
}
SPELLS = {
    "patient": pl.String,
    "episode": pl.Int64,
    "kind": pl.String,  # the variable that the spell belongs to
    "level": pl.String,  # the protocol's level, else the class or the name of the drug
    "drug": pl.String,
    "text": pl.String,  # as typed
    "start": pl.Int64,  # day of the course: its first day is 1
    "stop": pl.Int64,
    "amount": pl.Float64,  # one dose, in `unit`
    "unit": pl.String,
    "interval": pl.Float64,  # hours between doses
    "daily": pl.Float64,  # mg a day
    "prednisone": pl.Float64,  # mg a day of prednisone that does the same; corticosteroids only
    "dexamethasone": pl.Float64,
    "route": pl.String,
    "within": pl.String,  # the chemotherapy protocol that it is part of
    "origin": pl.String,
}
UNREAD = {
    "patient": pl.String,
    "episode": pl.Int64,
    "variable": pl.String,
    "text": pl.String,
    "left": pl.String,
    "origin": pl.String,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A line of the dictionary: what a column holds; `yes` and `no` name the groups of a yes/no."""

    name: str
    title: str
    kind: Kind
    unit: str = ""
    levels: tuple[str, ...] = ()
    certainty: tuple[str, ...] = ()
    yes: str = ""
    no: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read, with the SHA-256 of its bytes; `left` are the columns nobody promised."""

    name: str
    digest: str
    rows: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class CaseSeries:
    """One row a patient and episode.

    `table`: `patient` (text), `episode` (1, 2, ...), and the columns of `dictionary`. Yes/no is Boolean,
    categories are lists of text with a list `NAME.certainty` beside, a number that was typed with an
    operator (`>100,000`) has the operator in `NAME.operator`, a count that is a range its upper end in
    `NAME.high`. Missing is null, never NaN.
    `serials`, `spells`, `unread`: the long tables whose columns stand above; `unread` lists what could not be
    parsed and is kept as typed.
    `origins`: the table's shape, each cell the place it came from (`patients.csv:C7`).
    """

    table: pl.DataFrame
    dictionary: tuple[Column, ...]
    origins: pl.DataFrame
    serials: pl.DataFrame
    spells: pl.DataFrame
    unread: pl.DataFrame
    sources: tuple[Source, ...] = ()

    @property
    def n(self) -> int:
        """The number of rows: patients, where nobody has a second episode."""
        return self.table.height

    @cached_property
    def patients(self) -> tuple[str, ...]:
        """The keys of the rows: the patient, with `/2` behind it for a second episode."""
        return tuple(
            patient if episode == 1 else f"{patient}/{episode}"
            for patient, episode in self.table.select("patient", "episode").iter_rows()
        )

    @property
    def size(self) -> str:
        """How many there are, in words: `16 patients`, or `2 patients, 3 episodes`."""
        people = self.table["patient"].n_unique()
        said = f"{people:,} patient{'s' * (people != 1)}"
        return said if people == self.n else f"{said}, {self.n:,} episodes"

    def column(self, name: str) -> Column:
        """The dictionary's line of that name. Raises KeyError."""
        for column in self.dictionary:
            if column.name == name:
                return column
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether these cases hold the column: a sheet holds what was typed, a hospital what was recorded."""
        return any(column.name == name for column in self.dictionary)

    def part(self, name: str, part: str) -> pl.Series | None:
        """The part of a column (see `parts`): `part("cause", CERTAINTY)`; None where there is none."""
        beside = part_of(name, part)
        return self.table[beside] if beside in self.table.columns else None

    def origin(self, row: int, name: str) -> str:
        """Where the cell came from; empty where the column is derived from others."""
        return str(self.origins[name][row] or "") if name in self.origins.columns else ""

    def with_column(self, column: Column, values: pl.Series) -> CaseSeries:
        """The same cases with one column more."""
        return replace(
            self,
            table=self.table.with_columns(values.alias(column.name)),
            dictionary=(*self.dictionary, column),
        )

    def __repr__(self) -> str:
        files = ", ".join(f"{source.name} ({source.rows} rows)" for source in self.sources)
        lines = [f"Case series of {self.size}" + (f", from {files}" if files else "")]
        for column in self.dictionary:
            known = self.n - self.table[column.name].null_count()
            unit = f", {column.unit}" if column.unit else ""
            lines.append(f"  {column.name:<24} {column.kind}{unit}; {known} of {self.n} known")
        serials = self.serials.group_by("name").len().sort("name")
        lines += [f"  {name:<24} serial; {count} values" for name, count in serials.iter_rows()]
        if self.unread.height:
            entries = "entry" if self.unread.height == 1 else "entries"
            lines.append(f"  {self.unread.height} {entries} could not be read in full; kept as typed")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.table.columns)
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row)
            + "</tr>"
            for row in self.table.head(100).iter_rows()
        )
        more = f"<p>and {self.n - 100} more</p>" if self.n > 100 else ""
        return f"<p>Case series of {self.size}</p><table><tr>{head}</tr>{rows}</table>{more}"


def frame(rows: Iterable[tuple[object, ...]], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """A long table of the given schema, from rows in its order."""
    return pl.DataFrame(list(rows), schema=schema, orient="row")
