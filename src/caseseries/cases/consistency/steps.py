"""Steps: one change from a value to the next that is far greater than any other of the series."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from caseseries.cases.consistency.question import Question
from caseseries.cases.consistency.tables import plainly
from caseseries.cases.keys import label
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import Serial
from caseseries.protocol.protocol import Protocol

FEWEST = 25
"""Steps of other patients from which one can tell what is usual."""
BEYOND = 1.5
"""How much longer, on the scale of factors, a step must be than the longest of any other patient."""
SMALLEST = 6.0
"""Factors below this are everyday in measurements that move."""


def step_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """The longest step of each serial, where no other patient has one nearly as long."""
    for serial in protocol.serials:
        mine = cases.serials.filter((pl.col("name") == serial.name) & (pl.col("value") > 0))
        steps = (
            mine.sort("patient", "episode", "day")
            .with_columns(
                same=(pl.col("patient").shift(1) == pl.col("patient"))
                & (pl.col("episode").shift(1) == pl.col("episode")),
                before=pl.col("value").shift(1),
                place=pl.col("origin").shift(1),
            )
            .filter("same")
        )
        if steps.height > FEWEST:
            yield from _longest(serial, steps)


def _longest(serial: Serial, steps: pl.DataFrame) -> Iterator[Question]:
    sizes = np.abs(np.log(steps["value"].to_numpy() / steps["before"].to_numpy()))
    at = int(np.argmax(sizes))
    patient, episode, before, value, place, origin, day = steps.select(
        "patient", "episode", "before", "value", "place", "origin", "day"
    ).row(at)
    others = sizes[((steps["patient"] != patient) | (steps["episode"] != episode)).to_numpy()]
    usual = float(others.max()) if others.size >= FEWEST else np.inf
    if sizes[at] < max(BEYOND * usual, np.log(SMALLEST)):
        return
    who = label((patient, episode))
    moves = "rises" if value > before else "falls"
    factor = f"{np.exp(sizes[at]):.0f}-fold"
    sentence = (
        f"{serial.title} of patient {who} {moves} {factor} to day {day}, "
        f"from {plainly(before)} to {plainly(value)}."
    )
    why = (
        f"None of the {others.size:,} steps of the other patients is more than {np.exp(usual):.1f}-fold: "
        "a digit may be lost or added, or the value is of somebody else."
    )
    yield Question("step", sentence, why, (who,), (place, origin))
