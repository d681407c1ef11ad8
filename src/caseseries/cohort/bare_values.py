"""Bare values: readings without a unit that count by their value, told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.counting import so_many
from caseseries.records.codebook import Codebook
from caseseries.records.origins import origins
from caseseries.records.plausible import band


def bare_values(evidence: pl.DataFrame, verdicts: pl.DataFrame, codebook: Codebook) -> Iterator[str]:
    """A sentence on each finding of which values without a unit were read: how many, and how many decided.

    Only where the units cannot be mistaken for each other, as degrees can, does a value tell its own.
    """
    deciding = verdicts.select("person_id", pl.col("because").alias("origin")).explode("origin").unique()
    bare = evidence.filter(pl.col("unit") == "", pl.col("value").is_not_null()).with_columns(
        origins(pl.col("table"))
    )
    for (finding,), rows in bare.group_by("finding", maintain_order=True):
        kind = catalogue_entry(str(finding))
        if kind is None or not kind.by_value:
            continue
        entry = codebook.entry(kind.name)
        bands = [ends for unit in kind.units if (ends := band(entry, unit))]
        read = rows.filter(pl.any_horizontal(pl.col("value").is_between(*ends) for ends in bands))
        if read.height:
            has, counts = ("has", "counts") if read.height == 1 else ("have", "count")
            decided = read.join(deciding, on=["person_id", "origin"], how="semi").height
            patients = so_many(read["person_id"].n_unique(), "patient")
            yield (
                f"{so_many(read.height, 'value')} of {finding} of {patients} in the cohort {has} no unit, "
                f"and {counts} in the only one that fits the value; {decided:,} of them "
                f"{'decides' if decided == 1 else 'decide'} a criterion."
            )
