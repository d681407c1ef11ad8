"""Percentiles of values that were counted: exact, though no value stands there twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def quantiles(values: Sequence[float], rows: Sequence[int], shares: Sequence[float]) -> list[float | None]:
    """The values below which these shares (0..1) of the rows lie, each value standing in so many rows.

    `values` are in order; without any, each quantile is None. Type 7.

    Source: Hyndman & Fan, Am Stat 1996;50:361-365.
    """
    if not len(values):
        return [None] * len(shares)
    ends = np.cumsum(rows)
    where = (ends[-1] - 1) * np.asarray(shares)
    places = (np.searchsorted(ends, at, side="right") for at in (np.floor(where), np.ceil(where)))
    low, high = (np.asarray(values)[place] for place in places)
    return [float(one) for one in low + (where - np.floor(where)) * (high - low)]
