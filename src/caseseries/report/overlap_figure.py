"""The overlap figure: which categories stand together in a patient, how firmly, and with which outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from caseseries.analysis.columns import Rows, split
from caseseries.cases.parts import CERTAINTY
from caseseries.cases.series import CaseSeries
from caseseries.evidence.counting import so_many
from caseseries.protocol.wording import in_running_text
from caseseries.report.drawing import drawn, fitted, said_instead, wrapped, write
from caseseries.report.labels import Mark, without_prefix
from caseseries.report.look import (
    ALIVE,
    DEAD,
    HAIR,
    INK,
    LINE,
    NOT_KNOWN,
    PALE,
    PAPER,
    QUIET,
    TEXT,
    WIDTH,
    group_strokes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT, COUNT, GROUP = 1.85, 0.42, 0.86  # inches: the names of the levels; all patients; those of one outcome
ROW, STEP, WIDEST, NARROWEST = (
    0.25,
    0.115,
    0.34,
    0.17,
)  # inches: a row, a patient, a column at most and at least
TALLEST = 14  # patients on top of each other; beyond, bars stand for them
MOST = 3  # outcomes that have a column of numbers each


@dataclass(frozen=True, slots=True)
class Outcome:
    """The patients of one outcome, and their mark."""

    title: str
    rows: Rows
    mark: Mark


FIRM, LESS = Mark("o", INK), Mark("o", INK, filled=False)
Held = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One combination: its levels, each with whether it is firm, and its patients by outcome."""

    levels: Held
    n: int
    counts: tuple[int, ...]


def overlap_figure(cases: CaseSeries, name: str, outcome: str) -> str:
    """The combinations of levels as SVG: a row a level, a column a combination, a mark a patient.

    A hollow dot is a level that is less than certain: its certainty is not the first of the grades. The
    numbers at the right count patients with the level, so that a patient with two stands in two rows.
    Where nobody has a level: a sentence that says so.
    """
    variable = cases.column(name)
    title = f"{variable.title} and {in_running_text(cases.column(outcome).title)}"
    outcomes = _outcomes(cases, outcome)
    held = _held(cases, name, variable.certainty[:1])
    found = sorted({level for one in held for level, _ in one or ()})
    levels = tuple(dict.fromkeys((*variable.levels, *found)))
    columns = _columns(held, outcomes, levels)
    if not columns or not levels:
        return said_instead(title, f"Of nobody it is known: {variable.title}.")
    numbered = outcomes if 1 < len(outcomes) <= MOST else []
    room = WIDTH - LEFT - COUNT - GROUP * len(numbered)
    shown, rest = columns[: int(room / NARROWEST)], columns[int(room / NARROWEST) :]
    pitch = min(WIDEST, room / len(shown))
    tallest = max(column.n for column in shown)
    step = STEP if tallest <= TALLEST else STEP * TALLEST / tallest
    notes = _notes(held, variable.certainty, rest, outcomes)
    names = {level: wrapped(level, LEFT - 0.1, 2, TEXT) for level in levels}
    row = ROW + 0.1 * any(len(lines) > 1 for lines in names.values())
    below = 0.1 + (LINE + 0.03) * len(notes)
    top = below + row * len(levels)
    heads = [wrapped(one.title, GROUP - 0.06, 4) for one in numbered]
    height = top + max(step * tallest + 0.32, LINE * max((len(head) for head in heads), default=1) + 0.38)

    def draw(figure: Figure) -> None:
        axes = _plane(figure, height)
        middle = {level: top - row * (place + 0.5) for place, level in enumerate(levels)}
        for place, level in enumerate(levels):
            if place % 2 == 0:
                axes.fill_between(
                    [0, WIDTH], middle[level] - row / 2, middle[level] + row / 2, color=PALE, lw=0
                )
            for line, words in enumerate(names[level]):
                y = middle[level] + LINE * ((len(names[level]) - 1) / 2 - line)
                write(figure, 0.05, y, words, size=TEXT, va="center")
        write(figure, 0.05, top + 0.08, fitted(variable.title, LEFT - 0.1), color=QUIET)
        write(
            figure, 0.05, top + 0.08 + LINE, "A mark a patient" if step == STEP else "Patients", color=QUIET
        )
        for place, column in enumerate(shown):
            x = LEFT + pitch * (place + 0.5)
            _draw_column(axes, column, x, middle)
            _draw_patients(axes, column, outcomes, x, top + 0.1, step, min(pitch * 0.5, 0.11))
            write(figure, x, top + 0.1 + step * column.n + 0.03, f"{column.n}", ha="center")
        _write_numbers(figure, axes, held, outcomes, numbered, middle, top, heads)
        for place, (mark, words) in enumerate(notes):
            y = below - 0.07 - (LINE + 0.03) * (place + 0.5)
            if mark is not None:
                _draw_mark(axes, 0.1, y, mark)
            write(figure, 0.22 if mark else 0.05, y, fitted(words, WIDTH - 0.3), color=QUIET, va="center")

    said = "; ".join(f"{_in_words(column)}: {column.n}" for column in columns[:12])
    held_by = f"{so_many(cases.n, 'patient')} by combination of {in_running_text(variable.title)}"
    return drawn(draw, height, title, f"{held_by}. {said}.")


def _outcomes(cases: CaseSeries, name: str) -> list[Outcome]:
    """The groups of the outcome (of a yes/no, yes is hollow and no is filled), then who has none.

    Outcomes that a patient can have several of do not divide the patients: everybody is one.
    """
    groups = split(cases, name)
    marks = [Mark(stroke.mark, stroke.colour) for stroke in group_strokes(len(groups))]
    if cases.column(name).kind == "yes/no":
        marks = [Mark(ALIVE.mark, ALIVE.colour, filled=False), Mark(DEAD.mark, DEAD.colour)]
    titles = without_prefix([one.group.title for one in groups])
    outcomes = [
        Outcome(title, one.rows, mark) for title, one, mark in zip(titles, groups, marks, strict=True)
    ]
    unknown = cases.table[name].is_null().to_numpy()
    if unknown.any():
        outcomes.append(Outcome("not known", unknown, Mark(NOT_KNOWN.mark, NOT_KNOWN.colour, filled=False)))
    return outcomes if _once_each(outcomes) else [Outcome("", np.ones(cases.n, dtype=bool), FIRM)]


def _once_each(outcomes: Sequence[Outcome]) -> bool:
    return bool(np.all(np.sum([one.rows for one in outcomes], axis=0) == 1))


def _held(cases: CaseSeries, name: str, firmest: tuple[str, ...]) -> list[Held | None]:
    """The levels of each patient, each with whether it is firm; None where they are not known."""
    levels, grades = cases.table[name].to_list(), cases.part(name, CERTAINTY)
    beside = [None] * cases.n if grades is None else grades.to_list()
    return [_one_held(one, grade, firmest) for one, grade in zip(levels, beside, strict=True)]


def _one_held(levels: object, grades: object, firmest: tuple[str, ...]) -> Held | None:
    if levels is None:
        return None
    several = list(levels) if isinstance(levels, list) else [str(levels)]
    beside = list(grades) if isinstance(grades, list) else [grades] * len(several)
    firm = [not firmest or grade is None or grade in firmest for grade in beside]
    return tuple(dict(zip(several, firm, strict=True)).items())


def _columns(held: Sequence[Held | None], outcomes: Sequence[Outcome], levels: Sequence[str]) -> list[Column]:
    """The combinations, the most frequent first, the same levels side by side however firm they are."""
    place = {level: at for at, level in enumerate(levels)}
    rows: dict[Held, list[int]] = {}
    for row, one in enumerate(held):
        if one is not None:
            rows.setdefault(tuple(sorted(one, key=lambda level: place[level[0]])), []).append(row)
    alike = Counter(tuple(level for level, _ in one) for one, mine in rows.items() for _ in mine)

    def order(one: Held) -> tuple[object, ...]:
        names = tuple(level for level, _ in one)
        return -alike[names], len(names), [place[name] for name in names], [not firm for _, firm in one]

    return [
        Column(one, len(rows[one]), tuple(int(outcome.rows[rows[one]].sum()) for outcome in outcomes))
        for one in sorted(rows, key=order)
    ]


def _notes(
    held: Sequence[Held | None], grades: Sequence[str], rest: Sequence[Column], outcomes: Sequence[Outcome]
) -> list[tuple[Mark | None, str]]:
    """What must be known to read the figure, and what is not in it."""
    notes: list[tuple[Mark | None, str]] = []
    if any(not firm for one in held for _, firm in one or ()):
        others = list(grades[1:])
        less = (
            " or ".join([", ".join(others[:-1]), others[-1]] if len(others) > 1 else others) or "less certain"
        )
        notes += [(FIRM, grades[0]), (LESS, less)]
    if len(outcomes) > MOST:
        notes += [(outcome.mark, outcome.title) for outcome in outcomes]
    if rest:
        rarer = so_many(len(rest), "rarer combination")
        patients = so_many(sum(column.n for column in rest), "patient")
        notes.append((None, f"{rarer} of {patients} {'is' if len(rest) == 1 else 'are'} not drawn."))
    if missing := sum(one is None for one in held):
        notes.append((None, f"Not known of {so_many(missing, 'patient')}."))
    return notes


def _plane(figure: Figure, height: float) -> Axes:
    """Axes over the whole figure whose units are inches."""
    axes = figure.add_axes((0, 0, 1, 1), facecolor="none")
    axes.set(xlim=(0, WIDTH), ylim=(0, height))
    axes.set_axis_off()
    return axes


def _draw_mark(axes: Axes, x: float, y: float, mark: Mark, size: float = 4.6) -> None:
    fill = mark.colour if mark.filled else PAPER
    axes.plot([x], [y], mark.shape, color=mark.colour, mfc=fill, ms=size, mew=0.9, zorder=3)


def _draw_column(axes: Axes, column: Column, x: float, middle: dict[str, float]) -> None:
    axes.plot([x] * len(middle), list(middle.values()), "o", color=HAIR, ms=1.6, mew=0, zorder=1)
    heights = [middle[level] for level, _ in column.levels]
    if len(heights) > 1:
        axes.plot([x, x], [min(heights), max(heights)], color=INK, lw=0.8, zorder=2)
    for level, firm in column.levels:
        _draw_mark(axes, x, middle[level], FIRM if firm else LESS)


def _draw_patients(
    axes: Axes, column: Column, outcomes: Sequence[Outcome], x: float, bottom: float, step: float, wide: float
) -> None:
    """A mark a patient, the outcomes on top of each other; bars where marks would not be told apart."""
    y = bottom
    for outcome, count in zip(outcomes, column.counts, strict=True):
        if step < STEP and count:
            fill = outcome.mark.colour if outcome.mark.filled else PAPER
            axes.fill_between(
                [x - wide / 2, x + wide / 2], y, y + step * count, color=fill, ec=outcome.mark.colour, lw=0.8
            )
        else:
            for place in range(count):
                _draw_mark(axes, x, y + step * (place + 0.5), outcome.mark)
        y += step * count


def _write_numbers(
    figure: Figure,
    axes: Axes,
    held: Sequence[Held | None],
    outcomes: Sequence[Outcome],
    numbered: Sequence[Outcome],
    middle: dict[str, float],
    top: float,
    heads: Sequence[Sequence[str]],
) -> None:
    """At the right, for each level: its patients, and those of each outcome, its mark in the head."""
    right = WIDTH - GROUP * len(numbered)
    write(figure, right - 0.12, top + 0.08, "All", ha="right", color=QUIET)
    for place, (outcome, head) in enumerate(zip(numbered, heads, strict=True)):
        x = right + GROUP * (place + 0.5)
        for line, words in enumerate(reversed(head)):
            write(figure, x, top + 0.08 + LINE * line, words, ha="center", color=QUIET)
        _draw_mark(axes, x, top + 0.16 + LINE * len(head), outcome.mark)
    for level, y in middle.items():
        has = np.array([any(level == one for one, _ in mine or ()) for mine in held], dtype=bool)
        write(figure, right - 0.12, y, f"{int(has.sum())}", ha="right", va="center", size=TEXT)
        for place, outcome in enumerate(numbered):
            x = right + GROUP * (place + 0.5)
            write(figure, x, y, f"{int((has & outcome.rows).sum())}", ha="center", va="center", size=TEXT)


def _in_words(column: Column) -> str:
    return (
        " with ".join(level if firm else f"{level} (less certain)" for level, firm in column.levels)
        or "none of them"
    )
