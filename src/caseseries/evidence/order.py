"""An order: from when to when it holds, and which doses it plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil

from caseseries.evidence.dose import OneDose, Said, read_dose
from caseseries.evidence.exposure import Exposure, moment

DAY = timedelta(days=1)
LONGEST = timedelta(days=731)
"""No order lasts longer; ends like 2099-12-31 say that nobody knew one. From practice, not from a source."""
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Order:
    """A row that orders. `stop` is when it ends: midnight is the end of the day before.

    `remarks` say what is wrong with its end.
    """

    row: Exposure
    said: Said
    start: datetime
    stop: datetime
    remarks: tuple[str, ...]

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return (self.stop - _TICK).date()

    def covers(self, day: date) -> bool:
        """Whether it holds on a day, its first and its last included."""
        return self.first_day <= day <= self.last_day


def read_order(row: Exposure) -> Order:
    """An order and its time.

    Its end is the earliest of: its recorded end, the length that its sig names, the discharge. An end before
    its start or years after it is not used. An end that is only start and days' supply is no day on which
    somebody stopped, and is told; a supply of 28 days lasts 28 days. Without an end it lasts for its supply,
    else to the discharge, else one day.
    """
    said, start = read_dose(row), row.moment
    supply, length = _after(start, row.days_supply), _after(start, said.days)
    recorded, remark = _recorded_end(row, supply)
    is_late = row.discharge is not None and row.discharge < start.date()
    discharge = _end(row.discharge) if row.discharge is not None and not is_late else None
    ends = [end for end in (recorded or supply, length, discharge) if end is not None]
    stop = min(ends, default=_midnight(start) + DAY)
    late = "it begins after the discharge" if is_late else ""
    return Order(row, said, start, stop, tuple(filter(None, (said.remark, remark, late))))


def _recorded_end(row: Exposure, supply: datetime | None) -> tuple[datetime | None, str]:
    """The end that is recorded, None where it cannot be used; and what is odd about it."""
    if row.stop is None:
        return None, "it has no end"
    start, stop = row.moment, moment(row.stop)
    if stop - start > LONGEST:
        return None, "it ends more than two years after it starts: the end is not used"
    end = _end(row.stop)
    if end < start or end == start == _midnight(start):  # the day before is over as that of the start begins
        return None, "it ends before it starts: the end is not used"
    if supply is not None and 0 <= ((end - _TICK).date() - (supply - _TICK).date()).days <= 1:
        return supply, "its end is only its start and its days' supply"
    return end, ""


def planned(order: Order, before: date | None) -> Iterator[OneDose]:
    """The doses that an order plans, up to its end and on days before `before`.

    An infusion is one dose. Where the order does not say how often, or only as needed, each day has one dose
    that is not counted.
    """
    said, stop = order.said, order.stop if before is None else min(order.stop, moment(before))
    if said.hourly is not None:
        hours = (stop - order.start) / timedelta(hours=1)
        yield _planned(order, order.start, stop, round(said.hourly * hours, 6))
    elif said.once:
        yield _planned(order, order.start, order.start, said.mass)
    elif said.interval_hours is None:
        why = "is taken as needed" if said.as_needed else "does not say how often"
        for number in range(((stop - _TICK).date() - order.first_day).days + 1):
            at = order.start + number * DAY
            yield _planned(order, at, at, said.mass, said.trouble or f'"{order.row.sig}" {why}', False)
    else:
        at = order.start
        while at < stop or at == stop != _midnight(stop):
            yield _planned(order, at, at, said.mass)
            at += timedelta(hours=said.interval_hours)


def _planned(
    order: Order, at: datetime, end: datetime, mass: float | None, trouble: str = "", counted: bool = True
) -> OneDose:
    said = order.said
    why = trouble or said.trouble
    return OneDose(
        order.row, at, end, mass, said.hourly, said.interval_hours, said.route, counted=counted, trouble=why
    )


def _end(when: date | datetime) -> datetime:
    """When something that ends then is over: the day itself included, where no time of day is recorded.

    The last day of the calendar, which many write for "not over yet", has none after it.
    """
    at = moment(when)
    return at + DAY if at == _midnight(at) and at.date() < date.max else at


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at, time())


def _after(start: datetime, days: float | None) -> datetime | None:
    """The end of the last of so many days, the first of which is that of the start."""
    return _midnight(start) + ceil(days) * DAY if days and 0 < days <= LONGEST.days else None
