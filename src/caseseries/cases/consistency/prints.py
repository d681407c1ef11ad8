"""Prints: a number that two tables of the same patients print otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from caseseries.cases.consistency.question import Question
from caseseries.cases.consistency.tables import Disagreement, disagreements
from caseseries.cases.long_tables import KEY
from caseseries.cases.series import CaseSeries
from caseseries.cases.typed import PRINTABLE, is_second_print
from caseseries.evidence.values import read_number, read_share, read_yes_no
from caseseries.protocol.clauses.variable import Variable
from caseseries.protocol.protocol import Protocol
from caseseries.stats.rounding import half_up

COMMA_FOR_POINT = r"\d+,\d{1,2}%?"
"""No number, where thousands are parted by commas."""


def print_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """The columns that a table of a serial repeats, such as `months_printed`, against those of the sheet."""
    for variable in protocol.variables:
        if cases.has(variable.name) and variable.kind in PRINTABLE:
            yield from disagreements(variable.title, _second_prints(cases, variable))


def _second_prints(cases: CaseSeries, variable: Variable) -> list[Disagreement]:
    headings = [one for one in cases.typed["column"].unique() if is_second_print(one, variable)]
    mine = pl.col("column") == variable.name
    first = cases.typed.filter(mine & pl.col("day").is_null() & (pl.col("sheet") == _first_sheet(cases)))
    second = cases.typed.filter(
        pl.col("column").is_in(headings) & pl.col("day").is_null() & (pl.col("sheet") != _first_sheet(cases))
    )
    both = first.join(second, on=KEY, suffix="_too", maintain_order="left").unique(
        [*KEY, "text_too"], keep="first", maintain_order=True
    )
    return [
        Disagreement(patient if episode == 1 else f"{patient}/{episode}", one, other, (here, there))
        for patient, episode, one, here, other, there in both.select(
            *KEY, "text", "origin", "text_too", "origin_too"
        ).iter_rows()
        if not _may_be_one(one, other, variable.kind)
    ]


def _first_sheet(cases: CaseSeries) -> str:
    return cases.sources[0].name if cases.sources else ""


def _may_be_one(one: str, other: str, kind: str) -> bool:
    """Whether two prints can be one value: 1.65 and 1.7 can, 1.6 and 1,6 cannot; other words tell nothing."""
    if " ".join(one.split()).casefold() == " ".join(other.split()).casefold():
        return True
    try:
        if kind == "yes/no":
            return read_yes_no(one) == read_yes_no(other)
        (first, digits), (second, others) = (printed_number(text, kind) for text in (one, other))
    except ValueError:
        return not any(re.fullmatch(COMMA_FOR_POINT, text.strip()) for text in (one, other))
    fewest = min(digits, others)
    return half_up(first, fewest) == half_up(second, fewest) or first == second


def printed_number(text: str, kind: str) -> tuple[Decimal, int]:
    """The number, a share in percent, and how many digits stand behind its point. Raises ValueError."""
    typed = read_share(text) if kind == "share" else read_number(text)
    if typed.operator or (typed.value is None and not typed.none_said):
        raise ValueError(f"{text} is no plain number")
    digits = len(text.strip().removesuffix("%").rstrip().partition(".")[2])
    if kind != "share":
        return Decimal(repr(typed.value or 0.0)), digits
    behind = digits if "%" in text else max(digits - 2, 0)
    return Decimal(repr(typed.value or 0.0)) * 100, behind
