"""Level: whether a p-value lies below what a level of confidence leaves."""

from __future__ import annotations

NEAR = 1e-9
"""A p this close to 1 - level, relative to it, is at it and not below: 1 - 0.95 is 0.05000000000000004."""


def is_below(p: float | None, alpha: float) -> bool:
    """Whether there is a p, and it is smaller than `alpha`; 0.05 is not below 0.05."""
    return p is not None and p < alpha * (1.0 - NEAR)
