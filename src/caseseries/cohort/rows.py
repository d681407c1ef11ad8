"""Rows: the results that a definition asks for, and its rules laid out beside them."""

from __future__ import annotations

import polars as pl

from caseseries.cohort.rules import Rules, rules
from caseseries.cohort.search import Search, with_parts
from caseseries.criteria.definition import findings_of
from caseseries.records.forms import Forms, read_forms
from caseseries.records.products import made_of_two


def lay_rules(search: Search, rows: str) -> tuple[Rules, Forms]:
    """Read how these rows write the findings of the definition, and lay out its rules beside them."""
    records, codebook = search.records, search.codebook
    reads = {entry.finding: entry.reads for entry in codebook.entries}
    how = pl.col("finding").replace_strict(reads, return_dtype=pl.String)
    is_asked = pl.col("finding").is_in(list(findings_of(search.definition)))
    worded = search.resolved.codes.filter(
        is_asked & how.is_in(["word", "presence"]) & pl.col("table").is_in(["measurement", "observation"])
    )
    forms = read_forms(records, codebook, rows, worded)
    table = rules(search.windows.lowered, codebook, search.resolved.codes, forms)
    for name, frame in (
        ("number_rules", table.numbers),
        ("product_parts", table.products),
        ("product_rules", table.product_rules),
        ("limit_rules", table.limits),
        ("word_rules", table.words),
        ("presence_rules", table.presences),
    ):
        records.put(name, frame)
    if table.products.height:
        records.keep("made_of_two", made_of_two(rows))
    return table, forms


def numbered(search: Search) -> list[int]:
    """The concepts of measurement that are read as numbers."""
    wanted = with_parts(findings_of(search.definition), search.codebook)
    reads = {one: search.codebook.entry(one).reads for one in wanted}
    mine = [finding for finding, how in reads.items() if how in ("number", "limit")]
    codes = search.resolved.codes.filter(pl.col("finding").is_in(mine) & (pl.col("table") == "measurement"))
    return codes["concept_id"].unique().sort().to_list()
