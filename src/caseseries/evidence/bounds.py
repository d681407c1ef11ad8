"""Bounds: a count of which some parts are unknown, such as 5 to 7."""

from __future__ import annotations

from dataclasses import dataclass

from caseseries.evidence.truth import Truth


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a count or a sum of points can be. Raises ValueError for low > high."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"{self.low} to {self.high} is a range with the higher number first.")

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(self.low + other.low, self.high + other.high)

    def at_least(self, number: int) -> Truth:
        """Whether the count reaches a number: met by the least, not met even by the most, else unknown."""
        if self.low >= number:
            return Truth.MET
        return Truth.UNKNOWN if self.high >= number else Truth.NOT_MET

    @property
    def width(self) -> int:
        """How much is open: 0 where everything is known."""
        return self.high - self.low

    def __str__(self) -> str:
        return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
