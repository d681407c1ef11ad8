"""Set aside: rows that say nothing to any test, counted by finding and reason."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.cohort.rows import numbered
from caseseries.cohort.search import Search
from caseseries.criteria.comparison import hold
from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.finding import Finding
from caseseries.records import readings
from caseseries.records.forms import Forms
from caseseries.records.plausible import plausible

SET_ASIDE = pl.Schema({"finding": pl.String, "why": pl.String, "rows": pl.Int64})
BANDS = pl.Schema(
    {
        "concept_id": pl.Int64,
        "unit_concept_id": pl.Int64,
        "unit_source_value": pl.String,
        "least": pl.Float64,
        "most": pl.Float64,
        "by_value": pl.Boolean,
    }
)
KINDS = pl.Schema(
    {
        "concept_id": pl.Int64,
        "unit_concept_id": pl.Int64,
        "unit_source_value": pl.String,
        "finding": pl.String,
        "by_limit": pl.Boolean,
        "why": pl.String,
    }
)


def set_aside(search: Search, forms: Forms) -> pl.DataFrame:
    """The rows set aside by finding and reason: numbers of the candidates' stays, and words of everybody.

    Rests on `number_rows`, `texts`, `operators` and `anchors`.
    """
    kinds, bands = [], []
    codes = search.resolved.codes.filter(
        pl.col("concept_id").is_in(numbered(search)) & (pl.col("table") == "measurement")
    )
    of_concept = dict(codes.select("concept_id", "finding").iter_rows())
    for concept, unit_concept, text, unit in forms.units.select(
        "concept_id", "unit_concept_id", "unit_source_value", "unit"
    ).iter_rows():
        entry = search.codebook.entry(of_concept[concept])
        kind, key = catalogue_entry(entry.finding), (concept, unit_concept, text)
        if entry.reads == "limit":
            kinds.append((*key, entry.finding, True, ""))
            continue
        could_be = () if kind is None else kind.units if unit == "" and kind.by_value else (unit,)
        usable = [one for one in could_be if kind and one in kind.units and one in entry.units]
        bands += [(*key, *plausible(entry, kind, one), unit == "") for one in usable if kind]
        why = "unknown unit" if unit is None else "no unit" if unit == "" else "implausible"
        kinds.append((*key, entry.finding, False, why if usable or not unit else "another unit"))
    search.records.put("number_kinds", pl.DataFrame(kinds, KINDS, orient="row"))
    search.records.put("number_bands", pl.DataFrame(bands, BANDS, orient="row"))
    found = search.records.run(_COUNTED, "rows set aside")
    rows = [*found.select("finding", "why", "rows").iter_rows(), *_words(search, forms)]
    return pl.DataFrame(rows, SET_ASIDE, orient="row").sort("finding", "why")


_KEY = " AND ".join(f"x.{name} = n.{name}" for name in ("concept_id", "unit_concept_id", "unit_source_value"))
_COUNTED = f"""
WITH told AS (
  SELECT x.finding,
    CASE WHEN n.value IS NULL THEN 'no value'
      WHEN x.by_limit THEN CASE WHEN {readings.finite("n.range_low")} THEN '' ELSE 'no limit' END
      ELSE x.why END AS why,
    n.concept_id, n.unit_concept_id, n.unit_source_value, n.value, n.operator, x.by_limit
  FROM ({readings.numbers("number_rows")}) n JOIN number_kinds x ON {_KEY}
  JOIN studied s ON s.person_id = n.person_id AND n.day BETWEEN s.first_day AND s.last_day
  JOIN anchors a ON a.stay_id = s.stay_id
)
SELECT finding, why, COUNT(*) AS rows FROM told n
WHERE why <> '' AND (n.value IS NULL OR n.by_limit OR NOT EXISTS (
  SELECT 1 FROM number_bands x WHERE {_KEY}
    AND CASE WHEN n.operator < 0 AND NOT x.by_value THEN n.value > 0
      ELSE n.value BETWEEN x.least AND x.most END))
GROUP BY finding, why"""


def _words(search: Search, forms: Forms) -> Iterator[tuple[str, str, int]]:
    """The answers in words that no test of their finding understands."""
    asked = search.windows.lowered.asked
    for finding in dict.fromkeys(one.test.finding for one in asked):
        if search.codebook.entry(finding).reads != "word":
            continue
        codes = search.resolved.codes.filter(pl.col("finding") == finding).select("table", "concept_id")
        told = forms.words.join(codes, on=["table", "concept_id"], how="semi")
        tests = [one.test for one in asked if one.test.finding == finding]
        rows = sum(
            count
            for word, count in told.select("word", "rows").iter_rows()
            if all(hold(Finding("", finding, text=word), test).truth is None for test in tests)
        )
        if rows:
            yield finding, "unknown word", rows
