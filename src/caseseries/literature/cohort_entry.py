"""An entry of cohorts.toml: the keys that it may have, and everything that may be wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from caseseries.evidence.problem import Problem, did_you_mean
from caseseries.protocol.clauses.clause import slug

HORIZONS = ("hospital", "30 days", "last follow-up", "not said")
"""Until when patients were followed who are said to have survived."""
TO_THE_END = ("last follow-up", "hospital")
"""The horizons to which the cases of a study can be counted by who is alive at the end of follow-up."""
ANOTHER_TIME = "Survival to another time is pooled with none: leave survived out, and write it into notes."
ROUTES = ("subcutaneous", "intravenous", "both", "not said")
CONFIDENCE = ("verified", "verified in the abstract only", "the citing paper only")
"""Where the numbers were read: in the cohort's own text, in its abstract, or in the paper that cites it."""
TEXTS = {"id", "title", "horizon", "route", "regimen", "source", "confidence", "notes"}
PRESENT = "present"
"""The id of the study's own cases where no entry is theirs."""
NUMBERS = {"year", "n", "survived", "responded"}
MOST = 1_000_000
"""The largest number of an entry: more patients than any cohort of a rare disease has."""
FIRST_YEAR, LAST_YEAR = 1800, 2100
"""No cohort was published before, nor will be for a while: any other number is a slip of the pen."""
KEYS = TEXTS | NUMBERS | {"causes", "overlaps", "present"}
NEEDED = ("id", "title", "n", "source", "confidence")
CHOICES = {"horizon": HORIZONS, "route": ROUTES, "confidence": CONFIDENCE}
OF_A_CAUSE = {"level", "n", "survived"}
Levels = tuple[str, ...]
"""The levels of a column."""
OTHER = "other"
"""The cause of those whose cause is no level of the protocol: not one cause, and nothing is pooled by it."""


def slips(file: str, entries: list[dict[str, Any]], columns: Sequence[Levels]) -> Iterator[Problem]:
    """Every slip of the entries of a file, each with its place and its mend.

    Causes are levels of some column of the protocol, or other; told are those of the column that has most.
    """
    told = {level for entry in entries for level in _levels(entry)}
    levels = {level for column in columns for level in column} | {OTHER}
    likely = max(columns, key=lambda column: len(told & set(column)), default=())
    for position, entry in enumerate(entries, start=1):
        where = f'{file}, cohort {position} ("{entry.get("id", "?")}")'
        yield from _slips_of_form(where, entry)
        if _can_be_counted(entry):
            yield from _slips_of_sense(where, entry)
            yield from _unknown_causes(where, entry, levels, likely)
            yield from _twice(where, entry, entries[: position - 1])
        yield from _unknown_overlaps(where, entry, entries)
    marked = [entry for entry in entries if entry.get("present") is True]
    if len(marked) > 1:
        found_twice = f"{len(marked)} cohorts are marked as the study's own patients"
        yield Problem(file, found_twice, "Leave present = true on one of them.")


def _slips_of_form(where: str, entry: dict[str, Any]) -> Iterator[Problem]:
    for key in sorted(set(entry) - KEYS):
        yield Problem(where, f'the key "{key}" is not known', did_you_mean(key, sorted(KEYS)))
    for key in NEEDED:
        if key not in entry:
            example = "16" if key == "n" else '"..."'
            yield Problem(where, f'the key "{key}" is missing', f"Add it: {key} = {example}")
    for key in sorted(TEXTS & set(entry)):
        if not isinstance(entry[key], str):
            is_number = isinstance(entry[key], int | float) and not isinstance(entry[key], bool)
            typed = f'Put it in quotes: {key} = "{entry[key]}"'
            mend = typed if is_number else f'Write one text in quotes: {key} = "..."'
            yield Problem(where, f'"{key}" is not text', mend)
    for key in sorted(NUMBERS & set(entry)):
        if key == "year" and _is_count(entry[key]) and not FIRST_YEAR <= entry[key] <= LAST_YEAR:
            mend = "Write the year of the publication in four digits: year = 2020"
            yield Problem(where, f"year = {entry[key]} is no year from {FIRST_YEAR} to {LAST_YEAR}", mend)
        elif not _is_count(entry[key]):
            typed = repr(entry[key]) if isinstance(entry[key], int | float | str) else str(entry[key])
            found = f"{key} = {typed} is not a whole number from 0 to {MOST:,}"
            yield Problem(where, found, f"Write it bare: {key} = {2020 if key == 'year' else 16}")
    for key, choices in CHOICES.items():
        if isinstance(entry.get(key), str) and entry[key] not in choices:
            mend = did_you_mean(entry[key], choices)
            if key == "horizon" and any(sign.isdigit() for sign in entry[key]):
                mend = f"There are: {', '.join(HORIZONS)}. {ANOTHER_TIME}"
            yield Problem(where, f'{key} = "{entry[key]}" is not known', mend)
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


def _can_be_counted(entry: dict[str, Any]) -> bool:
    """Whether its names, counts and causes have their form, so that their sense can be looked at."""
    causes = entry.get("causes", [])
    return (
        all(isinstance(entry.get(key), str) for key in ("id", "title"))
        and all(_is_count(entry.get(key, 0)) for key in NUMBERS)
        and "n" in entry
        and isinstance(causes, list)
        and all(_is_cause(one) for one in causes)
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


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
    horizon = entry.get("horizon", "not said")
    if entry.get("present") is True and horizon not in TO_THE_END:
        found = (
            f'the present patients are counted to the end of their follow-up, and its horizon is "{horizon}"'
        )
        mend = 'Write horizon = "last follow-up", or "hospital" where the protocol follows until discharge.'
        yield Problem(where, found, mend)
    for key, did in (("survived", "survived"), ("responded", "responded")):
        if entry.get(key, 0) > n:
            mend = f"Look both up in the source: {key} cannot be more than n."
            yield Problem(
                where,
                f"{entry[key]:,} {did}, and there {'is 1 patient' if n == 1 else f'are {n:,} patients'}",
                mend,
            )
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
            have = "1 patient has" if of_level == 1 else f"{of_level:,} patients have"
            yield Problem(at, f"{lived:,} survived, and {have} it", mend)
        elif lived is not None and survived is not None and not 0 <= survived - lived <= n - of_level:
            found = f"{lived} of {of_level} survived with it, which does not fit {survived} of {n} in all"
            yield Problem(at, found, "Look the four numbers up in the source.")


def _levels(entry: dict[str, Any]) -> list[str]:
    """The causes of an entry, as far as they are causes at all."""
    causes = entry.get("causes", ())
    return [one["level"] for one in causes if _is_cause(one)] if isinstance(causes, list) else []


def _unknown_causes(
    where: str, entry: dict[str, Any], levels: Collection[str], likely: Levels
) -> Iterator[Problem]:
    for level in dict.fromkeys(_levels(entry)):
        if level not in levels:
            found = "it is no level of a category of the protocol"
            mend = f'{did_you_mean(level, likely)} Or write "{OTHER}", and in notes what it was.'
            yield Problem(f'{where}, cause "{level}"', found, mend)


def _twice(where: str, entry: dict[str, Any], before: list[dict[str, Any]]) -> Iterator[Problem]:
    """The entries above this one with its id, and the first that is the same cohort."""
    for position, other in enumerate(before, start=1):
        if other.get("id") == entry["id"]:
            yield Problem(where, f"cohort {position} has the same id", "Give each cohort an id of its own.")
            continue
        same = [key for key in ("source", "title") if other.get(key) == entry.get(key)]
        if same and all(other.get(key) == entry.get(key) for key in ("year", "n", "survived")):
            found = (
                f'it is cohort {position} ("{other.get("id", "?")}") once more: {same[0]}, year and numbers'
            )
            mend = "Remove one of the two: its patients would count twice."
            if same == ["title"]:
                mend += " If they are not one, give each its own title."
            yield Problem(where, found, mend)
            return  # the others like it are told at that one


def _unknown_overlaps(where: str, entry: dict[str, Any], entries: list[dict[str, Any]]) -> Iterator[Problem]:
    named, ids = entry.get("overlaps", []), [str(one.get("id")) for one in entries if one is not entry]
    for one in named if isinstance(named, list) else ():
        if isinstance(one, str) and one not in ids:
            yield Problem(
                where, f'it overlaps with "{one}", which is no other cohort', did_you_mean(one, ids)
            )
