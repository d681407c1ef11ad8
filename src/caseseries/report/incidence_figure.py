"""The incidence figure: a panel for each kind of event, a curve for each group, on one axis of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from caseseries.analysis.results import Result
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.analysis import Incidence
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment
from caseseries.report.drawing import drawn, fitted, panel, said_instead, write
from caseseries.report.labels import SAMPLE, Label, Row, rows_height, without_prefix, write_labels, write_rows
from caseseries.report.look import HAIRLINE, TEXT, THICK, WIDTH, Stroke, group_strokes
from caseseries.stats.competing import Incidence as Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT, LEFT, LABELS, GAP, AXIS = 1.35, 0.46, 1.62, 0.34, 0.36  # inches
SHADED = 2
"""With more curves than this, shaded limits would cover each other: they stand in the table."""
TICKS = 6


def incidence_figure(result: Result, protocol: Protocol) -> str:
    """The cumulative incidence of every kind of event as SVG; a sentence where nobody was followed."""
    title = result.clause.name[:1].upper() + result.clause.name[1:]
    competing = result.competing
    ends = [float(one.times[-1]) for one in competing.curves.values() if one.n]
    if protocol.follow_up is None or not ends:
        return said_instead(title, result.why_not or "Nobody was followed: there is nothing to draw.")
    moment = protocol.follow_up.counted_from
    if isinstance(result.clause, Incidence):
        moment = result.clause.counted_from or moment
    since = f"{protocol.follow_up.unit.capitalize()} from {a_moment(moment)}"
    titles = without_prefix([one.title for one in result.groups])
    arms = list(zip(titles, competing.curves.values(), group_strokes(len(titles)), strict=True))
    width, end = WIDTH - LEFT - LABELS, max(ends) or 1.0
    below = AXIS + rows_height(len(arms))
    step = HEIGHT + GAP
    top = below + step * len(competing.kinds)

    def draw(figure: Figure) -> None:
        for place, kind in enumerate(competing.kinds):
            bottom = top - step * (place + 1)
            axes = panel(figure, LEFT, bottom, width, HEIGHT)
            axes.set(xlim=(0, end * 1.015), ylim=(0, 1.03))
            axes.set_yticks([0, 0.5, 1], ["0", "50", "100%"])
            axes.spines["left"].set_bounds(0, 1)
            axes.spines["bottom"].set_bounds(0, end)
            axes.locator_params(axis="x", nbins=TICKS)
            if place + 1 < len(competing.kinds):
                axes.set_xticklabels([])
            write(figure, 0.04, bottom + HEIGHT + 0.08, fitted(kind[:1].upper() + kind[1:], width), size=TEXT)
            for _, curve, stroke in arms:
                _draw(axes, curve, place + 1, stroke, shaded=len(arms) <= SHADED)
            labels = [_label(*arm, place + 1, bottom, alone=len(arms) == 1) for arm in arms]
            write_labels(figure, labels, WIDTH - LABELS, bottom - 0.1, bottom + HEIGHT + 0.2)
        ticks = [float(tick) for tick in axes.get_xticks() if 0 <= tick <= end * 1.0001]
        rows = [Row(name, _at_risk(curve, ticks, width, end)) for name, curve, _ in arms]
        write(figure, LEFT + width / 2, below - 0.31, since, ha="center", size=TEXT)
        write_rows(figure, "At risk", rows, LEFT, WIDTH - LABELS - LEFT, below - AXIS)

    said = " ".join(
        f"{name}: {so_many(curve.n, 'patient')}, {_had(curve, number)} with {kind}."
        for name, curve, _ in arms
        for number, kind in enumerate(competing.kinds, 1)
    )
    return drawn(draw, top + 0.1, title, f"Aalen-Johansen cumulative incidence, {since}. {said}")


def _draw(axes: Axes, curve: Curve, kind: int, stroke: Stroke, *, shaded: bool) -> None:
    if not curve.n:
        return
    times, row = np.append(0.0, curve.times), _row(curve, kind)
    reached = np.zeros(len(times)) if row is None else np.append(0.0, curve.incidence[row])
    if shaded and row is not None:
        low, high = np.append(np.nan, curve.low[row]), np.append(np.nan, curve.high[row])
        ends = np.repeat(times, 2)[1:], np.repeat(low, 2)[:-1], np.repeat(high, 2)[:-1]
        axes.fill_between(*ends, color=stroke.colour, alpha=0.13, lw=0, zorder=1)
        for limit in ends[1:]:
            axes.plot(ends[0], limit, color=stroke.colour, lw=HAIRLINE, alpha=0.6, zorder=1.5)
    axes.plot(
        times, reached, drawstyle="steps-post", color=stroke.colour, lw=THICK, ls=stroke.style, zorder=3
    )
    is_censored = np.append(0, curve.censored) > 0
    axes.plot(times[is_censored], reached[is_censored], "|", color=stroke.colour, ms=5, mew=0.8, zorder=3.5)


def _label(name: str, curve: Curve, stroke: Stroke, kind: int, bottom: float, *, alone: bool) -> Label:
    row = _row(curve, kind)
    end = float(curve.incidence[row][-1]) if row is not None and curve.n else 0.0
    counted = f"{_had(curve, kind)} of {curve.n}"
    title = counted if alone else f"{name}: {counted}"
    return Label(stroke, [fitted(title, LABELS - SAMPLE - 0.02)], [], bottom + HEIGHT * end / 1.03)


def _row(curve: Curve, kind: int) -> int | None:
    return curve.causes.index(kind) if kind in curve.causes else None


def _had(curve: Curve, kind: int) -> int:
    row = _row(curve, kind)
    return 0 if row is None else int(curve.events[row].sum())


def _at_risk(curve: Curve, ticks: list[float], width: float, end: float) -> list[tuple[float, int]]:
    leaving = np.append(curve.at_risk, 0)
    counts = leaving[np.searchsorted(curve.times, np.asarray(ticks) * (1.0 - 1e-9))]
    return [
        (LEFT + tick / (end * 1.015) * width, int(count)) for tick, count in zip(ticks, counts, strict=True)
    ]
