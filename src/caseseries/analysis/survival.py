"""Survival: the curve, its median by the named convention, its horizons, and how long was followed."""

from __future__ import annotations

import numpy as np

from caseseries.analysis.between_curves import enter_between
from caseseries.analysis.cautions import (
    FEW_PATIENTS,
    Caution,
    immortal_time,
    small_mean_times,
    unequal_follow_up,
)
from caseseries.analysis.columns import Book, Rows, groups_of, known, left_out
from caseseries.analysis.followed import Followed, follow, horizons, last_horizon
from caseseries.analysis.ids import EVERYBODY, MEAN_TIME, at_horizon, if_lost, joined, median_by, of_group
from caseseries.analysis.results import Group, Result, Standing
from caseseries.cases.clocks import days
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Survival
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment
from caseseries.stats.estimate import Estimate
from caseseries.stats.rmst import rmst
from caseseries.stats.survival import Curve, follow_up, kaplan_meier, median_survival, survival_at
from caseseries.stats.worst_best import bounds_of_share

OTHER_REST = {"midpoint": "first", "first": "midpoint"}


def survival(clause: Survival, cases: CaseSeries, protocol: Protocol) -> Result:
    """Kaplan-Meier over all, or a curve a group with the tests between them.

    Time is in the follow-up's unit, counted from the follow-up's moment or from the clause's own:
    months from the first dose become months from diagnosis by the days between the two.
    """
    assert protocol.follow_up is not None  # the protocol was read: survival is not promised without it
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    moment = clause.counted_from or protocol.follow_up.counted_from
    followed = follow(cases, protocol, moment, clause.entered)
    groups = groups_of(cases, clause.by)
    curves, notes = {}, list(followed.notes)
    for one in groups:
        rows = one.rows & followed.rows
        curve = kaplan_meier(
            followed.times[rows],
            followed.dead[rows],
            entry=followed.entry[rows],
            level=book.level,
            limits=clause.limits,
        )
        curves[one.group.key] = curve
        _enter_curve(book, one.group, curve, followed, rows, clause, protocol)
        if curve.caution:
            notes.append(f"{one.group.title}: {curve.caution}.")
    if clause.by:
        among = followed.rows & known(cases, clause.by)
        mine = [curves[one.group.key] for one in groups]
        notes += enter_between(book, clause, protocol, groups, mine, followed, among)
        notes += left_out(followed.rows & ~among, "a group")
    return Result(
        clause,
        tuple(book.numbers),
        tuple(one.group for one in groups),
        (*_unequal(followed, protocol.follow_up.unit), *_immortal(cases, protocol, moment, clause.entered)),
        tuple(notes),
        curves,
    )


def _enter_curve(
    book: Book,
    group: Group,
    curve: Curve,
    followed: Followed,
    rows: Rows,
    clause: Survival,
    protocol: Protocol,
) -> None:
    assert protocol.follow_up is not None
    times, dead = followed.times, followed.dead
    unit, level = protocol.follow_up.unit, book.level
    key, of = of_group(group.key), "" if group.key == EVERYBODY else f" ({group.title})"
    n = int(rows.sum())
    book.enter(joined(key, "n"), f"Patients followed{of}", Estimate(n, "count", n, "patients"), rows)
    book.enter(
        joined(key, "deaths"),
        f"Deaths{of}",
        Estimate(int((rows & dead).sum()), "count", n, "deaths"),
        rows & dead,
    )
    book.enter_count(joined(key, "alive"), f"Alive at last follow-up{of}", ~dead, rows)
    standing: Standing = "promised" if clause.role in {"primary", "secondary"} else "description"
    median = median_survival(curve, rests=clause.median, unit=unit)
    book.enter(joined(key, "median"), f"Median survival{of}", median, rows, standing=standing)
    other = OTHER_REST[clause.median]
    named = median_survival(curve, rests="first" if other == "first" else "midpoint", unit=unit)
    book.enter(
        joined(key, median_by(other)),
        f"Median survival, the other convention{of}",
        named,
        rows,
        standing="companion",
    )
    for horizon, end in horizons(protocol).items():
        at = survival_at(curve, end, unit=unit)
        book.enter(
            joined(key, at_horizon(horizon)), f"Survival at {horizon}{of}", at, rows, standing=standing
        )
        if followed.is_late:
            continue  # how many never were watched is not known, and bounds would leave them out
        lost = rows & ~dead & (times < end)
        bounds = bounds_of_share(int((rows & (times >= end)).sum()), n - int(lost.sum()), int(lost.sum()))
        for fate, share in (("died", bounds.least), ("lived", bounds.most)):
            if lost.any():
                said = f"Survival at {horizon}{of}, if those lost before had {fate}"
                book.enter(joined(key, if_lost(horizon, fate)), said, share, rows)
    if protocol.follow_up.horizons:
        longest, end = last_horizon(protocol)
        said = f"Mean time alive to {longest}{of}"
        cautions = [small_mean_times(n)] if n < FEW_PATIENTS else []
        mean = rmst(curve, end, unit=unit)
        book.enter(joined(key, MEAN_TIME), said, mean, rows, cautions=cautions)
    if not followed.is_late:
        reverse = follow_up(times[rows], dead[rows], level=level, unit=unit)
        book.enter(joined(key, "follow-up"), f"Median follow-up{of}", reverse, rows)
    watched = (times - followed.entry)[rows]
    book.enter_middle(joined(key, "observed"), f"Time observed{of}", watched, rows, unit)


def _unequal(followed: Followed, unit: str) -> list[Caution]:
    """A share alive at last follow-up says little where the alive were followed for different times."""
    seen = followed.times[followed.rows & ~followed.dead]
    if len(seen) < 2 or seen.max() == seen.min():
        return []
    return [unequal_follow_up(float(seen.min()), float(seen.max()), unit)]


def _immortal(cases: CaseSeries, protocol: Protocol, moment: str, entered: str | None) -> list[Caution]:
    """Counted from before the follow-up's own moment, the days between the two cannot hold a death.

    Where patients count only from then on, or from later, these days do no harm.
    """
    assert protocol.follow_up is not None
    own = protocol.follow_up.counted_from
    start, zero = days(cases, own), days(cases, moment)
    if moment == own or entered == own or start is None or zero is None:
        return []
    between = (start - zero)[~np.isnan(start - zero)]
    if not len(between) or between.max() <= 0:
        return []
    names = a_moment(moment), a_moment(own)
    return [immortal_time(float(np.median(between)), float(between.max()), *names)]
