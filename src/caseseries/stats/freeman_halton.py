"""Fisher's exact test for a table of any size, as Freeman and Halton extended it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from caseseries.stats.contrast import empty_line
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Counts, Numbers, contingency

MOST_TABLES = 10_000_000
DRAWS = 100_000
# A drawn table takes a draw for each cell: this many cells are a few seconds' work.
MOST_CELLS = 200
# Tables filled together, and numbers kept on the way, for the sake of memory.
CHUNK = 400_000
KEPT = 20_000_000
# Tables whose chances lie this close, relative to the one seen, are as probable as it, as in R.
AS_PROBABLE = 1e-7

DESCENTS = 500

Integers = NDArray[np.integer]
# Tables filled so far: what is left of the rows of each, and its log weight.
Filled = tuple[Integers, Numbers]


def freeman_halton(counts: ArrayLike, *, seed: int, limit: int = MOST_TABLES) -> Estimate:
    """The exact test of an r x c table: value is the chance of the table seen under its margins, p exact.

    p sums the chances of all tables with these margins that are no more probable than the one seen, ties
    within 1e-7 counted, as R's fisher.test does. Exact where the tables are no more than `limit`; else
    100,000 tables are drawn with `seed`, the one seen is counted among them, and the method names the
    standard error. The tables are not counted beforehand but guessed at, so that near the limit either may
    come. n is the total. An empty or a single row or column, or a table of more than 200 cells
    beyond counting ("not done"): not estimable. ValueError: not a table of whole numbers.

    Source: Freeman & Halton, Biometrika 1951;38:141-149; Phipson & Smyth, Stat Appl Genet Mol Biol
    2010;9:39, for the drawn p.
    """
    table = contingency(counts)
    n, said = int(table.sum()), "Fisher-Freeman-Halton exact test, two-sided by probability"
    method = f"{said}; value is the chance of the table seen"
    if hindered := _hindrance(table):
        return not_estimable(hindered, method, n, "share")
    # The shorter way first: fewer rows are quicker to fill.
    rows, columns = sorted((table.sum(axis=1), table.sum(axis=0)), key=len)
    from scipy.special import gammaln

    log_factorials = np.asarray(gammaln(np.arange(n + 1.0) + 1.0))
    seen = -math.fsum(log_factorials[table].ravel())
    margins = math.fsum(log_factorials[rows]) + math.fsum(log_factorials[columns]) - log_factorials[n]
    value = min(1.0, math.exp(seen + margins))
    border = seen + AS_PROBABLE
    if (exact := _exact(rows, columns, log_factorials, border, margins, limit)) is not None:
        p, tables = exact
        return Estimate(value, f"{method}; exact over all {tables:,} tables", n, "share", p=p)
    if table.size > MOST_CELLS:
        return not_estimable(f"not done: {table.size} cells are too many to draw tables", method, n, "share")
    extreme = int((_drawn(rows, columns, log_factorials, seed) <= border).sum())
    p = (1 + extreme) / (1 + DRAWS)
    error = math.sqrt(p * (1.0 - p) / DRAWS)
    method = f"{method}; {DRAWS:,} tables drawn (seed {seed}, standard error of p {error:.1g})"
    return Estimate(value, method, n, "share", p=p)


def _hindrance(table: Counts) -> str:
    for axis, line in ((1, "row"), (0, "column")):
        totals = table.sum(axis=axis)
        if not table.sum():
            return "nobody to count"
        if len(totals) < 2:
            return f"only one {line}: nothing to compare"
        if hindered := empty_line(totals, line):
            return hindered
    return ""


def _exact(
    rows: Counts, columns: Counts, log_factorials: Numbers, border: float, margins: float, limit: int
) -> tuple[float, int] | None:
    """p and the number of all tables; None where these are more than the limit."""
    if _guessed_tables(rows, columns) > limit:
        return None
    tables, extreme, whole = 0, 0.0, 0.0
    for weights in _all_log_weights(rows, columns, log_factorials):
        tables += len(weights)
        if tables > limit:
            return None
        chances = np.exp(weights + margins)
        whole += float(chances.sum())
        extreme += float(chances[weights <= border].sum())
    return min(1.0, extreme / whole), tables


def _guessed_tables(rows: Counts, columns: Counts) -> float:
    """About how many tables there are, from a few filled at random: the mean product of the choices met.

    Drawn with a seed of its own, so that whether p is exact never hangs on the caller's.
    Source: Knuth, Math Comp 1975;29:121-136.
    """
    random = np.random.default_rng(0)
    margins = np.repeat(rows[None, :], DESCENTS, axis=0)
    tables = np.ones(DESCENTS)
    for column in columns[:-1]:
        left = np.full(DESCENTS, column)
        for row in range(len(rows) - 1):
            lowest, highest = _range(margins, row, left)
            cell = random.integers(lowest, highest, endpoint=True)
            margins[:, row] -= cell
            left -= cell
            # Beyond any limit it matters no more by how much.
            tables = np.minimum(tables * (highest - lowest + 1), 1e200)
        margins[:, -1] -= left
    return float(tables.mean())


def _range(margins: Integers, row: int, left: Integers) -> tuple[Integers, Integers]:
    """The least and the greatest count that the row's next cell may have."""
    later = margins[:, row + 1 :].sum(axis=1)
    return np.maximum(0, left - later), np.minimum(margins[:, row], left)


def _all_log_weights(rows: Counts, columns: Counts, log_factorials: Numbers) -> Iterator[Numbers]:
    """The log weights of all tables with these margins, some at a time.

    Cells are filled one after the other, each with all that its row and column allow. The last column is
    what is left of the rows.
    """
    start = (rows.astype(np.int32)[None, :], np.zeros(1))
    first = np.array([columns[0]], dtype=np.int32)
    yield from _filled_on(start, 0, 0, first, columns, log_factorials)


def _filled_on(
    filled: Filled, column: int, row: int, left: Integers, columns: Counts, log_factorials: Numbers
) -> Iterator[Numbers]:
    margins, weights = filled
    if column == len(columns) - 1:
        yield weights - log_factorials[margins].sum(axis=1)
        return
    if row == margins.shape[1] - 1:
        # What is left of the column falls to its last row.
        rest = margins.copy()
        rest[:, row] -= left
        fresh = np.full(len(left), columns[column + 1], dtype=left.dtype)
        next_ = (rest, weights - log_factorials[left])
        yield from _filled_on(next_, column + 1, 0, fresh, columns, log_factorials)
        return
    lowest, highest = _range(margins, row, left)
    choices = highest - lowest + 1
    for part in _parts(choices, min(CHUNK, KEPT // (margins.shape[1] ** 2 * len(columns)))):
        times = choices[part]
        before = np.repeat(np.cumsum(times) - times, times)
        cell = (np.arange(len(before)) - before + np.repeat(lowest[part], times)).astype(left.dtype)
        rest = np.repeat(margins[part], times, axis=0)
        rest[:, row] -= cell
        next_ = (rest, np.repeat(weights[part], times) - log_factorials[cell])
        yield from _filled_on(
            next_, column, row + 1, np.repeat(left[part], times) - cell, columns, log_factorials
        )


def _parts(choices: Integers, chunk: int) -> Iterator[slice]:
    """Neighbours that together grow to about a chunk, or one alone that grows to more."""
    place = np.cumsum(choices, dtype=np.int64) // max(1, chunk)
    borders = np.flatnonzero(np.diff(place)) + 1
    for first, last in zip([0, *borders], [*borders, len(choices)], strict=True):
        yield slice(first, last)


def _drawn(rows: Counts, columns: Counts, log_factorials: Numbers, seed: int) -> Numbers:
    """The log weights of tables drawn at random under the margins, cell by cell."""
    random = np.random.default_rng(seed)
    margins = np.repeat(rows[None, :], DRAWS, axis=0)
    weights = np.zeros(DRAWS)
    for column in columns[:-1]:
        left = np.full(DRAWS, column)
        for row in range(len(rows) - 1):
            cell = random.hypergeometric(margins[:, row], margins[:, row + 1 :].sum(axis=1), left)
            margins[:, row] -= cell
            left -= cell
            weights -= log_factorials[cell]
        margins[:, -1] -= left
        weights -= log_factorials[left]
    return np.asarray(weights - log_factorials[margins].sum(axis=1))
