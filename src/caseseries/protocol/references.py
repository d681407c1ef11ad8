"""The references of a protocol: what one clause says of another must be there, and of a kind that fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from caseseries.evidence.page import Path, Slip
from caseseries.evidence.problem import did_you_mean
from caseseries.protocol.analysis_references import analysis_slips
from caseseries.protocol.clauses.analysis import OWN
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import FirstOf, GreatestFall, Has, Take
from caseseries.protocol.moments import circle
from caseseries.protocol.names import Names, twins
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import all_of

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
        yield from analysis_slips(names, ("analysis", number), analysis)


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
        yield from names.listed(("eligibility", number, "complete"), step.complete)


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
