"""The terminal: what a command says there, and how far it is."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from caseseries.evidence.counting import so_many
from caseseries.evidence.pace import LONG, how_far
from caseseries.evidence.problem import Problems, some_of

if TYPE_CHECKING:
    from caseseries.cases.series import CaseSeries


MOST_TOLD = 40
"""Problems that are told in full; of more, only how many there are."""
WIDTH = 100


def put(text: str) -> None:
    """Print a line of the result."""
    print(text, flush=True)


def say(text: str) -> None:
    """Print a line beside the result, on the other stream."""
    print(text, file=sys.stderr, flush=True)


def listed(lines: Sequence[str], most: int | None) -> list[str]:
    """The lines, indented; where there are more than `most`, the first of them and how many more."""
    told = [
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ") for line in lines[:most]
    ]
    more = len(lines) - len(told)
    return told + ([f"  and {more:,} more: see the report."] if more else [])


def left_open(cases: CaseSeries, most: int | None = None) -> list[str]:
    """What was not read: the entries kept as they stand, or the first of them, and the columns."""
    from caseseries.cases.unread import unread_lines

    lines = []
    unread = unread_lines(cases)
    if unread:
        entries = so_many(len(unread), "entry", "entries")
        lines.append(f"? {entries} could not be read in full; kept as {cases.written}:")
        lines += listed(unread, most)
    left = [f"{source.name}: {some_of(source.left)}" for source in cases.sources if source.left]
    if left:
        lines.append(textwrap.fill(f"? Columns not read: {'; '.join(left)}.", WIDTH, subsequent_indent="  "))
    return lines


def to_know(notes: Sequence[str]) -> list[str]:
    """What a screening notes of the records, to be read before any number."""
    return ["What to know of these records", *listed(notes, None), ""] if notes else []


def told(problems: Problems, aim: str) -> str:
    """All problems, of which the first in full; `aim` is what they keep from being done."""
    count = len(problems.problems)
    keeps = "One thing keeps" if count == 1 else f"{count:,} things keep"
    told = [str(problem) for problem in problems.problems[:MOST_TOLD]]
    if count > MOST_TOLD:
        told.append(f"And {count - MOST_TOLD:,} more.")
    return "\n\n".join([f"{keeps} {aim}.", *told])


class Progress:
    """The step that is being done, on the terminal, once the run has taken a second; else nothing.

    Of a query that takes longer than two seconds also how far it is, and how long it will still take.
    """

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.is_shown = sys.stderr.isatty()
        self.step = ""

    def __call__(self, step: str) -> None:
        self.step = step
        self._show(f"{step} ...")

    def at(self, share: float, taken: float, rows: int) -> None:
        """Say which share of the step's present query is done, which began so many seconds ago, and of how
        many rows; 0 is not known."""
        if taken > LONG:
            of = so_many(rows, "row") if rows else ""
            self._show(f"{self.step}: {how_far(share, taken, of)} ...")

    def _show(self, text: str) -> None:
        if self.is_shown and time.monotonic() - self.started > 1:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def done(self) -> None:
        if self.is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
