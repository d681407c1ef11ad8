"""Times: how long each was followed, from when on, and whether to the event; and how many at each time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.sample import Counts, Flags, Numbers, flags, numbers

# Times this close, relative to the later one, are one time: 0.1 + 0.2 months is 0.3 months.
SAME_TIME = 1e-9


def followed(
    time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None
) -> tuple[Numbers, Flags, Numbers]:
    """Times, events and entries (0 without), checked; times that differ by rounding alone are made
    one, the earlier. ValueError: they differ in number, one is below zero, or an entry is not before
    its time.
    """
    when, happened = numbers(time, "time"), flags(event, "event")
    since = np.zeros_like(when) if entry is None else numbers(entry, "entry")
    if when.shape != happened.shape:
        raise ValueError(f"{len(when)} times for {happened.size} events")
    if when.shape != since.shape:
        raise ValueError(f"{len(when)} times for {since.size} entries")
    for called, row in (("time", when), ("entry", since)):
        if (row < 0.0).any():
            article = "an" if called == "entry" else "a"
            raise ValueError(f"{called}: zero or more is wanted; {article} {called} below zero was found")
    distinct, place = np.unique(np.concatenate((when, since)), return_inverse=True)
    apart = np.diff(distinct, prepend=-np.inf) > SAME_TIME * distinct
    when, since = np.split(distinct[apart][np.cumsum(apart)[place] - 1], 2)
    if ((since > 0.0) & (since >= when)).any():
        first = int(np.argmax((since > 0.0) & (since >= when)))
        slip = f"one enters at {since[first]:g} and is followed to {when[first]:g}"
        raise ValueError(f"entry: before its time is wanted; {slip}")
    return when, happened, since


def count_at(times: Numbers, observed: Numbers) -> Counts:
    """How many of the observed times are each of `times`."""
    ordered = np.sort(observed)
    return np.searchsorted(ordered, times, side="right") - np.searchsorted(ordered, times)


def still(times: Numbers, observed: Numbers) -> Counts:
    """How many of the observed times lie at or after each of `times`."""
    return len(observed) - np.searchsorted(np.sort(observed), times)


def said(time: float, unit: str) -> str:
    """A time with its unit, as a method or a reason names it: 1 month, 2.5 months."""
    return f"{time:g} {unit.removesuffix('s') if time == 1.0 else unit}".rstrip()
