"""The curve figure: Kaplan-Meier curves with their limits and numbers at risk, early deaths to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from caseseries.analysis.results import Result
from caseseries.protocol.clauses.analysis import Survival
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment
from caseseries.report.curve_panels import (
    LABELS,
    LEFT,
    MARGIN,
    Arm,
    Window,
    arms_of,
    horizon_words,
    windows_of,
)
from caseseries.report.drawing import drawn, panel, said_instead, text_width, wrapped, write
from caseseries.report.labels import SAMPLE, Label, Row, rows_height, write_labels, write_rows
from caseseries.report.look import HAIR, HAIRLINE, QUIET, TEXT, THICK, THIN, WIDTH
from caseseries.stats.digits import shown
from caseseries.stats.estimate import Estimate
from caseseries.stats.survival import Curve, at_risk

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# With more curves than this, shaded limits would cover each other: bars at the horizons stand for them.
SHADED = 2

HEIGHT = 2.35  # inches
AXIS = 0.36  # inches under the panels for ticks and title
TOP = 1.03  # the axis goes a little beyond its last tick


def survival_figure(result: Result, protocol: Protocol) -> str:
    """The curves of a survival analysis as SVG, in the follow-up's unit, from its moment or the clause's.

    Where most deaths fall into a short first part of the follow-up, that part has a panel of its own
    beside the whole, both on plain axes. Limits are pointwise, drawn as steps; the numbers at risk
    stand under the ticks. An analysis without curves: a sentence that says why.
    """
    title = result.clause.name[:1].upper() + result.clause.name[1:]
    if not result.curves or protocol.follow_up is None:
        return said_instead(title, result.why_not or "There is no curve to draw.")
    unit, arms = protocol.follow_up.unit, arms_of(result, protocol.follow_up.horizons)
    moment = protocol.follow_up.counted_from
    if isinstance(result.clause, Survival):
        moment = result.clause.counted_from or moment
    since = f"{unit.capitalize()} from {a_moment(moment)}"
    windows = windows_of(arms, unit, protocol)
    below = AXIS + rows_height(len(arms))

    def draw(figure: Figure) -> None:
        for window in windows:
            first = window is windows[0]
            axes = _axes(figure, window, below, first=first)
            _draw_time(axes, window, windows)
            for place, arm in enumerate(arms):
                _draw_arm(axes, arm, window, shaded=len(arms) <= SHADED)
                if len(arms) > SHADED:
                    _draw_bars(axes, arm, window, (place - (len(arms) - 1) / 2) * 0.012 * window.end)
            _write_axis(figure, window, since, below, first=first)
            _write_horizons(figure, window, arms, below)
        rows = [Row(arm.title, _at_risk(arm.curve, windows)) for arm in arms]
        write_rows(figure, "At risk", rows, LEFT, WIDTH - LABELS - LEFT, below - AXIS)
        labels = [_label(arm, unit, below, alone=len(arms) == 1) for arm in arms]
        write_labels(figure, labels, WIDTH - LABELS, below - 0.1, below + HEIGHT + 0.35)

    return drawn(draw, below + HEIGHT + 0.4, title, _description(arms, since, unit))


def curve_caption(result: Result) -> str:
    """What is said under a figure of curves."""
    scale = getattr(result.clause, "limits", "log-log")
    return f"{result.clause.name.capitalize()}. Shaded: pointwise {scale} limits; ticks: censored."


def _axes(figure: Figure, window: Window, bottom: float, *, first: bool) -> Axes:
    axes = panel(figure, window.left, bottom, window.width, HEIGHT)
    axes.set(xlim=(0, window.end * MARGIN), ylim=(0, TOP))
    axes.set_xticks(window.ticks, [f"{tick:g}" for tick in window.ticks])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100%"] if first else [""] * 5)
    axes.spines["bottom"].set_bounds(0, window.end)
    axes.spines["left"].set_bounds(0, 1)
    return axes


def _draw_time(axes: Axes, window: Window, windows: Sequence[Window]) -> None:
    for _, time in window.horizons:
        axes.plot([time, time], [0, 1], color=HAIR, lw=HAIRLINE, zorder=0.5)
    if len(windows) > 1:  # the same stretch of time is thick on both axes
        axes.plot(
            [0, windows[0].end], [0, 0], color=QUIET, lw=2.4, clip_on=False, solid_capstyle="butt", zorder=2.8
        )


def _draw_arm(axes: Axes, arm: Arm, window: Window, *, shaded: bool) -> None:
    curve, stroke, median = arm.curve, arm.stroke, arm.median
    if not len(curve.times):
        return
    times, survival = np.append(0.0, curve.times), np.append(1.0, curve.survival)
    if shaded:
        low, high = np.append(np.nan, curve.low), np.append(np.nan, curve.high)
        x, lower, upper = np.repeat(times, 2)[1:], np.repeat(low, 2)[:-1], np.repeat(high, 2)[:-1]
        axes.fill_between(x, lower, upper, color=stroke.colour, alpha=0.13, lw=0, zorder=1)
        for limit in (lower, upper):
            axes.plot(x, limit, color=stroke.colour, lw=HAIRLINE, alpha=0.6, zorder=1.5)
    axes.plot(
        times, survival, drawstyle="steps-post", color=stroke.colour, lw=THICK, ls=stroke.style, zorder=3
    )
    censored = curve.survival[curve.censored > 0]
    axes.plot(curve.censor_times, censored, "|", color=stroke.colour, ms=6, mew=0.9, zorder=3.5)
    if shaded and median is not None and median.value is not None and median.value <= window.end:
        path = [0, median.value, median.value], [0.5, 0.5, 0]
        axes.plot(*path, color=stroke.colour, lw=0.6, ls=(0, (2, 2)), zorder=2)


def _draw_bars(axes: Axes, arm: Arm, window: Window, aside: float) -> None:
    """The limits at each horizon as a bar, each curve's a little aside of the others'."""
    for _, time in window.horizons:
        entry = int(np.searchsorted(arm.curve.times, time * (1 + 1e-9), side="right")) - 1
        if entry >= 0 and time <= arm.curve.times[-1] and np.isfinite(arm.curve.low[entry]):
            ends = [arm.curve.low[entry], arm.curve.high[entry]]
            axes.plot([time + aside] * 2, ends, "_-", color=arm.stroke.colour, lw=THIN, ms=3, zorder=2.5)


def _write_axis(figure: Figure, window: Window, since: str, bottom: float, *, first: bool) -> None:
    write(figure, window.left + window.width / 2, bottom - 0.31, since, ha="center", size=TEXT)
    if window.title:
        write(figure, window.left + 0.04, bottom + HEIGHT + 0.22, window.title, size=TEXT)
    if first:
        write(figure, 0.04, bottom + HEIGHT + 0.1, "Alive", size=TEXT)


def _write_horizons(figure: Figure, window: Window, arms: Sequence[Arm], bottom: float) -> None:
    """The name of each horizon over its line, and the share alive where there is one curve."""
    for name, time in window.horizons:
        words = horizon_words(name, time, arms)
        half = text_width(words) / 2
        left = max(window.left, min(window.at(time) - half, window.left + window.width - 2 * half))
        write(figure, left, bottom + HEIGHT + 0.03, words, color=QUIET)


def _at_risk(curve: Curve, windows: Sequence[Window]) -> list[tuple[float, int]]:
    ticks = [(window.at(tick), tick) for window in windows for tick in window.ticks]
    counts = at_risk(curve, [tick for _, tick in ticks])
    return [(x, int(count)) for (x, _), count in zip(ticks, counts, strict=True)]


def _label(arm: Arm, unit: str, bottom: float, *, alone: bool) -> Label:
    room = LABELS - SAMPLE - 0.02
    title = wrapped(arm.words, room) if alone else wrapped(arm.title, room, 3)
    more = [] if alone else [arm.words]
    if arm.median is not None:
        more += wrapped(_median_said(arm.median, unit), room)
        if alone and arm.median.level is not None and arm.median.value is not None:
            level = shown(arm.median.level, "share")
            more += wrapped(f"({level} interval {arm.median.shown_interval})", room)
    end = float(arm.curve.survival[-1]) if len(arm.curve.times) else 0.0
    return Label(arm.stroke, title, more, bottom + HEIGHT * end / TOP)


def _median_said(median: Estimate, unit: str) -> str:
    if median.value is None:
        return f"median {median.shown}"
    return f"median {median.shown} {unit.removesuffix('s') if median.shown == '1' else unit}"


def _description(arms: Sequence[Arm], since: str, unit: str) -> str:
    """What the curves show, in words for who does not see them."""
    said = " ".join(
        f"{arm.title}: {arm.words}{'' if arm.median is None else ', ' + _median_said(arm.median, unit)}."
        for arm in arms
    )
    return f"Kaplan-Meier curve{'s' * (len(arms) > 1)}, {since[:1].lower()}{since[1:]}. {said}"
