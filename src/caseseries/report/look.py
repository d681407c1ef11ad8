"""The look: every colour, size and mark of the report, for figures and pages alike.

Colours are those of Okabe & Ito, which people with any colour vision tell apart. No colour stands
alone: a line style or a mark says the same, so that a page printed in grey loses nothing.

Source: Okabe & Ito, Color Universal Design, 2008, for the colours; Tufte, The Visual Display of
Quantitative Information, 2001, for what is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"

INK = "#1A1A1A"
QUIET = "#5F5F5F"  # second words: still 6:1 on paper
HAIR = "#C4C4C4"  # hairlines
PALE = "#F1F1F1"  # what lies behind
PAPER = "#FFFFFF"

FONTS = ("DejaVu Sans", "Helvetica", "Arial", "sans-serif")
TEXT, SMALL = 7.5, 6.5  # points
WIDTH = 7.2  # inches: a journal's two columns
THICK, THIN, HAIRLINE = 1.4, 0.8, 0.4  # points
LINE = 0.135  # inches from one line of small text to the next


@dataclass(frozen=True, slots=True)
class Stroke:
    """How one group is drawn: colour, dashes (on, off, ... in line widths; empty is solid) and mark."""

    colour: str
    dashes: tuple[float, ...] = ()
    mark: str = "o"

    @property
    def style(self) -> tuple[int, tuple[float, ...] | None]:
        """The dashes as the drawing library wants them."""
        return (0, self.dashes or None)


ALONE = Stroke(INK)
GROUPS = (
    Stroke(BLUE),
    Stroke(VERMILLION, (4.5, 1.6), "s"),
    Stroke(GREEN, (1.2, 1.2), "^"),
    Stroke(PURPLE, (6, 1.5, 1.2, 1.5), "D"),
    Stroke(ORANGE, (9, 2), "v"),
    Stroke(SKY, (3, 1.2, 1.2, 1.2, 1.2, 1.2), "P"),
)
ALIVE, DEAD, NOT_KNOWN = Stroke(BLUE, mark="o"), Stroke(VERMILLION, mark="s"), Stroke(QUIET, mark="D")


def group_strokes(number: int) -> tuple[Stroke, ...]:
    """A stroke for each of so many groups: one alone is drawn in ink; from the seventh on they begin anew."""
    return (ALONE,) if number == 1 else tuple(GROUPS[place % len(GROUPS)] for place in range(number))
