"""Stays: inpatient visits of a patient, one after another, merged over moves (docs/screening.md, "Stays")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.referee.reading import Hospital, Row

from caseseries.records.codebook import Codebook


@dataclass(frozen=True)
class Stay:
    """One time in hospital, from its first to its last day; `stay_id` is the id of its first visit."""

    person: int
    stay_id: int
    start: date
    end: date

    def days(self) -> Iterator[date]:
        """Its days, one after another."""
        day = self.start
        while day <= self.end:
            yield day
            day += timedelta(days=1)

    def holds(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return self.start <= day <= self.end


def all_stays(
    hospital: Hospital, codebook: Codebook, transfers: float
) -> tuple[list[Stay], Counter[tuple[str, str]]]:
    """Every stay, by patient and start; and how many visits end before they start or have no end.

    `transfers` is the greatest number of days from an end to a beginning within one stay.
    """
    told: Counter[tuple[str, str]] = Counter()
    visits: dict[int, list[tuple[date, date, int]]] = {}
    for row in hospital.rows("visit_occurrence"):
        if row["visit_concept_id"] not in codebook.inpatient_concepts or row["person_id"] is None:
            continue
        start, end = row["visit_start_date"], row["visit_end_date"]
        if end is None:
            told["visit", "no end"] += 1
            end = start
        if end < start:
            told["visit", "ends before it starts"] += 1
            continue
        visits.setdefault(row["person_id"], []).append((start, end, row["visit_occurrence_id"]))
    stays = []
    for person in sorted(visits):
        stays += _merged(person, sorted(visits[person]), transfers)
    return stays, told


def _merged(person: int, visits: list[tuple[date, date, int]], transfers: float) -> list[Stay]:
    stays: list[Stay] = []
    for start, end, visit in visits:
        if stays and (start - stays[-1].end).days <= transfers:
            last = stays[-1]
            stays[-1] = Stay(person, last.stay_id, last.start, max(last.end, end))
        else:
            stays.append(Stay(person, visit, start, end))
    return stays


def birthdays(row: Row | None) -> tuple[date, date] | None:
    """The first and the last day on which a patient can be born; None where even the year is not known."""
    if row is None or row["year_of_birth"] is None:
        return None
    year, month, day = row["year_of_birth"], row["month_of_birth"], row["day_of_birth"]
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        first_of_next = date(year + month // 12, month % 12 + 1, 1)
        return date(year, month, 1), first_of_next - timedelta(days=1)
    return date(year, month, day), date(year, month, day)


def completed_years(birth: date, on: date) -> int:
    """How many birthdays there were."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
