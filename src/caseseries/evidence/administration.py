"""An administration: a dose that somebody wrote down as given, and what the order beside it tells of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_low

from caseseries.evidence.dose import OneDose, Remark, Said, plain_hours, read_dose
from caseseries.evidence.exposure import Exposure, moment
from caseseries.evidence.order import Order


def administered(rows: Sequence[Exposure], orders: Sequence[Order]) -> tuple[list[OneDose], list[Remark]]:
    """The administrations of one drug in one patient that count, and of others why they do not.

    Rows are in the order of time. The same dose at the same moment counts once. Of rows with a day and no
    time as many count as the interval leaves room for on that day.
    """
    doses: list[OneDose] = []
    remarks: list[Remark] = []
    seen: Counter[tuple[datetime, float | None, float | None]] = Counter()
    for row in rows:
        said = read_dose(row)
        dose = _one_dose(row, said, [order for order in orders if order.covers(row.moment.date())])
        key = (dose.moment, dose.mass, dose.hourly)
        hours = 0.0 if isinstance(row.start, datetime) else dose.interval_hours or 0.0
        most = max(1, int(24 // hours)) if hours else 1
        if said.remark:
            remarks.append(Remark(dose.moment, f"{row.origin}: {said.remark}"))
        if dose.mass == 0:
            remarks.append(Remark(dose.moment, f"{row.origin}: 0 is recorded, so nothing was given"))
        elif seen[key] >= most:
            remarks.append(Remark(dose.moment, f"{row.origin}: the same dose at the same time, counted once"))
        else:
            later = timedelta(hours=seen[key] * hours)
            doses.append(replace(dose, moment=dose.moment + later, end=dose.end + later))
            seen[key] += 1
    rhythm = _rhythm(dose.moment for dose in doses)
    without = [dose.is_regular and dose.interval_hours is None for dose in doses]
    if rhythm and any(without):
        dose = doses[without.index(True)]
        found = f"{dose.row.origin}: no interval is recorded, {rhythm:g} h is the median between doses"
        remarks.append(Remark(dose.moment, found))
        doses = list(_with_interval(doses, without, rhythm))
    return doses, remarks


def _one_dose(row: Exposure, said: Said, orders: Sequence[Order]) -> OneDose:
    """An administration; what its row does not say is told by an order of its day."""
    told = _telling(row, said, orders)
    mass, hourly, trouble = said.mass, said.hourly, said.trouble
    if hourly is None and not said.sig_has_dose:
        hourly, trouble = told.hourly, told.trouble or trouble
        mass = told.mass if mass is None else mass
    end = row.moment
    if hourly is not None:
        trouble = "it is an infusion without an end"
        end = end if row.stop is None else max(end, moment(row.stop))
        if mass is None and end > row.moment:
            mass = round(hourly * ((end - row.moment) / timedelta(hours=1)), 6)
    own = said.interval_hours is not None or said.once or said.as_needed
    interval = said.interval_hours if own else told.interval_hours
    return OneDose(
        row=row,
        moment=row.moment,
        end=end,
        mass=mass,
        hourly=hourly,
        interval_hours=interval if hourly is None else None,
        route=said.route or told.route,
        is_regular=hourly is None and not (said if own else told).is_irregular,
        trouble=trouble if mass is None else "",
        told_by=tuple(order.row.origin for order in orders),
    )


def _telling(row: Exposure, said: Said, orders: Sequence[Order]) -> Said:
    """What the order says that was begun last before it; else the first of that day.

    Of several begun at once that of the same dose, else the one to be given most often: never by the row's
    id, so that a row that stands twice tells nothing new.
    """
    before = [order.start for order in orders if order.start <= row.moment]
    start = max(before) if before else min((order.start for order in orders), default=None)
    at_once = [order.said for order in orders if order.start == start]
    return min(
        at_once,
        key=lambda one: (one.mass != said.mass, one.interval_hours or math.inf, repr(one)),
        default=Said(),
    )


def _rhythm(moments: Iterable[datetime]) -> float | None:
    """The median distance between doses, of two the shorter; None for fewer than three."""
    distances = [(later - one) / timedelta(hours=1) for one, later in pairwise(sorted(set(moments)))]
    return plain_hours(median_low(distances)) if len(distances) > 1 else None


def _with_interval(doses: Sequence[OneDose], without: Sequence[bool], hours: float) -> Iterator[OneDose]:
    for dose, has_none in zip(doses, without, strict=True):
        yield replace(dose, interval_hours=hours) if has_none else dose
