"""Spells: what was given, as regimens typed into cells become drugs, doses and daily totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

import polars as pl

from caseseries.cases.cells import Read, each
from caseseries.cases.grid import Grid
from caseseries.cases.keys import Key
from caseseries.cases.names import alike
from caseseries.cases.series import Column
from caseseries.evidence.regimen import Regimen, read_regimen, read_regimens
from caseseries.evidence.sig import sig_words
from caseseries.evidence.values import NONE, is_missing
from caseseries.evidence.words import word_pattern
from caseseries.protocol.clauses.variable import Variable

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """One column of regimens: its columns in the table, their dictionary, and the rows of the long tables."""

    read: Read
    dictionary: tuple[Column, ...]
    spells: tuple[Row, ...]
    unread: tuple[Row, ...]


def read_regimen_column(
    variable: Variable, grid: Grid, place: int, keys: Sequence[Key], days: pl.Series | None
) -> Given:
    """One regimen a patient of the drug that the variable is named for; it fans out to NAME.dose, .daily, ...

    `None` says that it was not given. `days` is the column NAME.days, read, where the sheet has one: the days
    on the drug.
    """
    cells = grid.column(place)
    typed, _ = each(cells, partial(_one, drug=variable.name))
    given = [None if one is None or alike(one.text) in {NONE, "no"} else one for one in typed]
    name, title = variable.name, variable.title
    routes = tuple(sorted({one.route for one in given if one and one.route}))
    fan: list[tuple[Column, type[pl.DataType], Sequence[object]]] = [
        (Column(name, title, "regimen"), pl.String, [one and one.text for one in typed]),
        (
            Column(f"{name}.dose", f"{title}, one dose", "number", _only(given)),
            pl.Float64,
            _of(given, "dose"),
        ),
        (
            Column(f"{name}.interval", f"{title}, between doses", "number", "hours"),
            pl.Float64,
            _of(given, "interval_hours"),
        ),
        (
            Column(f"{name}.route", f"{title}, route", "category", levels=routes),
            pl.String,
            _of(given, "route"),
        ),
        (Column(f"{name}.daily", f"{title}, a day", "number", "mg"), pl.Float64, _of(given, "daily")),
    ]
    if days is not None:
        fan.append(
            (Column(f"{name}.days", f"{title}, days on it", "number", "days"), pl.Int64, days.to_list())
        )
    columns = {
        column.name: pl.Series(column.name, list(values), dtype=dtype) for column, dtype, values in fan
    }
    spells: list[Row] = []
    unread: list[Row] = []
    for row, regimen in enumerate(given):
        if regimen is not None:
            stop = days[row] if days is not None else None
            origin = grid.place(row, place)
            spells.append(_spell(variable, regimen, keys[row], origin, stop))
            unread += _unread(variable, regimen, keys[row], origin)
    return Given(Read(columns), tuple(column for column, _, _ in fan), tuple(spells), tuple(unread))


def read_regimens_column(variable: Variable, grid: Grid, place: int, keys: Sequence[Key]) -> Given:
    """Several drugs a patient: the column lists their levels, each once.

    `None` and `No` are an empty list, blank is null. What is said not to have been given ("no steroids",
    "etoposide held") is no spell and no level: it is kept as unread.
    """
    level_of = _levels(variable)
    typed, _ = each(grid.column(place), _several)
    spells: list[Row] = []
    unread: list[Row] = []
    for row, regimens in enumerate(typed):
        for regimen in regimens or ():
            origin = grid.place(row, place)
            if not _is_denied(regimen):
                spells.append(_spell(variable, regimen, keys[row], origin, None, level_of))
            unread += _unread(variable, regimen, keys[row], origin)
    listed = [_named(regimens, level_of) for regimens in typed]
    others = sorted(
        {level for levels in listed for level in levels or ()} - set(variable.levels), key=str.casefold
    )
    order = (*variable.levels, *others)
    rank = {level: position for position, level in enumerate(order)}
    in_order = [None if levels is None else sorted(levels, key=rank.__getitem__) for levels in listed]
    column = Column(variable.name, variable.title, "regimens", levels=order)
    series = pl.Series(variable.name, in_order, dtype=pl.List(pl.String))
    return Given(Read({variable.name: series}), (column,), tuple(spells), tuple(unread))


def _one(text: str, drug: str) -> Regimen | None:
    return None if is_missing(text) else read_regimen(text, drug=drug)


def _several(text: str) -> tuple[Regimen, ...] | None:
    if alike(text) in {NONE, "no"}:
        return ()
    return None if is_missing(text) else read_regimens(text)


def _named(regimens: Sequence[Regimen] | None, level_of: Callable[[Regimen], str]) -> set[str] | None:
    """The levels that were given; None where nothing is known, or something is denied and no more said."""
    given = {level_of(one) for one in regimens or () if not _is_denied(one)}
    return given if given or regimens == () else None


def _is_denied(regimen: Regimen) -> bool:
    """Whether the entry says that something was not given."""
    return not regimen.drug and _denials().search(regimen.unread) is not None


@cache
def _denials() -> re.Pattern[str]:
    return word_pattern(sig_words()["denials"]["words"])


def _levels(variable: Variable) -> Callable[[Regimen], str]:
    """The protocol's level by the drug or by its class; else the drug, its class, or the text as typed."""
    known = {alike(level): level for level in variable.levels}

    def level(regimen: Regimen) -> str:
        names = [name for name in (regimen.drug, regimen.drug_class, regimen.text) if name]
        found = [known[alike(name)] for name in names if alike(name) in known]
        return found[0] if found else names[0]

    return level


def _spell(
    variable: Variable,
    regimen: Regimen,
    key: Key,
    origin: str,
    stop: int | None,
    level_of: Callable[[Regimen], str] | None = None,
) -> Row:
    """A row of the spells, in the order of their schema. Days on the drug are counted from its first day."""
    return (
        *key,
        variable.name,
        level_of(regimen) if level_of else regimen.drug or variable.name,
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


def _unread(variable: Variable, regimen: Regimen, key: Key, origin: str) -> Iterator[Row]:
    if regimen.unread:
        yield (*key, variable.name, regimen.text, regimen.unread, origin)


def _of(given: Sequence[Regimen | None], field: str) -> list[object]:
    values = [getattr(one, field) if one else None for one in given]
    return [None if value == "" else value for value in values]


def _only(given: Sequence[Regimen | None]) -> str:
    """The unit of the doses, where all have the same one."""
    found = {one.unit for one in given if one and one.unit}
    return found.pop() if len(found) == 1 else ""
