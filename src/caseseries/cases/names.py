"""Names as people type them: what looks alike to the eye is one name."""

from __future__ import annotations

import unicodedata


def seen(text: str) -> str:
    """The text as an eye sees it: without signs that have no width, single-spaced, its letters composed."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(letter for letter in text if letter.isspace() or not _is_unseen(letter))
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def trimmed(text: str) -> str:
    """The text without spaces and unseen signs at its ends; inside nothing is taken away."""
    return text.strip() if text.isascii() else text.strip(_EDGES)


def alike(text: str) -> str:
    """What all spellings of a level have in common: capitals and spaces do not count."""
    return seen(text).casefold()


def heading(text: str) -> str:
    """What all spellings of a column's name have in common: an underscore is a space."""
    return alike(text.replace("_", " "))


def _is_unseen(letter: str) -> bool:
    """Whether it is a control or a format character: spaces without width, marks of direction, a BOM."""
    return unicodedata.category(letter) in {"Cc", "Cf"}


_EDGES = "".join(letter for letter in map(chr, range(0x10000)) if letter.isspace() or _is_unseen(letter))
