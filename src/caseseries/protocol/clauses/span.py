"""Words of time inside clauses: a length ("30 days") and a day of a calendar ("day 5")."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.clause import slip


def day_number(text: str) -> int:
    """The day that a clause names: "day 5" -> 5. The first day is day 1; raises ValueError in plain words."""
    word, _, number = text.strip().partition(" ")
    if word != "day" or not number.isdecimal() or int(number) < 1:
        raise ValueError(f'"{text}" is not a day. Write "day 5"; the first day is day 1.')
    return int(number)


def check_span(text: str) -> str:
    """The text as it is, where it is a length of time; raises a slip where it is none."""
    try:
        length = read_span(text).in_days()
    except ValueError:
        raise slip(f'"{text}" is not a length of time', 'Write it as in "30 days" or "12 months".') from None
    if length == 0:
        raise slip(f'"{text}" is no time at all', 'Write it as in "30 days" or "12 months".')
    return text


def _day(text: str) -> str:
    try:
        day_number(text)
    except ValueError:
        raise slip(f'"{text}" is not a day', 'Write it as in "day 5"; the first day is "day 1".') from None
    return text


SpanText = Annotated[str, AfterValidator(check_span)]
DayText = Annotated[str, AfterValidator(_day)]
