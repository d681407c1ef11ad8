"""Products: a finding worked out of two at one moment, a count and a share of it in percent."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.records import readings
from caseseries.records.codebook import Codebook, Entry
from caseseries.records.forms import Forms
from caseseries.records.plausible import band

PARTS = pl.Schema(
    {
        "part": pl.Int64,
        "factor": pl.Float64,
        "concept_id": pl.Int64,
        "unit_concept_id": pl.Int64,
        "unit_source_value": pl.String,
        "least": pl.Float64,
        "most": pl.Float64,
    }
)
"""The parts of a finding made of two: 0 is the count, times `factor` in its own unit, 1 the share."""


def product_parts(entry: Entry, codebook: Codebook, codes: pl.DataFrame, forms: Forms) -> pl.DataFrame:
    """Both parts of a finding in each spelling of their units, with PARTS as columns; none of any other."""
    return pl.DataFrame(list(_parts(entry, codebook, codes, forms)), PARTS, orient="row")


def _parts(
    entry: Entry, codebook: Codebook, codes: pl.DataFrame, forms: Forms
) -> Iterator[tuple[object, ...]]:
    own = catalogue_entry(entry.finding)
    for part, finding in enumerate(entry.or_from.of if entry.or_from else ()):
        one, kind = codebook.entry(finding), catalogue_entry(finding)
        concepts = codes.filter(pl.col("finding") == one.finding)["concept_id"].to_list()
        written = forms.units.filter(pl.col("concept_id").is_in(concepts))
        columns = written.select("concept_id", "unit_concept_id", "unit_source_value", "unit")
        for concept, unit_concept, text, unit in columns.iter_rows():
            ends = band(one, unit)
            if ends is not None and own is not None and kind is not None:
                factor = 1.0 if part else kind.convert(1.0, unit, own.unit)
                if factor is not None:
                    yield part, factor, concept, unit_concept, text, *ends


def made_of_two(rows: str) -> str:
    """SQL: the readings worked out of a count and a share at one moment, with the row id of the share.

    Of several the first row; of those without an id, or with one id, the lowest value. Rounded to nine
    decimals: 0.7 of 1.0 and a share in percent must not miss a limit by the last bit. Rests on
    `product_parts`; `rows` as of `readings.numbers`.
    """
    key = ("concept_id", "unit_concept_id", "unit_source_value")
    return f"""
WITH parts AS (
  SELECT n.person_id, n.moment, n.day, n.known, n.row_id, n.value * r.factor AS value, r.part,
    ROW_NUMBER() OVER (
      PARTITION BY n.person_id, n.moment, r.part ORDER BY n.row_id, n.value * r.factor, n.known
    ) AS place
  FROM ({readings.numbers(rows)}) n
  JOIN product_parts r ON {" AND ".join(f"r.{column} = n.{column}" for column in key)}
  WHERE n.operator = 0 AND n.value BETWEEN r.least AND r.most
)
SELECT s.person_id, s.day, GREATEST(s.known, c.known) AS known, s.row_id,
  CAST(CAST(c.value * s.value / 100 AS DECIMAL(18, 9)) AS DOUBLE) AS value
FROM parts s JOIN parts c ON c.person_id = s.person_id AND c.moment = s.moment
WHERE s.part = 1 AND s.place = 1 AND c.part = 0 AND c.place = 1"""
