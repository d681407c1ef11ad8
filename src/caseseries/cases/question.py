"""A question: something in the cases to look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """Something to look at: what does not fit, why it matters, whose rows, and the cells."""

    kind: str
    sentence: str
    why: str
    patients: tuple[str, ...]
    cells: tuple[str, ...] = ()
