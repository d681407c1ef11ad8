"""A definition: what must be found to call something by its name, as its source prints it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from caseseries.evidence.bounds import Bounds
from caseseries.evidence.units import Quantity

Comparison = Literal["at_least", "above", "at_most", "below"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold: `quantity`, its unit by its one spelling, and both as the source prints them."""

    quantity: Quantity
    written: str

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True, slots=True)
class Number:
    """One finding's number against one threshold, which the source may print in several units."""

    finding: str
    comparison: Comparison
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One finding that is said in words: those that `says` lists meet the test, those of `denies` do not."""

    finding: str
    says: tuple[str, ...]
    denies: tuple[str, ...]


Test = Number | Word


@dataclass(frozen=True, slots=True)
class Need:
    """So many of these."""

    count: int
    of: tuple[Rule, ...]


Rule = Number | Word | Need


@dataclass(frozen=True, slots=True)
class Grade:
    """What a criterion is worth where its rule is met. The highest grade that is met counts."""

    points: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a definition. Where criteria are counted it has one grade, worth 1."""

    name: str
    title: str
    grades: tuple[Grade, ...]
    source: str = ""
    note: str = ""
    recalled: bool = False

    @property
    def most(self) -> int:
        """The points of its highest grade."""
        return max(grade.points for grade in self.grades)


@dataclass(frozen=True, slots=True)
class Bin:
    """The probability, in 0..1, that goes with a score up to and including `up_to`."""

    up_to: int
    low: float
    high: float
    recalled: bool


@dataclass(frozen=True, slots=True)
class Probabilities:
    """The published way from a score to a probability, bin by bin, and what is to be said with it."""

    source: str
    caution: str
    bins: tuple[Bin, ...]

    def between(self, score: Bounds) -> tuple[Bin, ...]:
        """The bins that a score can lie in, the lowest first."""
        ends = [one.up_to for one in self.bins]
        starts = [-1, *ends[:-1]]
        return tuple(
            one
            for one, start in zip(self.bins, starts, strict=True)
            if score.low <= one.up_to and score.high > start
        )


@dataclass(frozen=True, slots=True)
class Flag:
    """What may explain a finding otherwise: it marks evidence, and never changes a verdict.

    Evidence of the findings `on` is marked where `finding` was recorded on the same day, or at most
    `days_before` days before.
    """

    name: str
    on: tuple[str, ...]
    finding: str
    days_before: int
    source: str = ""
    note: str = ""
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A guideline or a score: criteria that are counted (`need` of them) or whose points are added up.

    `digest` is that of the file that it was read from: comments do not count.
    """

    name: str
    title: str
    source: str
    criteria: tuple[Criterion, ...]
    need: int | None = None
    probabilities: Probabilities | None = None
    note: str = ""
    recalled: bool = False
    flags: tuple[Flag, ...] = ()
    digest: str = ""

    @property
    def most(self) -> int:
        """The number of criteria, or the highest score."""
        return sum(criterion.most for criterion in self.criteria)


def every_test(rule: Rule) -> tuple[Test, ...]:
    """Every test of a rule, in the order in which it stands there."""
    if isinstance(rule, Need):
        return tuple(test for part in rule.of for test in every_test(part))
    return (rule,)


def findings_of(definition: Definition) -> tuple[str, ...]:
    """The findings that a definition asks for, each once, in its order."""
    return tuple(dict.fromkeys(test.finding for test in tests_of(definition)))


def tests_of(definition: Definition) -> Iterator[Test]:
    """Every test of a definition, in its order."""
    grades = (grade for criterion in definition.criteria for grade in criterion.grades)
    return (test for grade in grades for test in every_test(grade.rule))
