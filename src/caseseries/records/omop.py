"""A hospital's records, opened for reading: every table as OMOP CDM 5.4 has it, whatever stood there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING

import polars as pl

from caseseries.records.engines.duckdb import Engine, named
from caseseries.records.fields import fields
from caseseries.records.source import tables_of
from caseseries.records.views import view_of

if TYPE_CHECKING:
    from sqlglot.expressions import Expression


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is missing, and what that costs. `column` is "" where the whole table is meant."""

    table: str
    column: str
    found: str
    costs: str


def open_records(
    where: Path | str | Mapping[str, pl.DataFrame],
    *,
    memory: str = "",
    threads: int = 0,
    scratch: Path | str = "",
) -> Records:
    """The records of a hospital: a DuckDB file, a folder of Parquet or CSV files, or frames by table name.

    Nothing is ever written to them. `memory` bounds what DuckDB takes ("512MB"), `threads` how many
    it uses (0: all), `scratch` is the folder for what does not fit the memory.
    """
    engine = Engine(threads, memory, scratch)
    try:
        tables = tables_of(engine, where if isinstance(where, Mapping) else Path(where))
        for name in fields():
            engine.execute(view_of(name, tables.get(name)), name)
    except BaseException:
        engine.close()
        raise
    name = "frames" if isinstance(where, Mapping) else str(where)
    there = {name: frozenset(table.columns) for name, table in tables.items()}
    return Records(engine, name, "5.4", there, ())


class Records:
    """Open records: the one place where a query meets a hospital. Close them, or use `with`."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        version: str,
        tables: Mapping[str, frozenset[str]],
        notes: tuple[Note, ...],
    ) -> None:
        self._engine = engine
        self._sql: dict[str, str] = {}
        self.name = name
        self.version = version
        self.tables = MappingProxyType(dict(tables))
        self.notes = notes

    @property
    def sql(self) -> Mapping[str, str]:
        """The SQL of every query that was given a name, as it ran."""
        return MappingProxyType(self._sql)

    def has(self, table: str, column: str = "") -> bool:
        """Whether the table, or the column of it, really was there."""
        columns = self.tables.get(table.lower())
        return columns is not None and (not column or column.lower() in columns)

    def run(self, query: Expression | str, name: str = "") -> pl.DataFrame:
        """The rows of a query."""
        return self._engine.frame(self._text(query, name), name or "query")

    def keep(self, name: str, query: Expression | str) -> int:
        """Keep the rows of a query as a temporary table. Answers with their number."""
        text = self._text(query, name)
        self._engine.execute(f"CREATE OR REPLACE TEMP TABLE {self._free(name)} AS {text}", name)
        return int(self._engine.rows(f"SELECT count(*) FROM {named(name)}")[0][0])

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Keep a frame as a temporary table."""
        self._engine.put(self._free(name), frame)

    def drop(self, name: str) -> None:
        """Forget a temporary table, where there is one."""
        self._engine.execute(f"DROP TABLE IF EXISTS temp.{self._free(name)}", name)

    def close(self) -> None:
        """Let go of the records and of everything that was kept."""
        self._engine.close()

    def __enter__(self) -> Records:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _text(self, query: Expression | str, name: str) -> str:
        """The SQL of a query, noted under its name."""
        if isinstance(query, str):
            text = query
        else:
            from sqlglot import ErrorLevel

            text = query.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE)
        if name:
            self._sql[name] = text
        return text

    def _free(self, name: str) -> str:
        """The name as an identifier, which may not hide a table of the hospital."""
        if name.lower() in fields():
            raise ValueError(f"{name} is a table of the hospital; keep this under another name")
        return named(name)
