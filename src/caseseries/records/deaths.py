"""Deaths told: how many patients have a row of death, and how many visits ended with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from caseseries.evidence.values import plain_text
from caseseries.records.codebook import Codebook
from caseseries.records.omop import Records

_BY_TABLE = "SELECT COUNT(DISTINCT d.person_id) AS patients FROM death d WHERE d.death_date IS NOT NULL"
_BY_DISCHARGE = """
SELECT COALESCE(v.discharged_to_concept_id, 0) AS to_concept,
  COALESCE(v.discharged_to_source_value, '') AS to_word, COUNT(*) AS rows
FROM visit_occurrence v GROUP BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Deaths:
    """Patients with a dated row of death; visits whose discharge says that the patient died; and of each
    concept of a discharge the visits."""

    patients: int
    visits: int
    by_concept: Mapping[int, int]


def deaths_told(records: Records, codebook: Codebook) -> Deaths:
    """How the whole hospital tells of deaths."""
    patients = int(records.run(_BY_TABLE, "survey: deaths")["patients"][0])
    died = {code.concept for code in codebook.died}
    by_concept: dict[int, int] = {}
    visits = 0
    for concept, word, rows in records.run(_BY_DISCHARGE, "survey: discharges").iter_rows():
        by_concept[concept] = by_concept.get(concept, 0) + rows
        is_death = concept in died or plain_text(word).casefold() in codebook.died_words
        visits += rows if is_death else 0
    return Deaths(patients, visits, by_concept)
