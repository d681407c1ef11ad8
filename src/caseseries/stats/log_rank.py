"""The log-rank test of two or more groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Counts, Flags, Numbers
from caseseries.stats.tails import chi_square_tail
from caseseries.stats.times import count_at, followed, still

# Groups squared, at each time of an event: a second or two. 100 groups at 100,000 times take a billion.
MOST_STEPS = 1_000_000_000


def log_rank(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, *, entry: ArrayLike | None = None
) -> Estimate:
    """The log-rank test of two or more groups: value is the chi-square, p its upper tail.

    `group` holds one label for each patient; `entry` is as in `kaplan_meier`. A group in which
    nobody was at risk at any event is left out, as R does, and the method says so. Fewer than two
    groups, no event, or no event at which two groups were at risk: not estimable. So many groups
    that it would take long: "not done". ValueError: as in `kaplan_meier`, or the labels are more or
    fewer than the times.

    Source: Mantel, Cancer Chemother Rep 1966;50:163-170; Harrington & Fleming, Biometrika
    1982;69:553-566, with rho = 0. Conventions: R survival's survdiff.
    """
    when, happened, since = followed(time, event, entry)
    called = "late-entry log-rank" if (since > 0.0).any() else "log-rank"
    return log_rank_of(when, happened, since, group, called)


def log_rank_of(
    when: Numbers,
    happened: Flags,
    since: Numbers,
    group: ArrayLike,
    called: str,
    weigh: Callable[[Counts, Counts], Numbers] | None = None,
) -> Estimate:
    """The log-rank test, under the name `called`, of what `followed` has checked.

    `weigh` gives each time of an event its weight, from how many were at risk and how many had the
    event, all groups together; the same to each where it is None.
    """
    labels = np.asarray(group)
    if labels.shape != when.shape:
        raise ValueError(f"{len(when)} times for {labels.size} group labels")
    names, place = np.unique(labels, return_inverse=True)
    died = np.unique(when[happened])
    if len(names) ** 2 * len(died) > MOST_STEPS:
        reason = f"not done: {len(names):,} groups at {len(died):,} times of an event are too many"
        return not_estimable(reason, called, len(when), "chi-square")
    risk = np.zeros((len(names), len(died)), dtype=np.int64)
    events = np.zeros_like(risk)
    for row in range(len(names)):
        mine = place == row
        risk[row] = still(died, when[mine]) - still(died, since[mine & (since > 0.0)])
        events[row] = count_at(died, when[mine & happened])
    weight = np.ones(len(died)) if weigh is None else weigh(risk.sum(axis=0), events.sum(axis=0))
    seen: Flags = risk @ weight > 0.0
    an_event = "event" if weight.all() else "event of weight above 0"
    method = f"{called}, {max(0, int(seen.sum()) - 1)} df"
    if hindered := _hindrance(names, died, seen, an_event):
        return not_estimable(hindered, method, len(when), "chi-square")
    if left_out := [str(name) for name in names[~seen]]:
        method += f"; nobody at risk at any {an_event} in {', '.join(left_out)}: left out"
    excess, covariance = _excess(risk[seen], events[seen], weight)
    if np.linalg.matrix_rank(covariance, tol=1e-9) < len(excess) - 1:
        reason = f"the groups were never at risk at the same {an_event}, or everybody had it at one time"
        return not_estimable(reason, method, len(when), "chi-square")
    statistic = float(excess[1:] @ np.linalg.solve(covariance[1:, 1:], excess[1:]))
    p = chi_square_tail(statistic, len(excess) - 1)
    return Estimate(statistic, method, len(when), "chi-square", p=p)


def _hindrance(names: NDArray[Any], died: Numbers, seen: Flags, an_event: str) -> str:
    if len(names) < 2:
        return "only one group" if len(names) else "nobody was followed"
    if not len(died):
        return "nobody had the event"
    return "" if seen.sum() > 1 else f"only one group was at risk at an {an_event}"


def _excess(risk: Counts, events: Counts, weight: Numbers) -> tuple[Numbers, Numbers]:
    """Events beyond expectation in each group (rows), weighted, and their hypergeometric covariance."""
    everyone, dead = risk.sum(axis=0), events.sum(axis=0)
    share = risk / everyone
    spread = weight**2 * dead * (everyone - dead) / np.maximum(everyone - 1, 1)
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    return ((events - share * dead) * weight).sum(axis=1), covariance
