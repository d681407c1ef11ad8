"""Separation: whether a regression's likelihood has a highest point or rises for ever, and where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from caseseries.stats.sample import Counts, Flags, Numbers

Broken = Callable[[Numbers], Numbers]
"""For a direction, the cuts that it breaks: rows `cut` with cut @ direction < 0, the worst of them."""

Look = Callable[[Numbers], tuple[float, Numbers, Numbers]]
"""At given coefficients: the log-likelihood, its slope, and the information."""

# A pivot of the scaled information below this is none: the covariate follows from those before it.
NO_PIVOT = 1e-11
# Standardized covariates that overlap by less than this do not overlap.
NO_OVERLAP = 1e-9
# How many cuts are added at a time.
A_ROUND = 200
# Of standardized coefficients.
SHORTEST_STEP = 1e-11
HIDDEN_STEP = 1e-7
LONGEST_STEP = 5.0
MOST_STEPS = 500
# A step on which the height falls by no more than this share is not a step down.
LEVEL_GROUND = 1e-13


@dataclass(frozen=True, eq=False, slots=True)
class Peak:
    """A place on a likelihood: the coefficients, its height there, its slope, and the information."""

    at: Numbers
    height: float
    slope: Numbers
    information: Numbers


def dependence(information: Numbers, names: Sequence[str], seen: str) -> str:
    """Why a covariate adds nothing to those before it, in plain words; "" where each adds something.

    `information` is that of standardized covariates at coefficients of 0; `seen` says among whom.
    """
    size = np.sqrt(np.clip(np.diag(information), 0.0, None))
    floor = np.sqrt(NO_PIVOT) * size.max(initial=1.0)
    for j, name in enumerate(names):
        if size[j] <= floor:
            return f"{name} does not differ {seen}"
        scaled = information[:j, :j] / np.outer(size[:j], size[:j])
        toward = information[:j, j] / (size[:j] * size[j])
        if j and 1.0 - toward @ np.linalg.solve(scaled, toward) < NO_PIVOT:
            return f"{name} follows from the covariates before it"
    return ""


def runaways(broken: Broken, uphill: Numbers) -> Flags:
    """Which coefficients run off to infinity, as the likelihood rises along some direction for ever.

    Such directions form a cone: every cut holds. A linear programme finds whether there is any but
    zero (no other than `uphill`, the sum of the cuts, need be tried), and then how far each
    coefficient goes within it. Cuts are added only as they are broken, so that large series are
    quick. None of the directions may leave the likelihood as it is: see `dependence`.

    Source: Albert & Anderson, Biometrika 1984;71:1-10; Konis, Linear programming algorithms for
    detecting separated data in binary logistic regression models, Oxford 2007; Bryson & Johnson,
    Technometrics 1981;23:381-383, for Cox regression.
    """
    size = len(uphill)
    cuts = np.zeros((0, size))
    away = np.zeros(size, dtype=np.bool_)
    farthest, cuts = _farthest(uphill, broken, cuts)
    # Scaled up until a side is 1, the direction is either as long as the box or none at all.
    if np.abs(farthest).max(initial=0.0) < 0.5:
        return away
    away |= np.abs(farthest) > 1e-6
    for j in np.flatnonzero(~away):
        for sign in (1.0, -1.0):
            farthest, cuts = _farthest(sign * np.eye(size)[j], broken, cuts)
            away |= np.abs(farthest) > 1e-6
    return away


def tops(value: Numbers, first: Counts, last: Counts, times: int) -> Counts:
    """At each of `times` event times, the row of the greatest `value` among those at risk.

    A row is at risk at the times `first`, ..., `last` - 1, at least one. Somebody is at risk at each.
    """
    order = np.argsort(value, kind="stable")
    rank = np.empty(len(value), dtype=np.int64)
    rank[order] = np.arange(len(value))
    # Two stretches of a power of two cover each row's times; then each stretch gives to its halves.
    level = np.log2(last - first).astype(np.int64)
    best = np.full((int(level.max()) + 1, times), -1, dtype=np.int64)
    np.maximum.at(best, (level, first), rank)
    np.maximum.at(best, (level, last - (1 << level)), rank)
    for high in range(len(best) - 1, 0, -1):
        half = 1 << (high - 1)
        np.maximum(best[high - 1], best[high], out=best[high - 1])
        np.maximum(best[high - 1, half:], best[high, : times - half], out=best[high - 1, half:])
    return np.asarray(order[best[0]])


def worst_cuts(margins: Numbers, cuts: Callable[[Counts], Numbers]) -> Numbers:
    """The cuts whose `margins` are most below zero, each of length 1; `cuts` gives the rows asked for."""
    broken = np.flatnonzero(margins < -NO_OVERLAP)
    if len(broken) > A_ROUND:
        broken = broken[np.argpartition(margins[broken], A_ROUND)[:A_ROUND]]
    found = cuts(broken)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def highest(look: Look, start: Numbers, free: Flags | None = None) -> Peak | None:
    """The highest point of a likelihood from `start` on, by scoring steps, shortened where they overshoot.

    Only the `free` coefficients move. None where none is found.
    """
    moves = np.flatnonzero(np.ones(len(start), dtype=np.bool_) if free is None else free)
    # A step too long may leave what a float holds: its height is then no number, and it is shortened.
    with np.errstate(all="ignore"):
        here, last = Peak(start, *look(start)), np.inf
        for _ in range(MOST_STEPS if len(moves) else 0):
            try:
                step = np.linalg.solve(here.information[np.ix_(moves, moves)], here.slope[moves])
            except np.linalg.LinAlgError:
                return None
            far = float(np.abs(step).max())
            unit = max(1.0, float(np.abs(here.at).max()))
            # Steps that are small and no longer shrink are rounding alone.
            if far <= SHORTEST_STEP * unit or last <= far <= HIDDEN_STEP * unit:
                return here
            there = _a_step_up(look, here, moves, np.asarray(step * min(1.0, LONGEST_STEP / far)))
            if there is None:
                return here if far <= HIDDEN_STEP * unit else None
            here, last = there, far
    return None if len(moves) else here


def _a_step_up(look: Look, here: Peak, moves: Counts, step: Numbers) -> Peak | None:
    """The point after the step, or a part of it, that is no lower and not far beyond the top."""
    while np.abs(step).max() > SHORTEST_STEP / 100.0:
        at = here.at.copy()
        at[moves] += step
        there = Peak(at, *look(at))
        if not there.height >= here.height - LEVEL_GROUND * max(1.0, abs(here.height)):
            step = step / 2.0
            continue
        # Firth's likelihood may curve twice as much as its information says: each full step would then
        # end as far beyond the top as it began before it.
        before, after = float(here.slope[moves] @ step), float(there.slope[moves] @ step)
        if after >= -before / 4.0 or before <= 0.0:
            return there
        step = step * before / (before - after)
    return None


def listed(names: Sequence[str]) -> str:
    """Names as they are read: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _farthest(aim: Numbers, broken: Broken, cuts: Numbers) -> tuple[Numbers, Numbers]:
    """The direction within the cone and the box from -1 to 1 that goes farthest to `aim`; and all cuts."""
    from scipy.optimize import linprog

    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    scaled = aim / max(float(np.abs(aim).max()), np.finfo(np.float64).tiny)
    while True:
        solved = linprog(
            -scaled, -cuts if len(cuts) else None, np.zeros(len(cuts)) if len(cuts) else None,
            bounds=(-1.0, 1.0), method="highs", options=tight,
        )  # fmt: skip
        if solved.x is None:
            raise ArithmeticError(f"whether covariates separate was not decided: {solved.message}")
        direction = np.asarray(solved.x, dtype=np.float64)
        more = broken(direction)
        if np.abs(direction).max() < 1e-6 or not len(more):
            return direction, cuts
        cuts = np.vstack((cuts, more))
