"""A sample: what a statistic is given, checked once at its door."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


def numbers(values: ArrayLike, called: str = "values") -> Numbers:
    """`values` as a row of finite floats. Missing values are the caller's to remove: ValueError."""
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1:
        raise ValueError(f"{called}: a plain row of numbers is wanted, this has {row.ndim} dimensions")
    if not np.isfinite(row).all():
        raise ValueError(f"{called}: missing or infinite values must be removed first")
    return row


def flags(values: ArrayLike, called: str = "flags") -> Flags:
    """`values` (true and false, or 1 and 0) as booleans, of any shape. ValueError for anything else."""
    given = np.asarray(values)
    if given.size == 0:
        return given.astype(np.bool_)
    if given.dtype != np.bool_ and not (given.dtype.kind in "iuf" and np.isin(given, (0, 1)).all()):
        raise ValueError(f"{called}: only true and false, or 1 and 0, are wanted")
    return given.astype(np.bool_)


def contingency(counts: ArrayLike) -> Counts:
    """`counts` as a table of whole numbers, zero or more. ValueError for anything else."""
    given = np.asarray(counts)
    if given.ndim != 2:
        raise ValueError(f"counts: a table of rows and columns is wanted, this has {given.ndim} dimensions")
    table = given.astype(np.int64)
    if given.dtype.kind not in "biuf" or (table != given).any() or (table < 0).any():
        raise ValueError("counts: whole numbers, zero or more, are wanted")
    return table
