"""Spells: what was given, as regimens typed into cells become drugs, doses and daily totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from caseseries.cases.cells import Read
from caseseries.cases.grid import Grid
from caseseries.cases.series import Column
from caseseries.evidence.regimen import Regimen, read_regimen, read_regimens
from caseseries.evidence.values import is_missing
from caseseries.protocol.clauses.variable import Variable

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Given:
    """One column of regimens: its columns in the table, their dictionary, and the rows of the long tables."""

    read: Read
    dictionary: tuple[Column, ...]
    spells: tuple[tuple[object, ...], ...]
    unread: tuple[tuple[object, ...], ...]


def read_regimen_column(
    variable: Variable, grid: Grid, place: int, keys: Sequence[Key], days: Sequence[int | None] | None
) -> Given:
    """One regimen a patient of the drug that the variable is named for; it fans out to NAME.dose, .daily, ...

    `days` is the column NAME.days, read, where the sheet has one: the days on the drug.
    """
    cells = grid.column(place)
    regimens = [None if is_missing(text) else read_regimen(text, drug=variable.name) for text in cells]
    name = variable.name
    fan = {
        name: pl.Series(name, [one.text if one else None for one in regimens], dtype=pl.String),
        f"{name}.dose": _numbers(f"{name}.dose", [one.dose if one else None for one in regimens]),
        f"{name}.interval": _numbers(f"{name}.interval", [one.interval_hours if one else None for one in regimens]),
        f"{name}.route": pl.Series(f"{name}.route", [one.route or None if one else None for one in regimens]),
        f"{name}.daily": _numbers(f"{name}.daily", [one.daily if one else None for one in regimens]),
    }
    routes = tuple(sorted({one.route for one in regimens if one and one.route}))
    dictionary = [
        Column(name, variable.title, "regimen"),
        Column(f"{name}.dose", f"{variable.title}, one dose", "number", _only(one.unit for one in regimens if one)),
        Column(f"{name}.interval", f"{variable.title}, between doses", "number", "hours"),
        Column(f"{name}.route", f"{variable.title}, route", "category", levels=routes),
        Column(f"{name}.daily", f"{variable.title}, a day", "number", "mg"),
    ]
    if days is not None:
        fan[f"{name}.days"] = pl.Series(f"{name}.days", days, dtype=pl.Int64)
        dictionary.append(Column(f"{name}.days", f"{variable.title}, days on it", "number", "days"))
    spells, unread = [], []
    for row, regimen in enumerate(regimens):
        if regimen is not None:
            stop = days[row] if days is not None else None
            spells.append(_spell(variable, regimen, keys[row], grid.place(row, place), stop=stop))
            unread += _unread(variable, regimen, keys[row], grid.place(row, place))
    return Given(Read({key: series.alias(key) for key, series in fan.items()}), tuple(dictionary), tuple(spells), tuple(unread))


def read_regimens_column(variable: Variable, grid: Grid, place: int, keys: Sequence[Key]) -> Given:
    """Several drugs a patient: the column lists their levels, each once; `None` is an empty list, blank is null."""
    listed: list[list[str] | None] = []
    spells: list[tuple[object, ...]] = []
    unread: list[tuple[object, ...]] = []
    for row, text in enumerate(grid.column(place)):
        if is_missing(text):
            listed.append(None)
            continue
        levels = []
        for regimen in read_regimens(text):
            levels.append(_level(variable, regimen))
            spells.append(_spell(variable, regimen, keys[row], grid.place(row, place)))
            unread += _unread(variable, regimen, keys[row], grid.place(row, place))
        listed.append(_ordered(variable, levels))
    named = {level for levels in listed for level in levels or ()}
    others = tuple(sorted(named - set(variable.levels), key=str.casefold))
    column = Column(variable.name, variable.title, "regimens", levels=(*variable.levels, *others))
    series = pl.Series(variable.name, listed, dtype=pl.List(pl.String))
    return Given(Read({variable.name: series}), (column,), tuple(spells), tuple(unread))


def _level(variable: Variable, regimen: Regimen) -> str:
    """The protocol's level by the drug or by its class; else the class, the name, or the text as typed."""
    names = [name for name in (regimen.drug, regimen.drug_class) if name]
    for level in variable.levels:
        if level.casefold() in {name.casefold() for name in names}:
            return level
    if variable.levels or not names:
        return names[0] if names else regimen.text
    return names[0]


def _ordered(variable: Variable, levels: Sequence[str]) -> list[str]:
    rank = {level: position for position, level in enumerate(variable.levels)}
    return sorted(dict.fromkeys(levels), key=lambda level: (rank.get(level, len(rank)), level.casefold()))


def _spell(
    variable: Variable, regimen: Regimen, key: Key, origin: str, stop: int | None = None
) -> tuple[object, ...]:
    """A row of the spells, in the order of their schema. Days on the drug are counted from its first day."""
    return (
        *key,
        variable.name,
        _level(variable, regimen),
        regimen.drug,
        regimen.text,
        1 if stop is not None else None,
        stop,
        regimen.dose,
        regimen.unit,
        regimen.interval_hours,
        regimen.daily,
        regimen.prednisone,
        regimen.dexamethasone,
        regimen.route,
        regimen.within,
        origin,
    )


def _unread(variable: Variable, regimen: Regimen, key: Key, origin: str) -> Iterator[tuple[object, ...]]:
    if regimen.unread:
        yield (*key, variable.name, regimen.text, regimen.unread, origin)


def _numbers(name: str, values: Sequence[float | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Float64)


def _only(units: Iterator[str]) -> str:
    """The unit, where all doses have the same one."""
    found = {unit for unit in units if unit}
    return found.pop() if len(found) == 1 else ""
