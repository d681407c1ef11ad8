"""The size of the bias of a "best ever" response: who is followed longer has more values to reach it.

Whoever dies early has few values, and the greatest fall grows with their number even where the course
has nothing to do with the group. So courses that have nothing to do with it are drawn here, on
the very days on which each patient was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.null_courses import DRIFTS, STEPS, Course, Drift, Steps, courses_of, drawn_falls
from caseseries.stats.ranks import ASYMPTOTIC
from caseseries.stats.sample import Counts, Flags, Numbers, flags
from caseseries.stats.tails import normal_quantile

SIGNIFICANT = 0.05
FALL = "median greatest fall of the {} group"
BIAS = "difference of the groups' median greatest falls"
REJECTED = f"share with p below {SIGNIFICANT:g} by {ASYMPTOTIC},"
SEEN = "difference of median greatest falls; p: twice the smaller tail of Mann-Whitney's U"
# Values drawn in all, for the sake of time and memory: one or two seconds of work.
MOST_VALUES = 4_000_000


@dataclass(frozen=True, slots=True)
class LengthBias:
    """What a comparison of greatest falls finds where the course has nothing to do with the group.

    `first` and `second` are the groups' median greatest falls over all draws, and `bias` is first
    less second: what follow-up alone makes of them, 0 where all are measured on the same days.
    `rejected` is the share of draws in which the asymptotic Mann-Whitney test gives p below 0.05:
    its real error of the first kind on these days. `seen` is the difference of medians in the data;
    its p places the Mann-Whitney U of the data among those of the draws, twice the smaller tail: p
    with the follow-up taken into account. n is the patients with a greatest fall, of the group or of both;
    where nothing could be estimated, all patients.
    """

    first: Estimate
    second: Estimate
    bias: Estimate
    rejected: Estimate
    seen: Estimate


def best_ever_under_null(
    patterns: Sequence[ArrayLike],
    values: Sequence[ArrayLike],
    groups: ArrayLike,
    *,
    seed: int,
    draws: int = 2000,
    drift: Drift = "pooled",
    steps: Steps = "single",
    first_day: float = 1.0,
) -> LengthBias:
    """The greatest falls of two groups whose courses have nothing to do with the group.

    `patterns` (days) and `values` hold one row for each patient, in any order of days; `groups` is
    true for the patients of the first group. Each draw keeps the days on which each patient was
    measured (deaths stay where they are) and lets the log of the value walk at random from the
    first day: over a gap of g days it changes by g times the trend and the root of g times a
    residual drawn, with `seed`, from those of all patients. What value it starts from changes
    nothing, as the fall is a share of it.

    `drift` "pooled": the trend is that of all patients together, so that all fall alike; "none":
    no trend, nothing happens to anybody. `steps` "single": each residual is drawn on its own;
    "whole courses": residuals follow each other as they did in some patient, so that some courses
    keep falling and others rising, as real ones may.

    Patients without a first-day value above zero or without a later one have no greatest fall; they
    are left out, and the method says how many. Not estimable: an empty group, a later value of zero
    or less, two values on one day, or more than 4 million values to draw ("not done").
    ValueError: patterns, values and groups differ in their patients, draws below 2, or a drift or
    steps unknown.

    Source: Phipson & Smyth, Stat Appl Genet Mol Biol 2010;9:39, for the p of `seen`.
    """
    if drift not in DRIFTS:
        raise ValueError(f"drift: one of {', '.join(DRIFTS)} is wanted, not {drift!r}")
    if steps not in STEPS:
        raise ValueError(f"steps: one of {', '.join(STEPS)} is wanted, not {steps!r}")
    if draws < 2:
        raise ValueError(f"draws: two or more are wanted, not {draws}")
    in_first = flags(groups, "groups")
    if in_first.ndim != 1 or not len(patterns) == len(values) == in_first.size:
        raise ValueError(
            f"{len(patterns)} patterns, {len(values)} rows of values and {in_first.size} groups: "
            "one of each is wanted for each patient"
        )
    courses, hindered = courses_of(patterns, values, in_first, first_day, MOST_VALUES // draws)
    sizes = [sum(course.group for course in courses), sum(not course.group for course in courses)]
    if not hindered and not all(sizes):
        hindered = "no patient has a greatest fall" if not courses else "a group has no greatest fall"
    walk = f"random walk of the log value {DRIFTS[drift]} on each patient's own days, {STEPS[steps]}"
    if hindered:
        return _nothing(hindered, walk, in_first)
    if left_out := in_first.size - len(courses):
        walk += f"; left out, without a first-day or a later value: {left_out}"
    drawn = drawn_falls(courses, draws, seed, drift, steps)
    return _summed_up(courses, drawn, sizes, walk, seed)


def _summed_up(courses: list[Course], drawn: Numbers, sizes: list[int], walk: str, seed: int) -> LengthBias:
    in_first = np.array([course.group for course in courses])
    observed = np.array([[course.fall for course in courses]])
    u, rejects = _mann_whitney(drawn, in_first)
    walk = f"{len(u):,} draws (seed {seed}, Monte Carlo error {{}}): {walk}"
    first, of_first = _median(drawn[:, in_first])
    second, of_second = _median(drawn[:, ~in_first])
    seen = float(np.median(observed[0, in_first]) - np.median(observed[0, ~in_first]))
    share = float(rejects.mean())
    seen_u = float(_mann_whitney(observed, in_first)[0][0])
    tail = (1 + min(int((u >= seen_u).sum()), int((u <= seen_u).sum()))) / (1 + len(u))
    error = 2.0 * math.sqrt(tail * (1.0 - tail) / len(u))
    alike = bool((observed == observed[0, 0]).all())

    def said(what: str, error: float, of: str = "") -> str:
        return f"{what} in {walk.format(f'{of}{error:.1g}')}"

    return LengthBias(
        Estimate(first, said(FALL.format("first"), of_first), sizes[0], "share"),
        Estimate(second, said(FALL.format("second"), of_second), sizes[1], "share"),
        Estimate(first - second, said(BIAS, math.hypot(of_first, of_second)), sum(sizes), "share"),
        Estimate(share, said(REJECTED, math.sqrt(share * (1.0 - share) / len(u))), sum(sizes), "share"),
        Estimate(
            seen,
            said(SEEN, error, "of p "),
            sum(sizes),
            "share",
            p=None if alike else min(1.0, 2.0 * tail),
            reason="all falls are equal: their ranks tell nothing" if alike else "",
        ),
    )


def _median(falls: Numbers) -> tuple[float, float]:
    """The median of all falls drawn, and its Monte Carlo error.

    The error is a sixth of the way between the falls three binomial standard errors of ranks below and
    above the middle, since falls drawn from few courses lie in lumps; a little large, as each patient is
    drawn as often as the others.
    Source: Woodruff, J Am Stat Assoc 1952;47:635-646.
    """
    ordered = np.sort(falls, axis=None)
    away = 3.0 * math.sqrt(len(ordered)) / 2.0
    low = ordered[max(0, math.floor(len(ordered) / 2.0 - away))]
    high = ordered[min(len(ordered) - 1, math.ceil(len(ordered) / 2.0 + away))]
    return float(np.median(ordered)), float(high - low) / 6.0


def _mann_whitney(falls: Numbers, in_first: Flags) -> tuple[Numbers, Flags]:
    """U of the first group in every row, and whether `ranks.mann_whitney` would give p below 0.05."""
    both = falls.shape[1]
    n = int(in_first.sum())
    m = both - n
    order = np.argsort(falls, axis=1)
    ordered = np.take_along_axis(falls, order, axis=1)
    places = np.broadcast_to(np.arange(both), falls.shape)
    new = np.diff(ordered, axis=1) != 0.0
    edge = np.ones((len(falls), 1), dtype=np.bool_)
    opens = np.hstack((edge, new))
    closes = np.hstack((new, edge))
    first = np.maximum.accumulate(np.where(opens, places, 0), axis=1)
    last = np.minimum.accumulate(np.where(closes, places, both)[:, ::-1], axis=1)[:, ::-1]
    doubled: Counts = first + last + 2
    u = ((doubled * in_first[order]).sum(axis=1) - n * (n + 1)) / 2.0
    # The sum of t^3 - t over the ties is that of t^2 - 1 over the tied.
    ties = ((last - first + 1.0) ** 2 - 1.0).sum(axis=1)
    deviation = np.sqrt(n * m / 12.0 * (both + 1 - ties / (both * (both - 1))))
    distance = np.maximum(0.0, np.abs(u - n * m / 2.0) - 0.5)
    return u, distance > normal_quantile(1.0 - SIGNIFICANT / 2.0) * deviation


def _nothing(reason: str, walk: str, in_first: Flags) -> LengthBias:
    def none(what: str, n: int) -> Estimate:
        return not_estimable(reason, f"{what}: {walk}", n, "share")

    both, first = in_first.size, int(in_first.sum())
    return LengthBias(
        none(FALL.format("first"), first),
        none(FALL.format("second"), both - first),
        none(BIAS, both),
        none(REJECTED, both),
        none(SEEN, both),
    )
