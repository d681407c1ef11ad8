"""Answers of reviewers: to which stay they belong, and how they stand in the place of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tests.referee.reading import DAY, ID, Hospital, Reading, Row, says
from tests.referee.row import day_of
from tests.referee.stays import Stay

from caseseries.criteria.definition import Test
from caseseries.evidence.truth import Truth
from caseseries.evidence.values import plain_text

ADJUDICATED = "adjudicated"
"""What stands as `who` where reviewers who differed came to one answer."""
Answered = dict[tuple[int, str, int], Reading]
"""The one answer of a patient, a finding and a stay."""


def answered(
    hospital: Hospital,
    answers: Sequence[Row],
    stays: Sequence[Stay],
    tests: Mapping[str, Test],
) -> Answered:
    """Every answer at its stay: the first in which a row lies that it names; where none does, at every stay.

    `tests` has, by finding, a test that understands the words of the answers.
    """
    at: dict[tuple[int, str, int], list[Row]] = {}
    for answer in answers:
        person = answer["patient"]
        days = _days_named(hospital, person, answer["evidence"] or "")
        mine = [one for one in stays if one.person == person]
        homes = [one for one in mine if any(map(one.holds, days))]
        for home in homes[:1] or mine:
            at.setdefault((person, answer["question"], home.stay_id), []).append(answer)
    by_id = {(stay.person, stay.stay_id): stay for stay in stays}
    return {key: _agreed(key[1], by_id[key[0], key[2]], rows, tests.get(key[1])) for key, rows in at.items()}


def in_place(readings: Sequence[Reading], stay: Stay, answers: Answered) -> list[Reading]:
    """The evidence of a stay: its readings, but where an answer stands in their place."""
    mine = {key[1]: one for key, one in answers.items() if key[0] == stay.person and key[2] == stay.stay_id}
    kept = [reading for reading in readings if stay.holds(reading.day) and reading.finding not in mine]
    return [*kept, *mine.values()]


def _days_named(hospital: Hospital, person: int, evidence: str) -> list[date]:
    """The days of this patient's rows that are named, as in "note:91; measurement:-5"."""
    days = []
    for name in evidence.split(";"):
        table, _, number = name.strip().partition(":")
        for row in hospital.rows(table):
            is_named = table in ID and str(row[ID[table]]) == number.split(":")[0]
            if is_named and row["person_id"] == person and row[DAY[table]] is not None:
                days.append(day_of(row[DAY[table]]))
    return days


def _agreed(finding: str, stay: Stay, rows: Sequence[Row], test: Test | None) -> Reading:
    """Adjudicated over agreed reviewers over one; where they differ it is open."""
    final = [row for row in rows if row["who"] == ADJUDICATED]
    those = sorted(final or rows, key=lambda row: str(row["who"]))
    said = [
        Reading(
            person=stay.person,
            finding=finding,
            day=stay.start,
            known=stay.start,
            table="",
            row=0,
            word=plain_text(row["answer"] or ""),
            is_answer=True,
            who=str(row["who"]),
        )
        for row in those
    ]
    truths = {says(one, test) for one in said}
    is_open = len(truths) > 1 or truths <= {None, Truth.UNKNOWN}
    first = said[0]
    return Reading(**{**vars(first), "is_open": is_open})
