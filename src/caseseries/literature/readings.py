"""Readings of the data: as they stand, rounded before they were used, and with one patient otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from caseseries.analysis.columns import Rows, Values, measured
from caseseries.cases.series import CaseSeries
from caseseries.literature.explain_response import courses
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Derived, GreatestFall
from caseseries.protocol.protocol import Protocol
from caseseries.stats.rounding import half_up, truncated

MOST_CELLS = 6
"""Of so many cells that the printed column has otherwise, every set is tried; of more, each one and all."""
MOST_PATIENTS = 60
"""Of more patients nobody is left out, moved or relabelled by one: too many would hit by chance."""
PRINTED = "from the printed column"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: `how` in plain words, "" as it stands; the values, NaN where missing; the groups' rows."""

    how: str
    values: Values
    groups: tuple[Rows, ...]

    def of(self, group: int) -> Values:
        """The values of a group that are known."""
        values = self.values[self.groups[group]]
        return values[~np.isnan(values)]


def readings(
    cases: CaseSeries, protocol: Protocol, name: str, groups: tuple[Rows, ...], printed: str = ""
) -> list[list[Reading]]:
    """The readings of a measured column in its groups, in stages from the least departure to the greatest.

    As it stands, and where there is one from the `printed` column; single cells from the printed column;
    numbers rounded or cut off before they were used, a none left out, a fall counted otherwise; one patient
    left out, or counted in the other group. A reading that changes nothing is not tried.
    """
    own = Reading("", measured(cases, name), groups)
    print_ = Reading(PRINTED, measured(cases, printed), groups) if printed else None
    sources = [own, print_] if print_ else [own]
    is_share = cases.column(name).kind == "share"
    stages = [
        sources,
        *(_some_cells(cases, own, print_, is_share) if print_ else []),
        [other for one in sources for other in _inputs(one, is_share)]
        + _falls(cases, protocol, name, groups),
        [other for one in sources for other in one_otherwise(cases, one)],
    ]
    return [[one for one in stage if not _same(one, own) or one is own] for stage in stages]


def one_otherwise(cases: CaseSeries, own: Reading) -> Iterator[Reading]:
    """Each patient who counts left out, and counted in the other group; of many patients none."""
    among = np.logical_or.reduce(own.groups) & ~np.isnan(own.values)
    if among.sum() > MOST_PATIENTS:
        return
    for row in np.flatnonzero(among):
        name, mine = cases.patients[row], np.arange(cases.n) == row
        out = tuple(group & ~mine for group in own.groups)
        yield replace(own, how=_joined(own.how, f"without patient {name}"), groups=out)
        if len(own.groups) == 2:
            moved = tuple(group ^ mine for group in own.groups)
            yield replace(own, how=_joined(own.how, f"with patient {name} in the other group"), groups=moved)


def cells_otherwise(own: Values, printed: Values, is_share: bool) -> list[int]:
    """The rows in which the printed column has another value at the digits that it prints."""
    scale = 100 if is_share else 1
    both = np.flatnonzero(~np.isnan(own) & ~np.isnan(printed))
    shown = [f"{printed[row] * scale:.12g}" for row in both]
    digits = max((len(text.partition(".")[2]) for text in shown), default=0)
    return [
        int(row) for row in both if half_up(own[row] * scale, digits) != half_up(printed[row] * scale, digits)
    ]


def _some_cells(cases: CaseSeries, own: Reading, printed: Reading, is_share: bool) -> Iterator[list[Reading]]:
    """The rows with some cells from the printed column, in stages: one cell, two, and so on."""
    among = np.logical_or.reduce(own.groups)
    rows = [row for row in cells_otherwise(own.values, printed.values, is_share) if among[row]]
    sizes: Sequence[int] = range(1, len(rows) + 1) if len(rows) <= MOST_CELLS else (1, len(rows))
    for size in sizes:
        yield [_with_cells(cases, own, printed, list(some)) for some in combinations(rows, size)]


def _with_cells(cases: CaseSeries, own: Reading, printed: Reading, rows: list[int]) -> Reading:
    values = own.values.copy()
    values[rows] = printed.values[rows]
    names = [cases.patients[row] for row in rows]
    who = f"cell of patient {names[0]}"
    if len(names) > 1:
        who = f"cells of patients {', '.join(names[:-1])} and {names[-1]}"
    return replace(own, how=f"with the printed {who}, all else from the rows", values=values)


def _inputs(own: Reading, is_share: bool) -> Iterator[Reading]:
    scale, unit = (100, "percent") if is_share else (1, "numbers")
    for how, rounded, digits in (
        (f"rounded to whole {unit} first", half_up, 0),
        (f"cut off to whole {unit} first", truncated, 0),
        ("rounded to one decimal first", half_up, 1),
    ):
        values = np.array(
            [
                value if np.isnan(value) else float(rounded(value * scale, digits)) / scale
                for value in own.values
            ]
        )
        yield replace(own, how=_joined(own.how, how), values=values)
    among = np.logical_or.reduce(own.groups)
    if (own.values[among] == 0).any():
        without = np.where(own.values == 0, np.nan, own.values)
        yield replace(own, how=_joined(own.how, "zeros left out"), values=without)


def _falls(cases: CaseSeries, protocol: Protocol, name: str, groups: tuple[Rows, ...]) -> list[Reading]:
    """A greatest fall counted otherwise: a rise below zero, or to the last value and not to the lowest."""
    column = protocol.column(name)
    take = column.take if isinstance(column, Derived) else None
    if not isinstance(take, GreatestFall):
        return []
    first_day = day_number(take.as_share_of)
    every = courses(cases, take.greatest_fall)
    found: dict[str, list[float]] = {"rises counted below zero": [], "to the last value": []}
    for patient in cases.patients:
        course = every.get(patient, {})
        later = {day: value for day, value in course.items() if day > first_day}
        first = course.get(first_day, 0.0)
        is_there = bool(later) and first > 0
        found["rises counted below zero"].append(1 - min(later.values()) / first if is_there else np.nan)
        found["to the last value"].append(max(0.0, 1 - later[max(later)] / first) if is_there else np.nan)
    return [Reading(how, np.array(values), groups) for how, values in found.items()]


def _same(one: Reading, other: Reading) -> bool:
    groups = all((a == b).all() for a, b in zip(one.groups, other.groups, strict=True))
    return groups and bool(np.array_equal(one.values, other.values, equal_nan=True))


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
