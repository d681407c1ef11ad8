"""Contacts: the days on which patients were seen in person or had a sample taken."""

from __future__ import annotations

import polars as pl

from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import some_of
from caseseries.records.codebook import CONTACT, Codebook
from caseseries.records.forms import names_of
from caseseries.records.omop import Records
from caseseries.records.origins import origins
from caseseries.records.outcomes import rows_that_say

CONTACTS = pl.Schema(
    {"person_id": pl.Int64, "day": pl.Int64, "is_laboratory": pl.Boolean, "origin": pl.String}
)


def last_contacts(
    records: Records, codebook: Codebook, codes: pl.DataFrame, booked: pl.DataFrame, evidence: pl.DataFrame
) -> pl.DataFrame:
    """Each day on which a patient was seen in person, or had a sample taken, with the row.

    With CONTACTS as columns. `booked` is what `outcomes.visits` gives, of which those of the kinds count that
    `codes` have for CONTACT, and every stay; of `evidence` the rows of CONTACT.
    """
    in_person = booked.filter(_is_contact(codebook, codes)).select(
        "person_id",
        pl.col("last_day").alias("day"),
        origins("visit_occurrence", "visit_id"),
        table=pl.lit("visit_occurrence"),
    )
    told = [in_person, *rows_that_say(records, codebook, CONTACT, evidence)]
    laboratory = (pl.col("table") == "measurement").alias("is_laboratory")
    every = pl.concat(
        one.drop_nulls("day")
        .with_columns(laboratory)
        .select(pl.col(name).cast(kind) for name, kind in CONTACTS.items())
        for one in told
    )
    return every.sort("person_id", "day", "is_laboratory", "origin")


def note_on_contacts(
    records: Records, codebook: Codebook, codes: pl.DataFrame, booked: pl.DataFrame
) -> tuple[str, ...]:
    """A sentence that names the kinds of visits of the cohort that are no contact; nothing without any.

    A visit that does not say its kind is of kind 0, which means that none is known.
    """
    rest = booked.filter(~_is_contact(codebook, codes)).with_columns(pl.col("concept_id").fill_null(0))
    kinds = rest.group_by("concept_id").agg(pl.len().alias("visits"), pl.col("person_id").n_unique())
    if kinds.is_empty():
        return ()
    names = names_of(records, kinds["concept_id"])
    said = [
        f"{concept}{f' {names[concept]}' if names.get(concept) else ''} "
        f"({visits:,} of {so_many(patients, 'patient')})"
        for concept, visits, patients in kinds.sort(
            "visits", "concept_id", descending=[True, False]
        ).iter_rows()
    ]
    return (
        f"Visits of the cohort that are no contact by the codebook: {some_of(said)}. Who was last seen so "
        f'is followed for too short a time: where they are in person, add them to "{CONTACT}" there.',
    )


def _is_contact(codebook: Codebook, codes: pl.DataFrame) -> pl.Expr:
    entry = codebook.by_finding.get(CONTACT)
    if entry and "visit_occurrence" in entry.every_row_of:
        return pl.lit(True)
    mine = codes.filter((pl.col("finding") == CONTACT) & (pl.col("table") == "visit_occurrence"))
    kinds = [*codebook.inpatient_concepts, *mine["concept_id"]]
    return pl.col("concept_id").is_in(kinds).fill_null(False)
