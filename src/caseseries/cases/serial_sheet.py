"""The sheet of a serial: a measurement by day, one row a patient with a column a day, or one row a value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from caseseries.cases.grid import Grid, read_grid
from caseseries.cases.series import SERIALS, Source, frame
from caseseries.evidence.problem import Problem, Problems
from caseseries.evidence.values import read_number, read_range
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import Serial

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class SerialSheet:
    """The values of one serial, the file that they came from, and what could not be read in it."""

    values: pl.DataFrame
    source: Source | None
    problems: tuple[Problem, ...]


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
    except Problems as problems:
        return SerialSheet(frame((), SERIALS), None, problems.problems)
    names = [" ".join(name.casefold().replace("_", " ").split()) for name in grid.header]
    if "patient" not in names:
        problem = Problem(f"{grid.file}, header", 'the column "patient" is missing', "Add it: it tells whose values these are.")
        return SerialSheet(frame((), SERIALS), None, (problem,))
    wide = {index: name for index, name in enumerate(names) if re.fullmatch(r"day -?\d+", name)}
    value = next((i for i, name in enumerate(names) if name in {serial.finding.casefold(), "value"}), None)
    problems: list[Problem] = []
    if wide:
        used, cells = {*wide}, _wide_cells(grid, wide, problems)
    elif "day" in names and value is not None:
        used, cells = {names.index("day"), value}, _long_cells(grid, names.index("day"), value, problems)
    else:
        mend = f'Name the columns "day 1", "day 5", ...; or fill in the columns patient, day and {serial.finding}.'
        problem = Problem(f"{grid.file}, header", "there is no column of a day", mend)
        return SerialSheet(frame((), SERIALS), None, (problem,))
    keys = _keys(grid, names, known, problems)
    rows: list[tuple[object, ...]] = []
    seen: dict[tuple[Key, int], int] = {}
    for row, column, day in cells:
        typed = _value(grid, row, column, problems)
        key = keys[row]
        if typed is None or key is None:
            continue
        if (key, day) in seen:
            found = f"patient {key[0]} has two values on day {day}, in rows {grid.numbers[seen[key, day]]} and {grid.numbers[row]}"
            problems.append(Problem(grid.file, found, "Keep the one that is meant."))
        seen[key, day] = row
        rows.append((*key, serial.name, day, *typed, grid.place(row, column)))
    left = tuple(
        grid.header[i]
        for i, name in enumerate(names)
        if i not in used and name not in {"patient", "episode", "notes"}
    )
    source = Source(grid.file, grid.digest, len(grid.rows), left)
    return SerialSheet(frame(rows, SERIALS).sort("patient", "episode", "day", maintain_order=True), source, tuple(problems))


def _wide_cells(grid: Grid, wide: dict[int, str], problems: list[Problem]) -> Iterator[tuple[int, int, int]]:
    days = {index: int(name.removeprefix("day ")) for index, name in wide.items()}
    for index, day in days.items():
        if day < 1:
            found = f'column "{grid.header[index]}" lies before day 1'
            problems.append(Problem(f"{grid.file}, header", found, "The first day is day 1; count from there."))
    return ((row, index, day) for row in range(len(grid.rows)) for index, day in days.items() if day >= 1)


def _long_cells(grid: Grid, days: int, value: int, problems: list[Problem]) -> Iterator[tuple[int, int, int]]:
    for row, text in enumerate(grid.column(days)):
        try:
            day, _ = read_range(text)
        except ValueError:
            mend = "Write the number of the day; the first day is day 1."
            problems.append(Problem(grid.where(row, days), f'"{text}" is not a day', mend))
            continue
        if day < 1:
            mend = "The first day is day 1; count from there."
            problems.append(Problem(grid.where(row, days), f"day {day} lies before day 1", mend))
            continue
        yield row, value, day


def _keys(grid: Grid, names: list[str], known: Collection[Key], problems: list[Problem]) -> list[Key | None]:
    patients = grid.column(names.index("patient"))
    episodes = grid.column(names.index("episode")) if "episode" in names else ["1"] * len(patients)
    keys: list[Key | None] = []
    for row, (patient, episode) in enumerate(zip(patients, episodes, strict=True)):
        key = (patient, int(episode) if episode.isdecimal() else 1)
        if key not in known:
            found = f'patient "{patient}" is not in the sheet of patients'
            problems.append(Problem(grid.where(row, names.index("patient")), found, "Add the patient there, or correct the name here."))
        keys.append(key if key in known else None)
    return keys


def _value(grid: Grid, row: int, column: int, problems: list[Problem]) -> tuple[float, str | None] | None:
    try:
        typed = read_number(grid.rows[row][column])
    except ValueError as error:
        found, _, mend = str(error).partition(". ")
        problems.append(Problem(grid.where(row, column), found.rstrip("."), mend or "Correct the cell, or leave it empty."))
        return None
    return None if typed.value is None else (typed.value, typed.operator or None)
