"""The spread of numbers: how they are written, in which units, and whether they can be a patient's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.unit_names import unit_name
from caseseries.records.codebook import Codebook, Entry
from caseseries.records.forms import Forms, lay_concepts, read_forms
from caseseries.records.omop import Records
from caseseries.records.percentiles import quantiles
from caseseries.records.plausible import plausible_bands
from caseseries.records.readings import numbers
from caseseries.records.survey_frames import SET_ASIDE, UNITS, WRITTEN, framed
from caseseries.records.sweep import words_swept

TABLE = "surveyed_values"
VALUES = """
SELECT concept_id, source_value, unit_concept_id, unit_source_value, operator_concept_id, number, text,
  CAST(SUM(rows) AS BIGINT) AS rows
FROM swept_measurement
WHERE there AND concept_id IN (SELECT concept_id FROM numbered_concepts)
GROUP BY 1, 2, 3, 4, 5, 6, 7"""
"""SQL: each value in each way of writing, with its rows. Rests on the sweep, and on `numbered_concepts`."""
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
FATES = ("usable", *SET_ASIDE, "from_text", "above", "below")
"""What is counted of each finding."""
WAY = ("finding", "concept_id", "source_value", "unit_concept_id", "unit_source_value")
"""One way of writing."""


@dataclass(frozen=True)
class Spread:
    """Numbers as they are written.

    `units` and `written` have the columns of the survey, and `counts` a row for each finding with those that
    add up to its rows. `values` has a row for each value in each way of writing: `fate` is where it is
    counted, `own` the value in the finding's own unit, and `elsewhere` the one other unit in which alone it
    would be plausible. `bands` are the ranges in which it is, with BANDS as columns.
    """

    values: pl.DataFrame
    counts: pl.DataFrame
    units: pl.DataFrame
    written: pl.DataFrame
    bands: pl.DataFrame


def spread(
    records: Records, codebook: Codebook, codes: pl.DataFrame, entries: Sequence[Entry], worded: pl.DataFrame
) -> tuple[Spread, Forms]:
    """The numbers of these entries, and the forms of their units and texts and of the `worded` concepts.

    `codes` has the columns finding, table and concept_id. Rests on the sweep, and leaves the tables of
    `read_forms` with the records.
    """
    is_mine = pl.col("finding").is_in([entry.finding for entry in entries])
    mine = codes.filter(is_mine, pl.col("table") == "measurement").select("finding", "concept_id").unique()
    lay_concepts(records, mine["concept_id"].unique().sort())
    records.keep(TABLE, VALUES)
    forms = read_forms(records, codebook, TABLE, worded, words_swept)
    told = records.run(numbers(TABLE), "survey: values as they are written")
    records.drop(TABLE)
    spelt = ["concept_id", "unit_concept_id", "unit_source_value"]
    told = told.join(mine, on="concept_id").join(forms.units.select(*spelt, "unit"), on=spelt, how="left")
    ranges = plausible_bands(entries)
    values = _judged(told, ranges, _told_by_value(entries))
    is_limit = [entry.finding for entry in entries if entry.reads == "limit"]
    found = Spread(values, _counts(values), _units(values, ranges, is_limit), _written(values), ranges)
    return found, forms


def _told_by_value(entries: Iterable[Entry]) -> list[str]:
    """The findings whose value tells its unit where none is written."""
    kinds = {entry.finding: catalogue_entry(entry.finding) for entry in entries}
    return [finding for finding, kind in kinds.items() if kind is not None and kind.by_value]


# ---- Each value judged ----


def _judged(told: pl.DataFrame, ranges: pl.DataFrame, by_value: list[str]) -> pl.DataFrame:
    """The values with what they say, their fate, own and elsewhere."""
    told = told.with_row_index("place").with_columns(_said(), by_value=pl.col("finding").is_in(by_value))
    within = pl.col("value").is_between("least", "most")
    # Of a value below a limit only the sign can tell whether it is plausible.
    fits = pl.when(pl.col("operator") < 0).then(pl.col("value") > 0).otherwise(within)
    each = told.select("place", "finding", "unit", "by_value", "value", "operator").join(
        ranges.rename({"unit": "other"}), on="finding"
    )
    told_by_value = within & (pl.col("unit") == "") & pl.col("by_value")
    inside = each.filter(fits & ((pl.col("unit") == pl.col("other")) | told_by_value))
    one_of = each.filter(within & pl.col("by_value"))
    one_of = one_of.group_by("place").agg(elsewhere=pl.col("other").first(), units=pl.len())
    one_of = one_of.filter(pl.col("units") == 1).drop("units")
    taken = ranges.select("finding", "unit", "zero", "one", is_taken=pl.lit(True))
    judged = (
        told.join(inside.select("place", fits=pl.lit(True)).unique("place"), on="place", how="left")
        .join(one_of, on="place", how="left")
        .join(taken, on=["finding", "unit"], how="left")
    )
    is_elsewhere = pl.col("fits").is_null() & pl.col("is_taken") & (pl.col("elsewhere") != pl.col("unit"))
    return judged.with_columns(
        fate=_fate(),
        own=pl.col("zero") + pl.col("value") * (pl.col("one") - pl.col("zero")),
        elsewhere=pl.when(is_elsewhere).then("elsewhere"),
    ).drop("place", "fits", "zero", "one")


def _said() -> pl.Expr:
    """Whether a row has a number, a text that is read as one, nothing at all, or something else."""
    return (
        pl.when(pl.col("number").is_not_null())
        .then(pl.lit("number"))
        .when(pl.col("value").is_not_null())
        .then(pl.lit("text"))
        .when(pl.col("text").fill_null("") == "")
        .then(pl.lit("nothing"))
        .otherwise(pl.lit("not read"))
        .alias("said")
    )


def _fate() -> pl.Expr:
    """Where a row is counted: usable, or the first reason for which it is set aside."""
    bare = pl.col("unit") == ""
    return (
        pl.when(pl.col("said") == "nothing")
        .then(pl.lit("no_value"))
        .when(pl.col("said") == "not read")
        .then(pl.lit("not_read"))
        .when(pl.col("unit").is_null())
        .then(pl.lit("unknown_unit"))
        .when(bare & pl.col("fits").is_null())
        .then(pl.lit("no_unit"))
        .when(~bare & pl.col("is_taken").is_null())
        .then(pl.lit("other_unit"))
        .when(pl.col("fits"))
        .then(pl.lit("usable"))
        .otherwise(pl.lit("implausible"))
    )


# ---- What is made of them ----


def _counts(values: pl.DataFrame) -> pl.DataFrame:
    rows = pl.col("rows")
    is_number = pl.col("value").is_not_null()
    return values.group_by("finding", maintain_order=True).agg(
        *(rows.filter(pl.col("fate") == fate).sum().alias(fate) for fate in FATES[:-3]),
        from_text=rows.filter(pl.col("said") == "text").sum(),
        above=rows.filter(is_number & (pl.col("operator") > 0)).sum(),
        below=rows.filter(is_number & (pl.col("operator") < 0)).sum(),
    )


def _units(values: pl.DataFrame, ranges: pl.DataFrame, limits: list[str]) -> pl.DataFrame:
    units = _summed(values, ("finding", "unit"), SHARES, ("p5", "p25", "median", "p75", "p95"))
    taken = ranges.select("finding", "unit", taken=pl.lit(True))
    told = pl.col("unit").eq("") & pl.col("by_value")
    units = units.join(taken, on=["finding", "unit"], how="left").with_columns(
        is_taken=(pl.col("taken") | told | pl.col("finding").is_in(limits)).fill_null(False)
    )
    plausible = pl.when(pl.col("is_taken") & ~pl.col("finding").is_in(limits)).then("plausible")
    order = ["finding", "rows", "unit"]
    return framed(units.with_columns(plausible=plausible), UNITS).sort(
        order, descending=[False, True, False], nulls_last=True
    )


def _written(values: pl.DataFrame) -> pl.DataFrame:
    written = _summed(values, WAY, (0.5,), ("median",))
    texts = written["unit_source_value"].unique().to_list()
    means = {text: unit_name(text) if text.strip() else "" for text in texts}
    text_unit = pl.col("unit_source_value").replace_strict(means, return_dtype=pl.String)
    written = framed(written.with_columns(text_unit=text_unit), WRITTEN)
    return written.sort(["finding", "rows", *WAY[1:]], descending=[False, True, *[False] * 4])


def _summed(
    values: pl.DataFrame, by: Sequence[str], shares: Sequence[float], names: Sequence[str]
) -> pl.DataFrame:
    """Rows, values, plausible rows and percentiles of each group."""
    rows, is_number = pl.col("rows"), pl.col("value").is_not_null()
    summed = (
        values.sort("value")
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("unit", "by_value").first() if "unit" not in by else pl.col("by_value").first(),
            each=pl.col("value").filter(is_number),
            of=rows.filter(is_number),
            values=rows.filter(is_number).sum(),
            plausible=rows.filter(pl.col("fate") == "usable").sum(),
            rows=rows.sum(),
        )
    )
    at = [quantiles(each, of, shares) for each, of in summed.select("each", "of").iter_rows()]
    columns = [pl.Series(name, [one[place] for one in at], pl.Float64) for place, name in enumerate(names)]
    return summed.drop("each", "of").with_columns(columns)
