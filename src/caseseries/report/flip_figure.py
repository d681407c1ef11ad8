"""The flip figure: every test under every labelling, and on which side of the line each p-value falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caseseries.analysis.relabel import by_test
from caseseries.analysis.results import Result
from caseseries.report.drawing import drawn, fitted, text_width, wrapped, write
from caseseries.report.look import HAIR, LINE, PALE, QUIET, SMALL, TEXT, WIDTH
from caseseries.stats.digits import shown_p
from caseseries.stats.level import is_below

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW, WIDEST, WIDEST_NAME = 0.22, 0.66, 3.1  # inches: a row; a column and the name of a row at most
HEAD_LINES = 6
MOST_DRAWN = 12
"""So many labels dropped one by one are drawn all; of more those alone that take a test across the line."""
WIDEST_P = "0.00000"


@dataclass(frozen=True, slots=True)
class Test:
    """A test of one analysis, and its p by labelling; None where it is not estimable."""

    name: str
    ps: tuple[float | None, ...]


def flip_figure(relabelled: Sequence[Result], level: float) -> str:
    """SVG of relabellings that tried the same labels: tests and labellings, with p in each cell.

    Bold on grey where p is below 1 - `level`. What there is more of stands in rows. Of many labels, which are
    dropped one by one, those are left out that take no test across the line.
    """
    alpha = 1.0 - level
    every = [test for result in relabelled for test in _tests(result, len(relabelled) > 1)]
    places = _drawn(relabelled[0], every, alpha)
    labellings = [relabelled[0].groups[place].title for place in places]
    tests = [Test(test.name, tuple(test.ps[place] for place in places)) for test in every]
    left_out = len(relabelled[0].groups) - len(places)
    if len(tests) >= len(labellings):
        rows, columns = [test.name for test in tests], labellings
        ps = [list(test.ps) for test in tests]
    else:
        rows, columns = labellings, [test.name for test in tests]
        ps = [list(line) for line in zip(*(test.ps for test in tests), strict=True)]
    left = min(WIDEST_NAME, max(text_width(row, TEXT) for row in rows) + 0.15)
    pitch = min(WIDEST, (WIDTH - left) / len(columns))
    size = min(SMALL, SMALL * (pitch - 0.05) / (text_width(WIDEST_P) * 1.1))
    heads = [wrapped(column, pitch - 0.04, HEAD_LINES) for column in columns]
    above = LINE * max(map(len, heads)) + 0.16
    height = ROW * len(rows) + above + 0.3

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1), facecolor="none")
        axes.set(xlim=(0, WIDTH), ylim=(0, height))
        axes.set_axis_off()
        top = height - above
        for place, row in enumerate(rows):
            y = top - ROW * (place + 0.5)
            write(figure, 0.05, y, fitted(row, left - 0.1, TEXT), size=TEXT, va="center")
            for column, p in enumerate(ps[place]):
                x, half = left + pitch * column, ROW / 2 - 0.012
                below_level = is_below(p, alpha)
                colour = HAIR if below_level else PALE
                axes.fill_between([x + 0.015, x + pitch - 0.015], y - half, y + half, color=colour, lw=0)
                said, weight = "none" if p is None else shown_p(p), "bold" if below_level else "normal"
                look = {"ha": "center", "va": "center", "weight": weight, "size": size}
                write(figure, x + pitch / 2, y, said, **look)
        for column, head in enumerate(heads):
            for line, words in enumerate(reversed(head)):
                x = left + pitch * (column + 0.5)
                write(figure, x, top + 0.07 + LINE * line, words, ha="center", color=QUIET)
        note = f"p-values, two-sided. Bold on grey: below {alpha:.2g}."
        if left_out:
            labels = f"{left_out:,} label{'s' * (left_out != 1)}"
            note += f" Not drawn: {labels}, none of which takes a test across that line alone."
        write(figure, 0.05, 0.1, note, color=QUIET, va="center")

    below = sum(is_below(p, alpha) for line in ps for p in line)
    cells = len(rows) * len(columns)
    tried = f"{len(tests)} test{'s' * (len(tests) != 1)} by {len(labellings)} labellings"
    described = f"{tried}; p is below {alpha:.2g} in {below} of {cells}."
    return drawn(draw, height, "What flips it", described)


def _drawn(result: Result, tests: Sequence[Test], alpha: float) -> list[int]:
    """Which labellings are drawn: of many labels dropped one by one the ends and those that flip."""
    labellings = len(result.groups)
    labels = next(one.estimate.value for one in result.numbers if one.id == f"{result.slug}.labels")
    if labellings <= MOST_DRAWN or labellings == 2 ** (labels or 0):
        return list(range(labellings))
    flips = [
        place
        for place in range(1, labellings - 1)
        if any(is_below(test.ps[place], alpha) != is_below(test.ps[0], alpha) for test in tests)
    ]
    return [0, *flips, labellings - 1]


def _tests(result: Result, is_one_of_several: bool) -> list[Test]:
    """The tests of a relabelling in their order, with their p in the order of its labellings."""
    analysis = f" ({result.clause.name.removesuffix(', relabelled')})" if is_one_of_several else ""
    return [
        Test(f"{one.label}{analysis}", tuple(None if it is None else it.estimate.p for it in one.numbers))
        for one in by_test(result)
    ]
