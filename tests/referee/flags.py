"""Flags (docs/screening.md, "Flags"): the evidence that nothing recorded in the days before may explain."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import timedelta

from tests.referee.judging import numbered
from tests.referee.reading import Reading
from tests.referee.row import denies

from caseseries.criteria.definition import Definition, Flag
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.truth import Truth


def unflagged(definition: Definition, readings: Sequence[Reading]) -> list[Reading]:
    """The readings of one patient, those of the findings of the flags among them, that no flag marks."""
    return [one for one in readings if not is_flagged(definition, one, readings)]


def is_flagged(definition: Definition, one: Reading, readings: Sequence[Reading]) -> bool:
    """Whether a flag is on a reading: its own finding stands on the same day, or so many days before."""
    return any(_marks(flag, one, readings) for flag in definition.flags)


def marked(
    definition: Definition,
    tests: Mapping[int, tuple[Truth, str]],
    criteria: Mapping[str, Bounds],
    evidence: Sequence[Reading],
    readings: Sequence[Reading],
) -> frozenset[tuple[str, str, str, str]]:
    """Criterion, row, flag, and the last row that marks it: of what decided these `criteria`."""
    found = set()
    for number, (criterion, test) in enumerate(numbered(definition)):
        truth, row = tests[number]
        if criteria[criterion.name].at_least(1) not in (truth, Truth.UNKNOWN):
            continue
        decided = [
            one for one in evidence if not one.is_answer and (one.origin, one.finding) == (row, test.finding)
        ]
        for flag, one in itertools.product(definition.flags, decided):
            marks = _marks(flag, one, readings)
            last = [mark for mark in marks if mark.day == max(mark.day for mark in marks)]
            if last:
                by = min(last, key=lambda mark: mark.order)
                found.add((criterion.name, row, flag.name, by.origin))
    return frozenset(found)


def _marks(flag: Flag, one: Reading, readings: Sequence[Reading]) -> list[Reading]:
    """The readings of a flag's own finding that mark a reading."""
    days = [one.day - timedelta(number) for number in range(flag.days_before + 1)]
    return (
        [mark for mark in readings if mark.finding == flag.finding and _is_there(mark) and mark.day in days]
        if one.finding in flag.on
        else []
    )


def _is_there(mark: Reading) -> bool:
    """Whether a row says that it was so: no dose of 0, and no word that denies."""
    return not mark.is_no_dose and not denies(mark.word)
