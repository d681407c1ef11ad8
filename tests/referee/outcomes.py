"""Deaths and contacts of a patient (docs/screening.md, "Deaths"): when they died, and when they were seen."""

from __future__ import annotations

from datetime import date

from tests.referee.reading import Hospital, Row
from tests.referee.row import day_of
from tests.referee.stays import Stay, birthdays

from caseseries.evidence.values import plain_text
from caseseries.records.codebook import Codebook


def deaths(hospital: Hospital, codebook: Codebook, stay: Stay) -> list[date]:
    """The days on which the patient of a stay may have died, the first first; none that cannot be."""
    told = [
        day_of(row["death_date"])
        for row in hospital.rows("death")
        if row["person_id"] == stay.person and row["death_date"] is not None
    ]
    died = {code.concept for code in codebook.died}
    for row in hospital.rows("visit_occurrence"):
        word = plain_text(row["discharged_to_source_value"] or "").casefold()
        if row["discharged_to_concept_id"] in died or word in codebook.died_words:
            told += _last_day(row, stay)
    persons = [row for row in hospital.rows("person") if row["person_id"] == stay.person]
    born = birthdays(persons[0] if persons else None)
    return sorted(day for day in told if day >= stay.start and (born is None or day >= born[0]))


def contacts(hospital: Hospital, codebook: Codebook, stay: Stay) -> list[date]:
    """The days on which a visit of theirs ended or a sample was taken, none of them after the death."""
    seen = [day for row in hospital.rows("visit_occurrence") for day in _last_day(row, stay)]
    seen += [
        day_of(row["measurement_date"])
        for row in hospital.rows("measurement")
        if row["person_id"] == stay.person and row["measurement_date"] is not None
    ]
    died = deaths(hospital, codebook, stay)
    return sorted(day for day in seen if not died or day <= died[0])


def _last_day(visit: Row, stay: Stay) -> list[date]:
    """Of a visit of this patient the last day; none of one that ends before it starts."""
    start, end = visit["visit_start_date"], visit["visit_end_date"]
    end = start if end is None else end
    return [end] if visit["person_id"] == stay.person and end >= start else []
