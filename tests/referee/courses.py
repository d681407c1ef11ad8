"""Courses (docs/courses.md), of rows that give a drug every day or tell no interval: first and last dose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.referee.reading import Hospital, Row
from tests.referee.row import day_of
from tests.referee.rows import entries_of, rows_of
from tests.referee.stays import Stay

from caseseries.records.codebook import Codebook

ADMINISTRATION = 32818
"""The type of a row that says a dose was given; every other row is an order."""
LONGEST_GAP = timedelta(days=3)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Course:
    """Its first and its last day, and those on which somebody wrote down that a dose was given."""

    start: date
    stop: date
    given: tuple[date, ...]


@dataclass(frozen=True)
class Order:
    """The days on which an order holds; `is_home`: a prescription that belongs to no stay."""

    start: date
    stop: date
    is_home: bool

    def holds(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.start <= day <= self.stop


def courses_of(
    hospital: Hospital, codebook: Codebook, drug: str, person: int, stays: Sequence[Stay]
) -> list[Course]:
    """The courses of one patient, the first first. `stays` are all of the patient's."""
    [entry] = entries_of(codebook, drug)
    rows = [row for _, row in rows_of(hospital, entry) if row["person_id"] == person]
    told = [row for row in rows if row["drug_type_concept_id"] == ADMINISTRATION]
    given = sorted({_start(row) for row in told if row["quantity"] != 0})
    orders = [_order(hospital, codebook, row, stays) for row in rows if row not in told]
    doses = sorted({*given, *_planned(orders, [_start(row) for row in told])})
    courses: list[list[date]] = []
    for day in doses:
        if courses and day - courses[-1][-1] <= LONGEST_GAP:
            courses[-1].append(day)
        else:
            courses.append([day])
    return [Course(one[0], one[-1], tuple(day for day in given if day in one)) for one in courses]


def _start(row: Row) -> date:
    return day_of(row["drug_exposure_start_date"])


def _order(hospital: Hospital, codebook: Codebook, row: Row, stays: Sequence[Stay]) -> Order:
    """It ends at its recorded end, and with the stay in which it begins; without any end after one day."""
    start, recorded = _start(row), row["drug_exposure_end_date"]
    within = [stay.end for stay in stays if stay.holds(start)][:1]
    ends = [*within, *([recorded] if recorded is not None and recorded >= start else [])]
    visits = [
        one["visit_occurrence_id"]
        for one in hospital.rows("visit_occurrence")
        if one["visit_concept_id"] in codebook.inpatient_concepts
    ]
    named = row["visit_occurrence_id"]
    is_home = named is None or not (within or named in visits)
    return Order(start, min(ends, default=start), is_home)


def _planned(orders: Sequence[Order], told: Sequence[date]) -> Iterator[date]:
    """The days of orders beside which nothing is written down, each until the next begins on a later day."""
    for order in orders:
        if not order.is_home and any(one.holds(day) for one in _following(order, orders) for day in told):
            continue
        later = [other.start for other in orders if other.start > order.start]
        if order.is_home:
            later += [day for day in told if order.holds(day)]
        stop = min([order.stop, *(day - DAY for day in later)])
        yield from (order.start + DAY * number for number in range((stop - order.start).days + 1))


def _following(order: Order, orders: Sequence[Order]) -> Sequence[Order]:
    """The span of the orders of the hospital that follow one another without a gap, this one among them."""
    stretches: list[Order] = []
    for one in sorted((one for one in orders if not one.is_home), key=lambda one: (one.start, one.stop)):
        if stretches and one.start - stretches[-1].stop <= LONGEST_GAP:
            last = stretches[-1]
            stretches[-1] = Order(last.start, max(last.stop, one.stop), False)
        else:
            stretches.append(one)
    return [one for one in stretches if one.holds(order.start)]
