"""Spells: what was given, as regimens typed into cells become drugs, doses and daily totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from caseseries.cases.cells import each, lists
from caseseries.cases.dictionary import days_column, regimen_columns, regimens_column
from caseseries.cases.grid import Grid
from caseseries.cases.keys import Key
from caseseries.cases.names import alike
from caseseries.cases.series import Column, Footnote
from caseseries.evidence.drugs import formulary
from caseseries.evidence.regimen import Regimen, drugs_in, read_regimen, read_regimens
from caseseries.evidence.sig import sig_words
from caseseries.evidence.values import NONE, is_missing
from caseseries.evidence.words import word_key, word_pattern
from caseseries.protocol.clauses.variable import Variable

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """One column of regimens: its columns in the table, their dictionary, and the rows of the long tables."""

    columns: dict[str, pl.Series]
    dictionary: tuple[Column, ...]
    spells: tuple[Row, ...]
    unread: tuple[Row, ...]


def read_regimen_column(
    variable: Variable, grid: Grid, place: int, keys: Sequence[Key], days: pl.Series | None
) -> Given:
    """One regimen a patient of the drug that the variable is named for; it fans out to NAME.given, .dose, ...

    `None` and `No` say that it was not given. `days` is the column NAME.days, read, where the sheet has one:
    the days on the drug. Of several drugs in a cell, or another one, no dose is taken: they are unread.
    """
    level_of = _levels(variable)

    def read(text: str) -> _Cell | None:
        if is_missing(text):
            return None
        if alike(text) in _NOT_GIVEN:
            return _Cell(())
        one, doubt = read_regimen(text, drug=variable.name), _not_of_one_drug(text, variable.name)
        regimens = read_regimens(text, drug=variable.name) if doubt else (one,)
        return _Cell(tuple(_Entry.of(regimen, level_of(regimen)) for regimen in regimens), doubt)

    cells = grid.column(place)
    typed, _ = each(cells, read)
    first = [cell.entries[0] if cell and cell.entries and not cell.doubt else None for cell in typed]
    given = [entry and entry.regimen for entry in first]
    texts = [None if cell is None else text for cell, text in zip(typed, cells, strict=True)]
    values: list[tuple[type[pl.DataType], Sequence[object]]] = [
        (pl.String, texts),
        (pl.Boolean, [cell and cell.is_given(variable.name) for cell in typed]),
        (pl.Float64, [one.dose if one else None for one in given]),
        (pl.Float64, [one.interval_hours if one else None for one in given]),
        (pl.String, [one.route or None if one else None for one in given]),
        (pl.Float64, [entry and entry.daily for entry in first]),
    ]
    lines = regimen_columns(
        variable, [one.unit for one in given if one], [one.route for one in given if one and one.route]
    )
    if days is not None:
        lines, values = (*lines, days_column(variable)), [*values, (pl.Int64, days.to_list())]
    spells, unread = _long(variable, grid, place, keys, typed, None if days is None else days.to_list())
    columns = {
        line.name: pl.Series(line.name, cells_of, dtype=dtype)
        for line, (dtype, cells_of) in zip(lines, values, strict=True)
    }
    return Given(columns, lines, spells, unread)


def read_regimens_column(variable: Variable, grid: Grid, place: int, keys: Sequence[Key]) -> Given:
    """Several drugs a patient: the column lists their levels, each once.

    `None` and `No` are an empty list, blank is null. What is said not to have been given ("no steroids",
    "etoposide held") is no spell and no level: it is kept as unread.
    """
    level_of = _levels(variable)

    def read(text: str) -> _Cell | None:
        if alike(text) in _NOT_GIVEN:
            return _Cell(())
        if is_missing(text):
            return None
        return _Cell(tuple(_Entry.of(one, level_of(one)) for one in read_regimens(text)))

    typed, _ = each(grid.column(place), read)
    named = [_named(cell) for cell in typed]
    column = regimens_column(variable, (level for levels in named for level in levels or ()))
    rank = {level: position for position, level in enumerate(column.levels)}
    in_order = [None if levels is None else sorted(levels, key=rank.__getitem__) for levels in named]
    spells, unread = _long(variable, grid, place, keys, typed, None)
    return Given({variable.name: lists(variable.name, in_order)}, (column,), spells, unread)


def footnotes_on_drugs(column: str) -> tuple[Footnote, ...]:
    """What is to be said where drugs are shown: that names are recalled, and whose equal doses are used."""
    known = formulary()
    recalled = (
        "Which name is which drug, and in which class, is recalled and was not looked up in a source: what "
        "each cell was read as stands in the table of regimens."
    )
    said = Footnote(column, "source", f"Equal doses of corticosteroids: {known.equals_source}.")
    return (Footnote(column, "recalled", recalled), said) if known.names_recalled else (said,)


_NOT_GIVEN = frozenset({NONE, "no"})


@dataclass(frozen=True, slots=True)
class _Entry:
    """A regimen with what is made of it, worked out once for all patients in whose cell it stands.

    `who` are the columns of the spells from `level` to `text`, `how_much` those from `amount` to `within`.
    """

    regimen: Regimen
    level: str
    daily: float | None
    is_denied: bool
    who: Row
    how_much: Row

    @classmethod
    def of(cls, regimen: Regimen, level: str) -> _Entry:
        daily = regimen.daily
        doses = (regimen.dose, regimen.unit, regimen.interval_hours, daily)
        return cls(
            regimen=regimen,
            level=level,
            daily=daily,
            is_denied=not regimen.drug and _denials().search(regimen.unread) is not None,
            who=(level, regimen.drug, regimen.text),
            how_much=(*doses, regimen.prednisone, regimen.dexamethasone, regimen.route, regimen.within),
        )


@dataclass(frozen=True, slots=True)
class _Cell:
    """The entries of a cell, none where nothing was given; `doubt`: why not of the column's one drug."""

    entries: tuple[_Entry, ...]
    doubt: str = ""

    def is_given(self, drug: str) -> bool | None:
        """Whether the column's drug was given; None where something is denied, or only another is named."""
        if not self.entries:
            return False
        taken = [entry.regimen for entry in self.entries if not entry.is_denied]
        named = [regimen for regimen in taken if regimen.drug_class or not self.doubt]
        return any(_may_be_of(regimen, drug) for regimen in named) or None


def _not_of_one_drug(text: str, column: str) -> str:
    """Why a cell is not one regimen of the drug that its column is named for; "" where it is."""
    whole = read_regimen(text, drug=column)
    named = drugs_in(text, drug=column) if whole.unread else ()
    if len(named) > 1:
        return f'several drugs ({", ".join(named)}): make the variable kind = "regimens"'
    return "" if _may_be_of(whole, column) else f"another drug than {column}"


def _may_be_of(regimen: Regimen, column: str) -> bool:
    """Whether a regimen is of the drug or the class that a column is named for; nothing named may be it."""
    drug, drug_class = formulary().drug(column), formulary().classes.get(word_key(column))
    if drug is not None:
        return regimen.drug in {drug.name, ""} and regimen.drug_class in {drug.drug_class, ""}
    return drug_class is None or regimen.drug_class in {drug_class, ""}


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


def _named(cell: _Cell | None) -> set[str] | None:
    """The levels that were given; None where nothing is known, or something is denied and no more said."""
    if cell is None:
        return None
    given = {entry.level for entry in cell.entries if not entry.is_denied}
    return given if given or not cell.entries else None


def _long(
    variable: Variable,
    grid: Grid,
    place: int,
    keys: Sequence[Key],
    typed: Sequence[_Cell | None],
    days: Sequence[int | None] | None,
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows of the spells and of what could not be read, in the order of their schemas."""
    spells: list[Row] = []
    unread: list[Row] = []
    for row, cell in enumerate(typed):
        if cell is None:
            continue
        origin = grid.place(row, place)
        # Days on the drug are counted from its first day; of several drugs nobody knows whose days they are.
        known = days is not None and days[row] is not None and not cell.doubt
        span = (1, days[row], None) if days is not None and known else (None, None, None)
        for entry in cell.entries:
            if not entry.is_denied:
                spells.append((*keys[row], variable.name, *entry.who, *span, *entry.how_much, origin))
            if entry.regimen.unread and not cell.doubt:
                unread.append((*keys[row], variable.name, entry.regimen.text, entry.regimen.unread, origin))
        if cell.doubt:
            unread.append((*keys[row], variable.name, grid.column(place)[row], cell.doubt, origin))
    return tuple(spells), tuple(unread)
