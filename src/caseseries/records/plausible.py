"""The plausible: the range in which a number can be a patient's, in each unit that is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from caseseries.evidence.catalogue import Entry as Kind
from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.records.codebook import Entry

BANDS = pl.Schema(
    {
        "finding": pl.String,
        "unit": pl.String,
        "least": pl.Float64,
        "most": pl.Float64,
        "zero": pl.Float64,
        "one": pl.Float64,
    }
)
"""Of each unit that is taken the plausible range, and what 0 and 1 of it are in the finding's own unit."""


def plausible_bands(entries: Iterable[Entry]) -> pl.DataFrame:
    """The plausible range of each unit that is taken, with BANDS as columns."""
    return pl.DataFrame(list(_each_band(entries)), BANDS, orient="row")


def band(entry: Entry, unit: str) -> tuple[float, float] | None:
    """The range in which a value in a unit can be a patient's, ends included; None for one not taken."""
    kind = catalogue_entry(entry.finding)
    if kind is None or unit not in kind.units or unit not in entry.units:
        return None
    return plausible(entry, kind, unit)


def plausible(entry: Entry, kind: Kind, unit: str) -> tuple[float, float]:
    """The same of a unit of the catalogue, whether the codebook takes it or not."""
    ends = entry.plausible or kind.plausible
    if ends is None:
        raise ValueError(f'"{entry.finding}" has no plausible range.')
    low, high = (kind.convert(end, entry.unit or kind.unit, unit) for end in ends)
    if low is None or high is None:
        raise ValueError(f'"{entry.finding}" has no way into {unit}.')
    return low, high


def _each_band(entries: Iterable[Entry]) -> Iterator[tuple[object, ...]]:
    for entry in entries:
        for unit in entry.units:
            ends, kind = band(entry, unit), catalogue_entry(entry.finding)
            if ends is not None and kind is not None:
                yield entry.finding, unit, *ends, _own(kind, 0.0, unit), _own(kind, 1.0, unit)


def _own(kind: Kind, value: float, unit: str) -> float:
    own = kind.convert(value, unit, kind.unit)
    return float("nan") if own is None else own
