"""The survey: can this study be done here? What the records tell of its findings, and what they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from caseseries.records.audit import audit
from caseseries.records.codebook import Codebook, Entry
from caseseries.records.deaths import deaths_told
from caseseries.records.drug_rows import drug_rows
from caseseries.records.forms import names_of
from caseseries.records.memory import rest_on_memory
from caseseries.records.omop import Records
from caseseries.records.resolving import Resolved
from caseseries.records.spread import FATES, Spread, spread
from caseseries.records.survey_frames import CONCEPTS, FINDINGS, Frames, framed
from caseseries.records.survey_text import survey_text
from caseseries.records.survey_words import NO_NUMBER, NOT_UNDERSTOOD, Means, words_found
from caseseries.records.sweep import EVERY_ROW, forget, looked_for, sweep
from caseseries.records.tally import SUMS, by_finding, patients, tally
from caseseries.records.unseen import unseen


@dataclass(frozen=True, eq=False)
class Survey:
    """What the records tell of a study's findings. Counts are as they are, and identify: it stays inside.

    `name` is that of the records, `version` that of their CDM, `patients` everyone in them. `frames` are the
    numbers, `unseen` the sentences of what the study will not be able to see, and `notes` those of what the
    records lack and what was not mapped as the codebook has it.
    """

    name: str
    version: str
    patients: int
    frames: Frames
    unseen: tuple[str, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        head = f"Survey of {self.name}: OMOP CDM {self.version}, {self.patients:,} patients"
        return survey_text(head, self.frames, self.unseen, self.notes)


def _unasked(finding: str, word: str) -> str:
    """Without criteria nobody can tell what a word comes to."""
    return NOT_UNDERSTOOD


def survey(
    records: Records,
    codebook: Codebook,
    resolved: Resolved,
    findings: Sequence[str],
    means: Means = _unasked,
) -> Survey:
    """What the records tell of these findings, each table of results read as a whole, and once.

    A class of drugs ("corticosteroids") stands for its drugs, and a finding that can be worked out of two for
    these as well. `means` says what a word comes to for a finding: "met", "denied" or "not understood".
    Raises Problems for a finding that the codebook lacks.
    """
    entries = entries_asked(codebook, findings)
    columns = [entry.known_from for entry in entries if records.has("measurement", entry.known_from)]
    wanted = looked_for(resolved.codes, entries)
    sweep(records, wanted, entries, next((column for column in columns if column), ""))
    counted, have = tally(records, wanted), patients(records, wanted)
    measured = [entry for entry in entries if _is_measured(entry)]
    told, forms = spread(records, codebook, wanted, measured, _worded(wanted, entries))
    words = words_found(records, wanted, forms, entries, means)
    forget(records, wanted)
    labels = {code.concept: code.label for entry in entries for code in entry.codes}
    called = names_of(records, wanted["concept_id"])
    concepts = wanted.join(
        counted, on=["table", "concept_id"], how="left", maintain_order="left"
    ).with_columns(
        pl.col("rows").fill_null(0),
        label=pl.col("concept_id").replace_strict(labels, default="", return_dtype=pl.String),
        name=pl.col("concept_id").replace_strict(called, default="", return_dtype=pl.String),
    )
    deaths = deaths_told(records, codebook)
    frames = Frames(
        findings=_findings(entries, wanted, counted, have, told, words),
        concepts=framed(concepts, CONCEPTS),
        units=told.units,
        written=told.written,
        words=words,
        drugs=drug_rows(records, wanted),
        audit=audit(told),
        recalled=rest_on_memory(codebook, entries, concepts, told.written, told.values, deaths),
    )
    everyone = int(
        records.run("SELECT COUNT(person_id) AS n FROM person", "patients in the database")["n"][0]
    )
    return Survey(
        name=records.name,
        version=records.version,
        patients=everyone,
        frames=frames,
        unseen=unseen(records, entries, resolved, frames, deaths),
        notes=resolved.notes,
    )


def entries_asked(codebook: Codebook, findings: Iterable[str]) -> tuple[Entry, ...]:
    """The entries of these findings, each once: of a class all its drugs, and of a product its parts as well.

    Raises Problems for every finding that the codebook lacks.
    """
    names = [
        one
        for finding in findings
        for one in ([entry.finding for entry in codebook.drugs(finding)] or [finding])
    ]
    entries = codebook.entries_of(names)
    parts = [part for entry in entries if entry.or_from for part in entry.or_from.of]
    return codebook.entries_of([*(entry.finding for entry in entries), *parts])


def _is_measured(entry: Entry) -> bool:
    return entry.reads in ("number", "limit") and "measurement" in entry.tables


def _worded(wanted: pl.DataFrame, entries: Sequence[Entry]) -> pl.DataFrame:
    """The concepts that answer in words, as `read_forms` takes them."""
    mine = pl.col("finding").is_in([one.finding for one in entries if one.reads in ("word", "presence")])
    is_said = pl.col("table").is_in(["measurement", "observation"]) & (pl.col("concept_id") != EVERY_ROW)
    return wanted.filter(mine & is_said)


def _findings(
    entries: Sequence[Entry],
    wanted: pl.DataFrame,
    counted: pl.DataFrame,
    have: Mapping[str, int],
    told: Spread,
    words: pl.DataFrame,
) -> pl.DataFrame:
    """A row for each finding, in the order in which they were asked, with FINDINGS as columns."""
    counts = dict(by_finding(wanted, counted))
    fates = {row["finding"]: row for row in told.counts.iter_rows(named=True)}
    rows = []
    for entry in entries:
        mine = counts.get(entry.finding, dict.fromkeys(SUMS, 0))
        row = {"finding": entry.finding, "reads": entry.reads, "patients": have.get(entry.finding, 0), **mine}
        if entry.reads == "number":
            row |= fates.get(entry.finding, dict.fromkeys(FATES, 0))
        else:
            row |= dict(_understood(words.filter(pl.col("finding") == entry.finding), mine["rows"] or 0))
        rows.append(row)
    return framed(pl.DataFrame(rows, schema_overrides=FINDINGS), FINDINGS)


def _understood(words: pl.DataFrame, rows: int) -> Iterator[tuple[str, int]]:
    """Of the rows of a finding in words, those that are understood, that say nothing, and the rest."""
    odd = words.filter(pl.col("means") == NOT_UNDERSTOOD)
    # Words were counted in rows without a day too.
    not_understood = min(int(odd["rows"].sum()), rows)
    bare = min(int(odd.filter(pl.col("word").is_in(["", NO_NUMBER]))["rows"].sum()), not_understood)
    yield "usable", rows - not_understood
    yield "no_value", bare
    yield "not_read", not_understood - bare
