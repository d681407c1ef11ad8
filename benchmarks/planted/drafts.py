"""A draft of a planted error, and its truth: what differs between the sheets before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from errors import Truth
from series import DAYS, Rng, Row, Series

COURSE = tuple(f"day {day}" for day in DAYS)
Cells = Mapping[int, Row]


@dataclass(frozen=True, slots=True)
class Draft:
    """A series with an error, its variant, and whose rows are part of it though nothing in them changed."""

    variant: str
    series: Series
    also: tuple[str, ...] = ()


def truths(kind: str, draft: Draft, before: Series) -> list[Truth]:
    found = []
    for table in ("patients", "ferritin"):
        old: tuple[Row, ...] = getattr(before, table)
        new: tuple[Row, ...] = getattr(draft.series, table)
        rows = [row for place, row in enumerate(new) if place >= len(old) or row != old[place]]
        if not rows:
            continue
        columns = {
            column
            for place, row in enumerate(new)
            for column in row
            if column != "patient" and (place >= len(old) or row[column] != old[place][column])
        }
        who = dict.fromkeys([*draft.also, *(row["patient"] for row in rows)])
        found.append(Truth(kind, draft.variant, table, tuple(who), tuple(sorted(columns))))
    return found


# ---- Changing and choosing ----


def retype(series: Series, table: str, cells: Cells) -> Series:
    rows: tuple[Row, ...] = getattr(series, table)
    return series.with_rows(table, {place: {**rows[place], **new} for place, new in cells.items()})


def value_of(text: str) -> float:
    return float(text.replace(",", ""))


def pick(rng: Rng, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


def pick_two(series: Series, rng: Rng) -> tuple[int, int]:
    one, other = (int(place) for place in rng.choice(len(series.patients), 2, replace=False))
    return one, other


def pick_stretch(rng: Rng, n: int, least: int, most: int) -> list[int]:
    length = int(rng.integers(least, min(most, n) + 1))
    start = int(rng.integers(n - length + 1))
    return list(range(start, start + length))
