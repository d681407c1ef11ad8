"""DuckDB in our own process: an empty memory, to which a hospital is attached for reading only."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from caseseries.evidence.problem import Problem, Problems

HOSPITAL = "hospital"
"""The name under which a database of the hospital is attached."""


class Engine:
    """A connection of our own. Temporary tables live in its memory, and spill to a folder that goes with it.

    `threads` 0 is all, `memory` "" what DuckDB takes by itself, `scratch` "" the system's own place.
    """

    def __init__(self, threads: int = 0, memory: str = "", scratch: Path | str = "") -> None:
        import duckdb

        with _told("scratch"):
            self._folder = Path(tempfile.mkdtemp(prefix="caseseries-", dir=str(scratch) or None))
        settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(self._folder),
            # Nothing is fetched from anywhere: a hospital's machine may have no way out.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads:
            settings["threads"] = threads
        if memory:
            settings["memory_limit"] = memory
        try:
            with _told("memory"):
                self._connection = duckdb.connect(":memory:", config=settings)
        except Problems:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._removal = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        # The day of a moment with a zone must not hang on the machine's own zone.
        self.execute("SET TimeZone = 'UTC'")

    def attach(self, path: Path) -> None:
        """Attach a database file for reading only, as `hospital`."""
        self.execute(f"ATTACH {quoted(str(path))} AS {HOSPITAL} (TYPE duckdb, READ_ONLY)", where=str(path))

    def execute(self, sql: str, where: str = "records") -> int:
        """Run one statement. Answers with the number of rows that it wrote, where it wrote any."""
        with _told(where):
            row = self._connection.execute(sql).fetchone()
        return int(row[0]) if row and isinstance(row[0], int) else 0

    def rows(self, sql: str, where: str = "records") -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with _told(where):
            return self._connection.execute(sql).fetchall()

    def frame(self, sql: str, where: str = "records") -> pl.DataFrame:
        """The rows of a query as a frame."""
        with _told(where):
            return pl.DataFrame(self._connection.sql(sql))

    def put(self, name: str, frame: pl.DataFrame, kind: str = "TEMP TABLE") -> None:
        """Make a table from a frame."""
        with _told(name):
            self._connection.register("put_here", _Stream(frame))
            try:
                self._connection.execute(f"CREATE OR REPLACE {kind} {name} AS SELECT * FROM put_here")
            finally:
                self._connection.unregister("put_here")

    def is_one_query(self, sql: str) -> bool:
        """Whether the text is one query that only reads."""
        import duckdb

        with _told("the query"):
            statements = self._connection.extract_statements(sql)
        return [statement.type for statement in statements] == [duckdb.StatementType.SELECT]

    def close(self) -> None:
        """Let go of the hospital and of all temporary tables."""
        self._connection.close()
        self._removal()


class _Stream:
    """A frame as a stream of Arrow, which is all that DuckDB then sees of it."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def quoted(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """The name as an identifier of SQL, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _told(where: str) -> Iterator[None]:
    """What DuckDB or the disk refuses, in a reader's words."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError) as error:
        said = str(error).strip().partition("\n")[0]
        raise Problems([Problem(where, said, "See the message.")]) from None
