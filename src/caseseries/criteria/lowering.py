"""Lowering: a definition as arithmetic on one integer, whose bits say which tests are met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from caseseries.criteria.definition import Criterion, Definition, Need, Rule, Test, every_test

MOST_TESTS = 62
"""Bits that a signed integer of 64 bits has to spare."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One test of one criterion, with the bit that stands for it."""

    criterion: str
    test: Test
    bit: int


@dataclass(frozen=True, slots=True)
class Lowered:
    """A definition whose tests are numbered, in its order: the first has the bit 1, the next 2, then 4."""

    definition: Definition
    asked: tuple[Asked, ...]

    def bits_of(self, criteria: Iterable[str]) -> int:
        """The bits of all tests of these criteria, by their names."""
        named = set(criteria)
        return _union(one.bit for one in self.asked if one.criterion in named)

    def bits_about(self, finding: str) -> int:
        """The bits of all tests of one finding."""
        return _union(one.bit for one in self.asked if one.test.finding == finding)

    def worth(self, mask: str) -> str:
        """SQL: how many criteria are met, or how many points there are, where `mask` holds the bits met.

        A definition only ever asks for more evidence, so the same expression gives the upper end of the range
        where the mask holds every test that may be met.
        """
        return " + ".join(self.of_criterion(criterion, mask) for criterion in self.definition.criteria)

    def of_criterion(self, criterion: Criterion, mask: str) -> str:
        """SQL: what one criterion is worth."""
        grades = sorted(criterion.grades, key=lambda grade: -grade.points)
        cases = (f"WHEN {self._met(criterion, grade.rule, mask)} THEN {grade.points}" for grade in grades)
        return f"CASE {' '.join(cases)} ELSE 0 END"

    def points(self, criterion: Criterion, met: int) -> int:
        """What one criterion is worth where these bits are met: the same as its SQL says."""
        reached = (grade.points for grade in criterion.grades if self._holds(criterion, grade.rule, met))
        return max(reached, default=0)

    def _holds(self, criterion: Criterion, rule: Rule, met: int) -> bool:
        if isinstance(rule, Need):
            return sum(self._holds(criterion, part, met) for part in rule.of) >= rule.count
        return bool(met & self._bit(criterion, rule))

    def _bit(self, criterion: Criterion, test: Test) -> int:
        return next(one.bit for one in self.asked if (one.criterion, one.test) == (criterion.name, test))

    def _met(self, criterion: Criterion, rule: Rule, mask: str) -> str:
        if isinstance(rule, Need):
            met = (self._met(criterion, part, mask) for part in rule.of)
            return f"({' + '.join(f'CASE WHEN {one} THEN 1 ELSE 0 END' for one in met)}) >= {rule.count}"
        return f"({mask} & {self._bit(criterion, rule)}) <> 0"


def lower(definition: Definition) -> Lowered:
    """The definition with its tests numbered. Raises ValueError for more than 62 tests."""
    tests = [(one.name, test) for one in definition.criteria for test in tests_of(one)]
    if len(tests) > MOST_TESTS:
        raise ValueError(f"{definition.name} asks {len(tests)} tests; {MOST_TESTS} can be screened for.")
    return Lowered(
        definition, tuple(Asked(name, test, 1 << place) for place, (name, test) in enumerate(tests))
    )


def tests_of(criterion: Criterion) -> tuple[Test, ...]:
    """Every test that a criterion asks, each once, in its order."""
    return tuple(dict.fromkeys(test for grade in criterion.grades for test in every_test(grade.rule)))


def _union(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)
