"""A paper against itself: two prints of one thing that no one number can have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from caseseries.literature.claims import Claim, printed_number, printed_word

Alike = Mapping[tuple[str, ...], Sequence[Claim]]
"""The claims of a paper by the way in which they are derived."""


def alike(claims: Sequence[Claim]) -> Alike:
    """The claims of which each derives the same thing as the others beside it: the first of each print."""
    by_way: dict[tuple[str, ...], dict[tuple[str, str], Claim]] = defaultdict(dict)
    for claim in claims:
        by_way[_way(claim)].setdefault((claim.printed, claim.unit), claim)
    return {way: tuple(prints.values()) for way, prints in by_way.items()}


def other_print(claim: Claim, claims: Alike) -> Claim | None:
    """The first claim that is derived the same way and whose print cannot be of the same number."""
    return next((other for other in claims[_way(claim)] if not may_be_one(claim, other)), None)


def _way(claim: Claim) -> tuple[str, ...]:
    return claim.result, claim.derived, claim.any_differs, claim.but


def may_be_one(one: Claim, other: Claim) -> bool:
    """Whether both prints can be roundings, by whichever rule, of one number: 1.7 and 1.65 can."""
    words = printed_word(one.printed), printed_word(other.printed)
    if any(words):
        return words[0] == words[1]
    first, second = printed_number(one.printed), printed_number(other.printed)
    if first.operator or second.operator:
        return True
    if first.number * second.number < 0:
        return False
    ends = []
    for claim, printed in ((one, first), (other, second)):
        least = Decimal(1).scaleb(-printed.digits)
        scale = 1 if claim.is_percent else 100
        ends.append((scale * (abs(printed.number) - least / 2), scale * (abs(printed.number) + least)))
    return max(low for low, _ in ends) < min(high for _, high in ends)
