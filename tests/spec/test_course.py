"""Courses of treatment, as a pharmacist would read them off the sheet. All days are of one March."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from caseseries.evidence.course import Course, courses
from caseseries.evidence.drugs import formulary
from caseseries.evidence.exposure import Exposure
from caseseries.evidence.regimen import read_regimen
from caseseries.evidence.sig import read_sig
from caseseries.evidence.therapy import first, next_therapy, of_kind, overlapping, started_between
from caseseries.records.synthetic.hospital import make_hospital

MARCH = "2020-03-"


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a table drawn with `|`, a name a column."""
    header, *lines = [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


def when(text: str) -> date | datetime | None:
    """ "05" is a day, "05 08:00" a moment, "-05" is as many days before the first of March."""
    if not text:
        return None
    if text.startswith("-"):
        return date.fromisoformat(MARCH + "01") - timedelta(days=int(text[1:]))
    return datetime.fromisoformat(MARCH + text) if ":" in text else date.fromisoformat(MARCH + text)


def exposures(table: str) -> list[Exposure]:
    """Each line is a row; "x 5 / 8 h" makes five of it, eight hours apart, with the ids 2.1 to 2.5."""
    made = []
    for row in rows(table):
        times = re.fullmatch(r"(.*?)(?: x (\d+) / (\d+) h)?", row["start"])
        assert times is not None
        start = when(times[1])
        assert start is not None
        quantity = re.fullmatch(r"([\d.]+)? ?(.*)", row.get("quantity", ""))
        assert quantity is not None
        for number in range(int(times[2] or 1)):
            later = timedelta(hours=number * int(times[3] or 0))
            made.append(
                Exposure(
                    patient=row.get("patient", "A"),
                    drug=row.get("drug", "anakinra"),
                    start=start + later,
                    stop=when(row.get("stop", "")),
                    is_administration=row["row"] == "given",
                    quantity=float(quantity[1]) if quantity[1] else None,
                    dose_unit=quantity[2],
                    strength=float(row.get("strength", "") or 0) or None,
                    sig=row.get("sig", ""),
                    route=row.get("route", ""),
                    days_supply=float(row.get("supply", "") or 0) or None,
                    discharge=when(row.get("leaves", "")),
                    is_home=row["row"] == "home",
                    origin=f"row:{row['id']}" + (f".{number + 1}" if times[2] else ""),
                )
            )
    return made


READ: dict[str, Callable[[Course], object]] = {
    "drug": lambda one: one.drug,
    "from": lambda one: _day(one.start),
    "to": lambda one: _day(one.stop),
    "days": lambda one: one.days,
    "doses": lambda one: one.doses,
    "mg": lambda one: one.dose_mg,
    "every": lambda one: one.interval_hours,
    "route": lambda one: one.route,
    "first": lambda one: one.first_daily,
    "most": lambda one: one.greatest_daily,
    "mean": lambda one: one.mean_daily,
    "total": lambda one: one.cumulative,
    "basis": lambda one: one.basis,
    "again": lambda one: one.restart_of and _day(one.restart_of),
    "home": lambda one: "yes" if one.is_home else "no",
    "goes on": lambda one: "yes" if one.is_ongoing else "no",
    "missed": lambda one: sum(gap.missed for gap in one.interruptions),
}


def _day(day: date) -> str:
    first = date.fromisoformat(MARCH + "01")
    return f"{day:%d}" if day >= first else f"-{(first - day).days:02d}"


def _plain(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def gives(given: str, expected: str) -> tuple[Course, ...]:
    """The courses of the rows, held against a table of what must come out."""
    found = courses(exposures(given))
    wanted = rows(expected)
    assert [{name: _plain(READ[name](one)) for name in wanted[0]} for one in found] == wanted
    return found


# ---- Administrations before orders ----


def test_an_order_beside_administrations_only_tells_how() -> None:
    gives(
        """
        id | row   | start                | stop | quantity | sig
        1  | order | 01 08:00             | 10   | 30 mg    | 100 mg subq q8
        2  | given | 01 08:00 x 11 / 8 h  |      | 100 mg   |
        """,
        """
        from | to | days | doses | mg  | every | route        | first | most | mean | total | basis
        01   | 04 | 4    | 11    | 100 | 8     | subcutaneous | 300   | 300  | 300  | 1100  | administrations
        """,
    )


def test_an_order_alone_is_a_plan_and_says_so() -> None:
    gives(
        """
        id | row   | start    | stop | sig
        1  | order | 01 08:00 | 05   | 100 mg subq daily
        """,
        """
        from | to | days | doses | mg  | every | total | basis  | home
        01   | 05 | 5    | 5     | 100 | 24    | 500   | orders | no
        """,
    )


def test_orders_that_follow_each_other_are_all_told_by_administrations() -> None:
    # The third was renewed, and nothing was given any more: it is no course.
    (course,) = gives(
        """
        id | row   | start               | stop     | sig                | quantity
        1  | order | 01 08:00            | 03       | 100 mg subq q12h   |
        2  | order | 04 08:00            | 06       | 100 mg subq q12h   |
        3  | order | 07 08:00            | 09       | 100 mg subq q12h   |
        4  | given | 01 08:00 x 8 / 12 h |          |                    | 100 mg
        """,
        """
        from | to | doses | total | basis
        01   | 04 | 8     | 800   | administrations
        """,
    )
    assert course.remarks == ("row:3: nothing was given in its time",)
    assert course.origins[:3] == ("row:1", "row:4.1", "row:4.2")


def test_an_order_of_another_time_is_a_course_of_its_own() -> None:
    gives(
        """
        id | row   | start               | stop | sig               | quantity
        1  | given | 01 08:00 x 3 / 24 h |      | 100 mg subq daily | 100 mg
        2  | order | 20 08:00            | 22   | 200 mg IV daily   |
        """,
        """
        from | to | mg  | route        | basis           | again
        01   | 03 | 100 | subcutaneous | administrations |
        20   | 22 | 200 | intravenous  | orders          | 01
        """,
    )


def test_a_zero_that_was_charted_is_no_dose() -> None:
    (course,) = gives(
        """
        id | row   | start               | stop | sig               | quantity
        1  | order | 01 08:00            | 05   | 100 mg subq daily |
        2  | given | 01 08:00 x 3 / 24 h |      |                   | 100 mg
        3  | given | 04 08:00            |      |                   | 0 mg
        """,
        """
        from | to | doses
        01   | 03 | 3
        """,
    )
    assert course.remarks == ("row:3: 0 is recorded, so nothing was given",)
    held = "id | row | start | sig | quantity\n1 | order | 01 | 100 mg daily |\n2 | given | 01 | | 0 mg"
    assert courses(exposures(held)) == ()


# ---- Gaps ----


def test_gaps() -> None:
    # Four days of the calendar from dose to dose end a course of daily doses; three do not.
    gives(
        """
        id | row   | start               | sig               | quantity
        1  | given | 01 08:00 x 3 / 24 h | 100 mg subq daily | 100 mg
        2  | given | 06 20:00 x 2 / 24 h | 100 mg subq daily | 100 mg
        3  | given | 11 08:00 x 2 / 24 h | 100 mg subq daily | 100 mg
        """,
        """
        from | to | days | doses | missed | again | mean | total
        01   | 07 | 5    | 5     | 2      |       | 100  | 500
        11   | 12 | 2    | 2     | 0      | 01    | 100  | 200
        """,
    )


def test_the_interval_is_no_gap() -> None:
    gives(
        """
        id | row   | drug      | start               | sig              | quantity
        1  | given | anakinra  | 01 08:00 x 5 / 48 h | 100 mg subq q48h | 100 mg
        2  | given | etoposide | 01 08:00 x 2 / 96 h | 150 mg IV q96h   | 150 mg
        3  | given | etoposide | 13 08:00            | 150 mg IV q96h   | 150 mg
        4  | given | etoposide | 22 08:00            | 150 mg IV q96h   | 150 mg
        """,
        """
        drug      | from | to | days | doses | missed | first | mean | total
        anakinra  | 01   | 09 | 9    | 5     | 0      | 50    | 50   | 500
        etoposide | 01   | 13 | 9    | 3     | 1      | 37.5  | 37.5 | 450
        etoposide | 22   | 22 | 1    | 1     | 0      | 37.5  | 37.5 | 150
        """,
    )


def test_interruptions_are_doses_that_are_missing() -> None:
    # q8: 08, 16, (24 missed), 08, 16; an hour late is not missed.
    (course,) = gives(
        """
        id | row   | start    | sig            | quantity
        1  | given | 01 08:00 | 100 mg subq q8 | 100 mg
        2  | given | 01 17:00 | 100 mg subq q8 | 100 mg
        3  | given | 02 08:00 | 100 mg subq q8 | 100 mg
        4  | given | 02 16:00 | 100 mg subq q8 | 100 mg
        """,
        """
        from | to | days | doses | missed | total
        01   | 02 | 2    | 4     | 1      | 400
        """,
    )
    (gap,) = course.interruptions
    assert (_day(gap.last_dose), _day(gap.next_dose), gap.missed) == ("01", "02", 1)


def test_a_late_first_dose_is_no_low_first_day() -> None:
    gives(
        """
        id | row   | start               | sig            | quantity
        1  | given | 01 22:00 x 10 / 8 h | 100 mg subq q8 | 100 mg
        """,
        """
        from | to | days | first | most | mean | total
        01   | 04 | 4    | 300   | 300  | 300  | 1000
        """,
    )


# ---- Doses ----


def test_a_course_has_steps() -> None:
    (course,) = gives(
        """
        id | row   | start               | sig               | quantity
        1  | given | 01 08:00 x 2 / 24 h | 100 mg subq daily | 100 mg
        2  | given | 03 08:00 x 6 / 8 h  | 100 mg subq q8    | 100 mg
        3  | given | 05 08:00 x 3 / 8 h  | 200 mg IV q8      | 200 mg
        """,
        """
        from | to | days | doses | mg  | every | route        | first | most | mean | total
        01   | 06 | 6    | 11    | 100 | 24    | subcutaneous | 100   | 600  | 333.333 | 1400
        """,
    )
    assert [(str(step), _day(step.start), _day(step.stop), step.doses) for step in course.steps] == [
        ("100 mg subcutaneous every 24 hours", "01", "02", 2),
        ("100 mg subcutaneous every 8 hours", "03", "05", 6),
        ("200 mg intravenous every 8 hours", "05", "06", 3),
    ]


def test_a_dose_lasts_until_the_next() -> None:
    # From 100 mg every other day to 100 mg a day: on the 4th the second dose is over.
    gives(
        """
        id | row   | start               | sig              | quantity
        1  | given | 01 08:00 x 2 / 48 h | 100 mg subq q48h | 100 mg
        2  | given | 04 08:00 x 2 / 24 h | 100 mg subq q24h | 100 mg
        """,
        """
        from | to | days | first | most | mean | total
        01   | 05 | 5    | 50    | 100  | 70   | 400
        """,
    )


def test_two_orders_of_one_day_add_up() -> None:
    # 60 mg in the morning and 40 mg in the evening, each ordered once a day.
    gives(
        """
        id | row   | drug       | start               | sig             | quantity
        1  | given | prednisone | 01 08:00 x 3 / 24 h | 60 mg PO daily  | 60 mg
        2  | given | prednisone | 01 20:00 x 3 / 24 h | 40 mg PO daily  | 40 mg
        """,
        """
        from | to | first | most | mean | total
        01   | 03 | 100   | 100  | 100  | 300
        """,
    )


def test_a_dose_charted_past_midnight_is_not_one_more_a_day() -> None:
    gives(
        """
        patient | id | row   | start              | sig              | quantity
        A       | 1  | given | 01 23:50           | 100 mg subq q24h | 100 mg
        A       | 2  | given | 03 00:10           | 100 mg subq q24h | 100 mg
        A       | 3  | given | 03 23:50           | 100 mg subq q24h | 100 mg
        B       | 1  | given | 01 00:10 x 4 / 6 h | 100 mg subq q6h  | 100 mg
        B       | 2  | given | 01 23:50           | 100 mg subq q6h  | 100 mg
        """,
        """
        from | to | most | total
        01   | 03 | 100  | 300
        01   | 01 | 400  | 500
        """,
    )


def test_where_the_dose_is_read() -> None:
    gives(
        """
        patient | id | row   | start    | stop | quantity   | strength | supply | sig
        A       | 1  | given | 01 08:00 |      | 50 mg      |          |        |
        B       | 1  | given | 01 08:00 |      | 0.1 g      |          |        |
        C       | 1  | given | 01 08:00 |      | 1 syringe  | 100      |        |
        D       | 1  | given | 01 08:00 |      | 2 syringe  | 100      |        | subq q8
        E       | 1  | given | 01 08:00 |      |            |          |        | 100 mg subq q8
        F       | 1  | given | 01 08:00 |      | 5          |          |        | 100 mg (0.67 mL) subq q8
        G       | 1  | given | 01 08:00 |      | 50 mg      |          |        | 100 mg subq q8
        H       | 1  | order | 01       | 01   |            | 20       |        | 2 tablets by mouth daily
        I       | 1  | home  | 01       | 28   | 28 syringe | 100      | 28     |
        J       | 1  | home  | 01       | 28   | 56 syringe | 100      | 28     | bid
        K       | 1  | order | 01       | 01   | 9 mg       |          |        |
        L       | 1  | given | 01 08:00 |      | 2 mg/kg    |          |        |
        M       | 1  | order | 01       | 01   |            |          |        | 2 mg/kg subq daily
        N       | 1  | order | 01       | 01   |            |          |        | 100-200 mg subq daily
        O       | 1  | given | 01 08:00 |      | 5 syringe  |          |        |
        """,
        """
        mg  | every | total
        50  |       | 50
        100 |       | 100
        100 |       | 100
        200 | 8     | 200
        100 | 8     | 100
        100 | 8     | 100
        50  | 8     | 50
        40  | 24    | 40
        100 | 24    | 2800
        100 | 12    | 5600
            |       |
            |       |
            | 24    |
            | 24    |
            |       |
        """,
    )


def test_what_cannot_be_read_is_told_with_its_row() -> None:
    found = courses(
        exposures("""
        patient | id | row   | start    | stop | quantity  | sig
        A       | 1  | given | 01 08:00 |      | 100 mg    | 100 mg IV daily
        A       | 2  | given | 02 08:00 |      |           | 2 mg/kg IV daily
        B       | 1  | order | 01       | 02   | 9 mg      |
        C       | 1  | given | 01 08:00 |      | 5 syringe |
        D       | 1  | given | 01 08:00 |      |           |
        E       | 1  | order | 01       | 02   |           | 100-200 mg daily
        F       | 1  | order | 01       | 02   |           | tocilizumab 400 mg daily
        G       | 1  | order | 01       | 02   |           | 100 mg daily prn
        H       | 1  | order | 01       | 02   |           | 100 mg subq
        I       | 1  | order | 01       | 02   |           | 5000 IU daily
        """)
    )
    assert [one.unparsed for one in found] == [
        ('row:2: "2 mg/kg IV daily" needs the weight or the size of the patient',),
        ('row:1: "9 mg" in all does not say how much each time',),
        ('row:1: no milligrams can be read in "5 syringe"',),
        ("row:1: no dose is recorded",),
        ('row:1: "100-200 mg daily" is a range',),
        ('row:1: "tocilizumab 400 mg daily" names tocilizumab',),
        ('row:1: "100 mg daily prn" is taken as needed',),
        ('row:1: "100 mg subq" does not say how often',),
        ('row:1: no milligrams can be read in "5000 IU daily"',),
    ]
    assert all(one.cumulative is None and one.mean_daily is None for one in found)
    half_known = found[0]
    assert (half_known.first_daily, half_known.greatest_daily, half_known.doses) == (100, None, 2)
    assert [one.doses for one in found[5:8]] == [None, None, None]


def test_the_row_counts_against_its_sig_and_is_told() -> None:
    (course,) = courses(
        exposures("""
        id | row   | start    | quantity | sig
        1  | given | 01 08:00 | 50 mg    | 100 mg subq q8
        """)
    )
    assert course.remarks == ('row:1: the row has 50 mg, its sig "100 mg subq q8": the row counts',)


def test_the_interval_that_nobody_wrote_is_the_median() -> None:
    (one, *others) = gives(
        """
        patient | id | row   | start               | quantity
        A       | 1  | given | 01 08:00 x 5 / 8 h  | 100 mg
        A       | 2  | given | 03 08:00            | 100 mg
        B       | 1  | given | 01 08:00 x 3 / 168 h| 100 mg
        C       | 1  | given | 01 08:00 x 2 / 168 h| 100 mg
        """,
        """
        from | to | doses | every | first
        01   | 03 | 6     | 8     | 300
        01   | 15 | 3     | 168   | 14.2857
        01   | 01 | 1     |       | 100
        08   | 08 | 1     |       | 100
        """,
    )
    assert one.remarks == ("row:1.1: no interval is recorded, 8 h is the median between doses",)
    assert others[-1].remarks == ()


def test_infusions_run_over_hours() -> None:
    # From 20:00 to 08:00 two days later, changed once; then an order that was never charted.
    gives(
        """
        patient | id | row   | start    | stop     | sig                      | quantity
        A       | 1  | given | 01 20:00 | 02 20:00 | 50 mg/h IV               |
        A       | 2  | given | 02 20:00 | 03 08:00 | 100 mg/h IV              |
        B       | 1  | given | 01 20:00 | 02 20:00 | 50 mg/h IV               | 1200 mg
        C       | 1  | order | 01 08:00 | 02 08:00 | 1200 mg/d IV continuous  |
        D       | 1  | given | 01 08:00 | 01 20:00 |                          | 50 mg/h
        """,
        """
        from | to | days | doses | every | first | most | total
        01   | 03 | 3    | 2     |       | 1200  | 2400 | 2400
        01   | 02 | 2    | 1     |       | 1200  | 1200 | 1200
        01   | 02 | 2    | 1     |       | 1200  | 1200 | 1200
        01   | 01 | 1    | 1     |       | 1200  | 1200 | 600
        """,
    )
    (endless,) = courses(exposures("id | row | start | sig\n1 | given | 01 08:00 | 50 mg/h IV"))
    assert endless.unparsed == ("row:1: it is an infusion without an end",)


def test_corticosteroids_in_each_others_doses() -> None:
    (course, other) = courses(
        exposures("""
        drug           | id | row   | start               | sig          | quantity
        Dexamethasone  | 1  | given | 01 08:00 x 3 / 24 h | 20 mg IV q24h | 20 mg
        ANAKINRA       | 2  | given | 02 08:00            | 100 mg q24h   | 100 mg
        """)
    )
    assert (course.drug, course.dexamethasone) == ("dexamethasone", 20)
    assert course.prednisone == pytest.approx(133.333, abs=5e-4)
    assert (other.drug, other.prednisone, other.dexamethasone) == ("anakinra", None, None)


# ---- Odd rows ----


def test_a_dose_that_stands_twice_counts_once() -> None:
    (course,) = gives(
        """
        id | row   | start    | sig            | quantity
        1  | given | 01 08:00 | 100 mg subq q8 | 100 mg
        2  | given | 01 08:00 | 100 mg subq q8 | 100 mg
        3  | given | 01 08:00 | 200 mg subq q8 | 200 mg
        """,
        """
        doses | total
        2     | 300
        """,
    )
    assert course.remarks == ("row:2: the same dose at the same time, counted once",)


def test_rows_without_a_time_of_day_are_as_many_doses_as_the_interval_allows() -> None:
    gives(
        """
        patient | id | row   | start | sig            | quantity
        A       | 1  | given | 01    | 100 mg subq q8 | 100 mg
        A       | 2  | given | 01    | 100 mg subq q8 | 100 mg
        A       | 3  | given | 01    | 100 mg subq q8 | 100 mg
        A       | 4  | given | 01    | 100 mg subq q8 | 100 mg
        B       | 1  | given | 01    |                | 100 mg
        B       | 2  | given | 01    |                | 100 mg
        """,
        """
        doses | total
        3     | 300
        1     | 100
        """,
    )


def test_the_end_of_an_order() -> None:
    found = gives(
        """
        patient | id | row   | start | stop | supply | leaves | sig
        A       | 1  | order | 05    | 03   |        | 07     | 100 mg daily
        B       | 1  | order | 05    |      |        | 07     | 100 mg daily
        C       | 1  | order | 05    |      |        |        | 100 mg daily
        D       | 1  | order | 05    | 25   |        | 07     | 100 mg daily
        E       | 1  | home  | 05    | 12   | 7      |        | 100 mg daily
        F       | 1  | home  | 05    | 11   | 7      |        | 100 mg daily
        G       | 1  | order | 05    | 25   |        | 20     | 100 mg daily x 3 days
        H       | 1  | order | 05    | 06   |        | 20     | 100 mg daily
        I       | 1  | order | 05    | 06   |        | 07     | 100 mg daily
        J       | 1  | order | 05    | 05   |        | 07     | 100 mg daily
        K       | 1  | order | 05    | 05   |        | 07     | 100 mg q48h
        L       | 1  | order | 05    | 06   |        | 03     | 100 mg daily
        """,
        """
        from | to | doses | goes on
        05   | 07 | 3     | yes
        05   | 07 | 3     | yes
        05   | 05 | 1     | no
        05   | 07 | 3     | yes
        05   | 11 | 7     | no
        05   | 11 | 7     | no
        05   | 07 | 3     | no
        05   | 06 | 2     | no
        05   | 06 | 2     | yes
        05   | 05 | 1     | no
        05   | 05 | 1     | yes
        05   | 06 | 2     | yes
        """,
    )
    assert [one.remarks for one in found] == [
        ("row:1: it ends before it starts: the end is not used",),
        ("row:1: it has no end",),
        ("row:1: it has no end",),
        (),
        ("row:1: its end is only its start and its days' supply",),
        ("row:1: its end is only its start and its days' supply",),
        *[()] * 5,
        ("row:1: it begins after the discharge",),
    ]
    (before,) = courses(exposures("id | row | start | stop | sig\n1 | order | 05 | 04 | 100 mg daily"))
    assert (before.days, before.remarks) == (1, ("row:1: it ends before it starts: the end is not used",))
    (timed,) = courses(
        exposures("id | row | start | stop | sig\n1 | order | 01 08:00 | 03 08:00 | 100 mg daily")
    )
    assert timed.doses == 3
    forever = Exposure(
        "A", "anakinra", date(2020, 3, 1), date(9999, 12, 31), sig="100 mg daily", origin="row:1"
    )
    (course,) = courses([forever])
    assert course.days == 1
    assert course.remarks == ("row:1: it ends more than two years after it starts: the end is not used",)


def test_an_order_counts_until_the_next_begins() -> None:
    found = gives(
        """
        patient | id | row   | start    | stop | sig
        A       | 1  | order | 01 08:00 | 10   | 60 mg daily
        A       | 2  | order | 04 14:00 | 06   | 40 mg daily
        B       | 1  | order | 01 08:00 | 03   | 60 mg daily
        B       | 2  | order | 01 09:00 | 03   | 60 mg daily
        """,
        """
        from | to | doses | most | total
        01   | 06 | 6     | 60   | 300
        01   | 03 | 3     | 60   | 180
        """,
    )
    assert found[1].remarks == ("row:2: other rows say the same days already",)


def test_what_was_taken_at_home_is_a_course_that_begins_at_home() -> None:
    # Two prescriptions before admission on the 3rd; the second is filled two days early, and lasts too long.
    gives(
        """
        id | row   | start               | stop | quantity   | supply | strength | sig               | leaves
        1  | home  | -48                 | -21  | 28 syringe | 28     | 100      | 100 mg subq daily |
        2  | home  | -22                 | 06   | 28 syringe | 28     | 100      | 100 mg subq daily |
        3  | order | 03 08:00            | 09   |            |        |          | 100 mg subq q12h  | 09
        4  | given | 03 08:00 x 6 / 12 h |      | 100 mg     |        |          |                   | 09
        """,
        """
        from | to | days | doses | first | most | basis | home | again
        -48  | 05 | 53   | 56    | 100   | 200  | both  | yes  |
        """,
    )
    # Without an order: the prescription ends with the first dose that somebody wrote down.
    gives(
        """
        id | row   | start               | stop | quantity | supply | sig
        1  | home  | 01                  | 28   |          | 28     | 100 mg subq daily
        2  | given | 03 08:00 x 2 / 24 h |      | 100 mg   |        | 100 mg subq daily
        """,
        """
        from | to | doses | basis | home
        01   | 04 | 4     | both  | yes
        """,
    )


# ---- What is asked of courses ----


def treated() -> dict[str, Course]:
    """A patient's courses by their drugs."""
    found = courses(
        exposures("""
        drug               | id | row   | start               | quantity | sig
        methylprednisolone | 1  | given | 01 08:00 x 3 / 24 h | 1000 mg  | 1 g IV daily
        anakinra           | 2  | given | 03 08:00 x 9 / 24 h | 100 mg   | 100 mg subq daily
        dexamethasone      | 3  | given | 05 08:00 x 3 / 24 h | 20 mg    | 20 mg IV daily
        vancomycin         | 4  | given | 06 08:00 x 4 / 12 h | 1000 mg  | 1 g IV q12h
        etoposide          | 5  | given | 14 08:00            | 150 mg   | 150 mg IV once
        IVIG               | 6  | given | 14 08:00            | 40000 mg | 40 g IV once
        """)
    )
    return {course.drug: course for course in found}


def test_therapy() -> None:
    by_drug = treated()
    everything = tuple(by_drug.values())
    anakinra = by_drug["anakinra"]

    def drugs(some: tuple[Course, ...]) -> list[str]:
        return [course.drug for course in some]

    assert drugs(of_kind(everything, "corticosteroids")) == ["methylprednisolone", "dexamethasone"]
    assert drugs(of_kind(everything, "steroids")) == ["methylprednisolone", "dexamethasone"]
    assert drugs(of_kind(everything, "cause-directed")) == ["vancomycin"]
    assert drugs(of_kind(everything, "Kineret")) == ["anakinra"]
    assert "vancomycin" not in drugs(of_kind(everything, "hlh-directed"))
    assert drugs(overlapping(anakinra, everything)) == ["methylprednisolone", "dexamethasone", "vancomycin"]
    assert drugs(overlapping(by_drug["dexamethasone"], everything)) == ["anakinra", "vancomycin"]
    assert drugs(overlapping(by_drug["vancomycin"], everything)) == ["anakinra", "dexamethasone"]
    assert drugs(overlapping(by_drug["methylprednisolone"], everything)) == ["anakinra"]
    prior = started_between(everything, date(2020, 3, 1), date(2020, 3, 2))
    assert drugs(of_kind(prior, "hlh-directed")) == ["methylprednisolone"]
    # Dexamethasone is another corticosteroid, vancomycin is for the cause, and IVIG comes after etoposide.
    assert next_therapy(anakinra, everything, "hlh-directed") is by_drug["IVIG"]
    assert next_therapy(by_drug["IVIG"], everything, "hlh-directed") is None


def test_the_first_course_may_have_begun_before() -> None:
    found = courses(
        exposures("""
        id | row   | start               | quantity | sig
        1  | given | 01 08:00 x 5 / 24 h | 100 mg   | 100 mg subq daily
        2  | given | 15 08:00 x 5 / 24 h | 100 mg   | 100 mg subq daily
        """)
    )
    assert first(found, "anakinra") is found[0]
    assert first(found, "anakinra", (date(2020, 3, 5), date(2020, 3, 20))) is found[0]
    assert first(found, "anakinra", (date(2020, 3, 6), date(2020, 3, 20))) is found[1]
    assert first(found, "anakinra", (date(2020, 3, 6), date(2020, 3, 14))) is None
    assert first(found, "tocilizumab") is None


def test_every_class_of_a_group_is_the_class_of_a_drug() -> None:
    book = formulary()
    classes = {drug.drug_class for drug in book.drugs.values()} | set(book.classes.values())
    assert set(book.groups) == {"hlhdirected", "causedirected"}
    for group in book.groups.values():
        assert group <= classes


# ---- A whole hospital ----


def test_the_courses_of_a_hospital_that_never_was() -> None:
    hospital = make_hospital(3000, 11)
    visits = hospital.tables["visit_occurrence"].collect()
    leaves = dict(visits.select("visit_occurrence_id", "visit_end_date").iter_rows())
    found: dict[tuple[str, str], list[Course]] = {}
    for course in courses(
        Exposure(
            patient=str(row["person_id"]),
            drug=row["drug_source_value"],
            start=row["drug_exposure_start_datetime"],
            stop=row["drug_exposure_end_date"],
            is_administration=row["drug_type_concept_id"] == 32818,
            quantity=row["quantity"],
            dose_unit=row["dose_unit_source_value"],
            sig=row["sig"],
            route=row["route_source_value"],
            days_supply=row["days_supply"],
            discharge=leaves.get(row["visit_occurrence_id"]),
            is_home=row["visit_occurrence_id"] is None,
            origin=f"drug_exposure:{row['drug_exposure_id']}",
        )
        for row in hospital.tables["drug_exposure"].collect().iter_rows(named=True)
    ):
        found.setdefault((course.patient, course.drug), []).append(course)
    told = {"administrations": 0, "orders": 0, "home": 0, "restarts": 0}
    for planted in hospital.truth["courses"].iter_rows(named=True):
        drug = formulary().drug(planted["drug"])
        assert drug is not None
        own = found[str(planted["person_id"]), drug.name]
        (course,) = [one for one in own if one.start <= planted["first_day"] <= one.stop]
        expected = (planted["dose_mg"], planted["interval_hours"], read_sig(planted["route"]).route)
        assert (course.dose_mg, course.interval_hours, course.route) == expected
        assert course.unparsed == ()
        if planted["is_home"]:
            # The prescriptions of every four weeks are one course, and it begins at home.
            told["home"] += 1
            assert (course.is_home, course.basis, course.days) == (True, "orders", 280)
        elif planted["is_administered"]:
            told["administrations"] += 1
            told["restarts"] += planted["is_restart"]
            assert (course.start, course.stop) == (planted["first_day"], planted["last_recorded"])
            assert (course.doses, course.basis) == (planted["doses_recorded"], "administrations")
            assert course.cumulative == planted["dose_mg"] * planted["doses_recorded"]
            assert course.restart_of is not None or not planted["is_restart"]
        else:
            # Where only the order was kept, nobody knows the last dose; it begins on the right day.
            told["orders"] += 1
            assert (course.start, course.basis) == (planted["first_day"], "orders")
    assert sum(map(len, found.values())) == told["administrations"] + told["orders"] + told["home"] // 10
    assert told["administrations"] > 400
    assert told["home"] > 0


def test_a_step_is_printed_as_an_order_is_read() -> None:
    for course in treated().values():
        for step in course.steps:
            read = read_regimen(str(step), course.drug)
            assert (read.dose, read.interval_hours, read.route) == (
                step.dose_mg,
                step.interval_hours,
                step.route,
            )
            assert read.unread == ""


@pytest.mark.parametrize(
    ("quantity", "interval", "route"),
    [
        # Of 200 mg is the daily order, of 100 mg the other; of 50 mg neither: the shorter interval.
        (200, 24, "intravenous"),
        (100, 8, "subcutaneous"),
        (50, 8, "subcutaneous"),
    ],
)
@pytest.mark.parametrize("ids", [(101, 102, 1000), (102, 101, 1000), (5, 101, 102)])
def test_of_two_orders_begun_at_once_no_row_id_decides(
    quantity: float, interval: float, route: str, ids: tuple[int, int, int]
) -> None:
    """Nor does one of them that stands twice; found by the law of rows that stand twice."""
    begin = datetime.fromisoformat("2020-03-01 08:00")
    given = Exposure("B", "dexamethasone", begin, is_administration=True, quantity=quantity, dose_unit="mg")
    sigs = ("100 mg subq q8", "200 mg IV daily", "100 mg subq q8")
    rows = [
        Exposure("B", "dexamethasone", begin, sig=sig, origin=f"drug_exposure:{number}")
        for sig, number in zip(sigs, ids, strict=True)
    ]
    for some in (rows, rows[:2]):
        (course,) = courses([given, *some])
        assert (course.interval_hours, course.route) == (interval, route)


def test_the_example_of_the_page_runs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "courses.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    course = names["course"]
    assert (course.drug, course.start, course.days) == ("anakinra", date(2020, 3, 1), 4)
    assert (course.dose_mg, course.interval_hours, course.route) == (100, 8, "subcutaneous")
    assert (course.greatest_daily, course.cumulative, course.basis) == (300, 1100, "administrations")


def test_orders_of_a_real_hospital_are_all_told_and_nothing_is_made_up() -> None:
    folder = os.environ.get("CASESERIES_DATA")
    if not folder:
        pytest.skip("CASESERIES_DATA is not set: the real orders are not at hand")
    home = Path(folder) / "mimic-iv-demo-omop"
    with (home / "visit_occurrence.csv").open(encoding="utf-8") as file:
        leaves = {row["visit_occurrence_id"]: row["visit_end_date"] for row in csv.DictReader(file)}
    with (home / "drug_exposure.csv").open(encoding="utf-8") as file:
        taken = [
            Exposure(
                patient=row["person_id"],
                drug=row["drug_source_value"],
                start=datetime.fromisoformat(row["drug_exposure_start_datetime"]),
                stop=datetime.fromisoformat(row["drug_exposure_end_datetime"]),
                quantity=float(row["quantity"]) if row["quantity"] else None,
                dose_unit=row["dose_unit_source_value"],
                route=row["route_source_value"],
                discharge=date.fromisoformat(leaves[row["visit_occurrence_id"]]),
                origin=f"drug_exposure:{row['drug_exposure_id']}",
            )
            for row in islice(csv.DictReader(file), 4000)
        ]
    found = courses(taken)
    named = {origin for course in found for origin in course.origins}
    named |= {remark.split(": ")[0] for course in found for remark in course.remarks}
    assert named == {row.origin for row in taken}
    # It keeps no sig: no order says how much each time, and so no dose is known.
    assert all(course.cumulative is None and course.doses is None for course in found)
    assert all(course.basis == "orders" and course.unparsed for course in found)
    leaves_of = {row.origin: row.discharge or date.max for row in taken}
    for course in found:
        discharge = max(leaves_of[origin] for origin in course.origins)
        assert course.stop <= discharge or any("after the discharge" in text for text in course.remarks)
