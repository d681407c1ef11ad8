"""Reading a protocol: from a TOML file to the frozen value, with every slip told at once."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from caseseries.evidence.problem import Problem, Problems
from caseseries.protocol.page import Page, Slip
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.references import reference_slips
from caseseries.protocol.shape import shape_slips


def read_protocol(path: Path) -> Protocol:
    """The promise in `path`, with its digest. Raises Problems, naming every slip with its place and mend."""
    page = _page(path)
    slips = list(shape_slips(Protocol, page.content))
    sound = _sound(page.content, slips)
    readable = Protocol.model_validate(sound.content)
    slips += [sound.as_written(slip) for slip in reference_slips(readable, sound.unread)]
    if slips:
        slips.sort(key=lambda slip: page.line(slip.path))
        raise Problems(Problem(page.where(slip.path), slip.found, slip.mend) for slip in slips)
    return Protocol.model_validate({**page.content, "digest": digest(page.content)})


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of what is promised, whatever the comments, the spacing and the order of keys."""
    canonical = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


# ---- From bytes to a page ----

TOML_MENDS = {
    "Invalid value": 'Text stands in quotes: kind = "number". Numbers and dates stand without.',
    "Expected '=' after a key": 'A key is one word, followed by =, as in kind = "number".',
    "Cannot overwrite a value": "This key stands twice in its clause; keep one of the two.",
    "Cannot declare": "This heading stands twice; of what there are several is in [[double brackets]].",
    "Invalid date": "A date that is in the calendar, year first: 2009-01-31.",
    'Expected "\'"': "Close the quotes on the line on which they are opened.",
    "Unterminated": "Close the quotes that are opened.",
    "Illegal character": "Close the quotes on the line on which they are opened.",
    "Unclosed array": "Put a comma between two items of the list, or close the list with ].",
    "Unclosed inline table": "Put a comma between two keys of the table, or close it with } on its line.",
}


def _page(path: Path) -> Page:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text)
    except OSError as error:
        found = f"it cannot be read ({(error.strerror or str(error)).lower()})"
        raise Problems([Problem(str(path), found, "Check the path.")]) from None
    except UnicodeDecodeError:
        found = "it is not plain text in UTF-8"
        raise Problems(
            [Problem(path.name, found, 'Save it as plain text with the encoding "UTF-8".')]
        ) from None
    except RecursionError:
        found = "lists or tables stand too deep inside one another"
        raise Problems([Problem(path.name, found, "Close each list with ] and each table with }.")]) from None
    except ValueError as error:
        raise Problems([_toml_problem(path.name, text, str(error))]) from None
    if not content:
        mend = 'Begin with title = "...", version = "1.0", question = "..." and a first [[variable]].'
        raise Problems([Problem(path.name, "nothing is promised in it", mend)])
    return Page(path.name, text, content)


def _toml_problem(file: str, text: str, error: str) -> Problem:
    place = re.search(r"\(at line (\d+), column \d+\)", error)
    number = int(place[1]) if place else len(text.splitlines())
    line = text.splitlines()[number - 1].strip() if 0 < number <= len(text.splitlines()) else ""
    mend = next(
        (mend for words, mend in TOML_MENDS.items() if words in error),
        "Each line is a [heading] or key = value.",
    )
    return Problem(f"{file}, line {number}", f"this cannot be read: {line or 'the end of the file'}", mend)


# ---- What can still be read of a protocol with slips ----

UNWRITTEN = {"title": "-", "version": "-", "question": "-", "variable": []}
"""Stands in for what is missing, so that the rest can be read."""


@dataclass(frozen=True, slots=True)
class _Sound:
    """The clauses without a slip, the number that each had in the file, and the words of all the others.

    An unread word may be a name in a clause that is only misspelt: nothing is said against who refers to it.
    """

    content: dict[str, Any]
    numbers: dict[str, list[int]]
    unread: frozenset[str]

    def as_written(self, slip: Slip) -> Slip:
        """The slip with the clause's number in the file, the unread ones counted."""
        key, *rest = slip.path
        if rest and isinstance(rest[0], int) and isinstance(key, str):
            return replace(slip, path=(key, self.numbers[key][rest[0]], *rest[1:]))
        return slip


def _sound(content: dict[str, Any], slips: Iterable[Slip]) -> _Sound:
    places = {slip.path[:2] for slip in slips if slip.path}
    clauses = {place[0] for place in places}
    sound: dict[str, Any] = dict(UNWRITTEN)
    numbers: dict[str, list[int]] = {}
    unread = UNWRITTEN.keys() - content.keys()
    for key, value in content.items():
        if (key,) in places or (key in clauses and not isinstance(value, list) and key != "moments"):
            unread |= {key, *_words(value), *get_close_matches(key, Protocol.model_fields)}
        elif isinstance(value, list):
            numbers[key] = [number for number in range(len(value)) if (key, number) not in places]
            sound[key] = [value[number] for number in numbers[key]]
            unread |= {
                word for number, one in enumerate(value) if (key, number) in places for word in _words(one)
            }
        elif isinstance(value, dict):
            sound[key] = {name: one for name, one in value.items() if (key, name) not in places}
            unread |= {
                word for name, one in value.items() if (key, name) in places for word in (name, *_words(one))
            }
        else:
            sound[key] = value
    return _Sound(sound, numbers, frozenset(unread))


def _words(value: Any) -> Iterator[str]:
    """Every key and every text in a part of the file."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    elif isinstance(value, str):
        yield value
