"""The frames of a survey: what each of them has as its columns."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

FINDINGS = pl.Schema(
    {
        "finding": pl.String,
        "reads": pl.String,  # number, word, presence, limit: as the codebook has it
        "rows": pl.Int64,
        "patients": pl.Int64,
        "lost": pl.Int64,  # rows without a patient or a day, which are counted nowhere else
        "concepts": pl.Int64,  # of which there are rows
        "first_year": pl.Int64,
        "last_year": pl.Int64,
        "result_times": pl.Int64,  # rows with the time of the result
        "sample_times": pl.Int64,  # rows with a time of day of the sample
        "days_only": pl.Int64,  # rows with neither
        "usable": pl.Int64,  # rows that can decide something; with the next seven they add up to `rows`
        "no_value": pl.Int64,  # neither a number nor a text, or no word
        "not_read": pl.Int64,  # a text that is no number, a word not understood, a limit not there
        "no_unit": pl.Int64,
        "unknown_unit": pl.Int64,
        "other_unit": pl.Int64,  # understood, and not comparable
        "implausible": pl.Int64,
        "from_text": pl.Int64,  # numbers that stand as text alone, and are read
        "above": pl.Int64,  # known only to lie above their number (>)
        "below": pl.Int64,  # known only to lie below it (<)
    }
)
"""A row for each finding. The last three are counted beside the others, of numbers only."""
SET_ASIDE = ("no_value", "not_read", "no_unit", "unknown_unit", "other_unit", "implausible")

CONCEPTS = pl.Schema(
    {
        "finding": pl.String,
        "table": pl.String,
        "concept_id": pl.Int64,  # 0: every row of the table
        "label": pl.String,  # the codebook's; "" for what is filed under a listed one
        "name": pl.String,  # what the hospital's CONCEPT calls it; "" where it is not there
        "via": pl.String,
        "confidence": pl.String,
        "rows": pl.Int64,
    }
)
"""A row for each concept by which a finding is looked for, with its rows, which may be none."""

UNITS = pl.Schema(
    {
        "finding": pl.String,
        "unit": pl.String,  # as it is understood; "": none is written; null: not understood
        "is_taken": pl.Boolean,  # whether a value in it can be compared
        "rows": pl.Int64,
        "values": pl.Int64,  # rows with a number
        "plausible": pl.Int64,  # of these; null where it cannot be compared
        "p5": pl.Float64,
        "p25": pl.Float64,
        "median": pl.Float64,
        "p75": pl.Float64,
        "p95": pl.Float64,
    }
)
"""A row for each unit of each finding, the most frequent first. Percentiles are of all numbers, by quantile
type 7; one with an operator stands at its limit."""

WRITTEN = pl.Schema(
    {
        "finding": pl.String,
        "concept_id": pl.Int64,
        "source_value": pl.String,  # what the hospital itself calls the test
        "unit_concept_id": pl.Int64,
        "unit_source_value": pl.String,
        "unit": pl.String,  # as in UNITS
        "text_unit": pl.String,  # what the text alone stands for
        "rows": pl.Int64,
        "values": pl.Int64,
        "plausible": pl.Int64,
        "median": pl.Float64,
    }
)
"""A row for each way in which numbers of a finding are written: test, concept and unit."""

WORDS = pl.Schema(
    {
        "finding": pl.String,
        "table": pl.String,
        "word": pl.String,
        "means": pl.String,  # met, denied, undecidable, not understood
        "rows": pl.Int64,
    }
)
"""A row for each word of the findings in words, and for "low" and "normal" by the laboratory's own limit."""

DRUGS = pl.Schema(
    {
        "finding": pl.String,
        "type_concept_id": pl.Int64,
        "kind": pl.String,  # administration, or order: everything else
        "rows": pl.Int64,
        "with_sig": pl.Int64,
        "with_dose": pl.Int64,  # rows whose milligrams can be read, each time or an hour
        "with_route": pl.Int64,
    }
)
"""A row for each drug and type of row (an OMOP type concept)."""

AUDIT = pl.Schema(
    {
        "kind": pl.String,  # implausible, apart, elsewhere, disagree
        "finding": pl.String,
        "concept_id": pl.Int64,
        "source_value": pl.String,
        "unit_concept_id": pl.Int64,
        "unit_source_value": pl.String,
        "rows": pl.Int64,
        "sentence": pl.String,
    }
)
"""A row for each way of writing that does not fit: there the hospital's mapping or units may be wrong."""

RECALLED = pl.Schema(
    {
        "concept_id": pl.Int64,
        "label": pl.String,
        "stands_for": pl.String,  # a finding, or: unit, operator, discharge
        "rows": pl.Int64,
        "confirmed": pl.Int64,  # of these, rows whose text says the same unit
    }
)
"""A row for each code that is known from memory alone."""


@dataclass(frozen=True, eq=False)
class Frames:
    """Everything that was counted, with the columns that stand above."""

    findings: pl.DataFrame
    concepts: pl.DataFrame
    units: pl.DataFrame
    written: pl.DataFrame
    words: pl.DataFrame
    drugs: pl.DataFrame
    audit: pl.DataFrame
    recalled: pl.DataFrame


def framed(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The frame with exactly these columns; those that it lacks are null."""
    lacking = [
        pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns
    ]
    return frame.with_columns(lacking).select(pl.col(name).cast(kind) for name, kind in schema.items())
