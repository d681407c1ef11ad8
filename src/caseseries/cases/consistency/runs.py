"""Runs: values that follow one another in one patient's course, and in another's too."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from caseseries.cases.consistency.chance import UNLIKELY, Chance, one_in
from caseseries.cases.consistency.question import Question
from caseseries.cases.consistency.tables import plainly
from caseseries.cases.keys import label
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import Serial
from caseseries.protocol.protocol import Protocol

MOST_SHARED = 200
"""More pairs of values that are shared are of a coarse measurement, or of a sheet in which rows repeat."""
NEAR = 2.0
"""Values within this factor of one another are as frequent as one another."""
WHY = "In one of the courses they may be a copying slip, and which cannot be told from the sheet."


def run_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Two or more values in a row that stand in two courses, and have too many digits for chance."""
    for serial in protocol.serials:
        mine = cases.serials.filter((pl.col("name") == serial.name) & pl.col("operator").is_null())
        mine = mine.sort("patient", "episode", "day").with_row_index("at")
        if mine.height:
            yield from _shared(serial, mine)


def _shared(serial: Serial, mine: pl.DataFrame) -> Iterator[Question]:
    following = mine.with_columns(
        same=(pl.col("patient").shift(-1) == pl.col("patient"))
        & (pl.col("episode").shift(-1) == pl.col("episode")),
        after=pl.col("value").shift(-1),
    ).filter(pl.col("same") & (pl.col("value") != pl.col("after")))
    twice = following.filter(pl.struct("value", "after").is_duplicated())
    if not 0 < twice.height <= MOST_SHARED:
        return
    groups = twice.group_by("value", "after", maintain_order=True).agg("at")["at"].to_list()
    pairs = {(one, other) for group in groups for one in group for other in group if one < other}
    values, who = mine["value"].to_numpy(), mine.select("patient", "episode").rows()
    chances = _chances(values)
    for one, other in sorted(pairs):
        if (one - 1, other - 1) in pairs or who[one] == who[other]:
            continue
        length = 2
        while (one + length - 1, other + length - 1) in pairs:
            length += 1
        run = np.arange(one, one + length)
        places = (len(values) - length + 1) ** 2 / 2
        expected = float(places * np.prod(chances[run]))
        if expected < UNLIKELY:
            rows = [*run.tolist(), *range(other, other + length)]
            names = [label(who[one]), label(who[other])]
            numbers = [plainly(value) for value in values[run]]
            sentence = (
                f"{serial.title} of patients {' and '.join(names)} has the same {length} values in a row: "
                f"{', '.join(numbers[:-1])} and {numbers[-1]}."
            )
            said = f"Values spread as these would share such a run in {one_in(expected)} of such series."
            cells = tuple(mine["origin"].gather(rows))
            yield Question("run", sentence, WHY, tuple(names), cells, Chance(expected, said))


def _chances(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How probable it is that another value is the same as each: one of those near it, at its digits.

    As often as others do repeat it, at least: whoever rounds repeats.
    """
    grain, ordered = _grain(values), np.sort(values)
    low, high = np.minimum(values / NEAR, values * NEAR), np.maximum(values / NEAR, values * NEAR)
    near = np.searchsorted(ordered, high, "right") - np.searchsorted(ordered, low, "left")
    same = np.searchsorted(ordered, values, "right") - np.searchsorted(ordered, values, "left")
    different = np.maximum((high - low) / grain, 1.0)
    found: NDArray[np.float64] = np.maximum(near / len(values) / different, (same - 2) / len(values))
    return found


def _grain(values: NDArray[np.float64]) -> float:
    """The step in which most values are written: 1 for whole numbers, 0.1 for one decimal."""
    for power in range(4, -4, -1):
        step = 10.0**power
        if np.mean(np.abs(values / step - np.round(values / step)) < 1e-6) > 0.5:
            return step
    return 1e-4
