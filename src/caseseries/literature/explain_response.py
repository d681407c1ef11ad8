"""A printed fall that does not follow from its row: which pairs of values give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from caseseries.cases.series import CaseSeries
from caseseries.literature.search import Searched, Variant, Wanted, search
from caseseries.literature.slips import slips_of

Course = Mapping[int, float]
"""One patient's values by day, in the order of the days."""


def courses(cases: CaseSeries, serial: str) -> dict[str, Course]:
    """Of each patient who has any the values that are no bounds, by day; in the order of the rows."""
    keys = dict(zip(cases.table.select("patient", "episode").iter_rows(), cases.patients, strict=True))
    found: dict[str, dict[int, float]] = {name: {} for name in cases.patients}
    mine = cases.serials.filter(pl.col("name") == serial, pl.col("value").is_not_null()).sort("day")
    for patient, episode, day, value, sign in mine.select(
        "patient", "episode", "day", "value", "operator"
    ).iter_rows():
        if not sign and (patient, episode) in keys:
            found[keys[patient, episode]][day] = value
    return {name: course for name, course in found.items() if course}


def explain_response(print_: Wanted, patient: str, every: Mapping[str, Course]) -> Searched:
    """The pairs that give the printed fall: of the row, with a neighbouring row, and with one digit mistyped.

    A pair is an earlier value and a later one, the fall between them a share of the earlier. A slip of the
    eye stays in the column or goes on in it: from a neighbouring row either the first value or a later one.
    """
    names, mine = list(every), every[patient]
    place = names.index(patient)
    beside = [names[other] for other in (place - 1, place + 1) if 0 <= other < len(names)]
    stages = (
        list(_pairs(mine, mine, "")),
        [one for other in beside for one in _across(mine, every[other], other)],
        list(_mistyped(mine)),
    )
    return search(print_, stages)


def _pairs(first: Course, second: Course, whose: str) -> Iterator[Variant]:
    for day, value in first.items():
        for later, low in second.items():
            if later > day and value > 0:
                yield Variant(
                    f"{_said(value)} on day {day} to {_said(low)} on day {later}", 1 - low / value, whose
                )


def _across(mine: Course, other: Course, name: str) -> Iterator[Variant]:
    """The first value of one row with the later values of the other."""
    first, theirs = min(mine), min(other)
    yield from _pairs({first: mine[first]}, other, f"the latter of patient {name}")
    yield from _pairs({theirs: other[theirs]}, mine, f"the former of patient {name}")


def _mistyped(mine: Course) -> Iterator[Variant]:
    """The first value and the lowest later one, either with one slip in its digits."""
    first = min(mine)
    later: Sequence[tuple[int, float]] = [(day, value) for day, value in mine.items() if day > first]
    if not later or mine[first] <= 0:
        return
    day, low = min(later, key=lambda one: (one[1], one[0]))
    for text, how in slips_of(_plain(mine[first])):
        if float(text) > 0:
            yield Variant(f"{text} for {_said(mine[first])} on day {first} ({how})", 1 - low / float(text))
    for text, how in slips_of(_plain(low)):
        lowest = min(float(text), *(value for other, value in later if other != day), float(text))
        yield Variant(f"{text} for {_said(low)} on day {day} ({how})", 1 - lowest / mine[first])


def _plain(value: float) -> str:
    return f"{value:.12g}"


def _said(value: float) -> str:
    return f"{value:,.12g}"
