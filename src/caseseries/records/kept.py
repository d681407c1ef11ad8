"""Kept: what a long query found, in a file under the digest of all that it read, so that it is asked once.

The digest is of the query's text, of every table that it names, and of the hospital's files by their names,
sizes and times of change. So another threshold, window or need asks anew what hangs on it, and nothing else.
A file also bears a check of its bytes in its name: one that is damaged goes, and its rows are asked anew.
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
from zlib import crc32

import polars as pl

from caseseries.evidence.problem import Problems

DEAR = 0.03
"""Seconds from which on a query's rows are kept: to read them again takes less."""
NOT_CHEAP = 0.005
"""The same of a query that reads kept rows: the next run has these in a file, and takes longer."""
MOST = 4 * 1024**3
"""Bytes that may be kept in one folder; beyond, what was used longest ago goes."""
_A_READ = 1 << 20
"""Bytes that are read at a time."""
_ENDING, _UNFINISHED = ".parquet", ".unfinished"
_A_DAY = 24 * 60 * 60


class Kept:
    """A folder of what was found; `source` tells the hospital from any other state of it, and its views."""

    def __init__(self, folder: Path, source: Iterable[str]) -> None:
        self._folder = folder
        self._base = _digest(source)
        self._tables: dict[str, str] = {}
        self._there = {path.name.partition("-")[0]: path for path in folder.glob(f"*-*{_ENDING}")}
        self._used: dict[str, Path] = {}

    def digest_of(self, text: str) -> str:
        """The digest of a query: of its text, the tables of ours that it names, and the hospital."""
        return _digest([self._base, text, *(f"{name} {self._tables[name]}" for name in self._named(text))])

    def is_worth(self, text: str, seconds: float) -> bool:
        """Whether the rows of a query are to be kept that took so long."""
        reads_kept = any(self._tables[name] in self._used for name in self._named(text))
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
        path = self._used.get(digest) or self._there.get(digest)
        if path is None or digest in self._used:
            return path
        try:
            os.utime(path)
            is_whole = path.name == _named_so(digest, path)
        except OSError:
            is_whole = False
        if not is_whole:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        self._used[digest] = path
        return path

    def write(self, digest: str, write: Callable[[Path], object]) -> None:
        """Keep what `write` writes as a Parquet file. Where there is no room for it, it is not kept."""
        unfinished = self._folder / f"{digest}{_ENDING}{_UNFINISHED}-{os.getpid()}"
        with suppress(OSError, Problems, MemoryError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                write(unfinished)
                path = unfinished.replace(self._folder / _named_so(digest, unfinished))
                self._used[digest] = path
            except pl.exceptions.ComputeError as error:  # of a full disk, or an interrupt
                if "interrupt" in str(error).casefold():
                    raise KeyboardInterrupt from None
            finally:
                unfinished.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what was used longest ago, beyond MOST, and what a run that was killed left half-written."""
        now = time.time()
        files = sorted(
            ((file.stat().st_mtime, file.stat().st_size, file) for file in self._folder.glob(f"*{_ENDING}*")),
            reverse=True,
        )
        total = 0
        for used, size, file in files:
            total += size
            is_old = now - used > _A_DAY
            if file not in self._used.values() and (total > MOST or (_UNFINISHED in file.name and is_old)):
                file.unlink(missing_ok=True)

    def _named(self, text: str) -> list[str]:
        return sorted(self._tables.keys() & set(re.findall(r"\w+", text)))


def _named_so(digest: str, path: Path) -> str:
    """The name of a file with these bytes: the digest of its query, and a check of them."""
    check = 0
    with path.open("rb") as file:
        while part := file.read(_A_READ):
            check = crc32(part, check)
    return f"{digest}-{check:08x}{_ENDING}"


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode()
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()
