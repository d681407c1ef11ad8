"""Naming: rows without a concept that go by a name of the codebook are given one, of this run alone."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from caseseries.records.engines.duckdb import named
from caseseries.records.omop import Records
from caseseries.records.resolving import Resolved
from caseseries.records.site_names import KINDS

NAMED = "source value"


def give_concepts(records: Records, resolved: Resolved) -> Resolved:
    """Let the records show rows of unmapped names under a concept of their finding; its ids lie below zero.

    Answers with the resolved codebook in which these concepts stand. What is recorded is not changed.
    """
    findings = resolved.names["finding"].unique().sort().to_list()
    concepts = {finding: -1 - place for place, finding in enumerate(findings)}
    rows = []
    for table, kind in KINDS.items():
        mine = resolved.names.filter(pl.col("table") == table)
        if not mine.height:
            continue
        stem = kind[0]
        names = mine.select(
            pl.col("source_value"),
            pl.col("finding").replace_strict(concepts, return_dtype=pl.Int64).alias("concept_id"),
        ).unique("source_value", keep="first", maintain_order=True)
        records.put(f"names_of_{table}", names)
        concept, source = f"{stem}_concept_id", f"{stem}_source_value"
        shown = f"CASE WHEN COALESCE(e.{concept}, 0) = 0 THEN COALESCE(n.concept_id, e.{concept}) "
        shown += f"ELSE e.{concept} END AS {concept}"
        columns = [shown if one == concept else f"e.{named(one)}" for one in records.columns(table)]
        records.show(
            table,
            f"""
SELECT {", ".join(columns)}
FROM {table}_as_recorded e LEFT JOIN names_of_{table} n ON n.source_value = LOWER(TRIM(e.{source}))""",
        )
        told = mine["finding"].unique().sort().to_list()
        rows += [(finding, table, concepts[finding], NAMED, "local") for finding in told]
    schema = dict(resolved.codes.schema)
    return replace(resolved, codes=pl.concat([resolved.codes, pl.DataFrame(rows, schema, orient="row")]))
