"""Rules: a definition, in the ways in which these records write, as small tables that SQL can join."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from caseseries.criteria.comparison import hold, limit_in
from caseseries.criteria.definition import Number, Test
from caseseries.criteria.lowering import Lowered
from caseseries.evidence.catalogue import Entry as Kind
from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.finding import Finding
from caseseries.evidence.presence import presence
from caseseries.evidence.truth import Truth
from caseseries.records.codebook import Codebook, Entry
from caseseries.records.forms import Forms
from caseseries.records.plausible import plausible
from caseseries.records.products import PARTS, product_parts

NUMBERS = pl.Schema(
    {
        "concept_id": pl.Int64,
        "unit_concept_id": pl.Int64,
        "unit_source_value": pl.String,
        "bit": pl.Int64,
        "side": pl.Int64,
        "edge": pl.Float64,
        "bound": pl.Float64,
        "least": pl.Float64,
        "most": pl.Float64,
        "by_value": pl.Boolean,
    }
)
"""A row for each test of a concept in one spelling of its unit. `side` is 1 where high values meet the
test, else -1; `side * value >= edge` is met by an exact value, and `bound` is `side` times the limit itself,
which tells what a value with an operator decides. Values from `least` to `most` are plausible; where the
value tells the unit (`by_value`), no others are of it, whatever their operator."""
PRODUCT_RULES = pl.Schema(
    {
        "bit": pl.Int64,
        "side": pl.Int64,
        "edge": pl.Float64,
        "bound": pl.Float64,
        "least": pl.Float64,
        "most": pl.Float64,
    }
)
LIMITS = pl.Schema({"concept_id": pl.Int64, "bit": pl.Int64, "low": pl.Int64, "normal": pl.Int64})
"""What a value below the laboratory's own limit says of a test, and one from there on; -1 for nothing."""
WORDS = pl.Schema(
    {
        "table": pl.String,
        "concept_id": pl.Int64,
        "value_concept_id": pl.Int64,
        "text": pl.String,
        "source_value": pl.String,
        "bit": pl.Int64,
        "state": pl.Int64,
    }
)
PRESENCES = pl.Schema({"table": pl.String, "concept_id": pl.Int64, "bit": pl.Int64, "state": pl.Int64})


@dataclass(frozen=True)
class Rules:
    """The tables of a definition, each with the columns that stand above."""

    numbers: pl.DataFrame
    products: pl.DataFrame
    product_rules: pl.DataFrame
    limits: pl.DataFrame
    words: pl.DataFrame
    presences: pl.DataFrame


def rules(lowered: Lowered, codebook: Codebook, codes: pl.DataFrame, forms: Forms) -> Rules:
    """The rules of a definition. `codes` has the columns finding, table and concept_id."""
    tables: dict[str, list[tuple[object, ...]]] = {name: [] for name in ("n", "p", "pr", "l", "w", "s")}
    for asked in lowered.asked:
        entry = codebook.entry(asked.test.finding)
        mine = codes.filter(pl.col("finding") == entry.finding)
        concepts = set(mine["concept_id"].to_list())
        if isinstance(asked.test, Number):
            written = forms.units.filter(pl.col("concept_id").is_in(list(concepts)))
            tables["n"] += _numbers(asked.test, asked.bit, entry, written)
            if entry.or_from is not None:
                tables["p"] += product_parts(entry, codebook, codes, forms).rows()
                tables["pr"] += _of_product(asked.test, asked.bit, entry)
        elif entry.reads == "limit":
            low, normal = _state("low", asked.test), _state("normal", asked.test)
            tables["l"] += [(concept, asked.bit, low, normal) for concept in sorted(concepts)]
        else:
            tables["w"] += _words(asked.test, asked.bit, entry, mine, forms)
            silent = mine.filter(~pl.col("table").is_in(["measurement", "observation"]))
            state = _state("present", asked.test)
            rows = silent.select("table", "concept_id").iter_rows()
            tables["s"] += [(table, concept, asked.bit, state) for table, concept in rows]
    return Rules(
        numbers=_frame(tables["n"], NUMBERS),
        products=_frame(list(dict.fromkeys(tables["p"])), PARTS),
        product_rules=_frame(tables["pr"], PRODUCT_RULES),
        limits=_frame(tables["l"], LIMITS),
        words=_frame(tables["w"], WORDS),
        presences=_frame(tables["s"], PRESENCES),
    )


def _frame(rows: list[tuple[object, ...]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


# ---- Numbers ----


def _numbers(test: Number, bit: int, entry: Entry, written: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    """A rule for each spelling of each unit; without a unit, one for each unit that the value may tell."""
    kind = _kind(entry)
    columns = written.select("concept_id", "unit_concept_id", "unit_source_value", "unit")
    for concept, unit_concept, text, unit in columns.iter_rows():
        could_be = (kind.units if kind.by_value else ()) if unit == "" else (unit,)
        for one in could_be:
            if one in kind.units and one in entry.units:
                band = plausible(entry, kind, one)
                yield concept, unit_concept, text, bit, *edges(test, kind, one), *band, unit == ""


def edges(test: Number, kind: Kind, unit: str) -> tuple[int, float, float]:
    """The side on which the test is met, and in a unit: the first value that meets it, and the limit; both
    times the side."""
    limit, _ = limit_in(test, kind, unit)
    match test.comparison:
        case "at_least":
            return 1, limit, limit
        case "above":
            return 1, math.nextafter(limit, math.inf), limit
        case "at_most":
            return -1, -limit, -limit
        case "below":
            return -1, -math.nextafter(limit, -math.inf), -limit


def _kind(entry: Entry) -> Kind:
    kind = catalogue_entry(entry.finding)
    if kind is None:
        raise ValueError(f'The catalogue lacks "{entry.finding}".')
    return kind


# ---- A finding made of two ----


def _of_product(test: Number, bit: int, entry: Entry) -> Iterator[tuple[object, ...]]:
    kind = _kind(entry)
    yield bit, *edges(test, kind, kind.unit), *plausible(entry, kind, kind.unit)


# ---- Words ----


def _words(
    test: Test, bit: int, entry: Entry, mine: pl.DataFrame, forms: Forms
) -> Iterator[tuple[object, ...]]:
    """What each answer says; where a row need only be there, all but a word that denies."""
    told = forms.words.join(mine.select("table", "concept_id"), on=["table", "concept_id"], how="semi")
    for row in told.iter_rows(named=True):
        word = presence(row["word"]) if entry.reads == "presence" else row["word"]
        state = _state(word, test)
        if state >= 0:
            key = (row[name] for name in ("table", "concept_id", "value_concept_id", "text", "source_value"))
            yield *key, bit, state


def _state(word: str, test: Test) -> int:
    """2 where the word meets the test, 0 where it denies it, -1 where it says nothing of it."""
    truth = hold(Finding("", test.finding, text=word), test).truth
    return -1 if truth is None or truth is Truth.UNKNOWN else int(truth)
