"""Names: what a hospital calls a finding, looked for in its own concepts and among rows without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from caseseries.records.codebook import FIRST_LOCAL, Codebook, Table
from caseseries.records.omop import Records
from caseseries.records.site import descendants

KINDS: Mapping[Table, tuple[str, str]] = {
    "measurement": ("measurement", "Measurement"),
    "observation": ("observation", "Observation"),
    "condition_occurrence": ("condition", "Condition"),
    "procedure_occurrence": ("procedure", "Procedure"),
    "drug_exposure": ("drug", "Drug"),
    "visit_occurrence": ("visit", "Visit"),
}
"""What the columns of a table begin with, and the domain of its concepts."""
UNMAPPED = {"finding": pl.String, "table": pl.String, "source_value": pl.String, "rows": pl.Int64}
FOUND = {"finding": pl.String, "table": pl.String, "name": pl.String, "concept_id": pl.Int64}


@dataclass(frozen=True, eq=False)
class Names:
    """What the names of a codebook lead to in these records.

    `concepts`: a row (finding, table, name, concept_id) for each concept of such a name. `unmapped`: a
    row (finding, table, source_value, rows) for each name of rows without a concept. `below`: what is
    filed under the concepts.
    """

    concepts: pl.DataFrame
    unmapped: pl.DataFrame
    below: Mapping[int, tuple[int, ...]]

    @cached_property
    def by_finding(self) -> Mapping[str, Mapping[str, list[int]]]:
        """The concepts of each finding's names, by table."""
        found: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for finding, table, concept in self.concepts.select("finding", "table", "concept_id").iter_rows():
            found[finding][table].append(concept)
        return found


def read_names(codebook: Codebook, records: Records) -> Names:
    """The concepts and the unmapped rows that go by the names of the codebook, in any case of letters.

    A name is looked for in CONCEPT, among the names of standard concepts, their codes behind their vocabulary
    ("loinc 2276-4"), and the names and codes of local ones; and among the source values of rows whose concept
    is local or none.
    """
    wanted = [
        (place, entry.finding, table, domain, name, *name.rpartition(" ")[::2])
        for place, (table, (_, domain)) in enumerate(KINDS.items())
        for entry in codebook.entries
        if table in entry.tables
        for name in entry.source_values
    ]
    told = _told(records, wanted) if wanted else pl.DataFrame(schema=_TOLD)
    concepts = told.filter(pl.col("concept_id") != 0).select(list(FOUND))
    concepts = concepts.unique(["finding", "table", "concept_id"], keep="first", maintain_order=True)
    unmapped = told.filter(pl.col("concept_id") == 0).rename({"name": "source_value"}).select(list(UNMAPPED))
    parents = {entry.finding for entry in codebook.entries if entry.descendants}
    wanted_below = concepts.filter(pl.col("finding").is_in(parents))["concept_id"].unique().sort().to_list()
    return Names(concepts, unmapped, descendants(records, wanted_below))


def _told(records: Records, wanted: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """What goes by these names: table by table, first the concepts of CONCEPT and then those of rows."""
    names = pl.DataFrame(wanted, _WANTED, orient="row")
    records.put("codebook_names", names)
    found = [
        records.run(_IN_CONCEPTS, "names in CONCEPT"),
        records.run(_in_rows(names["table"].unique(maintain_order=True)), "names in rows"),
    ]
    records.drop("codebook_names")
    whole = pl.concat([one.select(pl.col(name).cast(kind) for name, kind in _TOLD.items()) for one in found])
    return whole.sort("place", maintain_order=True)


_WANTED = {
    "place": pl.Int64,
    "finding": pl.String,
    "table": pl.String,
    "domain": pl.String,
    "name": pl.String,
    "vocabulary": pl.String,
    "code": pl.String,
}
_TOLD = {"place": pl.Int64, **FOUND, "rows": pl.Int64}

_IN_CONCEPTS = f"""
SELECT n.place, n.finding, n."table", n.name, c.concept_id, CAST(NULL AS BIGINT) AS rows
FROM concept c JOIN codebook_names n ON LOWER(TRIM(c.concept_name)) = n.name
WHERE COALESCE(c.domain_id, n.domain) = n.domain
  AND (c.concept_id >= {FIRST_LOCAL} OR c.standard_concept = 'S')
UNION
SELECT n.place, n.finding, n."table", n.name, c.concept_id, CAST(NULL AS BIGINT) AS rows
FROM concept c JOIN codebook_names n ON LOWER(TRIM(c.concept_code)) = n.name
WHERE COALESCE(c.domain_id, n.domain) = n.domain AND c.concept_id >= {FIRST_LOCAL}
UNION
SELECT n.place, n.finding, n."table", n.name, c.concept_id, CAST(NULL AS BIGINT) AS rows
FROM concept c JOIN codebook_names n
  ON LOWER(TRIM(c.concept_code)) = n.code AND LOWER(TRIM(c.vocabulary_id)) = n.vocabulary
WHERE COALESCE(c.domain_id, n.domain) = n.domain AND c.standard_concept = 'S'
ORDER BY place, finding, name, concept_id"""


def _in_rows(tables: Iterable[str]) -> str:
    parts = [_unmapped(table, stem) for table, (stem, _) in KINDS.items() if table in set(tables)]
    return f"""
SELECT n.place, n.finding, n."table", n.name, r.concept_id, r.rows
FROM ({" UNION ALL".join(parts)}) r JOIN codebook_names n ON n."table" = r."table" AND n.name = r.name
ORDER BY n.place, n.finding, n.name, r.concept_id"""


def _unmapped(table: str, stem: str) -> str:
    """SQL: the source values of rows whose concept is local or none."""
    concept, source = f"{stem}_concept_id", f"{stem}_source_value"
    return f"""
SELECT '{table}' AS "table", COALESCE({concept}, 0) AS concept_id, LOWER(TRIM({source})) AS name,
  COUNT(*) AS rows
FROM {table}
WHERE ({concept} IS NULL OR {concept} = 0 OR {concept} >= {FIRST_LOCAL}) AND {source} IS NOT NULL
GROUP BY 1, 2, 3"""
