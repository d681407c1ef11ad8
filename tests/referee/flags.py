"""Flags (docs/screening.md, "Flags"): the evidence that nothing recorded in the days before may explain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tests.referee.reading import Reading

from caseseries.criteria.definition import Definition


def unflagged(definition: Definition, readings: Sequence[Reading]) -> list[Reading]:
    """The readings of one patient, those of the findings of the flags among them, that no flag marks."""
    return [one for one in readings if not is_flagged(definition, one, readings)]


def is_flagged(definition: Definition, one: Reading, readings: Sequence[Reading]) -> bool:
    """Whether a flag is on a reading: its own finding stands on the same day, or so many days before."""
    for flag in definition.flags:
        days = [timedelta(number) for number in range(flag.days_before + 1)]
        marks = [mark.day for mark in readings if mark.finding == flag.finding]
        if one.finding in flag.on and any(one.day - day in marks for day in days):
            return True
    return False
