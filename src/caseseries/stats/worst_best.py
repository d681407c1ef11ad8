"""The worst and the best case of those whose outcome is unknown: how far they alone could move a share."""

from __future__ import annotations

from dataclasses import dataclass

from caseseries.stats.estimate import Estimate, not_estimable

Seen = tuple[int, int, int]
"""Of one group: how many had the event, how many have a known outcome, and how many an unknown one."""


@dataclass(frozen=True)
class Extremes:
    """The least and the greatest share, or difference, that the unknown outcomes leave possible.

    Neither has an interval: they say what is not known of these patients, and nothing of others.
    """

    least: Estimate
    most: Estimate


def bounds_of_share(events: int, n: int, unknown: int) -> Extremes:
    """The share with the event, had none of those with an unknown outcome had it, and had all.

    `n` counts those whose outcome is known. The n of both answers is `n` + `unknown`, so that they are
    events / (n + unknown) and (events + unknown) / (n + unknown). Nobody at all: not estimable.
    ValueError: `events` outside 0..`n`, or `unknown` below zero.

    Source: Horowitz & Manski, J Am Stat Assoc 2000;95:77-84.
    """
    everybody = _everybody((events, n, unknown), "")
    methods = [f"worst and best case of those unknown, {unknown}: {fate} had it" for fate in ("none", "all")]
    if not everybody:
        return Extremes(*(not_estimable("nobody to count", method, 0, "share") for method in methods))
    shares = events / everybody, (events + unknown) / everybody
    return Extremes(*(Estimate(*one, everybody, "share") for one in zip(shares, methods, strict=True)))


def bounds_of_difference(first: Seen, second: Seen) -> Extremes:
    """The first group's share minus the second's, at its least and its greatest.

    Each group is (events, n, unknown) as in `bounds_of_share`. The difference is least had none of the
    first group's unknown had the event and all of the second's, and greatest the other way about. An
    empty group: not estimable. ValueError: as for `bounds_of_share`.
    """
    n, m = _everybody(first, "first: "), _everybody(second, "second: ")
    methods = [
        f"worst and best case of those unknown, {first[2]} and {second[2]}: {fate} had it"
        for fate in ("none of the first and all of the second", "all of the first and none of the second")
    ]
    if not n or not m:
        reason = "a group is empty" if n or m else "nobody to compare"
        return Extremes(*(not_estimable(reason, method, n + m, "share") for method in methods))
    least = first[0] / n - (second[0] + second[2]) / m
    most = (first[0] + first[2]) / n - second[0] / m
    return Extremes(Estimate(least, methods[0], n + m, "share"), Estimate(most, methods[1], n + m, "share"))


def _everybody(seen: Seen, whose: str) -> int:
    events, n, unknown = seen
    if not 0 <= events <= n:
        raise ValueError(f"{whose}events: from 0 to n = {n} is wanted, not {events}")
    if unknown < 0:
        raise ValueError(f"{whose}unknown: zero or more is wanted, not {unknown}")
    return n + unknown
