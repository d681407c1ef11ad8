"""How far apart two groups are, with an interval: risk difference, risk ratio and odds ratio.

The rows of a 2 x 2 table are the groups, its columns the event, yes and no. Every contrast is the first
group against the second.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.compare import hypergeometric, odds_where
from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.proportions import LIMITS
from caseseries.stats.root import root
from caseseries.stats.sample import Counts, contingency
from caseseries.stats.tails import normal_quantile

DifferenceInterval = Literal["Newcombe", "Miettinen-Nurminen", "Agresti-Caffo"]
RatioInterval = Literal["Katz", "Koopman"]
OddsInterval = Literal["mid-p", "Wald"]


def risk_difference(
    counts: ArrayLike, *, level: float = 0.95, interval: DifferenceInterval = "Newcombe"
) -> Estimate:
    """The share with the event in the first group less that in the second, from -1 to 1, with its interval.

    `Newcombe` joins the Wilson limits of the two shares (his method 10); `Miettinen-Nurminen` holds the
    differences that a score test, its variance times n / (n - 1), does not refute; `Agresti-Caffo` adds one
    patient with and one without the event to each group, and is cut off at -1 and 1. All three hold where
    nobody, or everybody, had the event. n is all patients. An empty group: not estimable. ValueError: the
    table is not 2 x 2, or the level not between 0 and 1.

    Source: Newcombe, Stat Med 1998;17:873-890; Miettinen & Nurminen, Stat Med 1985;4:213-226; Agresti &
    Caffo, Am Stat 2000;54:280-288.
    """
    check_level(level)
    _check_one_of(interval, DIFFERENCE_LIMITS)
    table = two_by_two(counts)
    said, limits = DIFFERENCE_LIMITS[interval]
    method, n = f"risk difference, {said}", int(table.sum())
    if hindered := empty_line(table.sum(axis=1), "row"):
        return not_estimable(hindered, method, n, "share")
    low, high = limits(table, level)
    return Estimate(difference(table), method, n, "share", low, high, level)


def risk_ratio(counts: ArrayLike, *, level: float = 0.95, interval: RatioInterval = "Katz") -> Estimate:
    """The share with the event in the first group over that in the second, with its interval.

    `Katz` is the Wald interval of the logarithm. It does not exist where nobody in a group, or everybody in
    both, had the event: then the method says so, and there is no interval. `Koopman` is the score interval,
    which still does. Nobody in the second group with the event: the ratio is infinite, value None with the
    reason. An empty group, or nobody at all with the event: not estimable. ValueError: as for
    `risk_difference`.

    Source: Katz et al., Biometrics 1978;34:469-474; Koopman, Biometrics 1984;40:513-517.
    """
    check_level(level)
    _check_one_of(interval, RATIO_INTERVALS)
    table = two_by_two(counts)
    n1, n2 = (int(row) for row in table.sum(axis=1))
    a, c = int(table[0, 0]), int(table[1, 0])
    method, n, unit = f"risk ratio, {RATIO_INTERVALS[interval]}", n1 + n2, "risk ratio"
    if hindered := empty_line(table.sum(axis=1), "row"):
        return not_estimable(hindered, method, n, unit)
    if not a + c:
        return not_estimable("nobody had the event: no ratio can be taken", method, n, unit)
    infinite = "" if c else "nobody in row 2 had the event: the risk ratio is infinite"
    value = (a * n2) / (c * n1) if c else None
    if interval == "Koopman":
        limits = _koopman(a, n1, c, n2, level)
        return Estimate(value, method, n, unit, *limits, level, None, infinite, "" if c else "infinite")
    if value is None:
        return not_estimable(f"{infinite}, and has no Katz interval", method, n, unit)
    if not a or (a == n1 and c == n2):
        why = "nobody in row 1 had the event" if not a else "everybody had the event"
        return Estimate(value, f"risk ratio; {why}, and there is no Katz interval", n, unit)
    error = math.sqrt((n1 - a) / (a * n1) + (n2 - c) / (c * n2))
    return Estimate(value, method, n, unit, *_on_log_scale(value, error, level), level)


def odds_ratio(counts: ArrayLike, *, level: float = 0.95, interval: OddsInterval = "mid-p") -> Estimate:
    """The odds of the event in the first group over those in the second, with its interval.

    `mid-p`: the conditional maximum-likelihood ratio, with limits beyond which lies half of 1 - `level`, the
    table seen counted by half; p is twice the smaller of these two tails at a ratio of 1, so that limits and
    p always agree. `Wald`: the ratio ad/bc with Woolf's interval of the logarithm, and no p; it does not
    exist where a cell is empty: then the method says so, and there is no interval. An infinite ratio: value
    None with the reason. An empty row or column: not estimable. ValueError: as for `risk_difference`.

    Source: Berry & Armitage, Statistician 1995;44:417-423, for mid-p; Cornfield, Proc 3rd Berkeley Symp
    1956;4:135-148, for the conditional ratio; Woolf, Ann Hum Genet 1955;19:251-253.
    """
    check_level(level)
    _check_one_of(interval, ODDS_INTERVALS)
    table = two_by_two(counts)
    method, n, unit = ODDS_INTERVALS[interval], int(table.sum()), "odds ratio"
    if hindered := empty_line(table.sum(axis=1), "row") or empty_line(table.sum(axis=0), "column"):
        return not_estimable(hindered, method, n, unit)
    a, b, c, d = (int(count) for count in table.ravel())
    infinite = ""
    if not b or not c:
        infinite = (
            f"nobody in {'row 1, column 2' if not b else 'row 2, column 1'}: the odds ratio is infinite"
        )
    if interval == "mid-p":
        value, low, high, p = _mid_p_odds(table, level)
        return Estimate(value, method, n, unit, low, high, level, p, infinite, "infinite" if infinite else "")
    if infinite:
        return not_estimable(f"{infinite}, and has no Woolf interval", method, n, unit)
    if not a or not d:
        empty = "row 1, column 1" if not a else "row 2, column 2"
        return Estimate(0.0, f"odds ratio ad/bc; nobody in {empty}, and there is no Woolf interval", n, unit)
    value, error = (a * d) / (b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return Estimate(value, method, n, unit, *_on_log_scale(value, error, level), level)


def two_by_two(counts: ArrayLike) -> Counts:
    """`counts` as a table of two rows and two columns. ValueError for anything else."""
    table = contingency(counts)
    if table.shape != (2, 2):
        raise ValueError(f"counts: a 2 x 2 table is wanted, this is {' x '.join(map(str, table.shape))}")
    return table


def empty_line(totals: Counts, line: str) -> str:
    """Which row or column has nobody, in plain words; "" where none is empty."""
    if not totals.any():
        return "nobody to count"
    return "" if totals.all() else f"{line} {int(np.argmin(totals)) + 1} is empty: nothing to compare"


def difference(table: Counts) -> float:
    """The first group's share with the event less the second's, rounded once: 1/3 less 2/6 is 0."""
    n1, n2 = (int(row) for row in table.sum(axis=1))
    return (int(table[0, 0]) * n2 - int(table[1, 0]) * n1) / (n1 * n2)


def _check_one_of(interval: str, known: Collection[str]) -> None:
    if interval not in known:
        raise ValueError(f"interval: one of {', '.join(known)} is wanted, not {interval!r}")


def _newcombe(table: Counts, level: float) -> tuple[float, float]:
    (p1, (low1, high1)), (p2, (low2, high2)) = (
        (a / (a + b), LIMITS["Wilson"](a, a + b, 1.0 - level)) for a, b in table.tolist()
    )
    return p1 - p2 - math.hypot(p1 - low1, high2 - p2), p1 - p2 + math.hypot(high1 - p1, p2 - low2)


def _agresti_caffo(table: Counts, level: float) -> tuple[float, float]:
    z = normal_quantile((1.0 + level) / 2.0)
    (p1, m1), (p2, m2) = (((a + 1) / (a + b + 2), a + b + 2) for a, b in table.tolist())
    reach = z * math.sqrt(p1 * (1.0 - p1) / m1 + p2 * (1.0 - p2) / m2)
    return max(-1.0, p1 - p2 - reach), min(1.0, p1 - p2 + reach)


def _miettinen_nurminen(table: Counts, level: float) -> tuple[float, float]:
    a, b, c, d = (int(count) for count in table.ravel())
    n1, n2 = a + b, c + d
    z = normal_quantile((1.0 + level) / 2.0)
    seen = difference(table)

    def within(delta: float) -> float:
        """Above zero where the score test does not refute a difference of `delta`."""
        share = _constrained_share(a, b, c, d, delta)
        other = share - delta
        variance = share * (1.0 - share) / n1 + other * (1.0 - other) / n2
        return z * z * variance * (n1 + n2) / (n1 + n2 - 1) - (seen - delta) * (seen - delta)

    return root(within, -1.0, seen), root(lambda delta: -within(delta), seen, 1.0)


def _constrained_share(a: int, b: int, c: int, d: int, delta: float) -> float:
    """The first group's most likely share, where it is to lie `delta` above the second's."""

    def falling(share: float) -> float:
        """How the log likelihood falls as the share rises; a count of 0 has no part in it."""
        other = share - delta
        parts = ((-a, share), (b, 1.0 - share), (-c, other), (d, 1.0 - other))
        return math.fsum(count / max(part, TINY) for count, part in parts if count)

    lowest, highest = max(0.0, delta), min(1.0, 1.0 + delta)
    if falling(lowest) >= 0.0:
        return lowest
    return highest if falling(highest) <= 0.0 else root(falling, lowest, highest)


def _koopman(a: int, n1: int, c: int, n2: int, level: float) -> tuple[float, float | None]:
    z = normal_quantile((1.0 + level) / 2.0)
    n, events = n1 + n2, a + c

    def refuted(log_ratio: float) -> float:
        """Above zero where the score test refutes the ratio. Koopman's closed form of the likely shares."""
        ratio = math.exp(log_ratio)
        both = ratio * (n1 + c) + a + n2
        share = 2.0 * ratio * events / (both + math.sqrt(max(0.0, both * both - 4.0 * ratio * n * events)))
        return _squared_score(a, n1, share) + _squared_score(c, n2, share / ratio) - z * z

    middle = math.log(a * n2 / (c * n1)) if a and c else 0.0
    low = math.exp(root(lambda at: -refuted(at), -300.0, middle if c else 300.0)) if a else 0.0
    high = math.exp(root(refuted, middle if a else -300.0, 300.0)) if c else None
    return low, high


def _squared_score(events: int, n: int, share: float) -> float:
    variance = n * share * (1.0 - share)
    off = events - n * share
    return off * off / variance if variance > 0.0 else 0.0


def _mid_p_odds(table: Counts, level: float) -> tuple[float | None, float, float | None, float]:
    """The conditional odds ratio, its mid-p limits, and twice the smaller mid-p tail at a ratio of 1."""
    half, seen = (1.0 - level) / 2.0, int(table[0, 0])
    cells, log_weights = hypergeometric(table)
    # How much of each possible table's chance lies above the one seen, and how much below it.
    above = (cells > seen) + 0.5 * (cells == seen)
    below = 1.0 - above
    chances = np.exp(log_weights - log_weights.max())
    p = min(1.0, 2.0 * min(float(chances @ above), float(chances @ below)) / float(chances.sum()))
    value, low, high = 0.0, 0.0, None
    if seen > cells[0]:
        low = odds_where(lambda at: float(at @ above) - half, cells, log_weights)
    if seen < cells[-1]:
        high = odds_where(lambda at: half - float(at @ below), cells, log_weights)
    if seen == cells[-1]:
        return None, low, None, p
    if seen > cells[0]:
        value = odds_where(lambda at: float((at * (cells - seen)).sum()), cells, log_weights)
    return value, low, high, p


def _on_log_scale(ratio: float, error: float, level: float) -> tuple[float, float]:
    reach = math.exp(normal_quantile((1.0 + level) / 2.0) * error)
    return ratio / reach, ratio * reach


# The least share by which a count is divided: it stands for a share of 0, and is no more than that.
TINY = 1e-300
DIFFERENCE_LIMITS = {
    "Newcombe": ("Newcombe interval (method 10, from Wilson limits)", _newcombe),
    "Miettinen-Nurminen": (
        "Miettinen-Nurminen score interval (variance times n / (n - 1))",
        _miettinen_nurminen,
    ),
    "Agresti-Caffo": (
        "Agresti-Caffo interval (one with and one without the event added to each group)",
        _agresti_caffo,
    ),
}
RATIO_INTERVALS = {"Katz": "Katz interval (Wald, of the logarithm)", "Koopman": "Koopman score interval"}
ODDS_INTERVALS = {
    "mid-p": (
        "odds ratio by conditional maximum likelihood, mid-p interval; "
        "p is twice the smaller tail, the table seen counted by half"
    ),
    "Wald": "odds ratio ad/bc, Woolf interval (Wald, of the logarithm)",
}
