"""Small cells: which counts to hide so that nobody can work out from the others one that is small.

A count is small where it is at least 1 and below the smallest that is shown. Hiding it is not enough where
the others add up to it. So a small count is safe only if another table, which would be printed the same, has
another number in its place; this is asked of every small count, and more are hidden until it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)
SMALLEST_OF_ALL = 3
"""The least that `smallest` may be: below it, "small" would say how many."""
DEAR = 10**9
"""A count that costs so much is hidden only where nothing else is left to hide."""
How = Literal["small", "large", "any"]
"""What is said of a hidden count: that it is small, that it is not, or nothing at all."""


@dataclass(frozen=True, slots=True)
class Count:
    """A count: how many, and how much is lost where it is hidden (the more, the later it is).

    `is_printed`: else it stands nowhere, and only must not be worked out. `is_known`: hiding it is of no use.
    """

    size: int
    cost: int = 1
    is_printed: bool = True
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Sum(Generic[Key]):
    """A total, and the parts that add up to it."""

    total: Key
    parts: tuple[Key, ...]


def to_hide(counts: Mapping[Key, Count], sums: Sequence[Sum[Key]], smallest: int) -> dict[Key, How]:
    """The printed counts to hide, and what may be said of each: "small", "large", or nothing.

    What is printed then, and that the sums hold, leave every small count, also one that stands nowhere, at
    least two values; where even hiding all that is connected with one would not, nothing is said of it.
    ValueError: a sum does not hold, or `smallest` is below 3, where "small" would say how many.
    """
    if smallest < SMALLEST_OF_ALL:
        raise ValueError(f"smallest: {SMALLEST_OF_ALL} or more is wanted, not {smallest}")
    for one in sums:
        if counts[one.total].size != sum(counts[part].size for part in one.parts):
            raise ValueError(f"the parts do not add up to {one.total}")
    hidden: dict[Key, How] = {
        key: "small"
        for key, count in counts.items()
        if count.is_printed and not count.is_known and 0 < count.size < smallest
    }
    while True:
        dear, bare = None, False
        for key in _laid_bare(counts, sums, hidden, smallest):
            more = _beside(key, counts, sums, hidden)
            if more is None:
                bare = bare or hidden.get(key, "any") != "any"
                hidden |= {key: "any"} if key in hidden else {}
            elif counts[more].cost < DEAR:
                break
            else:
                dear = dear or more
        else:
            more = dear
        if more is None and not bare:
            return _without_needless(counts, sums, hidden, smallest)
        hidden |= {} if more is None else {more: "large"}


def _without_needless(
    counts: Mapping[Key, Count], sums: Sequence[Sum[Key]], hidden: dict[Key, How], smallest: int
) -> dict[Key, How]:
    """The same without those of which it turned out that they need not be hidden, the dearest first."""
    told = set(_laid_bare(counts, sums, hidden, smallest))
    large = [key for key, how in hidden.items() if how == "large"]
    for key in sorted(large, key=lambda one: (-counts[one].cost, -counts[one].size)):
        fewer = {one: how for one, how in hidden.items() if one != key}
        if all(one in told for one in _laid_bare(counts, sums, fewer, smallest)):
            hidden = fewer
    return hidden


def _beside(
    key: Key, counts: Mapping[Key, Count], sums: Sequence[Sum[Key]], hidden: Mapping[Key, How]
) -> Key | None:
    """Of what is printed in a sum with it, or with those it is connected to, the cheapest."""
    reached, before = {key}, set[Key]()
    while reached != before:
        before = set(reached)
        touched = [each for each in sums if not reached.isdisjoint((each.total, *each.parts))]
        near = dict.fromkeys(one for each in touched for one in (each.total, *each.parts))
        able = [
            one
            for one in near
            if counts[one].is_printed and not counts[one].is_known and counts[one].size and one not in hidden
        ]
        if able:
            return min(able, key=lambda one: (counts[one].cost, counts[one].size))
        reached |= {one for one in near if one in hidden or not counts[one].is_printed}
    return None


# ---- From the chair of who would work it out ----


def _laid_bare(
    counts: Mapping[Key, Count], sums: Sequence[Sum[Key]], hidden: Mapping[Key, How], smallest: int
) -> Iterator[Key]:
    """The small counts that can have no other number than their own in any table printed the same."""
    keys = [key for key, count in counts.items() if key in hidden or not count.is_printed]
    place = {key: number for number, key in enumerate(keys)}
    truth = np.array([counts[key].size for key in keys], dtype=np.float64)
    rows = [row for row in dict.fromkeys(_open_part(one, place) for one in sums) if row]
    asked = [place[key] for key in keys if not counts[key].is_known and 0 < counts[key].size < smallest]
    most = float(sum(count.size for count in counts.values()) + smallest)
    lows, highs = np.zeros(len(keys)), np.full(len(keys), most)
    for key, how in hidden.items():
        lows[place[key]] = {"small": 1, "large": smallest, "any": 0}[how]
        highs[place[key]] = smallest - 1 if how == "small" else most
    away = _further(truth, rows, lows, highs)
    pending = dict.fromkeys(asked)
    for wanted in (asked, *([number] for number in asked)):
        for sign in (1.0, -1.0):
            left = [number for number in wanted if number in pending]
            if left:
                found = away(left, sign)
                pending = dict.fromkeys(one for one in pending if abs(found[one] - truth[one]) < 0.5)
        if len(wanted) == 1 and wanted[0] in pending:
            yield keys[wanted[0]]


def _open_part(one: Sum[Key], place: Mapping[Key, int]) -> tuple[tuple[int, int], ...]:
    """The unknowns of a sum with their signs; a table fits where they add up to what they truly add up to."""
    signed = [(one.total, -1), *((part, 1) for part in one.parts)]
    return tuple((place[key], sign) for key, sign in signed if key in place)


def _further(
    truth: NDArray[np.float64],
    rows: Sequence[tuple[tuple[int, int], ...]],
    lows: NDArray[np.float64],
    highs: NDArray[np.float64],
) -> Callable[[Sequence[int], float], NDArray[np.float64]]:
    """From some unknowns and a sign to a table printed the same, where they are least (1.0) or greatest."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import lil_array

    matrix = lil_array((max(len(rows), 1), len(truth)))
    for number, row in enumerate(rows):
        for column, sign in row:
            matrix[number, column] += sign
    sides = matrix.tocsr() @ truth
    held = LinearConstraint(matrix.tocsr(), sides, sides)

    def away(wanted: Sequence[int], sign: float) -> NDArray[np.float64]:
        aim = np.zeros(len(truth))
        aim[list(wanted)] = sign
        found = milp(aim, integrality=np.ones(len(truth)), bounds=Bounds(lows, highs), constraints=held)
        return truth if found.x is None else np.round(found.x)

    return away
