"""The scale of measured values: logarithmic where they span decades, and the ticks of days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Values that span more than this factor are compared by their ratios.
SPAN = 20.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high`, with its ticks; `log` where values are compared by their ratios."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool

    def named(self, title: str, unit: str | None) -> str:
        """The title of the axis, with the unit, and that it is logarithmic."""
        return title + (f", {unit}" if unit else "") + (" (log scale)" if self.log else "")

    def share(self, value: float) -> float:
        """How high a value stands, from 0 at the lower end to 1 at the upper."""
        if self.log:
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return (value - self.low) / (self.high - self.low)

    def set_up(self, axes: Axes, *, words: bool) -> None:
        """Give the axes this scale, its ticks with words or without."""
        from matplotlib.ticker import NullLocator

        axes.set_yscale("log" if self.log else "linear")
        axes.set_ylim(self.low, self.high)
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_yticks(
            self.ticks, [f"{tick:,.12g}" for tick in self.ticks] if words else [""] * len(self.ticks)
        )


def scale_of(values: NDArray[Any]) -> Scale:
    """The scale that holds all values, a little room above and below."""
    low, high = float(np.min(values)), float(np.max(values))
    if low > 0 and high / low >= SPAN:
        bottom, top = low / 1.5, high * 1.5
        powers = np.arange(np.ceil(np.log10(bottom)), np.floor(np.log10(top)) + 0.5)
        ticks = tuple(float(10.0**power) for power in powers[:: max(1, -(-len(powers) // 5))])
        return Scale(bottom, top, ticks, log=True)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    step = _round_step((high - low + 2 * room) / 3)
    start = int(np.ceil((low - room) / step))  # whole: its zero has no sign
    ticks = tuple(float(step * place) for place in range(start, int(np.floor((high + room) / step)) + 1))
    return Scale(low - room, high + room, ticks, log=False)


def day_ticks(first: int, last: int, most: int) -> list[int]:
    """Day 1 (or the first) and round days after it, no more than `most`."""
    step = next(
        step
        for step in (1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 10**9)
        if (last - first) / step <= most - 0.5
    )
    if step <= 2:
        return list(range(first, last + 1, step))
    rounds = range(step * (first // step + 1), last + 1, step)
    return [first, *(day for day in rounds if day - first >= 0.8 * step)]


def _round_step(step: float) -> float:
    power = 10.0 ** np.floor(np.log10(step))
    return float(next(one * power for one in (1, 2, 5, 10) if one * power >= step))
