"""The mapping audit: ways of writing whose numbers do not fit what their concept and unit say they are."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.records.percentiles import quantiles
from caseseries.records.spread import WAY, Spread
from caseseries.records.survey_frames import AUDIT
from caseseries.records.survey_wording import counted, short

ENOUGH = 5
"""Numbers from which on a median says something of a way of writing."""
MANY = 20
"""Numbers from which on a median that lies apart from the others is told."""
APART = 8.0
"""How many times greater or smaller: the slip of a unit is tenfold at least, and two wards differ by less."""

Row = tuple[str, str, int, str, int, str, int, str]


def audit(spread: Spread) -> pl.DataFrame:
    """Everything that does not fit, with AUDIT as columns: a sentence each, in plain words.

    implausible: the median of a way of writing cannot be a patient's. apart: it is many times that of the
    rest. elsewhere: single numbers that can only be in another unit. disagree: concept and text of the unit
    name two units that are not one for this finding.
    """
    rows = [*_medians(spread), *_elsewhere(spread), *_disagree(spread)]
    return pl.DataFrame(rows, AUDIT, orient="row")


def _medians(spread: Spread) -> Iterator[Row]:
    ends = {(row[0], row[1]): (row[2], row[3]) for row in spread.bands.iter_rows()}
    for way in spread.written.filter(pl.col("values") >= ENOUGH).iter_rows(named=True):
        finding, unit, median = way["finding"], way["unit"], way["median"]
        if (finding, unit) not in ends:
            continue
        least, most = ends[finding, unit]
        named = f"{_named(way)}: the median of {way['values']:,} is {short(median)} {unit}"
        if not least <= median <= most:
            fits = [
                other
                for (one, other), (low, high) in ends.items()
                if one == finding and low <= median <= high
            ]
            hint = f"It would fit {' or '.join(fits)}." if fits else "It may be another test."
            found = f"{named}, and can be {least:,g} to {most:,g}. {hint}"
            yield _row("implausible", way, way["rows"], found)
        elif way["values"] >= MANY and (times := _apart(spread, way)):
            other, factor = times
            found = f"{named}, {factor} that of the other numbers ({short(other)} {unit}). Look at its unit."
            yield _row("apart", way, way["rows"], found)


def _apart(spread: Spread, way: dict[str, object]) -> tuple[float, str] | None:
    """The median of all other numbers in this unit, and how many times that is; None where they agree."""
    mine = pl.all_horizontal(pl.col(name) == way[name] for name in WAY)
    others = spread.values.filter(
        pl.col("finding") == way["finding"], ~mine, pl.col("fate") == "usable", pl.col("own").is_not_null()
    ).sort("own")
    if others["rows"].sum() < MANY:
        return None
    [own] = quantiles(others["own"].to_list(), others["rows"].to_list(), (0.5,))
    kind, unit, median = catalogue_entry(str(way["finding"])), str(way["unit"]), way["median"]
    other = None if kind is None or own is None else kind.convert(own, kind.unit, unit)
    if not isinstance(median, float) or other is None or median <= 0 or other <= 0:
        return None
    factor = median / other
    if 1 / APART < factor < APART:
        return None
    return other, f"{factor:,.0f} times" if factor > 1 else f"1/{1 / factor:,.0f} of"


def _elsewhere(spread: Spread) -> Iterator[Row]:
    odd = spread.values.filter(pl.col("elsewhere").is_not_null())
    odd = odd.sort(["rows", "value", *WAY], descending=[True] + [False] * 6)
    found = odd.group_by("finding", "unit", "elsewhere", maintain_order=True).agg(
        pl.col(WAY[1:]).first(), total=pl.col("rows").sum(), example=pl.col("value").first()
    )
    for way in found.sort("finding", "unit").iter_rows(named=True):
        said = (
            f"{way['finding']}: {counted(way['total'])} in {way['unit']} can only be in {way['elsewhere']}, "
            f"such as {short(way['example'])} {way['unit']}. They are set aside."
        )
        yield _row("elsewhere", way, way["total"], said)


def _disagree(spread: Spread) -> Iterator[Row]:
    numbers = spread.bands["finding"].unique().to_list()
    both = spread.written.filter(
        pl.col("finding").is_in(numbers),
        pl.col("unit_concept_id") != 0,
        pl.col("text_unit") != "",
        pl.col("text_unit") != pl.col("unit"),
    )
    pair = ["finding", "unit", "text_unit", "unit_concept_id"]
    found = both.group_by(pair, maintain_order=True).agg(
        pl.col("concept_id", "source_value", "unit_source_value").first(), pl.col("rows").sum()
    )
    for way in found.iter_rows(named=True):
        kind = catalogue_entry(way["finding"])
        if kind is None or kind.convert(1.0, way["text_unit"], way["unit"]) == 1:
            continue
        said = (
            f"{way['finding']}: in {way['rows']:,} rows the unit's concept {way['unit_concept_id']} is "
            f'{way["unit"]}, and its text "{way["unit_source_value"]}". The concept counts.'
        )
        yield _row("disagree", way, way["rows"], said)


def _row(kind: str, way: dict[str, object], rows: int, sentence: str) -> Row:
    concept, unit_concept = way["concept_id"], way["unit_concept_id"]
    assert isinstance(concept, int)
    assert isinstance(unit_concept, int)
    source, text = str(way["source_value"]), str(way["unit_source_value"])
    return kind, str(way["finding"]), concept, source, unit_concept, text, rows, sentence


def _named(way: dict[str, object]) -> str:
    source = f'"{way["source_value"]}", ' if way["source_value"] else ""
    return f"{way['finding']} ({source}concept {way['concept_id']})"
