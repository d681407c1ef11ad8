"""A course: one drug in one patient from its first to its last dose, with its steps and its gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from math import ceil
from typing import Literal

from caseseries.evidence.daily import daily_doses, lasts, total
from caseseries.evidence.dose import OneDose
from caseseries.evidence.drugs import formulary
from caseseries.evidence.exposure import Exposure
from caseseries.evidence.given import longest_gap, what_was_given
from caseseries.evidence.units import Quantity

Basis = Literal["administrations", "orders", "both"]


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a course with one dose, interval and route; printed as an order is written.

    `dose_mg` is each time; an infusion has mg an hour in `hourly` instead. None is what could not be read.
    """

    start: date
    stop: date
    dose_mg: float | None
    hourly: float | None
    interval_hours: float | None
    route: str
    doses: int

    @property
    def daily(self) -> float | None:
        """Milligrams in 24 hours; None without an interval, and of what could not be read."""
        if self.hourly is not None:
            return round(self.hourly * 24, 6)
        if self.dose_mg is None or not self.interval_hours:
            return None
        return round(self.dose_mg * 24 / self.interval_hours, 6)

    def __str__(self) -> str:
        dose = "dose unknown" if self.dose_mg is None else str(Quantity(self.dose_mg, "mg"))
        dose = dose if self.hourly is None else f"{Quantity(self.hourly, 'mg/h')} continuous"
        every = "" if not self.interval_hours else f"every {Quantity(self.interval_hours, 'hours')}"
        return " ".join(filter(None, (dose, self.route, every)))


@dataclass(frozen=True, slots=True)
class Interruption:
    """A gap within a course, from the day of the last dose before it to that of the next dose after it."""

    last_dose: date
    next_dose: date
    missed: int


@dataclass(frozen=True, slots=True)
class Course:
    """One drug from the first to the last day with a dose.

    `doses` is how many, None where an order does not say how often. `days` are those on the drug, without
    the days that were missed. `first_daily`, `greatest_daily` and `mean_daily` are mg a day (see
    `daily_doses`), the mean over the days on the drug; `cumulative` is the sum of the doses in mg. They are
    None beside a dose that they depend on and that could not be read: `unparsed` names each such row, with
    the reason. `restart_of` is the first day of the course of the same drug before this one. `is_home`: it
    begins with a prescription filled at home. `is_ongoing`: its next dose would have fallen on the day of the
    discharge or later. `basis`: "orders" are plans, and nobody wrote down that they were given; `given` has
    the day and the row of each dose that somebody did. `origins` lead back to the rows, `remarks` say what
    was done with odd ones.
    """

    patient: str
    drug: str
    start: date
    stop: date
    steps: tuple[Step, ...]
    doses: int | None
    days: int
    first_daily: float | None
    greatest_daily: float | None
    mean_daily: float | None
    cumulative: float | None
    interruptions: tuple[Interruption, ...]
    restart_of: date | None
    is_home: bool
    is_ongoing: bool
    basis: Basis
    given: tuple[tuple[date, str], ...]
    origins: tuple[str, ...]
    unparsed: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def dose_mg(self) -> float | None:
        """Milligrams each time, as the course began."""
        return self.steps[0].dose_mg

    @property
    def interval_hours(self) -> float | None:
        """Hours from one dose to the next, as the course began."""
        return self.steps[0].interval_hours

    @property
    def route(self) -> str:
        """The route by which the course began."""
        return self.steps[0].route

    @property
    def prednisone(self) -> float | None:
        """The milligrams of prednisone that equal `mean_daily`; None for what is no corticosteroid."""
        return self.as_prednisone(self.mean_daily)

    @property
    def dexamethasone(self) -> float | None:
        """The milligrams of dexamethasone that equal `mean_daily`; None for what is no corticosteroid."""
        return self.as_dexamethasone(self.mean_daily)

    def as_prednisone(self, amount: float | None) -> float | None:
        """The milligrams of prednisone that equal so many of the drug; None for what is no corticosteroid.

        Source: the table of equivalent doses named in `drugs.toml`.
        """
        drug = formulary().drug(self.drug)
        return _times(amount, drug.prednisone if drug else None)

    def as_dexamethasone(self, amount: float | None) -> float | None:
        """The milligrams of dexamethasone that equal so many of the drug; None for no corticosteroid.

        Source: the table of equivalent doses named in `drugs.toml`.
        """
        drug = formulary().drug(self.drug)
        return _times(amount, drug.dexamethasone if drug else None)


def courses(exposures: Iterable[Exposure]) -> tuple[Course, ...]:
    """The courses of all patients and drugs, by patient, first day and drug.

    A gap between doses longer than twice the interval, and longer than three days, ends a course; the next
    is a restart. Which rows are doses is told in `what_was_given`.
    """
    rows: defaultdict[tuple[str, str], list[Exposure]] = defaultdict(list)
    for exposure in exposures:
        rows[exposure.patient, exposure.generic].append(exposure)
    found = [course for (patient, drug), some in rows.items() for course in _of_one_drug(patient, drug, some)]
    return tuple(sorted(found, key=lambda course: (course.patient, course.start, course.drug)))


def _of_one_drug(patient: str, drug: str, rows: Sequence[Exposure]) -> Iterator[Course]:
    given, odd = what_was_given(rows)
    runs = list(_runs(given))
    before: date | None = None
    for place, doses in enumerate(runs):
        # A remark belongs to the last course that had begun by then; what comes before all, to the first.
        since = doses[0].day if place else date.min
        until = runs[place + 1][0].day if place + 1 < len(runs) else date.max
        remarks = [remark.text for remark in odd if since <= remark.moment.date() < until]
        yield _course(patient, drug, doses, before, remarks)
        before = doses[0].day


def _runs(doses: Sequence[OneDose]) -> Iterator[list[OneDose]]:
    """The doses of each course: parted where a gap is too long, in days of the calendar."""
    run: list[OneDose] = []
    reach = date.min
    for dose in doses:
        if run and dose.day - reach > longest_gap(run[-1].interval_hours):
            yield run
            run = []
        reach = max(reach, dose.last_day)
        run.append(dose)
    if run:
        yield run


def _course(
    patient: str, drug: str, doses: Sequence[OneDose], before: date | None, remarks: Sequence[str]
) -> Course:
    start, stop = doses[0].day, max(dose.last_day for dose in doses)
    daily = daily_doses(doses)
    known = [amount for amount in daily.values() if amount is not None]
    is_known = len(known) == len(daily)
    kinds = {dose.row.is_administration for dose in doses}
    last = doses[-1]
    discharge = last.row.discharge
    return Course(
        patient=patient,
        drug=drug,
        start=start,
        stop=stop,
        steps=tuple(_steps(doses)),
        doses=len(doses) if all(dose.counted for dose in doses) else None,
        days=len(daily),
        first_daily=daily[start],
        greatest_daily=max(known) if is_known else None,
        mean_daily=round(sum(known) / len(known), 6) if is_known else None,
        cumulative=total(doses),
        interruptions=tuple(_interruptions(doses)),
        restart_of=before,
        is_home=doses[0].row.is_home and not doses[0].row.is_administration,
        is_ongoing=discharge is not None and stop + lasts(last) >= discharge,
        basis="both" if len(kinds) == 2 else "administrations" if True in kinds else "orders",
        given=tuple((dose.day, dose.row.origin) for dose in doses if dose.row.is_administration),
        origins=_once(origin for dose in doses for origin in (*dose.told_by, dose.row.origin)),
        unparsed=_once(f"{dose.row.origin}: {dose.trouble}" for dose in doses if dose.trouble),
        remarks=_once(remarks),
    )


def _steps(doses: Sequence[OneDose]) -> Iterator[Step]:
    def alike(dose: OneDose) -> tuple[float | None, float | None, float | None, str]:
        mass = dose.mass if dose.hourly is None else None
        return mass, dose.hourly, dose.interval_hours, dose.route

    for (mass, hourly, hours, route), some in groupby(doses, alike):
        part = list(some)
        stop = max(dose.last_day for dose in part)
        yield Step(part[0].day, stop, mass, hourly, hours, route, len(part))


def _interruptions(doses: Sequence[OneDose]) -> Iterator[Interruption]:
    """Where planned doses are missing: of intervals of whole days the days are counted, else the hours."""
    for dose, later in pairwise(doses):
        interval = 24.0 if dose.hourly is not None else dose.interval_hours
        if not interval:
            continue
        distance = (later.moment - dose.end) / timedelta(hours=1)
        if interval % 24 == 0:
            distance = (later.day - dose.last_day).days * 24.0
        missed = ceil(distance / interval - 0.5) - 1
        if missed > 0:
            yield Interruption(dose.last_day, later.day, missed)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


def _times(dose: float | None, factor: float | None) -> float | None:
    return None if dose is None or factor is None else round(dose * factor, 6)
