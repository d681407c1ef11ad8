"""The cohort: everyone who reached a named step, how far they came, and what the records say of them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from caseseries.cohort.answers import Answer
from caseseries.cohort.patient import Patient
from caseseries.cohort.questions import Asked
from caseseries.evidence.attrition import Attrition

PATIENTS = pl.Schema(
    {
        "person_id": pl.Int64,
        "stay_id": pl.Int64,
        "first_day": pl.Int64,
        "last_day": pl.Int64,
        "step": pl.Int64,  # of the last step that the patient came to, from 0
        "standing": pl.String,  # at that step: in, out, open
        "youngest": pl.Int64,
        "oldest": pl.Int64,
        "further_episodes": pl.Int64,
    }
)
VERDICTS = pl.Schema(
    {
        "person_id": pl.Int64(),
        "stay_id": pl.Int64(),
        "criterion": pl.String(),
        "truth": pl.String(),
        "low": pl.Int64(),
        "high": pl.Int64(),
        "day": pl.Int64(),  # the anchor, since 1970-01-01
        "since": pl.Int64(),  # by sample time the first day on which it was met, or had its points
        "known": pl.Int64(),  # the same by result time
        "because": pl.List(pl.String()),
    }
)
FLAGGED = pl.Schema(
    {
        "person_id": pl.Int64(),
        "stay_id": pl.Int64(),
        "criterion": pl.String(),
        "row": pl.String(),  # that decided
        "flag": pl.String(),
        "by": pl.String(),  # the row that marks it
    }
)
MOMENTS = pl.Schema(
    {
        "person_id": pl.Int64(),
        "moment": pl.String(),
        "day": pl.Int64(),
        "origin": pl.List(pl.String()),
    }
)
_WIDTH = 100
_AT_ONCE = 50_000
"""Rows that are written as text at once."""


@dataclass(frozen=True, repr=False)
class Cohort:
    """What a screening found. Days are whole days since 1970-01-01.

    `source` is the name of the records. `patients`: who reached the first named step, or is open at it; a
    row each, with their studied stay. `verdicts`: a row for each criterion of the studied stay, and one for
    the whole ("" as the criterion), literal; `unflagged` the same without the flagged evidence, and `flagged`
    the rows behind the literal ones that a flag marks. `moments`: the named days. `evidence`, `exposures`,
    `visits`, `deaths` and `contacts` are what the records say of these patients, and `people` the same,
    patient by patient. `answers` are all that reviewers gave. `set_aside`: the rows that say nothing, by
    finding and reason, among those read in full; `odd_visits` the same of visits. `open` are
    the questions that are left. `notes` say what was set aside and what rests on what is only recalled. `sql`
    is every query as it ran.
    """

    source: str
    attrition: Attrition
    patients: pl.DataFrame
    verdicts: pl.DataFrame
    unflagged: pl.DataFrame
    flagged: pl.DataFrame
    moments: pl.DataFrame
    evidence: pl.DataFrame
    exposures: pl.DataFrame
    visits: pl.DataFrame
    deaths: pl.DataFrame
    contacts: pl.DataFrame
    set_aside: pl.DataFrame
    odd_visits: Mapping[tuple[str, str], int]
    people: tuple[Patient, ...]
    answers: tuple[Answer, ...]
    open: tuple[Asked, ...]
    notes: tuple[str, ...]
    sql: Mapping[str, str]

    @property
    def first_named(self) -> int:
        """The place of the first named step, from 0; the last step where none is named."""
        names = [place for place, step in enumerate(self.attrition.steps) if step.name]
        return names[0] if names else self.last_step

    @property
    def last_step(self) -> int:
        """The place of the last step that was taken."""
        return len(self.attrition.steps) - 1

    @property
    def digest(self) -> str:
        """The SHA-256 of the evidence and the exposures: what was taken out of the database."""
        whole = sha256()
        for frame in (self.evidence, self.exposures):
            whole.update(frame.clear().write_csv(separator="\t").encode())
            for part in frame.iter_slices(_AT_ONCE):  # as one text, millions of rows take twice their room
                whole.update(part.write_csv(separator="\t", include_header=False).encode())
        return whole.hexdigest()

    def __repr__(self) -> str:
        notes = [textwrap.fill(f"- {note}", _WIDTH, subsequent_indent="  ") for note in self.notes]
        notes += [""] if notes else []
        return "\n".join([*notes, str(self.attrition), *self._aside])

    @property
    def _aside(self) -> list[str]:
        """What was set aside, a line a finding, the commonest reason first."""
        by_finding: dict[str, list[tuple[int, str]]] = {}
        for (what, why), rows in self.odd_visits.items():
            by_finding.setdefault(what, []).append((rows, why))
        for what, why, rows in self.set_aside.select("finding", "why", "rows").iter_rows():
            by_finding.setdefault(what, []).append((rows, why))
        lines = [
            f"    {what}: {', '.join(f'{why} {rows:,}' for rows, why in sorted(counts, reverse=True))}"
            for what, counts in by_finding.items()
        ]
        return ["Rows set aside:", *lines] if lines else []
