"""Presence in a word: what says that a finding is there, and what that it is not."""

from __future__ import annotations

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
)
_UNKNOWN = MISSING - {""}
"""What says that nobody knows; an empty word says nothing, and its row is there."""


def presence(word: str) -> str:
    """The word where it denies, or says that nobody knows; else "present": the row is there."""
    plain = plain_text(word).casefold()
    return word if plain in ABSENT or plain in _UNKNOWN else "present"
