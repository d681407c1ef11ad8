"""Slips of the pen: a digit changed, left out, put in, swapped with its neighbour, or a point moved."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from caseseries.literature.search import Wanted
from caseseries.stats.rounding import half_up

FINER = 1
"""Our value is typed with up to so many digits more or fewer than the print, and then mistyped."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One slip that makes `meant` into the print; and of the prints near it, how many are one slip away."""

    how: str
    meant: str
    away: int
    prints: int

    @property
    def sentence(self) -> str:
        """The slip, and how little it says."""
        of = f"{self.away} of the {self.prints} prints near this one are one slip from ours"
        return f"a typing slip would give it: {self.how} ({self.meant} meant; {of})"


def slip(print_: Wanted, ours: Decimal) -> Slip | None:
    """The one slip by which our value, in the unit of the print, became the print; None where it takes more.

    How little that says is counted as a search counts it: among the prints within ten units of this one.
    """
    text = print_.plain
    meant = dict.fromkeys(
        f"{half_up(ours, digits):f}"
        for digits in sorted(
            range(max(0, print_.digits - FINER), print_.digits + FINER + 1),
            key=lambda digits: abs(digits - print_.digits),
        )
    )
    made = {one: dict(reversed(list(slips_of(one)))) for one in meant}
    for one, slips in made.items():
        if text in slips:
            near = print_.near()
            alike = {other for each in made.values() for other in each} & set(near)
            return Slip(slips[text], one, len(alike), len(near))
    return None


def slips_of(text: str) -> Iterator[tuple[str, str]]:
    """Every number that one slip makes of the number, with the slip in words; the likelier slips first."""
    for made, how in _every_slip(text):
        if made != text and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", made):
            yield made, how


def _every_slip(text: str) -> Iterator[tuple[str, str]]:
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    for place, after in itertools.pairwise(digits):
        signs = list(text)
        signs[place], signs[after] = signs[after], signs[place]
        yield "".join(signs), f"{text[place]} and {text[after]} swapped"
    for place in digits:
        yield text[:place] + text[place + 1 :], f"a {text[place]} left out"
    for place in [*digits, len(text)]:
        for digit in "0123456789":
            yield text[:place] + digit + text[place:], f"a {digit} put in"
    for steps in (-1, 1):
        yield f"{Decimal(text).scaleb(steps):f}", "the point moved by one place"
    for place in digits:
        for digit in "0123456789":
            yield text[:place] + digit + text[place + 1 :], f"{digit} for {text[place]}"
