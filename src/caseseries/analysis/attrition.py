"""The attrition as numbers: how many came to each step, and where they went, each count under its id."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.analysis.ids import of_step, of_steps
from caseseries.analysis.results import Number, Result
from caseseries.cases.screening import Screening
from caseseries.evidence.attrition import Step
from caseseries.protocol.clauses.analysis import ATTRITION, Screen
from caseseries.stats.estimate import Estimate

Patients = tuple[str, ...]


def attrition(screening: Screening, kept: Patients) -> Result:
    """Every count from the database to the case series, whose patients are `kept`.

    Patients are named from the step of the criteria on, those who are out or open from the one behind it on:
    before that they are too many.
    """
    clause = Screen(name=ATTRITION, role="descriptive", does="screen")
    return Result(clause, (*_flow(screening, kept), *_beside(screening)))


def _flow(screening: Screening, kept: Patients) -> Iterator[Number]:
    flow = screening.attrition
    yield _count("patients", "Patients in the database", flow.patients, flow.patients)
    yield _count("in-setting", "Patients with a stay in the setting", flow.in_setting, flow.patients)
    outside = flow.patients - flow.in_setting
    yield _count("outside", "Patients without a stay in the setting", outside, flow.patients)
    pieces = of_steps(step.name for step in flow.steps)
    for place, (piece, step) in enumerate(zip(pieces, flow.steps, strict=True)):
        into, out, waiting = _named(screening, place, kept)
        yield _at(piece, "in", step, step.into, into)
        yield _at(piece, "out", step, step.out, out)
        yield _at(piece, "open", step, step.open, waiting)
        yield _at(piece, "not-shown", step, step.not_shown, ())
        questions = screening.questions[place]
        estimate = Estimate(questions, "count", step.open, "questions")
        yield Number(of_step(piece, "questions"), f"{step.title}: open questions", estimate, ())


def _beside(screening: Screening) -> Iterator[Number]:
    """What is counted beside the flow: exposures too early, further episodes, and what is left to ask."""
    flow, last = screening.attrition, screening.attrition.steps[screening.taken - 1].into
    if flow.exposed_before_known is not None:
        label = "Given the drug before the criteria were known to be met"
        yield _count("exposed-before-known", label, flow.exposed_before_known, last)
    estimate = Estimate(flow.further_episodes, "count", last, "episodes")
    yield Number(of_step("further-episodes", ""), "Further episodes of theirs, not analysed", estimate, ())
    estimate = Estimate(screening.unanswered, "count", last, "questions")
    yield Number(of_step("questions", ""), "Open questions about those who are in", estimate, ())
    waiting = sum(step.open for step in flow.steps)
    yield _count("open", "Patients who are open at any step", waiting, flow.in_setting)
    came = flow.steps[screening.asked].came
    for short, patients in enumerate(flow.reach):
        label = f"Charts to review, of patients short of the criteria by at most {short}"
        yield _count(f"reach.{short}", label, patients, came)


def _count(part: str, label: str, patients: int, among: int) -> Number:
    return Number(of_step(part, ""), label, Estimate(patients, "count", among, "patients"), ())


def _at(piece: str, fate: str, step: Step, patients: int, names: Patients) -> Number:
    said = f"{step.title}: {fate.replace('-', ' ')}"
    return Number(of_step(piece, fate), said, Estimate(patients, "count", step.came, "patients"), names)


def _named(screening: Screening, place: int, kept: Patients) -> tuple[Patients, Patients, Patients]:
    """Who is in, out and open at a step, where they are known by name."""
    if place < screening.taken:
        return screening.reached(place), screening.stopped(place, "out"), screening.stopped(place, "open")
    if place > screening.taken or place < len(screening.attrition.steps) - 1:
        return (), (), ()  # of several such steps it is not kept at which somebody went
    return kept, tuple(one for one in screening.reached(place - 1) if one not in set(kept)), ()
