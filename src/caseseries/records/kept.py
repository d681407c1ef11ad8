"""Kept: what a long query found, in a file under the digest of all that it read, so that it is asked once.

The digest is of the query's text, of every table that it names, and of the hospital's files by their names,
sizes and times of change. So another threshold, window or need asks anew what hangs on it, and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import polars as pl

from caseseries.evidence.problem import Problems

DEAR = 0.03
"""Seconds from which on a query's rows are kept: to read them again takes less."""
NOT_CHEAP = 0.005
"""The same of a query that reads kept rows: the next run has these in a file, and takes longer."""
MOST = 4 * 1024**3
"""Bytes that may be kept in one folder; beyond, what was used longest ago goes."""
_LAST = b"PAR1"
"""The last bytes of every Parquet file that is whole."""
_UNFINISHED = ".unfinished"
_A_DAY = 24 * 60 * 60


class Kept:
    """A folder of what was found; `source` tells the hospital from any other state of it, and its views."""

    def __init__(self, folder: Path, source: Iterable[str]) -> None:
        self._folder = folder
        self._base = _digest(source)
        self._tables: dict[str, str] = {}
        self._used: set[Path] = set()

    def digest_of(self, text: str) -> str:
        """The digest of a query: of its text, the tables of ours that it names, and the hospital."""
        return _digest([self._base, text, *(f"{name} {self._tables[name]}" for name in self._named(text))])

    def is_worth(self, text: str, seconds: float) -> bool:
        """Whether the rows of a query are to be kept that took so long."""
        reads_kept = any(self._path(self._tables[name]) in self._used for name in self._named(text))
        return seconds > (NOT_CHEAP if reads_kept else DEAR)

    def lay(self, name: str, digest: str) -> None:
        """Remember what a table of ours holds."""
        self._tables[name] = digest

    def lay_frame(self, name: str, frame: pl.DataFrame) -> None:
        """The same of rows that were put there; their order does not count."""
        content = io.BytesIO()
        # As Parquet, which writes texts one after the other. In memory they may lie in any order.
        frame.sort(frame.columns).write_parquet(content, compression="uncompressed")
        self.lay(name, hashlib.sha256(content.getbuffer()).hexdigest())

    def find(self, digest: str) -> Path | None:
        """The Parquet file of a query, if it was asked before; one that is damaged goes."""
        path = self._path(digest)
        try:
            os.utime(path)
            with path.open("rb") as file:
                file.seek(-len(_LAST), os.SEEK_END)
                is_whole = file.read() == _LAST
        except OSError:
            is_whole = False
        if not is_whole:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        self._used.add(path)
        return path

    def write(self, digest: str, write: Callable[[Path], object]) -> None:
        """Keep what `write` writes as a Parquet file. Where there is no room for it, nothing is kept."""
        path = self._path(digest)
        unfinished = path.with_name(f"{path.name}{_UNFINISHED}-{os.getpid()}")
        with suppress(OSError, Problems):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                write(unfinished)
                unfinished.replace(path)
                self._used.add(path)
            except pl.exceptions.ComputeError as error:  # of a full disk, or an interrupt
                if "interrupt" in str(error).casefold():
                    raise KeyboardInterrupt from None
            finally:
                unfinished.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what was used longest ago, beyond MOST, and what a run that was killed left half-written."""
        now = time.time()
        files = sorted(
            ((file.stat().st_mtime, file.stat().st_size, file) for file in self._folder.glob("*.parquet*")),
            reverse=True,
        )
        total = 0
        for used, size, file in files:
            total += size
            is_old = now - used > _A_DAY
            if file not in self._used and (total > MOST or (_UNFINISHED in file.name and is_old)):
                file.unlink(missing_ok=True)

    def _named(self, text: str) -> list[str]:
        return sorted(self._tables.keys() & set(re.findall(r"\w+", text)))

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.parquet"


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()
