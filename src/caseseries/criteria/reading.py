"""Reading a definition: from a TOML file to the frozen value, with every slip told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path as FilePath
from typing import get_args

from caseseries.criteria.definition import (
    Bin,
    Comparison,
    Criterion,
    Definition,
    Grade,
    Limit,
    Need,
    Number,
    Probabilities,
    Rule,
    Word,
    findings_of,
)
from caseseries.criteria.flag_reading import read_flags
from caseseries.criteria.naming import check_names
from caseseries.evidence.catalogue import Entry, entries, entry
from caseseries.evidence.page import Slip, digest, read_page
from caseseries.evidence.presence import ABSENT, PRESENT
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.table import Table
from caseseries.evidence.unit_names import unit_name, unit_names
from caseseries.evidence.units import Quantity, read_quantity
from caseseries.evidence.values import plain_text

EMPTY = Slip(
    (), "nothing is defined in it", 'Begin with name = "...", title, source, need and a first [[criterion]].'
)
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
RULE = ("finding", *COMPARISONS, "present", "says", "denies", "need", "of")
SAID = ("title", "source", "note", "recalled")


def read_definition(path: FilePath) -> Definition:
    """The definition in `path`. Raises Problems, naming every slip with its place and mend."""
    page = read_page(path, EMPTY)
    slips: list[Slip] = []
    definition = _definition(Table(page.content, (), slips))
    if slips:
        told = sorted(dict.fromkeys(slips), key=lambda slip: page.line(slip.path))
        raise Problems(Problem(page.where(slip.path), slip.found, slip.mend) for slip in told)
    return definition


# ---- From tables to the definition ----


def _definition(table: Table) -> Definition:
    table.knows("name", *SAID, "need", "criterion", "flag", "probabilities", "probability")
    name = table.text("name", required=True)
    if name and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        table.slip("name", f'"{name}" cannot be a name', "Write small letters, digits and hyphens.")
    need = table.whole("need")
    lines = table.tables("criterion")
    is_score = any("points" in line.content or "grade" in line.content for line in lines)
    is_counted = "need" in table.content or not is_score
    criteria = tuple(_criterion(line, is_counted=is_counted) for line in lines)
    if "need" not in table.content and lines and not is_score:
        found = "it says neither how many criteria are needed nor what each is worth"
        table.slip(None, found, "Add need = 5 for the whole, or points to each criterion.")
    if not criteria and "criterion" not in table.content:
        table.slip(None, "it has no criteria", "Add the first under the heading [[criterion]].")
    if need is not None and criteria and need > len(criteria):
        table.slip("need", f"{need} of {len(criteria)} can never be met", f"Write at most {len(criteria)}.")
    check_names(zip(lines, (one.name for one in criteria), strict=True), "criterion")
    definition = Definition(
        name=name,
        title=table.text("title", required=True),
        source=table.text("source", required=True),
        criteria=criteria,
        need=need,
        probabilities=_probabilities(table),
        note=table.text("note"),
        recalled=table.flag("recalled"),
        digest=digest(table.content),
    )
    return replace(definition, flags=read_flags(table, findings_of(definition)))


def _criterion(table: Table, *, is_counted: bool) -> Criterion:
    table.knows("name", *SAID, *RULE, "points", "grade")
    name = table.text("name", required=True)
    grades: tuple[Grade, ...]
    if is_counted:
        for key in ("points", "grade"):
            if key in table.content:
                table.slip(
                    key, "criteria that are counted have no points", f'Remove it, or "need" above: {key}'
                )
        grades = tuple(Grade(1, rule) for rule in _rule(table))
    elif "grade" in table.content:
        grades = _grades(table)
    else:
        points = table.whole("points")
        if "points" not in table.content:
            table.slip(None, 'the key "points" is missing', "Add what it is worth: points = 19")
        grades = tuple(Grade(points or 1, rule) for rule in _rule(table))
    return Criterion(
        name=name,
        title=table.text("title") or name[:1].upper() + name[1:],
        grades=grades or (Grade(1, Word(name, (), ())),),
        source=table.text("source"),
        note=table.text("note"),
        recalled=table.flag("recalled"),
    )


def _grades(table: Table) -> tuple[Grade, ...]:
    """The grades of a criterion: what they share stands above them."""
    shared = {key: table.content[key] for key in RULE if key in table.content}
    if "points" in table.content:
        table.slip("points", "each grade has points of its own", 'Remove "points" here.')
    grades = []
    for grade in table.tables("grade"):
        grade.knows("points", *RULE)
        points = grade.whole("points")
        if "points" not in grade.content:
            grade.slip(None, 'the key "points" is missing', "Add it: points = 33")
        # A slip of what they share is told once, where it stands.
        inner = Table({**shared, **grade.content}, table.path if shared else grade.path, table.slips)
        grades += [Grade(points or 1, rule) for rule in _rule(inner)]
    for lower, higher in pairwise(grades):
        if higher.points <= lower.points:
            table.slip("grade", "the points do not rise", "Write the grade with the fewest points first.")
    return tuple(grades)


def _rule(table: Table) -> tuple[Rule, ...]:
    """The rule of a table; nothing where it has a slip."""
    content = table.content
    if "of" in content or "need" in content:
        return _need(table)
    name = table.text("finding", required=True)
    found = entry(name) if name else None
    if name and found is None:
        known = [one.name for one in entries()]
        table.slip("finding", f'"{name}" is not in the catalogue', did_you_mean(name, known))
    kinds = [key for key in (*COMPARISONS, "present", "says") if key in content]
    if len(kinds) != 1:
        listed = ", ".join(f'"{kind}"' for kind in kinds)
        told = f"it compares in more than one way: {listed}" if kinds else "it does not say what is asked"
        table.slip(None, told, f"Write one of: {', '.join([*COMPARISONS, 'present', 'says'])}.")
        return ()
    if found is None:
        return ()
    [kind] = kinds
    if kind in ("present", "says"):
        return _word(table, found, kind)
    comparison = next(one for one in COMPARISONS if one == kind)
    limits = _limits(table, comparison, found)
    return (Number(found.name, comparison, limits),) if limits else ()


def _need(table: Table) -> tuple[Rule, ...]:
    for key in ("finding", *COMPARISONS, "present", "says", "denies"):
        if key in table.content:
            table.slip(key, 'this stands beside "of"', "Write it in one of the parts.")
    parts = table.tables("of")
    for part in parts:
        part.knows(*RULE)
    of = tuple(rule for part in parts for rule in _rule(part))
    need = table.whole("need")
    if "need" not in table.content:
        table.slip(None, 'the key "need" is missing', "Add how many of the parts are needed: need = 1")
    if not parts:
        table.slip(None, 'the key "of" is missing', "Add the parts: of = [{ ... }, { ... }]")
    if need is None or not parts or len(of) < len(parts):
        return ()
    if need > len(parts):
        table.slip("need", f"{need} of {len(parts)} can never be met", f"Write at most {len(parts)}.")
    return (Need(need, of),)


def _word(table: Table, found: Entry, kind: str) -> tuple[Rule, ...]:
    if found.unit:
        table.slip(kind, f'"{found.name}" is a number', 'Write a limit, such as at_least = "...".')
        return ()
    if kind == "present":
        if table.content["present"] is not True:
            table.slip("present", "this is not true", "Write present = true.")
        return (Word(found.name, PRESENT, ABSENT),)
    says, denies = table.words("says"), table.words("denies")
    return (Word(found.name, _plain(says), _plain(denies)),) if says and denies else ()


def _plain(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain_text(word).casefold() for word in words)


def _limits(table: Table, comparison: Comparison, found: Entry) -> tuple[Limit, ...]:
    """The limits of a test, none of them where one has a slip."""
    if not found.unit:
        mend = "Write present = true, or says = [...] and denies = [...]."
        table.slip(comparison, f'"{found.name}" is no number', mend)
        return ()
    limits = []
    written = table.words(comparison)
    for one in written:
        try:
            quantity = read_quantity(one)
        except ValueError as error:
            table.slip(comparison, str(error).partition(". ")[0], 'Write it as in "500 ng/mL".')
            continue
        unit = unit_name(quantity.unit)
        if unit not in found.units:
            known = did_you_mean(quantity.unit, found.units)
            told = "is not a unit of" if unit in unit_names() else "is no unit that is known, so none of"
            table.slip(comparison, f'"{quantity.unit}" {told} {found.name}', known)
        else:
            limits.append(Limit(Quantity(quantity.value, unit), one))
    if len({limit.quantity.unit for limit in limits}) < len(limits):
        table.slip(comparison, "two limits have one unit", "Keep the one that the source prints.")
    return tuple(limits) if len(limits) == len(written) else ()


def _probabilities(table: Table) -> Probabilities | None:
    bins: list[Bin] = []
    for row in table.tables("probability"):
        row.knows("up_to", "low", "high", "recalled")
        up_to = row.whole("up_to")
        if "up_to" not in row.content:
            row.slip(None, 'the key "up_to" is missing', "Add the highest score of this step: up_to = 90")
        one = Bin(up_to or 0, row.share("low"), row.share("high"), row.flag("recalled"))
        if one.low > one.high:
            row.slip("low", "this is above the highest", "Write the lower share first.")
        if bins and up_to is not None and up_to <= bins[-1].up_to:
            row.slip("up_to", "the scores do not rise", "Write the lowest first.")
        bins.append(one)
    about = table.content.get("probabilities")
    if not bins and about is None:
        return None
    if not bins or not isinstance(about, dict):
        mend = (
            "A table of probabilities has [probabilities] with a source, and [[probability]] for each step."
        )
        table.slip("probabilities" if about is not None else "probability", "one half is missing", mend)
        return None
    said = Table(about, ("probabilities",), table.slips)
    said.knows("source", "caution")
    return Probabilities(said.text("source", required=True), said.text("caution"), tuple(bins))
