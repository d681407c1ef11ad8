"""Several tests at once: p-values adjusted for how many were made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from caseseries.stats.sample import Numbers

Ps = Sequence[float | None]


def holm(ps: Ps) -> tuple[float | None, ...]:
    """The p-values adjusted by Holm's step-down, in the order given.

    Who calls those up to 0.05 real errs in any of them at most once in twenty, whatever hangs
    together. None, a p that could not be estimated, stays None and is not counted among the tests.
    ValueError: a p is not between 0 and 1.

    Source: Holm, Scand J Stat 1979;6:65-70. Conventions: R's p.adjust.
    """
    known, order = _ordered(ps)
    times = np.arange(len(known), 0, -1)
    return _laid_back(ps, order, np.maximum.accumulate(known[order] * times))


def benjamini_hochberg(ps: Ps) -> tuple[float | None, ...]:
    """The p-values adjusted by Benjamini and Hochberg's step-up, in the order given.

    Of those up to 0.05, about one in twenty at most is expected to be false, if the tests are
    independent or hang together positively. None stays None and is not counted among the tests.
    ValueError: a p is not between 0 and 1.

    Source: Benjamini & Hochberg, J R Stat Soc B 1995;57:289-300. Conventions: R's p.adjust.
    """
    known, order = _ordered(ps)
    raised = known[order] * (len(known) / np.arange(1, len(known) + 1))
    return _laid_back(ps, order, np.minimum.accumulate(raised[::-1])[::-1])


def _ordered(ps: Ps) -> tuple[Numbers, np.ndarray]:
    """The p-values that are known, and the places of the least, the next ... among them."""
    known = np.array([p for p in ps if p is not None], dtype=np.float64)
    if not ((known >= 0.0) & (known <= 1.0)).all():
        raise ValueError("ps: p-values between 0 and 1, or None, are wanted")
    return known, np.argsort(known, kind="stable")


def _laid_back(ps: Ps, order: np.ndarray, adjusted: Numbers) -> tuple[float | None, ...]:
    laid = np.empty(len(order))
    laid[order] = np.minimum(adjusted, 1.0)
    each = iter(laid.tolist())
    return tuple(None if p is None else next(each) for p in ps)
