"""Times followed: a number in the unit of follow-up, never a date, and no longer than people are followed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from caseseries.cases.cells import Read, Refused, measured, number, quoted, refuse_impossible
from caseseries.cases.clocks import unit_in_days
from caseseries.evidence.units import Span, read_span
from caseseries.evidence.values import Typed, looks_like_date, plain_text
from caseseries.protocol.clauses.variable import Variable
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment

LONGEST_FOLLOWED = 36_525.0
"""Days: a hundred years. In a spreadsheet this is the number of the last day of 1999, so that where days are
counted, too, the number of a later date is no time."""
DAY_0 = date(1899, 12, 30)
"""From which spreadsheets count (their 1900 system; 1 March 1900 is day 61)."""
LIKELY_DATES = range((date(1950, 1, 1) - DAY_0).days, (date(2100, 1, 1) - DAY_0).days)
SHORT = {"d": "days", "w": "weeks", "wk": "weeks", "mo": "months", "y": "years", "yr": "years"}


def read_times(variable: Variable, cells: Sequence[str], protocol: Protocol) -> Read:
    """Times followed, none negative; of a date, or a length with its unit, is said what to write."""

    def read(text: str) -> Typed | None:
        try:
            typed = number(text)
        except ValueError as error:
            raise _written_otherwise(text, protocol) or error from None
        if typed.value is None:
            return None
        if typed.value < 0:
            mend = "Count it forward from the start of follow-up."
            raise Refused(f"{typed.value:g} is a negative time", mend)
        if typed.operator:
            mend = "Write how long the patient was followed, and whether alive: Yes or No."
            raise Refused(f"{quoted(text)} is a bound", mend)
        _refuse_longer_than_life(typed.value, protocol)
        refuse_impossible(variable, typed.value)
        return typed

    return measured(variable, cells, read)


def _written_otherwise(text: str, protocol: Protocol) -> Refused | None:
    """What to write for a date, and for a length of time with its unit: `3 weeks` is 0.69 months."""
    if looks_like_date(plain_text(text)):
        return Refused(f"{quoted(text)} looks like a date, not a time", f"{_until_then(protocol)}.")
    span = _span(text)
    if span is None or protocol.follow_up is None:
        return None
    time = span.in_unit(protocol.follow_up.unit, read_span(protocol.conventions.month).in_days())
    said = f"{time:.2f}".rstrip("0").rstrip(".") if time >= 0.1 or not time else f"{time:.2g}"
    return Refused(f"{quoted(text)} is {said} {protocol.follow_up.unit}", f"Write {said}")


def _span(text: str) -> Span | None:
    """A length of time with its unit, which may be cut short: 14 days, 14 d, 3 wks."""
    parts = re.fullmatch(r"(.*[0-9])[\s-]*([a-z]+)\.?", plain_text(text).casefold())
    try:
        return read_span(f"{parts[1]} {SHORT.get(parts[2].rstrip('s'), parts[2])}") if parts else None
    except ValueError:
        return None


def _refuse_longer_than_life(time: float, protocol: Protocol) -> None:
    if protocol.follow_up is None or time * unit_in_days(protocol) <= LONGEST_FOLLOWED:
        return
    mend = "Check the number."
    if int(time) in LIKELY_DATES:
        day = DAY_0 + timedelta(days=int(time))
        then = _until_then(protocol)
        mend = f"It may be a spreadsheet's number for {day.day} {day:%B %Y}. {then}."
    raise Refused(f"{time:.15g} {protocol.follow_up.unit} is longer than anybody is followed", mend)


def _until_then(protocol: Protocol) -> str:
    if protocol.follow_up is None:
        return "Write how long the patient was followed until that day"
    return f"Write the {protocol.follow_up.unit} from {a_moment(protocol.follow_up.counted_from)} to that day"
