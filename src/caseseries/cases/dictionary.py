"""The dictionary: which columns a variable makes, by whatever road its values come."""

from __future__ import annotations

from collections.abc import Iterable

from caseseries.cases.parts import (
    CUMULATIVE,
    DAILY,
    DAYS,
    DOSE,
    GIVEN,
    GREATEST,
    INTERVAL,
    MEAN,
    MISSED,
    RESTARTS,
    ROUTE,
    part_of,
)
from caseseries.cases.series import Column
from caseseries.protocol.clauses.variable import Derived, Variable


def column_of(variable: Variable) -> Column:
    """The line of a variable: its title, kind, unit, levels and words for yes and no."""
    return Column(
        name=variable.name,
        title=variable.title,
        kind=variable.kind,
        unit="share" if variable.kind == "share" else variable.unit or "",
        levels=variable.levels,
        certainty=variable.certainty,
        yes=variable.yes or "",
        no=variable.no or "",
    )


def derived_column(derived: Derived) -> Column:
    """The line of a derived variable."""
    unit = "share" if derived.kind == "share" else ""
    return Column(
        derived.name,
        derived.title,
        derived.kind,
        unit,
        levels=derived.levels,
        yes=derived.yes or "",
        no=derived.no or "",
    )


def regimens_column(variable: Variable, given: Iterable[str]) -> Column:
    """The line of a variable of kind "regimens": its levels, then what else was `given`, by the alphabet."""
    others = sorted(set(given) - set(variable.levels), key=str.casefold)
    return Column(variable.name, variable.title, "regimens", levels=(*variable.levels, *others))


def regimen_columns(variable: Variable, units: Iterable[str], routes: Iterable[str]) -> tuple[Column, ...]:
    """The lines of a variable of kind "regimen": the text, and the parts that it fans out to but the days.

    The dose has a unit where all of `units` are one; `routes` are those that occur.
    """
    name, title = variable.name, variable.title
    found = {unit for unit in units if unit}
    return (
        Column(name, title, "regimen"),
        Column(part_of(name, GIVEN), f"{title}, given", "yes/no"),
        Column(part_of(name, DOSE), f"{title}, one dose", "number", found.pop() if len(found) == 1 else ""),
        Column(part_of(name, INTERVAL), f"{title}, between doses", "number", "hours"),
        Column(part_of(name, ROUTE), f"{title}, route", "category", levels=tuple(sorted(set(routes)))),
        Column(part_of(name, DAILY), f"{title}, a day", "number", "mg"),
    )


def days_column(variable: Variable) -> Column:
    """The line of the days on a regimen, which stands behind its other parts where the days are known."""
    return Column(part_of(variable.name, DAYS), f"{variable.title}, time on it", "count", "days")


def course_columns(variable: Variable) -> tuple[Column, ...]:
    """The lines of what only the rows of a hospital tell of a course, behind its other parts."""
    name, title = variable.name, variable.title
    return (
        Column(part_of(name, GREATEST), f"{title}, greatest a day", "number", "mg"),
        Column(part_of(name, MEAN), f"{title}, mean a day", "number", "mg"),
        Column(part_of(name, CUMULATIVE), f"{title}, in all", "number", "mg"),
        Column(part_of(name, MISSED), f"{title}, doses missed", "count"),
        Column(part_of(name, RESTARTS), f"{title}, restarts in the stay", "count"),
    )
