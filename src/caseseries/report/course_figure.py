"""The course figure: a serial by day, a small panel a patient, or by group where these are too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from caseseries.analysis.results import Group, Result
from caseseries.cases.clocks import dated, time_from, unit_in_days
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Trajectory
from caseseries.protocol.clauses.variable import Serial
from caseseries.protocol.protocol import Protocol
from caseseries.report.drawing import drawn, fitted, panel, said_instead, text_width, write
from caseseries.report.group_course import draw_by_group
from caseseries.report.look import (
    ALIVE,
    DEAD,
    HAIR,
    LINE,
    NOT_KNOWN,
    PAPER,
    QUIET,
    TEXT,
    THIN,
    WIDTH,
    Stroke,
)
from caseseries.report.scale import Scale, day_ticks, scale_of
from caseseries.stats.digits import shown

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
    """One patient: the words over the panel, the values by day, and the day of death where it is known."""

    patient: str
    fate: str
    label: str
    stroke: Stroke
    days: Values
    values: Values
    operators: tuple[str | None, ...]
    died: float | None


def serial_figure(result: Result, cases: CaseSeries, protocol: Protocol) -> str:
    """The serial of a trajectory as SVG: a panel a patient, sorted by the groups of the analysis.

    Beyond PANELS patients: medians by group over one line a patient, and beyond a thousand the medians alone.
    Values stand on a log scale where they span decades; a value with an operator has an arrow for a mark.
    Where there is no value: a sentence that says so.
    """
    assert isinstance(result.clause, Trajectory)
    name = result.clause.serial
    serial = next(one for one in protocol.serials if one.name == name)
    title = f"{serial.title} by day"
    values = cases.serials.filter(name=name)["value"].drop_nulls().to_numpy()
    if not len(values):
        return said_instead(title, f"There is no value of {serial.title} to draw.")
    scale = scale_of(values)
    if cases.n > PANELS:
        return draw_by_group(result, cases, serial, scale, _since(serial))
    courses = _courses(cases, protocol, serial)
    shelves = _shelves(courses, result.groups)
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
            for place, course in enumerate(shelf):
                if place % across == 0:
                    top -= HEAD + HIGH
                left = LEFT + (place % across) * (width + GAP)
                axes = panel(figure, left, top, width, HIGH)
                axes.set(xlim=(first - 1, last + 1))
                scale.set_up(axes, words=place % across == 0)
                lowest = place + across >= len(shelf)
                _set_days(axes, first, last, words=lowest and (head, shelf) == shelves[-1], across=across)
                _draw_course(axes, course, courses)
                _write_head(figure, course, left, top + HIGH, width)
        write(figure, LEFT + (WIDTH - LEFT - RIGHT) / 2, 0.06, _since(serial), ha="center", size=TEXT)

    died = sum(course.stroke is DEAD for course in courses)
    said = f"{serial.title} by day, a panel for each of {cases.n} patients; {died} died. {_since(serial)}."
    return drawn(draw, height, title, said)


def _since(serial: Serial) -> str:
    """The title of the axis of days: day 1 is said, never guessed."""
    return f"Day ({serial.counted_from.replace('_', ' ')} is day 1)"


def _courses(cases: CaseSeries, protocol: Protocol, serial: Serial) -> list[Course]:
    alive, label = protocol.follow_up_variable("alive"), _label_of(cases, protocol)
    lives = cases.table[alive.name].to_list() if alive and cases.has(alive.name) else [None] * cases.n
    times, last_days = _followed(cases, protocol, serial)
    unit = protocol.follow_up.unit if protocol.follow_up else ""
    courses = []
    rows = cases.serials.filter(name=serial.name).sort("day")
    for row, (patient, episode) in enumerate(cases.table.select("patient", "episode").iter_rows()):
        mine = rows.filter(
            (rows["patient"] == patient) & (rows["episode"] == episode) & rows["value"].is_not_null()
        )
        lived, time = lives[row], times[row]
        fate = "" if lived is None else "alive" if lived else "died"
        fate += f", {shown(time, unit)} {unit}" if fate and np.isfinite(time) else ""
        died = last_days[row] if lived is False and np.isfinite(last_days[row]) else None
        courses.append(
            Course(
                cases.patients[row],
                fate,
                label[row],
                NOT_KNOWN if lived is None else ALIVE if lived else DEAD,
                mine["day"].to_numpy().astype(float),
                mine["value"].to_numpy(),
                tuple(mine["operator"]),
                died,
            )
        )
    return courses


def _followed(cases: CaseSeries, protocol: Protocol, serial: Serial) -> tuple[Values, Values]:
    """How long each was followed and to which day of the serial (NaN: not known)."""
    none = np.full(cases.n, np.nan)
    time = protocol.follow_up_variable("time")
    if protocol.follow_up is None or time is None or not cases.has(time.name):
        return none, none
    own = protocol.follow_up.counted_from
    times, _ = time_from(cases, protocol, own)
    if serial.counted_from != own and not {serial.counted_from, own} <= set(dated(cases, protocol)):
        return times, none
    since_day_1, _ = time_from(cases, protocol, serial.counted_from)
    return times, since_day_1 * unit_in_days(protocol) + 1.0


def _label_of(cases: CaseSeries, protocol: Protocol) -> list[str]:
    """What tells patients apart in a few words: their levels of the first variable that can have several."""
    variable = next(
        (one for one in protocol.variables if one.kind == "categories" and cases.has(one.name)), None
    )
    if variable is None:
        return [""] * cases.n
    firsts = [level.split()[0] for level in variable.levels]
    short = {
        level: first if firsts.count(first) == 1 else level
        for level, first in zip(variable.levels, firsts, strict=True)
    }
    return [
        ", ".join(short.get(level, level) for level in levels or [])
        for levels in cases.table[variable.name].to_list()
    ]


def _shelves(courses: Sequence[Course], groups: Sequence[Group]) -> list[tuple[str, list[Course]]]:
    """The patients under the title of their first group, in the order of the cases; one has no title."""
    if len(groups) < 2:
        return [("", list(courses))]
    shelves: list[tuple[str, list[Course]]] = []
    left = list(courses)
    for group in groups:
        shelves.append((group.title, [course for course in left if course.patient in group.patients]))
        left = [course for course in left if course.patient not in group.patients]
    return [shelf for shelf in [*shelves, ("In none of these groups", left)] if shelf[1]]


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
    colour = course.stroke.colour
    if course.died is not None and course.died <= axes.get_xlim()[1]:
        axes.axvline(course.died, color=colour, lw=THIN, ls=(0, (1.5, 1.5)), zorder=2)
    fill = colour if course.stroke is DEAD else PAPER
    axes.plot(course.days, course.values, color=colour, lw=1.1, zorder=3)
    for sign, mark, _ in (("", course.stroke.mark, ""), *BOUNDS):
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


def _write_head(figure: Figure, course: Course, left: float, y: float, width: float) -> None:
    name = fitted(course.patient, width * 0.5, TEXT)
    write(figure, left + 0.03, y + 0.03 + LINE, name, size=TEXT, weight="bold")
    room = width - text_width(name, TEXT) * 1.15 - 0.12
    fate = course.fate
    if text_width(fate) > room:
        fate = fate.replace("months", "mo").replace("years", "y").replace("days", "d")
    write(figure, left + width - room, y + 0.03 + LINE, fitted(fate, room))
    write(figure, left + 0.03, y + 0.03, fitted(course.label, width - 0.03), color=QUIET)


def _write_key(
    figure: Figure, serial: Serial, scale: Scale, height: float, courses: Sequence[Course]
) -> None:
    """The title of the scale at the left, and at the right what marks and lines mean."""
    signs = {(operator or "")[:1] for course in courses for operator in course.operators}
    strokes = [one for one in (ALIVE, DEAD, NOT_KNOWN) if any(course.stroke is one for course in courses)]
    y = height - 0.15
    write(figure, 0.04, y, fitted(scale.named(serial.title, serial.unit), WIDTH / 2, TEXT), size=TEXT)
    key = {ALIVE: "alive", DEAD: "died", NOT_KNOWN: "not known"}
    x = WIDTH - RIGHT
    entries = [(key[one], one.colour, one.mark, one.colour if one is DEAD else PAPER) for one in strokes]
    entries += [(words, QUIET, mark, PAPER) for sign, mark, words in BOUNDS if sign in signs]
    entries += [("day of death", DEAD.colour, "|", PAPER), ("the others", HAIR, "_", PAPER)]
    for words, colour, mark, fill in reversed(entries):
        x -= text_width(words)
        write(figure, x, y, words, color=QUIET)
        x -= 0.07
        _draw_mark(figure, x, y + 0.035, colour, mark, fill)
        x -= 0.17


def _draw_mark(figure: Figure, x: float, y: float, colour: str, mark: str, fill: str) -> None:
    from matplotlib.lines import Line2D

    wide, high = figure.get_size_inches()
    figure.add_artist(
        Line2D([x / wide], [y / high], marker=mark, color=colour, mfc=fill, ms=4.0, mew=0.9, ls="")
    )
