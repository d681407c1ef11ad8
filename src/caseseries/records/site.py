"""The site: what a hospital's own vocabulary says of the ids that a codebook lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from caseseries.records.codebook import FIRST_LOCAL, Code, Codebook
from caseseries.records.omop import Records


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of the hospital's CONCEPT table."""

    name: str
    vocabulary: str
    code: str
    is_standard: bool
    is_retired: bool


@dataclass(frozen=True, slots=True)
class Site:
    """The listed ids in the hospital's CONCEPT table, and what CONCEPT_ANCESTOR files `below` each.

    `has_concepts` and `has_ancestors`: whether there is anything at all in the two tables.
    """

    concepts: Mapping[int, Concept]
    below: Mapping[int, tuple[int, ...]]
    has_concepts: bool
    has_ancestors: bool

    def otherwise(self, code: Code) -> str:
        """What an id stands for in the hospital's vocabulary where that is another thing, else ""."""
        there = self.concepts.get(code.concept)
        if there is None or (
            _alike(there.vocabulary, code.vocabulary) and (not code.code or _alike(there.code, code.code))
        ):
            return ""
        called = f'"{there.name}"' if there.name else ""
        return " ".join(part for part in (there.vocabulary, there.code, called) if part)

    def is_of_another_hospital(self, code: Code) -> bool:
        """Whether a local id says by its code what it is, and this hospital's CONCEPT table does not agree.

        Without a code there is nothing to hold it against, and without a table nothing to ask.
        """
        if code.concept < FIRST_LOCAL or not code.code or not self.has_concepts:
            return False
        return code.concept not in self.concepts or bool(self.otherwise(code))


def read_site(codebook: Codebook, records: Records) -> Site:
    """What the hospital's vocabulary says of every id of the codebook."""
    listed = sorted({code.concept for code in codebook.every_code})
    query = (
        "SELECT concept_id, concept_name, vocabulary_id, concept_code, standard_concept, invalid_reason "
        f"FROM concept WHERE concept_id IN ({_list(listed)}) ORDER BY concept_id"
    )
    found = records.run(query, "the listed concepts")
    concepts = {
        concept: Concept(name or "", vocabulary or "", code or "", standard == "S", bool(invalid))
        for concept, name, vocabulary, code, standard, invalid in found.iter_rows()
    }
    wanted = sorted({code.concept for code in codebook.every_code if code.descendants})
    return Site(
        concepts=concepts,
        below=descendants(records, wanted),
        has_concepts=_has_rows(records, "concept"),
        has_ancestors=_has_rows(records, "concept_ancestor"),
    )


def descendants(records: Records, concepts: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    """What CONCEPT_ANCESTOR files below these concepts, themselves left out."""
    query = (
        "SELECT DISTINCT ancestor_concept_id, descendant_concept_id FROM concept_ancestor "
        f"WHERE ancestor_concept_id IN ({_list(concepts)}) "
        "AND descendant_concept_id <> ancestor_concept_id "
        "ORDER BY ancestor_concept_id, descendant_concept_id"
    )
    below: defaultdict[int, list[int]] = defaultdict(list)
    for ancestor, descendant in records.run(query, "what is filed below them").iter_rows():
        below[ancestor].append(descendant)
    return {ancestor: tuple(found) for ancestor, found in below.items()}


def _has_rows(records: Records, table: str) -> bool:
    found: pl.DataFrame = records.run(f"SELECT 1 AS one FROM {table} LIMIT 1")
    return found.height > 0


def _list(concepts: Collection[int]) -> str:
    return ", ".join(map(str, concepts)) or "NULL"


def _alike(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
