"""Pace: how far a long piece of work has come, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from caseseries.evidence.counting import so_many

T = TypeVar("T")
Tell = Callable[[str], None]
"""Hears what is being done."""
LONG, EVERY = 2.0, 0.5
"""Seconds from which on it is told how far a step is, and between two times."""
MINUTES = 120
"""Seconds from which on what is left is told in minutes."""


def silent(step: str) -> None:
    """Hear what is being done, and say nothing."""


class Pace:
    """A step of so many parts, in which `tell` hears every half second how far it is, once it takes long.

    When it is done it hears the step alone again, for what still belongs to it.
    """

    def __init__(self, tell: Tell, step: str, parts: int, one: str, several: str = "") -> None:
        self._tell, self._step = tell, step
        self._parts, self._of = max(parts, 1), so_many(parts, one, several)
        self._done = 0
        self._begun = self._told = time.monotonic()

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """The items one after another, each of them one part."""
        for item in items:
            yield item
            self._done += 1
            now = time.monotonic()
            if now - self._begun > LONG and now - self._told > EVERY:
                self._told = now
                far = how_far(min(1.0, self._done / self._parts), now - self._begun, self._of)
                self._tell(f"{self._step}: {far}")
        if self._told > self._begun:
            self._tell(self._step)


def how_far(share: float, taken: float, of: str) -> str:
    """As in "43% of 25 charts, about 3 seconds left", of work that took so many seconds for its share."""
    left = max(1, round(taken * (1 - share) / share))
    still = so_many(round(left / 60), "minute") if left >= MINUTES else so_many(left, "second")
    return f"{share:.0%}{of and f' of {of}'}, about {still} left"
