"""A grid: the cells of a file that a person filled in, as text, each with its place."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from caseseries.cases.names import heading, seen, trimmed
from caseseries.evidence.finding import cell, column_letters
from caseseries.evidence.problem import Problem, Problems

Row = tuple[int, list[str]]
"""A row with its number as a spreadsheet shows it."""

WORKBOOKS = {".xlsx", ".xls", ".xlsm", ".ods", ".numbers"}
NO_SHEETS = {"answers.csv", "not-claims.csv"}
"""CSV files that stand in the folder of a study and hold no cases."""
TOO_MANY = "A comma inside a cell needs quotes around the cell; saving from a spreadsheet adds them."
TOO_FEW = (
    "A cell left empty needs its comma too. Some spreadsheets drop empty cells at the end of rows: "
    "let the last column be one that is always filled in."
)


@dataclass(frozen=True, slots=True)
class Grid:
    """The header and the rows below it; `numbers` are the rows' numbers as a spreadsheet shows them."""

    file: str
    digest: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]

    def place(self, row: int, column: int) -> str:
        """The place of a cell, such as patients.csv:C7."""
        return f"{self.file}:{_letters(column)}{self.numbers[row]}"

    def where(self, row: int, column: int) -> str:
        """The place of a cell in words, for a problem."""
        return f'{self.file}, row {self.numbers[row]}, column "{self.header[column]}"'

    def column(self, index: int) -> list[str]:
        """The cells of a column, from top to bottom, without what is blank around them."""
        cells = [row[index] for row in self.rows]
        plain = {text: trimmed(text) for text in set(cells)}
        return [plain[text] for text in cells]


def read_grid(path: Path) -> Grid:
    """The cells of a CSV file: commas, semicolons or tabs, a BOM or none, any line ending.

    Blank rows are passed over, and so are blank columns without a name. Raises Problems where the file is
    not text, is empty, or its rows do not fit its header.
    """
    content = _content(path)
    delimiter, lines = _lines(path.name, _text(path.name, content))
    if not lines:
        raise Problems(
            [Problem(path.name, "the file is empty", "Fill in a header row and the rows below it.")]
        )
    (number, header), *body = lines
    width = max(index for index, name in enumerate(header) if name.strip()) + 1
    names = tuple(seen(name) for name in header[:width])
    problems = _header_problems(path.name, number, names, body) + _width_problems(path.name, names, body)
    if problems:
        raise Problems(problems)
    return Grid(
        file=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        delimiter=delimiter,
        header=names,
        rows=tuple(tuple(row[:width]) for _, row in body),
        numbers=tuple(number for number, _ in body),
    )


def saved_otherwise(path: Path) -> Path | None:
    """The workbook to be saved as `path`: that of its name, else any where the folder holds no sheet."""
    books = sorted(one for one in path.parent.glob("*") if one.suffix.lower() in WORKBOOKS)
    books = [one for one in books if not one.name.startswith(("~$", ".~"))]  # an office program's lock
    named = [one for one in books if one.stem == path.stem]
    others = [] if {one.name for one in path.parent.glob("*.csv")} - NO_SHEETS else books
    return next(iter([*named, *others]), None)


_letters = cache(column_letters)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        workbook = saved_otherwise(path)
        found, mend = "the file is not there", f"It was looked for as {path}."
        if workbook:
            mend = f'There is {workbook.name}: save it as "CSV UTF-8" under the name {path.name}.'
    except OSError as error:
        found, mend = f"the file cannot be read ({error.strerror})", "Check that it is a file you may read."
    raise Problems([Problem(path.name, found, mend)])


def _text(file: str, content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        found, mend = "this is a spreadsheet workbook, not a CSV file", 'Save it as "CSV UTF-8".'
        raise Problems([Problem(file, found, mend)])
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        found = f"line {line} holds bytes that are not text in UTF-8"
        mend = 'Save it again as "CSV UTF-8"; nothing was read, so no letter was guessed.'
        raise Problems([Problem(file, found, mend)]) from None
    if "\x00" in text:
        raise Problems([Problem(file, "this is not a text file", 'Save the sheet as "CSV UTF-8".')])
    return text


def _lines(file: str, text: str) -> tuple[str, list[Row]]:
    """The delimiter and the filled rows. A line break within quotes does not begin a row."""
    # Spreadsheets write the delimiter into a first line of its own, and do not show that line.
    stated = re.match(r"sep=([,;\t])(?:\r\n|\r|\n|$)", text, re.IGNORECASE)
    text = text[stated.end() :] if stated else text
    delimiter = stated[1] if stated else _delimiter(text.lstrip())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if any(text.strip() for text in row):
                rows.append((number, row))
    except csv.Error as error:
        found = f"row {number + 1} cannot be read as cells ({error})"
        mend = "A quote that is opened must be closed; a quote inside a cell is written twice."
        raise Problems([Problem(file, found, mend)]) from None
    return delimiter, rows


def _delimiter(text: str) -> str:
    """What parts the header into the most cells; a comma where nothing does."""

    def cells(mark: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), []))
        except csv.Error:
            return 0

    return max(",;\t", key=cells)


def _header_problems(file: str, number: int, names: tuple[str, ...], body: list[Row]) -> list[Problem]:
    problems = []
    first: dict[str, str] = {}
    for index, name in enumerate(names):
        if not name and any(row[index].strip() for _, row in body if index < len(row)):
            mend = "Name it in the first row, or empty the column."
            problems.append(Problem(cell(file, number, index), "a column is filled in and has no name", mend))
        elif name and heading(name) in first:
            twin = first[heading(name)]
            both = f'two columns are named "{name}"'
            found = both if name == twin else f'the columns "{twin}" and "{name}" have one name'
            problems.append(Problem(f"{file}, header", found, "Rename one of them, or delete it."))
        first.setdefault(heading(name), name)
    return problems


def _width_problems(file: str, names: tuple[str, ...], body: list[Row]) -> list[Problem]:
    width = len(names)
    filled = [(number, len(row), len("".join(row[width:]).strip())) for number, row in body]
    if width == 1 and any(beyond for _, _, beyond in filled):
        found = f'the first row holds one cell ("{names[0]}"), and the rows below it hold more'
        return [Problem(file, found, "Delete what stands above the row with the names of the columns.")]
    return [
        Problem(
            file,
            f"row {number} has {cells} cells where the header has {width} columns",
            TOO_FEW if cells < width else TOO_MANY,
        )
        for number, cells, beyond in filled
        if cells < width or beyond
    ]
