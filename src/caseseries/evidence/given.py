"""What was given: the doses of one drug in one patient, administrations before orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from caseseries.evidence.administration import administered
from caseseries.evidence.dose import OneDose, Remark
from caseseries.evidence.exposure import Exposure
from caseseries.evidence.order import Order, planned, read_order

LONGEST_GAP = timedelta(days=3)
"""A gap that no interval explains ends a course where it is longer. From practice, not from a source."""


def longest_gap(interval_hours: float | None) -> timedelta:
    """The longest gap that does not end a course: twice the interval, and at least three days."""
    return max(2 * timedelta(hours=interval_hours or 0), LONGEST_GAP)


def what_was_given(rows: Iterable[Exposure]) -> tuple[list[OneDose], list[Remark]]:
    """The doses of one drug in one patient, and what is odd about rows, both in the order of time.

    The same row counts once. Where administrations are recorded in the time of an order, or of orders that
    follow each other without a gap that would end a course, these orders tell only how, and are no doses. A
    prescription filled at home counts up to the first administration in its time. An order counts until the
    next begins on a later day.
    """
    ordered = sorted(set(rows), key=lambda row: row.order)
    orders = [read_order(row) for row in ordered if not row.is_administration]
    administrations = [row for row in ordered if row.is_administration]
    days = [row.moment.date() for row in administrations]
    doses, remarks = administered(administrations, orders)
    told = _told_by_administrations(orders, days)
    doses += _planned([order for order in orders if order not in told], orders, days)
    used = {origin for dose in doses for origin in (dose.row.origin, *dose.told_by)}
    remarks += [
        Remark(order.start, f"{order.row.origin}: {text}")
        for order in orders
        for text in (*order.remarks, *_idle(order, order.row.origin in used, order in told))
    ]
    return sorted(doses, key=_in_time), sorted(remarks, key=lambda remark: (remark.moment, remark.text))


def _idle(order: Order, is_used: bool, is_told: bool) -> tuple[str, ...]:
    """What became of an order that no dose rests on."""
    if is_used:
        return ()
    return ("nothing was given in its time" if is_told else "other rows say the same days already",)


def _told_by_administrations(orders: Sequence[Order], days: Sequence[date]) -> list[Order]:
    """The orders of the hospital beside which administrations are recorded: they are no doses."""
    told: list[Order] = []
    stretch: list[Order] = []
    for order in [one for one in orders if not one.row.is_home]:
        reach = max((one.last_day for one in stretch), default=order.first_day)
        hours = max((one.said.interval_hours or 0 for one in stretch), default=0)
        if order.first_day - reach > longest_gap(hours):
            told += _if_given(stretch, days)
            stretch = []
        stretch.append(order)
    return told + _if_given(stretch, days)


def _if_given(stretch: list[Order], days: Sequence[date]) -> list[Order]:
    """The orders that follow each other, where something was given in their time; else none."""
    first = min((order.first_day for order in stretch), default=date.max)
    last = max((order.last_day for order in stretch), default=date.min)
    return stretch if any(first <= day <= last for day in days) else []


def _planned(counting: Sequence[Order], orders: Sequence[Order], days: Sequence[date]) -> Iterator[OneDose]:
    """The doses of orders beside which nothing is recorded; what two plan for one day counts once."""
    going_on = [order.first_day for order in orders if not order.said.is_irregular]
    seen: set[tuple[object, ...]] = set()
    for order in counting:
        ends = [day for day in going_on if day > order.first_day]
        ends += [day for day in days if order.row.is_home and order.covers(day)]
        before = min(ends, default=None)
        if before == order.first_day:
            continue
        of_day: Counter[date] = Counter()
        for dose in planned(order, before):
            of_day[dose.day] += 1
            key = (dose.day, of_day[dose.day], dose.mass, dose.hourly, dose.interval_hours, dose.route)
            if key not in seen:
                seen.add(key)
                yield dose


def _in_time(dose: OneDose) -> tuple[object, ...]:
    return dose.moment, dose.interval_hours or 0, dose.mass or 0, dose.hourly or 0, dose.route, dose.row.order
