"""A CSV file as a relation of text: its first line tells what parts its entries, nothing is guessed."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from pathlib import Path

from caseseries.evidence.problem import Problem, Problems
from caseseries.records.engines.duckdb import quoted

_LONGEST = 2_000_000
"""The longest line in bytes. Sixteen of them are held at a time by each thread."""


def csv_relation(path: Path, glob: str) -> tuple[str, tuple[str, ...]]:
    """The SQL that reads the file, every entry as text, and its columns in order.

    Entries are parted by a comma, a tab, a semicolon or a bar, whichever the first line has most of. In a
    file with tabs a quote is a letter like any other, as in the vocabularies that OHDSI hands out.
    Raises Problems for a file without a first line, not in UTF-8, or with a column that stands twice.
    """
    line = _first_line(path)
    parts = max(",\t;|", key=re.sub('"[^"]*"', "", line).count)
    quote = "" if parts == "\t" and '"' not in line else '"'
    names = next(csv.reader([line], delimiter=parts, quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE))
    names = [name.strip() or f"column {place}" for place, name in enumerate(names, 1)]
    twice = [name for name, times in Counter(name.lower() for name in names).items() if times > 1]
    if twice:
        raise _problem(path, f'the column "{twice[0]}" stands twice', "Keep one of them.")
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    options = (
        f"auto_detect = false, header = true, columns = {{{columns}}}, delim = {quoted(parts)}, "
        f"quote = {quoted(quote)}, escape = {quoted(quote)}, nullstr = ['', '\\N'], "
        f"max_line_size = {_LONGEST}"
    )
    return f"read_csv({quoted(glob)}, {options})", tuple(names)


def _first_line(path: Path) -> str:
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
            line = file.readline(_LONGEST).decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        raise _problem(path, "it is not written in UTF-8", "Save the file as UTF-8.") from None
    except PermissionError:
        raise _problem(path, "it may not be read by you", "Ask for leave to read it.") from None
    except (OSError, EOFError) as error:
        mend = "Copy it again from where it was made."
        raise _problem(path, f"it cannot be read ({error})", mend) from None
    if not line.strip():
        raise _problem(path, "its first line is empty", "The first line names the columns.")
    return line


def _problem(path: Path, found: str, mend: str) -> Problems:
    return Problems([Problem(path.name, found, mend)])
