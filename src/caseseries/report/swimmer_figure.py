"""The swimmer figure: a line a patient from the first day to the last contact, and the days on the drug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caseseries.analysis.results import Group
from caseseries.cases.clocks import unit_in_days
from caseseries.cases.parts import DAYS, part_of
from caseseries.cases.series import CaseSeries
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.variable import Variable
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, in_running_text
from caseseries.report.drawing import drawn, fitted, panel, said_instead, text_width, write
from caseseries.report.labels import Mark, write_key
from caseseries.report.look import DEAD, HAIR, INK, PAPER, QUIET, SKY, TEXT, THIN, WIDTH
from caseseries.report.patients import Patient, fates, seen_patients, shelved

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = 60
"""Up to so many patients have a line each."""
FIRST_DAYS = 42
"""The first six weeks have the wider part of the axis: what is decided by the day is decided in them."""
GAP, TOP, AXIS, RIGHT = 0.09, 0.3, 0.4, 0.06  # inches
ROW, TITLE = 0.185, 0.27  # inches: a patient, the title of a group


@dataclass(frozen=True, slots=True)
class Swimmer:
    """A patient and the days on the drug from the first day on, where they are known."""

    patient: Patient
    on_drug: float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One part of the axis, in days; `ticks` are places with their words."""

    first: float
    last: float
    left: float
    width: float
    ticks: tuple[tuple[float, str], ...]
    title: str


def swimmer_figure(cases: CaseSeries, protocol: Protocol, groups: Sequence[Group] = ()) -> str:
    """A line a patient as SVG, by group and within it the longest followed first.

    The axis runs evenly through the first six weeks, and in a second, narrower part through the rest. The
    bar is the regimen that begins at the moment from which follow-up is counted. More than LINES patients,
    or nobody whose follow-up is known: a sentence that says so.
    """
    title = "Every patient from first day to last contact"
    if cases.n > LINES:
        return said_instead(title, f"{cases.n:,} patients are too many for a line each.")
    moment = protocol.follow_up.counted_from if protocol.follow_up else ""
    drug = _drug(cases, protocol, moment)
    swimmers = _swimmers(cases, protocol, moment, drug)
    ends = [day for one in swimmers for day in (one.patient.days, one.on_drug) if day is not None]
    if not ends:
        return said_instead(title, "Of nobody it is known how long they were followed.")
    shelves = [
        (head, sorted((swimmers[row] for row in rows), key=lambda one: -(one.patient.days or -1.0)))
        for head, rows in shelved(cases.patients, groups)
    ]
    names = min(max(text_width(one.patient.key, TEXT) for one in swimmers) + 0.12, 1.0)
    labels = min(max(text_width(one.patient.label) for one in swimmers) + 0.08, 1.75)
    fate_room = max(text_width(one.patient.fate) for one in swimmers) + 0.2
    stretches = _stretches(max(ends), names + labels, WIDTH - RIGHT - fate_room, protocol, moment)
    tall = sum(TITLE * bool(head) + ROW * len(shelf) for head, shelf in shelves)
    height = TOP + tall + AXIS

    def draw(figure: Figure) -> None:
        key = [(Mark("s", SKY), f"on {in_running_text(drug.title)}")] if drug else []
        write_key(figure, [*key, *fates([one.patient for one in swimmers])], WIDTH - RIGHT, height - 0.15)
        parts = [_axes(figure, stretch, tall) for stretch in stretches]
        y = tall
        for head, shelf in shelves:
            if head:
                y -= TITLE
                write(figure, 0.04, AXIS + y + 0.06, fitted(head, WIDTH - 0.1, TEXT), size=TEXT)
            for one in shelf:
                y -= ROW
                for axes in parts:
                    _draw_swimmer(axes, one, y + ROW / 2)
                _write_words(figure, one.patient, AXIS + y + ROW / 2, names, labels, fate_room)
        for stretch in stretches:
            write(figure, stretch.left + stretch.width / 2, 0.08, stretch.title, ha="center", size=TEXT)

    died = sum(one.patient.stroke is DEAD for one in swimmers)
    said = f"A line for each of {so_many(cases.n, 'patient')}, counted from {a_moment(moment)}; {died} died."
    return drawn(draw, height, title, said)


def _drug(cases: CaseSeries, protocol: Protocol, moment: str) -> Variable | None:
    """The regimen whose first dose is the moment, where the cases hold its days."""
    variable = protocol.regimen_from(moment)
    return variable if variable is not None and cases.has(part_of(variable.name, DAYS)) else None


def _swimmers(cases: CaseSeries, protocol: Protocol, moment: str, drug: Variable | None) -> list[Swimmer]:
    on_drug = cases.table[part_of(drug.name, DAYS)].to_list() if drug else [None] * cases.n
    patients = seen_patients(cases, protocol, moment)
    return [
        Swimmer(patient, None if days is None else float(days))
        for patient, days in zip(patients, on_drug, strict=True)
    ]


def _stretches(
    last: float, left: float, right: float, protocol: Protocol, moment: str
) -> tuple[Stretch, ...]:
    """The first weeks by day, and where follow-up is much longer the rest by month, in a narrower part."""
    title = f"Days from {a_moment(moment)}"
    last = last or 1.0  # all died on the day from which follow-up is counted
    end = FIRST_DAYS if last > 1.5 * FIRST_DAYS else last
    step = 7 * max(1, round(end / 42))
    weeks = tuple((float(day), f"{day}") for day in range(0, int(end) + 1, step))
    if end == last:
        return (Stretch(0.0, last, left, right - left, weeks, title),)
    month = unit_in_days(protocol) if protocol.follow_up and protocol.follow_up.unit == "months" else 30.4375
    months = last / month
    every = next(every for every in (1, 2, 3, 6, 12, 24, 60, 120, 10**6) if months / every <= 5)
    ticks = tuple(
        (month * count, f"{count}") for count in range(every, int(months) + 1, every) if month * count > end
    )
    wide = 0.62 * (right - left - GAP)
    return (
        Stretch(0.0, end, left, wide, weeks, title),
        Stretch(end, last, left + wide + GAP, right - left - GAP - wide, ticks, "Months"),
    )


def _axes(figure: Figure, stretch: Stretch, tall: float) -> Axes:
    axes = panel(figure, stretch.left, AXIS, stretch.width, tall)
    axes.set(xlim=(stretch.first, stretch.last), ylim=(0, tall), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xticks([place for place, _ in stretch.ticks], [words for _, words in stretch.ticks])
    for place, _ in stretch.ticks:
        axes.axvline(place, color=HAIR, lw=0.3, zorder=0)
    return axes


def _draw_swimmer(axes: Axes, one: Swimmer, y: float) -> None:
    """The days on the drug as a bar, the time followed as a line, its end as the mark of the fate."""
    first, last = axes.get_xlim()
    patient = one.patient
    if one.on_drug is not None and one.on_drug > first:
        axes.fill_between(
            [first, min(one.on_drug, last)], y - ROW * 0.24, y + ROW * 0.24, color=SKY, lw=0, zorder=1
        )
    # Who was followed to the very day on which the axis breaks ends in the first part.
    if patient.days is None or patient.days < first or patient.days == first > 0:
        return
    axes.plot([first, min(patient.days, last)], [y, y], color=INK, lw=THIN, zorder=2, solid_capstyle="butt")
    if patient.days <= last:
        stroke = patient.stroke
        fill = stroke.colour if stroke is DEAD else PAPER
        axes.plot(
            [patient.days],
            [y],
            stroke.mark,
            color=stroke.colour,
            mfc=fill,
            ms=4.4,
            mew=0.9,
            zorder=3,
            clip_on=False,
        )


def _write_words(
    figure: Figure, patient: Patient, y: float, names: float, labels: float, room: float
) -> None:
    write(figure, 0.04, y, fitted(patient.key, names - 0.1, TEXT), size=TEXT, va="center")
    write(figure, names, y, fitted(patient.label, labels - 0.06), color=QUIET, va="center")
    write(figure, WIDTH - RIGHT - room + 0.14, y, patient.fate, va="center")
