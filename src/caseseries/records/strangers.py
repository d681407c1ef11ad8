"""Strangers: patients with visits of whom nothing else is known, or who were not born yet."""

from __future__ import annotations

from caseseries.evidence.counting import so_many
from caseseries.records.omop import Records

_UNKNOWN = """
SELECT COUNT(DISTINCT v.person_id) AS patients FROM visit_occurrence v
WHERE v.person_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM person p WHERE p.person_id = v.person_id)"""
_UNBORN = """
SELECT COUNT(DISTINCT v.person_id) AS patients
FROM visit_occurrence v JOIN person p ON p.person_id = v.person_id
WHERE EXTRACT(YEAR FROM v.visit_start_date) < p.year_of_birth"""


def note_on_strangers(records: Records) -> tuple[str, ...]:
    """A sentence on patients with visits who do not stand in the table person, and one on the unborn."""
    unknown, unborn = (
        int(records.run(query, f"patients {who}")["patients"][0])
        for query, who in ((_UNKNOWN, "missing from person"), (_UNBORN, "with a visit before their birth"))
    )
    notes = []
    if unknown:
        notes.append(
            f"{so_many(unknown, 'patient')} with a visit {'is' if unknown == 1 else 'are'} missing from the "
            "table person: their age and sex are not known."
        )
    if unborn:
        notes.append(
            f"Of {so_many(unborn, 'patient')} a visit begins before the year of birth: how old they were "
            "then is not known."
        )
    return tuple(notes)
