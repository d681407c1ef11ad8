"""Power: how surely an exact test of shares finds a difference, and how many patients that needs."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Numbers

ONE = "exact binomial test, one-sided at {tail:g}"
TWO = "Fisher's exact test, two-sided at {alpha:g}, equal groups"
MOST_OF_ONE, MOST_OF_TWO = 1000, 300
"""More patients, or patients a group, are not tried: the power is then not worth the wait."""
AHEAD = 12
"""The power of an exact test saws: it must hold for so many patients more."""


def one_share_power(n: int, null: float, truth: float, *, alpha: float = 0.05) -> Estimate:
    """The chance that `n` patients with the share `truth` reject the share `null`, on the side of the truth.

    The exact binomial test at alpha / 2 on one side. ValueError: n below 1, shares or alpha not between 0 and
    1, or a truth that is the null.
    """
    _check(n=n, null=null, truth=truth, alpha=alpha)
    if truth == null:
        raise ValueError(f"truth: another share than the null is wanted, not {truth:g}")
    method = f"power of the {ONE.format(tail=alpha / 2.0)}, {truth:.3g} against {null:.3g}"
    return Estimate(_one_share(n, null, truth, alpha), method, n, "share")


def one_share_powers(n: int, null: float, truths: Numbers, *, alpha: float = 0.05) -> Numbers:
    """The chance that the test rejects `null` upwards, for each of many shares that may be true."""
    _check(n=n, null=null, alpha=alpha)
    return _rejecting(n, null, truths, alpha, upwards=True)


def one_share_size(null: float, truth: float, *, power: float = 0.8, alpha: float = 0.05) -> Estimate:
    """So many patients reject the share `null` with at least `power` if `truth` holds, and so do some more.

    As `one_share_power`. Not estimable where 1,000 patients are not enough.
    """
    _check(null=null, truth=truth, power=power, alpha=alpha)
    tail = alpha / 2.0
    method = f"patients for a power of {power:.0%}, {ONE.format(tail=tail)}, {truth:.3g} against {null:.3g}"
    if truth == null:
        return not_estimable("the share to find is the one it is held against", method, 0, "patients")
    held = 0
    for n in range(1, MOST_OF_ONE + 1):
        held = held + 1 if _one_share(n, null, truth, alpha) >= power else 0
        if held > AHEAD:
            return Estimate(n - AHEAD, method, n - AHEAD, "patients")
    return not_estimable(f"{MOST_OF_ONE:,} patients would not be enough", method, MOST_OF_ONE, "patients")


def two_shares_power(n: int, first: float, second: float, *, alpha: float = 0.05) -> Estimate:
    """The chance that two groups of `n` each, with these shares, differ by Fisher's exact test.

    ValueError: n below 1, or shares or alpha not between 0 and 1.

    Source: every table is enumerated; Bennett & Hsu, Biometrika 1960;47:393-398.
    """
    _check(n=n, first=first, second=second, alpha=alpha)
    method = f"power of {TWO.format(alpha=alpha)}, {first:.3g} against {second:.3g}"
    return Estimate(_two_shares(n, first, second, alpha), method, 2 * n, "share")


def two_shares_size(first: float, second: float, *, power: float = 0.8, alpha: float = 0.05) -> Estimate:
    """So many patients in each of two equal groups find these shares different with at least `power`.

    As `two_shares_power`; the power holds for more patients too. Not estimable where 300 in each group are
    not enough.
    """
    _check(first=first, second=second, power=power, alpha=alpha)
    wanted = f"patients in each group for a power of {power:.0%}"
    method = f"{wanted}, {TWO.format(alpha=alpha)}, {first:.3g} against {second:.3g}"
    why = f"{MOST_OF_TWO} patients in each group would not be enough"
    if _two_shares(MOST_OF_TWO, first, second, alpha) < power:
        return not_estimable(why, method, 2 * MOST_OF_TWO, "patients")
    low, high = 1, MOST_OF_TWO
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _two_shares(middle, first, second, alpha) >= power else (middle, high)
    # Near there the power saws: the last group size that falls short decides.
    near = range(max(2, high - AHEAD), min(MOST_OF_TWO, high + AHEAD) + 1)
    short = [n for n in near if _two_shares(n, first, second, alpha) < power]
    n = max(short, default=high - 1) + 1
    return Estimate(n, method, 2 * n, "patients")


def _one_share(n: int, null: float, truth: float, alpha: float) -> float:
    upwards = truth > null
    chance = _rejecting(n, null, np.array([truth]), alpha, upwards=upwards)
    return float(chance[0])


def _rejecting(n: int, null: float, truths: Numbers, alpha: float, *, upwards: bool) -> Numbers:
    """The chance of a count that rejects the null upwards, or downwards, for each share that may be true."""
    from scipy.special import bdtr

    if not upwards:
        # Downwards is upwards among those without the event.
        return _rejecting(n, 1.0 - null, 1.0 - truths, alpha, upwards=True)
    # bdtr(k, n, 1 - share) is the chance of n - k events or more.
    tails = bdtr(np.arange(n + 1), n, 1.0 - null)
    enough = np.flatnonzero(tails <= alpha / 2.0)
    if not len(enough):
        return np.zeros_like(truths)
    return np.asarray(bdtr(int(enough[-1]), n, 1.0 - truths))


@lru_cache(maxsize=512)
def _rejected(n: int, alpha: float) -> Numbers:
    """Each table of two groups of `n`, by the events of both: 1 where it is rejected, else 0."""
    from scipy.special import gammaln

    ways = gammaln(n + 1.0) - gammaln(np.arange(n + 1) + 1.0) - gammaln(n - np.arange(n + 1) + 1.0)
    table = ways[:, None] + ways[None, :]  # the log weight of (events in the first, events in the second)
    rejected = np.zeros((n + 1, n + 1))
    for total in range(2 * n + 1):
        first = np.arange(max(0, total - n), min(n, total) + 1)
        weight = table[first, total - first]
        weight = np.exp(weight - weight.max())
        order = np.argsort(weight, kind="stable")
        reached = np.cumsum(weight[order]) / weight.sum()
        # Tables as probable as one another, up to rounding, are rejected together.
        last = np.searchsorted(weight[order], weight * (1.0 + 1e-7), side="right") - 1
        rejected[first, total - first] = reached[last] <= alpha
    return rejected


def _two_shares(n: int, first: float, second: float, alpha: float) -> float:
    from scipy.special import bdtr

    chances = []
    for share in (first, second):
        reached = np.append(0.0, bdtr(np.arange(n + 1), n, share))
        chances.append(np.diff(reached))
    return math.fsum((chances[0][:, None] * _rejected(n, alpha) * chances[1][None, :]).ravel())


def _check(**given: float) -> None:
    for name, value in given.items():
        if name == "n" and value < 1:
            raise ValueError(f"n: at least one patient is wanted, not {value}")
        if name != "n" and not 0.0 < value < 1.0:
            raise ValueError(f"{name}: a share between 0 and 1 is wanted, not {value:g}")
