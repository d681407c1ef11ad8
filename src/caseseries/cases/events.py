"""Events: whether something happened, what it was, and how grave."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from caseseries.cases.cells import Read, Refused, each, quoted
from caseseries.cases.names import alike, seen
from caseseries.cases.parts import GRADE, TERM, part_of
from caseseries.evidence.values import NONE, is_missing, read_yes_no
from caseseries.protocol.clauses.variable import Variable

Event = tuple[bool, str | None, int | None]
"""Whether it happened, what it was, and its grade."""

_GRADE = re.compile(
    r"\bgrade\s*(?P<grade>[0-9]+|[ivx]+)\b(?P<range>\s*(?:[-–/]|to\b|or\b)\s*[0-9iv]+)?", re.IGNORECASE
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_DENIED = re.compile(r"(?:no|none|nil|without|never|negative|denie[sd])\b", re.IGNORECASE)


def read_events(variable: Variable, cells: Sequence[str]) -> Read:
    """`None` is no event, blank is not known; any other text is the event, with its grade in parentheses.

    Of several events the gravest grade counts. Grades run from 1 to 5, as in CTCAE.
    """
    events, slips = each(cells, _event)
    name = variable.name
    term, grade = part_of(name, TERM), part_of(name, GRADE)
    columns = {
        name: pl.Series(name, [one and one[0] for one in events], dtype=pl.Boolean),
        term: pl.Series(term, [one and one[1] for one in events], dtype=pl.String),
        grade: pl.Series(grade, [one and one[2] for one in events], dtype=pl.Int64),
    }
    return Read(columns, tuple(slips))


def _event(text: str) -> Event | None:
    if is_missing(text):
        return None
    answer = _answer(text)
    if answer is not None:
        return answer, None, None
    if _DENIED.match(seen(text)):
        mend = "Write None where there was none; begin with what happened where there was something."
        raise Refused(f"{quoted(text)} begins as if there was none", mend)
    term = re.sub(r"\s*\(\s*\)|[\s,]+$", "", _GRADE.sub("", text))
    return True, seen(term) or None, max(map(_grade, _GRADE.finditer(text)), default=None)


def _answer(text: str) -> bool | None:
    if alike(text) == NONE:
        return False
    try:
        return read_yes_no(text)
    except ValueError:
        return None


def _grade(match: re.Match[str]) -> int:
    if match["range"]:
        raise Refused(f"{quoted(match[0])} is a range", "Write one grade, the gravest.")
    word = match["grade"].casefold()
    grade = _ROMAN.get(word, 0) if word.isalpha() else int(word[:9])
    if not 1 <= grade <= 5:
        raise Refused(f"{quoted(match[0])} does not exist", "Grades run from 1 to 5; correct it.")
    return grade
