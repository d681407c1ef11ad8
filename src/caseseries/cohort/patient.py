"""A patient of the cohort: everything that is known of one person and stay, ready to be abstracted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import NamedTuple

import polars as pl

from caseseries.cohort.answers import Settled
from caseseries.cohort.contradictions import undated
from caseseries.cohort.known import Known
from caseseries.cohort.moments import Day
from caseseries.cohort.windows import days_together
from caseseries.criteria.assess import assess
from caseseries.criteria.definition import Definition, Number, findings_of, tests_of
from caseseries.criteria.verdict import Verdict
from caseseries.evidence.course import Course
from caseseries.evidence.days import date_of
from caseseries.evidence.finding import Finding
from caseseries.evidence.truth import Truth
from caseseries.evidence.values import Operator
from caseseries.protocol.clauses.hospital import Stay
from caseseries.records.codebook import Codebook, Entry
from caseseries.records.origins import origins
from caseseries.records.plausible import band

_SAID = (
    "day",
    "known",
    "value",
    "operator",
    "unit",
    pl.col("text").fill_null(""),
    "low",
    origins(pl.col("table")),
)
"""What a row of evidence says, in the order of a Reading."""


class Reading(NamedTuple):
    """One reading of a finding: its day since 1970-01-01, and what it says."""

    day: int
    known: int
    value: float | None
    operator: Operator
    unit: str | None
    text: str
    low: float | None
    origin: str


class Rows(NamedTuple):
    """`height` rows from `first` on, counted from 0, of a frame that many patients share.

    A frame for each of thousands would be larger than all their rows.
    """

    whole: pl.DataFrame
    first: int
    height: int

    def read(self) -> pl.DataFrame:
        """The rows."""
        return self.whole.slice(self.first, self.height)


@dataclass(frozen=True)
class Patient:
    """One person and their studied stay; days are since 1970-01-01.

    `evidence` are the rows of theirs, in the order of day and row, `courses` in order of their first day.
    `moments` are those that came. The range of the age is in completed years. `went_to_hospice`: from the
    studied stay, or from a later visit. `died_on_no_day`: a record says so, and none says when.
    """

    person: int
    stay: int
    first_day: int
    last_day: int
    youngest: int | None
    oldest: int | None
    sex: str
    evidence: Rows
    courses: tuple[Course, ...]
    moments: Mapping[str, Day]
    answers: Mapping[str, Settled]
    went_to_hospice: bool
    died_on_no_day: bool

    @cached_property
    def readings(self) -> Mapping[str, tuple[Reading, ...]]:
        """The readings of each finding, in the order of day and row."""
        found: dict[str, list[Reading]] = {}
        for finding, *said in self.evidence.read().select("finding", *_SAID).iter_rows():
            found.setdefault(finding, []).append(Reading(*said))
        return {name: tuple(some) for name, some in found.items()}

    def assess(
        self, definition: Definition, day: int, stay: Stay, codebook: Codebook, asked: Definition
    ) -> tuple[Verdict, ...]:
        """A verdict on each criterion on one day: the evidence that stands together for it then.

        Reviewers were asked whether the tests of `asked` were met, by which the stay was chosen.
        """
        parts = (replace(definition, criteria=(one,)) for one in definition.criteria)
        whole = (assess(part, self._standing(part, day, stay, codebook, asked)) for part in parts)
        return tuple(verdict for part in whole for verdict in part.verdicts)

    def _standing(
        self, criterion: Definition, day: int, stay: Stay, codebook: Codebook, asked: Definition
    ) -> Iterator[Finding]:
        """What stands together for a definition of one criterion, answers in the place of the record."""
        [name] = [one.name for one in criterion.criteria]
        for finding in findings_of(criterion):
            answer = self.answers.get(finding)
            if answer is not None and _is_about(finding, criterion, asked):
                yield from self._answered(finding, answer)
                continue
            entry, readings = codebook.entry(finding), self.readings.get(finding, ())
            if entry.lasts == "life":
                since, until = min((one.day for one in readings), default=day), day
            else:
                since = max(self.first_day, day - days_together(stay, name, finding) + 1)
                until = min(self.last_day, day)
            for one in readings:
                if since <= one.day <= until and (entry.reads != "number" or _is_taken(one, entry)):
                    yield _finding(self.person, finding, one, entry.reads == "limit")

    def _answered(self, finding: str, answer: Settled) -> Iterator[Finding]:
        if answer.truth is not Truth.UNKNOWN:
            first, truth = date_of(self.first_day), answer.truth
            yield Finding(str(self.person), finding, first, origin=answer.origin, answer=truth)


def _is_about(finding: str, criterion: Definition, asked: Definition) -> bool:
    """Whether yes and no answer what a criterion asks: of a number they do for the limit asked alone."""
    tests, told = (
        {test for test in tests_of(one) if test.finding == finding and isinstance(test, Number)}
        for one in (criterion, asked)
    )
    return tests <= told


def _is_taken(one: Reading, entry: Entry) -> bool:
    """Whether the codebook takes a number, in one of its units and plausible there."""
    if one.value is None:
        return False
    if not one.unit:
        # Without a unit the value may tell it, where it has one that fits; else it is set aside.
        bands = [band(entry, unit) for unit in entry.units] if one.unit == "" else []
        return any(ends[0] <= one.value <= ends[1] for ends in bands if ends)
    ends = band(entry, one.unit)
    if one.operator in ("<", "<="):
        return ends is not None and one.value > 0
    return ends is not None and ends[0] <= one.value <= ends[1]


def _finding(person: int, name: str, one: Reading, by_limit: bool) -> Finding:
    text, operator = _by_its_limit(one) if by_limit else (one.text, one.operator)
    return Finding(
        patient=str(person),
        name=name,
        sample_time=date_of(one.day),
        result_time=date_of(one.known),
        value=None if by_limit else one.value,
        unit="unknown unit" if one.unit is None else one.unit,
        operator=operator,
        text=text,
        origin=one.origin,
    )


def _by_its_limit(one: Reading) -> tuple[str, Operator]:
    """Low or normal by the laboratory's own limit; the operator in its place where that leaves it open."""
    if one.value is None or one.low is None or not isfinite(one.low):
        return "", ""
    if one.operator in ("<", "<="):
        is_low = one.value < one.low or (one.value == one.low and one.operator == "<")
        return ("low", "") if is_low else ("", one.operator)
    if one.value >= one.low:
        return "normal", ""
    return ("", one.operator) if one.operator else ("low", "")


def patients_of(known: Known, moments: Mapping[int, Mapping[str, Day]]) -> tuple[Patient, ...]:
    """Every patient of the cohort, in the order of their ids."""
    mine = _rows_of(known.evidence)
    to_hospice = (
        known.visits.filter(discharged_to="hospice").group_by("person_id").agg(pl.col("last_day").max())
    )
    hospices: dict[int, int] = dict(to_hospice.iter_rows())
    dead = undated(known.deaths)
    return tuple(
        Patient(
            person=row["person_id"],
            stay=row["stay_id"],
            first_day=row["first_day"],
            last_day=row["last_day"],
            youngest=row["youngest"],
            oldest=row["oldest"],
            sex=known.sexes.get(row["person_id"], ""),
            evidence=mine.get(row["person_id"], Rows(known.evidence, 0, 0)),
            courses=known.courses.get(row["person_id"], ()),
            moments=moments[row["person_id"]],
            answers=known.charts[row["person_id"]].answers,
            went_to_hospice=hospices.get(row["person_id"], row["first_day"] - 1) >= row["last_day"],
            died_on_no_day=row["person_id"] in dead,
        )
        for row in known.patients.sort("person_id").iter_rows(named=True)
    )


def _rows_of(evidence: pl.DataFrame) -> dict[int, Rows]:
    """Where the rows of each patient stand, who stand in order."""
    runs = evidence["person_id"].rle().struct.unnest()
    ends = runs["len"].cum_sum()
    return {
        person: Rows(evidence, end - height, height)
        for (height, person), end in zip(runs.select("len", "value").iter_rows(), ends, strict=True)
    }
