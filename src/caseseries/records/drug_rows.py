"""Drug rows: which of them are administrations, and how many tell a sig, a dose and a route."""

from __future__ import annotations

from datetime import date

import polars as pl

from caseseries.evidence.dose import read_dose
from caseseries.evidence.exposure import Exposure
from caseseries.records.forms import names_of
from caseseries.records.omop import Records
from caseseries.records.strengths import strengths
from caseseries.records.survey_frames import DRUGS, framed

ADMINISTRATIONS = frozenset({32818})
"""Type concepts of rows that say a drug was given: EHR administration record (OMOP Type Concept)."""

_ROWS = """
SELECT e.drug_concept_id AS concept_id, COALESCE(e.drug_type_concept_id, 0) AS type_concept_id,
  COALESCE(e.sig, '') AS sig, e.quantity, e.days_supply, COALESCE(e.dose_unit_source_value, '') AS dose_unit,
  COALESCE(e.route_concept_id, 0) AS route_concept_id, COALESCE(e.route_source_value, '') AS route_source,
  COUNT(*) AS rows
FROM drug_exposure e
JOIN surveyed_drugs w ON w.concept_id = e.drug_concept_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"""
"""SQL: every way in which a drug is written, with its rows."""


def drug_rows(records: Records, wanted: pl.DataFrame) -> pl.DataFrame:
    """How many rows of each drug and type tell a sig, a dose and a route, with DRUGS as columns.

    `wanted` has the columns finding, table and concept_id. A dose is told where its milligrams can be read,
    each time or an hour: from the quantity, or from the sig.
    """
    drugs = wanted.filter(pl.col("table") == "drug_exposure").select("finding", "concept_id").unique()
    if not drugs.height:
        return pl.DataFrame(schema=DRUGS)
    records.put("surveyed_drugs", drugs.select("concept_id").unique())
    written = records.run(_ROWS, "survey: drugs as they are written").join(drugs, on="concept_id")
    records.drop("surveyed_drugs")
    # Looked up and not joined: where CONCEPT has a row twice, no row of a drug may count twice.
    called = names_of(records, pl.concat([written["concept_id"], written["route_concept_id"]]))
    pieces = strengths(records, {concept: called.get(concept, "") for concept in written["concept_id"]})
    route = pl.col("route_concept_id").replace_strict(called, default="", return_dtype=pl.String)
    written = written.with_columns(
        strength=pl.col("concept_id").replace_strict(pieces, default=None, return_dtype=pl.Float64),
        route=pl.when(route != "").then(route).otherwise("route_source"),
    )
    doses = [_tells_dose(row) for row in written.iter_rows(named=True)]
    is_given = pl.col("type_concept_id").is_in(list(ADMINISTRATIONS))
    rows = pl.col("rows").cast(pl.Int64)
    counted = (
        written.with_columns(
            pl.Series("tells_dose", doses, pl.Boolean),
            kind=pl.when(is_given).then(pl.lit("administration")).otherwise(pl.lit("order")),
        )
        .group_by("finding", "type_concept_id", "kind")
        .agg(
            rows=rows.sum(),
            with_sig=rows.filter(pl.col("sig").str.strip_chars() != "").sum(),
            with_dose=rows.filter("tells_dose").sum(),
            with_route=rows.filter(pl.col("route").str.strip_chars() != "").sum(),
        )
    )
    return framed(counted, DRUGS).sort("finding", "kind", "type_concept_id")


def _tells_dose(row: dict[str, object]) -> bool:
    quantity, supply, strength = row["quantity"], row["days_supply"], row["strength"]
    said = read_dose(
        Exposure(
            patient="",
            drug=str(row["finding"]),
            start=date(1970, 1, 1),
            is_administration=row["type_concept_id"] in ADMINISTRATIONS,
            quantity=quantity if isinstance(quantity, float) else None,
            dose_unit=str(row["dose_unit"]),
            strength=strength if isinstance(strength, float) else None,
            sig=str(row["sig"]),
            route=str(row["route"]),
            days_supply=supply if isinstance(supply, int) else None,
        )
    )
    return said.mass is not None or said.hourly is not None
