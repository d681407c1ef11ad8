"""The panels of a curve figure: which curves, and which stretch of time each panel shows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from caseseries.analysis.followed import horizons
from caseseries.analysis.ids import MEDIAN, at_horizon, joined, of_group
from caseseries.analysis.results import Result
from caseseries.evidence.counting import so_many
from caseseries.protocol.protocol import Protocol
from caseseries.report.drawing import text_width
from caseseries.report.labels import without_prefix
from caseseries.report.look import WIDTH, Stroke, group_strokes
from caseseries.stats.estimate import Estimate
from caseseries.stats.survival import Curve

# Round times at which a first panel may end, and the steps of an axis, in the unit of the follow-up.
ROUND = {
    "days": (1, 2, 7, 14, 30, 60, 90, 180, 360, 720, 1800, 3600),
    "months": (0.25, 0.5, 1, 2, 3, 6, 12, 24, 60, 120, 240),
    "years": (0.25, 0.5, 1, 2, 5, 10, 20, 50),
}
# An early panel shows at least this share of the deaths, in at most this share of the whole time.
EARLY_DEATHS, EARLY_TIME = 0.75, 0.2
LEFT, LABELS, GAP = 0.46, 1.62, 0.4  # inches
MARGIN = 1.015  # the axis goes a little beyond its last tick

Horizons = tuple[tuple[str, float], ...]  # a name and its time, in the unit of the follow-up


@dataclass(frozen=True, slots=True)
class Arm:
    """One curve as it is drawn: its stroke, what is said beside it, its median, survival at the horizons."""

    title: str
    curve: Curve
    stroke: Stroke
    median: Estimate | None
    horizons: Mapping[str, Estimate]

    @property
    def words(self) -> str:
        """How many there are, and how many of them died."""
        died = int(self.curve.events.sum())
        return f"{so_many(self.curve.n, 'patient')}, {died} died"


@dataclass(frozen=True, slots=True)
class Window:
    """One panel: the time it shows, where it stands (inches), its ticks and the horizons read off in it."""

    title: str
    end: float
    left: float
    width: float
    ticks: tuple[float, ...]
    horizons: Horizons

    def at(self, time: float) -> float:
        """Where a time stands, in inches from the left."""
        return self.left + time / (self.end * MARGIN) * self.width


# ---- The curves ----


def arms_of(result: Result, horizons: Sequence[str]) -> list[Arm]:
    """The curves of an analysis, in the order of its groups."""
    titles = dict(
        zip(
            [group.key for group in result.groups],
            without_prefix([group.title for group in result.groups]),
            strict=True,
        )
    )
    numbers = {number.id.removeprefix(f"{result.slug}."): number.estimate for number in result.numbers}
    strokes = group_strokes(len(result.curves))
    return [
        Arm(
            titles.get(key, key),
            curve,
            stroke,
            numbers.get(joined(of_group(key), MEDIAN)),
            _at_horizons(numbers, of_group(key), horizons),
        )
        for (key, curve), stroke in zip(result.curves.items(), strokes, strict=True)
    ]


def _at_horizons(numbers: Mapping[str, Estimate], group: str, horizons: Sequence[str]) -> dict[str, Estimate]:
    """Survival at each horizon, by the horizon's name."""
    ids = {name: joined(group, at_horizon(name)) for name in horizons}
    return {name: numbers[id_] for name, id_ in ids.items() if id_ in numbers}


def horizon_words(name: str, time: float, arms: Sequence[Arm]) -> str:
    """What stands over a horizon: its name, and the share alive where there is one curve."""
    alive = arms[0].horizons.get(name) if len(arms) == 1 else None
    return name if alive is None or alive.value is None else f"{name}: {alive.shown}"


# ---- The panels ----


def windows_of(arms: Sequence[Arm], unit: str, protocol: Protocol) -> list[Window]:
    """The whole follow-up, and before it the early part where most deaths lie in it."""
    spans = sorted(horizons(protocol).items(), key=lambda span: span[1])
    last = max((float(arm.curve.times[-1]) for arm in arms if len(arm.curve.times)), default=0.0) or 1.0
    room = WIDTH - LEFT - LABELS
    early = _early(arms, unit, last)
    later = tuple(one for one in spans if (early or 0.0) < one[1] <= last)
    if early is None:
        windows = [_window("", last, unit, LEFT, room, 9, later)]
    else:
        first, soon = 0.58 * (room - GAP), tuple(one for one in spans if one[1] <= early)
        rest = LEFT + first + GAP, room - GAP - first
        windows = [
            _window(f"The first {_said(early, unit)}", early, unit, LEFT, first, 7, soon),
            _window("The whole follow-up", last, unit, *rest, 6, later),
        ]
    return [replace(one, horizons=_apart(one, arms)) for one in windows]


def _window(
    title: str, last: float, unit: str, left: float, width: float, most: int, horizons: Horizons
) -> Window:
    """A window whose axis ends at a tick, where that is not far beyond its last time."""
    step = next((step for step in ROUND[unit] if last / step <= most - 1), last)
    steps = int(np.ceil(last / step - 1e-9))
    end = step * steps
    if steps > 1 and end - last > 0.5 * step:
        end, steps = last, steps - 1
    return Window(title, end, left, width, tuple(step * place for place in range(steps + 1)), horizons)


def _apart(window: Window, arms: Sequence[Arm]) -> Horizons:
    """The horizons whose names do not touch: where two do, the later one stays."""
    kept: list[tuple[str, float]] = []
    limit = window.left + window.width
    for name, time in reversed(window.horizons):
        half = text_width(horizon_words(name, time, arms)) / 2
        end = max(min(window.at(time) + half, limit), window.left + 2 * half)
        if end <= limit and abs(end - half - window.at(time)) <= half:
            kept.insert(0, (name, time))
            limit = end - 2 * half - 0.08
    return tuple(kept)


def _early(arms: Sequence[Arm], unit: str, last: float) -> float | None:
    deaths = np.sort(np.concatenate([np.repeat(arm.curve.times, arm.curve.events) for arm in arms]))
    if not len(deaths):
        return None
    most = float(deaths[int(np.ceil(EARLY_DEATHS * len(deaths))) - 1])
    end = next((float(time) for time in ROUND[unit] if time >= most), last)
    # A little further, where that shows all the rest.
    further = next((float(time) for time in ROUND[unit] if time >= deaths[-1]), last)
    end = further if further <= 2 * end else end
    return end if end <= EARLY_TIME * last else None


def _said(time: float, unit: str) -> str:
    return f"{unit.removesuffix('s')}" if time == 1 else f"{time:g} {unit}"
