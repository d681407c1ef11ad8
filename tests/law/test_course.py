"""Laws of courses: rows have no order, a dose counts once, orders beside administrations are no doses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseseries.evidence.course import Course, courses
from caseseries.evidence.exposure import Exposure
from caseseries.evidence.given import longest_gap

BEGIN = datetime.fromisoformat("2020-03-01 08:00")
SIGS = (
    "100 mg subq q8",
    "200 mg IV daily",
    "100 mg q48h",
    "150 mg weekly",
    "100 mg once",
    "mg",
    "2 mg/kg daily",
)
HOURS = st.integers(0, 24 * 40)


def _at(hours: int) -> datetime:
    return BEGIN + timedelta(hours=hours)


@st.composite
def administrations(draw: st.DrawFn) -> list[Exposure]:
    """Administrations of two drugs in two patients, hours apart; every one has a time of day or none has."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from("AB"),
                st.sampled_from(("anakinra", "dexamethasone")),
                HOURS,
                st.sampled_from((50.0, 100.0, 200.0, None)),
                st.sampled_from(("", *SIGS)),
            ),
            max_size=12,
        )
    )
    return [
        Exposure(
            patient, drug, _at(hours), None, True, amount, "mg", sig=sig, origin=f"drug_exposure:{number}"
        )
        for number, (patient, drug, hours, amount, sig) in enumerate(drawn)
    ]


@st.composite
def orders(draw: st.DrawFn, sigs: tuple[str, ...] = SIGS) -> Exposure:
    """An order of hours to weeks, some without an end."""
    start, length = draw(HOURS), draw(st.integers(0, 24 * 20))
    return Exposure(
        patient=draw(st.sampled_from("AB")),
        drug=draw(st.sampled_from(("anakinra", "dexamethasone"))),
        start=_at(start),
        stop=draw(st.sampled_from((None, _at(start + length), _at(start + length).date()))),
        sig=draw(st.sampled_from(sigs)),
        is_home=draw(st.booleans()),
    )


@st.composite
def records(draw: st.DrawFn) -> list[Exposure]:
    """Administrations and orders together, each with an id of its own."""
    ordered = draw(st.lists(orders(), max_size=4))
    return draw(administrations()) + [
        replace(order, origin=f"drug_exposure:{100 + number}") for number, order in enumerate(ordered)
    ]


def _told(found: tuple[Course, ...]) -> tuple[Course, ...]:
    """The courses without the names of the rows."""
    return tuple(replace(course, origins=(), unparsed=(), remarks=()) for course in found)


@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(rows: list[Exposure], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert courses(shuffled) == courses(rows)


@given(records(), st.data())
def test_a_row_that_stands_twice_never_matters(rows: list[Exposure], data: st.DataObject) -> None:
    twice = data.draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []
    assert courses([*rows, *twice]) == courses(rows)
    copies = [replace(row, origin=f"drug_exposure:{1000 + number}") for number, row in enumerate(twice)]
    assert _told(courses([*rows, *copies])) == _told(courses(rows))


@given(administrations(), orders(), st.data())
def test_an_order_in_two_parts_is_one_order(
    rows: list[Exposure], order: Exposure, data: st.DataObject
) -> None:
    # Of an order of days beside which something was given: the parts follow each other.
    days = data.draw(st.integers(1, 15))
    cut = order.moment.date() + timedelta(days=data.draw(st.integers(0, days - 1)))
    whole = replace(order, stop=order.moment.date() + timedelta(days=days), is_home=False)
    beside = replace(whole, is_administration=True, start=whole.moment + timedelta(hours=1), origin="given:1")
    parts = [replace(whole, stop=cut), replace(whole, start=cut + timedelta(days=1))]
    assert _told(courses([*rows, beside, *parts])) == _told(courses([*rows, beside, whole]))


@given(administrations(), orders())
def test_an_order_beside_administrations_adds_no_dose(rows: list[Exposure], order: Exposure) -> None:
    # The order says nothing that the administrations leave open.
    complete = [replace(row, sig="100 mg subq q8", quantity=100.0) for row in rows]
    beside = replace(order, is_administration=True, sig="100 mg subq q8", route="IV", origin="given:1")
    in_hospital = replace(order, is_home=False, sig="200 mg IV daily", origin="order:1")
    assert _told(courses([*complete, beside, in_hospital])) == _told(courses([*complete, beside]))


@given(administrations())
def test_the_total_is_the_sum_of_the_doses(rows: list[Exposure]) -> None:
    known = [replace(row, quantity=row.quantity or 25.0) for row in rows]
    found = courses(known)
    distinct = {(row.patient, row.drug, row.start, row.quantity) for row in known}
    assert sum(course.cumulative or 0 for course in found) == sum(amount or 0 for *_, amount in distinct)
    assert sum(course.doses or 0 for course in found) == len(distinct)
    for course in found:
        steps = sum((step.dose_mg or 0) * step.doses for step in course.steps)
        assert course.cumulative == steps
        assert course.doses == sum(step.doses for step in course.steps)


@given(records())
def test_a_course_agrees_with_itself(rows: list[Exposure]) -> None:
    found = courses(rows)
    for course in found:
        length = (course.stop - course.start).days + 1
        missed = sum((gap.next_dose - gap.last_dose).days for gap in course.interruptions)
        assert 1 <= course.days <= length
        assert course.steps[0].start == course.start
        assert max(step.stop for step in course.steps) == course.stop
        assert (course.cumulative is None) <= (course.mean_daily is None)
        assert (course.mean_daily is None) == (course.greatest_daily is None) == bool(course.unparsed)
        assert missed < length
        if course.mean_daily is not None and course.greatest_daily is not None:
            assert course.mean_daily <= course.greatest_daily + 1e-6
            assert course.first_daily is not None
            assert course.first_daily <= course.greatest_daily


@given(records())
def test_courses_of_one_drug_stand_apart_and_follow_each_other(rows: list[Exposure]) -> None:
    found = courses(rows)
    for drug in {(course.patient, course.drug) for course in found}:
        own = [course for course in found if (course.patient, course.drug) == drug]
        assert own[0].restart_of is None
        for one, later in pairwise(own):
            assert later.start - one.stop > longest_gap(None)
            assert later.restart_of == one.start


@given(records())
def test_no_row_is_lost(rows: list[Exposure]) -> None:
    found = courses(rows)
    named = {origin for course in found for origin in course.origins}
    named |= {remark.split(": ")[0] for course in found for remark in course.remarks}
    assert named == {row.origin for row in rows}


@pytest.mark.parametrize("days", [2, 3, 4, 5, 9])
def test_only_a_gap_ends_a_course(days: int) -> None:
    """Doses so many days apart, ordered every 24 and every 48 hours."""
    for sig, longest in (("100 mg daily", 3), ("100 mg q48h", 4)):
        rows = [
            Exposure("A", "anakinra", _at(24 * day), None, True, sig=sig, origin=f"row:{day}")
            for day in (0, days)
        ]
        assert len(courses(rows)) == (1 if days <= longest else 2)
