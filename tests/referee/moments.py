"""Moments: the named days on a patient's calendar (docs/protocol.md, "[moments]"), each found by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tests.referee.courses import Course, courses_of
from tests.referee.judging import StayVerdict
from tests.referee.outcomes import contacts, deaths
from tests.referee.reading import DAY, Row, says
from tests.referee.row import Aside, day_of, number, read_row
from tests.referee.rows import entries_of, read_rows, rows_of
from tests.referee.stays import Stay
from tests.referee.ward import Ward

from caseseries.evidence.drugs import formulary
from caseseries.evidence.truth import Truth
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.hospital import Moment
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Entry

BOUND = re.compile(r"(?P<moment>\w+)(?: (?P<sign>[+-]) (?P<length>.+))?")


@dataclass(frozen=True)
class Calendar:
    """What the moments of one patient are found from: the studied stay, and the verdict on it."""

    ward: Ward
    stay: Stay
    verdict: StayVerdict


def moments(protocol: Protocol, calendar: Calendar) -> dict[str, date]:
    """The moments that came, and for each day on which the criteria were met NAME.known."""
    days = {name: _day(name, protocol, calendar) for name in protocol.moments}
    for name, moment in protocol.moments.items():
        if moment.day_met is not None:
            days[f"{name}.known"] = calendar.verdict.known if calendar.verdict.truth == "met" else None
    return {name: day for name, day in days.items() if day is not None}


def _day(name: str, protocol: Protocol, calendar: Calendar) -> date | None:
    moment, stay = protocol.moments[name], calendar.stay
    if moment.start_of is not None:
        return stay.start
    if moment.end_of is not None:
        return stay.end
    if moment.day_met is not None:
        return calendar.verdict.met
    if moment.last_of_course is not None:
        courses = _courses(moment.last_of_course, calendar)
        return next((one.stop for one in courses if one.start <= stay.end and one.stop >= stay.start), None)
    days = [day for day in days_of(moment, calendar) if moment.during is None or stay.holds(day)]
    for text, counts in ((moment.after, date.__ge__), (moment.until, date.__lt__)):
        if text is not None:
            bound = _bound(text, protocol, calendar)
            days = [day for day in days if bound is not None and counts(day, bound)]
    return (min if moment.first is not None else max)(days, default=None)


def _bound(text: str, protocol: Protocol, calendar: Calendar) -> date | None:
    """The day of "first_dose + 3 days"; None where the moment never came."""
    read = BOUND.fullmatch(text)
    assert read is not None, text
    day = _day(read["moment"], protocol, calendar)
    if day is None or read["sign"] is None:
        return day
    length = timedelta(days=read_span(read["length"]).in_days())
    return day + length if read["sign"] == "+" else day - length


# ---- Which days a first or last is chosen from ----


def days_of(moment: Moment, calendar: Calendar) -> list[date]:
    """The days of a finding: on which it was measured, said to be there, or given."""
    name = moment.first or moment.last or ""
    if name == "death":
        return deaths(calendar.ward.hospital, calendar.ward.codebook, calendar.stay)
    if name == "contact in person or laboratory result":
        return contacts(calendar.ward.hospital, calendar.ward.codebook, calendar.stay)
    if formulary().drug(name) is not None:
        courses = _courses(name, calendar)
        ends = [one.start for one in courses] + [one.stop for one in courses if moment.last is not None]
        return [*ends, *(day for one in courses for day in one.given)]
    [entry] = entries_of(calendar.ward.codebook, name)
    days = [
        day_of(row[DAY[table]])
        for table, row in rows_of(calendar.ward.hospital, entry)
        if row["person_id"] == calendar.stay.person and _is_there(calendar, entry, table, row)
    ]
    if entry.or_from is not None:
        readings, _ = read_rows(calendar.ward.hospital, calendar.ward.codebook, [name])
        mine = [one for one in readings if one.person == calendar.stay.person and one.finding == name]
        days += [one.day for one in mine]
    return days


def _is_there(calendar: Calendar, entry: Entry, table: str, row: Row) -> bool:
    """Whether a row has a number, or a word that says it is there."""
    try:
        if entry.reads in ("number", "limit"):
            number(calendar.ward.codebook, row)
            return True
        reading = read_row(calendar.ward.hospital, calendar.ward.codebook, entry, table, row)
    except Aside:
        return False
    return says(reading, None) is Truth.MET


def _courses(drug: str, calendar: Calendar) -> list[Course]:
    stays = calendar.ward.stays_of(calendar.stay.person)
    return courses_of(calendar.ward.hospital, calendar.ward.codebook, drug, calendar.stay.person, stays)
