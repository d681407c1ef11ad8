"""Chance: how probable what is asked after would be if nothing were wrong."""

from __future__ import annotations

from dataclasses import dataclass

from caseseries.stats.digits import shown
from caseseries.stats.rounding import significant

UNLIKELY = 0.001
"""What is more probable is not asked after on account of chance: many things are looked at in one sheet."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability with the sentence that says it; 0 and no sentence where it cannot be at all."""

    probability: float
    sentence: str = ""


CANNOT_BE = Chance(0.0)


def one_in(probability: float) -> str:
    """A probability as people say it: about 1 in 800,000; from 10 % on as a percentage."""
    if probability >= 0.1:
        return f"about {100 * min(probability, 1.0):.0f} %"
    if probability < 1e-9:
        return "less than 1 in a billion"
    return f"about 1 in {shown(float(significant(1 / probability, 2)), '')}"
