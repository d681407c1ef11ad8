"""Claims: what a text prints of its patients, and how each printed value is to be derived."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from caseseries.cases.series import Source
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.values import Operator, plain_text, read_number
from caseseries.literature.entries import Entry, entries_source, read_entries

WAYS = ("result", "from", "any_differs", "needs")
NEEDED = ("id", "of", "where", "printed")
KEYS = {*NEEDED, *WAYS, "unit", "beside", "to", "but"}
WORDS = ("Yes", "No", "None", "All")
SEVERAL = re.compile(
    r"[<>=]*[0-9][0-9.,]*%?\s*(?:\(.*[0-9].*\)|(?:/|\+/-|\u00b1|of|out of)\s*[0-9][0-9.,]*%?)"
)
"""A count with its percentage, a part of a whole, a mean with its deviation."""
PRINTED = f'Write the printed digits, such as "0.0293" or "31%", or the word: {", ".join(WORDS)}.'
ONE_WAY = (
    'Give one of them: the id of a result, from = "an expression", any_differs = "a table", '
    'or needs = "what would be needed".'
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One printed value: what it is `of`, `where` it stands, its digits or word, and how it is derived.

    One of four: `result`, the id of a result; `derived`, an expression over the cases (the key `from`);
    `any_differs`, the tables of which a text says whether any variable differs between the groups, leaving
    out those in `but`; or `needs`, what would be needed. `beside` is the id of the same number from another
    source of the same print, `to` the claim that is the upper end of the range whose lower end this is.
    """

    id: str
    of: str
    where: str
    printed: str
    result: str = ""
    derived: str = ""
    needs: str = ""
    any_differs: str = ""
    but: str = ""
    unit: str = ""
    beside: str = ""
    to: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of `any_differs`, by their ids."""
        return _named(self.any_differs)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The variables of `but`."""
        return _named(self.but)

    @property
    def is_percent(self) -> bool:
        """Whether the print is in percent: with its sign, or with the sign of its range's other end."""
        return "%" in (self.printed.strip()[-1:], self.unit)


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number: its operator ("<" of <0.001), and how many digits stand behind the point."""

    operator: Operator
    number: Decimal
    digits: int


def _named(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def printed_word(text: str) -> str:
    """The printed word, as WORDS spells it; "" where a number is printed."""
    return next((word for word in WORDS if word.casefold() == plain_text(text).casefold()), "")


def printed_number(text: str) -> Printed:
    """The printed number, its percent sign aside."""
    plain = plain_text(text).removesuffix("%").rstrip()
    operator = read_number(plain).operator
    number = Decimal(plain.lstrip("<>=\u2264\u2265 ").replace(",", ""))
    return Printed(operator, number, max(-int(number.as_tuple().exponent), 0))


def read_claims(path: Path) -> tuple[Claim, ...]:
    """The claims of a TOML file, in its order; none where there is no file. Raises Problems."""
    entries = read_entries(path, "claim", _slips)
    claims = tuple(Claim(**{_field(key): value for key, value in entry.items()}) for entry in entries)
    if problems := list(_ranges(path.name, claims)):
        raise Problems(problems)
    return claims


def claims_source(path: Path, claims: Sequence[Claim]) -> Source | None:
    """The file from which these claims were read, with its digest; None where there is none."""
    return entries_source(path, "claims", len(claims))


def _field(key: str) -> str:
    return "derived" if key == "from" else key  # `from` is a word of Python's own


def _slips(file: str, entries: list[Entry]) -> Iterator[Problem]:
    if not entries:
        yield Problem(file, "there is no claim in it", "Begin the first with [[claim]].")
    seen: set[str] = set()
    for position, entry in enumerate(entries, start=1):
        where = f'{file}, claim {position} ("{entry.get("id", "?")}")'
        for key in sorted(set(entry) - KEYS):
            yield Problem(where, f'the key "{key}" is not known', did_you_mean(key, sorted(KEYS)))
        for key in sorted(set(NEEDED) - set(entry)):
            yield Problem(where, f'the key "{key}" is missing', f'Add it: {key} = "..."')
        for key in sorted(key for key in KEYS & set(entry) if not isinstance(entry[key], str)):
            yield Problem(where, f'"{key}" is not text', _as_text(key, entry[key]))
        yield from _not_one_way(where, [way for way in WAYS if entry.get(way) != "" and way in entry])
        if "beside" in entry and "needs" in entry:
            mend = "Name it as the result instead, or leave it out."
            yield Problem(where, '"beside" stands beside nothing', mend)
        if "but" in entry and "any_differs" not in entry:
            mend = 'It belongs to any_differs = "a table": name that, or leave it out.'
            yield Problem(where, '"but" leaves nothing out', mend)
        if "any_differs" in entry and printed_word(str(entry.get("printed"))) not in ("Yes", "No"):
            mend = 'Write printed = "No" where a text says that nothing differs, "Yes" where something does.'
            yield Problem(where, "whether anything differs is neither a number nor None or All", mend)
        printed = entry.get("printed")
        if isinstance(printed, str) and (reason := _no_number(printed)):
            yield Problem(where, f'printed = "{printed}" is not a number', reason)
        if "id" in entry and str(entry["id"]) in seen:
            yield Problem(where, "another claim has the same id", "Give each claim an id of its own.")
        seen |= {str(entry["id"])} if "id" in entry else set()


def _as_text(key: str, value: object) -> str:
    """How a value that is no text is to be typed: only a number is told apart from what it might mean."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if key == "printed" and not is_number:
        return PRINTED
    return f'Put it in quotes: {key} = "{value}"' if is_number else f'Write one text in quotes: {key} = "..."'


def _not_one_way(where: str, ways: list[str]) -> Iterator[Problem]:
    if not ways:
        yield Problem(where, "it names no result, has no expression, and says not what it needs", ONE_WAY)
    elif len(ways) > 1:
        yield Problem(where, f"it has {' and '.join(ways)}", ONE_WAY)


def _no_number(text: str) -> str:
    """Why the text is no printed number, as its mend; "" where it is one. A comma is a thousands comma."""
    if printed_word(text):
        return ""
    try:
        typed = read_number(plain_text(text).removesuffix("%").strip())
    except ValueError as error:
        ends = plain_text(text).replace("\u2013", "-").split("-")
        if len(ends) == 2 and all(end and not _no_number(end) for end in ends):
            return "It is a range: give each of its ends a claim of its own."
        if SEVERAL.fullmatch(plain_text(text)):
            return "These are several numbers: give each a claim of its own."
        mend = str(error).partition(". ")[2].replace("belongs to the column", 'goes into "unit"')
        return mend if mend.startswith("Write") else PRINTED  # any other mend is one for the cell of a sheet
    return PRINTED if typed.value is None else ""


def _ranges(file: str, claims: tuple[Claim, ...]) -> Iterator[Problem]:
    """What is wrong with the ends of ranges."""
    known = {claim.id: claim for claim in claims}
    for low in (claim for claim in claims if claim.to):
        where = f'{file}, claim "{low.id}"'
        if low.to not in known:
            found = f'the upper end of its range, "{low.to}", is not there'
            yield Problem(where, found, did_you_mean(low.to, known))
        elif low.to == low.id:
            found = "its range ends at the claim itself"
            yield Problem(where, found, "Name the claim of the upper end, or leave out to.")
        elif known[low.to].to:
            found = f'the upper end of its range, "{low.to}", is the lower end of another'
            yield Problem(where, found, "A range has two ends: leave out to in one of the claims.")
        elif printed_word(low.printed) or printed_word(known[low.to].printed):
            yield Problem(where, "an end of its range is no number", PRINTED)
        elif printed_number(low.printed).number > printed_number(known[low.to].printed).number:
            found = f"its range is the wrong way round: {low.printed} to {known[low.to].printed}"
            yield Problem(where, found, f'Put to = "{low.id}" into the claim "{low.to}" instead.')
