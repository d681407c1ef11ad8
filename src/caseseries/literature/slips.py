"""Slips of the pen: a digit changed, left out, put in, swapped with its neighbour, or a point moved."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from caseseries.literature.search import Wanted
from caseseries.stats.rounding import half_up

MOVED = "the point moved by one place"
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
            how = slips[text]
            is_tenfold = Decimal(text) in (Decimal(one).scaleb(-1), Decimal(one).scaleb(1))
            if is_tenfold and how != MOVED and "." in text + one:
                how = f"{how}, or {MOVED}"
            return Slip(how, one, len(alike), len(near))
    return None


def slips_of(text: str) -> Iterator[tuple[str, str]]:
    """Every number that one slip makes of the number, with the slip in words; the likelier slips first."""
    for made, how, _ in _numbers(text):
        yield made, how


def likelihood(meant: str, typed: str) -> tuple[str, float]:
    """The slip by which the one became the other, in words, and how many of such slips do; 0 of none.

    Each kind of slip is as likely as another, and so is each place and digit within its kind: of the slips
    that leave out a digit of 48, one half makes 8 of it; of those that type another digit, 1 in 17 makes 43.
    """
    return _likelihoods(meant).get(typed, ("", 0.0))


@lru_cache(maxsize=10_000)
def _likelihoods(meant: str) -> dict[str, tuple[str, float]]:
    slips = list(_numbers(meant))
    kinds = Counter(kind for _, _, kind in slips)
    shares: dict[tuple[str, str], float] = {}
    words: dict[tuple[str, str], str] = {}
    for made, how, kind in slips:
        shares[made, kind] = shares.get((made, kind), 0.0) + 1 / kinds[kind]
        words.setdefault((made, kind), how)
    found: dict[str, tuple[str, float]] = {}
    for (made, kind), share in shares.items():
        if share > found.get(made, ("", 0.0))[1]:
            found[made] = (words[made, kind], share)
    return found


def _numbers(text: str) -> Iterator[tuple[str, str, str]]:
    for made, how, kind in _every_slip(text):
        if made != text and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", made):
            yield made, how, kind


def _every_slip(text: str) -> Iterator[tuple[str, str, str]]:
    """What each slip makes of the text, the slip in words, and its kind."""
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    for place, after in itertools.pairwise(digits):
        signs = list(text)
        signs[place], signs[after] = signs[after], signs[place]
        yield "".join(signs), f"{text[place]} and {text[after]} swapped", "swapped"
    for place in digits:
        yield text[:place] + text[place + 1 :], f"a {text[place]} left out", "left out"
    for place in range(digits[0], len(text) + 1):
        for digit in "0123456789":
            kind = "typed twice" if digit in text[max(place - 1, 0) : place + 1] else "put in"
            yield text[:place] + digit + text[place:], f"a {digit} put in", kind
    for steps in (-1, 1):
        yield f"{Decimal(text).scaleb(steps):f}", MOVED, "point moved"
    for place in digits:
        for digit in "0123456789":
            yield text[:place] + digit + text[place + 1 :], f"{digit} for {text[place]}", "changed"
