"""Columns: what the tables of the CDM whose rows have a patient and a day call their columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Columns(NamedTuple):
    """The columns of the row's own id, the concept, the day and the moment. A death goes by its patient."""

    row_id: str
    concept: str
    day: str
    moment: str


COLUMNS: Mapping[str, Columns] = {
    "visit_occurrence": Columns(
        "visit_occurrence_id", "visit_concept_id", "visit_start_date", "visit_start_datetime"
    ),
    "measurement": Columns(
        "measurement_id", "measurement_concept_id", "measurement_date", "measurement_datetime"
    ),
    "observation": Columns(
        "observation_id", "observation_concept_id", "observation_date", "observation_datetime"
    ),
    "condition_occurrence": Columns(
        "condition_occurrence_id", "condition_concept_id", "condition_start_date", "condition_start_datetime"
    ),
    "procedure_occurrence": Columns(
        "procedure_occurrence_id", "procedure_concept_id", "procedure_date", "procedure_datetime"
    ),
    "drug_exposure": Columns(
        "drug_exposure_id", "drug_concept_id", "drug_exposure_start_date", "drug_exposure_start_datetime"
    ),
    "death": Columns("person_id", "cause_concept_id", "death_date", "death_datetime"),
    "note": Columns("note_id", "note_class_concept_id", "note_date", "note_datetime"),
}
