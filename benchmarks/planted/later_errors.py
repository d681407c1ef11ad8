"""Thirteen further kinds of error of a sheet, invented without a look at the detector."""

from __future__ import annotations

from collections.abc import Callable

from drafts import Draft, truths
from errors import Truth
from later_courses import carried_forward, course_aside, flipped, other_response
from later_numbers import decimal_mark, hospital_day_zero, missing_as_number, other_unit
from later_rows import dragged_down, exchanged_columns, pasted_row, slipped_column, sorted_apart
from series import Rng, Series

LATER_KINDS: dict[str, Callable[[Series, Rng], Draft | None]] = {
    "row pasted twice": pasted_row,
    "columns exchanged": exchanged_columns,
    "column sorted apart": sorted_apart,
    "column slipped a row": slipped_column,
    "dragged down": dragged_down,
    "another unit": other_unit,
    "decimal mark": decimal_mark,
    "missing as a number": missing_as_number,
    "admission as day 0": hospital_day_zero,
    "course a column aside": course_aside,
    "carried forward": carried_forward,
    "flipped": flipped,
    "response by another rule": other_response,
}


def plant(kind: str, series: Series, rng: Rng) -> tuple[Series, tuple[Truth, ...]]:
    """A copy of the series with one error of the kind, and its truth: one for each sheet that it changed."""
    for _ in range(10_000):
        draft = LATER_KINDS[kind](series, rng)
        if draft is not None and draft.series != series:
            return draft.series, tuple(truths(kind, draft, series))
    raise ValueError(f"kind: nothing of this series can have the error {kind!r}")
