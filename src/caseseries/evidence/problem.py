"""A problem: where it stands, what was found there, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

MOST_NAMES = 10
"""Names that are listed in a message; of more, how many there are."""


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
    """The mend for a name that is not known: the nearest known one first, then those that there are."""
    names = list(known)
    close = get_close_matches(word.casefold(), [name.casefold() for name in names], n=1, cutoff=0.6)
    nearest = [name for name in names if close and name.casefold() == close[0]]
    said = f"There are: {some_of(names)}." if names else "There are none."
    return f'Did you mean "{nearest[0]}"? {said}' if nearest else said


def some_of(names: Sequence[str]) -> str:
    """The names in a row, the first ten where there are more: "a, b, c"; "a, ... j and 2,990 more"."""
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
