"""Moments that rest on one another: in which order they are found, and what is said of a circle."""

from __future__ import annotations

from collections.abc import Mapping

from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.hospital import Moment


def bound(text: str | None) -> tuple[str, int]:
    """The moment and the days behind it of "last_dose + 7 days"; no name where there is no bound."""
    if text is None:
        return "", 0
    for sign, way in ((" + ", 1), (" - ", -1)):
        name, found, length = text.partition(sign)
        if found:
            return name.strip(), way * int(read_span(length).in_days())
    return text.strip(), 0


def circle(moments: Mapping[str, Moment]) -> tuple[str, ...]:
    """The moments of the first circle, in its order; none where there is none."""
    done: set[str] = set()
    for start in moments:
        way: list[str] = []
        found = _walk(start, moments, way, done)
        if found:
            return found
    return ()


def _walk(name: str, moments: Mapping[str, Moment], way: list[str], done: set[str]) -> tuple[str, ...]:
    if name in way:
        return tuple(way[way.index(name) :])
    if name in done or name not in moments:
        return ()
    way.append(name)
    for other in (bound(moments[name].after)[0], bound(moments[name].until)[0]):
        found = _walk(other, moments, way, done) if other else ()
        if found:
            return found
    way.pop()
    done.add(name)
    return ()


def in_order(moments: Mapping[str, Moment]) -> tuple[str, ...]:
    """The moments, each behind those that it rests on. Of a circle (see `circle`) nothing is promised."""
    order: list[str] = []
    while len(order) < len(moments):
        ready = [name for name, one in moments.items() if name not in order and _rests_on(one) <= set(order)]
        order += ready or [name for name in moments if name not in order]
    return tuple(order)


def _rests_on(moment: Moment) -> set[str]:
    return {name for name, _ in (bound(moment.after), bound(moment.until)) if name}
