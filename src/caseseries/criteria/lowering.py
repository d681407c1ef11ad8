"""Lowering: a definition as arithmetic on one integer, whose bits say which tests are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TypeAlias

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
class AtLeast:
    """A rule of which so many parts must be met; each is the bit of a test, or such a rule again."""

    count: int
    of: tuple[Bits, ...]


Bits: TypeAlias = "int | AtLeast"


@dataclass(frozen=True, slots=True)
class Lowered:
    """A definition whose tests are numbered, in its order: the first has the bit 1, the next 2, then 4.

    `grades` are those of each criterion, by its name: the points and the rule, the highest first.
    """

    definition: Definition
    asked: tuple[Asked, ...]
    grades: Mapping[str, tuple[tuple[int, Bits], ...]]

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
        cases = (f"WHEN {_met(rule, mask)} THEN {points}" for points, rule in self.grades[criterion.name])
        return f"CASE {' '.join(cases)} ELSE 0 END"

    def points(self, criterion: Criterion, met: int) -> int:
        """What one criterion is worth where these bits are met: the same as its SQL says."""
        return next((points for points, rule in self.grades[criterion.name] if _holds(rule, met)), 0)

    def since(self, criterion: Criterion, days: Mapping[int, int]) -> int | None:
        """The first day on which one criterion is worth what it is, where each bit is met since a day.

        Of parts of which so many are needed it is the k-th smallest of their days.
        """
        begun = [(points, _since(rule, days)) for points, rule in self.grades[criterion.name]]
        worth = max((points for points, day in begun if day is not None), default=0)
        return min((day for points, day in begun if day is not None and points == worth > 0), default=None)


def _met(rule: Bits, mask: str) -> str:
    if isinstance(rule, int):
        return f"({mask} & {rule}) <> 0"
    met = (_met(part, mask) for part in rule.of)
    return f"({' + '.join(f'CASE WHEN {one} THEN 1 ELSE 0 END' for one in met)}) >= {rule.count}"


def _holds(rule: Bits, met: int) -> bool:
    if isinstance(rule, int):
        return bool(met & rule)
    return sum(_holds(part, met) for part in rule.of) >= rule.count


def _since(rule: Bits, days: Mapping[int, int]) -> int | None:
    if isinstance(rule, int):
        return days.get(rule)
    begun = sorted(day for part in rule.of if (day := _since(part, days)) is not None)
    return begun[rule.count - 1] if len(begun) >= rule.count else None


def lower(definition: Definition) -> Lowered:
    """The definition with its tests numbered. Raises ValueError for more than 62 tests."""
    tests = [(one.name, test) for one in definition.criteria for test in tests_of(one)]
    if len(tests) > MOST_TESTS:
        raise ValueError(f"{definition.name} asks {len(tests)} tests; {MOST_TESTS} can be screened for.")
    bits = {key: 1 << place for place, key in enumerate(tests)}

    def lowered(name: str, rule: Rule) -> Bits:
        if isinstance(rule, Need):
            return AtLeast(rule.count, tuple(lowered(name, part) for part in rule.of))
        return bits[name, rule]

    return Lowered(
        definition,
        tuple(Asked(name, test, bit) for (name, test), bit in bits.items()),
        {
            one.name: tuple(
                (grade.points, lowered(one.name, grade.rule))
                for grade in sorted(one.grades, key=lambda grade: -grade.points)
            )
            for one in definition.criteria
        },
    )


def tests_of(criterion: Criterion) -> tuple[Test, ...]:
    """Every test that a criterion asks, each once, in its order."""
    return tuple(dict.fromkeys(test for grade in criterion.grades for test in every_test(grade.rule)))


def _union(bits: Iterable[int]) -> int:
    return reduce(or_, bits, 0)
