"""The present cohort: the study's own cases, counted as a published cohort is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from caseseries.cases.series import CaseSeries
from caseseries.literature.cohort_entry import PRESENT
from caseseries.literature.cohorts import Cause, Published
from caseseries.protocol.protocol import Protocol

HERE = Published(
    id=PRESENT,
    title="The present patients",
    n=1,
    source="the cases of this study",
    confidence="verified",
    horizon="last follow-up",
    present=True,
)


def present_cohort(cases: CaseSeries, protocol: Protocol, published: Sequence[Published]) -> Published | None:
    """The cases whose fate is known as a cohort; None where nobody's is. A row is a patient.

    Of a sheet they are the published cohort that is marked as the study's own, counted anew; of a hospital's
    records they are a cohort beside it. Their causes are those that a variable of categories holds.
    """
    alive = protocol.follow_up_variable("alive")
    if alive is None or not cases.has(alive.name):
        return None
    known = cases.table.filter(pl.col(alive.name).is_not_null())
    if not known.height:
        return None
    marked = next((one for one in published if one.present), HERE)
    own = HERE if cases.from_records else marked
    levels = dict.fromkeys(cause.level for one in published for cause in one.causes)
    return replace(
        own,
        n=known.height,
        survived=int(known[alive.name].sum()),
        causes=tuple(_causes(cases, known, alive.name, tuple(levels))),
    )


def with_present(published: Sequence[Published], present: Published | None) -> tuple[Published, ...]:
    """The published cohorts and the present one: in the place of its own publication, else behind them."""
    if present is None:
        return tuple(published)
    others = [replace(one, present=False) if one.id != present.id else present for one in published]
    return tuple(others) if present in others else (*others, present)


def _causes(cases: CaseSeries, known: pl.DataFrame, alive: str, levels: Sequence[str]) -> Iterator[Cause]:
    """Each level once, of the column that holds most of them: what somebody died of may be a cause, too.

    Of two alike the first: a derived one stands behind what it is made of.
    """
    seen: set[str] = set()
    columns = [one for one in cases.dictionary if one.kind in ("categories", "category")]
    for column in sorted(columns, key=lambda one: -len({*one.levels} & {*levels})):
        for level in column.levels:
            if level in levels and level not in seen:
                seen.add(level)
                has = pl.col(column.name)
                holds = has.list.contains(level) if column.kind == "categories" else has == level
                those = known.filter(holds)
                yield Cause(level, those.height, int(those[alive].sum()))
