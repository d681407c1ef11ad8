"""Survival: the curve, its median by the named convention, its horizons, and how long was followed."""

from __future__ import annotations

import numpy as np

from caseseries.analysis.cautions import (
    FEW_PATIENTS,
    Caution,
    immortal_time,
    not_promised,
    small_mean_times,
    unequal_follow_up,
)
from caseseries.analysis.columns import (
    Book,
    Rows,
    Values,
    groups_of,
    is_yes,
    known,
    left_out,
)
from caseseries.analysis.ids import (
    EVERYBODY,
    MEAN_TIME,
    MEAN_TIMES,
    at_horizon,
    if_lost,
    joined,
    median_by,
    of_group,
)
from caseseries.analysis.results import Group, Result, Standing
from caseseries.cases.clocks import days, time_from
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.analysis import Survival
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment
from caseseries.stats.estimate import Estimate
from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank
from caseseries.stats.rmst import rmst, rmst_difference
from caseseries.stats.survival import Curve, follow_up, kaplan_meier, median_survival, survival_at

OTHER_REST = {"midpoint": "first", "first": "midpoint"}


def survival(clause: Survival, cases: CaseSeries, protocol: Protocol) -> Result:
    """Kaplan-Meier over all, or a curve a group with the log-rank test between them.

    Time is in the follow-up's unit, counted from the follow-up's moment or from the clause's own:
    months from the first dose become months from diagnosis by the days between the two.
    """
    assert protocol.follow_up is not None  # the protocol was read: survival is not promised without it
    alive = protocol.follow_up_variable("alive")
    assert alive is not None
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    moment = clause.counted_from or protocol.follow_up.counted_from
    times, timed = time_from(cases, protocol, moment)
    # Who died before the moment was never at risk after it.
    reached = np.where(timed, times, 0.0) >= 0
    followed = timed & reached & known(cases, alive.name)
    dead = ~is_yes(cases, alive.name)
    unit = protocol.follow_up.unit
    groups = groups_of(cases, clause.by)
    curves = {}
    for one in groups:
        rows = one.rows & followed
        curve = kaplan_meier(times[rows], dead[rows], level=book.level, limits=clause.limits)
        curves[one.group.key] = curve
        _enter_curve(book, one.group, curve, times, dead, rows, clause, protocol)
    if clause.by:
        among = followed & known(cases, clause.by)
        labels = np.select([one.rows for one in groups], [one.group.title for one in groups], "")
        one_by_one = times[among], dead[among], labels[among]
        said, test = [not_promised()], log_rank(*one_by_one)
        book.enter("log-rank", "Log-rank test", test, among, standing="companion", cautions=said)
        if len(groups) == 2:
            label, first = "Log-rank test, exact", groups[0].group.title
            exact = exact_log_rank(*one_by_one, of=first, seed=protocol.conventions.seed)
            book.enter("log-rank-exact", label, exact, among, standing="companion", cautions=said)
            _enter_mean_times(book, [curves[one.group.key] for one in groups], among, protocol)
    notes = [f"Time is counted from {a_moment(moment)}, in {unit}."]
    notes += left_out(~(timed & known(cases, alive.name)), "a time or an outcome")
    notes += left_out(~reached, f"follow-up as far as {a_moment(moment)}")
    notes += left_out(followed & ~known(cases, clause.by), "a group") if clause.by else []
    return Result(
        clause,
        tuple(book.numbers),
        tuple(one.group for one in groups),
        (*_unequal(times, followed & ~dead, unit), *_immortal(cases, protocol, moment)),
        tuple(notes),
        curves,
    )


def _enter_mean_times(book: Book, curves: list[Curve], among: Rows, protocol: Protocol) -> None:
    """How much longer the first of two groups lives than the other, up to the longest horizon."""
    assert protocol.follow_up is not None
    if protocol.follow_up.horizons:
        horizon, end = _last_horizon(protocol)
        first, second = curves
        difference = rmst_difference(first, second, end, level=book.level, unit=protocol.follow_up.unit)
        smallest = min(first.n, second.n)
        cautions = [not_promised(), *([small_mean_times(smallest)] if smallest < FEW_PATIENTS else [])]
        label = f"Mean time alive to {horizon}, difference"
        book.enter(MEAN_TIMES, label, difference, among, standing="companion", cautions=cautions)


def _last_horizon(protocol: Protocol) -> tuple[str, float]:
    """The longest horizon, as it is written and in the unit of the follow-up."""
    assert protocol.follow_up is not None
    month = read_span(protocol.conventions.month).in_days()
    unit = protocol.follow_up.unit
    ends = {horizon: read_span(horizon).in_unit(unit, month) for horizon in protocol.follow_up.horizons}
    return max(ends.items(), key=lambda one: one[1])


def _enter_curve(
    book: Book,
    group: Group,
    curve: Curve,
    times: Values,
    dead: Rows,
    rows: Rows,
    clause: Survival,
    protocol: Protocol,
) -> None:
    assert protocol.follow_up is not None
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
    for horizon in protocol.follow_up.horizons:
        month = read_span(protocol.conventions.month).in_days()
        end = read_span(horizon).in_unit(unit, month)
        at = survival_at(curve, end, unit=unit)
        book.enter(
            joined(key, at_horizon(horizon)), f"Survival at {horizon}{of}", at, rows, standing=standing
        )
        lost = rows & ~dead & (times < end)
        for fate, alive in (("died", rows & (times >= end)), ("lived", rows & ((times >= end) | ~dead))):
            if lost.any():
                said = f"Survival at {horizon}{of}, if those lost before ({int(lost.sum())}) had {fate}"
                share = Estimate(int(alive.sum()) / n, "worst and best case of those lost", n, "share")
                book.enter(joined(key, if_lost(horizon, fate)), said, share, rows)
    if protocol.follow_up.horizons:
        longest, end = _last_horizon(protocol)
        said = f"Mean time alive to {longest}{of}"
        cautions = [small_mean_times(n)] if n < FEW_PATIENTS else []
        mean = rmst(curve, end, unit=unit)
        book.enter(joined(key, MEAN_TIME), said, mean, rows, cautions=cautions)
    reverse = follow_up(times[rows], dead[rows], level=level, unit=unit)
    book.enter(joined(key, "follow-up"), f"Median follow-up{of}", reverse, rows)
    book.enter_middle(joined(key, "observed"), f"Time observed{of}", times[rows], rows, unit)


def _unequal(times: Values, alive: Rows, unit: str) -> list[Caution]:
    """A share alive at last follow-up says little where the alive were followed for different times."""
    seen = times[alive]
    if len(seen) < 2 or seen.max() == seen.min():
        return []
    return [unequal_follow_up(float(seen.min()), float(seen.max()), unit)]


def _immortal(cases: CaseSeries, protocol: Protocol, moment: str) -> list[Caution]:
    """Counted from before the follow-up's own moment, the days between the two cannot hold a death."""
    assert protocol.follow_up is not None
    own = protocol.follow_up.counted_from
    start, zero = days(cases, own), days(cases, moment)
    if moment == own or start is None or zero is None:
        return []
    between = (start - zero)[~np.isnan(start - zero)]
    if not len(between) or between.max() <= 0:
        return []
    names = a_moment(moment), a_moment(own)
    return [immortal_time(float(np.median(between)), float(between.max()), *names)]
