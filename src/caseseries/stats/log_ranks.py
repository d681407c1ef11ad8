"""The log-rank test's kin: stratified, weighted by when events happen, and exact by dealing anew."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.log_rank import log_rank_of
from caseseries.stats.sample import Counts, Flags, Numbers
from caseseries.stats.times import followed

DRAWS = 100_000
# Patients times draws: some seconds' work.
MOST_DEALT = 100_000_000
# Sums in the making of one half of an exact table, all steps together.
MOST_STEPS = 50_000_000
# Beyond so many patients, the number of deals is more than a float holds.
MOST_EXACT = 1_000
# Numbers dealt at once, for the sake of memory.
CHUNK = 2_000_000
# Sums this close, relative to all scores together, are equal: they differ by rounding alone.
SAME_SUM = 1e-12


def stratified_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    stratum: ArrayLike,
    *,
    entry: ArrayLike | None = None,
) -> Estimate:
    """The log-rank test of groups compared within each stratum alone: value is the chi-square.

    Events beyond expectation, and their covariances, are added over the strata. A stratum that holds
    one group only tells nothing; the method counts such. Otherwise as `log_rank`, whose reasons and
    errors it shares. ValueError: strata and times differ in number.

    Source: Mantel, Cancer Chemother Rep 1966;50:163-170. Conventions: R survival's survdiff.
    """
    when, happened, since = followed(time, event, entry)
    strata, labels = np.asarray(stratum), np.asarray(group)
    if strata.shape != when.shape:
        raise ValueError(f"{len(when)} times for {strata.size} strata")
    if labels.shape != when.shape:
        raise ValueError(f"{len(when)} times for {labels.size} group labels")
    names, placed = np.unique(strata, return_inverse=True)
    _, grouped = np.unique(labels, return_inverse=True)
    pairs = np.unique(np.stack((placed, grouped), axis=1), axis=0)
    alone = int((np.bincount(pairs[:, 0], minlength=len(names)) == 1).sum())
    called = "late-entry stratified log-rank" if (since > 0.0).any() else "stratified log-rank"
    called += f", {len(names):,} strata"
    if alone:
        called += f" ({alone:,} of one group only: they tell nothing)"
    # The strata are laid end to end on one clock, each patient entering where the own stratum begins.
    distinct, place = np.unique(np.concatenate((when, since)), return_inverse=True)
    ends, begins = np.split(place, 2)
    start: Numbers = placed * np.float64(len(distinct) + 1)
    laid = np.where(since > 0.0, start + begins + 1.0, start + 0.5)
    return log_rank_of(start + ends + 1.0, happened, laid, labels, called)


def weighted_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    rho: float,
    gamma: float,
    entry: ArrayLike | None = None,
) -> Estimate:
    """Fleming and Harrington's G(rho, gamma) test: the log-rank test with each event weighted.

    The weight is S^rho (1 - S)^gamma, S being the Kaplan-Meier curve of all groups together just
    before the event. rho = 1, gamma = 0 looks at early differences (Peto and Peto's Wilcoxon test),
    rho = 0, gamma = 1 at late ones; 0, 0 is the log-rank test. An event of weight 0, as the first of
    all where gamma is above 0, tells nothing. `entry` is as in `kaplan_meier`, also for S. Value,
    reasons and errors are as `log_rank` has them.
    ValueError also: rho or gamma below zero, or not finite.

    Source: Harrington & Fleming, Biometrika 1982;69:553-566; Fleming & Harrington, Counting Processes
    and Survival Analysis, 1991, 7.2, for gamma. Conventions: R survival's survdiff.
    """
    for called, power in (("rho", rho), ("gamma", gamma)):
        if not 0.0 <= power < math.inf:
            raise ValueError(f"{called}: zero or more is wanted, not {power}")

    def weight(risk: Counts, events: Counts) -> Numbers:
        survival = np.cumprod(np.append(1.0, 1.0 - events / risk))[:-1]
        weights = survival**rho * (1.0 - survival) ** gamma
        return np.asarray(weights / weights.max(initial=0.0) if weights.any() else weights)

    when, happened, since = followed(time, event, entry)
    called = "late-entry weighted log-rank" if (since > 0.0).any() else "weighted log-rank"
    called += f", Fleming-Harrington G(rho = {rho:g}, gamma = {gamma:g})"
    return log_rank_of(when, happened, since, group, called, weight)


def exact_log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    of: object = None,
    seed: int,
    limit: int = 2**21,
) -> Estimate:
    """The log-rank test of two groups, with p from every way the patients could fall to the groups.

    Each patient's score is the event (1 or 0) less the Nelson-Aalen estimate of all together at the
    patient's time (the log-rank scores of Peto and Peto; coin calls their ties "mid-ranks"). Value:
    the sum of the scores in the group labelled `of`, else in the first by its label, which is its
    events beyond expectation, as in the log-rank test. p: the share of all deals whose sum is at least
    as far from 0. It holds where, were there no difference, follow-up too would end alike in both
    groups.

    Exact where the sums of each half of the patients are no more than `limit` (any 42 patients, and
    more where times are tied or one group is small); else 100,000 deals, fewer beyond 1,000 patients,
    are drawn with `seed`, the one seen counted among them, and the method names the standard error.
    Beyond 10,000 patients: "not done". Not estimable: fewer than two groups, no event, only one group
    at risk at an event, or everybody at risk had it at one time. ValueError: as `log_rank`, or more
    than two groups.

    Source: Peto & Peto, J R Stat Soc A 1972;135:185-207, for the scores; van de Wiel, Comput Stat
    2001;16:519-538, for halves that are put together; Phipson & Smyth, Stat Appl Genet Mol Biol
    2010;9:39, for the drawn p.
    """
    when, happened, _ = followed(time, event)
    labels = np.asarray(group)
    if labels.shape != when.shape:
        raise ValueError(f"{len(when)} times for {labels.size} group labels")
    names = np.unique(labels)
    if len(names) > 2:
        raise ValueError(f"group: two groups are wanted, these are {len(names)}")
    n, unit = len(when), "events beyond expectation"
    method = "log-rank by permutation of its scores (event less Nelson-Aalen), two-sided by distance from 0"
    asked = of if of is not None else names[0] if n else None
    mine: Flags = labels == asked if n else np.zeros(0, dtype=np.bool_)
    scores = _scores(when, happened)
    if hindered := _hindrance(when, happened, mine, scores):
        return not_estimable(hindered, method, n, unit)
    value, chosen = math.fsum(scores[mine]), int(min(mine.sum(), n - mine.sum()))
    border = abs(value) - SAME_SUM * float(np.abs(scores).sum())
    p = _exact_share(scores, chosen, border, limit)
    if p is not None:
        method += f", exact over all {_deals(n, chosen)} deals; value: of group {asked}"
        return Estimate(value, method, n, unit, p=p)
    draws = min(DRAWS, MOST_DEALT // n)
    if draws < DRAWS // 10:
        return not_estimable(f"not done: {n:,} patients are too many to deal anew", method, n, unit)
    great = sum(int((np.abs(sums) >= border).sum()) for sums in _drawn(scores, chosen, draws, seed))
    p = (1 + great) / (1 + draws)
    error = math.sqrt(p * (1.0 - p) / draws)
    method += (
        f", {draws:,} deals drawn (seed {seed}, standard error of p {error:.1g}); value: of group {asked}"
    )
    return Estimate(value, method, n, unit, p=p)


def _deals(n: int, chosen: int) -> str:
    deals = math.comb(n, chosen)
    return f"{deals:,}" if deals < 10**12 else f"some 10^{math.floor(math.log10(deals))}"


def _scores(when: Numbers, happened: Flags) -> Numbers:
    """Each patient's event less the Nelson-Aalen estimate at the patient's time. They add up to 0."""
    times, place, leaving = np.unique(when, return_inverse=True, return_counts=True)
    risk = len(when) - np.cumsum(leaving) + leaving
    events = np.bincount(place, weights=happened, minlength=len(times))
    return np.asarray(happened - np.cumsum(events / risk)[place])


def _hindrance(when: Numbers, happened: Flags, mine: Flags, scores: Numbers) -> str:
    if mine.all() or not mine.any():
        return "only one group" if len(mine) else "nobody was followed"
    if not happened.any():
        return "nobody had the event"
    if min(when[mine].max(), when[~mine].max()) < when[happened].min():
        return "only one group was at risk at an event"
    return "" if np.ptp(scores) > 0.0 else "everybody at risk had the event at one time"


def _exact_share(scores: Numbers, chosen: int, border: float, limit: int) -> float | None:
    """The share of all deals of so many scores whose sum is as far from 0; None where too many.

    The scores are parted in two; each half gives all its sums, and the halves are put together by
    looking up, for each sum of one, how many of the other carry it over the border.
    """
    if len(scores) > MOST_EXACT:
        return None
    if border <= 0.0:
        return 1.0
    distinct, counted = np.unique(scores, return_counts=True)
    places = _halved(counted, chosen, limit)
    if places is None:
        return None
    halves = [(np.zeros(1, dtype=np.int64), np.zeros(1), np.ones(1)) for _ in range(2)]
    for score, many, place in zip(distinct, counted, places, strict=True):
        halves[place] = _grown(halves[place], float(score), int(many), chosen)
    great = 0.0
    for size in range(chosen + 1):
        (sums, ways), (others, other_ways) = _of_size(halves[0], size), _of_size(halves[1], chosen - size)
        above = np.append(np.cumsum(other_ways[::-1])[::-1], 0.0)
        below = np.append(0.0, np.cumsum(other_ways))
        great += float(ways @ above[np.searchsorted(others, border - sums)])
        great += float(ways @ below[np.searchsorted(others, -border - sums, side="right")])
    return great / math.comb(len(scores), chosen)


def _halved(counted: Counts, chosen: int, limit: int) -> list[int] | None:
    """Which half each distinct score goes to, the shorter one; None where a half would hold too many sums.

    Only counts, so that what cannot be done costs nothing: how many sums of each size a half will hold.
    """
    sizes = [np.eye(1, chosen + 1)[0] for _ in range(2)]
    places, steps = [], 0.0
    for many in counted.tolist():
        shorter = int(sizes[1].sum() < sizes[0].sum())
        coming = float(sizes[shorter].sum()) * (min(many, chosen) + 1)
        steps += coming
        if coming > limit or steps > MOST_STEPS:
            return None
        sizes[shorter] = np.convolve(sizes[shorter], np.ones(min(many, chosen) + 1))[: chosen + 1]
        places.append(shorter)
    return places


Sums = tuple[Counts, Numbers, Numbers]


def _grown(half: Sums, score: float, many: int, chosen: int) -> Sums:
    """The sizes, sums and ways of a half, when `many` patients of one score are dealt as well."""
    sizes, sums, ways = half
    grown = []
    for taken in range(min(many, chosen) + 1):
        fits = sizes + taken <= chosen
        grown.append(
            (sizes[fits] + taken, sums[fits] + taken * score, ways[fits] * float(math.comb(many, taken)))
        )
    first, second, third = zip(*grown, strict=True)
    return np.concatenate(first), np.concatenate(second), np.concatenate(third)


def _of_size(half: Sums, size: int) -> tuple[Numbers, Numbers]:
    """The sums of so many patients, in order, with their ways."""
    sizes, sums, ways = half
    sums, ways = sums[sizes == size], ways[sizes == size]
    order = np.argsort(sums)
    return sums[order], ways[order]


def _drawn(scores: Numbers, chosen: int, draws: int, seed: int) -> Iterator[Numbers]:
    """The sums of the drawn deals, in parts. In the order of their scores: blind to that of patients."""
    random = np.random.default_rng(seed)
    rows = max(1, CHUNK // len(scores))
    ordered = np.tile(np.sort(scores), (rows, 1))
    for start in range(0, draws, rows):
        size = min(rows, draws - start)
        yield random.permuted(ordered[:size], axis=1)[:, :chosen].sum(axis=1)
