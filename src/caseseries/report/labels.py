"""Words in a figure's margins: labels beside the ends of lines, and rows of counts under an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caseseries.report.drawing import fitted, text_width, write
from caseseries.report.look import INK, LINE, PAPER, QUIET, THICK, Stroke

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SAMPLE = 0.34  # inches for the sample of a line before its label
APART = 0.07  # inches between labels
BETWEEN = 0.03  # inches between the counts of two groups


@dataclass(frozen=True, slots=True)
class Label:
    """What stands beside the end of a line: title, more, and the height in inches where it would be best."""

    stroke: Stroke
    title: Sequence[str]
    more: Sequence[str]
    y: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: its shape and colour, filled or hollow."""

    shape: str
    colour: str
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of one group; `counts` are places (inches from the left) and numbers."""

    title: str
    counts: Sequence[tuple[float, int]]


def write_labels(figure: Figure, labels: Sequence[Label], left: float, low: float, high: float) -> None:
    """Each label with a sample of its line, as near to its line as goes without overlap."""
    heights = [LINE * (len(label.title) + len(label.more)) + APART for label in labels]
    centres = spread([label.y for label in labels], heights, low, high)
    for label, height, centre in zip(labels, heights, centres, strict=True):
        y = centre + (height - APART - LINE) / 2
        _draw_sample(figure, left, y, label.stroke)
        for place, words in enumerate((*label.title, *label.more)):
            colour = INK if place < len(label.title) else QUIET
            write(figure, left + SAMPLE, y - LINE * place, words, va="center", color=colour)


def write_key(figure: Figure, entries: Sequence[tuple[Mark, str]], right: float, y: float) -> None:
    """What the marks mean, in one line that ends at `right`."""
    from matplotlib.lines import Line2D

    wide, high = figure.get_size_inches()
    for mark, words in reversed(entries):
        right -= text_width(words)
        write(figure, right, y, words, color=QUIET)
        right -= 0.07
        place = [right / wide], [(y + 0.035) / high]
        fill = mark.colour if mark.filled else PAPER
        figure.add_artist(
            Line2D(*place, marker=mark.shape, color=mark.colour, mfc=fill, ms=4.0, mew=0.9, ls="")
        )
        right -= 0.17


def rows_height(rows: int) -> float:
    """The height of so many rows of counts in inches: one alone needs no title."""
    return LINE + 0.06 if rows == 1 else rows * (2 * LINE + BETWEEN) + 0.06


def write_rows(figure: Figure, name: str, rows: Sequence[Row], left: float, width: float, top: float) -> None:
    """Rows of counts from `top` downwards, `name` before them; several have titles."""
    y = top - LINE
    write(figure, 0.04, y, name, color=QUIET)
    for row in rows:
        if len(rows) > 1:
            write(figure, left, y, fitted(row.title, width))
            y -= LINE
        for x, count in row.counts:
            write(figure, x, y, f"{count:,}", ha="center")
        y -= LINE + BETWEEN


def without_prefix(titles: Sequence[str]) -> list[str]:
    """The titles without the name of the variable, where all of several begin with it ("Cause: ...")."""
    prefix = titles[0].partition(": ")[0] + ": " if titles else ""
    if len(titles) < 2 or not all(title.startswith(prefix) for title in titles):
        return list(titles)
    return [title.removeprefix(prefix) for title in titles]


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """The centres of labels of the given heights, as near to where they are wanted as goes without overlap.

    The order of `wanted` is kept, and all stay between `low` and `high` where there is room.
    """
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], -place))
    centres, floor = list(wanted), low
    for place in order:
        centres[place] = max(wanted[place], floor + heights[place] / 2)
        floor = centres[place] + heights[place] / 2
    ceiling = high
    for place in reversed(order):
        centres[place] = min(centres[place], ceiling - heights[place] / 2)
        ceiling = centres[place] - heights[place] / 2
    return centres


def _draw_sample(figure: Figure, left: float, y: float, stroke: Stroke) -> None:
    from matplotlib.lines import Line2D

    wide, high = figure.get_size_inches()
    ends = [(left + 0.07) / wide, (left + SAMPLE - 0.05) / wide]
    figure.add_artist(Line2D(ends, [y / high] * 2, color=stroke.colour, lw=THICK, ls=stroke.style))
