"""The root of a rising function, by halving: slow, certain, and exact to the last bit."""

from __future__ import annotations

from collections.abc import Callable


def root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where `rising` crosses zero between `low` and `high`; the nearer end where it does not cross."""
    while low < (middle := low + (high - low) / 2.0) < high:
        if rising(middle) < 0.0:
            low = middle
        else:
            high = middle
    return high
