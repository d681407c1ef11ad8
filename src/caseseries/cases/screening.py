"""Screening: how the patients of a case series were found, in plain counts and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from caseseries.cases.series import CaseSeries, Source
from caseseries.evidence.attrition import Attrition

STANDINGS = pl.Schema({"patient": pl.String, "step": pl.Int64, "standing": pl.String})
VERDICTS = pl.Schema(
    {
        "patient": pl.String(),
        "criterion": pl.String(),  # "" for the definition as a whole
        "title": pl.String(),
        "truth": pl.String(),  # met, not met, unknown
        "unflagged": pl.String(),  # the same without the flagged evidence
        "flags": pl.List(pl.String()),  # those that mark a row that decided
        "recalled": pl.Boolean(),  # a row that decided is of a finding with a code known from memory only
    }
)
SET_ASIDE = pl.Schema({"finding": pl.String, "why": pl.String, "rows": pl.Int64})
ROWS = pl.Schema(
    {
        "patient": pl.String,
        "origin": pl.String,  # as cells name it: measurement:-461
        "day": pl.Int64,  # hospital day: the day of admission is 1
        "date": pl.Date,
        "finding": pl.String,
        "value": pl.String,  # as recorded, with its operator
        "unit": pl.String,
        "text": pl.String,
    }
)


@dataclass(frozen=True)
class Screening:
    """How the patients of a case series were found. Frames have the columns that stand above, in capitals.

    `attrition`: every step from the whole database to the case series. The screening took the first
    `taken` of them, that of the criteria at the place `asked` (from 0); the others ask for what must be
    known. `standings`: a row for each patient who is in or open at the step of the criteria: the last step
    that they came to, from 0, and whether they are in, out or open there. `beside`: the baseline variables
    of those who went out at the last step that the screening took. `verdicts`: of everyone who meets the
    criteria, in the order of the definition. `questions`: of each step how many questions keep somebody
    open there; `unanswered`: how many more are asked about those who are in. `set_aside`: the rows that say
    nothing, by finding and reason. `notes`: what the vocabulary says otherwise than the codebook. `rows`:
    every row of the records that a cell of the case series names, and the answers of the reviewers that it
    names, in the order of patient and day. `sources`: with what the records were asked: the codebook, the
    definitions and the reviewers' answers.
    """

    attrition: Attrition
    taken: int
    asked: int
    beside: CaseSeries
    standings: pl.DataFrame
    verdicts: pl.DataFrame
    questions: tuple[int, ...]
    unanswered: int
    set_aside: pl.DataFrame
    notes: tuple[str, ...]
    rows: pl.DataFrame
    sources: tuple[Source, ...]

    def reached(self, place: int) -> tuple[str, ...]:
        """The patients who are in at a step, from that of the criteria on; before it nobody is named."""
        further, here = pl.col("step") > place, pl.col("step") == place
        mine = self.standings.filter(further | (here & (pl.col("standing") == "in")))
        return tuple(mine["patient"]) if place >= self.asked else ()

    def stopped(self, place: int, standing: Literal["out", "open"]) -> tuple[str, ...]:
        """The patients who are out or open at a step behind that of the criteria."""
        mine = self.standings.filter(pl.col("step") == place, pl.col("standing") == standing)
        return tuple(mine["patient"]) if place > self.asked else ()
