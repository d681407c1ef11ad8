"""Derived variables: computed from others, the same way for every patient, whoever collected them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from caseseries.cases.dictionary import derived_column
from caseseries.cases.keys import Key
from caseseries.cases.parts import OPERATOR, part_of
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Derived, FirstOf, GreatestFall
from caseseries.stats.trajectory import greatest_fall


def with_derived(cases: CaseSeries, derived: tuple[Derived, ...]) -> CaseSeries:
    """The cases with every derived variable whose parts they hold; one that they have is left alone."""
    for one in derived:
        if cases.has(one.name):
            continue
        column = derived_column(one)
        if isinstance(one.take, GreatestFall):
            cases = _with_greatest_falls(cases, column, one.take)
        elif not cases.has(one.take.in_):
            continue
        elif isinstance(one.take, FirstOf):
            cases = cases.with_column(column, _firsts(cases.table[one.take.in_], one.take))
        else:
            cases = cases.with_column(column, cases.table[one.take.in_].list.contains(one.take.has))
    return cases


def _firsts(levels: pl.Series, take: FirstOf) -> pl.Series:
    """Of each row's levels the one that the order names first; null where there is none."""
    held = [pl.when(levels.list.contains(level)).then(pl.lit(level)) for level in take.first_of]
    return pl.select(pl.coalesce(held)).to_series()


def _with_greatest_falls(cases: CaseSeries, column: Column, take: GreatestFall) -> CaseSeries:
    """The falls, and beside them an operator where the values that they rest on are bounds."""
    first_day = day_number(take.as_share_of)
    courses = (
        cases.serials.filter(pl.col("name") == take.greatest_fall)
        .group_by("patient", "episode", maintain_order=True)
        .agg("day", "value", pl.col("operator").fill_null(""))
    )
    falls: dict[Key, float | None] = {}
    operators: dict[Key, str] = {}
    for patient, episode, days, values, signs in courses.iter_rows():
        fall = greatest_fall(days, values, first_day=first_day).value
        falls[patient, episode] = fall
        if fall is not None and any(signs):
            operators[patient, episode] = _operator(list(zip(days, values, signs, strict=True)), first_day)
    keys = list(cases.table.select("patient", "episode").iter_rows())
    cases = cases.with_column(column, pl.Series([falls.get(key) for key in keys], dtype=pl.Float64))
    if not any(operators.values()):
        return cases
    name = part_of(column.name, OPERATOR)
    beside = pl.Series(name, [operators.get(key) or None for key in keys], dtype=pl.String)
    return replace(cases, table=cases.table.with_columns(beside))


def _operator(course: list[tuple[int, float, str]], first_day: int) -> str:
    """Whether the fall is at least (>=) or at most (<=) what the bounds give; ~ where it may be either."""
    later = [(value, sign) for day, value, sign in course if day > first_day]
    first = "".join(sign for day, _, sign in course if day == first_day)
    lowest = min(value for value, _ in later)
    deeper = ">" in first or any("<" in sign for _, sign in later)
    shallower = "<" in first or all(">" in sign for value, sign in later if value == lowest)
    return {(True, False): ">=", (False, True): "<=", (True, True): "~"}.get((deeper, shallower), "")
