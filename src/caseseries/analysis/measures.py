"""The measures of a course: what is told of one patient's values, each by its own rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from caseseries.analysis.ids import FOLD, HALF, joined, on_day
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.analysis import Trajectory
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Serial
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.nadir import day_of_nadir, nadir, rebound
from caseseries.stats.spacing import days_since_last, last_before, spacing
from caseseries.stats.trajectory import fold_change, greatest_fall, time_to_half


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's values by day; of who died, the day of death and the latest that it can have been."""

    days: list[float]
    values: list[float]
    died: float | None = None
    latest: float | None = None

    @property
    def contradicts(self) -> bool:
        """Whether a value stands after the latest day on which the patient can have died."""
        return self.latest is not None and max(self.days) > self.latest


@dataclass(frozen=True, slots=True)
class Measure:
    """A line of the table: `part` stands in ids; `of` gives None for a patient of whom it is not asked."""

    part: str
    title: str
    unit: str
    of: Callable[[Course], Estimate | None]
    is_below: bool = False

    @property
    def headed(self) -> str:
        """The title, with the unit where it has one that is not said yet."""
        return self.title + (f", {self.unit}" if self.unit not in SAID else "")


SAID = {"", "share", "fold", "values"}
"""Units that need not stand behind a title."""
VALUES = "values"
REACHED_HALF = "Reached half of day 1"


def measures(clause: Trajectory, serial: Serial) -> tuple[Measure, ...]:
    """Every measure of the courses, in the order in which a table shows them."""
    unit = serial.unit or ""
    return (
        Measure(VALUES, "Values", VALUES, _how_many),
        Measure("gap", "Median gap between values", "days", lambda one: spacing(one.days), is_below=True),
        Measure(
            "greatest-fall",
            "Greatest fall from day 1",
            "share",
            lambda one: greatest_fall(one.days, one.values),
        ),
        Measure("nadir", "Nadir after day 1", unit, lambda one: nadir(one.days, one.values, unit=unit)),
        Measure(
            "nadir-day", "Day of the nadir", "", lambda one: day_of_nadir(one.days, one.values), is_below=True
        ),
        *(_fold(day_number(text), serial) for text in clause.fold),
        Measure(HALF, "Time to half of day 1", "days", lambda one: time_to_half(one.days, one.values)),
        Measure(
            "rebound",
            "Rebound after the nadir, as a multiple of it",
            "fold",
            lambda one: rebound(one.days, one.values),
        ),
        Measure("before-death", "Last value before death", unit, partial(_last, unit=unit)),
        Measure("before-death-days", "From the last value to death", "days", _since_last, is_below=True),
    )


def _how_many(course: Course) -> Estimate:
    n = len(course.days)
    return Estimate(n, "number of values", n, VALUES)


def _fold(day: int, serial: Serial) -> Measure:
    # On a grid the tolerance is spent: its values were the nearest to their days already.
    within = 0.0 if serial.days or not serial.within else read_span(serial.within).in_days()
    return Measure(
        joined(on_day(day), FOLD),
        f"Day {day} as a multiple of day 1",
        "fold",
        lambda one: fold_change(one.days, one.values, day, within=within),
    )


def _last(course: Course, unit: str) -> Estimate | None:
    if course.died is None:
        return None
    if course.contradicts:
        return not_estimable(_contradiction(course), "last value at or before death", 0, unit)
    return last_before(course.days, course.values, _end(course), unit=unit)


def _since_last(course: Course) -> Estimate | None:
    if course.died is None:
        return None
    if course.contradicts:
        return not_estimable(_contradiction(course), "days from the last value to death", 0, "days")
    return days_since_last(course.days, _end(course))


def _end(course: Course) -> float:
    """The day of death; of a value that its rounding lets stand after it, the day of that value."""
    assert course.died is not None
    return max(course.died, *course.days)


def _contradiction(course: Course) -> str:
    return (
        f"a value stands on day {max(course.days):g}, and death on day {course.died:g}: "
        "the two clocks do not fit"
    )
