"""The best ever: what a greatest fall owes to how long and how often somebody was measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from caseseries.analysis.cautions import Caution, best_ever, not_promised
from caseseries.analysis.columns import Book, Split, bounds_of_serial, values_after
from caseseries.analysis.ids import joined
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Compare
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Derived, GreatestFall
from caseseries.protocol.protocol import Protocol
from caseseries.stats.length_bias import LengthBias, best_ever_under_null

UNDER_NULL = "under-null"


def enter_follow_up_alone(
    book: Book, protocol: Protocol, clause: Compare, groups: Sequence[Split]
) -> list[Caution]:
    """Where the outcome is a greatest fall: enter what follow-up alone would make of it, and warn of it.

    The courses are drawn anew on the patients' own days, as if they had nothing to do with the group. Of more
    than two groups the warning alone comes, without a size.
    """
    column = protocol.column(clause.outcome)
    if not isinstance(column, Derived) or not isinstance(column.take, GreatestFall):
        return []
    serial, first_day = column.take.greatest_fall, day_number(column.take.as_share_of)
    if len(groups) != 2:
        return [best_ever(None, None, "", ""), *bounds_of_serial(book.cases, serial)]
    counted = values_after(book.cases, serial, first_day)
    values = [float(np.median(counted[one.rows])) if one.rows.any() else None for one in groups]
    bias = _drawn(book.cases, serial, first_day, groups, protocol.conventions.seed)
    rows = groups[0].rows | groups[1].rows
    for one, expected in zip(groups, (bias.first, bias.second), strict=True):
        label = f"{column.title} if it had nothing to do with the group ({one.group.title}), median"
        book.enter(joined(one.group.key, UNDER_NULL), label, expected, one.rows)
    for part, label, estimate in (
        ("bias", "Difference that follow-up alone would make", bias.bias),
        ("rejected", "Error of the test at 5 % on these days", bias.rejected),
        ("seen", "Difference of medians seen, its p with the follow-up taken into account", bias.seen),
    ):
        said = [not_promised()] if estimate.p is not None else []
        book.enter(joined(UNDER_NULL, part), label, estimate, rows, cautions=said)
    names = groups[0].group.title, groups[1].group.title
    under_null = None if bias.bias.value is None else (bias.first.shown, bias.second.shown)
    return [best_ever(values[0], values[1], *names, under_null), *bounds_of_serial(book.cases, serial)]


def _drawn(cases: CaseSeries, serial: str, first_day: int, groups: Sequence[Split], seed: int) -> LengthBias:
    """The null drawn on the days of these patients; whole courses, since a course goes on as it began."""
    mine = cases.serials.filter(pl.col("name") == serial).sort("patient", "episode", "day")
    courses = {
        (patient, episode): (days, values)
        for patient, episode, days, values in mine.group_by("patient", "episode", maintain_order=True)
        .agg("day", "value")
        .iter_rows()
    }
    keys = list(cases.table.select("patient", "episode").iter_rows())
    # In an order of their own: that of the rows must change no number.
    taken = sorted(
        (bool(groups[1].rows[row]), *courses.get(keys[row], ([], [])))
        for row in np.flatnonzero(groups[0].rows | groups[1].rows)
    )
    return best_ever_under_null(
        [days for _, days, _ in taken],
        [values for *_, values in taken],
        [not is_second for is_second, *_ in taken],
        seed=seed,
        steps="whole courses",
        first_day=first_day,
    )
