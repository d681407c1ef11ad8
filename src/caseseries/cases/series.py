"""The case series: one row a patient and episode, wherever it came from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Literal

import polars as pl

from caseseries.cases.long_tables import KEY, LONG, TYPED, frame
from caseseries.cases.parts import part_of
from caseseries.evidence.counting import so_many

if TYPE_CHECKING:
    from caseseries.protocol.clauses.variable import Kind


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
    """What was read: a file, or a database and what it was asked with.

    Of a file `digest` is the SHA-256 of its bytes, `rows` are those below its header, and `left` the columns
    that nobody promised. Of a database they are those of the evidence that was taken out of it. A codebook
    has as many as it has findings, a definition as it has criteria, and reviewers as many as they gave
    answers; there the digest is that of what was read, and comments do not count.
    """

    name: str
    kind: Literal["sheet", "database", "codebook", "definition", "answers", "claims", "cohorts"]
    digest: str
    rows: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Footnote:
    """What is to be said where a column is shown: its "source", or that it rests on something "recalled"."""

    column: str
    kind: Literal["recalled", "source"]
    sentence: str


@dataclass(frozen=True, repr=False)
class CaseSeries:
    """One row a patient and episode.

    `table`: `patient` (text), `episode` (1, 2, ...), the columns of `dictionary`, and beside them the parts
    that `parts` tells of. Yes/no is Boolean, categories are lists of text. Missing is null, never NaN.
    `serials`, `spells`, `moments`, `unread`: see `long_tables`. A moment has a row where its day is known;
    `unread` lists what could not be parsed and is kept as it stands.
    `origins`: the rows of the table, each cell the place that it came from (`patients.csv:C7`); where it
    rests on several, these are joined by ORIGINS, as they are in every column `origin`.
    `typed` holds the cells of a sheet of numbers as they were typed, where it is small enough to be looked
    through by eye; it is empty of records.
    `shape.check` holds a case series to all of this, whoever filled it.
    """

    table: pl.DataFrame
    dictionary: tuple[Column, ...]
    origins: pl.DataFrame
    serials: pl.DataFrame
    spells: pl.DataFrame
    moments: pl.DataFrame
    unread: pl.DataFrame
    sources: tuple[Source, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    typed: pl.DataFrame = field(default_factory=lambda: frame((), TYPED))

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
        said = so_many(people, "patient")
        return said if people == self.n else f"{said}, {so_many(self.n, 'episode')}"

    @property
    def from_records(self) -> bool:
        """Whether a hospital's records filled them, and nobody typed them."""
        return any(source.kind == "database" for source in self.sources)

    @property
    def kept_in(self) -> str:
        """Where they stand, in words: the sheet, or the records."""
        return "the records" if self.from_records else "the sheet"

    @property
    def written(self) -> str:
        """How they came there, in a word: typed, or recorded."""
        return "recorded" if self.from_records else "typed"

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
        """The places that the cell rests on, joined by ORIGINS; empty where it is derived from others."""
        return str(self.origins[name][row] or "") if name in self.origins.columns else ""

    def with_column(self, column: Column, values: pl.Series) -> CaseSeries:
        """The same cases with one column more."""
        return replace(
            self,
            table=self.table.with_columns(values.alias(column.name)),
            dictionary=(*self.dictionary, column),
        )

    def only(self, kept: pl.Series) -> CaseSeries:
        """The same cases, of those rows alone for which `kept` is true."""
        table = self.table.filter(kept)
        long = {name: getattr(self, name).join(table, on=KEY, how="semi") for name in (*LONG, "typed")}
        return replace(self, table=table, origins=self.origins.filter(kept), **long)

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
            lines.append(
                f"  {self.unread.height} {entries} could not be read in full; kept as {self.written}"
            )
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
