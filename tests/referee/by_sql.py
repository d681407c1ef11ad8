"""The engine in the referee's words: the same hospital, opened as records and screened inside DuckDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
from tests.referee.judging import StayVerdict, numbered
from tests.referee.making import born, frames
from tests.referee.patients import Patient, Step
from tests.referee.reading import Hospital, Row
from tests.referee.rows import SetAside
from tests.referee.screening import Counts, Screening
from tests.referee.stays import Stay

from caseseries.cohort.answers import Answer
from caseseries.cohort.chart_review import Reviewed, place_answers
from caseseries.cohort.cohort import Cohort
from caseseries.cohort.eligibility import parted
from caseseries.cohort.judging import judge
from caseseries.cohort.marked import marked_by
from caseseries.cohort.narrowing import find_near
from caseseries.cohort.patient import Patient as Known
from caseseries.cohort.screen import screen
from caseseries.cohort.search import Search, find_stays, prepare
from caseseries.cohort.set_aside import set_aside
from caseseries.cohort.verdicts import Judged, verdicts_of
from caseseries.criteria.definition import Definition
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.bounds import Bounds
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
    definitions = {name: open_definition(name) for name in protocol.criteria}
    definition = definitions[protocol.stay.criteria]
    with open_records(frames(_with_persons(hospital)), threads=1) as records:
        resolved = give_concepts(records, resolve(codebook, records))
        typed = _typed(answers)
        cohort = screen(records, protocol, definitions, codebook, resolved, typed)
        left = set(records.run("SELECT person_id, stay_id FROM studied").iter_rows())
        ages = _ages(records, protocol)
        reviewed = place_answers(records, typed)
        every = _every_stay(records, protocol, codebook, resolved, definition, reviewed)
    found = {row["person_id"]: row for row in cohort.patients.iter_rows(named=True)}
    place = len(parted(protocol).before)
    patients = []
    for person in dict.fromkeys(stay.person for stay in every.stays):
        if person in found:
            row = found[person]
            patients.append(
                Patient(person, row["stay_id"], row["step"], row["standing"], row["further_episodes"])
            )
            continue
        mine = [one for one in every.verdicts if one.person == person]
        # Of who came to the criteria the stays that came there with them.
        came = [one for one in mine if (person, one.stay_id) in left]
        studied = min(came or mine, key=lambda one: ("met open".find(one.truth) < 0, one.truth != "met"))
        fate = _fate_of(came, protocol, definition) if came else ages[person]
        patients.append(Patient(person, studied.stay_id, place if came else 0, fate, 0))
    flow = cohort.attrition
    assert len(flow.steps) == len(parted(protocol).screened)
    return Screening(
        definition=definition,
        stays=every.stays,
        verdicts=_as_told(cohort.verdicts, every.verdicts, cohort.flagged),
        unflagged=_as_told(cohort.unflagged, every.unflagged),
        set_aside=every.set_aside,
        patients=patients,
        attrition=[
            Step(one.title, one.came, one.into, one.out, one.open, one.not_shown) for one in flow.steps
        ],
        counts=Counts(flow.in_setting, flow.further_episodes, flow.exposed_before_known, flow.reach),
        moments=_moments(cohort),
        worths={one.person: dict(_worths(one, protocol, definitions, codebook)) for one in cohort.people},
        visits=Counter(cohort.odd_visits),
    )


def _as_told(
    told: pl.DataFrame, verdicts: Sequence[StayVerdict], flagged: pl.DataFrame | None = None
) -> list[StayVerdict]:
    """The verdicts, those on the studied stays as the cohort keeps them."""
    marked = {} if flagged is None else _marked(flagged)
    rows: dict[int, dict[str, dict[str, Any]]] = {}
    for row in told.iter_rows(named=True):
        rows.setdefault(row["stay_id"], {})[row["criterion"]] = row
    return [
        replace(
            one,
            lower=mine[""]["low"],
            upper=mine[""]["high"],
            anchor=date_of(mine[""]["day"]),
            met=_day(mine[""]["since"]),
            known=_day(mine[""]["known"]),
            criteria={name: Bounds(row["low"], row["high"]) for name, row in mine.items() if name},
            times=_times([row for name, row in mine.items() if name]),
            marked=marked.get(one.stay_id, frozenset()),
        )
        if (mine := rows.get(one.stay_id))
        else one
        for one in verdicts
    ]


def _times(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[date, date]]:
    """Since which sample and since which result each criterion is worth what it is, where it is anything."""
    return {
        row["criterion"]: (date_of(row["since"]), date_of(row["known"]))
        for row in rows
        if not row["since"] is row["known"] is None
    }


def _marked(flagged: pl.DataFrame) -> dict[int, frozenset[tuple[str, str, str, str]]]:
    """Of each stay criterion, deciding row, flag, and the row that marks it."""
    found: dict[int, set[tuple[str, str, str, str]]] = {}
    for stay, *said in flagged.select("stay_id", "criterion", "row", "flag", "by").iter_rows():
        found.setdefault(stay, set()).add((said[0], said[1], said[2], said[3]))
    return {stay: frozenset(some) for stay, some in found.items()}


def _moments(cohort: Cohort) -> dict[int, dict[str, date]]:
    """The moments of each patient of the cohort."""
    days: dict[int, dict[str, date]] = {person: {} for person in cohort.patients["person_id"]}
    for person, name, day in cohort.moments.select("person_id", "moment", "day").iter_rows():
        days[person][name] = date_of(day)
    return days


def _worths(
    patient: Known, protocol: Protocol, definitions: Mapping[str, Definition], codebook: Codebook
) -> Iterator[tuple[tuple[str, str], Bounds]]:
    """Each definition at each moment, as a variable of the case series takes it."""
    assert protocol.stay is not None
    for name, definition in definitions.items():
        for moment, day in patient.moments.items():
            asked = definitions[protocol.stay.criteria]
            verdicts = patient.assess(definition, day.day, protocol.stay, codebook, asked)
            yield (name, moment), sum((one.bounds for one in verdicts), Bounds(0, 0))


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


@dataclass(frozen=True)
class _EveryStay:
    """The verdicts on every stay of the setting, with all evidence and without what is flagged."""

    stays: list[Stay]
    verdicts: list[StayVerdict]
    unflagged: list[StayVerdict]
    set_aside: SetAside


def _every_stay(
    records: Records,
    protocol: Protocol,
    codebook: Codebook,
    resolved: Resolved,
    definition: Definition,
    reviewed: Reviewed,
) -> _EveryStay:
    """The same search, with a reach that leaves nobody out; what is set aside is counted over all of it."""
    assert protocol.setting is not None
    assert protocol.stay is not None
    first, last = (number_of(day) for day in (protocol.setting.admitted.first, protocol.setting.admitted.to))
    find_stays(records, codebook, int(read_span(protocol.stay.transfers).in_days()), first, last)
    search = prepare(records, codebook, resolved, definition, protocol.stay, definition.need or 0)
    forms = find_near(search, _silent)
    kinds = judge(search, _silent)
    aside = Counter({(finding, why): rows for finding, why, rows in set_aside(search, forms).iter_rows()})
    within = parted(protocol).asked.review_within or 0
    literal, bare = (verdicts_of(search, reviewed, kind) for kind in (kinds[0], kinds[-1]))
    stays = [
        Stay(row["person_id"], row["stay_id"], date_of(row["first_day"]), date_of(row["last_day"]))
        for row in literal.stays.iter_rows(named=True)
    ]
    marked = _marked(marked_by(search, literal)) if len(kinds) > 1 else {}
    told = [
        replace(one, marked=marked.get(one.stay_id, frozenset()))
        for one in _verdicts(search, literal, within)
    ]
    return _EveryStay(stays, told, list(_verdicts(search, bare, within)), aside)


def _verdicts(search: Search, judged: Judged, within: int) -> Iterator[StayVerdict]:
    bits = {(asked.criterion, asked.test): asked.bit for asked in search.windows.lowered.asked}
    told: dict[int, list[dict[str, Any]]] = {}
    whole: dict[int, dict[str, Any]] = {}
    for row in judged.criteria.iter_rows(named=True):
        if row["criterion"]:
            told.setdefault(row["stay_id"], []).append(row)
        else:
            whole[row["stay_id"]] = row
    for row in judged.stays.iter_rows(named=True):
        yield StayVerdict(
            person=row["person_id"],
            stay_id=row["stay_id"],
            lower=row["lower"],
            upper=row["upper"],
            truth=_truth(row["lower"], row["upper"], search.windows.need, within),
            anchor=date_of(row["anchor"]),
            met=_day(whole[row["stay_id"]]["since"]),
            known=_day(whole[row["stay_id"]]["known"]),
            tests={
                number: _test(row, bits[criterion.name, test], judged.because)
                for number, (criterion, test) in enumerate(numbered(search.definition))
            },
            criteria={one["criterion"]: Bounds(one["low"], one["high"]) for one in told[row["stay_id"]]},
            times=_times(told[row["stay_id"]]),
        )


def _day(number: int | None) -> date | None:
    return None if number is None else date_of(number)


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
