"""Recipes: how one cell of the case series is taken from what the records say of one patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from caseseries.cases.parts import CERTAINTY, GRADE, HIGH, OPERATOR, TERM
from caseseries.cohort.answers import Answer
from caseseries.cohort.patient import Patient, Reading
from caseseries.criteria.definition import Definition
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.truth import Truth
from caseseries.evidence.units import Span, read_span
from caseseries.evidence.values import Operator, is_missing
from caseseries.protocol.clauses.variable import Serial, Take, Variable
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook


@dataclass(frozen=True)
class Cell:
    """A value, the rows that it rests on, and the parts that stand beside it; None is not known."""

    value: object = None
    because: tuple[str, ...] = ()
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Abstracting:
    """What every recipe needs beside the patient."""

    protocol: Protocol
    definitions: Mapping[str, Definition]
    codebook: Codebook
    met: Mapping[int, Bounds]
    """Of each studied stay how many criteria are met on the day that decides."""


def cell(variable: Variable, patient: Patient, study: Abstracting) -> Cell:
    """The cell of a variable, but for regimens (see `treatment`); empty where records cannot serve it."""
    take = variable.take
    if take == "review":
        return _reviewed(variable, patient)
    if not isinstance(take, Take):
        return Cell()
    recipes: tuple[tuple[object, Callable[[Variable, Take, Patient, Abstracting], Cell]], ...] = (
        (take.person, _person),
        (take.tally, _tally),
        (take.points, _points),
        (take.finding, _finding),
        (take.day_of, _day_of),
        (take.follow_up, _followed),
        (take.confirmed_by, _confirmed),
    )
    return next((recipe(variable, take, patient, study) for asked, recipe in recipes if asked), Cell())


# ---- The person ----


def _person(variable: Variable, take: Take, patient: Patient, study: Abstracting) -> Cell:
    because = (f"person:{patient.person}",)
    if take.person == "sex":
        level = next((one for one in variable.levels if one[:1].upper() == patient.sex), None)
        return Cell(level, because if level else ())
    if take.person != "age" or patient.youngest is None or patient.oldest is None:
        return Cell()
    # A birth year alone leaves two ages.
    return Cell(float(patient.youngest), because, {HIGH: float(patient.oldest)})


# ---- Criteria ----


def _tally(variable: Variable, take: Take, patient: Patient, study: Abstracting) -> Cell:
    """On the day that decides what the screening said; else the criteria as they stand on the day."""
    day, stay, bounds = patient.moments.get(take.at or ""), study.protocol.stay, study.met.get(patient.stay)
    moment = study.protocol.moments.get(take.at or "")
    if day and bounds and stay and moment and moment.day_met == take.tally == stay.criteria:
        return Cell(bounds.low, day.because, {HIGH: bounds.high})
    return _assessed(take.tally or "", take, patient, study)


def _points(variable: Variable, take: Take, patient: Patient, study: Abstracting) -> Cell:
    return _assessed(take.points or "", take, patient, study)


def _assessed(criteria: str, take: Take, patient: Patient, study: Abstracting) -> Cell:
    """The range of a count or a score by the evidence that stands together on a day."""
    day, stay = patient.moments.get(take.at or ""), study.protocol.stay
    if day is None or stay is None:
        return Cell()
    asked = study.definitions[stay.criteria]
    verdicts = patient.assess(study.definitions[criteria], day.day, stay, study.codebook, asked)
    because = (finding.origin for verdict in verdicts for finding in verdict.because)
    whole = sum((verdict.bounds for verdict in verdicts), Bounds(0, 0))
    return Cell(whole.low, tuple(dict.fromkeys(because)), {HIGH: whole.high})


# ---- Findings near a day ----


def _finding(variable: Variable, take: Take, patient: Patient, study: Abstracting) -> Cell:
    day = patient.moments.get(take.at or "")
    if day is None:
        return Cell()
    within = int(read_span(take.within).in_days()) if take.within else 0
    readings = patient.readings.get(take.finding or "", ())
    usable = in_unit(take.finding or "", readings, variable.unit or "")
    near = [one for one in usable if abs(one.day - day.day) <= within]
    one = min(near, key=CHOICES[take.choose or "nearest"](day.day), default=None)
    return Cell(one.value, (one.origin,), {OPERATOR: one.operator or None}) if one else Cell()


@dataclass(frozen=True, slots=True)
class Near:
    """A reading in the wanted unit."""

    day: int
    value: float
    operator: Operator
    origin: str


CHOICES: Mapping[str, Callable[[int], Callable[[Near], tuple[float, ...]]]] = {
    "nearest": lambda day: lambda one: (abs(one.day - day), one.day),
    "first": lambda day: lambda one: (one.day,),
    "last": lambda day: lambda one: (-one.day,),
    "highest": lambda day: lambda one: (-one.value, not one.operator.startswith(">"), one.day),
    "lowest": lambda day: lambda one: (one.value, not one.operator.startswith("<"), one.day),
}
"""By what the reading is chosen that comes first: of what is equal the earlier day, then the first row.

A bound is taken at its number; of two equal numbers the bound that reaches further counts: >500 before 500.
"""


def in_unit(finding: str, readings: Iterable[Reading], unit: str) -> list[Near]:
    """The readings that have a plausible number in a known unit, converted into `unit`."""
    return [near for one in readings if (near := _converted(finding, one, unit)) is not None]


def _converted(finding: str, one: Reading, unit: str) -> Near | None:
    kind = catalogue_entry(finding)
    if kind is None or one.value is None or not one.unit:
        return None
    value = kind.convert(one.value, one.unit, unit or kind.unit)
    is_plausible = kind.is_plausible(one.value, one.unit) or (one.operator in ("<", "<=") and one.value > 0)
    return Near(one.day, value, one.operator, one.origin) if value is not None and is_plausible else None


def on_grid(serial: Serial, patient: Patient) -> list[tuple[int, Near]]:
    """The values of a serial by its days: the nearest in tolerance, nothing after death, each used once.

    Of two days that could have a value the nearer has it, of two as near the earlier. Without a grid every
    day with a value from day 1 on is one.
    """
    start = patient.moments.get(serial.counted_from)
    if start is None:
        return []
    death = patient.moments.get("death")
    readings = [
        one for one in patient.readings.get(serial.finding, ()) if death is None or one.day <= death.day
    ]
    within = int(read_span(serial.within).in_days()) if serial.within and serial.days else 0
    days = serial.days or sorted({one.day - start.day + 1 for one in readings if one.day >= start.day})
    usable = in_unit(serial.finding, readings, serial.unit or "")
    pairs = [(abs(near.day - start.day + 1 - day), day, near) for day in days for near in usable]
    found: dict[int, Near] = {}
    used = set[str]()
    for _, day, near in sorted((one for one in pairs if one[0] <= within), key=_nearest_first):
        if day not in found and near.origin not in used:
            used.add(near.origin)
            found[day] = near
    return sorted(found.items())


def _nearest_first(pair: tuple[int, int, Near]) -> tuple[int, int, int]:
    """By how far a value is from a day of the grid, then the earlier day, then the earlier value."""
    off, day, near = pair
    return off, day, near.day


# ---- Days and follow-up ----


def hospital_day(day: int, patient: Patient) -> int:
    """The day of the stay: the day of admission is 1, the day before it 0."""
    return day - patient.first_day + 1


def _day_of(variable: Variable, take: Take, patient: Patient, study: Abstracting) -> Cell:
    day, zero = patient.moments.get(take.day_of or ""), patient.moments.get(take.counted_from or "")
    if day is None or zero is None:
        return Cell()
    return Cell(day.day - zero.day + 1, day.because)


def _followed(variable: Variable, take: Take, patient: Patient, study: Abstracting) -> Cell:
    """Alive until the last contact, or dead on the day of death; time from where the follow-up is counted.

    Neither is known of who died on a day that no record names.
    """
    follow_up = study.protocol.follow_up
    if follow_up is None:
        return Cell()
    death = patient.moments.get(follow_up.event)
    if death is None and patient.died_on_no_day:
        return Cell()
    end = death or patient.moments.get(follow_up.until)
    if end is None:
        return Cell()
    if take.follow_up == "alive":
        return Cell(death is None, end.because)
    start = patient.moments.get(follow_up.counted_from)
    if start is None or end.day < start.day:
        return Cell()
    month = read_span(study.protocol.conventions.month).in_days()
    time = Span(float(end.day - start.day), "days").in_unit(follow_up.unit, month)
    return Cell(time, (*start.because, *end.because))


# ---- What a person answered ----


def _reviewed(variable: Variable, patient: Patient) -> Cell:
    """Yes or no, or the levels that each reviewer named; where reviewers differ it is not known."""
    settled = patient.answers.get(variable.name)
    if settled is None:
        return Cell()
    if variable.kind == "yes/no":
        is_known, because = settled.truth is not Truth.UNKNOWN, (settled.origin, *settled.evidence)
        return Cell(settled.truth is Truth.MET, because) if is_known else Cell()
    said: dict[str, dict[str, Answer]] = {}
    for answer in settled.answers:
        said.setdefault(answer.who, {})[_level(answer.answer, variable)] = answer
    first, *others = said.values()
    if "" in first or any(set(one) != set(first) for one in others):
        return Cell()
    levels = [level for level in variable.levels if level in first]
    if variable.alone in levels and len(levels) > 1:
        return Cell()
    because = tuple(dict.fromkeys((settled.origin, *settled.evidence)))
    certainty = [_certainty([one[level] for one in said.values()], variable) for level in levels]
    if variable.kind == "categories":
        return Cell(levels, because, {CERTAINTY: certainty} if variable.certainty else {})
    return Cell(levels[0], because, {CERTAINTY: certainty[0]}) if len(levels) == 1 else Cell()


def _level(text: str, variable: Variable) -> str:
    return next((level for level in variable.levels if level.casefold() == text.casefold()), "")


def _certainty(answers: Iterable[Answer], variable: Variable) -> str | None:
    """The least certain of what was said; the first grade where nothing was."""
    grades = [
        next((place for place, grade in enumerate(variable.certainty) if grade == one.certainty), 0)
        for one in answers
    ]
    return variable.certainty[max(grades)] if variable.certainty else None


def _confirmed(variable: Variable, take: Take, patient: Patient, study: Abstracting) -> Cell:
    """An event that a person confirms: what was answered, with what happened as the reason."""
    settled = patient.answers.get(variable.name)
    if settled is None or settled.differ or is_missing(settled.answers[0].answer):
        return Cell(None, (), {TERM: None, GRADE: None})
    happened = settled.truth.name == "MET"
    term = settled.answers[0].reason if happened else None
    return Cell(happened, (settled.origin, *settled.evidence), {TERM: term, GRADE: None})
