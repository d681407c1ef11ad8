"""Truth: met, not met, or unknown. Nobody is called healthy because nobody looked."""

from __future__ import annotations

from enum import IntEnum
from typing import NoReturn


class Truth(IntEnum):
    """NOT_MET < UNKNOWN < MET. `&` is the lesser of two, `|` the greater, `~` turns round.

    `if truth:` is refused, since unknown is neither: ask `truth is Truth.MET`.
    """

    NOT_MET = 0
    UNKNOWN = 1
    MET = 2

    def __and__(self, other: int) -> Truth:
        return min(self, Truth(other))

    def __or__(self, other: int) -> Truth:
        return max(self, Truth(other))

    def __invert__(self) -> Truth:
        return Truth(2 - self.value)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f'"{self}" is neither yes nor no. Ask whether it "is Truth.MET" or "is Truth.NOT_MET".'
        )

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")
