"""The referee: screens a hospital slowly and plainly, after docs/screening.md and nothing else."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.referee.answers import Answered, answered, in_place
from tests.referee.judging import StayVerdict, Window, judge, numbered
from tests.referee.reading import Hospital, Reading, Row, says
from tests.referee.rows import SetAside, believed, read_rows
from tests.referee.stays import Stay, all_stays
from tests.referee.steps import FATES, IN, age_truth, fate, fate_by_criteria, findings_truth

from caseseries.criteria.definition import Definition, Test, findings_of
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.hospital import Eligibility
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook


@dataclass(frozen=True)
class Patient:
    """One patient with a stay of the study. `furthest` is the last step that they came to, by number."""

    person: int
    stay_id: int
    furthest: int
    fate: str
    further_episodes: int


@dataclass(frozen=True)
class Step:
    """One line of the attrition: how many came to it, and what became of them."""

    title: str
    came: int
    kept: int
    out: int
    open: int
    not_shown: int


@dataclass(frozen=True)
class Screening:
    """What comes out: stays and verdicts of the setting, what was set aside, patients, attrition."""

    definition: Definition
    stays: list[Stay]
    verdicts: list[StayVerdict]
    set_aside: SetAside
    patients: list[Patient]
    attrition: list[Step]
    visits: Counter[tuple[str, str]] = field(default_factory=Counter)

    def verdict(self, stay: Stay) -> StayVerdict:
        """The verdict of one stay."""
        return next(one for one in self.verdicts if (one.person, one.stay_id) == (stay.person, stay.stay_id))


def screen(
    hospital: Hospital, protocol: Protocol, codebook: Codebook, answers: Sequence[Row] = ()
) -> Screening:
    """Screen a hospital by a protocol that names a setting, a stay and a step of its criteria."""
    assert protocol.stay is not None
    assert protocol.setting is not None
    definition = open_definition(protocol.stay.criteria)
    codebook = believed(hospital, codebook)
    asked = [name for step in protocol.eligibility for name in (*step.any_of, *step.all_of)]
    tests: dict[str, list[Test]] = {}
    for _, test in numbered(definition):
        tests.setdefault(test.finding, []).append(test)
    readings, aside = read_rows(hospital, codebook, dict.fromkeys([*findings_of(definition), *asked]))
    readings = _understood(readings, tests, aside)

    everyone, told = all_stays(hospital, codebook, read_span(protocol.stay.transfers).in_days())
    admitted = protocol.setting.admitted
    stays = [stay for stay in everyone if admitted.first <= stay.start <= admitted.to]
    one_test = {finding: those[0] for finding, those in tests.items()}

    at = answered(hospital, answers, everyone, one_test)
    after = _screened(hospital, protocol, codebook, definition, everyone, stays, readings, at)
    return Screening(definition, stays, after.verdicts, aside, after.patients, after.attrition, told)


def _understood(
    readings: Sequence[Reading], tests: Mapping[str, Sequence[Test]], aside: SetAside
) -> list[Reading]:
    """The readings that say something to some test; words that nobody asks for are set aside."""
    kept = []
    for reading in readings:
        mine: Sequence[Test | None] = tests.get(reading.finding, [None])
        if reading.value is not None or any(says(reading, test) is not None for test in mine):
            kept.append(reading)
        else:
            aside[reading.finding, "unknown word"] += 1
    return kept


# ---- Patients, step by step ----


@dataclass
class _Screened:
    verdicts: list[StayVerdict]
    patients: list[Patient]
    attrition: list[Step]


def _screened(
    hospital: Hospital,
    protocol: Protocol,
    codebook: Codebook,
    definition: Definition,
    everyone: Sequence[Stay],
    stays: Sequence[Stay],
    readings: Sequence[Reading],
    answers: Answered,
) -> _Screened:
    assert protocol.stay is not None
    of: dict[int, list[Reading]] = {}
    for reading in readings:
        of.setdefault(reading.person, []).append(reading)
    steps = [step for step in protocol.eligibility if not step.complete]
    last = next(number for number, step in enumerate(steps) if step.criteria is not None)
    together = protocol.stay.together
    window = Window(
        None if together == "stay" else read_span(together).in_days(),
        {name: read_span(span).in_days() for name, span in protocol.stay.wider.items()},
    )
    verdicts = {
        stay: judge(
            stay,
            in_place(of.get(stay.person, []), stay, answers),
            definition,
            window,
            steps[last].review_within or 0,
        )
        for stay in stays
    }

    def ask(step: Eligibility, stay: Stay) -> str:
        if step.criteria is not None:
            verdict, need = verdicts[stay], definition.need or 0
            is_within = verdict.lower >= need - (step.review_within or 0)
            return fate_by_criteria(step, verdict.truth if is_within else "could not be shown")
        if step.age is not None:
            persons = [row for row in hospital.rows("person") if row["person_id"] == stay.person]
            return fate(step, age_truth(step.age, persons[0] if persons else None, stay))
        own = [one for one in everyone if one.person == stay.person]
        truth = findings_truth(step, codebook, stay, own, of.get(stay.person, []), answers)
        return fate(step, truth)

    patients = [
        _patient([stay for stay in stays if stay.person == person], steps, last, verdicts, ask)
        for person in dict.fromkeys(stay.person for stay in stays)
    ]
    return _Screened(list(verdicts.values()), patients, _attrition(steps, patients))


class Ask(typing.Protocol):
    """Which fate a step gives a stay."""

    def __call__(self, step: Eligibility, stay: Stay) -> str: ...


def _patient(
    stays: Sequence[Stay],
    steps: Sequence[Eligibility],
    last: int,
    verdicts: Mapping[Stay, StayVerdict],
    ask: Ask,
) -> Patient:
    """The way of one patient: all stays up to the step of the criteria, then the studied one alone."""
    here = list(stays)
    number, fates = 0, {}
    for number, step in enumerate(steps[: last + 1]):
        fates = {stay: ask(step, stay) for stay in here}
        if IN not in fates.values() or number == last:
            break
        here = [stay for stay in here if fates[stay] == IN]
    studied = _studied(here, verdicts)
    became = next(one for one in FATES if one in fates.values())
    while became == IN and number + 1 < len(steps):
        number += 1
        became = ask(steps[number], studied)
    later = [one for one in here if one.start > studied.start and verdicts[one].truth == "met"]
    is_met = number >= last and verdicts[studied].truth == "met"
    return Patient(studied.person, studied.stay_id, number, became, len(later) if is_met else 0)


def _studied(stays: Sequence[Stay], verdicts: Mapping[Stay, StayVerdict]) -> Stay:
    """The first that meets the definition, else the first that is open, else the first of the rest."""
    for wanted in ("met", "open"):
        for stay in stays:
            if verdicts[stay].truth == wanted:
                return stay
    return stays[0]


def _attrition(steps: Sequence[Eligibility], patients: Sequence[Patient]) -> list[Step]:
    lines = []
    for number, step in enumerate(steps):
        came = [one for one in patients if one.furthest >= number]
        stopped = Counter(one.fate for one in came if one.furthest == number)
        kept = sum(one.furthest > number or one.fate == IN for one in came)
        title = step.keep or step.drop or ""
        lines.append(
            Step(title, len(came), kept, stopped["out"], stopped["open"], stopped["could not be shown"])
        )
    return lines
