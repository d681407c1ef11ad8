"""Two or more groups compared by counts: chi-square tests and Fisher's exact test."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, check_level, not_estimable
from caseseries.stats.root import root
from caseseries.stats.sample import Counts, Numbers, contingency
from caseseries.stats.tails import chi_square_tail

Correction = Literal["none", "Yates", "n-1"]


def expected(counts: ArrayLike) -> Numbers:
    """The counts expected if rows and columns were independent: an array of the table's shape.

    All zero for a table of nobody.
    """
    table = contingency(counts)
    product = np.outer(table.sum(axis=1), table.sum(axis=0)).astype(np.float64)
    total = int(table.sum())
    return product / total if total else product


def smallest_expected(counts: ArrayLike) -> float:
    """The smallest expected count of the table; 0 where a row or a column is empty."""
    return float(expected(counts).min(initial=math.inf)) if np.size(counts) else 0.0


def chi_square(counts: ArrayLike, *, correction: Correction = "none") -> Estimate:
    """Pearson's chi-square of an r x c table: value is the statistic, p its upper tail.

    `Yates` (2 x 2 only) takes one half, or the whole deviation where that is less, off each
    deviation, as R does; `n-1` multiplies the statistic by (n - 1) / n. An empty row or column,
    or a single one, is not estimable: nothing is dropped in silence. n is the total of the counts.

    Source: Pearson, Phil Mag 1900;50:157-175; Yates, Suppl J R Stat Soc 1934;1:217-235;
    Campbell, Stat Med 2007;26:3661-3675, for n - 1.
    """
    table = contingency(counts)
    total = int(table.sum())
    degrees = max(0, table.shape[0] - 1) * max(0, table.shape[1] - 1)
    if correction not in CORRECTIONS:
        raise ValueError(f"correction: one of {', '.join(CORRECTIONS)} is wanted, not {correction!r}")
    method = f"Pearson chi-square, {CORRECTIONS[correction]}, {degrees} df"
    if hindered := _hindrance(table):
        return not_estimable(hindered, method, total, "chi-square")
    if correction == "Yates" and table.shape != (2, 2):
        return not_estimable("Yates' correction is for 2 x 2 tables", method, total, "chi-square")
    under_independence = expected(table)
    deviations = np.abs(table - under_independence)
    if correction == "Yates":
        deviations = deviations - min(0.5, float(deviations.min()))
    statistic = math.fsum((deviations**2 / under_independence).ravel())
    if correction == "n-1":
        statistic *= (total - 1) / total
    return Estimate(statistic, method, total, "chi-square", p=chi_square_tail(statistic, degrees))


def fisher(counts: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Fisher's exact test of a 2 x 2 table: value is the odds ratio, p the two-sided exact p.

    The odds ratio is the conditional maximum-likelihood one (not ad/bc), with exact limits, each
    with half of 1 - `level` beyond it. Infinite: value None with the reason, `low` still given and
    `high` open, and `beyond` says so. p sums the tables no more probable than the one seen, ties
    within 1e-7 counted, as R does; p and the limits are two different tails, and may disagree at the
    border. An empty row or column is not estimable. ValueError: the table is not 2 x 2, or the level
    is not between 0 and 1.

    Source: Fisher, J R Stat Soc 1935;98:39-82; Cornfield, Proc 3rd Berkeley Symp 1956;4:135-148,
    for the limits; Fay, R Journal 2010;2(1):53-58, for where p and limits disagree.
    """
    check_level(level)
    table = contingency(counts)
    if table.shape != (2, 2):
        raise ValueError(f"counts: a 2 x 2 table is wanted, this is {' x '.join(map(str, table.shape))}")
    total = int(table.sum())
    method = (
        "Fisher's exact test, two-sided by probability; "
        "odds ratio by conditional maximum likelihood, exact central limits"
    )
    if hindered := _hindrance(table):
        return not_estimable(hindered, method, total, "odds ratio")
    seen = int(table[0, 0])
    cells, log_weights = hypergeometric(table)
    weights = _shares(log_weights)
    p = float(weights[weights <= weights[cells == seen] * (1.0 + 1e-7)].sum())
    half = (1.0 - level) / 2.0
    low, value, high = 0.0, 0.0, None
    if seen > cells[0]:
        low = odds_where(lambda chances: float(chances[cells >= seen].sum()) - half, cells, log_weights)
    if seen < cells[-1]:
        high = odds_where(lambda chances: half - float(chances[cells <= seen].sum()), cells, log_weights)
    if seen == cells[-1]:
        row, column = np.argwhere(table * [[0, 1], [1, 0]] + [[1, 0], [0, 1]] == 0)[0] + 1
        reason = f"nobody in row {row}, column {column}: the odds ratio is infinite"
        return Estimate(None, method, total, "odds ratio", low, None, level, min(p, 1.0), reason, "infinite")
    if seen > cells[0]:
        value = odds_where(lambda chances: float((chances * (cells - seen)).sum()), cells, log_weights)
    return Estimate(value, method, total, "odds ratio", low, high, level, min(p, 1.0))


CORRECTIONS = {"none": "uncorrected", "Yates": "Yates-corrected", "n-1": "n-1 corrected"}


def _hindrance(table: Counts) -> str:
    """Why the table compares nothing, in plain words; "" where it does."""
    if not table.sum():
        return "nobody to count"
    for axis, line in ((1, "row"), (0, "column")):
        lines = table.sum(axis=axis)
        if len(lines) < 2:
            return f"only one {line}: nothing to compare"
        if not lines.all():
            return f"{line} {int(np.argmin(lines)) + 1} is empty: nothing to compare"
    return ""


def hypergeometric(table: Counts) -> tuple[Counts, Numbers]:
    """The first cell's possible values under the table's margins, and their log weights at odds ratio 1."""
    from scipy.special import gammaln

    row, other_row = (int(margin) for margin in table.sum(axis=1))
    column = int(table[:, 0].sum())
    cells = np.arange(max(0, column - other_row), min(row, column) + 1)
    terms = (cells, row - cells, column - cells, other_row - column + cells)
    log_weights = -np.sum([gammaln(term + 1.0) for term in terms], axis=0)
    return cells, log_weights


def _shares(log_weights: Numbers) -> Numbers:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def odds_where(rising: Callable[[Numbers], float], cells: Counts, log_weights: Numbers) -> float:
    """The odds ratio at which `rising`, a function of the cells' chances, is zero."""
    return math.exp(root(lambda log_odds: rising(_shares(log_weights + cells * log_odds)), -700.0, 700.0))
