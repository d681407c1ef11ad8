"""A question: something in the cases to look at."""

from __future__ import annotations

from dataclasses import dataclass

from caseseries.cases.consistency.chance import Chance

MOST = 20
"""More questions of one kind are one question: then it is the column that is to be looked at."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to look at: what does not fit, why it matters, whose rows, and the cells.

    `chance` is how probable it is in a series in which nothing is wrong; None where that cannot be said.
    """

    kind: str
    sentence: str
    why: str
    patients: tuple[str, ...]
    cells: tuple[str, ...] = ()
    chance: Chance | None = None

    @property
    def in_full(self) -> str:
        """The question, why it matters, and how probable it is by chance: one to three sentences."""
        said = self.chance.sentence if self.chance else ""
        return " ".join(filter(None, (self.sentence, self.why, said)))
