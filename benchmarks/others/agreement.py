"""Who agrees, and by how much: what one library says beside what caseseries says, as the cell of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

AGREED = 1e-6
"""A disagreement above this is named with its case: it is more than when a search was ended."""
NOTHING = 1e-6
"""Numbers smaller than this differ by no more than what lies between them, divided by this."""
Said = Mapping[tuple[str, str], Mapping[str, Any]]
"""What caseseries says, by row and case."""


@dataclass(slots=True)
class Agreement:
    """One way of one library at one row: the largest relative disagreement, and what was not compared."""

    largest: float = 0.0
    where: str = ""
    compared: set[str] = field(default_factory=set)
    only_theirs: set[str] = field(default_factory=set)
    only_ours: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        parts = []
        if self.compared:
            parts.append(f"{self.largest:.0e}".replace("e-0", "e-").replace("0e+00", "0"))
            if self.largest > AGREED:
                parts[-1] = f"**{self.largest:.1e}** ({self.where})".replace("e-0", "e-").replace("e+00", "")
        for cases, told in (
            (self.failed, "an error"),
            (self.only_theirs, "a number where we have none"),
            (self.only_ours, "no number where we have one"),
        ):
            if cases:
                parts.append(f"{told}: {', '.join(sorted(cases))}")
        return "; ".join(parts)


def agreements(ours: Said, theirs: Iterable[tuple[str, str, str, Mapping[str, Any]]]) -> dict[Any, str]:
    """The cell of each library and row: one agreement, or one for each way that the library has."""
    found: dict[tuple[str, str], dict[str, Agreement]] = defaultdict(lambda: defaultdict(Agreement))
    for library, row, case, answers in theirs:
        for called, values in answers.items():
            quantity, _, way = called.partition(" | ")
            if quantity == "failed":
                found[library, row][way].failed.add(case)
            else:
                compare(
                    ours[row, case][quantity], values, f"{quantity}, {case}", case, found[library, row][way]
                )
    return {
        place: "; ".join(f"{way}: {one}" if way else str(one) for way, one in ways.items())
        for place, ways in found.items()
    }


def compare(ours: Any, theirs: Any, where: str, case: str, agreement: Agreement) -> None:
    """Put the numbers of one quantity in one case beside each other."""
    mine, other = (np.ravel(np.asarray(values, dtype=float)) for values in (ours, theirs))
    if mine.shape != other.shape:
        raise ValueError(f"{where}: {len(mine)} numbers here and {len(other)} there")
    both = np.isfinite(mine) & np.isfinite(other)
    if (np.isnan(mine) & np.isfinite(other)).any():
        agreement.only_theirs.add(case)
    if (np.isfinite(mine) & np.isnan(other)).any():
        agreement.only_ours.add(case)
    if not both.any():
        return
    agreement.compared.add(case)
    scale = np.maximum(np.maximum(np.abs(mine[both]), np.abs(other[both])), NOTHING)
    apart = float((np.abs(mine[both] - other[both]) / scale).max())
    if apart > agreement.largest:
        agreement.largest, agreement.where = apart, where
