"""Runs: values in a row that stand in another patient's course too, or one value that stands on and on."""

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
SELDOM = 0.02
"""A value that stays in one course is asked after up to this chance: it is one look, and a common slip."""
NEAR = 2.0
"""Values within this factor of one another are as frequent as one another."""
WHY = "In one of the courses they may be a copying slip, and which cannot be told from the sheet."
WHY_REPEATED = "The later may be copied or carried forward from the one before, and not measured."


def run_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Values in a row that stand in two courses, or one that stands on, with too many digits for chance."""
    for serial in protocol.serials:
        mine = cases.serials.filter((pl.col("name") == serial.name) & pl.col("operator").is_null())
        mine = mine.sort("patient", "episode", "day").with_row_index("at")
        if mine.height:
            yield from _shared(serial, mine)
            yield from _repeated(serial, mine)


def _repeated(serial: Serial, mine: pl.DataFrame) -> Iterator[Question]:
    """The same value on neighbouring days of one course."""
    values = mine["value"].to_numpy()
    runs = mine.group_by(
        pl.struct("patient", "episode", "value").rle_id().alias("run"), maintain_order=True
    ).agg("patient", "episode", "at", "day", "origin")
    courses = mine.select("patient", "episode").unique().height
    for patients, episodes, at, days, origins in (
        runs.filter(pl.col("at").list.len() > 1).drop("run").iter_rows()
    ):
        expected = (len(values) - courses) * float(same_by_chance(values, len(at))[at[0]]) ** (len(at) - 1)
        if expected < SELDOM:
            who = label((patients[0], episodes[0]))
            written = [str(day) for day in days]
            sentence = (
                f"{serial.title} of patient {who} is {plainly(values[at[0]])} on days "
                f"{', '.join(written[:-1])} and {written[-1]}."
            )
            said = f"Values spread as these would stay at such a value in {one_in(expected)} of such series."
            yield Question("repeat", sentence, WHY_REPEATED, (who,), tuple(origins), Chance(expected, said))


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
    chances = same_by_chance(values)
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


def same_by_chance(values: NDArray[np.float64], own: int = 2) -> NDArray[np.float64]:
    """How probable it is that another value is the same as each: one of those near it, at its digits.

    As often as others do repeat it, at least: whoever rounds repeats. `own` are not others.
    """
    grain, ordered = _grain(values), np.sort(values)
    low, high = np.minimum(values / NEAR, values * NEAR), np.maximum(values / NEAR, values * NEAR)
    near = np.searchsorted(ordered, high, "right") - np.searchsorted(ordered, low, "left")
    same = np.searchsorted(ordered, values, "right") - np.searchsorted(ordered, values, "left")
    different = np.maximum((high - low) / grain, 1.0)
    found: NDArray[np.float64] = np.maximum(near / len(values) / different, (same - own) / len(values))
    return found


def _grain(values: NDArray[np.float64]) -> float:
    """The step in which most values are written: 1 for whole numbers, 0.1 for one decimal."""
    for power in range(4, -4, -1):
        step = 10.0**power
        if np.mean(np.abs(values / step - np.round(values / step)) < 1e-6) > 0.5:
            return step
    return 1e-4
