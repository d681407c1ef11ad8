"""Deaths and contacts of a patient (docs/screening.md, "Deaths"): when they died, and when they were seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tests.referee.reading import CONCEPT, DAY, Hospital, Row
from tests.referee.row import NEGATIONS, day_of
from tests.referee.stays import Stay, birthdays

from caseseries.evidence.presence import ABSENT
from caseseries.evidence.values import MISSING, plain_text
from caseseries.records.codebook import Codebook


def deaths(hospital: Hospital, codebook: Codebook, stay: Stay) -> list[date]:
    """The days on which the patient of a stay may have died, the first first; none that cannot be."""
    told = [
        day_of(row["death_date"])
        for row in hospital.rows("death")
        if row["person_id"] == stay.person and row["death_date"] is not None
    ]
    told += [
        day_of(row[DAY[table]])
        for table, row in _rows_of(hospital, codebook, "death")
        if row["person_id"] == stay.person and row[DAY[table]] is not None and not _says_nothing(table, row)
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
    """The days on which a stay or a visit in person ended or a sample was taken, none after the death."""
    [entry] = [one for one in codebook.entries if one.finding.startswith("contact")]
    kinds = {code.concept for code in (*codebook.inpatient, *entry.codes)}
    booked = [row for row in hospital.rows("visit_occurrence") if row["visit_concept_id"] in kinds]
    seen = [day for row in booked for day in _last_day(row, stay)]
    seen += [
        day_of(row["measurement_date"])
        for row in hospital.rows("measurement")
        if row["person_id"] == stay.person and row["measurement_date"] is not None
    ]
    died = deaths(hospital, codebook, stay)
    return sorted(day for day in seen if not died or day <= died[0])


def _last_day(visit: Row, stay: Stay) -> list[date]:
    """Of a visit of this patient the last day; of one that ends before it starts the first."""
    start, end = visit["visit_start_date"], visit["visit_end_date"]
    return [start if end is None else max(start, end)] if visit["person_id"] == stay.person else []


def _rows_of(hospital: Hospital, codebook: Codebook, finding: str) -> Iterator[tuple[str, Row]]:
    """The rows that have a code of a finding."""
    [entry] = [one for one in codebook.entries if one.finding == finding]
    concepts = {code.concept for code in entry.codes}
    for table in entry.tables:
        yield from ((table, row) for row in hospital.rows(table) if row[CONCEPT[table]] in concepts)


def _says_nothing(table: str, row: Row) -> bool:
    """Whether an observation denies something, or says that nobody knows."""
    word = plain_text((row["value_as_string"] if table == "observation" else "") or "").casefold()
    return word in ABSENT or word in MISSING - {""} or word.split(" ")[0] in NEGATIONS
