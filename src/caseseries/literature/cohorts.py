"""Cohorts: what others have printed of their patients, an entry each in cohorts.toml."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseseries.cases.series import Source
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.regimen import Regimen, read_regimen
from caseseries.protocol.clauses.clause import slug

HORIZONS = ("hospital", "30 days", "last follow-up", "not said")
"""Until when patients were followed who are said to have survived."""
ROUTES = ("subcutaneous", "intravenous", "both", "not said")
CONFIDENCE = ("verified", "verified in the abstract only", "the founding paper only")
"""Where the numbers were read: in the cohort's own text, in its abstract, or in the paper that cites it."""
TEXTS = {"id", "title", "horizon", "route", "regimen", "source", "confidence", "notes"}
PRESENT = "present"
"""The id of the study's own cases where no entry is theirs."""
NUMBERS = {"year", "n", "survived", "responded"}
KEYS = TEXTS | NUMBERS | {"causes", "overlaps", "present"}
NEEDED = ("id", "title", "n", "source", "confidence")
CHOICES = {"horizon": HORIZONS, "route": ROUTES, "confidence": CONFIDENCE}
OF_A_CAUSE = {"level", "n", "survived"}


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


def read_cohorts(path: Path) -> tuple[Published, ...]:
    """The cohorts of a TOML file, in its order; none where there is no file. Raises Problems."""
    if not path.exists():
        return ()
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mend = "Text values stand in quotes, numbers without; each cohort begins with [[cohort]]."
        raise Problems([Problem(path.name, f"it cannot be read: {error}", mend)]) from None
    entries = content.get("cohort", [])
    problems = [
        Problem(path.name, f'the key "{key}" is not known', "It holds [[cohort]].")
        for key in content
        if key != "cohort"
    ]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        found = "the cohorts are not a list of cohorts"
        raise Problems([*problems, Problem(path.name, found, "Begin each with [[cohort]], in two brackets.")])
    for position, entry in enumerate(entries, start=1):
        where = f'{path.name}, cohort {position} ("{entry.get("id", "?")}")'
        slips = [*_slips_of_form(where, entry)]
        problems += slips or [*_slips_of_sense(where, entry), *_twice(where, entry, entries[: position - 1])]
        problems += _unknown_overlaps(where, entry, entries)
    marked = [entry for entry in entries if entry.get("present") is True]
    if len(marked) > 1:
        found = f"{len(marked)} cohorts are marked as the study's own patients"
        problems.append(Problem(path.name, found, "Leave present = true on one of them."))
    if problems:
        raise Problems(problems)
    return tuple(_cohort(entry) for entry in entries)


def counts_printed(cohorts: Iterable[Published]) -> dict[str, dict[str, int]]:
    """Of each cohort by its id: `n` and, where it is printed, `survived`."""
    return {
        one.id: {"n": one.n, **({} if one.survived is None else {"survived": one.survived})}
        for one in cohorts
    }


def cohorts_source(path: Path) -> Source | None:
    """The file of the cohorts with its digest; None where there is none."""
    if not path.exists():
        return None
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Source(path.name, "cohorts", digest, len(read_cohorts(path)))


def _cohort(entry: dict[str, Any]) -> Published:
    causes = tuple(Cause(**cause) for cause in entry.get("causes", ()))
    return Published(**{**entry, "causes": causes, "overlaps": tuple(entry.get("overlaps", ()))})


# ---- Slips ----


def _slips_of_form(where: str, entry: dict[str, Any]) -> Iterator[Problem]:
    for key in sorted(set(entry) - KEYS):
        yield Problem(where, f'the key "{key}" is not known', did_you_mean(key, sorted(KEYS)))
    for key in NEEDED:
        if key not in entry:
            example = "16" if key == "n" else '"..."'
            yield Problem(where, f'the key "{key}" is missing', f"Add it: {key} = {example}")
    for key in sorted(TEXTS & set(entry)):
        if not isinstance(entry[key], str):
            yield Problem(where, f'"{key}" is not text', f'Put it in quotes: {key} = "{entry[key]}"')
    for key in sorted(NUMBERS & set(entry)):
        if not _is_count(entry[key]):
            yield Problem(
                where, f"{key} = {entry[key]!r} is not a whole number", f"Write it bare: {key} = 16"
            )
    for key, choices in CHOICES.items():
        if isinstance(entry.get(key), str) and entry[key] not in choices:
            yield Problem(where, f'{key} = "{entry[key]}" is not known', did_you_mean(entry[key], choices))
    if not isinstance(entry.get("present", False), bool):
        yield Problem(where, '"present" is neither true nor false', "Write present = true, without quotes.")
    overlaps = entry.get("overlaps", [])
    if not isinstance(overlaps, list) or not all(isinstance(one, str) for one in overlaps):
        yield Problem(where, '"overlaps" is not a list of ids', 'Write overlaps = ["kumar-2017"].')
    causes = entry.get("causes", [])
    if not isinstance(causes, list) or not all(_is_cause(one) for one in causes):
        mend = (
            'Write causes = [{ level = "viral infection", n = 5, survived = 2 }]; survived may be left out.'
        )
        yield Problem(where, '"causes" is not a list of causes', mend)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_cause(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and {"level", "n"} <= set(one) <= OF_A_CAUSE
        and isinstance(one["level"], str)
        and all(_is_count(value) for key, value in one.items() if key != "level")
    )


def _slips_of_sense(where: str, entry: dict[str, Any]) -> Iterator[Problem]:
    n, survived = entry["n"], entry.get("survived")
    if entry["id"] != slug(entry["id"]) or not entry["id"]:
        mend = f'Write it in small letters and hyphens, such as id = "{slug(entry["title"]) or "cohort-1"}".'
        yield Problem(where, f'id = "{entry["id"]}" cannot stand in the id of a number', mend)
    if entry["id"] == PRESENT:
        mend = "Give it another id, such as its first author and year."
        yield Problem(where, f'the id "{PRESENT}" is kept for the cases of the study', mend)
    if n == 0:
        yield Problem(where, "it has no patients", "Write how many there were, or remove the entry.")
        return
    for key, did in (("survived", "survived"), ("responded", "responded")):
        if entry.get(key, 0) > n:
            mend = f"Look both up in the source: {key} cannot be more than n."
            yield Problem(where, f"{entry[key]} {did}, and there are {n} patients", mend)
    if max(survived or 0, entry.get("responded", 0)) > n:
        return  # against these every cause would be wrong too
    levels = [cause["level"] for cause in entry.get("causes", ())]
    for level in sorted({level for level in levels if levels.count(level) > 1}):
        yield Problem(where, f'the cause "{level}" stands twice', "Put its patients into one line.")
    for cause in entry.get("causes", ()):
        at, of_level, lived = f'{where}, cause "{cause["level"]}"', cause["n"], cause.get("survived")
        if of_level > n:
            mend = "Look both up in the source: n of a cause cannot be more than n of the cohort."
            yield Problem(at, f"{of_level} patients have it, and the cohort has {n}", mend)
        elif lived is not None and lived > of_level:
            mend = "Look both up in the source: survived cannot be more than n."
            yield Problem(at, f"{lived} survived, and {of_level} patients have it", mend)
        elif lived is not None and survived is not None and not 0 <= survived - lived <= n - of_level:
            found = f"{lived} of {of_level} survived with it, which does not fit {survived} of {n} in all"
            yield Problem(at, found, "Look the four numbers up in the source.")


def _twice(where: str, entry: dict[str, Any], before: list[dict[str, Any]]) -> Iterator[Problem]:
    """The entries above this one that are the same cohort."""
    for position, other in enumerate(before, start=1):
        if other.get("id") == entry["id"]:
            yield Problem(where, f"cohort {position} has the same id", "Give each cohort an id of its own.")
        elif all(other.get(key) == entry.get(key) for key in ("year", "n", "survived", "source")):
            found = f'it is cohort {position} ("{other.get("id", "?")}") once more: source, year and numbers'
            yield Problem(where, found, "Remove one of the two: its patients would count twice.")


def _unknown_overlaps(where: str, entry: dict[str, Any], entries: list[dict[str, Any]]) -> Iterator[Problem]:
    named, ids = entry.get("overlaps", []), [str(one.get("id")) for one in entries if one is not entry]
    for one in named if isinstance(named, list) else ():
        if isinstance(one, str) and one not in ids:
            yield Problem(
                where, f'it overlaps with "{one}", which is no other cohort', did_you_mean(one, ids)
            )
