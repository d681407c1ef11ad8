"""Words of time inside clauses: a length ("30 days") and a day of a calendar ("day 5")."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from caseseries.evidence.units import read_span


def _span(text: str) -> str:
    read_span(text)
    return text


def day_number(text: str) -> int:
    """The day that a clause names: "day 5" -> 5. The first day is day 1; raises ValueError in plain words."""
    word, _, number = text.strip().partition(" ")
    if word != "day" or not number.isdecimal() or int(number) < 1:
        raise ValueError(f'"{text}" is not a day; write "day 5" (the first day is day 1)')
    return int(number)


def _day(text: str) -> str:
    day_number(text)
    return text


SpanText = Annotated[str, AfterValidator(_span)]
DayText = Annotated[str, AfterValidator(_day)]
