"""The plan: the promised analyses, done one after another, and what cannot be done said so."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from caseseries.analysis.attrition import attrition
from caseseries.analysis.beside import beside
from caseseries.analysis.cautions import (
    FEW_PATIENTS,
    Caution,
    clock_does_not_fit,
    few_patients,
    further_episodes,
    grouped_by_outcome,
    recalled,
    uncertain_labels,
)
from caseseries.analysis.columns import count, holds, patients_of, uncertain
from caseseries.analysis.comparison import compare
from caseseries.analysis.course import landmark, trajectory
from caseseries.analysis.incidence import incidence
from caseseries.analysis.multiplicity import with_adjusted
from caseseries.analysis.needed import columns_needed, moments_needed
from caseseries.analysis.overlap import entries
from caseseries.analysis.regression import regress
from caseseries.analysis.relabel import relabel
from caseseries.analysis.results import Result, Results
from caseseries.analysis.summary import list_patients, summarise
from caseseries.analysis.survival import survival
from caseseries.analysis.verdicts import verdicts
from caseseries.cases.clocks import days
from caseseries.cases.consistency.clocks import clock_checks
from caseseries.cases.derived import with_derived
from caseseries.cases.screening import Screening
from caseseries.cases.series import CaseSeries
from caseseries.evidence.pace import Tell, silent
from caseseries.protocol.clauses.analysis import (
    Analysis,
    Compare,
    Entries,
    Incidence,
    Landmark,
    ListPatients,
    Regress,
    Relabel,
    Rescreen,
    Summarise,
    Survival,
    Trajectory,
)
from caseseries.protocol.clauses.variable import Derived, FirstOf, Has
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment


def analyse(
    protocol: Protocol,
    cases: CaseSeries,
    tell: Tell = silent,
    screening: Screening | None = None,
) -> Results:
    """Every promised analysis on these cases, in the promised order; `tell` hears each name as it begins.

    One episode a patient is analysed, the first; what these cases cannot answer has its reason in `why_not`.
    With the `screening` that found them, what it counted stands beside the promised.
    """
    return analyse_first(protocol, *analysed(protocol, cases), tell, screening)


def analyse_first(
    protocol: Protocol,
    first: CaseSeries,
    further: int,
    tell: Tell,
    screening: Screening | None,
) -> Results:
    """As `analyse` does, of what `analysed` gave: the first episodes, and how many rows there are beside."""
    results = []
    for number, clause in enumerate(protocol.analyses, 1):
        say = _numbered(tell, number, len(protocol.analyses))
        say(clause.name)
        result = _done(clause, first, protocol, say)
        if not result.why_not:
            cautions = (*result.cautions, *_general(clause, first, protocol, further))
            result = replace(result, cautions=cautions)
        results.append(result)
    return Results(
        title=protocol.title,
        version=protocol.version,
        protocol=protocol.digest,
        conventions=protocol.conventions,
        sources=first.sources if screening is None else (*first.sources, *screening.sources),
        patients=first.patients,
        results=with_adjusted(results),
        screened=() if screening is None else _screened(screening, first, protocol),
    )


def _screened(screening: Screening, cases: CaseSeries, protocol: Protocol) -> tuple[Result, ...]:
    """How the cases were found: the attrition, the verdicts, and those who were not taken beside them."""
    kept = attrition(screening, cases.patients), verdicts(screening)
    return (*kept, beside(screening, cases, protocol)) if screening.beside.n else kept


def analysed(protocol: Protocol, cases: CaseSeries) -> tuple[CaseSeries, int]:
    """What is analysed: a patient's first episode, with what is derived; and how many rows are not."""
    return _first_episodes(with_derived(cases, protocol.derived))


def _numbered(tell: Tell, number: int, of: int) -> Tell:
    return lambda said: tell(f"{said} ({number} of {of})")


def _done(clause: Analysis, cases: CaseSeries, protocol: Protocol, tell: Tell = silent) -> Result:
    lacking = [name for name in dict.fromkeys(columns_needed(clause, protocol)) if not cases.has(name)]
    lacking += [
        f"the day of {a_moment(moment)}"
        for moment in moments_needed(clause, protocol)
        if days(cases, moment) is None
    ]
    if lacking:
        return Result(clause, why_not=f"Not possible: these cases do not hold {', '.join(lacking)}.")
    match clause:
        case ListPatients():
            return list_patients(clause, cases, protocol)
        case Summarise():
            return summarise(clause, cases, protocol)
        case Survival():
            return survival(clause, cases, protocol)
        case Incidence():
            return incidence(clause, cases, protocol)
        case Compare():
            return compare(clause, cases, protocol)
        case Entries():
            return entries(clause, cases, protocol)
        case Trajectory():
            return trajectory(clause, cases, protocol)
        case Landmark():
            return landmark(clause, cases, protocol)
        case Relabel():
            return relabel(clause, cases, protocol, _done, tell)
        case Regress():
            return regress(clause, cases, protocol)
        case Rescreen():
            source, there = ("these cases", "among them") if cases.from_records else ("a sheet", "in it")
            why_not = f"Not possible from {source}: who was looked for and not found is not {there}."
            return Result(clause, why_not=why_not)
        case _:
            return Result(
                clause, why_not=f'Promised, and not served by this version: does = "{clause.does}".'
            )


def _general(clause: Analysis, cases: CaseSeries, protocol: Protocol, further: int) -> list[Caution]:
    """What holds for an analysis as a whole, whatever its numbers."""
    needs = set(columns_needed(clause, protocol))
    footnotes = [one for one in cases.footnotes if one.kind == "recalled" and one.column in needs]
    said = list(dict.fromkeys(recalled(one.sentence) for one in footnotes))
    if cases.n < FEW_PATIENTS and not isinstance(clause, ListPatients):
        said.append(few_patients(cases.n))
    alive = protocol.follow_up_variable("alive")
    by = getattr(clause, "by", None)
    if alive is not None and by == alive.name:
        said.append(grouped_by_outcome(alive.title))
    if isinstance(clause, Survival | Incidence) and protocol.follow_up:
        for check in clock_checks(cases, protocol):
            if check.is_stated and check.impossible:
                moment = a_moment(check.moment)
                sentence = f"Counted from {moment}, something recorded comes after the end of follow-up"
                said.append(clock_does_not_fit(check.impossible, sentence))
    said += _uncertain(clause, cases, protocol)
    return said + ([further_episodes(further)] if further else [])


def _uncertain(clause: Analysis, cases: CaseSeries, protocol: Protocol) -> list[Caution]:
    """The labels on which the groups of an analysis rest, where they are less than certain."""
    levels: list[tuple[str, str]] = []
    for name in dict.fromkeys((getattr(clause, "by", None), getattr(clause, "outcome", None))):
        column = protocol.column(name) if name else None
        take = column.take if isinstance(column, Derived) else None
        if isinstance(take, Has):
            levels.append((take.in_, take.has))
        elif isinstance(take, FirstOf):
            levels += [(take.in_, level) for level in take.first_of]
        elif column is not None and column.kind == "category":
            levels += [(column.name, level) for level in column.levels]
    if isinstance(clause, Entries):
        levels += [(clause.of, level) for level in cases.column(clause.of).levels]
    said = []
    for name, level in levels:
        rows, labelled = uncertain(cases, name, level), holds(cases, name, level)
        if rows.any():
            surest = cases.column(name).certainty[0]
            said.append(uncertain_labels(level, patients_of(cases, rows), count(labelled), surest))
    return said


def _first_episodes(cases: CaseSeries) -> tuple[CaseSeries, int]:
    """One row a patient, the first episode, and the number of rows left out."""
    is_first = cases.table.select(pl.col("episode") == pl.col("episode").min().over("patient")).to_series()
    further = cases.n - int(is_first.sum())
    return (cases.only(is_first), further) if further else (cases, 0)
