"""The engine in the referee's words: the same hospital, opened as records and screened inside DuckDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from tests.referee.judging import StayVerdict, numbered
from tests.referee.making import born, frames
from tests.referee.reading import Hospital, Row
from tests.referee.rows import SetAside
from tests.referee.screening import Patient, Screening, Step
from tests.referee.stays import Stay

from caseseries.cohort.answers import Answer
from caseseries.cohort.chart_review import Reviewed, place_answers
from caseseries.cohort.eligibility import parted
from caseseries.cohort.judging import UNFLAGGED, judge
from caseseries.cohort.narrowing import find_near
from caseseries.cohort.screen import screen
from caseseries.cohort.search import ANSWERS, find_stays, prepare
from caseseries.cohort.set_aside import set_aside
from caseseries.cohort.verdicts import verdicts_of
from caseseries.criteria.definition import Definition
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.days import date_of, number_of
from caseseries.evidence.truth import Truth
from caseseries.evidence.units import read_span
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook
from caseseries.records.naming import give_concepts
from caseseries.records.omop import Records, open_records
from caseseries.records.resolving import Resolved, resolve


def screened(
    hospital: Hospital, protocol: Protocol, codebook: Codebook, answers: Sequence[Row] = ()
) -> Screening:
    """Screen a hospital by SQL, and tell what came out as the referee tells it."""
    assert protocol.stay is not None
    definition = open_definition(protocol.stay.criteria)
    definitions = {name: open_definition(name) for name in protocol.criteria}
    with open_records(frames(_with_persons(hospital)), threads=1) as records:
        resolved = give_concepts(records, resolve(codebook, records))
        typed = _typed(answers)
        cohort = screen(records, protocol, definitions, codebook, resolved, typed, costed=False)
        left = set(records.run("SELECT person_id, stay_id FROM studied").iter_rows())
        ages = _ages(records, protocol)
        reviewed = place_answers(records, typed)
        stays, verdicts, aside = every_stay(records, protocol, codebook, resolved, definition, reviewed)
    steps = parted(protocol).screened
    place = len(parted(protocol).before)
    found = {row["person_id"]: row for row in cohort.patients.iter_rows(named=True)}
    patients = []
    for person in dict.fromkeys(stay.person for stay in stays):
        if person in found:
            row = found[person]
            patients.append(
                Patient(person, row["stay_id"], row["step"], row["standing"], row["further_episodes"])
            )
            continue
        mine = [one for one in verdicts if one.person == person]
        # Of who came to the criteria the stays that came there with them.
        came = [one for one in mine if (person, one.stay_id) in left]
        studied = min(came or mine, key=lambda one: ("met open".find(one.truth) < 0, one.truth != "met"))
        fate = _fate_of(came, protocol, definition) if came else ages[person]
        patients.append(Patient(person, studied.stay_id, place if came else 0, fate, 0))
    attrition = [
        Step(one.title, one.came, one.into, one.out, one.open, one.not_shown)
        for one in cohort.attrition.steps
    ]
    assert len(attrition) == len(steps)
    return Screening(definition, stays, verdicts, aside, patients, attrition, Counter(cohort.odd_visits))


def unflagged(hospital: Hospital, protocol: Protocol, codebook: Codebook) -> list[StayVerdict]:
    """The verdict on every stay without the flagged evidence, where nobody has answered anything."""
    assert protocol.stay is not None
    definition, nobody = open_definition(protocol.stay.criteria), Reviewed({}, (), {})
    with open_records(frames(_with_persons(hospital)), threads=1) as records:
        resolved = give_concepts(records, resolve(codebook, records))
        records.put("answers", pl.DataFrame(schema=ANSWERS))
        return every_stay(records, protocol, codebook, resolved, definition, nobody, UNFLAGGED)[1]


def _with_persons(hospital: Hospital) -> Hospital:
    """The hospital with a row for everyone who has a visit: without any, records are refused."""
    if hospital.rows("person"):
        return hospital
    persons = sorted({row["person_id"] for row in hospital.rows("visit_occurrence")})
    return Hospital(hospital.tables | {"person": [born(person, 1960) for person in persons]})


def _fate_of(verdicts: Sequence[StayVerdict], protocol: Protocol, definition: Definition) -> str:
    """Of a patient who is neither in nor open at the step of the criteria."""
    least = (definition.need or 0) - (parted(protocol).asked.review_within or 0)
    return "out" if all(one.lower >= least for one in verdicts) else "could not be shown"


def _ages(records: Records, protocol: Protocol) -> dict[int, str]:
    """What became of each patient at the last step that asked for the age."""
    if not parted(protocol).before:
        return {}
    words = {0: "out", 1: "open", 2: "in"}
    rows = records.run("SELECT person_id, MAX(fate) AS fate FROM aged GROUP BY person_id").iter_rows()
    return {person: words[fate] for person, fate in rows}


def every_stay(
    records: Records,
    protocol: Protocol,
    codebook: Codebook,
    resolved: Resolved,
    definition: Definition,
    reviewed: Reviewed,
    kind: str = "",
) -> tuple[list[Stay], list[StayVerdict], SetAside]:
    """The verdict on every stay of the setting: the same search, with a reach that leaves nobody out.

    What is set aside is then counted over all of these stays. `kind` is that of the verdicts: see `judge`.
    """
    assert protocol.setting is not None
    assert protocol.stay is not None
    first, last = (number_of(day) for day in (protocol.setting.admitted.first, protocol.setting.admitted.to))
    find_stays(records, codebook, int(read_span(protocol.stay.transfers).in_days()), first, last)
    need = definition.need or 0
    search = prepare(records, codebook, resolved, definition, protocol.stay, need)
    forms = find_near(search, _silent)
    judge(search, _silent)
    aside = Counter({(finding, why): rows for finding, why, rows in set_aside(search, forms).iter_rows()})
    judged = verdicts_of(search, reviewed, kind)
    within = parted(protocol).asked.review_within or 0
    bits = {(asked.criterion, asked.test): asked.bit for asked in search.windows.lowered.asked}
    stays = [
        Stay(row["person_id"], row["stay_id"], date_of(row["first_day"]), date_of(row["last_day"]))
        for row in judged.stays.iter_rows(named=True)
    ]
    verdicts = [
        StayVerdict(
            person=row["person_id"],
            stay_id=row["stay_id"],
            lower=row["lower"],
            upper=row["upper"],
            truth=_truth(row["lower"], row["upper"], need, within),
            anchor=date_of(row["anchor"]),
            known=None if row["known"] is None else date_of(row["known"]),
            tests={
                number: _test(row, bits[criterion.name, test], judged.because)
                for number, (criterion, test) in enumerate(numbered(definition))
            },
        )
        for row in judged.stays.iter_rows(named=True)
    ]
    return stays, verdicts, aside


def _truth(lower: int, upper: int, need: int, within: int) -> str:
    if lower >= need:
        return "met"
    if upper < need:
        return "not met"
    return "open" if lower >= need - within else "could not be shown"


def _test(row: Mapping[str, Any], bit: int, because: Mapping[int, Mapping[int, str]]) -> tuple[Truth, str]:
    if row["met"] & bit:
        truth = Truth.MET
    elif row["undecided"] & bit or not row["looked"] & bit:
        truth = Truth.UNKNOWN
    else:
        truth = Truth.NOT_MET
    return truth, because.get(row["stay_id"], {}).get(bit, "")


def _typed(answers: Sequence[Row]) -> tuple[Answer, ...]:
    """The answers as they are read back from a file."""
    return tuple(
        Answer(
            patient=row["patient"],
            question=row["question"],
            evidence=tuple(part.strip() for part in (row["evidence"] or "").split(";") if part.strip()),
            answer=row["answer"],
            certainty="",
            reason="",
            who=row["who"],
            when="",
            origin=f"answers.csv:D{number}",
        )
        for number, row in enumerate(answers, 2)
    )


def _silent(step: str) -> None:
    """Hear of a step and say nothing."""
