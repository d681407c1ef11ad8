"""Reading a protocol: from a TOML file to the frozen value, with every slip told at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from caseseries.evidence.page import Slip, digest, read_page
from caseseries.evidence.problem import Problem, Problems
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.references import reference_slips
from caseseries.protocol.shape import shape_slips

EMPTY = Slip(
    (),
    "nothing is promised in it",
    'Begin with title = "...", version = "1.0", question = "..." and a first [[variable]].',
)


def read_protocol(path: Path) -> Protocol:
    """The promise in `path`, with its digest. Raises Problems, naming every slip with its place and mend."""
    page = read_page(path, EMPTY)
    slips = list(shape_slips(Protocol, page.content))
    sound = _sound(page.content, slips)
    readable = Protocol.model_validate(sound.content)
    slips += [sound.as_written(slip) for slip in reference_slips(readable, sound.unread)]
    if slips:
        slips.sort(key=lambda slip: page.line(slip.path))
        raise Problems(Problem(page.where(slip.path), slip.found, slip.mend) for slip in slips)
    return Protocol.model_validate({**page.content, "digest": digest(page.content)})


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
