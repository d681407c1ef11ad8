"""Follows: a printed response that the values beside it do not give, and the digit that would mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import polars as pl

from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.consistency.prints import printed_number
from caseseries.cases.consistency.question import MOST, Question
from caseseries.cases.consistency.tables import plainly, same_measurement
from caseseries.cases.keys import Key
from caseseries.cases.long_tables import KEY
from caseseries.cases.parts import OPERATOR
from caseseries.cases.series import CaseSeries
from caseseries.cases.typed import PRINTED
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Derived, GreatestFall, Variable
from caseseries.protocol.protocol import Protocol
from caseseries.stats.rounding import half_up, truncated
from caseseries.stats.trajectory import greatest_fall

MOST_MENDS = 3
"""More digits that would mend it tell nobody which."""
Course = Mapping[int, tuple[float, str]]
"""The values by day, each with its cell."""


def follow_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Each patient whose printed greatest fall (`NAME_printed` of a derived NAME) is not that of the row."""
    for derived in protocol.derived:
        printed = protocol.column(f"{derived.name}{PRINTED}")
        if not isinstance(derived.take, GreatestFall) or not isinstance(printed, Variable):
            continue
        if printed.kind == "share" and cases.has(derived.name) and cases.has(printed.name):
            yield from _not_from_the_row(cases, protocol, derived, derived.take, printed)


def _not_from_the_row(
    cases: CaseSeries, protocol: Protocol, derived: Derived, take: GreatestFall, printed: Variable
) -> Iterator[Question]:
    bounds = cases.part(derived.name, OPERATOR)
    mine = cases.typed.filter(pl.col("column") == printed.name).select(*KEY, "text", "origin")
    texts = {(patient, episode): (text, origin) for patient, episode, text, origin in mine.iter_rows()}
    keys: list[Key] = cases.table.select(*KEY).rows() if texts else []
    courses = _courses(cases, take.greatest_fall) if texts else {}
    looked_into = 0
    serial = protocol.serial(take.greatest_fall)
    known = any(same_measurement(one, serial) for one in protocol.variables if cases.has(one.name))
    for row, (key, value) in enumerate(zip(keys, cases.table[derived.name] if keys else (), strict=True)):
        if value is None or key not in texts or (bounds is not None and bounds[row]):
            continue
        text, origin = texts[key]
        try:
            said, digits = printed_number(text, "share")
        except ValueError:
            continue
        ours = Decimal(repr(value)) * 100
        if half_up(ours, digits) == said:
            continue
        who, gives = cases.patients[row], f"{half_up(ours, digits)}%"
        sentence = f"{printed.title}, of patient {who} is {text}; the row gives {gives}"
        course, first = courses[key], day_number(take.as_share_of)
        if truncated(ours, digits) == said:
            why = "The digits may be cut off where others are rounded."
            cells = (origin, *_resting_on(course, first))
            yield Question("cut-off", f"{sentence}, rounded.", why, (who,), cells)
            continue
        looked_into += 1
        mends = list(_mends(course, first, known, said, digits)) if looked_into <= MOST else []
        cells = (origin, *dict.fromkeys([course[day][1] for day, _ in mends] or _resting_on(course, first)))
        why = f"The printed number, or a value from which it follows, is a slip.{_in_words(mends)}"
        yield Question("printed", f"{sentence}.", why, (who,), cells, CANNOT_BE)


def _courses(cases: CaseSeries, serial: str) -> dict[Key, Course]:
    mine = cases.serials.filter(pl.col("name") == serial).select(*KEY, "day", "value", "origin")
    found: dict[Key, dict[int, tuple[float, str]]] = {}
    for patient, episode, day, value, origin in mine.iter_rows():
        found.setdefault((patient, episode), {})[day] = (value, origin)
    return dict(found)


def _resting_on(course: Course, first: int) -> list[str]:
    """The cells of the first day and of the lowest value after it."""
    later = {day: pair for day, pair in course.items() if day > first}
    lowest = min(later, key=lambda day: later[day][0])
    return [course[first][1], course[lowest][1]]


def _mends(
    course: Course, first: int, known: bool, said: Decimal, digits: int
) -> Iterator[tuple[int, float]]:
    """The days on which another digit would give the printed fall, each with the value nearest to it.

    The first day is passed over where its value is `known` from another table, too.
    """
    for day, (value, _) in course.items():
        if known and day == first:
            continue
        others = {one: pair[0] for one, pair in course.items() if one != day}
        fitting = []
        for other in sorted(_one_digit_away(value), key=lambda one: abs(one - value)):
            values = {**others, day: other}
            fall = greatest_fall(list(values), list(values.values()), first_day=first).value
            if fall is not None and half_up(Decimal(repr(fall)) * 100, digits) == said:
                fitting.append(other)
                break
        yield from ((day, other) for other in fitting)


def _one_digit_away(value: float) -> set[float]:
    """What becomes a whole number when a digit is another, is lost, typed twice, or changes places."""
    if value != int(value):
        return set()
    text = str(int(value))
    found = set()
    for at, digit in enumerate(text):
        found |= {text[:at] + other + text[at + 1 :] for other in "0123456789"}
        found |= {text[:at] + text[at + 1 :], text[:at] + digit + text[at:]}
        found |= {text[:at] + other + text[at:] for other in "0123456789"}
        found.add(text[:at] + text[at + 1 : at + 2] + digit + text[at + 2 :])
    found |= {text + other for other in "0123456789"}
    return {float(one) for one in found if one and one[0] != "0" and one != text}


def _in_words(mends: list[tuple[int, float]]) -> str:
    if not mends or len(mends) > MOST_MENDS:
        return ""
    said = " or ".join(f"{plainly(value)} on day {day}" for day, value in mends)
    return f" One other digit would give it: {said}."
