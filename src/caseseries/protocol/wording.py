"""Wording: lists, names and moments as they stand in an English sentence."""

from __future__ import annotations

from collections.abc import Iterable

from caseseries.protocol.protocol import Protocol


def all_of(words: Iterable[str]) -> str:
    """A list in words: a; a and b; a, b and c."""
    return _listed(words, "and")


def one_of(words: Iterable[str]) -> str:
    """A choice in words: a; a or b; a, b or c."""
    return _listed(words, "or")


def a_moment(name: str) -> str:
    """A moment as it is spoken of: admission, the first dose, 7 days after the last dose."""
    for sign, word in ((" + ", "after"), (" - ", "before")):
        if sign in name:
            moment, length = name.split(sign, 1)
            return f"{length} {word} {a_moment(moment)}"
    words = name.replace("_", " ")
    return f"the {words}" if " " in words else words


def in_running_text(title: str) -> str:
    """A title inside a sentence: its capital goes, except that of a name such as HScore."""
    first = title.split(" ", 1)[0]
    return title[:1].lower() + title[1:] if first[1:].islower() or len(first) == 1 else title


def titles(protocol: Protocol, names: Iterable[str]) -> str:
    """Variables by their titles, as a list in running text."""
    return all_of(titled(protocol, name) for name in names)


def titled(protocol: Protocol, name: str) -> str:
    """A variable by its title, in running text."""
    column = protocol.column(name)
    title = in_running_text(column.title) if column is not None else name
    return f"“{title}”" if "," in title else title


def serial_titled(protocol: Protocol, name: str) -> str:
    """A serial by its title, in running text."""
    return in_running_text(protocol.serial(name).title)


def sentence(words: str) -> str:
    """With a capital, and with a full stop unless it ends with a mark of its own."""
    begun = words[:1].upper() + words[1:]
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."


def _listed(words: Iterable[str], link: str) -> str:
    *before, last = [*words] or [""]
    return f"{', '.join(before)} {link} {last}" if before else last
