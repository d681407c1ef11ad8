"""Presence in a word: what says that a finding is there, and what that it is not."""

from __future__ import annotations

from caseseries.evidence.values import plain_text

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
)


def presence(word: str) -> str:
    """The word where it denies, else "present": of a row that is only there, "absent" alone says no."""
    return word if plain_text(word).casefold() in ABSENT else "present"
