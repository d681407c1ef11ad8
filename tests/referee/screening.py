"""The referee: screens a hospital slowly and plainly, after docs/screening.md and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tests.referee.answers import in_place
from tests.referee.flags import marked, unflagged
from tests.referee.judging import StayVerdict, judge, numbered, worth_on
from tests.referee.moments import Calendar, moments
from tests.referee.patients import Patient, Step, attrition, came_to, way_of
from tests.referee.reading import Hospital, Reading, Row
from tests.referee.rows import SetAside, entries_of
from tests.referee.stays import Stay
from tests.referee.steps import IN, age_truth, fate, fate_by_criteria, findings_truth
from tests.referee.ward import Ward, read_ward

from caseseries.criteria.definition import Definition, Number, Test, findings_of
from caseseries.evidence.bounds import Bounds
from caseseries.protocol.clauses.hospital import Eligibility
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook

MOST_REACH = 3
"""A review is costed for patients short by at most so many criteria."""
Days = dict[str, date]
Worths = dict[tuple[str, str], Bounds]


@dataclass(frozen=True)
class Counts:
    """What the attrition tells beside its steps; see `caseseries.evidence.attrition`."""

    in_setting: int
    further_episodes: int
    exposed_before_known: int | None
    reach: tuple[int, ...]


@dataclass(frozen=True)
class Screening:
    """What comes out: stays and verdicts of the setting, what was set aside, patients, attrition.

    `unflagged` are the verdicts without the flagged evidence. Of each patient who is in or open at the step
    of the criteria stand the `moments` that came, and `worths`: how many criteria of a definition were met,
    or how many points there were, by its name and that of the moment.
    """

    definition: Definition
    stays: list[Stay]
    verdicts: list[StayVerdict]
    unflagged: list[StayVerdict]
    set_aside: SetAside
    patients: list[Patient]
    attrition: list[Step]
    counts: Counts
    moments: Mapping[int, Days]
    worths: Mapping[int, Worths]
    visits: Counter[tuple[str, str]]

    def verdict(self, stay: Stay) -> StayVerdict:
        """The verdict of one stay."""
        return next(one for one in self.verdicts if (one.person, one.stay_id) == (stay.person, stay.stay_id))


def screen(
    hospital: Hospital, protocol: Protocol, codebook: Codebook, answers: Sequence[Row] = ()
) -> Screening:
    """Screen a hospital by a protocol that names a setting, a stay and a step of its criteria."""
    ward = read_ward(hospital, protocol, codebook, answers)
    steps = [step for step in protocol.eligibility if not step.complete]
    last = next(number for number, step in enumerate(steps) if step.criteria is not None)
    within = steps[last].review_within or 0
    verdicts, bare = {}, []
    for stay in ward.stays:
        mine = ward.readings_of(stay.person)
        literal = _judged(ward, stay, mine, within)
        evidence = in_place(mine, stay, ward.answers)
        verdicts[stay] = replace(
            literal, marked=marked(ward.definition, literal.tests, literal.criteria, evidence, mine)
        )
        bare.append(_judged(ward, stay, unflagged(ward.definition, mine), within))

    def ask(step: Eligibility, stay: Stay) -> str:
        return _fate(ward, step, stay, verdicts)

    of = {stay.person: [one for one in ward.stays if one.person == stay.person] for stay in ward.stays}
    patients = [way_of(stays, steps, last, verdicts, ask) for stays in of.values()]
    studied = {
        one.person: stay
        for one in patients
        for stay in ward.stays
        if one.is_chosen(last) and (stay.person, stay.stay_id) == (one.person, one.stay_id)
    }
    days = {
        person: moments(protocol, Calendar(ward, stay, verdicts[stay])) for person, stay in studied.items()
    }
    end = [one for one in patients if one.fate == IN and one.furthest == len(steps) - 1]
    return Screening(
        definition=ward.definition,
        stays=ward.stays,
        verdicts=list(verdicts.values()),
        unflagged=bare,
        set_aside=ward.set_aside,
        patients=patients,
        attrition=attrition(steps, patients),
        counts=Counts(
            in_setting=len(patients),
            further_episodes=sum(one.further_episodes for one in end),
            exposed_before_known=_exposed(ward, [days[one.person] for one in end]),
            reach=_reach(ward, [came_to(stays, steps[:last], ask) for stays in of.values()], verdicts),
        ),
        moments=days,
        worths={person: dict(_worths(ward, stay, days[person])) for person, stay in studied.items()},
        visits=ward.visits,
    )


def _judged(ward: Ward, stay: Stay, readings: Sequence[Reading], within: int) -> StayVerdict:
    evidence = in_place(readings, stay, ward.answers)
    recorded = [one for one in ward.readings_of(stay.person) if stay.holds(one.day)]
    return judge(stay, evidence, ward.definition, ward.window, within, recorded)


def _fate(ward: Ward, step: Eligibility, stay: Stay, verdicts: Mapping[Stay, StayVerdict]) -> str:
    """Which fate a step gives a stay."""
    if step.criteria is not None:
        verdict, need = verdicts[stay], ward.definition.need or 0
        is_within = verdict.lower >= need - (step.review_within or 0)
        return fate_by_criteria(step, verdict.truth if is_within else "could not be shown")
    if step.age is not None:
        persons = [row for row in ward.hospital.rows("person") if row["person_id"] == stay.person]
        return fate(step, age_truth(step.age, persons[0] if persons else None, stay))
    own, mine = ward.stays_of(stay.person), ward.readings_of(stay.person)
    return fate(step, findings_truth(step, ward.codebook, stay, own, mine, ward.answers))


# ---- What is told of who is in ----


def _worths(ward: Ward, stay: Stay, days: Days) -> Iterator[tuple[tuple[str, str], Bounds]]:
    """Each definition at each moment: what stands together then, of the stay, and what lasts for life."""
    readings = ward.readings_of(stay.person)
    for name, definition in ward.definitions.items():
        lasts = frozenset(
            finding
            for finding in findings_of(definition)
            if any(entry.lasts == "life" for entry in entries_of(ward.codebook, finding))
        )
        window = replace(ward.window, lasts=lasts)
        parts = [replace(definition, criteria=(one,)) for one in definition.criteria]
        standing = [(part, list(_evidence(ward, stay, readings, lasts, part))) for part in parts]
        for moment, day in days.items():
            worths = (worth_on(day, part, evidence, window) for part, evidence in standing)
            yield (name, moment), sum(worths, Bounds(0, 0))


def _evidence(
    ward: Ward, stay: Stay, readings: Sequence[Reading], lasts: Container[str], criterion: Definition
) -> Iterator[Reading]:
    """What a criterion counts: of a number an answer stands for the limit that was asked about alone."""
    asked, wanted = _numbers(ward.definition), _numbers(criterion)
    others = {test.finding for test in wanted if test not in asked}
    in_stay = in_place(readings, stay, ward.answers)
    answered = {one.finding for one in in_stay if one.is_answer} - others
    yield from (one for one in in_stay if one.finding not in others)
    for one in readings:
        if (one.finding in others and stay.holds(one.day)) or (
            one.finding in lasts and one.finding not in answered and not stay.holds(one.day)
        ):
            yield one


def _numbers(definition: Definition) -> list[Test]:
    return [test for _, test in numbered(definition) if isinstance(test, Number)]


def _exposed(ward: Ward, in_at_the_end: Sequence[Days]) -> int | None:
    """How many were given the drug of the study before the criteria were known to be met."""
    promised = ward.protocol.moments.items()
    given = [name for name, one in promised if one.during and _is_drug(ward, one.first or "")]
    met = [f"{name}.known" for name, one in promised if one.day_met]
    if not given or not met:
        return None
    return sum(days[given[0]] < days[met[0]] for days in in_at_the_end if {given[0], met[0]} <= days.keys())


def _is_drug(ward: Ward, finding: str) -> bool:
    return any("drug_exposure" in entry.tables for entry in entries_of(ward.codebook, finding))


def _reach(
    ward: Ward, came: Sequence[Sequence[Stay]], verdicts: Mapping[Stay, StayVerdict]
) -> tuple[int, ...]:
    """Of who came to the criteria, how many meet them in no stay and are short by at most 0, 1, 2, 3."""
    need = ward.definition.need or 0
    short = [need - max(verdicts[stay].lower for stay in stays) for stays in came if stays]
    return tuple(sum(0 < one <= most for one in short) for most in range(MOST_REACH + 1))
