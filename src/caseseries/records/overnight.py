"""Overnight: visits that last like a stay in hospital and are none by the codebook: nobody looks there."""

from __future__ import annotations

import polars as pl

from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import some_of
from caseseries.records.codebook import Codebook
from caseseries.records.omop import Records

OVERNIGHT = pl.Schema(
    {
        "concept_id": pl.Int64,
        "name": pl.String,
        "visits": pl.Int64,
        "patients": pl.Int64,
        "median": pl.Float64,
    }
)
_QUERY = """
SELECT COALESCE(v.visit_concept_id, 0) AS concept_id, MIN(c.concept_name) AS name, COUNT(*) AS visits,
  COUNT(DISTINCT v.person_id) AS patients,
  CAST(MEDIAN(DATE_DIFF('day', v.visit_start_date, v.visit_end_date)) AS DOUBLE) AS median
FROM visit_occurrence v LEFT JOIN concept c ON c.concept_id = v.visit_concept_id
WHERE v.visit_end_date >= v.visit_start_date
GROUP BY 1"""


def overnight(records: Records, codebook: Codebook) -> pl.DataFrame:
    """The kinds of visits that are not inpatient by the codebook, and last a night or more by their median.

    With OVERNIGHT as columns; `median` is in days from the first to the last. The most visits first.
    """
    found = records.run(_QUERY, "how long visits last")
    found = found.select(pl.col(name).cast(kind) for name, kind in OVERNIGHT.items())
    others = ~pl.col("concept_id").is_in(list(codebook.inpatient_concepts))
    return found.filter(others & (pl.col("median") >= 1)).sort(
        ["visits", "concept_id"], descending=[True, False]
    )


def note_on_overnight(kinds: pl.DataFrame) -> tuple[str, ...]:
    """A sentence that names them (as `overnight` tells them); nothing where there are none."""
    said = [
        f"{concept}{f' {name}' if name else ''} ({visits:,} of {so_many(patients, 'patient')}, "
        f"median {median:g} day{'s' * (median != 1)})"
        for concept, name, visits, patients, median in kinds.iter_rows()
    ]
    if not said:
        return ()
    return (
        f"Visits that last overnight and are no stays by the codebook: {some_of(said)}. Whoever met the "
        "criteria in them is not found: where they are stays, add them to inpatient in the codebook.",
    )
