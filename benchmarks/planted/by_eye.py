"""Six simple looks at a sheet, written after the trial: whether a reader could have seen what was missed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from drafts import COURSE, value_of
from series import Series

SORTABLE = ("age", "hscore", "ferritin", "day_diagnosed", "day_started", "anakinra.days", "months")
FEWEST = 4
"""Rows in which a number stays the same or counts up by one."""
SMALLEST = 1000
"""Values below this repeat by chance."""


def seen(before: Series, after: Series) -> bool:
    """Whether one of the looks sees something in the sheets that it did not see before the error."""
    return any(look(after) - look(before) for look in LOOKS)


def first_day_elsewhere(series: Series) -> set[str]:
    """Day 1 is empty, though the other sheet has its value."""
    return {
        row["patient"]
        for row, course in zip(series.patients, series.ferritin, strict=True)
        if row["ferritin"] and not course["day 1"]
    }


def treated_before_diagnosis(series: Series) -> set[str]:
    """The first dose is before the diagnosis, in however many patients."""
    return {row["patient"] for row in series.patients if int(row["day_started"]) < int(row["day_diagnosed"])}


def one_value_again(series: Series) -> set[str]:
    """A value of four digits or more is followed by the same in one course."""
    found = set()
    for course in series.ferritin:
        values = [course[column] for column in COURSE if course[column]]
        if any(one == other and value_of(one) >= SMALLEST for one, other in pairwise(values)):
            found.add(course["patient"])
    return found


def in_order(series: Series) -> set[str]:
    """A column of numbers goes up from the first row to the last."""
    columns = {
        name: [value_of(row[name]) for row in series.patients if _is_number(row[name])] for name in SORTABLE
    }
    return {name for name, values in columns.items() if values == sorted(values)}


def dragged(series: Series) -> set[str]:
    """A number stays the same, or counts up by one, over four rows or more."""
    found = set()
    for name in ("age", "hscore", "day_diagnosed", "anakinra.days"):
        steps = [int(other[name]) - int(one[name]) for one, other in pairwise(series.patients)]
        for at in range(len(steps) - FEWEST + 2):
            if steps[at : at + FEWEST - 1] in ([0] * (FEWEST - 1), [1] * (FEWEST - 1)):
                found.add(f"{name} of {series.patients[at]['patient']}")
    return found


def comma_for_point(series: Series) -> set[str]:
    """A time in months is written with a comma where all others have a point."""
    return {course["patient"] for course in series.ferritin if "," in course["months_printed"]}


LOOKS: tuple[Callable[[Series], set[str]], ...] = (
    first_day_elsewhere,
    treated_before_diagnosis,
    one_value_again,
    in_order,
    dragged,
    comma_for_point,
)


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).isdigit()
