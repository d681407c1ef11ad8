"""Groups compared by the cumulative incidence of one event among others: Gray's test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.competing import check_cause, observed
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Counts, Numbers
from caseseries.stats.tails import chi_square_tail
from caseseries.stats.times import count_at

# Groups times groups times distinct times of an event: about two seconds of work.
MOST_STEPS = 30_000_000


def gray_test(time: ArrayLike, cause: ArrayLike, group: ArrayLike, *, of: int = 1) -> Estimate:
    """Gray's test of two or more groups for the event `of`: value is the chi-square, p its upper tail.

    `cause` is 0 where the time ends censored, else the kind of event; `group` holds one label for each
    patient. Weights are even over time (rho = 0). A group in which nobody was at risk when anybody had
    the event is left out, and the method says so. Fewer than two groups, nobody with the event, or too
    little to tell the groups apart: not estimable; more than MOST_STEPS: "not done". ValueError: the
    three differ in number, a time is below zero, or a cause is not a whole number.

    Source: Gray, Ann Stat 1988;16:1141-1154. Conventions, and the variance at ties: R cmprsk's cuminc.
    """
    check_cause(of, "of")
    when, why = observed(time, cause)
    labels = np.asarray(group)
    if labels.shape != when.shape:
        raise ValueError(f"{len(when)} times for {labels.size} group labels")
    names, member = np.unique(labels, return_inverse=True)
    had = np.unique(when[why == of])
    last = np.full(len(names), -np.inf)
    np.maximum.at(last, member, when)
    seen = last >= (had[0] if len(had) else np.inf)
    method = (
        f"Gray's test of the cumulative incidence of event {of}, rho = 0, {max(0, int(seen.sum()) - 1)} df"
    )
    n, unit = len(when), "chi-square"
    if len(names) < 2:
        return not_estimable("only one group" if n else "nobody was followed", method, n, unit)
    if not len(had):
        return not_estimable(f"nobody had event {of}", method, n, unit)
    if seen.sum() < 2:
        return not_estimable(f"only one group was at risk when anybody had event {of}", method, n, unit)
    if left_out := [str(name) for name in names[~seen]]:
        method += f"; nobody at risk at any such event in {', '.join(left_out)}: left out"
    times = np.unique(when[why > 0])
    groups = np.flatnonzero(seen)
    if len(groups) ** 2 * len(times) > MOST_STEPS:
        reason = f"not done: {len(groups):,} groups over {len(times):,} times are too many"
        return not_estimable(reason, method, n, unit)
    risk = np.array(
        [(member == row).sum() - np.searchsorted(np.sort(when[member == row]), times) for row in groups]
    )
    these = np.array([count_at(times, when[(member == row) & (why == of)]) for row in groups])
    others = np.array([count_at(times, when[(member == row) & (why > 0) & (why != of)]) for row in groups])
    # Once a single group is left, nothing more is compared.
    compared = (risk > 0).sum(axis=0) > 1
    found = _scores(risk[:, compared], these[:, compared], others[:, compared])
    if found is None:
        reason = "the groups differ so much that the incidence of all together passes 1"
        return not_estimable(reason, method, n, unit)
    score, covariance = found
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    if not spread.all() or np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] < 1e-9:
        reason = "too few events at which two groups were at risk to tell the groups apart"
        return not_estimable(reason, method, n, unit)
    statistic = float(score @ np.linalg.solve(covariance, score))
    return Estimate(statistic, method, n, unit, p=chi_square_tail(statistic, len(score)))


def _scores(risk: Counts, these: Counts, others: Counts) -> tuple[Numbers, Numbers] | None:
    """The scores of all groups but the last and their covariance; None where a variance is lost.

    Rows are groups, columns times of any event at which two groups or more were at risk. In Gray's
    words, with G the Kaplan-Meier curve of all events of a group and F its incidence: the weight h of
    a group is (at risk) / G(t-), R is h (1 - F(t-)), and the incidence of all together rises by
    (events) / (sum of h).
    """
    at_risk = np.maximum(risk, 1)
    curve = np.cumprod((at_risk - these - others) / at_risk, axis=1)
    before = np.concatenate((np.ones((len(risk), 1)), curve), axis=1)[:, :-1]
    rise = np.where(risk > 0, before * these / at_risk, 0.0)
    incidence_before = np.cumsum(rise, axis=1) - rise
    weight = np.where(risk > 0, risk / np.where(risk > 0, before, 1.0), 0.0)
    total, dead = weight.sum(axis=0), these.sum(axis=0)
    together = np.cumsum(dead / total)
    free_before = 1.0 - (together - dead / total)
    if (free_before[dead > 0] < 1e-9).any():
        return None
    left = weight * (1.0 - incidence_before)
    score = (these - dead * left / left.sum(axis=0)).sum(axis=1)
    growth = np.where(dead > 0, dead / (total * np.where(dead > 0, free_before, 1.0)), 0.0)
    share = np.where(curve > 0.0, (1.0 - together) / np.where(curve > 0.0, curve, 1.0), 0.0)
    covariance = np.zeros((len(risk), len(risk)))
    for k in range(len(risk)):
        here = risk[k] > 0
        pull = -weight * weight[k] / total
        pull[k] += weight[k]
        gathered = np.cumsum(pull * growth, axis=1)
        to_come = gathered[:, -1:] - gathered
        # Ties of the event are spread over all groups together, ties of the others within their own.
        several = here & (dead > 1)
        tied = np.where(several, (dead - 1) / np.where(several, total * before[k] - 1.0, 1.0), 0.0)
        variance = np.where(here, (1.0 - tied) * before[k] * dead / (total * at_risk[k]), 0.0)
        effect = pull + (1.0 - share[k]) * to_come
        covariance += (effect * variance) @ effect.T
        tied = np.where(others[k] > 1, (others[k] - 1) / np.maximum(risk[k] - 1, 1), 0.0)
        variance = (1.0 - tied) * (before[k] / at_risk[k]) ** 2 * others[k]
        effect = share[k] * to_come
        covariance += (effect * variance) @ effect.T
    return score[:-1], covariance[:-1, :-1]
