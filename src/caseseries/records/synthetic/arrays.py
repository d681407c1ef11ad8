"""Arrays by what they hold, and a dice for each page of the hospital."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Yes = NDArray[np.bool_]


def dice(seed: int, page: str) -> np.random.Generator:
    """The random numbers of one page: a change in one leaves the others as they were."""
    return np.random.default_rng([seed, *page.encode()])


def below(counts: Ints) -> Ints:
    """0, 1, ... up to each count, one run after another: `below([2, 3])` is 0 1 0 1 2."""
    starts = np.cumsum(counts) - counts
    return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts, counts)


def runs(counts: Ints) -> tuple[Ints, Ints]:
    """Whose each element is, and its place, for as many elements as each count says."""
    whose = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return whose, below(counts)


def one_of(random: np.random.Generator, shares: list[float] | Floats, size: int) -> Ints:
    """Indices drawn by their shares, which need not add up to one."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    drawn: Ints = np.searchsorted(edges, random.random(size) * edges[-1], side="right").astype(np.int64)
    return drawn
