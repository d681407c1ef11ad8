"""Keys: whose row it is, by patient and episode."""

from __future__ import annotations

from collections.abc import Sequence

from caseseries.cases.grid import Grid
from caseseries.cases.names import seen
from caseseries.evidence.problem import Problem
from caseseries.evidence.values import read_range

Key = tuple[str, int]
"""The patient as typed and the number of the episode: "7" and "07" are two patients."""


def label(key: Key) -> str:
    """The key as one word: the patient, with `/2` behind it for a second episode."""
    patient, episode = key
    return patient if episode == 1 else f"{patient}/{episode}"


def read_keys(grid: Grid, patients: int, episodes: int | None) -> tuple[list[Key], list[Problem]]:
    """The key of every row, and what is wrong with them; an unreadable episode counts as the first."""
    keys: list[Key] = []
    problems: list[Problem] = []
    for row, typed in enumerate(grid.column(patients)):
        patient, episode = seen(typed), 1
        if not patient:
            mend = "Give the patient a number or a letter."
            problems.append(Problem(grid.where(row, patients), "the patient has no name", mend))
        if episodes is not None:
            text = seen(grid.rows[row][episodes])
            number = _episode(text)
            episode = number or 1
            if number is None:
                found = f'"{text}" is not the number of an episode'
                mend = "Write 1 for the first, 2 for the next."
                problems.append(Problem(grid.where(row, episodes), found, mend))
        keys.append((patient, episode))
    return keys, problems


def repeated(grid: Grid, keys: Sequence[Key], patients: int) -> list[Problem]:
    """The rows whose key, or whose label, stands in an earlier row."""
    first: dict[str, int] = {}
    problems = []
    for row, key in enumerate(keys):
        if key[0] and label(key) in first:
            found = f'patient "{label(key)}" stands here and in row {grid.numbers[first[label(key)]]}'
            mend = 'Keep one row, or add a column "episode" that numbers the episodes of a patient.'
            problems.append(Problem(grid.where(row, patients), found, mend))
        first.setdefault(label(key), row)
    return problems


def _episode(text: str) -> int | None:
    try:
        low, high = read_range(text)
    except ValueError:
        return None
    return low if low == high and 1 <= low < 1000 else None
