"""Poolings: which published cohorts may be taken together, and how their patients divide by cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from caseseries.literature.cohort_entry import HORIZONS, OTHER
from caseseries.literature.cohorts import Published
from caseseries.protocol.clauses.clause import slug

Counts = tuple[int, int]
"""Survivors and patients."""
UNTIL = {
    "hospital": "Survival of the hospital stay",
    "30 days": "Survival to 30 days",
    "last follow-up": "Survival to the last follow-up",
    "not said": "Survival, until when not said",
}


@dataclass(frozen=True, slots=True)
class Pooling:
    """The cohorts of one horizon, oldest first, and those left out as they may share patients with them."""

    horizon: str
    cohorts: tuple[Published, ...]
    left: tuple[Published, ...] = ()

    @property
    def key(self) -> str:
        """What it is called in ids."""
        return slug(self.horizon)

    @property
    def title(self) -> str:
        """What it is called in tables."""
        return UNTIL[self.horizon]

    def without(self, present: Published | None) -> Pooling:
        """The same horizon without the present cohort and those that may share patients with it."""
        if present is None:
            return self
        sharing = self.sharing_with(present)
        return replace(self, cohorts=tuple(one for one in self.cohorts if one not in (present, *sharing)))

    def sharing_with(self, present: Published) -> tuple[Published, ...]:
        """Its cohorts that may share patients with the present one."""
        return tuple(one for one in self.cohorts if may_share(one, present))


def poolings_of(cohorts: Sequence[Published]) -> tuple[Pooling, ...]:
    """The cohorts with a count of survivors by their horizon, in the order of the horizons.

    Of two that may share patients only the larger stays, of two alike the later: the largest is taken first,
    then each that shares with none of those taken.
    """
    made = []
    for horizon in HORIZONS:
        alike = [one for one in cohorts if one.survived is not None and one.horizon == horizon]
        kept: list[Published] = []
        for one in sorted(alike, key=lambda one: (one.n, one.year or 0, one.id), reverse=True):
            if not any(may_share(one, other) for other in kept):
                kept.append(one)
        if kept:
            in_order = sorted(kept, key=lambda one: (one.year is None, one.year or 0, one.id))
            left = tuple(one for one in alike if one not in kept)
            made.append(Pooling(horizon, tuple(in_order), left))
    return tuple(made)


def may_share(one: Published, other: Published) -> bool:
    """Whether either names the other among those that it overlaps with."""
    return other.id in one.overlaps or one.id in other.overlaps


def survivors(cohorts: Sequence[Published]) -> list[Counts]:
    """The survivors and patients of each cohort."""
    return [(one.survived or 0, one.n) for one in cohorts]


def causes_told(cohorts: Sequence[Published]) -> tuple[str, ...]:
    """The causes by which some cohort prints survival, for patients with it and for patients without."""
    levels = dict.fromkeys(cause.level for one in cohorts for cause in one.causes if cause.level != OTHER)
    return tuple(level for level in levels if all(by_cause(cohorts, level)))


def by_cause(cohorts: Sequence[Published], level: str) -> tuple[list[Counts], list[Counts]]:
    """Survivors and patients of each cohort that prints them: with the cause, and without."""
    both = [(one.with_cause(level), one.without_cause(level)) for one in cohorts]
    with_it = [one for one, _ in both if one is not None and one[1]]
    without = [one for _, one in both if one is not None and one[1]]
    return with_it, without
