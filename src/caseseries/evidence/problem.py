"""A problem: where it stands, what was found there, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One slip of a file, in the reader's words. `where` names file, row and column or clause."""

    where: str
    found: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found}\n{self.mend}"


class Problems(Exception):
    """Everything that keeps a study from being run, told at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The mend for a name that is not known: the nearest known one first, then all of them."""
    names = list(known)
    close = get_close_matches(word.casefold(), [name.casefold() for name in names], n=1, cutoff=0.6)
    nearest = [name for name in names if close and name.casefold() == close[0]]
    listed = f"There are: {', '.join(names)}." if names else "There are none."
    return f'Did you mean "{nearest[0]}"? {listed}' if nearest else listed
