"""A finding: who, what, when, how much in which unit, and from where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from caseseries.evidence.truth import Truth
from caseseries.evidence.values import Operator


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing known of one patient.

    `sample_time` is when it was true of the patient, `result_time` when it could be known; None where
    unrecorded. `value` is in `unit`; with `operator` "<" or ">" the true value lies beyond it. `text` is
    what the source says, for findings without a number too. `origin` leads back to the source:
    `measurement:88213`, `note:91:120-151`, `review:LN`, `patients.csv:C7` (see `cell`). `flags` name
    what may explain the finding otherwise ("transfused"). `answer` is what a person answered who was asked
    whether it was met: then nothing is compared.
    """

    patient: str
    name: str
    sample_time: date | datetime | None = None
    result_time: date | datetime | None = None
    value: float | None = None
    unit: str = ""
    operator: Operator = ""
    text: str = ""
    origin: str = ""
    flags: tuple[str, ...] = ()
    answer: Truth | None = None


def cell(file: str, row: int, column: int) -> str:
    """The origin of a cell as a spreadsheet names it: `cell("patients.csv", 7, 2)` is `patients.csv:C7`.

    `row` is the number that a spreadsheet shows (the header is row 1); `column` is counted from 0.
    Raises ValueError for a row before the header or a negative column.
    """
    if row < 1:
        raise ValueError(f"There is no row {row}: the header is row 1.")
    return f"{file}:{column_letters(column)}{row}"


def place_in_words(origin: str) -> str:
    """File and row of a cell's origin: `patients.csv:C7` is `patients.csv, row 7`; of others, the origin."""
    return re.sub(r":[A-Z]+([0-9]+)$", r", row \1", origin)


def column_letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, ... Z, AA, AB, ... Raises ValueError below 0."""
    if column < 0:
        raise ValueError(f"There is no column {column}: the first is 0.")
    letters = ""
    left = column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def column_number(letters: str) -> int:
    """The column, counted from 0, that has these letters. Raises ValueError for anything but A to Z."""
    if not re.fullmatch(r"[A-Z]+", letters):
        raise ValueError(f'"{letters}" is not a column. Columns are written A, B, ... Z, AA.')
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
