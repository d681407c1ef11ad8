"""Derived variables: computed from others, the same way for every patient, whoever collected them."""

from __future__ import annotations

import polars as pl

from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Derived, GreatestFall, Has
from caseseries.stats.trajectory import greatest_fall


def with_derived(cases: CaseSeries, derived: tuple[Derived, ...]) -> CaseSeries:
    """The cases with every derived variable whose parts they hold."""
    for one in derived:
        unit = "share" if one.kind == "share" else ""
        column = Column(one.name, one.title, one.kind, unit, yes=one.yes or "", no=one.no or "")
        if isinstance(one.take, Has) and cases.has(one.take.in_):
            cases = cases.with_column(column, cases.table[one.take.in_].list.contains(one.take.has))
        elif isinstance(one.take, GreatestFall):
            cases = cases.with_column(column, _greatest_falls(cases, one.take))
    return cases


def _greatest_falls(cases: CaseSeries, take: GreatestFall) -> pl.Series:
    first_day = day_number(take.as_share_of)
    series = cases.serials.filter(pl.col("name") == take.greatest_fall)
    falls = {
        (patient, episode): greatest_fall(rows["day"].to_numpy(), rows["value"].to_numpy(), first_day=first_day).value
        for (patient, episode), rows in series.group_by("patient", "episode", maintain_order=True)
    }
    keys = cases.table.select("patient", "episode").iter_rows()
    return pl.Series([falls.get(key) for key in keys], dtype=pl.Float64)
