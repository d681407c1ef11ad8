"""Chart review: the answers of reviewers, each set in the stay that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from caseseries.cohort.answers import Answer, Settled, read_id, settle
from caseseries.cohort.facts import TABLES
from caseseries.cohort.findings import Reply
from caseseries.cohort.search import ANSWERS
from caseseries.criteria.lowering import Lowered
from caseseries.evidence.problem import some_of
from caseseries.evidence.truth import Truth
from caseseries.evidence.values import is_missing
from caseseries.records.columns import COLUMNS
from caseseries.records.omop import Records
from caseseries.records.readings import day

NAMED = (*TABLES, "note", "visit_occurrence")
"""The tables of which an answer can name a row as its evidence."""


@dataclass(frozen=True)
class Reviewed:
    """What the answers come to, by stay and question; and the answers whose patient has no stay.

    `spans` are the first and the last day of the stays that are answered.
    """

    by_stay: Mapping[tuple[int, str], Settled]
    lost: tuple[Answer, ...]
    spans: Mapping[int, tuple[int, int]]

    def of_stays(self) -> dict[int, dict[str, Settled]]:
        """By stay every question that is answered for it."""
        found: dict[int, dict[str, Settled]] = {}
        for (stay, question), settled in self.by_stay.items():
            found.setdefault(stay, {})[question] = settled
        return found

    def replies(self) -> dict[int, dict[str, tuple[Reply, ...]]]:
        """By patient and question what is answered for each of the patient's stays, the first stay first."""
        found: dict[int, dict[str, list[Reply]]] = {}
        for (stay, question), settled in sorted(self.by_stay.items(), key=lambda one: self.spans[one[0][0]]):
            mine = found.setdefault(settled.answers[0].patient, {})
            mine.setdefault(question, []).append(Reply(*self.spans[stay], settled))
        return {
            patient: {question: tuple(some) for question, some in mine.items()}
            for patient, mine in found.items()
        }


def place_answers(records: Records, answers: Iterable[Answer]) -> Reviewed:
    """Each answer in the first stay in which a row lies that it names; where none does, in every stay.

    Rests on the table `stays`.
    """
    every = tuple(answers)
    spans = _spans(records, sorted({one.patient for one in every}))
    days = _days(records, every)
    placed: dict[tuple[int, str], list[Answer]] = {}
    lost = []
    for answer in every:
        mine = spans.get(answer.patient, [])
        named = [when for row in answer.evidence for when in days.get((answer.patient, row), ())]
        about = [stay for stay, first, last in mine if any(first <= when <= last for when in named)]
        for stay in about[:1] or [stay for stay, _, _ in mine]:
            placed.setdefault((stay, answer.question), []).append(answer)
        if not mine:
            lost.append(answer)
    return Reviewed(
        {key: settle(some) for key, some in placed.items()},
        tuple(lost),
        {stay: (first, last) for mine in spans.values() for stay, first, last in mine},
    )


def notes_on_answers(reviewed: Reviewed, levels: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What is to be said of the answers: those of nobody, those that differ, and those that say nothing.

    `levels` are those of the variables that a reviewer answers; what has none is answered with yes or no.
    """
    if reviewed.lost:
        yield (
            f"Of {_answers(reviewed.lost)} the patient has no stay in these records: {_rows(reviewed.lost)}. "
            "They are left out."
        )
    settled = dict(sorted(reviewed.by_stay.items()))
    differ = [one for some in settled.values() if some.differ for one in some.answers]
    if differ:
        yield (
            f"Reviewers differ: {_rows(differ)}. It stays unknown until a row is signed by somebody whose "
            'name in who begins with "adjudicated".'
        )
    unread = [one for some in settled.values() for one in some.answers if not _is_read(one, levels)]
    if unread:
        said = some_of(list(dict.fromkeys(f'"{one.answer}"' for one in unread)))
        yield f"Neither yes nor no nor a level ({said}): {_rows(unread)}. Such answers say nothing."


def _is_read(answer: Answer, levels: Mapping[str, tuple[str, ...]]) -> bool:
    wanted = [level.casefold() for level in levels.get(answer.question, ())]
    if wanted:
        return answer.answer.casefold() in wanted or is_missing(answer.answer)
    return answer.truth is not Truth.UNKNOWN or is_missing(answer.answer)


def _answers(some: Iterable[Answer]) -> str:
    count = len(set(some))
    return f"{count:,} answer{'s' * (count > 1)}"


def _rows(some: Iterable[Answer]) -> str:
    return some_of(list(dict.fromkeys(one.origin for one in some)))


def answered_bits(reviewed: Reviewed, lowered: Lowered) -> pl.DataFrame:
    """Of each stay the bits of the tests that were answered, those that are met, and those that stay open."""
    rows: dict[int, list[int]] = {}
    for (stay, question), settled in reviewed.by_stay.items():
        bits = lowered.bits_about(question)
        if bits:
            row = rows.setdefault(stay, [0, 0, 0])
            row[0] |= bits
            row[1] |= bits if settled.truth is Truth.MET else 0
            row[2] |= bits if settled.truth is Truth.UNKNOWN else 0
    return pl.DataFrame([(stay, *bits) for stay, bits in rows.items()], ANSWERS, orient="row")


def _spans(records: Records, patients: list[int]) -> dict[int, list[tuple[int, int, int]]]:
    """The stays of these patients: id, first and last day, the first first."""
    records.put("answered_patients", pl.DataFrame({"person_id": patients}, {"person_id": pl.Int64}))
    found = records.run(
        """
SELECT s.person_id, s.stay_id, s.first_day, s.last_day
FROM stays s JOIN answered_patients a ON a.person_id = s.person_id ORDER BY s.person_id, s.first_day""",
        "stays of answered patients",
    )
    spans: dict[int, list[tuple[int, int, int]]] = {}
    for person, stay, first, last in found.iter_rows():
        spans.setdefault(person, []).append((stay, first, last))
    return spans


def _days(records: Records, answers: tuple[Answer, ...]) -> dict[tuple[int, str], list[int]]:
    """By patient and row the days of what is named as evidence, where it is in the records."""
    wanted: dict[str, set[int]] = {}
    for row in (row for answer in answers for row in answer.evidence):
        table, _, number = row.partition(":")
        number = number.partition(":")[0]  # a passage of a note is note:91:120-151
        row_id = read_id(number)
        if table in NAMED and row_id is not None:
            wanted.setdefault(table, set()).add(row_id)
    days: dict[tuple[int, str], list[int]] = {}
    for table, numbers in sorted(wanted.items()):
        column, _, date, _ = COLUMNS[table]
        records.put("named_rows", pl.DataFrame({"row_id": sorted(numbers)}, {"row_id": pl.Int64}))
        query = f"""
SELECT e.{column} AS row_id, e.person_id, {day(f"e.{date}")} AS day FROM {table} e
JOIN named_rows n ON n.row_id = e.{column} WHERE e.{date} IS NOT NULL"""
        for number, person, when in records.run(query, f"rows of {table} named in answers").iter_rows():
            days.setdefault((person, f"{table}:{number}"), []).append(when)
    return days
