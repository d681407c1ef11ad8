"""Standardised differences: how far two groups are apart before anything was done, in standard deviations.

Unlike a p they do not grow with the number of patients, so that a balance may be judged by them.
"""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from caseseries.stats.contrast import difference, empty_line, two_by_two
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Numbers, numbers

UNIT = "standard deviations"


def standardised_difference(x: ArrayLike, y: ArrayLike) -> Estimate:
    """The mean of `x` less that of `y`, in standard deviations: the root of the two variances' mean.

    Each group counts alike, however large. n is both groups. An empty group, a group of one, or no spread in
    either group: not estimable. ValueError: missing or infinite values.

    Source: Austin, Stat Med 2009;28:3083-3107.
    """
    method = "standardised difference of means, by the root of the mean of both groups' variances (n - 1)"
    first, second = numbers(x, "x"), numbers(y, "y")
    n = len(first) + len(second)
    if not len(first) or not len(second):
        return not_estimable("a group is empty" if n else "nobody to compare", method, n, UNIT)
    if len(first) == 1 or len(second) == 1:
        return not_estimable("a group has one value, which has no spread", method, n, UNIT)
    (mean1, variance1), (mean2, variance2) = _mean_and_variance(first), _mean_and_variance(second)
    scale = math.sqrt((variance1 + variance2) / 2.0)
    if not scale or (first.min() == first.max() and second.min() == second.max()):
        return not_estimable("the values of each group are all equal: they have no spread", method, n, UNIT)
    return Estimate((mean1 - mean2) / scale, method, n, UNIT)


def standardised_difference_of_shares(counts: ArrayLike) -> Estimate:
    """The share with the event in the first group less that in the second, in standard deviations.

    `counts` is a 2 x 2 table, rows the groups and columns the event, yes and no; a share's variance is
    p (1 - p). An empty group, or nobody or everybody with the event in each group: not estimable.
    ValueError: the table is not 2 x 2.

    Source: Austin, Stat Med 2009;28:3083-3107.
    """
    method = "standardised difference of shares, by the root of the mean of both groups' p (1 - p)"
    table = two_by_two(counts)
    n = int(table.sum())
    if hindered := empty_line(table.sum(axis=1), "row"):
        return not_estimable(hindered, method, n, UNIT)
    (a, b), (c, d) = table.tolist()
    variance = (a * b / (a + b) ** 2 + c * d / (c + d) ** 2) / 2.0
    if not variance:
        why = "in each group nobody or everybody had the event: the shares have no spread"
        return not_estimable(why, method, n, UNIT)
    return Estimate(difference(table) / math.sqrt(variance), method, n, UNIT)


def _mean_and_variance(sample: Numbers) -> tuple[float, float]:
    centre = math.fsum(sample) / len(sample)
    return centre, math.fsum((sample - centre) ** 2) / (len(sample) - 1)
