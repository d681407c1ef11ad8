"""Abstracting: the patients of a cohort become a case series, the same as a hand-filled sheet would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from caseseries.cases.dictionary import column_of
from caseseries.cases.long_tables import MOMENTS, ORIGINS, SERIALS, SPELLS, UNREAD, frame
from caseseries.cases.parts import part_of
from caseseries.cases.recipes import Abstracting, Cell, cell, hospital_day, on_grid
from caseseries.cases.series import CaseSeries, Column, Footnote, Source
from caseseries.cases.shape import PARTS, TYPES, check
from caseseries.cases.spells import Row, footnotes_on_drugs
from caseseries.cases.treatment import treatment
from caseseries.cohort.cohort import Cohort
from caseseries.cohort.eligibility import IN, OUT
from caseseries.cohort.patient import Patient
from caseseries.criteria.definition import Definition
from caseseries.evidence.attrition import Attrition, Step
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.pace import Pace, Tell
from caseseries.protocol.clauses.variable import Take, Variable
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook


@dataclass(frozen=True)
class Abstracted:
    """The case series, those who came to its last step and were not taken, and the flow that led to it.

    `beside` holds the baseline variables alone, of who went out at the last step of the screening.
    `dropped` are those in whom a variable that must be known is not. `attrition` is the cohort's, with the
    steps behind it that ask for what must be known.
    """

    cases: CaseSeries
    beside: CaseSeries
    dropped: CaseSeries
    attrition: Attrition


def abstract(
    cohort: Cohort,
    protocol: Protocol,
    definitions: Mapping[str, Definition],
    codebook: Codebook,
    tell: Tell,
) -> Abstracted:
    """Fill the case series of a protocol from a cohort. Raises Problems where it has not its shape."""
    study = Abstracting(protocol, definitions, codebook, _met(cohort))
    last = cohort.last_step
    treated = _of(cohort, (pl.col("standing") == IN) & (pl.col("step") == last))
    others = _of(cohort, (pl.col("standing") == OUT) & (pl.col("step") == last))
    origin = Source(cohort.source, "database", cohort.digest, cohort.evidence.height)
    pace = Pace(tell, "abstracting", len(treated) + len(others), "chart")
    whole = _series(treated, protocol.variables, study, origin, pace)
    kept, steps = _complete(whole, protocol)
    return Abstracted(
        cases=check(whole.only(kept), protocol),
        beside=check(_baseline_alone(_series(others, baseline(protocol), study, origin, pace)), protocol),
        dropped=whole.only(~kept),
        attrition=replace(cohort.attrition, steps=(*cohort.attrition.steps, *steps)),
    )


def baseline(protocol: Protocol) -> tuple[Variable, ...]:
    """The variables known of whoever was not exposed: none that rests on the exposure or comes after it."""
    exposed = {
        name for name, one in protocol.moments.items() if (one.first and one.during) or one.last_of_course
    }
    return tuple(one for one in protocol.variables if _is_baseline(one, exposed))


def _is_baseline(variable: Variable, exposed: set[str]) -> bool:
    take = variable.take
    if take == "review":
        return True
    if not isinstance(take, Take) or take.course or take.courses or take.follow_up or take.proposed_by:
        return False
    return not exposed & {take.at, take.day_of, take.counted_from}


def _baseline_alone(cases: CaseSeries) -> CaseSeries:
    """The series without what came later: no course of values, and no day on which anything happened."""
    return replace(cases, serials=frame((), SERIALS), moments=frame((), MOMENTS))


def _of(cohort: Cohort, which: pl.Expr) -> tuple[Patient, ...]:
    chosen = set(cohort.patients.filter(which)["person_id"].to_list())
    return tuple(patient for patient in cohort.people if patient.person in chosen)


def _met(cohort: Cohort) -> dict[int, Bounds]:
    whole = cohort.verdicts.filter(pl.col("criterion") == "").select("stay_id", "low", "high")
    return {stay: Bounds(low, high) for stay, low, high in whole.iter_rows()}


# ---- One series ----


@dataclass(frozen=True)
class _Part:
    """What one variable has become: columns, their lines in the dictionary, origins and long rows."""

    columns: dict[str, pl.Series]
    dictionary: tuple[Column, ...]
    origins: dict[str, pl.Series]
    spells: tuple[Row, ...] = ()
    unread: tuple[Row, ...] = ()


def _series(
    patients: Sequence[Patient],
    variables: Iterable[Variable],
    study: Abstracting,
    source: Source,
    pace: Pace,
) -> CaseSeries:
    key = {
        "patient": pl.Series("patient", [str(one.person) for one in patients], dtype=pl.String),
        "episode": pl.Series("episode", [1] * len(patients), dtype=pl.Int64),
    }
    taken = [one for one in variables if one.take not in (None, "print")]
    plain = [one for one in taken if one.kind not in ("regimen", "regimens")]
    rows = [[cell(one, patient, study) for one in plain] for patient in pace.over(patients)]
    cells = {one.name: [row[place] for row in rows] for place, one in enumerate(plain)}
    parts = [
        _column(one, cells[one.name]) if one.name in cells else _given(one, patients, study) for one in taken
    ]
    drugs = [
        column.name for part in parts for column in part.dictionary if column.kind in ("regimen", "regimens")
    ]
    return CaseSeries(
        table=pl.DataFrame(key | {name: one for part in parts for name, one in part.columns.items()}),
        dictionary=tuple(column for part in parts for column in part.dictionary),
        origins=pl.DataFrame(key | {name: one for part in parts for name, one in part.origins.items()}),
        serials=frame(_serials(patients, study), SERIALS),
        spells=frame((row for part in parts for row in part.spells), SPELLS),
        moments=frame(_moments(patients), MOMENTS),
        unread=frame((row for part in parts for row in part.unread), UNREAD),
        sources=(source,),
        footnotes=(
            *(note for name in drugs for note in footnotes_on_drugs(name)),
            *_on_follow_up(patients, study.protocol),
        ),
    )


def _on_follow_up(patients: Sequence[Patient], protocol: Protocol) -> Iterable[Footnote]:
    """Who went to a hospice, which is near to death and no recovery, and how the others were last seen."""
    alive = protocol.follow_up_variable("alive")
    if alive is None or protocol.follow_up is None:
        return
    hospice = sum(one.went_to_hospice for one in patients)
    if hospice:
        said = (
            f"{hospice} of {len(patients)} went to a hospice: who is not known to have died counts as alive "
            "when last seen."
        )
        yield Footnote(alive.name, "source", said)
    last = [
        one.moments[protocol.follow_up.until].because
        for one in patients
        if protocol.follow_up.event not in one.moments and protocol.follow_up.until in one.moments
    ]
    by_laboratory = sum(all(row.startswith("measurement:") for row in rows) for rows in last)
    if by_laboratory:
        said = f"Of {len(last)} not known to have died, {by_laboratory} were last seen by a laboratory alone."
        yield Footnote(alive.name, "source", said)


def _given(variable: Variable, patients: Sequence[Patient], study: Abstracting) -> _Part:
    """Of a variable that is a treatment."""
    assert isinstance(variable.take, Take)  # no reviewer can be asked for one
    given, because = treatment(variable, variable.take, patients, study.codebook)
    rows = _origins(variable.name, because)
    origins = {one.name: rows.alias(one.name) for one in given.dictionary}
    return _Part(given.columns, given.dictionary, origins, given.spells, given.unread)


def _column(variable: Variable, cells: Sequence[Cell]) -> _Part:
    """Of any other."""
    column = column_of(variable)
    columns = {variable.name: pl.Series(variable.name, [one.value for one in cells], TYPES[variable.kind])}
    for part, dtype in PARTS.get(variable.kind, {}).items():
        name = part_of(variable.name, part)
        values = pl.Series(name, [None if one.value is None else one.parts.get(part) for one in cells], dtype)
        # The upper ends of ranges stand there where somebody has a range.
        is_told = values.null_count() < len(values) and not values.equals(columns[variable.name])
        if is_told or column.certainty or variable.kind == "event":
            columns[name] = values
    return _Part(columns, (column,), {variable.name: _origins(variable.name, [one.because for one in cells])})


def _origins(name: str, because: Iterable[tuple[str, ...]]) -> pl.Series:
    return pl.Series(name, [ORIGINS.join(rows) or None for rows in because], dtype=pl.String)


# ---- Long tables ----


def _serials(patients: Sequence[Patient], study: Abstracting) -> Iterable[Row]:
    for patient in patients:
        for serial in study.protocol.serials:
            for day, near in on_grid(serial, patient):
                yield str(patient.person), 1, serial.name, day, near.value, near.operator or None, near.origin


def _moments(patients: Sequence[Patient]) -> Iterable[Row]:
    for patient in patients:
        for name, one in patient.moments.items():
            yield str(patient.person), 1, name, hospital_day(one.day, patient), ORIGINS.join(one.because)


# ---- The step that asks for what must be known ----


def _complete(cases: CaseSeries, protocol: Protocol) -> tuple[pl.Series, tuple[Step, ...]]:
    """Which rows hold all that must be known, and the steps that drop the others."""
    kept = pl.Series("kept", [True] * cases.n, dtype=pl.Boolean)
    steps = []
    for step in protocol.eligibility:
        if not step.complete:
            continue
        there = [name for name in step.complete if cases.has(name)]
        known = pl.Series("kept", [True] * cases.n, dtype=pl.Boolean)
        for name in there:
            known &= cases.table[name].is_not_null()
        before = int(kept.sum())
        kept &= known
        lacking = [f"{int((~cases.table[name].is_not_null()).sum())} lack {name}" for name in there]
        steps.append(
            Step(
                title=step.keep or step.drop or "",
                into=int(kept.sum()),
                out=before - int(kept.sum()),
                open=0,
                not_shown=0,
                name=step.name or "",
                notes=tuple(one for one in lacking if not one.startswith("0 ")),
            )
        )
    return kept, tuple(steps)
