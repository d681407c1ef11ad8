"""Flagging: which findings of one patient something else may explain, by the flags of a definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from caseseries.criteria.definition import Definition, Flag
from caseseries.evidence.catalogue import own_name
from caseseries.evidence.finding import Finding
from caseseries.evidence.presence import ABSENT
from caseseries.evidence.truth import Truth
from caseseries.evidence.values import is_missing, plain_text


def with_flags(definition: Definition, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings of one patient, each with the names of the definition's flags that mark it.

    A flag marks where its own finding was there on the same day, or at most so many days before; of a
    finding without a day nobody can tell otherwise, and it marks, and is marked.
    """
    every = tuple(findings)
    marks = [(flag, one) for flag in definition.flags for one in every if _is_mark(flag, one)]
    for one in every:
        names = dict.fromkeys(flag.name for flag, mark in marks if _marks(flag, mark, one))
        yield replace(one, flags=(*one.flags, *names)) if names else one


def _is_mark(flag: Flag, one: Finding) -> bool:
    if own_name(one.name) != flag.finding or one.answer is Truth.NOT_MET:
        return False
    return plain_text(one.text).casefold() not in ABSENT and not (one.text and is_missing(one.text))


def _marks(flag: Flag, mark: Finding, one: Finding) -> bool:
    if own_name(one.name) not in flag.on:
        return False
    given, taken = day_of(mark.sample_time), day_of(one.sample_time)
    if given is None or taken is None:
        return True
    return timedelta(0) <= taken - given <= timedelta(days=flag.days_before)


def day_of(time: date | datetime | None) -> date | None:
    """The day of a time; None where there is none."""
    return time.date() if isinstance(time, datetime) else time
