"""Flagging: which findings of one patient something else may explain, by the flags of a definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from caseseries.criteria.definition import Definition, Flag
from caseseries.evidence.catalogue import own_name
from caseseries.evidence.finding import Finding
from caseseries.evidence.presence import PRESENT, presence
from caseseries.evidence.truth import Truth


def with_flags(definition: Definition, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings of one patient, each with the names of the definition's flags that mark it.

    A flag marks where its own finding was there on the same day, or at most so many days before; of a
    finding without a day nobody can tell otherwise, and it marks, and is marked. What a person answered is
    marked by nothing.
    """
    named = [(own_name(one.name), one) for one in findings]
    marks = [(flag, one) for flag in definition.flags for name, one in named if name == flag.finding]
    there = [(flag, one) for flag, one in marks if _is_there(one)]
    for name, one in named:
        flags = (flag.name for flag, mark in there if name in flag.on and _marks(flag, mark, one))
        names = tuple(dict.fromkeys((*one.flags, *flags)))
        yield one if names == one.flags else replace(one, flags=names)


def _is_there(one: Finding) -> bool:
    return presence(one.text) == PRESENT[0] if one.answer is None else one.answer is Truth.MET


def _marks(flag: Flag, mark: Finding, one: Finding) -> bool:
    if one.answer is not None:
        return False
    given, taken = day_of(mark.sample_time), day_of(one.sample_time)
    if given is None or taken is None:
        return True
    return timedelta(0) <= taken - given <= timedelta(days=flag.days_before)


def day_of(time: date | datetime | None) -> date | None:
    """The day of a time; None where there is none."""
    return time.date() if isinstance(time, datetime) else time
