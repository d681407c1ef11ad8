"""Digits: last digits that are not spread as those of measured numbers are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from caseseries.cases.consistency.chance import UNLIKELY, Chance, one_in
from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol

FEWEST = 100
"""Fewer last digits tell nothing: ten are expected of each."""
SMALLEST = 1000
"""The last of four digits is as good as random; of fewer it follows from the spread of the values."""
ROUNDED = 0.3
"""Where so many end in 0 the numbers were rounded, and nothing is wrong with that."""


def digit_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Whole numbers of four digits and more whose last digits are uneven; each value counts once a patient.

    Pearson's chi-square with nine degrees of freedom against equal shares.
    Source: Mosimann, Wiseman & Edelman, Account Res 1995;4:31-55.
    """
    for serial in protocol.serials:
        mine = cases.serials.filter((pl.col("name") == serial.name) & pl.col("operator").is_null())
        values = mine.unique(["patient", "episode", "value"])["value"]
        values = values.filter((values >= SMALLEST) & (values == values.round()))
        if values.len() < FEWEST:
            continue
        counts = np.bincount(values.cast(pl.Int64).to_numpy() % 10, minlength=10)
        probability = _uneven(counts)
        if counts[0] > ROUNDED * values.len() or probability >= UNLIKELY:
            continue
        digit = int(np.argmax(np.abs(counts - counts.mean())))
        sentence = (
            f"{serial.title}: of {values.len():,} last digits {counts[digit]:,} are {digit}, where about "
            f"{counts.mean():.0f} of each would be expected."
        )
        why = "Last digits of measured numbers are spread evenly; rounding, or typing by feel, is not."
        said = f"Evenly spread, they would be as uneven as this in {one_in(probability)} of such series."
        yield Question("digits", sentence, why, (), (), Chance(probability, said))


def _uneven(counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    from scipy.special import chdtrc

    expected = counts.mean()
    return float(chdtrc(counts.size - 1, np.sum((counts - expected) ** 2) / expected))
