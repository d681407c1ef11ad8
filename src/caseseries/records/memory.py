"""Memory: codes that nobody read in a source, and how many rows rest on each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from caseseries.records.codebook import Codebook, Entry, Meaning
from caseseries.records.deaths import Deaths
from caseseries.records.survey_frames import RECALLED


def rest_on_memory(
    codebook: Codebook,
    entries: Iterable[Entry],
    concepts: pl.DataFrame,
    written: pl.DataFrame,
    values: pl.DataFrame,
    deaths: Deaths,
) -> pl.DataFrame:
    """The recalled codes of these entries and of the hospital's units, operators and discharges.

    With RECALLED as columns. The first three frames are those of the survey and of its spread.
    """
    rows = {
        **_sums(concepts.filter(pl.col("confidence") == "recalled"), "concept_id"),
        **_sums(written, "unit_concept_id"),
        **_sums(values.filter(pl.col("value").is_not_null()), "operator_concept_id"),
        **deaths.by_concept,
    }
    same = _sums(written.filter(pl.col("text_unit") == pl.col("unit")), "unit_concept_id")
    found = [
        (concept, label, what, rows.get(concept, 0), same.get(concept, 0) if what == "unit" else 0)
        for concept, label, what in _recalled(codebook, entries)
    ]
    unique = pl.DataFrame(found, RECALLED, orient="row").unique("concept_id", maintain_order=True)
    return unique.sort("rows", descending=True, maintain_order=True)


def _recalled(codebook: Codebook, entries: Iterable[Entry]) -> Iterator[tuple[int, str, str]]:
    for entry in entries:
        for code in entry.codes:
            if code.confidence == "recalled":
                yield code.concept, code.label, entry.finding
    meanings: tuple[tuple[str, tuple[Meaning, ...]], ...] = (
        ("unit", codebook.units),
        ("operator", codebook.operators),
    )
    for what, some in meanings:
        for one in some:
            if one.code.confidence == "recalled":
                yield one.code.concept, one.code.label, what
    for code in (*codebook.died, *codebook.hospice):
        if code.confidence == "recalled":
            yield code.concept, code.label, "discharge"


def _sums(frame: pl.DataFrame, by: str) -> dict[int, int]:
    """The rows of each concept."""
    return dict(frame.group_by(by).agg(pl.col("rows").sum()).iter_rows())
