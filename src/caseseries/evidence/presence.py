"""Presence in a word: what says that a finding is there, and what that it is not."""

from __future__ import annotations

import re

from caseseries.evidence.values import MISSING, plain_text

PRESENT = ("present", "yes", "seen", "found", "positive", "enlarged", "true")
ABSENT = (
    "absent",
    "no",
    "none",
    "not seen",
    "not found",
    "negative",
    "not enlarged",
    "normal",
    "false",
    "alive",
    "living",
    "still alive",
)
_UNKNOWN = MISSING - {""}
"""What says that nobody knows; an empty word says nothing, and its row is there."""
_NEGATED = re.compile(r"(?:no|not|none|never|without|denie[sd]|negative|absent|normal|excluded)\b")
"""How a word begins that denies something, and leaves open what: "no pathogenic variant"."""


def presence(word: str) -> str:
    """The word where it denies, leaves open what it denies, or says that nobody knows; else "present"."""
    plain = plain_text(word).casefold()
    return word if plain in ABSENT or plain in _UNKNOWN or _NEGATED.match(plain) else "present"
