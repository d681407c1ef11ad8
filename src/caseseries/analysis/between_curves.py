"""Between curves: the log-rank tests of the groups, and how much longer the first of two lives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from caseseries.analysis.cautions import (
    FEW_PATIENTS,
    SHORTER,
    Caution,
    dealt_follow_up,
    not_promised,
    small_late_weights,
    small_mean_times,
)
from caseseries.analysis.columns import Book, Rows, Split, Values, known, left_out, split
from caseseries.analysis.followed import Followed, last_horizon
from caseseries.analysis.ids import EXACT, LOG_RANK, MEAN_TIMES, STRATIFIED, WEIGHTED
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import LogRankTest, Survival
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import in_running_text
from caseseries.stats.estimate import Estimate
from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank, stratified_log_rank, weighted_log_rank
from caseseries.stats.rmst import rmst_difference
from caseseries.stats.survival import Curve, follow_up

PARTS: dict[LogRankTest, str] = {
    "log-rank": LOG_RANK,
    "log-rank, stratified": STRATIFIED,
    "log-rank, weighted": WEIGHTED,
    "log-rank, exact": EXACT,
}
"""Of each test the part of its id."""
Test = tuple[LogRankTest, str, Estimate, Rows]


def enter_between(
    book: Book,
    clause: Survival,
    protocol: Protocol,
    groups: Sequence[Split],
    curves: Sequence[Curve],
    followed: Followed,
    among: Rows,
) -> list[str]:
    """Enter the tests of these groups, and of two the difference of their mean times; answers with notes."""
    labels = np.select([one.rows for one in groups], [one.group.title for one in groups], "")
    for name, label, estimate, rows in _tests(book.cases, clause, protocol, groups, followed, among, labels):
        promised = name == clause.test
        known_in = [(one.group.title, one.rows & rows) for one in groups]
        said = (
            *(() if promised else (not_promised(),)),
            *_of_test(name, clause, known_in, followed, protocol),
        )
        book.enter_test(PARTS[name], label, estimate, rows, promised=promised, cautions=said)
    if len(groups) == 2:
        _enter_mean_times(book, curves, among, protocol)
    if clause.strata:
        title = in_running_text(book.cases.column(clause.strata).title)
        return left_out(among & ~known(book.cases, clause.strata), f"{title}, by which is stratified,")
    return []


def _tests(
    cases: CaseSeries,
    clause: Survival,
    protocol: Protocol,
    groups: Sequence[Split],
    followed: Followed,
    among: Rows,
    labels: Values,
) -> Iterator[Test]:
    """Each log-rank test that fits, with the rows that it rests on."""

    def of(rows: Rows) -> tuple[Values, Rows, Values]:
        return followed.times[rows], followed.dead[rows], labels[rows]

    entry = followed.entry
    yield "log-rank", "Log-rank test", log_rank(*of(among), entry=entry[among]), among
    if clause.strata:
        rows = among & known(cases, clause.strata)
        strata = split(cases, clause.strata)
        stratum = np.select([one.rows for one in strata], range(len(strata)), -1)
        found = stratified_log_rank(*of(rows), stratum[rows], entry=entry[rows])
        title = in_running_text(cases.column(clause.strata).title)
        yield "log-rank, stratified", f"Log-rank test, stratified by {title}", found, rows
    if clause.weights:
        rho, gamma = clause.weights.rho, clause.weights.gamma
        found = weighted_log_rank(*of(among), rho=rho, gamma=gamma, entry=entry[among])
        yield "log-rank, weighted", f"Log-rank test, weighted G({rho:g}, {gamma:g})", found, among
    # Who entered late could not be dealt to the other group with another's time.
    if len(groups) == 2 and not followed.is_late:
        first = groups[0].group.title
        found = exact_log_rank(*of(among), of=first, seed=protocol.conventions.seed)
        yield "log-rank, exact", "Log-rank test, exact", found, among


def _of_test(
    name: LogRankTest,
    clause: Survival,
    groups: Sequence[tuple[str, Rows]],
    followed: Followed,
    protocol: Protocol,
) -> Iterator[Caution]:
    """What is known of a test in groups such as these, each with its title."""
    smallest = min(int(rows.sum()) for _, rows in groups)
    if name == "log-rank, weighted" and clause.weights and clause.weights.gamma and smallest < FEW_PATIENTS:
        yield small_late_weights(smallest)
    if name == "log-rank, exact" and protocol.follow_up is not None:
        ends = [(follow_up(followed.times[rows], followed.dead[rows]).value, title) for title, rows in groups]
        (shortest, shorter), (longest, longer) = sorted(ends, key=lambda end: end[0] or 0.0)
        # Where everybody died nobody's follow-up ended: how long it would have been is not known.
        if shortest is not None and longest is not None and shortest < SHORTER * longest:
            yield dealt_follow_up(shorter, shortest, longer, longest, protocol.follow_up.unit)


def _enter_mean_times(book: Book, curves: Sequence[Curve], among: Rows, protocol: Protocol) -> None:
    """How much longer the first of two groups lives than the other, up to the longest horizon."""
    assert protocol.follow_up is not None
    if protocol.follow_up.horizons:
        horizon, end = last_horizon(protocol)
        first, second = curves
        difference = rmst_difference(first, second, end, level=book.level, unit=protocol.follow_up.unit)
        smallest = min(first.n, second.n)
        cautions = [not_promised(), *([small_mean_times(smallest)] if smallest < FEW_PATIENTS else [])]
        label = f"Mean time alive to {horizon}, difference"
        book.enter(MEAN_TIMES, label, difference, among, standing="companion", cautions=cautions)
