"""The references of a protocol: what one clause says of another must be there, and of a kind that fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from caseseries.evidence.page import Path, Slip
from caseseries.evidence.problem import did_you_mean
from caseseries.protocol.clauses.analysis import (
    OWN,
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
from caseseries.protocol.clauses.variable import MEASURED, Derived, FirstOf, GreatestFall, Has, Take, Variable
from caseseries.protocol.comparisons import comparison_slips, how_many_groups
from caseseries.protocol.moments import circle
from caseseries.protocol.names import Names, twins
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import all_of

KIND = "kinds of event that compete are the levels of a category"
REGRESSED = (*sorted(MEASURED), "yes/no", "category")
"""The kinds of a variable that an outcome can be regressed on."""
KEPT = frozenset({"patient", "episode", "notes"})
"""The columns that every sheet can have, whatever the protocol promises."""


def reference_slips(protocol: Protocol, unread: frozenset[str] = frozenset()) -> Iterator[Slip]:
    """Every reference to nothing, to a thing of another kind, or to one name borne by two.

    Nothing is said against the words in `unread`: they may be names in clauses that could not be read.
    """
    names = Names(protocol, unread)
    yield from _names(protocol)
    yield from _hospital(names, protocol)
    yield from _variables(names, protocol)
    yield from _follow_up(names, protocol)
    yield from _derived(names, protocol)
    for number, analysis in enumerate(protocol.analyses):
        yield from _analysis(names, ("analysis", number), analysis)


def _names(protocol: Protocol) -> Iterator[Slip]:
    variables = [(("variable", number), one.name) for number, one in enumerate(protocol.variables)]
    serials = [(("serial", number), one.name) for number, one in enumerate(protocol.serials)]
    derived = [(("derived", number), one.name) for number, one in enumerate(protocol.derived)]
    yield from twins([*variables, *serials, *derived])
    for path, name in [*variables, *derived]:
        if name in KEPT:
            mend = "Give the variable another name."
            yield Slip((*path, "name"), f'the column "{name}" has a meaning of its own in every sheet', mend)
    yield from twins((("analysis", number), one.name) for number, one in enumerate(protocol.analyses))
    for number, one in enumerate(protocol.analyses):
        if slug(one.name) in OWN:
            found = f'the results keep the name "{one.name}" for what a screening counts'
            yield Slip(("analysis", number, "name"), found, "Give the analysis another name.")
    yield from twins((("eligibility", n), one.name) for n, one in enumerate(protocol.eligibility) if one.name)


def _hospital(names: Names, protocol: Protocol) -> Iterator[Slip]:
    if protocol.stay is not None:
        yield from names.criteria(("stay", "criteria"), protocol.stay.criteria)
    for name, moment in protocol.moments.items():
        yield from names.criteria(("moments", name, "day_met"), moment.day_met)
        yield from names.moment(("moments", name, "after"), moment.after)
        yield from names.moment(("moments", name, "until"), moment.until)
        if moment.sheet is not None:
            need = "a sheet tells a moment by a day"
            yield from names.column(("moments", name, "sheet"), moment.sheet, ["day"], need)
    round_trip = circle(protocol.moments)
    if round_trip:
        found = f"these moments rest on one another in a circle: {', '.join((*round_trip, round_trip[0]))}"
        yield Slip(
            ("moments", round_trip[0]), found, "Let one of them rest on the stay, or on a finding alone."
        )
    for number, step in enumerate(protocol.eligibility):
        yield from names.criteria(("eligibility", number, "criteria"), step.criteria)
        if step.age is not None:
            yield from names.moment(("eligibility", number, "age", "at"), step.age.at)
        yield from _listed(names, ("eligibility", number, "complete"), step.complete)


def _variables(names: Names, protocol: Protocol) -> Iterator[Slip]:
    if not protocol.variables and not names.unread:
        yield Slip(
            ("variable",), "there is no variable", "Write at least one, under the heading [[variable]]."
        )
    for number, variable in enumerate(protocol.variables):
        if isinstance(variable.take, Take):
            yield from _take(names, ("variable", number, "take"), variable.take)
    for number, serial in enumerate(protocol.serials):
        yield from names.moment(("serial", number, "counted_from"), serial.counted_from)


def _take(names: Names, path: Path, take: Take) -> Iterator[Slip]:
    yield from names.criteria((*path, "tally"), take.tally)
    yield from names.criteria((*path, "points"), take.points)
    for key in ("at", "day_of", "counted_from", "after", "until"):
        yield from names.moment((*path, key), getattr(take, key))
    if take.started is not None:
        yield from names.moment((*path, "started", "after"), take.started.after)
        yield from names.moment((*path, "started", "until"), take.started.until)


def _follow_up(names: Names, protocol: Protocol) -> Iterator[Slip]:
    if protocol.follow_up is not None:
        yield from names.moment(("follow_up", "counted_from"), protocol.follow_up.counted_from)
        yield from names.moment(("follow_up", "until"), protocol.follow_up.until)
    yield from _taken(names, "alive", "yes/no")
    yield from _taken(names, "time", "time")
    for number in names.taking("time"):
        unit = protocol.variables[number].unit
        if protocol.follow_up is not None and unit not in {None, protocol.follow_up.unit}:
            found = f'the follow-up is counted in {protocol.follow_up.unit}, and this variable in "{unit}"'
            mend = f'Write unit = "{protocol.follow_up.unit}", or change the unit of the follow-up.'
            yield Slip(("variable", number, "unit"), found, mend)


def _taken(names: Names, part: Literal["alive", "time"], kind: str) -> Iterator[Slip]:
    """What is not right with the variables that take a part from the follow-up."""
    for number in names.taking(part):
        variable = names.protocol.variables[number]
        if variable.kind != kind:
            found = f'what the follow-up gives as "{part}" is of kind "{kind}", not "{variable.kind}"'
            yield Slip(("variable", number, "kind"), found, f'Write kind = "{kind}".')
    for number in names.taking(part)[1:]:
        found = f'a second variable takes "{part}" from the follow-up'
        yield Slip(("variable", number, "take"), found, "Keep one of the two.")


def _derived(names: Names, protocol: Protocol) -> Iterator[Slip]:
    for number, derived in enumerate(protocol.derived):
        path, take = ("derived", number, "take"), derived.take
        if isinstance(take, GreatestFall):
            yield from names.serial((*path, "greatest_fall"), take.greatest_fall)
            yield from names.on_the_grid((*path, "as_share_of"), take.greatest_fall, take.as_share_of)
            continue
        need = 'a level is looked for in a variable of kind "categories"'
        slips = list(names.column((*path, "in"), take.in_, ["categories"], need))
        levels = next((one.levels for one in protocol.variables if one.name == take.in_), ())
        if levels and not slips:
            slips = list(_levels(path, take, levels))
        yield from slips


def _levels(path: Path, take: Has | FirstOf, levels: Sequence[str]) -> Iterator[Slip]:
    """That a level which is looked for is none, or that an order leaves one out."""
    asked = [((*path, "has"), take.has)] if isinstance(take, Has) else []
    if isinstance(take, FirstOf):
        asked = [((*path, "first_of", place), level) for place, level in enumerate(take.first_of)]
    slips = [
        Slip(where, f'"{level}" is not a level of "{take.in_}"', did_you_mean(level, levels))
        for where, level in asked
        if level not in levels
    ]
    yield from slips
    left = [f'"{level}"' for level in levels if isinstance(take, FirstOf) and level not in take.first_of]
    if left and not slips:
        found = f"the order leaves out {all_of(left)}: who has nothing else would be in no group"
        yield Slip(
            (*path, "first_of"), found, f'List every level of "{take.in_}", the one that counts first.'
        )


# ---- Analyses ----


def _analysis(names: Names, path: Path, analysis: Analysis) -> Iterator[Slip]:
    match analysis:
        case ListPatients():
            yield from _listed(names, (*path, "variables"), analysis.variables)
        case Summarise():
            yield from _listed(names, (*path, "variables"), analysis.variables)
            yield from _no_text(names, (*path, "variables"), analysis.variables)
            yield from _groups(names, path, analysis.by)
        case Survival():
            yield from _survival(names, path, analysis)
        case Incidence():
            yield from _followed(names, path, analysis)
            yield from names.column((*path, "of"), analysis.of, ["category"], KIND)
        case Compare():
            yield from comparison_slips(names, path, analysis)
        case Entries():
            need = "entries are counted over the levels of categories"
            yield from names.column((*path, "of"), analysis.of, ["categories"], need)
            need = "entries are set side by side by yes and no"
            yield from names.column((*path, "by"), analysis.by, ["yes/no"], need)
        case Trajectory():
            yield from names.serial((*path, "serial"), analysis.serial)
            yield from _groups(names, path, analysis.by)
            yield from _folds(names, path, analysis)
        case Landmark():
            yield from names.serial((*path, "serial"), analysis.serial)
            yield from names.on_the_grid((*path, "at"), analysis.serial, analysis.at)
            yield from _groups(names, path, analysis.by)
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
            need = "a regression is of a yes and no, or of survival"
            yield from names.column((*path, "outcome"), analysis.outcome, ["yes/no"], need)
            yield from _listed(names, (*path, "on"), analysis.on, REGRESSED)
            yield from _competing(names, path, analysis)
            yield from _regressed_from(names, path, analysis)


def _listed(names: Names, path: Path, listed: Sequence[str], kinds: Sequence[str] = ()) -> Iterator[Slip]:
    need = "it is regressed on what is measured, on yes and no, or on a category"
    for place, name in enumerate(listed):
        yield from names.column((*path, place), name, kinds, need)
        if name in listed[:place]:
            yield Slip((*path, place), f'"{name}" is listed twice', "List each variable once.")


def _no_text(names: Names, path: Path, listed: Sequence[str]) -> Iterator[Slip]:
    for place, name in enumerate(listed):
        column = names.protocol.column(name)
        if column is not None and column.kind == "text":
            mend = 'Leave it out here; an analysis that does = "list" shows it patient by patient.'
            yield Slip((*path, place), f'"{name}" is text, which cannot be summarised', mend)


def _groups(names: Names, path: Path, by: str | None) -> Iterator[Slip]:
    if by is not None:
        need = "groups are made by a yes/no or a category"
        yield from names.column((*path, "by"), by, ["yes/no", "category"], need)


def _folds(names: Names, path: Path, analysis: Trajectory) -> Iterator[Slip]:
    days = [day_number(text) for text in analysis.fold]
    for place, (text, day) in enumerate(zip(analysis.fold, days, strict=True)):
        yield from names.on_the_grid((*path, "fold", place), analysis.serial, text)
        if day == 1:
            found = "day 1 is what the other days are a multiple of"
            yield Slip((*path, "fold", place), found, "Name later days.")
        if day in days[:place]:
            yield Slip((*path, "fold", place), f'"{text}" is listed twice', "List each day once.")


def _regressed_from(names: Names, path: Path, analysis: Regress) -> Iterator[Slip]:
    """That moments are named for survival alone, and that the days of these are in the sheet."""
    alive = names.protocol.follow_up_variable("alive")
    is_survival = alive is not None and alive.name == analysis.outcome
    for key in ("counted_from", "entered"):
        moment = getattr(analysis, key)
        if moment is not None and not is_survival:
            found = "only survival is counted from a moment, and this outcome is another"
            yield Slip((*path, key), found, f"Leave {key} out.")
    if is_survival:
        yield from _clock(names, path, analysis)
    if analysis.entered is not None and analysis.kind is not None:
        mend = "Leave entered out, or kind and of."
        found = "the regression of competing events is of patients watched from the start"
        yield Slip((*path, "entered"), found, mend)


def _competing(names: Names, path: Path, analysis: Regress) -> Iterator[Slip]:
    """That kind and level of a competing event stand together, and that the regression is of survival."""
    if (analysis.kind is None) != (analysis.of is None):
        lacking, given = ("of", "kind") if analysis.of is None else ("kind", "of")
        mend = f'Write {lacking} = "..." beside it, or leave {given} out.'
        yield Slip((*path, given), "with competing events both kind and of are needed", mend)
        return
    if analysis.kind is None or analysis.of is None:
        return
    slips = list(names.column((*path, "kind"), analysis.kind, ["category"], KIND))
    column = names.protocol.column(analysis.kind)
    levels = column.levels if isinstance(column, Variable | Derived) else ()
    if levels and not slips and analysis.of not in levels:
        found = f'"{analysis.of}" is not a level of "{analysis.kind}"'
        slips = [Slip((*path, "of"), found, did_you_mean(analysis.of, levels))]
    yield from slips
    alive = names.protocol.follow_up_variable("alive")
    if alive is None or alive.name != analysis.outcome:
        found = "events compete over time, and this outcome has none"
        named = f": {alive.name}" if alive else ""
        mend = f"Write the variable that says who is alive as the outcome{named}."
        yield Slip((*path, "outcome"), found, mend)


def _survival(names: Names, path: Path, analysis: Survival) -> Iterator[Slip]:
    yield from _followed(names, path, analysis)
    if analysis.strata is not None:
        need = "strata are made by a yes/no or a category"
        yield from names.column(
            (*path, "strata"), analysis.strata, ["yes/no", "category"], need, analysis.by or ""
        )
    for key in ("strata", "weights", "test"):
        if getattr(analysis, key) is not None and analysis.by is None:
            yield Slip(
                (*path, key), "curves are tested between groups, and there are none", 'Add by = "...".'
            )
            return
    if analysis.strata is not None and analysis.strata == analysis.by:
        mend = "Write another variable, or leave strata out."
        yield Slip((*path, "strata"), "the groups themselves cannot be the strata", mend)
    lacking = {"log-rank, stratified": "strata", "log-rank, weighted": "weights"}.get(analysis.test or "")
    if lacking and getattr(analysis, lacking) is None:
        example = 'strata = "..."' if lacking == "strata" else "weights = { rho = 0, gamma = 1 }"
        yield Slip((*path, "test"), f"the test needs {lacking}, and there are none", f"Add {example}.")
    if analysis.test == "log-rank, exact":
        if analysis.entered is not None:
            mend = 'Write test = "log-rank", or leave entered out.'
            yield Slip((*path, "test"), "the exact test is of patients watched from the start", mend)
        groups = how_many_groups(names, analysis.by or "")
        if groups > 2:
            found = f'the exact log-rank test is of two groups, and "{analysis.by}" makes {groups}'
            yield Slip((*path, "test"), found, 'Write test = "log-rank".')


def _followed(names: Names, path: Path, analysis: Survival | Incidence) -> Iterator[Slip]:
    """What an analysis of time needs: groups, a follow-up, its two variables, days to move its start."""
    yield from _groups(names, path, analysis.by)
    follow_up = names.protocol.follow_up
    if follow_up is None and "follow_up" not in names.unread:
        mend = "Add the heading [follow_up], with counted_from, until and unit."
        yield Slip(path, "survival needs a follow-up, and none is written", mend)
    yield from _part(names, path, "alive", "yes/no", "who is alive at the end of follow-up")
    yield from _part(names, path, "time", "time", "how long each patient was followed")
    yield from _clock(names, path, analysis)


def _clock(names: Names, path: Path, analysis: Survival | Incidence | Regress) -> Iterator[Slip]:
    """That the moments of another clock are there, and their days in the sheet."""
    follow_up = names.protocol.follow_up
    yield from names.moment((*path, "counted_from"), analysis.counted_from)
    if follow_up is not None and analysis.counted_from not in {None, follow_up.counted_from}:
        for name in (analysis.counted_from, follow_up.counted_from):
            yield from _has_day(names, (*path, "counted_from"), name or "", "to move the start of the clock")
    entered = None if isinstance(analysis, Incidence) else analysis.entered
    yield from names.moment((*path, "entered"), entered)
    if entered is not None:
        yield from _has_day(names, (*path, "entered"), entered, "to know from when on each was watched")


def _has_day(names: Names, path: Path, name: str, purpose: str) -> Iterator[Slip]:
    """That a sheet holds the day of a moment."""
    moment = names.protocol.moments.get(name)
    if moment is not None and moment.sheet is None:
        found = f'{purpose}, the day of "{name}" must be in the sheet'
        mend = f'Add sheet = "..." to the moment "{name}", the name of a variable of kind "day".'
        yield Slip(path, found, mend)


def _part(names: Names, path: Path, part: Literal["alive", "time"], kind: str, says: str) -> Iterator[Slip]:
    """That no variable takes a part from the follow-up, with those that could."""
    if names.taking(part) or part in names.unread:
        return
    recipe = f'take = {{ follow_up = "{part}" }}'
    could = names.without_recipe(kind)
    mend = f'Add a variable of kind = "{kind}" with {recipe}.'
    if len(could) == 1:
        mend = f'Write {recipe} under the variable "{could[0]}".'
    elif could:
        mend = f"Write {recipe} under the variable that says so. {did_you_mean(part, could)}"
    yield Slip(path, f"survival needs a variable that says {says}", mend)
