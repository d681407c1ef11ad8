"""A hospital's records, opened for reading: every table as OMOP CDM 5.4 has it, whatever stood there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING

import polars as pl

from caseseries.records.engines.duckdb import Engine, named
from caseseries.records.engines.watching import Watch
from caseseries.records.fields import fields
from caseseries.records.inspection import Note
from caseseries.records.kept import Kept
from caseseries.records.opening import AS_ASKED, make_ready
from caseseries.records.source import names_in, state_of, tables_of

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

__all__ = ["Note", "Records", "open_records"]


def open_records(
    where: Path | str | Mapping[str, pl.DataFrame],
    *,
    schema: str = "",
    memory: str = "",
    threads: int = 0,
    scratch: Path | str = "",
    kept: Path | str = "",
) -> Records:
    """The records of a hospital: a DuckDB file, a folder of Parquet or CSV files, or frames by table name.

    Nothing is ever written to them. In a folder a table is a file `person.parquet`, `person.csv` or
    `person.csv.gz`, or a folder `person` of Parquet files; upper and lower case are one. CSV is read once,
    into a database of our own that is removed again.

    `schema` names the schema of a DuckDB file where several hold a hospital. `memory` bounds what DuckDB
    takes ("512MB"; without it 90 MB for each thread, 80 for each million visits, and 180 at least), `threads`
    how many it uses (0: all), and `scratch` is the folder for what does not fit the memory ("": the system's
    own). `kept` is a folder in which the rows that long queries found are kept, so that the next run need not
    ask again ("": none are); they are patients' rows, and only their owner may look into it.

    Raises Problems for what is no hospital, or lacks what screening cannot do without; what else it lacks
    stands in `notes`. Raises ValueError where rows of frames are to be kept.
    """
    if kept and isinstance(where, Mapping):
        raise ValueError("kept: frames have no files by which they could be known again")
    engine = Engine(threads, memory, scratch)
    try:
        source = where if isinstance(where, Mapping) else Path(where)
        name = "frames" if isinstance(where, Mapping) else str(where)
        tables = tables_of(engine, source, schema)
        version, notes = make_ready(engine, tables, name, names_in(source))
        engine.make_room(engine.rows("SELECT count(*) FROM visit_occurrence")[0][0])
        shelf = None
        if kept and isinstance(source, Path):
            shelf = Kept(Path(kept), [*state_of(source), *engine.state()])
    except BaseException:  # an interrupt too leaves no engine open; it is passed on
        engine.close()
        raise
    there = {name: frozenset(table.columns) for name, table in tables.items()}
    return Records(engine, name, version, there, notes, shelf)


class Records:
    """Open records: the one place where a query meets a hospital. Close them, or open them with `with`.

    `name` is what the user named, `version` that of the CDM ("5.3" or "5.4"), `tables` the columns that
    were there by table, all in lower case, and `notes` what was not, with what that costs. To a query
    every table of the field list is there, by its name and with every field of CDM 5.4.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        version: str,
        tables: Mapping[str, frozenset[str]],
        notes: tuple[Note, ...],
        kept: Kept | None = None,
    ) -> None:
        self._engine = engine
        self._kept = kept
        self._sql: dict[str, str] = {}
        self._waiting: dict[str, Callable[[], object]] = {}
        self._sizes: dict[str, int] = {}
        self.name = name
        self.version = version
        self.tables = MappingProxyType(dict(tables))
        self.notes = notes

    @property
    def sql(self) -> Mapping[str, str]:
        """The SQL of every query that was given a name, as it ran; "NAME (2)" where it ran otherwise."""
        return MappingProxyType(self._sql)

    @property
    def is_keeping(self) -> bool:
        """Whether what long queries find is kept for the next run."""
        return self._kept is not None

    def watch(self, hear: Watch | None) -> None:
        """Let `hear` be told, from another thread, how far a long query is; None: nobody.

        It hears the share that is done, in 0..1, the seconds since the query began, and the rows of the
        largest table that it reads, 0 where that is not known.
        """
        self._engine.watch = hear
        there = [] if hear is None else [name for name in self.tables if name not in AS_ASKED]
        self._sizes = {name: self._rows_of(named(name)) for name in there}

    def has(self, table: str, column: str = "") -> bool:
        """Whether the table, or the column of it, really was there."""
        columns = self.tables.get(table.lower())
        return columns is not None and (not column or column.lower() in columns)

    def columns(self, table: str) -> list[str]:
        """What a query finds in a table: the fields of CDM 5.4 in their order, then those of the site."""
        return [name for name, *_ in self._engine.rows(f"DESCRIBE {named(table)}", table)]

    def run(self, query: Expr | str, name: str = "") -> pl.DataFrame:
        """The rows of a query, which is one SELECT. Without ORDER BY their order may change."""
        text, digest, before = self._asked(query, name)
        if before:
            return pl.read_parquet(before)
        started = time.monotonic()
        found = self._engine.frame(text, name or "query", of=self._reads(text))
        if self._kept is not None and self._kept.is_worth(text, time.monotonic() - started):
            self._kept.write(digest, found.write_parquet)
        return found

    def keep(self, name: str, query: Expr | str) -> None:
        """Keep the rows of a query as a temporary table, in place of an earlier one."""
        relation = _free(name)
        text, digest, before = self._asked(query, name)
        if before:
            self._waiting[name.casefold()] = partial(self._engine.read, relation, before, name)
        else:
            started = time.monotonic()
            self._engine.make(relation, text, name, of=self._reads(text))
            if self._engine.watch is not None:
                self._sizes[name.casefold()] = self._rows_of(relation)
            self._waiting.pop(name.casefold(), None)
            if self._kept is not None and self._kept.is_worth(text, time.monotonic() - started):
                self._kept.write(digest, partial(self._engine.write, relation, where=name))
        if self._kept is not None:
            self._kept.lay(name, digest)

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Keep a frame as a temporary table, in place of an earlier one."""
        self._waiting[name.casefold()] = partial(self._engine.put, _free(name), frame, name)
        if self._kept is not None:
            self._kept.lay_frame(name, frame)

    def drop(self, name: str) -> None:
        """Forget a temporary table; nothing, where there is none."""
        self._waiting.pop(name.casefold(), None)
        self._engine.forget(_free(name), name)

    def show(self, table: str, query: str) -> None:
        """Show a table of the hospital otherwise, to every later query; `query` reads TABLE_as_recorded."""
        self._lay_what(query)
        self._engine.execute(f"ALTER VIEW {named(table)} RENAME TO {named(f'{table}_as_recorded')}", table)
        self._engine.execute(f"CREATE VIEW {named(table)} AS {query}", table)
        if self._kept is not None:
            self._kept.lay(table, self._kept.digest_of(query))

    def close(self) -> None:
        """Let go of the records and of every temporary table."""
        self._engine.close()
        if self._kept is not None:
            self._kept.tidy()

    def __enter__(self) -> Records:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Records({self.name!r}, OMOP CDM {self.version}, {len(self.tables)} tables)"

    def _lay_what(self, text: str) -> None:
        """Lay out every table of ours that the SQL may name and that no query has read so far.

        What is only read by a query whose rows were kept is never laid out.
        """
        folded = text.casefold()
        for name in [one for one in self._waiting if one.replace('"', '""') in folded]:
            self._waiting[name]()
            del self._waiting[name]

    def _rows_of(self, relation: str) -> int:
        return int(self._engine.rows(f"SELECT count(*) FROM {relation}")[0][0])

    def _reads(self, text: str) -> int:
        """The rows of the largest table that the SQL names, while somebody watches; else 0."""
        words = frozenset(re.findall(r"\w+", text.casefold())) if self._sizes else frozenset()
        return max((rows for name, rows in self._sizes.items() if name in words), default=0)

    def _asked(self, query: Expr | str, name: str) -> tuple[str, str, Path | None]:
        """The SQL of a query, noted under its name, its digest, and the file where its rows are kept, if any.

        What one reads whose rows are not kept is laid out.
        """
        if isinstance(query, str):
            text = query
        else:
            from sqlglot import ErrorLevel

            text = query.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE, pretty=True)
        digest = "" if self._kept is None else self._kept.digest_of(text)
        before = None if self._kept is None else self._kept.find(digest)
        if before is None:
            self._lay_what(text)
        if name:
            self._note(name, text)
        return text, digest, before

    def _note(self, name: str, text: str) -> None:
        """Keep the SQL under its name; a step that runs again with other SQL is kept beside the first."""
        again, number = name, 1
        while self._sql.get(again, text) != text:
            number += 1
            again = f"{name} ({number})"
        self._sql[again] = text


def _free(name: str) -> str:
    """The name as an identifier, which may not hide a table of the hospital."""
    if name.lower() in fields():
        raise ValueError(f"{name} is a table of the hospital: keep this under another name")
    return named(name)
