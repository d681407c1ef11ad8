"""Resolving a codebook: every id and name of it, looked up in the hospital's own vocabulary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from caseseries.evidence.problem import Problem, Problems
from caseseries.records.codebook import Code, Codebook, Entry, Silence, Table
from caseseries.records.omop import Records
from caseseries.records.resolving_notes import lacking, notes_of
from caseseries.records.site import Site, read_site
from caseseries.records.site_names import KINDS, Names, read_names

CODES = {
    "finding": pl.String,
    "table": pl.String,
    "concept_id": pl.Int64,
    "via": pl.String,
    "confidence": pl.String,
}


@dataclass(frozen=True, eq=False)
class Resolved:
    """By which concepts, and by which names of unmapped rows, these records tell each finding.

    `codes`: a row (finding, table, concept_id, via, confidence) for each concept of each table; via is
    "listed", "descendant" or "source value". `names`: a row (finding, table, source_value in small
    letters, rows) for each name that rows without a concept go by. `bare` are the findings whose products
    the vocabulary does not know, `unseen` those of which no table is there with a row, and `unfound` those
    that no code and no name of these records stands for; `recalled` the codes that rest on memory alone.
    `notes` say in sentences what the records lack, and what was found otherwise than the codebook has it.
    """

    codes: pl.DataFrame
    names: pl.DataFrame
    unfound: tuple[str, ...]
    bare: tuple[str, ...]
    unseen: tuple[str, ...]
    recalled: tuple[Code, ...]
    notes: tuple[str, ...]

    @cached_property
    def concepts(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Of each finding the tables and concepts that tell it, each pair once, in order."""
        found: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
        for finding, table, concept in self.codes.select("finding", "table", "concept_id").iter_rows():
            found[finding].add((table, concept))
        return {finding: sorted(pairs) for finding, pairs in found.items()}

    def silence(self, entry: Entry) -> Silence:
        """What an empty record means here: nothing, where the finding could not have been recorded."""
        return (
            Silence("unknown") if entry.finding in (*self.unfound, *self.bare, *self.unseen) else entry.silent
        )


def resolve(codebook: Codebook, records: Records) -> Resolved:
    """The codebook as these records can answer it.

    An id that the hospital's CONCEPT table lacks is used as it is listed, and told; so is every id where
    there is no such table. Raises Problems where an id that was verified is another thing in CONCEPT, and
    where one number would be of two findings.
    """
    site = read_site(codebook, records)
    _is_what_it_says(codebook, site)
    names = read_names(codebook, records)
    rows = [row for entry in codebook.entries for row in _rows(entry, site, names)]
    codes = pl.DataFrame(rows, CODES, orient="row").unique(
        ["finding", "table", "concept_id"], keep="first", maintain_order=True
    )
    _a_number_has_one_finding(codebook, codes)
    told = {*codes["finding"], *names.unmapped["finding"]}
    unfound = tuple(entry.finding for entry in codebook.entries if not _can_be_told(entry, told))
    bare = tuple(_bare(codebook, site, records))
    unseen = tuple(entry.finding for entry in codebook.entries if _is_unseen(entry, records))
    always = _absent_on_every_day(codebook, {*unfound, *bare, *unseen})
    recalled = tuple(code for code in codebook.every_code if code.confidence == "recalled")
    return Resolved(
        codes=codes,
        names=names.unmapped,
        unfound=unfound,
        bare=bare,
        unseen=unseen,
        recalled=recalled,
        notes=(
            *lacking(records.notes),
            *notes_of(codebook, site, names, unfound, bare, always),
            *_of_known(codebook, records),
        ),
    )


def _is_unseen(entry: Entry, records: Records) -> bool:
    """Whether no table in which the finding could stand is there with a row."""
    gone = {note.table for note in records.notes if not note.column}
    tables = {*entry.tables, *entry.every_row_of}
    return bool(tables) and tables <= gone


def _bare(codebook: Codebook, site: Site, records: Records) -> Iterator[str]:
    """Whose silence means absence, and whose products are not filed below the codes, which no row has."""
    asked = [entry for entry in codebook.entries if _is_bare(entry, site)]
    ids: defaultdict[Table, set[int]] = defaultdict(set)
    for entry in asked:
        for table in entry.tables:
            ids[table].update(code.concept for code in entry.codes)
    there = {table: _used(records, table, mine) for table, mine in ids.items() if table in KINDS}
    for entry in asked:
        mine = {code.concept for code in entry.codes}
        if not any(mine & there.get(table, frozenset()) for table in entry.tables):
            yield entry.finding


def _is_bare(entry: Entry, site: Site) -> bool:
    """Whether silence means absence, and the vocabulary files nothing below any code that should have it."""
    parents = [code.concept for code in entry.codes if code.descendants]
    return entry.silent.means == "absent" and bool(parents) and not any(map(site.below.get, parents))


def _used(records: Records, table: Table, concepts: set[int]) -> frozenset[int]:
    """Those of the concepts that some row of the table has."""
    concept = f"{KINDS[table][0]}_concept_id"
    ids = ", ".join(map(str, sorted(concepts)))
    found = records.run(f"SELECT DISTINCT {concept} AS concept_id FROM {table} WHERE {concept} IN ({ids})")
    return frozenset(found["concept_id"])


def _absent_on_every_day(codebook: Codebook, silent: set[str]) -> tuple[str, ...]:
    """The findings that count as absent where nothing is recorded, and of which no day is named."""
    absent = [entry.finding for entry in codebook.entries if entry.silent == Silence("absent")]
    return tuple(finding for finding in absent if finding not in silent)


def _can_be_told(entry: Entry, told: set[str]) -> bool:
    """Whether a code, a name, a whole table, two other findings or a reviewer can tell the finding."""
    is_product_told = entry.or_from is not None and told.issuperset(entry.or_from.of)
    return entry.finding in told or bool(entry.every_row_of) or is_product_told or not entry.tables


def _rows(entry: Entry, site: Site, names: Names) -> Iterator[tuple[str, str, int, str, str]]:
    """A row for each concept of an entry: those listed first, then what is found by name, then all below."""
    listed = [code for code in entry.codes if not site.is_of_another_hospital(code)]
    named = names.by_finding.get(entry.finding, {})
    for table in entry.tables:
        for code in listed:
            yield entry.finding, table, code.concept, "listed", code.confidence
        for concept in named.get(table, ()):
            yield entry.finding, table, concept, "source value", "local"
        for code in listed:
            for concept in site.below.get(code.concept, ()) if code.descendants else ():
                yield entry.finding, table, concept, "descendant", code.confidence
        for parent in named.get(table, ()) if entry.descendants else ():
            for concept in names.below.get(parent, ()):
                yield entry.finding, table, concept, "descendant", "local"


def _of_known(codebook: Codebook, records: Records) -> Iterator[str]:
    """That a column with the time of the result is named, and is not there."""
    for column in sorted({entry.known_from for entry in codebook.entries} - {""}):
        if not records.has("measurement", column):
            yield (
                f"The records have no column {column} in measurement: a result counts as known on the day "
                "of its sample."
            )


def _is_what_it_says(codebook: Codebook, site: Site) -> None:
    """Raises Problems for every finding's verified id that is another thing in the hospital's vocabulary."""
    problems = []
    for entry in codebook.entries:
        for code in entry.codes:
            there = site.otherwise(code)
            if there and code.confidence == "verified":
                where = f"codebook {codebook.name}, [{entry.finding}], concept {code.concept}"
                here = f"{code.vocabulary} {code.code}".strip()
                found = f"it is {here} in the codebook, and {there} in the hospital's CONCEPT table"
                problems.append(Problem(where, found, "Correct the id or its code, or remove the line."))
    if problems:
        raise Problems(dict.fromkeys(problems))


def _a_number_has_one_finding(codebook: Codebook, codes: pl.DataFrame) -> None:
    numbers = [entry.finding for entry in codebook.entries if entry.reads in ("number", "limit")]
    shared = (
        codes.filter(pl.col("finding").is_in(numbers))
        .group_by("table", "concept_id", maintain_order=True)
        .agg(pl.col("finding").unique(maintain_order=True))
        .filter(pl.col("finding").list.len() > 1)
    )
    if shared.height:
        raise Problems(_shared(codebook, shared.iter_rows()))


def _shared(codebook: Codebook, rows: Iterable[tuple[str, int, list[str]]]) -> Iterator[Problem]:
    for table, concept, findings in rows:
        of = " and of ".join(f'"{finding}"' for finding in findings)
        mend = "List the ids of one of them without descendants, or change its source values."
        yield Problem(f"codebook {codebook.name}", f"concept {concept} of {table} would be of {of}", mend)
