"""The search: variants tried against a print, which of them give its digits, and how many would by chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from caseseries.literature.claims import Claim, printed_number
from caseseries.stats.digits import shown
from caseseries.stats.rounding import TRUE_DIGITS, half_up, significant

REACH = 10
"""Printed units on each side of the print: the results within them tell what chance gives."""
MOST_NAMED = 3
"""So many variants that give the print are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to have got the number: its method in plain words, the reading of the data, and what it gives.

    `reading` is "" for the data as they stand. `value` is in the unit of the results: a share in 0..1.
    """

    method: str
    value: float
    reading: str = ""

    @property
    def how(self) -> str:
        """The method and the reading, in one phrase."""
        return ", ".join(filter(None, (self.method, self.reading)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The printed number: in its own unit, with the step of its last digit, within what it may lie."""

    text: str
    number: Fraction
    digits: int
    scale: int
    lowest: Fraction | None
    highest: Fraction | None

    @property
    def step(self) -> Fraction:
        """One in the last printed digit."""
        return Fraction(1, 10**self.digits)

    def away(self, value: float) -> int:
        """By how many printed units the value, halves up, lies above the print."""
        rounded = half_up(_in_print(value, self.scale), self.digits)
        return int((Fraction(rounded) - self.number) / self.step)

    @property
    def plain(self) -> str:
        """The print without commas and signs."""
        return self._typed(self.number)

    def near(self) -> list[str]:
        """The prints that there can be within REACH of this one, itself among them."""
        prints = (self.number + self.step * away for away in range(-REACH, REACH + 1))
        return [
            self._typed(one)
            for one in prints
            if (self.lowest is None or one >= self.lowest) and (self.highest is None or one <= self.highest)
        ]

    def _typed(self, number: Fraction) -> str:
        return f"{Decimal(int(number * 10**self.digits)).scaleb(-self.digits):f}"


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: the variants that `give` the print, at which `stage`, of how many.

    `chance` is how many different results would have the printed digits if those near it lay there at random.
    """

    give: tuple[Variant, ...]
    tried: int
    different: int
    chance: Fraction
    stage: int = 0

    @property
    def sentence(self) -> str:
        """Which give it, of how many, and how many would by chance."""
        tried = f"{self.tried:,} variants, {self.different:,} different results"
        by_chance = f"{few(self.chance)} would by chance"
        if not self.give:
            return f"none of the variants tried gives it ({tried}; {by_chance})"
        named = "; or ".join(one.how for one in self.give[:MOST_NAMED])
        more = len(self.give) - MOST_NAMED
        named += f"; and {more:,} more" if more > 0 else ""
        return f"given by: {named} ({tried}; {by_chance})"


def wanted(claim: Claim, unit: str = "") -> Wanted:
    """The print of a claim, which is a number and no bound; `unit` "p" or "share" says how far it may go."""
    printed, scale = printed_number(claim.printed), 100 if claim.is_percent else 1
    highest = Fraction(scale) if unit in ("p", "share") else None
    lowest = Fraction(0) if unit in ("p", "share") else None
    return Wanted(claim.printed, Fraction(printed.number), printed.digits, scale, lowest, highest)


def search(print_: Wanted, stages: Iterable[Sequence[Variant]]) -> Searched:
    """The first stage in which a variant gives the print, after all of the stages before it.

    Stages go from the least departure to the greatest. Variants of one value count as one result. By chance:
    the results within ten printed units of the print, shared evenly among the prints that there can be there.
    The results themselves tell how dense they lie, so that it holds for p-values, shares and medians alike.
    """
    tried, results, give = 0, dict[str, int](), list[Variant]()
    reached = 0
    for place, stage in enumerate(stages):
        reached = place
        for one in stage:
            tried += 1
            away = print_.away(one.value)
            results[f"{one.value:.{TRUE_DIGITS - 3}g}"] = away
            if away == 0:
                give.append(one)
        if give:
            break
    near = sum(abs(away) <= REACH for away in results.values())
    return Searched(tuple(give), tried, len(results), Fraction(near, len(print_.near())), reached)


def few(expected: Fraction) -> str:
    """A small number of results as it is said: 2.4, 0.3, 0.05, less than 0.01, none."""
    if not expected:
        return "none"
    if expected < Fraction(1, 100):
        return "less than 0.01"
    return shown(float(significant(float(expected), 2 if expected >= 1 else 1)), "")


def _in_print(value: float, scale: int) -> Decimal:
    """The value as it would be printed, a float's noise aside: a share of 0.285 is 28.5 percent."""
    return Decimal(f"{value:.{TRUE_DIGITS}g}") * scale
