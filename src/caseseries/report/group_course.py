"""The course by group, for many patients: medians over one faint line a patient, numbers under the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from caseseries.analysis.ids import EVERYBODY, MEDIAN, joined, on_day
from caseseries.analysis.results import Group, Result
from caseseries.cases.series import CaseSeries
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.variable import Serial
from caseseries.protocol.wording import in_running_text
from caseseries.report.drawing import drawn, panel, wrapped, write
from caseseries.report.labels import (
    SAMPLE,
    Label,
    Row,
    rows_height,
    without_prefix,
    write_labels,
    write_rows,
)
from caseseries.report.look import HAIR, PAPER, TEXT, THICK, WIDTH, Stroke, group_strokes
from caseseries.report.scale import Scale, day_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = 1000
"""Up to so many patients have a line each."""
HEIGHT, LEFT, LABELS, AXIS, TOP = 2.6, 0.55, 1.62, 0.36, 0.3  # inches


def draw_by_group(result: Result, cases: CaseSeries, serial: Serial, scale: Scale, since: str) -> str:
    """The medians by day and group as SVG, over the patients' lines where these are not too many."""
    known = cases.serials.filter(name=serial.name).drop_nulls("value").sort("day")
    first, last = int(known["day"].to_numpy().min()), int(known["day"].to_numpy().max())
    groups = result.groups or (Group(EVERYBODY, "All", cases.patients),)
    titles, strokes = without_prefix([group.title for group in groups]), group_strokes(len(groups))
    medians = [_medians(result, serial, group) for group in groups]
    ticks = day_ticks(first, last, 9)
    below = AXIS + rows_height(len(groups))

    def draw(figure: Figure) -> None:
        axes = panel(figure, LEFT, below, WIDTH - LEFT - LABELS, HEIGHT)
        axes.set(xlim=(first - 0.5, last + 0.5))
        scale.set_up(axes, words=True)
        axes.set_xticks(ticks, [f"{tick}" for tick in ticks])
        if cases.n <= LINES:
            lines = known.group_by("patient", "episode", maintain_order=True)
            axes.plot(
                *_broken([(rows["day"].to_numpy(), rows["value"].to_numpy()) for _, rows in lines]),
                color=HAIR,
                lw=0.4,
                alpha=0.6,
            )
        for (days, values, _), stroke in zip(medians, strokes, strict=True):
            _draw_medians(axes, days, values, stroke)
        write(figure, 0.04, below + HEIGHT + 0.14, scale.named(serial.title, serial.unit), size=TEXT)
        write(figure, LEFT + (WIDTH - LEFT - LABELS) / 2, below - 0.31, since, ha="center", size=TEXT)
        at = {
            tick: LEFT + (tick - first + 0.5) / (last - first + 1) * (WIDTH - LEFT - LABELS) for tick in ticks
        }
        rows = [
            Row(title, [(at[day], n) for day, n in zip(days, counts, strict=True) if day in at])
            for title, (days, _, counts) in zip(titles, medians, strict=True)
        ]
        write_rows(figure, "Values", rows, LEFT, WIDTH - LABELS - LEFT, below - AXIS)
        labels = [
            _label(title, group, stroke, below + HEIGHT * _end(values, scale))
            for title, group, stroke, (_, values, _) in zip(titles, groups, strokes, medians, strict=True)
        ]
        write_labels(figure, labels, WIDTH - LABELS, below, below + HEIGHT)

    of = f"Medians of {in_running_text(serial.title)} by day in {so_many(cases.n, 'patient')}"
    said = f"{of}: {'; '.join(titles)}. {since}."
    return drawn(draw, below + HEIGHT + TOP, f"{serial.title} by day", said)


def _medians(result: Result, serial: Serial, group: Group) -> tuple[list[int], list[float], list[int]]:
    """The days of the grid, the group's median on each (NaN: nobody has a value), and how many have one."""
    estimates = {number.id: number.estimate for number in result.numbers}
    stems = [joined(result.slug, on_day(day, group.key)) for day in serial.days]
    medians = [estimates.get(joined(stem, MEDIAN)) for stem in stems]
    counts = [estimates.get(joined(stem, "n")) for stem in stems]
    values = [np.nan if one is None or one.value is None else float(one.value) for one in medians]
    return list(serial.days), values, [int(n.value or 0) if n else 0 for n in counts]


def _draw_medians(axes: Axes, days: list[int], values: list[float], stroke: Stroke) -> None:
    axes.plot(days, values, color=PAPER, lw=THICK + 1.6, zorder=2.9)
    axes.plot(days, values, color=stroke.colour, lw=THICK, ls=stroke.style, zorder=3)
    axes.plot(days, values, stroke.mark, color=stroke.colour, ms=3.2, mew=0, zorder=3.1)


def _broken(lines: list[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """All lines as one, with gaps between them: one path instead of hundreds."""
    days, values = ([np.append(line[part].astype(float), np.nan) for line in lines] for part in (0, 1))
    return np.concatenate(days), np.concatenate(values)


def _label(title: str, group: Group, stroke: Stroke, y: float) -> Label:
    more = f"{so_many(len(group.patients), 'patient')}, median"
    return Label(stroke, wrapped(title, LABELS - SAMPLE - 0.02, 3), [more], y)


def _end(values: list[float], scale: Scale) -> float:
    """Where the line ends, as a share of the height."""
    known = [value for value in values if np.isfinite(value)]
    return scale.share(known[-1]) if known else 0.0
