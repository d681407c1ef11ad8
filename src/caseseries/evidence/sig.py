"""A sig: dose, interval, route and the few words around them, as an order is written ("100 mg subq q8").

The words are data, in `sig.toml` beside this file; the shapes that hold numbers stand here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from caseseries.evidence.words import TAKEN, any_of, put_back, take_all, word_key, word_pattern

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dose:
    """The amount given each time. `high` is None unless a range; `interval_hours` is 24 in "2400 mg/d"."""

    low: float
    high: float | None
    unit: str
    interval_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Sig:
    """What was read, and `rest`: the text with all that was read marked as taken, letter for letter."""

    rest: str
    dose: Dose | None
    interval_hours: float | None
    route: str
    days: float | None
    said: frozenset[str]


def read_sig(text: str) -> Sig:
    """Dose, interval, route, length of treatment, and what else is said: continuous, up_to, as_needed, once.

    What is said twice and differently is not taken at all, nor is a dose that stands behind a
    number or a sign that was not understood ("2 x 100 mg", "<100 mg"). Never raises.
    """
    words = _words()
    lasting, rest = take_all(_LASTING, text)
    intervals, rest = _take_intervals(rest, words)
    routes, rest = take_all(words.route, rest)
    doses, rest = _take_doses(rest, words)
    # "civi" names a route and says continuous: what the route has taken is looked at once more.
    said = frozenset(
        name for name, pattern in words.said.items() if pattern.search(text if name == "continuous" else rest)
    )
    for pattern in words.said.values():
        _, rest = take_all(pattern, rest)

    days, rest = _agreed([(_days(match), match) for match in lasting], rest)
    route, rest = _agreed([(words.routes[word_key(match[0])], match) for match in routes], rest)
    per_day = [(dose.interval_hours, match) for dose, match in doses if dose.interval_hours is not None]
    hours, rest = _agreed(intervals + per_day, rest)
    dose, rest = _agreed(doses, rest)
    if dose is not None and dose.interval_hours is not None and hours is None:
        dose = None  # "300 mg/d tid": its letters are back already
    return Sig(rest, dose, hours, route or "", days, said)


@cache
def sig_words() -> dict[str, Any]:
    """The tables of `sig.toml`, read once."""
    return tomllib.loads(files("caseseries.evidence").joinpath("sig.toml").read_text(encoding="utf-8"))


_NUMBER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,9})?|[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})"
_COUNT = r"([1-9][0-9]{0,3})"
_NO_RANGE = r"(?!\w|\s*[-–/]\s*[0-9]|\s*(?:to|or)\s+[0-9]|[.,][0-9])"

_LASTING = re.compile(rf"(?<!\w)(?ai:x|×|for)\s*{_COUNT}\s*-?\s*((?ai:days?|d|weeks?|wks?|wk)){_NO_RANGE}")
_EVERY = re.compile(
    rf"(?<![\w.,/+-])(?ai:q|every)\s*{_COUNT}\s*-?\s*((?ai:hours?|hrs?|h|days?|d|weeks?|wks?|wk)){_NO_RANGE}"
)
# "q8" is read as q8h, as the founding paper writes it; "q3" may be hours or days, and is left.
_BARE = re.compile(
    rf"(?<![\w.,/+-])(?ai:q)\s?(4|6|8|12|24|48|72){_NO_RANGE}"
    r"(?!\s*-?\s*(?ai:min\w*|mo|mos|months?|m|w|wkly|weekly|y|yrs?|years?|cycles?|times|x)\b)"
)
_HOURLY = re.compile(rf"(?<![\w.,/+–-]){_COUNT}[\s-]?(?ai:hourly)(?!\w)")
_TIMES = re.compile(
    rf"(?<![\w.,/+–-]){_COUNT}\s*(?ai:x|×|times)\s*"
    rf"((?ai:a\s+day|per\s+day|daily|/\s*day|/\s*d|a\s+week|per\s+week|weekly|/\s*week)){_NO_RANGE}"
)
_HOURS = {"h": 1.0, "d": 24.0, "w": 168.0}


@dataclass(frozen=True, slots=True)
class _Words:
    dose: re.Pattern[str]
    units: Mapping[str, str]
    interval: re.Pattern[str]
    hours: Mapping[str, float]
    route: re.Pattern[str]
    routes: Mapping[str, str]
    said: Mapping[str, re.Pattern[str]]


@cache
def _words() -> _Words:
    data = sig_words()
    units = {word_key(word): unit for unit, words in data["units"].items() for word in (unit, *words)}
    hours = {word_key(word): float(entry["hours"]) for entry in data["interval"] for word in entry["words"]}
    routes = {word_key(word): route for route, words in data["routes"].items() for word in (route, *words)}
    unit = any_of(word for unit, words in data["units"].items() for word in (unit, *words))
    return _Words(
        dose=_dose_pattern(unit),
        units=units,
        interval=word_pattern(word for entry in data["interval"] for word in entry["words"]),
        hours=hours,
        route=word_pattern(word for route, words in data["routes"].items() for word in (route, *words)),
        routes=routes,
        said={name: word_pattern(words) for name, words in data["said"].items()},
    )


def _dose_pattern(unit: str) -> re.Pattern[str]:
    size = r"(?:\s*(?:/|(?ai:per))\s*(?P<{}>(?ai:kg|m2|m²|m\^2)))?"
    return re.compile(
        rf"(?:^|(?<=[\s(\[:{TAKEN}]))"
        rf"(?:(?P<low>{_NUMBER})(?:\s*(?P<low_unit>{unit}){size.format('low_size')})?\s*(?:[-–]|\b(?ai:to)\b)\s*)?"
        rf"(?P<high>{_NUMBER})\s*(?P<unit>{unit}){size.format('size')}"
        r"(?:\s*(?:/|(?ai:per))\s*(?P<time>(?ai:day|d|hour|hr|h)))?"
        r"(?![\w/*^%²³-]|\s*/|[.,][0-9])"
    )


def _take_intervals(rest: str, words: _Words) -> tuple[list[tuple[float, re.Match[str]]], str]:
    times, rest = take_all(_TIMES, rest)
    hourly, rest = take_all(_HOURLY, rest)
    every, rest = take_all(_EVERY, rest)
    bare, rest = take_all(_BARE, rest)
    spelled, rest = take_all(words.interval, rest)
    found = [((168.0 if "w" in match[2].casefold() else 24.0) / float(match[1]), match) for match in times]
    found += [(float(match[1]), match) for match in hourly + bare]
    found += [(float(match[1]) * _HOURS[match[2][0].casefold()], match) for match in every]
    found += [(words.hours[word_key(match[0])], match) for match in spelled]
    return found, rest


def _take_doses(rest: str, words: _Words) -> tuple[list[tuple[Dose, re.Match[str]]], str]:
    """The doses of a text, all or none: none where a number or a sign before them was not understood."""
    matches, without = take_all(words.dose, rest)
    doses = [(_dose(match, words), match) for match in matches]
    read = [(dose, match) for dose, match in doses if dose is not None]
    before = [rest[: match.start()].rstrip() for match in matches]
    if len(read) < len(doses) or any(re.search(r"[<>≤≥~≈±=?×*/^+]$|(?<!\w)[xX]$", text) for text in before):
        return [], rest
    if before and any(letter.isnumeric() for letter in before[0]):
        return [], rest
    return read, without


def _dose(match: re.Match[str], words: _Words) -> Dose | None:
    """The dose of a match; None for a range whose two units differ or whose first number is not the lower."""
    unit = words.units[word_key(match["unit"])]
    unit += {"": "", "kg": "/kg"}.get((match["size"] or "").casefold(), "/m2")
    high = float(match["high"].replace(",", ""))
    low = high
    if match["low"] is not None:
        low = float(match["low"].replace(",", ""))
        low_unit = words.units[word_key(match["low_unit"])] if match["low_unit"] else None
        low_size = {"": "", "kg": "/kg"}.get((match["low_size"] or "").casefold(), "/m2")
        if low >= high or (low_unit is not None and low_unit + low_size != unit):
            return None
    time = (match["time"] or "").casefold()
    return Dose(
        low=low,
        high=None if match["low"] is None else high,
        unit=unit + ("/h" if time.startswith("h") else ""),
        interval_hours=24.0 if time.startswith("d") else None,
    )


def _days(match: re.Match[str]) -> float:
    return float(match[1]) * (7 if match[2][0] in "wW" else 1)


def _agreed(found: Sequence[tuple[T, re.Match[str]]], rest: str) -> tuple[T | None, str]:
    """The one value that all matches give; where they differ, None, and their letters are put back."""
    values = {value for value, _ in found}
    if len(values) == 1:
        return values.pop(), rest
    return None, put_back((match for _, match in found), rest)
