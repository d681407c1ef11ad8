"""What DuckDB refuses, in a reader's words: where it happened, what was found, and what to do."""

from __future__ import annotations

import re
from pathlib import Path

from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import Problem

_KNOWN = (
    (
        r"storage version number (\d+)|database file with version number (\d+)",
        "it was made by another version of DuckDB than the one here reads",
        "Install the DuckDB that made it, or export its tables to Parquet there and give the folder.",
    ),
    (
        r"not a valid DuckDB database",
        "this is not a DuckDB file",
        "Give a .duckdb file, or the folder that holds the Parquet or CSV files.",
    ),
    (
        r"encrypt",
        "it is encrypted",
        "Give a copy that is not, in a place that only you can read.",
    ),
    (
        r"Could not set lock .*?(?:PID (\d+)|$)",
        "another process{} has it open for writing",
        "Close it there, or give a copy of the file.",
    ),
    (
        r"Unique file handle conflict",
        "this process has it open already, for writing",
        "Close that connection first.",
    ),
    (
        r"[Pp]ermission denied",
        "the system denies you access to it",
        "Ask for leave, or name another file or folder.",
    ),
    (
        r"Corrupt database file|Could not read enough bytes|Failed to read .*block",
        "the file is damaged, or not all of it is there",
        "Copy it again from where it was made.",
    ),
    (
        r"No magic bytes|too small to be a Parquet|Invalid .*footer|TProtocolException|metadata is corrupt",
        "this is not a Parquet file, or not all of it is there",
        "Write it again from where it was made.",
    ),
    (
        r"No files found that match",
        "there is no such file, or it is a link to nothing",
        "Check the path.",
    ),
    (
        r"No space left on device|Disk quota exceeded|File too large|max_temp_directory_size",
        "the disk has no room for what does not fit the memory",
        "Free some room, name a folder elsewhere with scratch=, or give more memory.",
    ),
    (
        r"Out of Memory|std::bad_alloc|MemoryError|[Cc]annot allocate memory",
        "the memory is not enough",
        'Give more, such as memory="4GB" (--memory 4GB), or fewer threads, such as threads=1.',
    ),
)
"""What the message holds, what is said of it, and the mend. `{}` is what the pattern caught."""

_FILE = re.compile(r"(?m)^ *file = (.+)$")
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_PARTS = re.compile(r"delimiter = (.)")
_NO_QUOTE = "quote = (empty)"
_SIGNS = {",": "a comma", ";": "a semicolon", "|": "a bar", "\t": "a tab"}


def problem_of(error: Exception, where: str) -> Problem:
    """The problem that an error of DuckDB or of the disk stands for; an unknown one in its own words."""
    said = str(error).strip() or type(error).__name__
    if "CSV" in said:
        return _of_csv(said, where)
    for pattern, found, mend in _KNOWN:
        match = re.search(pattern, said)
        if match:
            caught = next((group for group in match.groups() if group), "")
            return Problem(where, found.format(f" (number {caught})" if caught else ""), mend)
    # "Binder Error: Referenced column ..." -> the sentence; what follows it is for programmers.
    sentence = re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", said.partition("\n")[0])
    return Problem(where, sentence, "Mend what is asked there, and ask again.")


def _of_csv(said: str, where: str) -> Problem:
    file, line, width = _FILE.search(said), _LINE.search(said), _WIDTH.search(said)
    where = Path(file[1]).name if file else where
    place = f"{where}, line {line[1]}" if line else where
    if width:
        named, there = int(width[1]), int(width[2])
        found = f"{so_many(there, 'entry', 'entries')} where the first line names {so_many(named, 'column')}"
        return Problem(place, found, _of_width(named, there, said))
    if "utf-8" in said or "unicode" in said:
        return Problem(place, "it is not written in UTF-8", "Save the file as UTF-8.")
    if "Maximum line size" in said:
        found = "a line is longer than two million letters: a quote may be opened and never closed"
        return Problem(
            place, found, "Close it; where the text is as long as that, give the table as Parquet."
        )
    if "unterminated quote" in said:
        return Problem(
            place, "a quote is opened and never closed", 'Close it; a quote in a text is written "".'
        )
    if "invalid state" in said:
        found = "its lines do not all end in the same way, or its quotes are not closed"
        return Problem(place, found, "Save the file again as CSV.")
    return Problem(place, "it cannot be read as CSV", "Save the file again as CSV, in UTF-8.")


def _of_width(named: int, there: int, said: str) -> str:
    """What mends a line with fewer or more entries than there are columns."""
    if there < named:
        return (
            "Mend the line: a column without a value has an empty entry, and a text of several lines quotes."
        )
    parts = _PARTS.search(said)
    sign = _SIGNS.get(parts[1] if parts else "", "the sign between entries")
    may = "no entry can hold one in this file" if _NO_QUOTE in said else "an entry that holds one has quotes"
    return f"Mend the line: {sign} parts two entries; {may}."
