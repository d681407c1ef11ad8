"""Two groups compared by exact tests that are less strict than Fisher's: mid-p, Barnard's and Boschloo's.

Fisher's test holds both margins of the table fixed. Barnard's and Boschloo's hold only the groups' sizes: p
is the chance of a table at least as extreme, at whichever common share of events makes it greatest.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.compare import hypergeometric
from caseseries.stats.contrast import difference, empty_line, two_by_two
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Counts, Flags, Numbers

Definition = Literal["two-sided by probability", "twice the one-sided"]

MOST_PATIENTS = 500
# Grid points for each patient. The chance is a trigonometric polynomial of degree n in twice the angle whose
# squared sine is the share, so that (M. Riesz) this grid passes its peak by no more than a part in 400.
POINTS = 16
NEAR_PEAK = 1.0 - 1.0 / 400.0
# Each round looks ten times closer.
ROUNDS = 7


def fisher_mid_p(counts: ArrayLike) -> Estimate:
    """Fisher's exact test with mid-p: value is the risk difference, p the two-sided mid-p.

    p sums the tables less probable than the one seen, and half of those as probable as it, ties within 1e-7.
    It does not promise its level, but keeps near it, where Fisher's stays far below. No interval. An empty
    row or column: not estimable. ValueError: the table is not 2 x 2.

    Source: Lancaster, J Am Stat Assoc 1961;56:223-234; Lydersen, Fagerland & Laake, Stat Med
    2009;28:1159-1175.
    """
    method = "risk difference; Fisher's exact test, mid-p, two-sided by probability"
    table = two_by_two(counts)
    if hindered := _hindrance(table):
        return not_estimable(hindered, method, int(table.sum()), "share")
    cells, log_weights = hypergeometric(table)
    weights = np.exp(log_weights - log_weights.max())
    seen = float(weights[cells == table[0, 0]][0])
    tied = np.abs(weights - seen) <= seen * 1e-7
    p = float((weights[(weights < seen) & ~tied].sum() + weights[tied].sum() / 2.0) / weights.sum())
    return Estimate(difference(table), method, int(table.sum()), "share", p=p)


def barnard(counts: ArrayLike, pooled: bool = True) -> Estimate:
    """Barnard's exact unconditional test: value is the risk difference, p the two-sided exact p.

    Tables are ordered by the distance of the two shares in standard errors, from the pooled share (the
    score statistic) or from each group's own. The common share at which p is greatest stands in the method.
    No interval. An empty row or column, or more than 500 patients ("not done"): not estimable.
    ValueError: the table is not 2 x 2.

    Source: Barnard, Biometrika 1947;34:123-138; Suissa & Shuster, J R Stat Soc A 1985;148:317-327, for the
    statistics.
    """
    variance = "pooled" if pooled else "unpooled"
    method = f"risk difference; Barnard's exact unconditional test, {variance} statistic, two-sided"
    table = two_by_two(counts)
    if hindered := _hindrance(table) or _too_many(table):
        return not_estimable(hindered, method, int(table.sum()), "share")
    n, m = (int(row) for row in table.sum(axis=1))
    distances = _squared_distances(n, m, pooled)
    return _estimate(table, method, [distances >= distances[table[0, 0], table[1, 0]]])


def boschloo(counts: ArrayLike, definition: Definition = "two-sided by probability") -> Estimate:
    """Boschloo's exact unconditional test: value is the risk difference, p the exact p.

    Tables are ordered by the p of Fisher's test, ties exact. Two definitions are in use, and may fall on
    both sides of 0.05: `two-sided by probability` orders by Fisher's two-sided p (R's Exact); `twice the
    one-sided` doubles the smaller p of the two tests that order by Fisher's one-sided p (SciPy; "central" in
    R's exact2x2). Never above Fisher's p of its own kind. Everything else is as for `barnard`.

    Source: Boschloo, Stat Neerl 1970;24:1-35.
    """
    if definition not in DEFINITIONS:
        raise ValueError(f"definition: one of {', '.join(DEFINITIONS)} is wanted, not {definition!r}")
    method = f"risk difference; Boschloo's exact unconditional test, {definition}"
    table = two_by_two(counts)
    if hindered := _hindrance(table) or _too_many(table):
        return not_estimable(hindered, method, int(table.sum()), "share")
    if definition == "two-sided by probability":
        return _estimate(table, method, [_as_extreme(table, "two-sided")])
    return _estimate(table, method, [_as_extreme(table, "above"), _as_extreme(table, "below")])


DEFINITIONS = ("two-sided by probability", "twice the one-sided")


def _hindrance(table: Counts) -> str:
    return empty_line(table.sum(axis=1), "row") or empty_line(table.sum(axis=0), "column")


def _too_many(table: Counts) -> str:
    n = int(table.sum())
    return f"not done: {n:,} patients are more than {MOST_PATIENTS}" if n > MOST_PATIENTS else ""


def _squared_distances(n: int, m: int, pooled: bool) -> Numbers:
    """The squared statistic of every table, events in the first group (rows) by events in the second.

    Numerator and denominator are whole numbers, so that tables as extreme as each other are so exactly.
    """
    x, y = np.arange(n + 1.0)[:, None], np.arange(m + 1.0)[None, :]
    squares = (x * m - y * n) ** 2
    if pooled:
        spread = (x + y) * (n + m - x - y)
    else:
        spread = x * (n - x) * m**3 + y * (m - y) * n**3
    # Without any spread the shares are either equal, or as far apart as can be.
    without = np.where(squares > 0.0, np.inf, 0.0)
    return np.asarray(np.divide(squares, spread, out=without, where=spread > 0.0))


def _as_extreme(table: Counts, tail: Literal["two-sided", "above", "below"]) -> Flags:
    """The tables whose Fisher p is no greater than that of the table seen, counted in whole numbers."""
    n, m = (int(row) for row in table.sum(axis=1))
    seen, events = int(table[0, 0]), int(table[:, 0].sum())
    ways, of_all = _ways(n, m, events, tail), math.comb(n + m, events)
    border = ways[seen - max(0, events - m)]
    found = np.zeros((n + 1, m + 1), dtype=np.bool_)
    for k in range(n + m + 1):
        # p here <= p seen, without dividing.
        most = border * math.comb(n + m, k) // of_all
        for x, extreme in enumerate(_ways(n, m, k, tail), start=max(0, k - m)):
            found[x, k - x] = extreme <= most
    return found


def _ways(n: int, m: int, events: int, tail: Literal["two-sided", "above", "below"]) -> list[int]:
    """For each possible first cell, in how many ways a table at least as extreme could come about."""
    each = [math.comb(n, x) * math.comb(m, events - x) for x in range(max(0, events - m), min(n, events) + 1)]
    if tail == "below":
        return list(accumulate(each))
    if tail == "above":
        return list(accumulate(each[::-1]))[::-1]
    ordered = sorted(each)
    # The last of equal ones carries them all.
    no_more = dict(zip(ordered, accumulate(ordered), strict=True))
    return [no_more[one] for one in each]


def _estimate(table: Counts, method: str, regions: list[Flags]) -> Estimate:
    """The greatest chance of the region; of two one-sided regions, twice the smaller greatest chance."""
    n = int(table.sum())
    p, share = min(_greatest(region, symmetric=len(regions) == 1) for region in regions)
    where = f"p greatest at a common share of {share:.4f}"
    if all(region.all() for region in regions):
        where = "every table is as extreme"
    elif len(regions) == 1 and f"{share:.4f}" != "0.5000":
        where += f" and of {1.0 - share:.4f}"
    return Estimate(difference(table), f"{method}; {where}", n, "share", p=min(1.0, p * len(regions)))


def _greatest(region: Flags, symmetric: bool) -> tuple[float, float]:
    """The greatest chance of the region over the common share of events, and that share.

    A grid over the share's angle, and then finer grids about each of its peaks. Where events and non-events
    may change places (`symmetric`), the smaller half of the shares is enough.
    """
    n = region.shape[0] + region.shape[1] - 2
    if region.all():
        return 1.0, 0.5
    last = math.pi / 4.0 if symmetric else math.pi / 2.0
    angles = np.linspace(0.0, last, POINTS * n + 1)
    step = last / (POINTS * n)
    chances = _chances(region, angles)
    sides = np.pad(chances, 1, constant_values=-1.0)
    peaks = (
        (chances >= sides[:-2]) & (chances >= sides[2:]) & (chances >= chances.max() * (1.0 - 1.0 / 400.0))
    )
    centres = angles[peaks]
    for _ in range(ROUNDS):
        finer = np.clip(centres[:, None] + np.linspace(-step, step, 21), 0.0, last)
        chances = _chances(region, finer.ravel()).reshape(finer.shape)
        best = chances.argmax(axis=1)
        centres, step = finer[np.arange(len(centres)), best], step / 10.0
    winner = int(chances.max(axis=1).argmax())
    return float(chances.max()), math.sin(float(centres[winner])) ** 2


def _chances(region: Flags, angles: Numbers) -> Numbers:
    """The chance of the region, where the common share of events is the squared sine of each angle."""
    share, rest = np.sin(angles) ** 2, np.cos(angles) ** 2
    first, second = (_binomial(size - 1, share, rest) for size in region.shape)
    return np.asarray(((first @ region) * second).sum(axis=1))


def _binomial(n: int, share: Numbers, rest: Numbers) -> Numbers:
    """The chance of each number of events among n (columns), for each share (rows)."""
    from scipy.special import gammaln, xlogy

    events = np.arange(n + 1.0)
    log_ways = gammaln(n + 1.0) - gammaln(events + 1.0) - gammaln(n - events + 1.0)
    return np.asarray(np.exp(log_ways + xlogy(events, share[:, None]) + xlogy(n - events, rest[:, None])))
