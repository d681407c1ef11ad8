"""Findings as they are spoken: "ferritin >12,000 ng/mL", "no splenomegaly", ferritin="12,000 ng/mL"."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from caseseries.evidence.catalogue import Entry, entries, entry
from caseseries.evidence.finding import Finding, cell
from caseseries.evidence.presence import ABSENT, PRESENT
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.unit_names import unit_name
from caseseries.evidence.values import is_missing, plain_text, read_number

Said = str | bool | Iterable[str]
"""What is said of one finding: "12,000 ng/mL", True for yes, or several of the first."""

VALUE = re.compile(
    r"((?:<=|>=|[<>\u2264\u2265])?\s*[-+]?[0-9.][0-9.,]*(?:[eE][-+]?[0-9]+)?)"  # the number
    r"(?:\s+(.*)|([^\W\d_].*|[°%].*))?"  # and its unit
)


DATED = re.compile(
    r"(.+?) on ([0-9]{4}-[0-9]{2}-[0-9]{2})(?:,? known (?:on )?([0-9]{4}-[0-9]{2}-[0-9]{2}))?",
    re.IGNORECASE,
)
"""A finding, the day of its sample and, where that was another, of its result."""


def read_findings(spoken: Iterable[str]) -> tuple[Finding, ...]:
    """The findings of texts such as "platelets 45 K/uL", "ferritin=12,000 ng/mL" or "no splenomegaly".

    Behind it may stand a day, as in "platelets 45 K/uL on 2020-01-03, known 2020-01-04".
    Raises Problems, naming every slip: an unknown finding, no number or unit where one is needed.
    """
    findings, problems = [], []
    for number, text in enumerate(spoken, 1):
        try:
            findings.append(_spoken(text, f"typed:{number}"))
        except _Slip as slip:
            problems.append(Problem(f'"{text}"', slip.found, slip.mend))
    if problems:
        raise Problems(problems)
    return tuple(findings)


def read_named(named: Mapping[str, Said]) -> tuple[Finding, ...]:
    """The findings of {"ferritin": "12,000 ng/mL", "splenomegaly": True} and the like. Raises Problems."""
    return read_findings(
        f"{name.replace('_', ' ')}={one}" for name, said in named.items() for one in _each(said)
    )


def read_table(path: Path) -> tuple[Finding, ...]:
    """The findings of a CSV file with the columns `finding` and `value`, and `unit` if it stands apart.

    The columns `day` and `known` have the days of sample and result, as in 2020-01-03.
    Empty values and words for missing are left out: nobody looked. Raises Problems, naming every slip.
    """
    header, *rows = _rows(path)
    columns = [plain_text(name).casefold() for name in header]
    if not {"finding", "value"} <= set(columns):
        found = "it has no columns finding and value"
        raise Problems([Problem(path.name, found, "Name them so in the first row.")])
    findings, problems = [], []
    for number, row in enumerate(rows, 2):
        cells = dict(zip(columns, row, strict=False))
        name, value = cells.get("finding", ""), cells.get("value", "")
        if is_missing(name) or is_missing(value):
            continue
        try:
            origin = cell(path.name, number, columns.index("value"))
            days = [
                f"{word} {cells[column]}"
                for word, column in (("on", "day"), ("known", "known"))
                if not is_missing(cells.get(column, ""))
            ]
            findings.append(_spoken(" ".join([f"{name}={value} {cells.get('unit', '')}", *days]), origin))
        except _Slip as slip:
            problems.append(Problem(f"{path.name}, row {number}", slip.found, slip.mend))
    if problems:
        raise Problems(problems)
    return tuple(findings)


def _rows(path: Path) -> list[list[str]]:
    try:
        return list(csv.reader(path.read_bytes().decode("utf-8-sig").splitlines())) or [[]]
    except OSError as error:
        found = f"it cannot be read ({(error.strerror or str(error)).lower()})"
        raise Problems([Problem(str(path), found, "Check the path.")]) from None
    except (UnicodeDecodeError, csv.Error):
        mend = 'Save it as CSV with the encoding "UTF-8".'
        raise Problems([Problem(path.name, "it is no CSV file in UTF-8", mend)]) from None


def _each(said: Said) -> Iterator[str]:
    if isinstance(said, bool):
        # Not "present" and "absent": of NK activity, "absent" would meet the criterion.
        yield "yes" if said else "no"
    elif isinstance(said, str):
        yield said
    else:
        yield from said


class _Slip(Exception):
    """What is wrong with one text, and what mends it."""

    def __init__(self, found: str, mend: str) -> None:
        self.found, self.mend = found, mend
        super().__init__(found)


def _spoken(text: str, origin: str) -> Finding:
    plain = " ".join(plain_text(text).split())
    if not plain:
        raise _Slip("nothing is said", 'Write it as in: "ferritin 12,000 ng/mL"')
    dated = DATED.fullmatch(plain)
    if dated is None:
        return _undated(plain, origin)
    finding = _undated(dated[1], origin)
    return replace(finding, sample_time=_day(dated[2]), result_time=_day(dated[3]) if dated[3] else None)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _Slip(f'"{written}" is no day', "Write it as in: on 2020-01-31") from None


def _undated(plain: str, origin: str) -> Finding:
    negated = re.fullmatch(r"no (.+)", plain, re.IGNORECASE)
    if negated and (known := entry(negated[1])) and not known.unit:
        return Finding("", known.name, text=ABSENT[0], origin=origin)
    known, said = _split(plain)
    if not known.unit:
        return Finding("", known.name, text=said or PRESENT[0], origin=origin)
    return _number(known, said, origin)


def _split(plain: str) -> tuple[Entry, str]:
    """The finding that a text begins with, and what is said of it."""
    name, sign, said = plain.partition("=")
    if sign and (known := entry(name.strip().rstrip("<>"))):
        return known, said.strip() if name.strip()[-1:] not in ("<", ">") else f"{name.strip()[-1]}={said}"
    for words in sorted(
        (name for one in entries() for name in (one.name, *one.names)), key=len, reverse=True
    ):
        match = re.match(rf"{re.escape(words)}(?![\w-])[\s:=]*", plain, re.IGNORECASE)
        if match and (known := entry(words)):
            return known, plain[match.end() :]
    word = re.match(r"[^\d<>=:]*", plain)
    meant = word[0].strip() if word else plain
    raise _Slip(
        f'"{meant}" is no finding that is known', did_you_mean(meant, [one.name for one in entries()])
    )


def _number(known: Entry, said: str, origin: str) -> Finding:
    example = f"Write it as in: {known.name} {'39.2' if known.by_value else '120'} {known.unit}"
    match = VALUE.fullmatch(said)
    if match is None:
        raise _Slip(
            f"{known.name} has no number" if not said else f'"{said}" is not a number with a unit', example
        )
    try:
        typed = read_number(match[1])
    except ValueError as error:
        found, _, mend = str(error).partition(". ")
        raise _Slip(found, mend or example) from None
    unit = (match[2] or match[3] or "").strip()
    if typed.value is None or not (unit or known.by_value):
        raise _Slip(f"{known.name} has no unit", f"The units are: {', '.join(known.units)}.")
    if unit and unit_name(unit) is None:
        raise _Slip(f'"{unit}" is no unit that is known', did_you_mean(unit, known.units))
    return Finding(
        "", known.name, value=typed.value, unit=unit, operator=typed.operator, text=said, origin=origin
    )
