"""The references of an analysis: what it names must be there, and of a kind that it can do something with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.evidence.page import Path, Slip
from caseseries.protocol.clauses.analysis import (
    Analysis,
    Compare,
    Entries,
    Incidence,
    Landmark,
    ListPatients,
    Regress,
    Relabel,
    Summarise,
    Survival,
    Trajectory,
)
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.comparisons import comparison_slips
from caseseries.protocol.names import Names
from caseseries.protocol.regressions import regression_slips
from caseseries.protocol.time_to_event import incidence_slips, survival_slips


def analysis_slips(names: Names, path: Path, analysis: Analysis) -> Iterator[Slip]:
    """What is not right with the variables, serials, moments and analyses that an analysis names."""
    match analysis:
        case ListPatients():
            yield from names.listed((*path, "variables"), analysis.variables)
        case Summarise():
            yield from names.listed((*path, "variables"), analysis.variables)
            yield from _no_text(names, (*path, "variables"), analysis.variables)
            yield from names.groups(path, analysis.by)
        case Survival():
            yield from survival_slips(names, path, analysis)
        case Incidence():
            yield from incidence_slips(names, path, analysis)
        case Compare():
            yield from comparison_slips(names, path, analysis)
        case Entries():
            need = "entries are counted over the levels of categories"
            yield from names.column((*path, "of"), analysis.of, ["categories"], need)
            need = "entries are set side by side by yes and no"
            yield from names.column((*path, "by"), analysis.by, ["yes/no"], need)
        case Trajectory():
            yield from names.serial((*path, "serial"), analysis.serial)
            yield from names.groups(path, analysis.by)
            yield from _folds(names, path, analysis)
        case Landmark():
            yield from names.serial((*path, "serial"), analysis.serial)
            yield from names.on_the_grid((*path, "at"), analysis.serial, analysis.at)
            yield from names.groups(path, analysis.by)
        case Relabel():
            analyses = [one.name for one in names.protocol.analyses]
            if slug(analysis.of) not in map(slug, analyses):
                yield from names.missing((*path, "of"), analysis.of, analyses, "analysis")
            relabelling = [one.name for one in names.protocol.analyses if isinstance(one, Relabel)]
            if slug(analysis.of) in map(slug, relabelling):
                mend = "Name the analysis that is to be repeated."
                yield Slip((*path, "of"), "a relabelling cannot be relabelled", mend)
            yield from names.column((*path, "variable"), analysis.variable)
        case Regress():
            yield from regression_slips(names, path, analysis)


def _no_text(names: Names, path: Path, listed: Sequence[str]) -> Iterator[Slip]:
    for place, name in enumerate(listed):
        column = names.protocol.column(name)
        if column is not None and column.kind == "text":
            mend = 'Leave it out here; an analysis that does = "list" shows it patient by patient.'
            yield Slip((*path, place), f'"{name}" is text, which cannot be summarised', mend)


def _folds(names: Names, path: Path, analysis: Trajectory) -> Iterator[Slip]:
    days = [day_number(text) for text in analysis.fold]
    for place, (text, day) in enumerate(zip(analysis.fold, days, strict=True)):
        yield from names.on_the_grid((*path, "fold", place), analysis.serial, text)
        if day == 1:
            found = "day 1 is what the other days are a multiple of"
            yield Slip((*path, "fold", place), found, "Name later days.")
        if day in days[:place]:
            yield Slip((*path, "fold", place), f'"{text}" is listed twice', "List each day once.")
