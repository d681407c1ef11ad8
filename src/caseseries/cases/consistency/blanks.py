"""Blanks: the only cell that is empty between two that are filled in."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.cases.consistency.question import Question
from caseseries.cases.keys import label
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol

FEWEST = 40
"""Cells between the first and the last value of a patient, of which one alone is empty."""
MOST_ROWS = 5_000


def blank_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """A day of the grid without a value, where everybody else has one on each day between first and last."""
    for serial in protocol.serials if cases.n <= MOST_ROWS else ():
        grid = list(serial.days)
        mine = cases.serials.filter((pl.col("name") == serial.name) & pl.col("day").is_in(grid))
        courses = mine.sort("day").group_by("patient", "episode", maintain_order=True).agg("day", "origin")
        empty, inner = [], 0
        for patient, episode, days, origins in courses.iter_rows():
            between = [day for day in grid if days[0] < day < days[-1]]
            inner += len(between)
            empty += [(label((patient, episode)), day, days, origins) for day in between if day not in days]
        if len(empty) != 1 or inner < FEWEST:
            continue
        who, day, days, origins = empty[0]
        after = next(place for place, one in enumerate(days) if one > day)
        sentence = (
            f"{serial.title} of patient {who} has no value on day {day}, though days {days[after - 1]} and "
            f"{days[after]} have one: the only such blank among {inner} days."
        )
        why = "Not measured, lost, or the values behind it stand a column too far."
        yield Question("blank", sentence, why, (who,), (origins[after - 1], origins[after]))
