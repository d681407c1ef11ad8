"""Cells become values: how a typed column of each kind is read, and what is said of a cell that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from caseseries.cases.names import alike, seen
from caseseries.cases.parts import HIGH, OPERATOR, part_of
from caseseries.evidence.values import (
    NONE,
    Typed,
    is_missing,
    plain_text,
    read_number,
    read_range,
    read_share,
    read_yes_no,
)
from caseseries.protocol.clauses.variable import Take, Variable

T = TypeVar("T")

LONGEST_LIFE = 130.0
"""Years. Nobody is known to have lived longer (the oldest verified age is 122), so an age above is a slip."""
LARGEST_COUNT = 10**9
LONGEST_QUOTE = 60
"""Letters of a cell that are quoted in a problem."""


class Refused(ValueError):
    """A cell that cannot be read: what was found, and what mends it."""

    def __init__(self, found: str, mend: str) -> None:
        self.found, self.mend = found, mend
        super().__init__(f"{found}. {mend}")


@dataclass(frozen=True, slots=True)
class Slip:
    """A refused cell and its row."""

    row: int
    found: str
    mend: str


@dataclass(frozen=True, slots=True)
class Read:
    """The columns made of one typed column, and the cells that could not be read."""

    columns: dict[str, pl.Series]
    slips: tuple[Slip, ...] = ()


def each(cells: Sequence[str], read: Callable[[str], T | None]) -> tuple[list[T | None], list[Slip]]:
    """Every cell read, once per distinct text: a sheet of 100,000 rows has few different cells."""
    known: dict[str, T | None] = {}
    refused: dict[str, Refused] = {}
    for text in dict.fromkeys(cells):
        try:
            known[text] = read(text)
        except ValueError as error:
            known[text], refused[text] = None, refusal(text, error)
    told = [(row, refused[text]) for row, text in enumerate(cells) if text in refused] if refused else []
    slips = [Slip(row, one.found, one.mend) for row, one in told]
    return [known[text] for text in cells], slips


def refusal(text: str, error: ValueError) -> Refused:
    """Why a cell is refused: the first sentence says what was found, the others how to mend it."""
    if isinstance(error, Refused):
        return error
    said, quote = str(error), f'"{text}"'
    behind = said[len(quote) :] if said.startswith(quote) else said
    found, _, mend = behind.partition(". ")
    found = quoted(text) + found if behind != said else found
    return Refused(found.rstrip("."), mend or "Correct the cell, or leave it empty.")


def quoted(text: str) -> str:
    """The text in quotes and on one line, a long one cut off."""
    line = seen(text)
    return f'"{line}"' if len(line) <= LONGEST_QUOTE else f'"{line[:LONGEST_QUOTE]}..."'


def number(text: str) -> Typed:
    """`read_number`, quickly where there is nothing to it: most cells of a large sheet are plain numbers."""
    if _PLAIN.fullmatch(text):
        return Typed(float(text.replace(",", "")), "", text)
    return read_number(text)


_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3}")


def lists(name: str, values: Sequence[Sequence[str] | None]) -> pl.Series:
    """A column of lists of words: each different list is made once."""
    places: dict[tuple[str, ...] | None, int] = {}
    index = [places.setdefault(None if one is None else tuple(one), len(places)) for one in values]
    different = [None if one is None else list(one) for one in places]
    column = pl.Series(name, different, dtype=pl.List(pl.String))
    return column.gather(pl.Series(index, dtype=pl.UInt32))


def in_doubt(text: str) -> Refused | None:
    """Why a number is refused in a file parted by semicolons, where a comma may be the decimal sign.

    `1,234` is one and a bit to some and a thousand and more to others, and so is `1.234`.
    """
    match = re.fullmatch(r"[<>=≤≥\s]*([-+]?[1-9][0-9]{0,2})([.,])([0-9]{3})", plain_text(text))
    if match is None:
        return None
    whole, _, rest = match.groups()
    found = f"{quoted(text)} may be {whole}{rest} or {whole}.{rest} in a file parted by semicolons"
    return Refused(found, f"Write {whole}{rest} or {whole}.{rest}0.")


def read_numbers(variable: Variable, cells: Sequence[str]) -> Read:
    """Numbers within the limits of the protocol; the operator of a bound (`>100,000`) in a column beside."""

    def read(text: str) -> Typed | None:
        typed = number(text)
        if typed.value is None:
            return None
        refuse_impossible(variable, typed.value)
        return typed

    return measured(variable, cells, read)


def read_shares(variable: Variable, cells: Sequence[str]) -> Read:
    """Shares in 0..1. "None" says that it never fell: a share of 0 in ranks, "none" in listings."""

    def read(text: str) -> Typed | None:
        typed = read_share(text)
        if typed.none_said:
            return Typed(0.0, "", text, none_said=True)
        return None if typed.value is None else typed

    return measured(variable, cells, read)


def read_counts(variable: Variable, cells: Sequence[str]) -> Read:
    """Whole numbers from 0; the upper end of a range (`5 to 7`) in a column beside."""

    def read(text: str) -> tuple[int, int] | None:
        if is_missing(text):
            return None
        if alike(text) == NONE:
            raise Refused(f"{quoted(text)} may be 0 or not known", "Write 0, or leave the cell empty.")
        low, high = read_range(text)
        if high > LARGEST_COUNT:
            raise Refused(f"{quoted(text)} is too large", "Check the number.")
        refuse_impossible(variable, low)
        refuse_impossible(variable, high)
        return low, high

    pairs, slips = each(cells, read)
    columns = {variable.name: _whole(variable.name, [pair and pair[0] for pair in pairs])}
    if any(pair and pair[0] < pair[1] for pair in pairs):
        name = part_of(variable.name, HIGH)
        columns[name] = _whole(name, [pair and pair[1] for pair in pairs])
    return Read(columns, tuple(slips))


def read_days(variable: Variable, cells: Sequence[str], says: str = "") -> Read:
    """Days counted from 1: of the stay, or what `says` names."""
    says = says or "a day of the hospital stay (the day of admission is day 1)"

    def read(text: str) -> int | None:
        if is_missing(text) or alike(text) == NONE:
            return None
        typed = number(text)
        day = typed.value
        if day is None or typed.operator or day != int(day) or not 1 <= day <= LARGEST_COUNT:
            raise Refused(f"{quoted(text)} is not {says}", "Check the number.")
        refuse_impossible(variable, day)
        return int(day)

    days, slips = each(cells, read)
    return Read({variable.name: _whole(variable.name, days)}, tuple(slips))


OUTCOMES = {
    "alive": "Yes",
    "living": "Yes",
    "dead": "No",
    "died": "No",
    "deceased": "No",
    "expired": "No",
    "death": "No",
}
"""What people write where it is asked whether a patient is alive."""


def read_answers(variable: Variable, cells: Sequence[str]) -> Read:
    """Yes and no, also in the words that the protocol has for the two groups: `Alive` and `Dead`.

    Only these are read where they turn the usual ones round (`yes = "No"`), or where the column is headed
    by death, such as Died, and asks who is alive: a yes or a 1 may then be either.
    """
    words = {alike(word): word == variable.yes for word in (variable.yes, variable.no) if word}
    asks_alive = isinstance(variable.take, Take) and variable.take.follow_up == "alive"
    either = f"{variable.yes} or {variable.no}, or Yes or No" if words else "Yes or No"
    doubt = ""
    if any(_usual(word) is (not means) for word, means in words.items()):
        doubt = f'the protocol has yes = "{variable.yes}"'
    elif asks_alive and _is_of_death(variable.title):
        doubt = f'the column is called "{variable.title}", and yes is who is alive'
    mend = f"Write {variable.yes} or {variable.no}, or leave the cell empty."
    if not words:
        mend = 'Give the variable yes = "survived" and no = "died", and write these.'

    def read(text: str) -> bool | None:
        if alike(text) in words:
            return words[alike(text)]
        if is_missing(text):
            return None
        if doubt and _usual(text) is not None:
            raise Refused(f"{quoted(text)} may be either: {doubt}", mend)
        try:
            return read_yes_no(text)
        except ValueError:
            answer = OUTCOMES.get(alike(text)) if asks_alive else None
            other = f"Write {answer}." if answer else f"Write {either}, or leave the cell empty."
            raise Refused(f"{quoted(text)} is neither yes nor no", other) from None

    values, slips = each(cells, read)
    return Read({variable.name: pl.Series(variable.name, values, dtype=pl.Boolean)}, tuple(slips))


def _usual(text: str) -> bool | None:
    """What a word usually answers; None where it is neither yes nor no."""
    try:
        return read_yes_no(text)
    except ValueError:
        return None


def _is_of_death(title: str) -> bool:
    """Whether a column is called by a word for the dead, and by none for the living."""
    means = {OUTCOMES.get(word) for word in re.findall(r"\w+", alike(title))}
    return "No" in means and "Yes" not in means


def read_text(variable: Variable, cells: Sequence[str]) -> Read:
    """Text as typed."""
    texts = [text or None for text in cells]
    return Read({variable.name: pl.Series(variable.name, texts, dtype=pl.String)})


def refuse_impossible(variable: Variable, value: float) -> None:
    """Raise Refused for an age that nobody reaches, and for what the protocol rules out."""
    unlimited = variable.above is None and variable.below is None
    if unlimited and variable.unit == "years" and not 0 <= value <= LONGEST_LIFE:
        raise Refused(f"{value:g} years is not possible", "Check the number.")
    for limit, name, fits in (
        (variable.above, "above", variable.above is None or value > variable.above),
        (variable.below, "below", variable.below is None or value < variable.below),
    ):
        if limit is not None and not fits:
            raise Refused(f"{value:g} is not {name} {limit:g}, as the protocol asks", "Check the number.")


def measured(variable: Variable, cells: Sequence[str], read: Callable[[str], Typed | None]) -> Read:
    """The numbers that `read` gives; the operators of bounds in a column beside."""
    typed, slips = each(cells, read)
    values = [one and one.value for one in typed]
    columns = {variable.name: pl.Series(variable.name, values, dtype=pl.Float64)}
    if any(one and one.operator for one in typed):
        name = part_of(variable.name, OPERATOR)
        operators = [(one.operator or None) if one else None for one in typed]
        columns[name] = pl.Series(name, operators, dtype=pl.String)
    return Read(columns, tuple(slips))


def _whole(name: str, values: Sequence[int | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Int64)
