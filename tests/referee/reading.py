"""What the referee knows of the small things: a hospital as rows, a reading, and what it says of a test."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from caseseries.criteria.definition import Number, Test, Word
from caseseries.evidence.catalogue import entry
from caseseries.evidence.presence import ABSENT, PRESENT
from caseseries.evidence.truth import Truth
from caseseries.evidence.values import Operator, plain_text

Row = dict[str, Any]
TABLES = ("condition_occurrence", "measurement", "observation", "procedure_occurrence", "drug_exposure")
"""The tables that hold findings, the smallest first."""
ID = {
    "condition_occurrence": "condition_occurrence_id",
    "measurement": "measurement_id",
    "observation": "observation_id",
    "procedure_occurrence": "procedure_occurrence_id",
    "drug_exposure": "drug_exposure_id",
    "note": "note_id",
}
CONCEPT = {
    "condition_occurrence": "condition_concept_id",
    "measurement": "measurement_concept_id",
    "observation": "observation_concept_id",
    "procedure_occurrence": "procedure_concept_id",
    "drug_exposure": "drug_concept_id",
}
SOURCE_VALUE = {
    "condition_occurrence": "condition_source_value",
    "measurement": "measurement_source_value",
    "observation": "observation_source_value",
    "procedure_occurrence": "procedure_source_value",
    "drug_exposure": "drug_source_value",
}
DAY = {
    "condition_occurrence": "condition_start_date",
    "measurement": "measurement_date",
    "observation": "observation_date",
    "procedure_occurrence": "procedure_date",
    "drug_exposure": "drug_exposure_start_date",
    "note": "note_date",
}


@dataclass(frozen=True)
class Hospital:
    """The tables by their names in CDM 5.4, each a list of rows; days are `date`, moments `datetime`."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        """The rows of a table; none where it is not there."""
        return self.tables.get(table, [])


@dataclass(frozen=True)
class Reading:
    """One row as it is read. `is_answer`: a reviewer's, for the whole stay; `is_open`: it decides nothing."""

    person: int
    finding: str
    day: date
    known: date
    table: str
    row: int
    moment: datetime | None = None
    value: float | None = None
    unit: str = ""
    operator: Operator = ""
    word: str = ""
    is_open: bool = False
    is_answer: bool = False
    is_no_dose: bool = False
    who: str = ""

    @property
    def origin(self) -> str:
        """The row that it stands in, or the reviewer."""
        return f"review:{self.who}" if self.is_answer else f"{self.table}:{self.row}"

    @property
    def order(self) -> tuple[object, ...]:
        """Which of several decides: the first day, the smallest table, the smallest row id."""
        return (self.day, TABLES.index(self.table) if self.table in TABLES else -1, self.row)


def says(reading: Reading, test: Test | None) -> Truth | None:
    """What a reading says of a test, or (without one) of its finding's presence; None: nothing at all."""
    if reading.is_open:
        return Truth.UNKNOWN
    if isinstance(test, Number) and not reading.is_answer:
        return _number(reading, test) if reading.value is not None else None
    met: tuple[str, ...] = PRESENT
    denied: tuple[str, ...] = ABSENT
    if isinstance(test, Word) and not reading.is_answer:
        met, denied = test.says, test.denies
    word = plain_text(reading.word).casefold()
    if word in met:
        return Truth.MET
    return Truth.NOT_MET if word in denied else None


def _number(reading: Reading, test: Number) -> Truth:
    """Met where every value that the reading can stand for is within the test, not met where none is."""
    assert reading.value is not None
    limit = limit_in(test, reading.unit)
    can_be = _between(reading.operator or "=", reading.value)
    wanted = _between({"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}[test.comparison], limit)
    both = (max(can_be[0], wanted[0]), min(can_be[1], wanted[1]))
    if both[0] > both[1]:
        return Truth.NOT_MET
    return Truth.MET if both == can_be else Truth.UNKNOWN


Place = tuple[float, int]
"""A place on the line of numbers: at the number (0), just below it (-1) or just above it (1)."""


def _between(sign: str, number: float) -> tuple[Place, Place]:
    """The first and the last place of all numbers that are so."""
    low, high = (-math.inf, 0), (math.inf, 0)
    match sign:
        case "<":
            return low, (number, -1)
        case "<=":
            return low, (number, 0)
        case ">":
            return (number, 1), high
        case ">=":
            return (number, 0), high
    return (number, 0), (number, 0)


def limit_in(test: Number, unit: str) -> float:
    """The limit as the source prints it in that unit, else converted from the first that it prints."""
    for limit in test.limits:
        if limit.quantity.unit == unit:
            return limit.quantity.value
    known = entry(test.finding)
    first = test.limits[0].quantity
    converted = known.convert(first.value, first.unit, unit) if known else None
    assert converted is not None, f"{test.finding} has no way from {first.unit} to {unit}"
    return converted
