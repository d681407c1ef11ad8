"""The forest figure: each cohort's share with its limits, and what they say together, on one axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from caseseries.analysis.ids import joined
from caseseries.analysis.results import Results
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Pooling, poolings_of
from caseseries.protocol.clauses.analysis import POOL
from caseseries.protocol.clauses.clause import slug
from caseseries.report.drawing import drawn, fitted, panel, said_instead, text_width, write
from caseseries.report.look import BLUE, HAIR, HAIRLINE, INK, QUIET, TEXT, THIN, WIDTH
from caseseries.stats.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, AXIS, ABOVE = 0.185, 0.42, 0.26  # inches
COUNTS, PRINT, WIDEST_NAME, GAP = 0.62, 1.28, 2.35, 0.12
LEAST_SIDE, MOST_SIDE = 3.0, 9.0  # points: the side of a square, whose area grows with the patients
Kind = Literal["heading", "cohort", "pool", "prediction", "part"]
TITLE = "Survival in published cohorts"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the figure: its name, survivors of patients, and the estimate that is drawn.

    `above` are the lines of a pool's cohorts, `is_present` marks the patients of the study itself.
    """

    kind: Kind
    name: str
    counts: str = ""
    estimate: Estimate | None = None
    patients: int = 0
    is_present: bool = False
    above: int = 0


def forest_figure(cohorts: Sequence[Published], results: Results) -> str:
    """SVG of every cohort with survivors, a block each horizon, and its pool; a sentence without any."""
    lines = list(_lines(cohorts, results))
    if not lines:
        return said_instead(TITLE, "No cohort prints how many survived: there is nothing to draw.")
    left = min(WIDEST_NAME, max(text_width(line.name, TEXT) for line in lines) + 0.2)
    height = ABOVE + ROW * len(lines) + AXIS
    start, width = left + COUNTS + GAP, WIDTH - left - COUNTS - PRINT - 2 * GAP
    most = max(line.patients for line in lines)

    def draw(figure: Figure) -> None:
        axes = panel(figure, start, AXIS, width, ROW * len(lines))
        axes.set(xlim=(0, 1), ylim=(len(lines), 0))
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100%"])
        top = height - ABOVE + 0.09
        write(figure, left + COUNTS, top, "survived", ha="right", color=QUIET)
        write(figure, WIDTH - 0.04, top, "share (95% interval)", ha="right", color=QUIET)
        write(figure, start + width / 2, 0.07, "Survived", ha="center", size=TEXT)
        for place, line in enumerate(lines):
            _draw(axes, line, place + 0.5, most)
            y = height - ABOVE - ROW * (place + 0.5)
            strong = {"weight": "bold"} if line.kind in ("heading", "pool") else {}
            indent = 0.05 if line.kind == "heading" else 0.15
            name = fitted(line.name, (WIDTH if line.kind == "heading" else left) - indent - 0.04, TEXT)
            write(figure, indent, y, name, size=TEXT, va="center", color=_colour(line), **strong)
            write(
                figure, left + COUNTS, y, line.counts, va="center", ha="right", color=_colour(line), **strong
            )
            write(
                figure,
                WIDTH - 0.04,
                y,
                _printed(line),
                va="center",
                ha="right",
                color=_colour(line),
                **strong,
            )

    told = [
        f"{line.name}: {line.counts} {_printed(line)}." for line in lines if line.kind in ("cohort", "pool")
    ]
    return drawn(draw, height, TITLE, " ".join(told))


def _lines(cohorts: Sequence[Published], results: Results) -> Iterator[Line]:
    for pooling in poolings_of(cohorts):
        yield Line("heading", pooling.title)
        for one in pooling.cohorts:
            share = results.number(joined(POOL, "cohort", one.id, "survived", "share")).estimate
            yield Line("cohort", one.title, f"{one.survived}/{one.n}", share, one.n, one.present)
        if len(pooling.cohorts) > 1:
            yield from _pooled(pooling, results)


def _pooled(pooling: Pooling, results: Results) -> Iterator[Line]:
    stem = joined(POOL, pooling.key)
    lived = sum(one.survived or 0 for one in pooling.cohorts)
    patients = sum(one.n for one in pooling.cohorts)
    pooled = results.number(joined(stem, "share")).estimate
    yield Line("pool", "Pooled", f"{lived}/{patients}", pooled, above=len(pooling.cohorts))
    yield Line("prediction", "A further cohort", "", results.number(joined(stem, "prediction")).estimate)
    causes = dict.fromkeys(cause.level for one in pooling.cohorts for cause in one.causes)
    for cause in causes:
        for part, name in ((slug(cause), cause), (f"not-{slug(cause)}", f"no {cause}")):
            at = joined(stem, "cause", part)
            if joined(at, "share") in results.numbers:
                counted = results.number(joined(at, "survived")).estimate
                said = f"{counted.shown}/{counted.n}"
                estimate = results.number(joined(at, "share")).estimate
                yield Line("part", name[:1].upper() + name[1:], said, estimate, counted.n)


def _draw(axes: Axes, line: Line, y: float, most: int) -> None:
    estimate, colour = line.estimate, _colour(line)
    if line.kind == "heading":
        axes.axhline(y + 0.4, color=HAIR, lw=HAIRLINE, zorder=0)
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return
    if line.kind == "pool":
        axes.fill(
            [estimate.low, estimate.value, estimate.high, estimate.value],
            [y, y - 0.32, y, y + 0.32],
            color=colour,
            lw=0,
            zorder=3,
        )
        axes.plot(
            [estimate.value] * 2, [y - line.above, y], color=QUIET, lw=HAIRLINE, ls=(0, (4, 3)), zorder=1
        )
        return
    axes.plot([estimate.low, estimate.high], [y, y], color=colour, lw=THIN, zorder=2, solid_capstyle="butt")
    for end in (estimate.low, estimate.high):
        axes.plot([end, end], [y - 0.14, y + 0.14], color=colour, lw=THIN, zorder=2)
    if line.kind == "cohort":
        side = LEAST_SIDE + (MOST_SIDE - LEAST_SIDE) * (line.patients / most) ** 0.5
        mark = "o" if line.is_present else "s"
        axes.plot([estimate.value], [y], mark, color=colour, ms=side, mew=0, zorder=3)
    elif line.kind == "part":
        axes.plot([estimate.value], [y], "D", mfc="white", mec=colour, ms=4, mew=THIN, zorder=3)


def _colour(line: Line) -> str:
    if line.is_present:
        return BLUE
    return QUIET if line.kind in ("prediction", "part") else INK


def _printed(line: Line) -> str:
    estimate = line.estimate
    if estimate is None:
        return ""
    if estimate.value is None:
        return "one cohort" if estimate.reason.startswith("one cohort") else "not estimable"
    if line.kind == "prediction":
        return estimate.shown_interval
    return f"{estimate.shown} ({estimate.shown_interval})" if estimate.level is not None else estimate.shown
