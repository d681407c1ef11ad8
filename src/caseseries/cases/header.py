"""The header: which column of a sheet is whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from caseseries.cases.grid import Grid
from caseseries.cases.names import heading
from caseseries.cases.parts import DAYS, part_of
from caseseries.evidence.problem import Problem, Problems, did_you_mean, some_of
from caseseries.protocol.clauses.variable import Variable
from caseseries.protocol.protocol import Protocol

NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Header:
    """`places`: variable (or NAME.days, or notes) -> column; `ticks`: variable -> level -> column.

    `left` are the columns that nobody promised, `missing` the promised ones that are not there.
    """

    patient: int
    episode: int | None
    places: Mapping[str, int]
    ticks: Mapping[str, Mapping[str, int]]
    left: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_header(grid: Grid, protocol: Protocol) -> Header:
    """Whose each column is, by name or by label. Raises Problems where no column tells patients apart."""
    at = {heading(name): index for index, name in enumerate(grid.header) if name}
    names = _names(protocol)
    found = {name: [at[word] for word in words if word in at] for name, words in names.items()}
    ticks = {one.name: _ticks(one, at, protocol) for one in protocol.variables if one.kind == "categories"}
    complete = {
        one.name: ticks[one.name]
        for one in protocol.variables
        if one.name in ticks and len(ticks[one.name]) == len(one.levels)
    }
    used = {place for places in found.values() for place in places}
    used |= {place for places in complete.values() for place in places.values()}
    left = tuple(name for index, name in enumerate(grid.header) if name and index not in used)
    problems = [
        *_missing(grid, protocol, {name for name, places in found.items() if places} | set(complete), ticks),
        *_twice(grid, found, complete),
    ]
    if not found["patient"]:
        raise Problems([_nobody(grid, left), *problems])
    return Header(
        patient=found["patient"][0],
        episode=found["episode"][0] if found["episode"] else None,
        places={name: places[0] for name, places in found.items() if places},
        ticks={name: places for name, places in complete.items() if not found[name]},
        left=left,
        problems=tuple(problems),
    )


def _names(protocol: Protocol) -> dict[str, tuple[str, ...]]:
    """The headings under which a column is looked for: its name, and its label where nobody else has it."""
    names: dict[str, tuple[str, ...]] = {"patient": ("patient",), "episode": ("episode",), NOTES: (NOTES,)}
    own = {*names, *(heading(one.name) for one in protocol.variables)}
    titles = Counter(heading(one.title) for one in protocol.variables)
    for one in protocol.variables:
        title = heading(one.title)
        names[one.name] = (heading(one.name),)
        if title not in own and titles[title] == 1:
            names[one.name] += (title,)
        if one.kind == "regimen":
            days = part_of(one.name, DAYS)
            names[days] = (heading(days),)
    return names


def _ticks(variable: Variable, at: Mapping[str, int], protocol: Protocol) -> dict[str, int]:
    """The yes/no columns of a categories variable: `viral infection`, or `cause: viral infection`.

    The bare level will do where no other variable has that name, that label or that level.
    """
    taken = {word for words in _names(protocol).values() for word in words}
    others = [one for one in protocol.variables if one.name != variable.name and one.kind == "categories"]
    taken |= {heading(level) for one in others for level in one.levels}
    found = {}
    for level in variable.levels:
        words = [heading(f"{variable.name}: {level}"), heading(f"{variable.name}.{level}")]
        words += [] if heading(level) in taken else [heading(level)]
        places = [at[word] for word in words if word in at]
        if places:
            found[level] = places[0]
    return found


def _missing(
    grid: Grid, protocol: Protocol, there: set[str], ticks: Mapping[str, Mapping[str, int]]
) -> Iterator[Problem]:
    """The promised columns that are not there. One that stands only in a published table need not be."""
    promised = {word for words in _names(protocol).values() for word in words}
    free = [name for name in grid.header if name and heading(name) not in promised]
    for variable in protocol.variables:
        if variable.name in there or variable.take == "print":
            continue
        begun = ticks.get(variable.name, {})
        lacking = [level for level in variable.levels if level not in begun]
        near = did_you_mean(variable.name, free)
        if not near.startswith("Did you mean"):
            near = did_you_mean(variable.title, free)
        mend = f'Name a column "{variable.name}", or take the variable out of the protocol.'
        if begun:
            mend = f"There are columns of its levels, but none of: {some_of(lacking)}. Add what is missing."
        elif near.startswith("Did you mean"):
            mend = f'{near.partition("? ")[0]}? Name that column "{variable.name}".'
        yield Problem(f"{grid.file}, header", f'the column "{variable.name}" is missing', mend)


def _twice(
    grid: Grid, found: Mapping[str, list[int]], complete: Mapping[str, Mapping[str, int]]
) -> Iterator[Problem]:
    """Variables that stand in two ways, of which one would be passed over."""
    for name, places in found.items():
        if len(places) > 1:
            both = " and ".join(f'"{grid.header[place]}"' for place in places)
            yield Problem(
                f"{grid.file}, header", f"the columns {both} are one variable", "Delete one of them."
            )
        elif places and name in complete:
            found_there = f'"{name}" stands in one column and in a column a level'
            yield Problem(f"{grid.file}, header", found_there, "Keep one or the other.")


def _nobody(grid: Grid, left: tuple[str, ...]) -> Problem:
    near = did_you_mean("patient", left)
    mend = 'Name the column that tells patients apart "patient".'
    if near.startswith("Did you mean"):
        mend = f'{near.partition("? ")[0]}? Name that column "patient".'
    return Problem(f"{grid.file}, header", 'the column "patient" is missing', mend)
