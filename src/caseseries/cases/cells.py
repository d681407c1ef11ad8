"""Cells become values: how a typed column of each kind is read, and what is said of a cell that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from caseseries.evidence.problem import did_you_mean
from caseseries.evidence.values import Typed, is_missing, read_number, read_range, read_share, read_yes_no
from caseseries.protocol.clauses.variable import Variable

LONGEST_LIFE = 130.0
"""Years. Nobody is known to have lived longer (the oldest verified age is 122), so an age above is a slip."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A cell that cannot be read: its row, what was found, and what mends it."""

    row: int
    found: str
    mend: str


@dataclass(frozen=True, slots=True)
class Read:
    """The columns made of one typed column, and the cells that could not be read."""

    columns: dict[str, pl.Series]
    slips: tuple[Slip, ...] = ()


def read_cells(variable: Variable, cells: Sequence[str]) -> Read:
    """The column of `variable`, by its kind. A regimen is left as text: it fans out elsewhere."""
    return READERS[variable.kind](variable, cells)


def _each(cells: Sequence[str], read: Callable[[str], object]) -> tuple[list[object], list[Slip]]:
    """Every cell read once per distinct text: a sheet of 100,000 rows has few different cells."""
    known: dict[str, object] = {}
    values: list[object] = []
    slips: list[Slip] = []
    for row, text in enumerate(cells):
        if text not in known:
            try:
                known[text] = read(text)
            except ValueError as error:
                known[text] = error
        value = known[text]
        if isinstance(value, ValueError):
            slips.append(_slip(row, value))
            value = None
        values.append(value)
    return values, slips


def _slip(row: int, error: ValueError) -> Slip:
    """The slip of a refused cell: the first sentence says what was found, the others how to mend it."""
    found, _, mend = str(error).partition(". ")
    return Slip(row, found.rstrip("."), mend or "Correct the cell, or leave it empty.")


def _number(variable: Variable, cells: Sequence[str]) -> Read:
    def read(text: str) -> Typed | None:
        typed = read_number(text)
        if typed.value is None:
            return None
        _refuse_impossible(variable, typed.value)
        return typed

    return _measured(variable, cells, read)


def _refuse_impossible(variable: Variable, value: float) -> None:
    limits = {"above": variable.above, "below": variable.below}
    is_age = variable.unit == "years" and limits["above"] is None and limits["below"] is None
    if is_age and not 0 <= value <= LONGEST_LIFE:
        raise ValueError(f"{value:g} years is not possible. Check the number.")
    if variable.above is not None and value <= variable.above:
        raise ValueError(f"{value:g} is not above {variable.above:g}, as the protocol asks. Check the number.")
    if variable.below is not None and value >= variable.below:
        raise ValueError(f"{value:g} is not below {variable.below:g}, as the protocol asks. Check the number.")


def _measured(variable: Variable, cells: Sequence[str], read: Callable[[str], Typed | None]) -> Read:
    typed, slips = _each(cells, read)
    values = [one.value if isinstance(one, Typed) else None for one in typed]
    operators = [one.operator or None if isinstance(one, Typed) else None for one in typed]
    columns = {variable.name: pl.Series(variable.name, values, dtype=pl.Float64)}
    if any(operators):
        name = f"{variable.name}.operator"
        columns[name] = pl.Series(name, operators, dtype=pl.String)
    return Read(columns, tuple(slips))


def _share(variable: Variable, cells: Sequence[str]) -> Read:
    def read(text: str) -> Typed | None:
        return read_share(text)

    read_once, slips = _each(cells, read)
    # "None" says that it never fell: a share of 0 in ranks, "none" in listings.
    values = [
        None if not isinstance(one, Typed) else 0.0 if one.none_said else one.value for one in read_once
    ]
    return Read({variable.name: pl.Series(variable.name, values, dtype=pl.Float64)}, tuple(slips))


def _whole(least: int, says: str) -> Callable[[Variable, Sequence[str]], Read]:
    def reader(variable: Variable, cells: Sequence[str]) -> Read:
        def read(text: str) -> tuple[float, float] | None:
            if is_missing(text) or text.casefold() == "none":
                return None
            low, high = read_range(text)
            if low != int(low) or high != int(high) or low < least:
                raise ValueError(f'"{text}" is not {says}. Check the number.')
            _refuse_impossible(variable, low)
            _refuse_impossible(variable, high)
            return low, high

        pairs, slips = _each(cells, read)
        lows = [int(pair[0]) if isinstance(pair, tuple) else None for pair in pairs]
        highs = [int(pair[1]) if isinstance(pair, tuple) else None for pair in pairs]
        columns = {variable.name: pl.Series(variable.name, lows, dtype=pl.Int64)}
        if lows != highs:
            name = f"{variable.name}.high"
            columns[name] = pl.Series(name, highs, dtype=pl.Int64)
        return Read(columns, tuple(slips))

    return reader


def _time(variable: Variable, cells: Sequence[str]) -> Read:
    def read(text: str) -> Typed | None:
        typed = read_number(text)
        if typed.value is not None and typed.value < 0:
            raise ValueError(f"{typed.value:g} is a negative time. Count it forward from the start of follow-up.")
        if typed.operator:
            raise ValueError(f'"{text}" is a bound. Write how long the patient was followed, and whether alive: Yes or No.')
        return typed if typed.value is not None else None

    return _measured(variable, cells, read)


def _yes_no(variable: Variable, cells: Sequence[str]) -> Read:
    def read(text: str) -> bool | None:
        return None if is_missing(text) else read_yes_no(text)

    values, slips = _each(cells, read)
    return Read({variable.name: pl.Series(variable.name, values, dtype=pl.Boolean)}, tuple(slips))


def _category(variable: Variable, cells: Sequence[str]) -> Read:
    def read(text: str) -> str | None:
        level = _level(variable, text)
        if level is None and not is_missing(text):
            raise ValueError(_not_a_level(variable, text))
        return level

    values, slips = _each(cells, read)
    return Read({variable.name: pl.Series(variable.name, values, dtype=pl.String)}, tuple(slips))


def _categories(variable: Variable, cells: Sequence[str]) -> Read:
    def read(text: str) -> tuple[list[str], list[str]] | None:
        if _level(variable, text) is None and is_missing(text):
            return None
        levels, certainties = [], []
        for entry in _entries(variable, text):
            level, certainty = _certain(variable, entry)
            levels.append(level)
            certainties.append(certainty)
        if variable.alone in levels and len(levels) > 1:
            others = ", ".join(level for level in levels if level != variable.alone)
            raise ValueError(f'"{variable.alone}" stands beside {others}; it excludes the others. Keep one or the other.')
        if len(set(levels)) < len(levels):
            raise ValueError(f'"{text}" names a level twice. Name each once.')
        return levels, certainties

    pairs, slips = _each(cells, read)
    return categories_read(variable, [pair if isinstance(pair, tuple) else None for pair in pairs], slips)


def categories_read(
    variable: Variable, pairs: Sequence[tuple[list[str], list[str]] | None], slips: Sequence[Slip]
) -> Read:
    """The two list columns of a categories variable: its levels in the protocol's order, and their certainty."""
    rank = {level: position for position, level in enumerate(variable.levels)}
    in_order = [
        None if pair is None else sorted(zip(*pair, strict=True), key=lambda one: rank[one[0]]) for pair in pairs
    ]
    name, beside = variable.name, f"{variable.name}.certainty"
    levels = [None if pair is None else [level for level, _ in pair] for pair in in_order]
    certain = [None if pair is None else [certainty for _, certainty in pair] for pair in in_order]
    columns = {name: pl.Series(name, levels, dtype=pl.List(pl.String))}
    if variable.certainty:
        columns[beside] = pl.Series(beside, certain, dtype=pl.List(pl.String))
    return Read(columns, tuple(slips))


def _entries(variable: Variable, text: str) -> list[str]:
    """The entries of a cell: parted by semicolons or lines, else by commas; a level may itself hold a comma."""
    if _level(variable, text) is not None:
        return [text]
    parts = re.split(r"[;\n]", text) if re.search(r"[;\n]", text) else text.split(",")
    return [part.strip() for part in parts if part.strip()]


def _certain(variable: Variable, entry: str) -> tuple[str, str]:
    """The level and its certainty: `bacterial infection (presumed)`; nothing said is the first of the certainties."""
    surest = variable.certainty[0] if variable.certainty else ""
    match = re.fullmatch(r"(?P<level>.*\S)\s*\((?P<certainty>[^()]*)\)", entry)
    if match and _level(variable, entry) is None:
        level, said = _level(variable, match["level"]), match["certainty"].strip().casefold()
        if level is not None and said not in variable.certainty:
            raise ValueError(f'"{said}" is not one of the certainties. {did_you_mean(said, variable.certainty)}')
        if level is not None:
            return level, said
    level = _level(variable, entry)
    if level is None:
        raise ValueError(_not_a_level(variable, entry))
    return level, surest


def _level(variable: Variable, text: str) -> str | None:
    wanted = " ".join(text.split()).casefold()
    return next((level for level in variable.levels if level.casefold() == wanted), None)


def _not_a_level(variable: Variable, text: str) -> str:
    near = did_you_mean(text, variable.levels)
    return f'"{text}" is not one of the levels. {near} Or add it to the levels in the protocol.'


def _event(variable: Variable, cells: Sequence[str]) -> Read:
    """`None` is no event, blank is not known; any other text is the event, with its grade in parentheses."""
    happened: list[bool | None] = []
    terms: list[str | None] = []
    grades: list[int | None] = []
    slips: list[Slip] = []
    for row, text in enumerate(cells):
        none_said = text.casefold() in {"none", "no"}
        known = none_said or not is_missing(text)
        grade = re.search(r"\bgrade\s*(\d+)", text, re.IGNORECASE)
        if grade and not 1 <= int(grade[1]) <= 5:
            slips.append(Slip(row, f"grade {grade[1]} does not exist", "Grades run from 1 to 5; correct it."))
        happened.append(not none_said if known else None)
        terms.append(re.sub(r"\s*\([^)]*\)\s*$", "", text) if known and not none_said else None)
        grades.append(int(grade[1]) if grade else None)
    name = variable.name
    columns = {
        name: pl.Series(name, happened, dtype=pl.Boolean),
        f"{name}.term": pl.Series(f"{name}.term", terms, dtype=pl.String),
        f"{name}.grade": pl.Series(f"{name}.grade", grades, dtype=pl.Int64),
    }
    return Read(columns, tuple(slips))


def _text(variable: Variable, cells: Sequence[str]) -> Read:
    return Read({variable.name: pl.Series(variable.name, [text or None for text in cells], dtype=pl.String)})


READERS: dict[str, Callable[[Variable, Sequence[str]], Read]] = {
    "number": _number,
    "count": _whole(0, "a whole number of criteria"),
    "points": _whole(0, "a whole number of points"),
    "share": _share,
    "day": _whole(1, "a day of the hospital stay (the day of admission is day 1)"),
    "time": _time,
    "yes/no": _yes_no,
    "category": _category,
    "categories": _categories,
    "event": _event,
    "text": _text,
}
