"""Pseudonyms: the cases under names that mean nothing elsewhere, without a place or a word of a record."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from caseseries.cases.long_tables import UNREAD, frame
from caseseries.cases.parts import HIGH, ROUTE, TERM, part_of
from caseseries.cases.series import CaseSeries, Column

EVENT = "an event"
"""What an event is called: what it was stands in a reviewer's own words."""


def pseudonyms(cases: CaseSeries) -> dict[str, str]:
    """A name for each patient: P1, P2 ..., in an order drawn from the digest of the evidence.

    The same records give the same names. Who has the patients' numbers alone cannot draw the order again:
    it takes all of the evidence, which stays where it is. No key is written.
    """
    seed = hashlib.sha256("\n".join(["pseudonyms", *(one.digest for one in cases.sources)]).encode())
    order = sorted(set(cases.patients))
    random.Random(seed.digest()).shuffle(order)
    wide = len(str(len(order)))
    return {patient: f"P{place:0{wide}}" for place, patient in enumerate(order, 1)}


def without_words(cases: CaseSeries) -> CaseSeries:
    """The cases without columns of text, and without routes, which stand as the records write them."""
    kept = tuple(one for one in cases.dictionary if one.kind != "text" and not _is_route(one))
    gone = {one.name for one in cases.dictionary} - {one.name for one in kept}
    table = cases.table.drop([name for name in gone if name in cases.table.columns])
    origins = cases.origins.drop([name for name in gone if name in cases.origins.columns])
    if "notes" in table.columns:
        table = table.drop("notes")
    return replace(cases, table=table, dictionary=kept, origins=origins, unread=frame((), UNREAD))


def under_pseudonyms(
    cases: CaseSeries, names: Mapping[str, str], age: Iterable[str], oldest: float
) -> CaseSeries:
    """The cases in the order of their pseudonyms, with no origins.

    Columns of `age` are cut at `oldest`, and so are the upper ends of those that are ranges.
    """
    plain = without_words(cases)
    key = pl.col("patient").replace_strict(names, return_dtype=pl.String)
    ages = [part for one in age for part in (one, part_of(one, HIGH)) if part in plain.table.columns]
    cut = [pl.col(one).clip(upper_bound=oldest) for one in ages]
    terms = [part_of(one.name, TERM) for one in plain.dictionary if one.kind == "event"]
    told = [
        pl.when(pl.col(term).is_not_null()).then(pl.lit(EVENT)).alias(term)
        for term in terms
        if term in plain.table.columns
    ]
    doses = [_dose().alias("text"), pl.lit(None, dtype=pl.String).alias("route"), _none("origin")]
    table = plain.table.with_columns(key, *cut, *told)
    first = (
        plain.spells.with_columns(key, *doses)
        .group_by("patient", "episode", "kind", maintain_order=True)
        .first()
    )
    for one in plain.dictionary:
        if one.kind == "regimen":
            mine = first.filter(kind=one.name).select("patient", "episode", pl.col("text").alias(one.name))
            table = table.drop(one.name).join(
                mine, on=["patient", "episode"], how="left", maintain_order="left"
            )
    order = ["patient", "episode"]
    empty = [_none(name) for name in plain.origins.columns if name not in order]
    return replace(
        plain,
        table=table.sort(order),
        origins=plain.origins.with_columns(key, *empty).sort(order),
        serials=plain.serials.with_columns(key, _none("origin")).sort("patient", "episode", "name", "day"),
        spells=plain.spells.with_columns(key, *doses).sort("patient", "episode", "kind", maintain_order=True),
        moments=plain.moments.with_columns(key, _none("origin")).sort("patient", "episode", "moment"),
    )


def _is_route(column: Column) -> bool:
    return column.name.rpartition(".")[2] == ROUTE


def _none(name: str) -> pl.Expr:
    return pl.lit(None, dtype=pl.String).alias(name)


def _dose() -> pl.Expr:
    """A dose as numbers alone: `100 mg every 24 hours`."""
    amount = pl.concat_str(_short("amount"), pl.lit(" "), "unit")
    every = pl.concat_str(pl.lit("every "), _short("interval"), pl.lit(" hours"))
    return pl.concat_str(amount.fill_null("dose unknown"), every, separator=" ", ignore_nulls=True)


def _short(name: str) -> pl.Expr:
    return pl.col(name).map_elements(lambda value: f"{value:.6g}", return_dtype=pl.String)
