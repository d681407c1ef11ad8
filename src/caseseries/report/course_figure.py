"""The course figure: a serial by day, a small panel a patient, or by group where these are too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from caseseries.analysis.results import Result
from caseseries.cases.series import CaseSeries
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.analysis import Trajectory
from caseseries.protocol.clauses.variable import Serial
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment
from caseseries.report.drawing import drawn, fitted, panel, said_instead, text_width, write
from caseseries.report.group_course import draw_by_group
from caseseries.report.labels import Mark, write_key
from caseseries.report.look import DEAD, HAIR, LINE, PAPER, QUIET, TEXT, THIN, WIDTH
from caseseries.report.patients import Patient, fates, seen_patients, shelved
from caseseries.report.scale import Scale, day_ticks, scale_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Values = NDArray[np.float64]

PANELS = 36
"""Up to so many patients have a panel each."""
FEW = 16  # up to so many stand four in a row, more stand six
BOUNDS = ((">", "^", "more than"), ("<", "v", "less than"))  # values written with an operator
LEFT, RIGHT, GAP, TOP, BOTTOM = 0.5, 0.06, 0.13, 0.24, 0.42  # inches
HIGH, HEAD, TITLE = 0.74, 0.36, 0.26  # inches: a panel, the words over it, the title of a group


@dataclass(frozen=True, slots=True)
class Course:
    """The values of one patient by day, with their operators."""

    patient: Patient
    days: Values
    values: Values
    operators: tuple[str | None, ...]


def serial_figure(result: Result, cases: CaseSeries, protocol: Protocol) -> str:
    """The serial of a trajectory as SVG: a panel a patient, sorted by the groups of the analysis.

    Beyond PANELS patients: medians by group over one line a patient, and beyond a thousand the medians alone.
    Values stand on a log scale where they span decades; a value with an operator has an arrow for a mark.
    Where there is no value: a sentence that says so.
    """
    assert isinstance(result.clause, Trajectory)
    name = result.clause.serial
    serial = protocol.serial(name)
    title = f"{serial.title} by day"
    values = cases.serials.filter(name=name)["value"].drop_nulls().to_numpy()
    if not len(values):
        return said_instead(title, f"There is no value of {serial.title} to draw.")
    scale = scale_of(values)
    if cases.n > PANELS:
        return draw_by_group(result, cases, serial, scale, _since(serial))
    courses = _courses(cases, protocol, serial)
    shelves = shelved(cases.patients, result.groups)
    days = cases.serials.filter(name=name)["day"].to_numpy()
    first, last = int(days.min()), int(days.max())
    across = 4 if cases.n <= FEW else 6
    height = (
        TOP
        + BOTTOM
        + sum(TITLE * bool(head) + (HEAD + HIGH) * -(-len(one) // across) for head, one in shelves)
    )

    def draw(figure: Figure) -> None:
        _write_key(figure, serial, scale, height, courses)
        top = height - TOP
        width = (WIDTH - LEFT - RIGHT + GAP) / across - GAP
        for head, shelf in shelves:
            if head:
                top -= TITLE
                write(figure, LEFT, top + 0.02, fitted(head, WIDTH - LEFT, TEXT), size=TEXT)
            for place, course in enumerate(courses[row] for row in shelf):
                if place % across == 0:
                    top -= HEAD + HIGH
                left = LEFT + (place % across) * (width + GAP)
                axes = panel(figure, left, top, width, HIGH)
                axes.set(xlim=(first - 1, last + 1))
                scale.set_up(axes, words=place % across == 0)
                lowest = place + across >= len(shelf)
                _set_days(axes, first, last, words=lowest and (head, shelf) == shelves[-1], across=across)
                _draw_course(axes, course, courses)
                _write_head(figure, course.patient, left, top + HIGH, width)
        write(figure, LEFT + (WIDTH - LEFT - RIGHT) / 2, 0.06, _since(serial), ha="center", size=TEXT)

    died = sum(course.patient.stroke is DEAD for course in courses)
    each = f"a panel for each of {so_many(cases.n, 'patient')}"
    said = f"{serial.title} by day, {each}; {died} died. {_since(serial)}."
    return drawn(draw, height, title, said)


def _since(serial: Serial) -> str:
    """The title of the axis of days: day 1 is said, never guessed."""
    return f"Day ({a_moment(serial.counted_from)} is day 1)"


def _courses(cases: CaseSeries, protocol: Protocol, serial: Serial) -> list[Course]:
    rows = cases.serials.filter(name=serial.name).sort("day").drop_nulls("value")
    mine = [
        rows.filter((rows["patient"] == patient) & (rows["episode"] == episode))
        for patient, episode in cases.table.select("patient", "episode").iter_rows()
    ]
    return [
        Course(patient, own["day"].to_numpy().astype(float), own["value"].to_numpy(), tuple(own["operator"]))
        for patient, own in zip(seen_patients(cases, protocol, serial.counted_from), mine, strict=True)
    ]


def _set_days(axes: Axes, first: int, last: int, *, words: bool, across: int) -> None:
    ticks = day_ticks(first, last, 6 if across == 4 else 4)
    axes.set_xticks(ticks, [f"{tick}" for tick in ticks] if words else [""] * len(ticks))


def _draw_course(axes: Axes, course: Course, courses: Sequence[Course]) -> None:
    """The patient's line, that of all others in grey behind it, and the day of death."""
    others = [one for one in courses if one is not course and len(one.days)]
    if others:
        days = np.concatenate([np.append(one.days, np.nan) for one in others])
        values = np.concatenate([np.append(one.values, np.nan) for one in others])
        axes.plot(days, values, color=HAIR, lw=0.55, alpha=0.8, zorder=1)
    colour = course.patient.stroke.colour
    died = course.patient.days if course.patient.stroke is DEAD else None
    if died is not None and died + 1 <= axes.get_xlim()[1]:
        axes.axvline(died + 1, color=colour, lw=THIN, ls=(0, (1.5, 1.5)), zorder=2)
    fill = colour if course.patient.stroke is DEAD else PAPER
    axes.plot(course.days, course.values, color=colour, lw=1.1, zorder=3)
    for sign, mark, _ in (("", course.patient.stroke.mark, ""), *BOUNDS):
        rows = [row for row, operator in enumerate(course.operators) if (operator or "")[:1] == sign]
        size = 4.2 if sign else 3.0
        axes.plot(
            course.days[rows],
            course.values[rows],
            mark,
            color=colour,
            mfc=fill,
            ms=size,
            mew=0.8,
            zorder=4,
            clip_on=False,
        )


def _write_head(figure: Figure, patient: Patient, left: float, y: float, width: float) -> None:
    name = fitted(patient.key, width * 0.5, TEXT)
    write(figure, left + 0.03, y + 0.03 + LINE, name, size=TEXT, weight="bold")
    room = width - text_width(name, TEXT) * 1.15 - 0.12
    write(figure, left + width - room, y + 0.03 + LINE, patient.fate_within(room))
    write(figure, left + 0.03, y + 0.03, fitted(patient.label, width - 0.03), color=QUIET)


def _write_key(
    figure: Figure, serial: Serial, scale: Scale, height: float, courses: Sequence[Course]
) -> None:
    """The title of the scale at the left, and at the right what marks and lines mean."""
    signs = {(operator or "")[:1] for course in courses for operator in course.operators}
    entries = fates([course.patient for course in courses])
    entries += [(Mark(mark, QUIET, filled=False), words) for sign, mark, words in BOUNDS if sign in signs]
    entries += [(Mark("|", DEAD.colour), "day of death"), (Mark("_", HAIR), "the others")]
    write(figure, 0.04, height - 0.15, fitted(scale.named(serial.title, serial.unit), 2.6, TEXT), size=TEXT)
    write_key(figure, entries, WIDTH - RIGHT, height - 0.15)
