"""Names: what a hospital calls a finding, looked for in its own concepts and among rows without one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

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

    def concepts_of(self, finding: str) -> Mapping[str, list[int]]:
        """The concepts of a finding's names, by table."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for table, concept in (
            self.concepts.filter(pl.col("finding") == finding).select("table", "concept_id").iter_rows()
        ):
            found[table].append(concept)
        return found


def read_names(codebook: Codebook, records: Records) -> Names:
    """The concepts and the unmapped rows that go by the names of the codebook, in any case of letters.

    A name is looked for in CONCEPT, among the names of standard concepts and the names and codes of local
    ones; and among the source values of rows whose concept is local or none.
    """
    frames = [pl.DataFrame(schema={**FOUND, "rows": pl.Int64})]
    for table in KINDS:
        wanted = [
            (entry.finding, name)
            for entry in codebook.entries
            if table in entry.tables
            for name in entry.source_values
        ]
        if wanted:
            schema = {"finding": pl.String, "name": pl.String}
            records.put("codebook_names", pl.DataFrame(wanted, schema, orient="row"))
            frames.append(_frame(table, records.run(_in_concepts(table), f"names of {table} in CONCEPT")))
            frames.append(_frame(table, records.run(_in_rows(table), f"names in rows of {table}")))
            records.drop("codebook_names")
    told = pl.concat(frames)
    concepts = told.filter(pl.col("concept_id") != 0).select(list(FOUND))
    concepts = concepts.unique(["finding", "table", "concept_id"], keep="first", maintain_order=True)
    unmapped = told.filter(pl.col("concept_id") == 0).rename({"name": "source_value"}).select(list(UNMAPPED))
    parents = {entry.finding for entry in codebook.entries if entry.descendants}
    wanted_below = concepts.filter(pl.col("finding").is_in(parents))["concept_id"].unique().sort().to_list()
    return Names(concepts, unmapped, descendants(records, wanted_below))


def _frame(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    columns = [*FOUND, "rows"]
    return rows.with_columns(pl.lit(table).alias("table"), pl.col("rows").cast(pl.Int64)).select(columns)


def _in_concepts(table: Table) -> str:
    domain = KINDS[table][1]
    of_table = f"coalesce(c.domain_id, '{domain}') = '{domain}'"
    return f"""
        SELECT n.finding, n.name, c.concept_id, CAST(NULL AS BIGINT) AS rows
        FROM concept AS c JOIN codebook_names AS n ON lower(trim(c.concept_name)) = n.name
        WHERE {of_table} AND (c.concept_id >= {FIRST_LOCAL} OR c.standard_concept = 'S')
        UNION
        SELECT n.finding, n.name, c.concept_id, CAST(NULL AS BIGINT) AS rows
        FROM concept AS c JOIN codebook_names AS n ON lower(trim(c.concept_code)) = n.name
        WHERE {of_table} AND c.concept_id >= {FIRST_LOCAL}
        ORDER BY ALL
    """


def _in_rows(table: Table) -> str:
    stem = KINDS[table][0]
    return f"""
        SELECT n.finding, n.name, r.concept_id, r.rows
        FROM (
            SELECT coalesce({stem}_concept_id, 0) AS concept_id, lower(trim({stem}_source_value)) AS name,
              count(*) AS rows
            FROM {table}
            WHERE ({stem}_concept_id IS NULL OR {stem}_concept_id = 0 OR {stem}_concept_id >= {FIRST_LOCAL})
              AND {stem}_source_value IS NOT NULL
            GROUP BY 1, 2
        ) AS r JOIN codebook_names AS n ON n.name = r.name
        ORDER BY n.finding, n.name, r.concept_id
    """
