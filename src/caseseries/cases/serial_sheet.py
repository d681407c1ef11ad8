"""The sheet of a serial: a measurement by day, one row a patient with a column a day, or one row a value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import polars as pl

from caseseries.cases.cells import Refused, in_doubt, number, read_days, refusal
from caseseries.cases.grid import Grid, read_grid
from caseseries.cases.keys import Key, label, read_keys
from caseseries.cases.long_tables import SERIALS, TYPED, frame
from caseseries.cases.names import heading, trimmed
from caseseries.cases.series import Source
from caseseries.cases.typed import typed_cells
from caseseries.evidence.problem import Problem, Problems
from caseseries.evidence.values import is_missing
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import Serial, Variable

Place = tuple[int, int, int]
"""The row and the column of a value, and its day."""

FIRST_DAY = "The first day is day 1; count from there."


@dataclass(frozen=True, slots=True)
class SerialSheet:
    """The values of one serial, the file that they came from, what could not be read in it.

    `typed` are its cells as they stand there, and those of the columns that are no day.
    """

    values: pl.DataFrame
    source: Source | None
    problems: tuple[Problem, ...]
    typed: pl.DataFrame


def serial_file(serial: Serial) -> str:
    """The file beside the sheet that holds the serial: named for the finding, such as ferritin.csv."""
    return f"{slug(serial.finding)}.csv"


def read_serial(path: Path, serial: Serial, known: Collection[Key]) -> SerialSheet:
    """The values of `serial` in the file at `path`, of patients that the sheet knows.

    Either one row a patient, with columns `day 1`, `day 5`, ...; or one row a value, with the columns
    `patient`, `day` and the finding's name (or `value`). Day 1 is the day that the serial counts from.
    """
    try:
        grid = read_grid(path)
        patients, episodes, used = _key_columns(grid)
        places, problems = _places(grid, serial, used)
    except Problems as told:
        holds = "" if path.exists() else f' It is to hold the serial "{serial.name}".'
        slips = [replace(problem, mend=problem.mend + holds) for problem in told.problems]
        return SerialSheet(frame((), SERIALS), None, tuple(slips), frame((), TYPED))
    keys, slips = read_keys(grid, patients, episodes)
    problems += [*slips, *_unknown(grid, keys, patients, known)]
    rows: list[tuple[object, ...]] = []
    first: dict[tuple[Key, int], tuple[int, int]] = {}
    for row, column, day in places:
        try:
            value = _value(grid, row, column)
        except Refused as refused:
            problems.append(Problem(grid.where(row, column), refused.found, refused.mend))
            continue
        if value is None:
            continue
        earlier = first.setdefault((keys[row], day), (row, column))
        if earlier != (row, column) and keys[row] in known:
            there = f"row {grid.numbers[earlier[0]]}"
            twice = f'patient "{label(keys[row])}" has a value on day {day} in {there} too'
            problems.append(Problem(grid.where(row, column), twice, "Keep the one that is meant."))
        rows.append((*keys[row], serial.name, day, *value, grid.place(row, column)))
    left = tuple(name for index, name in enumerate(grid.header) if name and index not in used)
    source = Source(grid.file, "sheet", grid.digest, len(grid.rows), left)
    values = frame(rows, SERIALS).sort("patient", "episode", "day", maintain_order=True)
    days = ((row, column, day, serial.name) for row, column, day in places)
    others = ((row, grid.header.index(name), None, name) for name in left for row in range(len(keys)))
    typed = typed_cells(grid, keys, chain(days, others))
    return SerialSheet(values, source, tuple(problems), typed)


def _key_columns(grid: Grid) -> tuple[int, int | None, set[int]]:
    at = {heading(name): index for index, name in enumerate(grid.header)}
    if "patient" not in at:
        found, mend = 'the column "patient" is missing', "Add it: it tells whose values these are."
        raise Problems([Problem(f"{grid.file}, header", found, mend)])
    used = {at[name] for name in ("patient", "episode", "notes") if name in at}
    return at["patient"], at.get("episode"), used


def _places(grid: Grid, serial: Serial, used: set[int]) -> tuple[list[Place], list[Problem]]:
    """Where the values stand, in either form; the columns are then in use."""
    names = [heading(name) for name in grid.header]
    days = {index: match for index, name in enumerate(names) if (match := _DAY.fullmatch(name))}
    words = {heading(word) for word in (serial.finding, serial.name, serial.title, "value")}
    value = next((index for index, name in enumerate(names) if name in words), None)
    if days:
        used |= set(days)
        return _wide(grid, {index: int(match[1].translate(_MINUS)) for index, match in days.items()})
    if "day" in names and value is not None:
        used |= {names.index("day"), value}
        return _long(grid, names.index("day"), value)
    mend = (
        f'Name the columns "day 1", "day 5", ...; or fill in the columns patient, day and {serial.finding}.'
    )
    raise Problems([Problem(f"{grid.file}, header", "there is no column of a day", mend)])


_DAY = re.compile(r"d(?:ay)?[ .]?([-–−‑]?[0-9]{1,6})")
_MINUS = dict.fromkeys(map(ord, "–−‑"), "-")


def _wide(grid: Grid, days: dict[int, int]) -> tuple[list[Place], list[Problem]]:
    problems = [
        Problem(f"{grid.file}, header", f'column "{grid.header[index]}" lies before day 1', FIRST_DAY)
        for index, day in days.items()
        if day < 1
    ]
    places = [
        (row, index, day)
        for row, cells in enumerate(grid.rows)
        for index, day in days.items()
        if cells[index] and day >= 1
    ]
    return places, problems


def _long(grid: Grid, days: int, value: int) -> tuple[list[Place], list[Problem]]:
    read = read_days(Variable(name="day", kind="day"), grid.column(days), "a day")
    problems = [Problem(grid.where(slip.row, days), slip.found, FIRST_DAY) for slip in read.slips]
    refused = {slip.row for slip in read.slips}
    places = []
    for row, day in enumerate(read.columns["day"]):
        if day is not None:
            places.append((row, value, int(day)))
        elif row not in refused and not is_missing(grid.rows[row][value]):
            problems.append(Problem(grid.where(row, days), "the value has no day", FIRST_DAY))
    return places, problems


def _unknown(grid: Grid, keys: Sequence[Key], patients: int, known: Collection[Key]) -> Iterator[Problem]:
    for row, key in enumerate(keys):
        if key not in known and key[0]:
            found = f'patient "{label(key)}" is not in the sheet of patients'
            mend = "Add the patient there, or correct the name here."
            yield Problem(grid.where(row, patients), found, mend)


def _value(grid: Grid, row: int, column: int) -> tuple[float, str | None] | None:
    """The value and its operator, None where there is none. Raises Refused."""
    text = trimmed(grid.rows[row][column])
    doubt = in_doubt(text) if grid.delimiter == ";" else None
    if doubt is not None:
        raise doubt
    try:
        typed = number(text)
    except ValueError as error:
        raise refusal(text, error) from None
    return None if typed.value is None else (typed.value, typed.operator or None)
