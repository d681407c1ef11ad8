"""Cohorts: what others have printed of their patients, an entry each in cohorts.toml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from caseseries.cases.series import Source
from caseseries.evidence.regimen import Regimen, read_regimen
from caseseries.literature.cohort_entry import Levels, slips
from caseseries.literature.entries import entries_source, read_entries


@dataclass(frozen=True, slots=True)
class Cause:
    """The patients of a cohort with one cause, and how many of them survived where that is printed."""

    level: str
    n: int
    survived: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """One published cohort. `survived` by its `horizon` is one thing, `responded` another.

    `year` is None where it is not known; `causes` may overlap; `regimen` is as printed. `overlaps` are ids of
    cohorts that may share patients. `present` marks the publication of the study's own patients.
    """

    id: str
    title: str
    n: int
    source: str
    confidence: str
    year: int | None = None
    survived: int | None = None
    horizon: str = "not said"
    responded: int | None = None
    causes: tuple[Cause, ...] = ()
    route: str = "not said"
    regimen: str = ""
    overlaps: tuple[str, ...] = ()
    notes: str = ""
    present: bool = False

    @property
    def regimen_read(self) -> Regimen:
        """The printed regimen with dose, interval and route, as far as it can be read."""
        return read_regimen(self.regimen)

    def with_cause(self, level: str) -> tuple[int, int] | None:
        """(survived, patients) of those with the cause; None where that is not printed."""
        for cause in self.causes:
            if cause.level == level:
                survived = self.survived if cause.n == self.n else cause.survived
                return None if survived is None else (survived, cause.n)
        return (0, 0) if self.names_every_cause else None

    def without_cause(self, level: str) -> tuple[int, int] | None:
        """(survived, patients) of those without the cause; None where that is not printed."""
        of_level = self.with_cause(level)
        if of_level is None or self.survived is None:
            return None
        return self.survived - of_level[0], self.n - of_level[1]

    @property
    def names_every_cause(self) -> bool:
        """Whether the causes add up to the patients, so that a cause that is not named is nobody's."""
        return sum(cause.n for cause in self.causes) == self.n


def read_cohorts(path: Path, columns: Sequence[Levels]) -> tuple[Published, ...]:
    """The cohorts of a TOML file, in its order; none where there is no file. Raises Problems.

    Their causes are levels of one of these `columns` of the protocol, or "other".
    """
    entries = read_entries(path, "cohort", partial(slips, columns=columns))
    return tuple(_cohort(entry) for entry in entries)


def counts_printed(cohorts: Iterable[Published]) -> dict[str, dict[str, int]]:
    """Of each cohort by its id: `n` and, where it is printed, `survived`."""
    return {
        one.id: {"n": one.n, **({} if one.survived is None else {"survived": one.survived})}
        for one in cohorts
    }


def cohorts_source(path: Path, cohorts: Sequence[Published]) -> Source | None:
    """The file from which these cohorts were read, with its digest; None where there is none."""
    return entries_source(path, "cohorts", len(cohorts))


def _cohort(entry: dict[str, Any]) -> Published:
    causes = tuple(Cause(**cause) for cause in entry.get("causes", ()))
    return Published(**{**entry, "causes": causes, "overlaps": tuple(entry.get("overlaps", ()))})
