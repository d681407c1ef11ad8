"""The entries of a TOML file that holds nothing else: [[cohort]] after [[cohort]], or the claims."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from caseseries.cases.series import Source
from caseseries.evidence.page import read_page
from caseseries.evidence.problem import Problem, Problems

Entry = dict[str, Any]
Slips = Callable[[str, list[Entry]], Iterable[Problem]]
"""What is wrong with the entries of the file of this name."""


def read_entries(path: Path, word: str, slips: Slips) -> list[Entry]:
    """The entries that stand under [[word]], in their order; none where there is no file. Raises Problems."""
    if not path.exists():
        return []
    content = read_page(path, None).content
    entries: Any = content.get(word, [])
    problems = [
        Problem(path.name, f'the key "{key}" is not known', f"It holds [[{word}]].")
        for key in content
        if key != word
    ]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        found, mend = (
            f"the {word}s are not a list of {word}s",
            f"Begin each with [[{word}]], in two brackets.",
        )
        problems.append(Problem(path.name, found, mend))
    elif entries or not problems:
        problems += slips(path.name, entries)
    if problems:
        raise Problems(problems)
    return list(entries)


def entries_source(path: Path, kind: Literal["claims", "cohorts"], entries: int) -> Source | None:
    """The file with its digest and how many entries were read from it; None where there is no file."""
    if not path.exists():
        return None
    return Source(path.name, kind, hashlib.sha256(path.read_bytes()).hexdigest(), entries)
