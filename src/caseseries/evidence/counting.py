"""Counting: a number with its word."""

from __future__ import annotations


def so_many(count: int, one: str, several: str = "") -> str:
    """1 patient, 16 patients, 1,290 entries: `several` where the word for more is not `one` with an s."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
