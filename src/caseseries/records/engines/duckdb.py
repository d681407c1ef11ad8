"""DuckDB in our own process: an empty memory, to which a hospital is attached for reading only."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from caseseries.evidence.problem import Problem, Problems
from caseseries.evidence.unhurried import unhurried
from caseseries.records.engines.limits import has_room
from caseseries.records.engines.refusals import problem_of
from caseseries.records.engines.watching import Watch, watched

if TYPE_CHECKING:
    from duckdb import Statement

HOSPITAL = "hospital"
"""The name of the database or the schema in which the hospital's own tables stand."""
READ_IN = "read_in"
"""The name of the database of our own that holds what was read from text."""

A_THREAD, AT_LEAST = 90, 180
"""MB of memory for each thread, and for all of them at least, where nobody says how much there may be.

Measured on a hospital of 20 million measurements: with more a search is no faster, and with 120 a tenth
slower, since pages are let go and asked for anew. What does not fit goes to the scratch folder. Each thread
needs room for the pieces of a file that it unpacks.
"""
A_VISIT = 80
"""Bytes for each visit, where that comes to more: who is counted must be held at once.

Measured: with 115 MB a hospital of 3.1 million visits cannot be counted, with 240 it can.
"""

_AMOUNT = re.compile(r"\d+(\.\d+)?\s*[KMGT]i?B", re.IGNORECASE)
_MADE = '"just made"'
_NO_FRAME = ("INTERVAL", "UNION")
"""Types that no frame holds."""
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "HUGEINT")
"""Types of whole numbers that a frame gets in 64 bits."""
_NO_PARQUET = ("HUGEINT", "UHUGEINT", "INTERVAL", "UNION")
"""Types that no Parquet file holds, or not to the last digit."""


class Engine:
    """A connection of our own, with a folder for what its memory cannot hold, which goes when it closes.

    `threads` 0 is all, `memory` "" is A_THREAD for each, `scratch` "" is the system's own place.
    `watch` hears how far a long query is.
    """

    def __init__(self, threads: int = 0, memory: str = "", scratch: Path | str = "") -> None:
        has_room()
        with unhurried():  # its bindings end the whole process where they are interrupted while they load
            import duckdb

        settings = _settings(threads, memory)
        with _told(str(scratch) or "scratch"), unhurried():
            # Only its owner may look into a folder made this way: patients' rows may stand there.
            self._folder = Path(tempfile.mkdtemp(prefix="caseseries-", dir=str(scratch) or None))
            self._removal = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._connection = duckdb.connect(
            ":memory:", config={**settings, "temp_directory": str(self._folder)}
        )
        self._views: set[str] = set()
        self.watch: Watch | None = None
        self._is_told = bool(memory)
        self.make_room(0)
        # It shall know how far it is, and draw no bar of its own on the terminal.
        self.execute("SET enable_progress_bar = true")
        self.execute("SET enable_progress_bar_print = false")
        # What heads a Parquet file is read once, and not for each query anew.
        self.execute("SET parquet_metadata_cache = true")
        # A whole row group of a Parquet file read ahead is memory for nothing: the file is on this machine.
        self.execute("SET disable_parquet_prefetching = true")
        # Texts come in the form in which a frame holds them, and are not copied into it.
        self.execute("SET arrow_output_version = '1.4'")
        self.execute("SET produce_arrow_string_view = true")
        # The day of a moment with a zone must not hang on the zone of the machine.
        self.execute("SET TimeZone = 'UTC'")

    def make_room(self, visits: int) -> None:
        """Take as much memory as a hospital of so many visits needs, if nobody said how much there may be."""
        if not self._is_told:
            [(threads,)] = self.rows("SELECT current_setting('threads')")
            amount = max(AT_LEAST, A_THREAD * threads, A_VISIT * visits // 1_000_000)
            self.execute(f"SET memory_limit = '{amount}MB'")

    def attach(self, path: Path, where: str) -> None:
        """Attach a database file for reading only, as `hospital`."""
        self.execute(f"ATTACH {quoted(str(path))} AS {HOSPITAL} (TYPE duckdb, READ_ONLY)", where)

    def attach_own(self) -> None:
        """Attach a database of our own, in the folder that goes when we close, as `read_in`."""
        path = quoted(str(self._folder / "read_in.duckdb"))
        self.execute(f"ATTACH IF NOT EXISTS {path} AS {READ_IN}", str(self._folder))

    def execute(self, sql: str | Statement, where: str = "records", *, of: int = 0) -> None:
        """Run one statement, which reads `of` rows, as far as that is known: so `watch` is told."""
        with _told(where), watched(self._connection.query_progress, self.watch, of):
            self._connection.execute(sql).fetchone()

    def rows(self, sql: str, where: str = "records") -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with _told(where):
            return self._connection.execute(sql).fetchall()

    def frame(self, sql: str, where: str = "records", *, of: int = 0) -> pl.DataFrame:
        """The rows of a query as a frame. All are fetched before the connection is used again.

        It reads `of` rows, as for `execute`. Raises Problems where the text is not one query that only reads.
        """
        query = self._query(sql, where)
        with _told(where):
            relation = self._connection.sql(query)
            for name, stored in zip(relation.columns, relation.types, strict=True):
                if str(stored).startswith(_NO_FRAME):
                    found = f'"{name}" is of the type {stored}, which no table of ours can hold'
                    raise Problems([Problem(where, found, "Ask for it as a number of days or as text.")])
            with watched(self._connection.query_progress, self.watch, of):
                frame = pl.DataFrame(_Stream(relation))
            types = dict(zip(frame.columns, map(str, relation.types), strict=True))
        return frame.with_columns(_whole(frame[name]) for name in types if types[name] in _WHOLE)

    def make(self, name: str, sql: str, where: str, *, of: int = 0) -> None:
        """Make a temporary table of a query's rows. `name` is SQL here and below.

        It stands in the place of an earlier one, which the query may read. It reads `of`
        rows, as for `execute`.
        """
        own = _MADE if name in self._views else name
        making = f"CREATE OR REPLACE TEMP TABLE {own} AS {sql}"
        # Nothing but a query can stand there: so it is parsed once, and alone only to say what is wrong.
        parsed = self._parsed(making)
        if len(parsed) != 1:
            self._query(sql, where)
        self.execute(parsed[0] if len(parsed) == 1 else making, where, of=of)
        if own != name:
            self.forget(name, where)
            self.execute(f"ALTER TABLE temp.{own} RENAME TO {name}", where)

    def read(self, name: str, path: Path, where: str) -> None:
        """The same of a Parquet file that `write` wrote: its rows stay there, and are read where needed."""
        self.forget(name, where)
        self.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet({quoted(str(path))})", where)
        self._views.add(name)

    def write(self, name: str, path: Path, where: str) -> None:
        """Write a temporary table as a Parquet file. Raises Problems for a type that none can hold."""
        for column, stored, *_ in self.rows(f"DESCRIBE {name}", where):
            if stored.startswith(_NO_PARQUET):
                found = f'"{column}" is of the type {stored}, which no Parquet file can hold'
                raise Problems([Problem(where, found, "Ask for it as a whole number or as text.")])
        self.execute(f"COPY {name} TO {quoted(str(path))} (FORMAT parquet)", where)

    def forget(self, name: str, where: str) -> None:
        """Take a temporary table away; nothing, where there is none."""
        kind = "VIEW" if name in self._views else "TABLE"
        self.execute(f"DROP {kind} IF EXISTS temp.{name}", where)
        self._views.discard(name)

    def state(self) -> list[str]:
        """What decides how the hospital's files are read: this DuckDB, and the text of every view."""
        views = "SELECT sql FROM duckdb_views() WHERE NOT internal"
        return [text for (text,) in self.rows(f"SELECT version() UNION ALL {views} ORDER BY 1")]

    def put(self, name: str, frame: pl.DataFrame, where: str, kind: str = "TEMP TABLE") -> None:
        """Make a table from a frame. `name` is SQL, `where` what a reader is told."""
        if name in self._views:
            self.forget(name, where)
        with _told(where):
            # A column of nothing but null has no type in a frame; in a table it is a whole number.
            untyped = [column for column, kept in frame.schema.items() if kept == pl.Null]
            typed = frame.cast(dict.fromkeys(untyped, pl.Int32)) if untyped else frame
            self._connection.register("put_here", _Stream(typed))
            try:
                self._connection.execute(f"CREATE OR REPLACE {kind} {name} AS SELECT * FROM put_here")
            finally:
                self._connection.unregister("put_here")

    def _query(self, sql: str, where: str) -> Statement:
        """The text, parsed. Raises Problems where it is not one query that only reads."""
        import duckdb

        with _told(where):
            parsed = self._connection.extract_statements(sql)
        if [statement.type for statement in parsed] != [duckdb.StatementType.SELECT]:
            found = "this is not one query" if len(parsed) != 1 else "this would do more than read"
            raise Problems([Problem(where, found, "Records are only read: write one SELECT.")])
        return parsed[0]

    def _parsed(self, sql: str) -> list[Statement]:
        """The statements of a text, none where it is no SQL."""
        import duckdb

        try:
            return self._connection.extract_statements(sql)
        except duckdb.ParserException:
            return []

    def close(self) -> None:
        """Let go of the hospital and of everything of our own."""
        self._connection.close()
        self._removal()


class _Stream:
    """A stream of Arrow and nothing else: neither library then asks what the other's object is."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows.__arrow_c_stream__(requested_schema)


def _whole(numbers: pl.Series) -> pl.Series:
    """Whole numbers in 64 bits where they fit: sums that DuckDB makes wider, days that are held in less."""
    whole = numbers.cast(pl.Int64, strict=False)
    return whole if whole.null_count() == numbers.null_count() else numbers


def quoted(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """The name as an identifier of SQL, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def _settings(threads: int, memory: str) -> dict[str, Any]:
    problems = []
    if memory and not _AMOUNT.fullmatch(memory.strip()):
        found = f'"{memory}" is not an amount of memory'
        problems.append(Problem("memory", found, 'Write it as "512MB" or "8GB".'))
    if threads < 0:
        problems.append(Problem("threads", f"{threads} is below 0", "Give 1 or more; 0 is all there are."))
    if problems:
        raise Problems(problems)
    # Nothing is fetched from anywhere: a hospital's machine has no way out, and should need none.
    settings: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    # Files are read and written by the threads that ask for it: a query that is interrupted while others
    # write for it may wait for them without end (DuckDB 2.0.0, see duckdb issue 23885).
    settings["async_threads"] = 0
    return settings | ({"threads": threads} if threads else {}) | ({"memory_limit": memory} if memory else {})


@contextmanager
def _told(where: str) -> Iterator[None]:
    """What DuckDB or the disk refuses becomes a problem that a reader can mend.

    Where somebody stops a query with Ctrl-C, or stops us while DuckDB reads what we put, it tells it as an
    error of its own that names ours: KeyboardInterrupt again.
    """
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except (duckdb.Error, OSError, MemoryError) as error:
        if isinstance(error, duckdb.Error) and KeyboardInterrupt.__name__ in str(error):
            raise KeyboardInterrupt from None
        raise Problems([problem_of(error, where)]) from error
    except (RuntimeError, pl.exceptions.ComputeError) as error:
        if "interrupt" in str(error).casefold():
            raise KeyboardInterrupt from None
        if isinstance(error, RuntimeError):
            raise
        # DuckDB's own, told by the frame that it filled.
        raise Problems([problem_of(error, where)]) from error
