"""Beside: those who were taken into the case series and those who were not, described and not compared."""

from __future__ import annotations

import polars as pl

from caseseries.analysis.results import Result
from caseseries.analysis.summary import summarise
from caseseries.cases.long_tables import KEY, LONG, frame
from caseseries.cases.parts import parted
from caseseries.cases.screening import Screening
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.analysis import BESIDE, Summarise
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import in_running_text

IN_SERIES = "in_the_case_series"


def beside(screening: Screening, cases: CaseSeries, protocol: Protocol) -> Result:
    """The baseline variables of the cases, and of those who went out at the last step of the screening."""
    both = side_by_side(screening, cases)
    *shown, group = both.dictionary
    clause = Summarise(
        name=BESIDE,
        role="descriptive",
        does="summarise",
        variables=tuple(one.name for one in shown),
        by=group.name,
    )
    return summarise(clause, both, protocol)


def side_by_side(screening: Screening, cases: CaseSeries) -> CaseSeries:
    """The cases and those beside them: the columns that both have, and at the end whether it is a case."""
    others = screening.beside
    shown = tuple(one for one in others.dictionary if cases.has(one.name) and one.kind != "text")
    group = _group(screening, {one.name for one in shown})
    kept = {*KEY, *(one.name for one in shown)}
    tables = [
        one.table.select(name for name in one.table.columns if parted(name)[0] in kept).with_columns(
            pl.lit(is_case).alias(group.name)
        )
        for one, is_case in ((cases, True), (others, False))
    ]
    return CaseSeries(
        table=pl.concat(tables, how="diagonal"),
        dictionary=(*shown, group),
        origins=pl.concat([one.origins.select(KEY) for one in (cases, others)]),
        **{name: frame([], schema) for name, schema in LONG.items()},
        sources=cases.sources,
        footnotes=tuple(dict.fromkeys((*cases.footnotes, *others.footnotes))),
    )


def _group(screening: Screening, taken: set[str]) -> Column:
    """The column that parts them, named for the last step of the screening where that has a name."""
    name = screening.attrition.steps[screening.taken - 1].name
    key = slug(name).replace("-", "_")
    if not key or key in taken or not key[:1].isalpha():
        return Column(IN_SERIES, "In the case series", "yes/no", yes="In the case series", no="Not in it")
    return Column(key, name.capitalize(), "yes/no", yes=name.capitalize(), no=f"Not {in_running_text(name)}")
