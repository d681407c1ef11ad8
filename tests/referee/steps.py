"""Steps: what each asks of a stay or a patient (docs/screening.md, "Patients"), and the fate that follows."""

from __future__ import annotations

from collections.abc import Sequence

from tests.referee.answers import Answered, in_place
from tests.referee.reading import Reading, Row, says
from tests.referee.rows import entries_of
from tests.referee.stays import Stay, birthdays, completed_years

from caseseries.evidence.truth import Truth
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.hospital import Age, Eligibility
from caseseries.records.codebook import Codebook

IN, OUT, OPEN, NOT_SHOWN = "in", "out", "open", "could not be shown"
FATES = (IN, OPEN, NOT_SHOWN, OUT)
"""Of several stays of a patient the first of these decides."""


def fate(step: Eligibility, truth: Truth) -> str:
    """In or out, as the step keeps or drops; the unknown have the fate that it promises, or are open."""
    if truth is Truth.UNKNOWN:
        return {"keep": IN, "drop": OUT, "review": OPEN}[step.if_unknown or "review"]
    return IN if (truth is Truth.MET) == (step.keep is not None) else OUT


def fate_by_criteria(step: Eligibility, verdict: str) -> str:
    """The fate of a stay by its verdict; out of reach of review it could not be shown."""
    if verdict == "could not be shown":
        return NOT_SHOWN
    return fate(step, {"met": Truth.MET, "not met": Truth.NOT_MET}.get(verdict, Truth.UNKNOWN))


# ---- Age ----


def age_truth(age: Age, person: Row | None, stay: Stay) -> Truth:
    """Whether the completed years on the day of admission are those that are asked."""
    born = birthdays(person)
    if born is None:
        return Truth.UNKNOWN
    oldest, youngest = (completed_years(day, stay.start) for day in born)
    said = {_is_asked(age, years) for years in range(youngest, oldest + 1)}
    if said == {True}:
        return Truth.MET
    return Truth.NOT_MET if said == {False} else Truth.UNKNOWN


def _is_asked(age: Age, years: int) -> bool:
    return not (
        (age.above is not None and not years > read_span(age.above).in_unit("years"))
        or (age.at_least is not None and not years >= read_span(age.at_least).in_unit("years"))
        or (age.below is not None and not years < read_span(age.below).in_unit("years"))
        or (age.at_most is not None and not years <= read_span(age.at_most).in_unit("years"))
    )


# ---- Findings ----


def findings_truth(
    step: Eligibility,
    codebook: Codebook,
    stay: Stay,
    stays: Sequence[Stay],
    readings: Sequence[Reading],
    answers: Answered,
) -> Truth:
    """The greatest truth of the findings of `any_of`, or the least of those of `all_of`.

    `stays` and `readings` are all of the patient's; `stay` is the studied one.
    """
    truths = [
        _finding(name, codebook, stay, stays, readings, answers) for name in (*step.any_of, *step.all_of)
    ]
    return max(truths) if step.any_of else min(truths)


def _finding(
    name: str,
    codebook: Codebook,
    stay: Stay,
    stays: Sequence[Stay],
    readings: Sequence[Reading],
    answers: Answered,
) -> Truth:
    entries = entries_of(codebook, name)
    mine = [reading for reading in readings if reading.finding.casefold() == name.casefold()]
    named = {key: one for key, one in answers.items() if key[1].casefold() == name.casefold()}
    if any(entry.lasts == "life" for entry in entries):
        there = [one for any_stay in stays for one in in_place(mine, any_stay, named)]
        there += [one for one in mine if not any(any_stay.holds(one.day) for any_stay in stays)]
    else:
        there = in_place(mine, stay, named)
    said = {says(reading, None) for reading in there}
    if Truth.MET in said:
        return Truth.MET
    if Truth.NOT_MET in said:
        return Truth.NOT_MET
    if Truth.UNKNOWN in said:
        return Truth.UNKNOWN
    for silent in (entry.silent for entry in entries):
        if silent.means == "absent" and (silent.since is None or silent.since <= stay.start):
            return Truth.NOT_MET
    return Truth.UNKNOWN
