"""A grid: the cells of a file that a person filled in, as text, each with its place."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from caseseries.evidence.finding import cell
from caseseries.evidence.problem import Problem, Problems


@dataclass(frozen=True, slots=True)
class Grid:
    """The header and the rows below it; `numbers` are the rows' numbers as a spreadsheet shows them."""

    file: str
    digest: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]

    def place(self, row: int, column: int) -> str:
        """The place of a cell, such as patients.csv:C7."""
        return cell(self.file, self.numbers[row], column)

    def where(self, row: int, column: int) -> str:
        """The place of a cell in words, for a problem."""
        return f'{self.file}, row {self.numbers[row]}, column "{self.header[column]}"'

    def column(self, index: int) -> list[str]:
        """The cells of a column, from top to bottom, without the blanks around them."""
        return [row[index].strip() for row in self.rows]


def read_grid(path: Path) -> Grid:
    """The cells of a CSV file: commas, semicolons or tabs, a BOM or none, either line ending.

    Blank rows are passed over. Raises Problems where the file is not text, is empty, or its rows do not fit
    its header.
    """
    content = _content(path)
    lines = _lines(path.name, _text(path.name, content))
    filled = [(number, row) for number, row in lines if any(text.strip() for text in row)]
    if not filled:
        raise Problems([Problem(path.name, "the file is empty", "Fill in a header row and one row a patient.")])
    (_, header), *body = filled
    width = max(i for i, name in enumerate(header) if name.strip()) + 1
    names = tuple(name.strip() for name in header[:width])
    problems = _header_problems(path.name, names)
    rows: list[tuple[str, ...]] = []
    for number, row in body:
        beyond = [text for text in row[width:] if text.strip()]
        if len(row) < width or beyond:
            found = f"row {number} has {len(row)} cells where the header has {width} columns"
            mend = "A comma inside a cell needs quotes around the cell; saving from a spreadsheet adds them."
            problems.append(Problem(path.name, found, mend))
        rows.append(tuple(row[:width]))
    if problems:
        raise Problems(problems)
    digest = hashlib.sha256(content).hexdigest()
    return Grid(path.name, digest, names, tuple(rows), tuple(number for number, _ in body))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        found, mend = "the file is not there", f"Put {path.name} into the folder {path.parent}."
    except OSError as error:
        found, mend = f"the file cannot be read ({error.strerror})", "Check that it is a file you may read."
    raise Problems([Problem(path.name, found, mend)])


def _text(file: str, content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        found, mend = "this is a spreadsheet workbook, not a CSV file", 'Save it as "CSV UTF-8 (comma delimited)".'
        raise Problems([Problem(file, found, mend)])
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"line {line} holds bytes that are not text in UTF-8"
        mend = 'Save it again as "CSV UTF-8"; nothing was read, so no letter was guessed.'
        raise Problems([Problem(file, found, mend)]) from None
    if "\x00" in text:
        raise Problems([Problem(file, "this is not a text file", 'Save the sheet as "CSV UTF-8".')])
    return text


def _lines(file: str, text: str) -> list[tuple[int, list[str]]]:
    """The rows with their spreadsheet numbers: a line break within quotes does not begin a row."""
    first = text.lstrip("\r\n").splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=lambda mark: (first.count(mark), mark == ","))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(enumerate(reader, start=1))
    except csv.Error as error:
        found = f"line {reader.line_num} cannot be read as cells ({error})"
        mend = "A quote that is opened must be closed; a quote inside a cell is written twice."
        raise Problems([Problem(file, found, mend)]) from None


def _header_problems(file: str, names: tuple[str, ...]) -> list[Problem]:
    problems = []
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if not name:
            place = cell(file, 1, index)
            problems.append(Problem(place, "a column has no name", "Name it in the first row, or delete the column."))
        elif name.casefold() in seen:
            found = f'two columns are named "{name}"'
            problems.append(Problem(f"{file}, header", found, "Rename one of them, or delete it."))
        seen.setdefault(name.casefold(), index)
    return problems
