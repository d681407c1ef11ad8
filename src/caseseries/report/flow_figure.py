"""The flow diagram: from the database to the case series, and at each step who went where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caseseries.analysis.ids import of_step, of_steps
from caseseries.analysis.results import Results
from caseseries.cases.screening import Screening
from caseseries.evidence.attrition import Step
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.hospital import Setting
from caseseries.protocol.protocol import Protocol
from caseseries.report.drawing import drawn, wrapped, write
from caseseries.report.look import HAIRLINE, INK, LINE, PALE, PAPER, QUIET, THICK, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT, MAIN, SIDE_LEFT, EDGE = 0.04, 3.3, 3.78, 0.04  # inches: the boxes of who is in, and those at the side
SIDE = WIDTH - SIDE_LEFT - EDGE
PAD, GAP, AROUND = 0.09, 0.3, 0.09  # inches: within a box, between two, and above and below one at the side
STEM = LEFT + 0.5
BOLD = 1.1  # bold letters are wider than those that are measured
HEAD = 4.0  # points: the head of an arrow


@dataclass(frozen=True, slots=True)
class Said:
    """A line in a box."""

    words: str
    is_bold: bool = False
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """What a box says; that of a named step has a thick edge."""

    lines: tuple[Said, ...]
    is_named: bool = False

    @property
    def height(self) -> float:
        """In inches."""
        return 2 * PAD + LINE * len(self.lines)


@dataclass(frozen=True, slots=True)
class Stage:
    """Who is left, and beside the way there who is not."""

    into: Box
    side: Box | None = None

    @property
    def above(self) -> float:
        """The way to it in inches."""
        return GAP if self.side is None else max(GAP, self.side.height + 2 * AROUND)


def flow_figure(screening: Screening, results: Results, protocol: Protocol) -> str:
    """The flow as SVG: a box for who is left after each step, and at the side who is out, open, or not shown.

    Every count is that of the results. Named steps and the case series have a thick edge.
    """
    stages = list(_stages(screening, results, protocol))
    height = 0.1 + stages[0].into.height + sum(stage.above + stage.into.height for stage in stages[1:])

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1), facecolor="none")
        axes.set(xlim=(0, WIDTH), ylim=(0, height))
        axes.set_axis_off()
        top = height - 0.05
        for place, stage in enumerate(stages):
            if place:
                _draw_way(axes, top, stage)
                if stage.side is not None:
                    middle = top - stage.above / 2
                    _draw_box(figure, axes, stage.side, SIDE_LEFT, middle + stage.side.height / 2, SIDE)
                top -= stage.above
            _draw_box(figure, axes, stage.into, LEFT, top, MAIN)
            top -= stage.into.height

    said = [_in_words(stage) for stage in stages]
    return drawn(draw, height, "From the database to the case series", " ".join(said))


# ---- What the boxes say ----


def _stages(screening: Screening, results: Results, protocol: Protocol) -> Iterator[Stage]:
    flow = screening.attrition
    yield Stage(_box(["In the database"], _patients(results, of_step("patients", ""))))
    outside = Box(tuple(_counted(results, of_step("outside", ""), "Without such a stay")))
    setting = _box([_setting(protocol.setting)], _patients(results, of_step("in-setting", "")))
    yield Stage(setting, outside)
    pieces = of_steps(step.name for step in flow.steps)
    for place, (piece, step) in enumerate(zip(pieces, flow.steps, strict=True)):
        is_last = place == len(flow.steps) - 1
        under = list(_under(screening, results)) if place == screening.taken - 1 else []
        titles = ["The others" if step.is_drop else _capital(step.title)]
        head = step.name or ("the case series" if is_last else "")
        into = _box(titles, _patients(results, of_step(piece, "in")), head, under, is_named=bool(head))
        yield Stage(into, Box(tuple(_aside(piece, step, results))))


def _setting(setting: Setting | None) -> str:
    if setting is None:
        return "In the setting"
    return f"{_capital(setting.visits)} stay, admitted {setting.admitted.first} to {setting.admitted.to}"


def _box(
    titles: Sequence[str], count: str, head: str = "", under: Sequence[Said] = (), *, is_named: bool = False
) -> Box:
    room = MAIN - 2 * PAD
    lines = [Said(words, is_bold=True) for words in (wrapped(_capital(head), room / BOLD) if head else ())]
    lines += [Said(words) for title in titles for words in wrapped(title, room)]
    return Box((*lines, Said(count, is_bold=True), *under), is_named)


def _under(screening: Screening, results: Results) -> Iterator[Said]:
    """Behind who was treated: who was treated too early to be told, and what comes later."""
    if screening.attrition.exposed_before_known is not None:
        early = "Of them given the drug before the criteria were known to be met"
        yield from _counted(results, of_step("exposed-before-known", ""), early, MAIN)
    if screening.attrition.further_episodes:
        yield from _counted(results, of_step("further-episodes", ""), "Further episodes, not analysed", MAIN)


def _aside(piece: str, step: Step, results: Results) -> Iterator[Said]:
    """Who is not in, by where they went, and what the step says of itself."""
    if step.is_drop:
        yield from (Said(words) for words in wrapped(_capital(step.title), SIDE - 2 * PAD))
    if step.out or not step.open + step.not_shown:
        yield from _counted(results, of_step(piece, "out"), "Out")
    if step.open:
        yield from _counted(results, of_step(piece, "open"), "Open: a person must answer")
    if step.not_shown:
        yield from _counted(results, of_step(piece, "not-shown"), "Could not be shown")
    for note in step.notes:
        yield from (Said(words, is_quiet=True) for words in wrapped(_capital(note), SIDE - 2 * PAD))


def _counted(results: Results, id_: str, words: str, room: float = SIDE) -> Iterator[Said]:
    count = results.number(id_).estimate.shown
    yield from (Said(line) for line in wrapped(f"{words}: {count}", room - 2 * PAD))


def _patients(results: Results, id_: str) -> str:
    estimate = results.number(id_).estimate
    if estimate.value is None:
        return f"Patients: {estimate.shown}"
    return so_many(int(estimate.value), "patient")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _in_words(stage: Stage) -> str:
    """A stage in a sentence, for who cannot see it."""
    aside = "; ".join(line.words for line in stage.side.lines) if stage.side else ""
    return ", ".join(line.words for line in stage.into.lines) + (f" (not: {aside})." if aside else ".")


# ---- Drawing ----


def _draw_box(figure: Figure, axes: Axes, box: Box, left: float, top: float, width: float) -> None:
    from matplotlib.patches import Rectangle

    edge, line = (INK, THICK) if box.is_named else (QUIET, HAIRLINE)
    fill = PALE if left == LEFT else PAPER
    axes.add_patch(
        Rectangle((left, top - box.height), width, box.height, fc=fill, ec=edge, lw=line, zorder=2)
    )
    y = top - PAD - LINE * 0.78
    for one in box.lines:
        look = {"weight": "bold"} if one.is_bold else {}
        write(figure, left + PAD, y, one.words, color=QUIET if one.is_quiet else INK, **look)
        y -= LINE


def _draw_way(axes: Axes, top: float, stage: Stage) -> None:
    """The arrow down to the next box, and the branch to who did not come there."""
    bottom, tip = top - stage.above, HEAD / 72
    axes.plot([STEM, STEM], [top, bottom + tip / 2], color=QUIET, lw=HAIRLINE * 2, zorder=1)
    axes.plot([STEM], [bottom + tip / 2], "v", color=QUIET, ms=HEAD, mew=0, zorder=3)
    if stage.side is not None:
        middle = top - stage.above / 2
        axes.plot([STEM, SIDE_LEFT - tip / 2], [middle, middle], color=QUIET, lw=HAIRLINE * 2, zorder=1)
        axes.plot([SIDE_LEFT - tip / 2], [middle], ">", color=QUIET, ms=HEAD, mew=0, zorder=3)
