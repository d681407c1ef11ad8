"""Claims: what a text prints of its patients, held against what its tables give."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Any, Literal

from caseseries.analysis.results import Results
from caseseries.cases.series import Source
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.values import plain_text, read_number
from caseseries.stats.digits import shown
from caseseries.stats.rounding import half_even, half_up, truncated

Said = Literal["reproduces", "reproduces with rounding", "contradicts", "not derivable"]
BESIDE = "follow from the printed column only, not from the rows"
BOUNDS = {"<": lt, "<=": le, ">": gt, ">=": ge}
FATES = ("reproduce", "reproduce with rounding", BESIDE, "contradict", "cannot be derived")
KEYS = {"id", "of", "where", "printed", "unit", "result", "beside"}
NEEDED = KEYS - {"beside", "unit"}
PRINTED = 'Write the printed digits, such as "0.0293" or "31%".'


@dataclass(frozen=True, slots=True)
class Claim:
    """One printed number: what it is `of`, `where` it stands, its digits, and the id of its result.

    `beside` is the id of the same number from another source of the same print, where there is one.
    """

    id: str
    of: str
    where: str
    printed: str
    result: str
    unit: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a claim: `obtained` is our value at the printed digits, `full` at its own."""

    claim: Claim
    result: str
    said: Said
    obtained: str
    full: str
    how: str = ""


def read_claims(path: Path) -> tuple[Claim, ...]:
    """The claims of a TOML file, in its order; none where there is no file. Raises Problems."""
    if not path.exists():
        return ()
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mend = "Text values stand in quotes; each claim begins with [[claim]]."
        raise Problems([Problem(path.name, f"it cannot be read: {error}", mend)]) from None
    entries = content.get("claim", [])
    problems = [
        Problem(path.name, f'the key "{key}" is not known', "It holds [[claim]].")
        for key in content
        if key != "claim"
    ]
    if isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries):
        problems += _slips(path.name, entries)
    else:
        found = "the claims are not a list of claims"
        problems.append(Problem(path.name, found, "Begin each with [[claim]], in two brackets."))
    if problems:
        raise Problems(problems)
    return tuple(Claim(**entry) for entry in entries)


def claims_source(path: Path) -> Source | None:
    """The file of the claims with its digest; None where there is none."""
    if not path.exists():
        return None
    return Source(path.name, "claims", hashlib.sha256(path.read_bytes()).hexdigest(), len(read_claims(path)))


def check(claims: tuple[Claim, ...], results: Results) -> tuple[tuple[Verdict, ...], ...]:
    """The verdicts of every claim: one from its result, and one more from what stands beside it.

    The printed value is compared at its own precision, halves up; where only another rounding (to even, or
    cut off) gives the printed digits, that is said. Raises Problems for a claim that names no result.
    """
    problems = [problem for claim in claims for problem in _unknown(claim, results)]
    if problems:
        raise Problems(problems)
    return tuple(
        tuple(_verdict(claim, name, results) for name in (claim.result, claim.beside) if name)
        for claim in claims
    )


def tally(verdicts: Sequence[Sequence[Verdict]]) -> str:
    """How many claims fared how, in words: "15 reproduce, 3 contradict"."""
    fates = [_fate(one) for one in verdicts]
    return ", ".join(f"{fates.count(fate)} {fate}" for fate in FATES if fate in fates)


def _fate(verdicts: Sequence[Verdict]) -> str:
    said = [verdict.said for verdict in verdicts]
    if said[0] == "contradicts" and any(one.startswith("reproduces") for one in said[1:]):
        return BESIDE
    plural = {"reproduces": "reproduce", "contradicts": "contradict", "not derivable": "cannot be derived"}
    return plural.get(said[0], "reproduce with rounding")


def _verdict(claim: Claim, name: str, results: Results) -> Verdict:
    if why_not := _undone(name, results):
        return Verdict(claim, name, "not derivable", "", "", why_not)
    value = results.value(name)
    if value is None:
        reason = results.number(name).estimate.reason
        return Verdict(claim, name, "not derivable", "", "", reason)
    operator, number, digits = _printed(claim.printed)
    sign = "%" if "%" in (claim.printed.strip()[-1:], claim.unit) else ""
    ours = Decimal(repr(float(value))) * (100 if sign else 1)
    obtained = f"{half_up(ours, digits):,f}{sign}"
    full = f"{shown(float(ours), '')}{sign}" if abs(ours) >= 1 else f"{ours:.6g}{sign}"
    if operator:
        holds = BOUNDS[operator](ours, number)
        return Verdict(claim, name, "reproduces" if holds else "contradicts", full, full)
    if half_up(ours, digits) == number:
        return Verdict(claim, name, "reproduces", obtained, full)
    for how, rounded in (
        ("halves to even", half_even(ours, digits)),
        ("digits cut off", truncated(ours, digits)),
    ):
        if rounded == number:
            return Verdict(claim, name, "reproduces with rounding", obtained, full, how)
    return Verdict(claim, name, "contradicts", obtained, full)


def _printed(text: str) -> tuple[str, Decimal, int]:
    """The printed number with its operator ("<" of <0.001), and its digits behind the point."""
    plain = plain_text(text).removesuffix("%").rstrip()
    operator = read_number(plain).operator
    number = Decimal(plain.lstrip("<>=\u2264\u2265 ").replace(",", ""))
    return operator, number, max(-int(number.as_tuple().exponent), 0)


def _slips(file: str, entries: list[dict[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, entry in enumerate(entries, start=1):
        where = f'{file}, claim {position} ("{entry.get("id", "?")}")'
        for key in sorted(set(entry) - KEYS):
            yield Problem(where, f'the key "{key}" is not known', did_you_mean(key, sorted(KEYS)))
        for key in sorted(NEEDED - set(entry)):
            yield Problem(where, f'the key "{key}" is missing', f'Add it: {key} = "..."')
        for key in sorted(key for key in KEYS & set(entry) if not isinstance(entry[key], str)):
            yield Problem(where, f'"{key}" is not text', f'Put it in quotes: {key} = "{entry[key]}"')
        printed = entry.get("printed")
        if isinstance(printed, str) and (reason := _no_number(printed)):
            yield Problem(where, f'printed = "{printed}" is not a number', reason)
        if "id" in entry and str(entry["id"]) in seen:
            yield Problem(where, "another claim has the same id", "Give each claim an id of its own.")
        seen |= {str(entry["id"])} if "id" in entry else set()


def _no_number(text: str) -> str:
    """Why the text is no printed number, as its mend; "" where it is one. A comma is a thousands comma."""
    digits = plain_text(text).removesuffix("%").strip()
    try:
        typed = read_number(digits)
    except ValueError as error:
        return str(error).partition(". ")[2] or PRINTED
    return PRINTED if typed.value is None else ""


def _unknown(claim: Claim, results: Results) -> Iterator[Problem]:
    for name in (claim.result, claim.beside):
        if not name or _undone(name, results):
            continue
        try:
            results.number(name)
        except KeyError as error:
            found, _, mend = str(error.args[0]).partition(". ")
            yield Problem(f'claims.toml, claim "{claim.id}"', found, mend)


def _undone(name: str, results: Results) -> str:
    """Why there is no such number: the analysis that it is of was not done."""
    stem = name.partition(".")[0]
    return next((result.why_not for result in results if result.slug == stem), "")
