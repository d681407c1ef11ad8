"""The codebook: by which codes, units and silences a hospital's records say each finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from caseseries.evidence import catalogue
from caseseries.evidence.drugs import formulary
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.values import plain_text
from caseseries.evidence.words import word_key

Confidence = Literal["verified", "recalled", "local"]
"""Whether an id was read in a source, is known from memory only, or is this hospital's own."""

Reads = Literal["number", "word", "presence", "limit"]
"""What a row says: its number; its words; that it is there at all; or, by the laboratory's own limit
(`range_low`), "low" or "normal"."""

Table = Literal[
    "measurement",
    "observation",
    "condition_occurrence",
    "procedure_occurrence",
    "drug_exposure",
    "visit_occurrence",
    "death",
]
"""A table of the records that a finding can be read from."""

Means = Literal["absent", "unknown"]
"""What an empty record means: that it was not so, or nothing."""

Lasts = Literal["stay", "life"]
"""For how long a finding holds once it is found."""

DEATH, CONTACT = "death", "contact in person or laboratory result"
"""What a follow-up asks of records: these two alone are told by visits, and by every row of a table."""

FIRST_LOCAL = 2_000_000_000
"""Ids from here on are given by each hospital itself, after the convention of OMOP; so is no other."""


@dataclass(frozen=True, slots=True)
class Code:
    """One concept of the records' vocabulary. `code` is its code there, "" where no source was read.

    `label` is in our words. `descendants`: whatever the vocabulary files under it counts too.
    """

    concept: int
    label: str
    vocabulary: str
    code: str
    source: str
    confidence: Confidence
    descendants: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A concept that stands for one of our words: 8713 is the unit "g/dL", 4172704 the operator ">"."""

    code: Code
    means: str


@dataclass(frozen=True, slots=True)
class Silence:
    """What it means that nothing is recorded: that it was not so, from the day `since` on, or nothing."""

    means: Means
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A finding worked out of two at one moment: a count, and a share of it in percent."""

    of: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding, and how the records say it.

    `codes` and `source_values` (names that the hospital gives, in small letters) are looked for in
    `tables`; `descendants`: what is filed under a concept of such a name counts too. In the tables of
    `every_row_of` each row says the finding, which is DEATH or CONTACT. `plausible` are the least and the
    most a number can be, in `unit`, and `units` those in which it is taken; words have none of the three.
    `known_from` is the column of measurement with the day of the result, where the hospital has one.
    `lasts`: once found it holds for the stay, or for life. `answered_by_review`: no record can tell.
    """

    finding: str
    reads: Reads
    tables: tuple[Table, ...] = ()
    codes: tuple[Code, ...] = ()
    source_values: tuple[str, ...] = ()
    descendants: bool = False
    every_row_of: tuple[Table, ...] = ()
    unit: str = ""
    units: tuple[str, ...] = ()
    plausible: tuple[float, float] | None = None
    silent: Silence = Silence("unknown")
    lasts: Lasts = "stay"
    answered_by_review: bool = False
    or_from: Product | None = None
    known_from: str = ""
    note: str = ""


@dataclass(frozen=True)
class Codebook:
    """How one hospital's records say the findings of a study, and the rest that is written in concepts.

    `inpatient` are the visits that are stays. `units`, `operators` and `routes` say what a concept
    stands for. A patient died, or went to a hospice, where a visit was discharged to one of the codes,
    or to one of the words (in small letters). `digest` is that of the content: comments do not count.
    """

    name: str
    entries: tuple[Entry, ...]
    inpatient: tuple[Code, ...]
    units: tuple[Meaning, ...] = ()
    operators: tuple[Meaning, ...] = ()
    routes: tuple[Meaning, ...] = ()
    died: tuple[Code, ...] = ()
    died_words: tuple[str, ...] = ()
    hospice: tuple[Code, ...] = ()
    hospice_words: tuple[str, ...] = ()
    digest: str = ""

    @cached_property
    def by_finding(self) -> Mapping[str, Entry]:
        """Every entry by the name of its finding."""
        return {entry.finding: entry for entry in self.entries}

    @cached_property
    def by_key(self) -> Mapping[str, Entry]:
        """Every entry by the key of its finding (`finding_key`)."""
        return {finding_key(entry.finding): entry for entry in self.entries}

    @cached_property
    def unit_concepts(self) -> Mapping[int, str]:
        """What a unit's concept id stands for, in the catalogue's spelling: 8713 is "g/dL"."""
        return {unit.code.concept: unit.means for unit in self.units}

    @cached_property
    def operator_concepts(self) -> Mapping[int, str]:
        """What an operator's concept id stands for: 4172704 is ">"."""
        return {operator.code.concept: operator.means for operator in self.operators}

    @cached_property
    def route_concepts(self) -> Mapping[int, str]:
        """What a route's concept id stands for: 4142048 is "subcutaneous"."""
        return {route.code.concept: route.means for route in self.routes}

    @property
    def every_code(self) -> tuple[Code, ...]:
        """Every code that stands in it, each once: those of findings first."""
        meanings = (*self.units, *self.operators, *self.routes)
        return tuple(
            dict.fromkeys(
                (
                    *(code for entry in self.entries for code in entry.codes),
                    *(meaning.code for meaning in meanings),
                    *(*self.inpatient, *self.died, *self.hospice),
                )
            )
        )

    @property
    def inpatient_concepts(self) -> tuple[int, ...]:
        """The concept ids of visits that are stays."""
        return tuple(code.concept for code in self.inpatient)

    def entry(self, finding: str) -> Entry:
        """The entry of a finding, in any case of letters. Raises Problems where the codebook lacks it."""
        [entry] = self.entries_of([finding])
        return entry

    def entries_of(self, findings: Iterable[str]) -> tuple[Entry, ...]:
        """The entries of these findings, each once. Raises Problems, naming every one that is lacking."""
        wanted = {finding_key(finding): finding for finding in findings}
        lacking = [finding for key, finding in wanted.items() if key not in self.by_key]
        if lacking:
            known = [entry.finding for entry in self.entries]
            raise Problems(
                Problem(
                    f"codebook {self.name}",
                    f'it does not say how the records tell "{finding}"',
                    f'Add a table ["{finding}"] to it. {did_you_mean(finding, known)}',
                )
                for finding in lacking
            )
        return tuple(self.by_key[key] for key in wanted)

    def drugs(self, name: str) -> tuple[Entry, ...]:
        """The drugs of a class ("corticosteroids"), or the one drug of that name; none where it has none."""
        key = word_key(name)
        return tuple(entry for entry in self.entries if key in _drug_keys(entry))


def finding_name(written: str) -> str:
    """The one name of a finding: the catalogue's, or a drug's, or else as it is written."""
    known, drug = catalogue.entry(written), formulary().drug(written)
    return known.name if known else drug.name if drug else " ".join(plain_text(written).split())


def finding_key(written: str) -> str:
    """What all names of one finding have in common."""
    return word_key(finding_name(written))


def _drug_keys(entry: Entry) -> tuple[str, ...]:
    """The keys of a drug's own name and of its class; nothing for what is no drug of the formulary."""
    drug = formulary().drug(entry.finding) if "drug_exposure" in entry.tables else None
    return () if drug is None else (word_key(entry.finding), word_key(drug.drug_class))
