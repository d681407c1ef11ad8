"""Logistic regression by maximum likelihood; refused, with the reason, where there is no maximum."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from caseseries.stats.estimate import check_level
from caseseries.stats.regression import (
    Regression,
    Setting,
    concluded,
    dependent,
    no_outcome,
    refused,
    standardized,
)
from caseseries.stats.sample import Flags, Numbers, flags
from caseseries.stats.separation import Peak, highest, listed, runaways, worst_cuts


def logistic(
    outcome: ArrayLike, covariates: ArrayLike, names: Sequence[str], *, level: float = 0.95
) -> Regression:
    """Logistic regression by maximum likelihood: odds ratios with Wald limits at `level` and Wald p.

    `outcome` is true or false for each patient; `covariates` has a row for each patient and a column
    for each of `names`. Where covariates separate those with the outcome from those without, wholly
    or in part, there is no maximum: nothing is estimated, and each coefficient says why. The same
    where a covariate does not differ or follows from others, or nobody or everybody has the outcome.
    ValueError: sizes differ, names repeat, values are missing, or the level is not between 0 and 1.

    Source: Cox, J R Stat Soc B 1958;20:215-242; Albert & Anderson, Biometrika 1984;71:1-10, for
    separation; Rao, Proc Camb Phil Soc 1948;44:50-57, for the score test. Conventions: R's glm.
    """
    check_level(level)
    happened = flags(outcome, "outcome")
    table, middle, scale = standardized(covariates, names, happened.shape)
    method = "logistic regression by maximum likelihood, Wald limits and p"
    setting = Setting(tuple(names), len(happened), int(happened.sum()), method, "odds ratio", level)
    ones = np.column_stack((np.ones(len(happened)), table))
    if any(
        reasons := no_outcome(setting) or dependent(table, setting) or _separated(ones, happened, setting)
    ):
        return refused(reasons, setting)

    def look(at: Numbers) -> tuple[float, Numbers, Numbers]:
        height, slope, variance = logistic_terms(happened, ones, at)
        return height, slope, ones.T @ (ones * variance[:, None])

    start = np.concatenate(([log_odds(happened)], np.zeros(len(names))))
    null = Peak(start, *look(start))
    return concluded(highest(look, start), null, setting, scale, middle)


def logistic_terms(happened: Flags, ones: Numbers, at: Numbers) -> tuple[float, Numbers, Numbers]:
    """At the coefficients `at`: the log-likelihood, its slope, and each patient's variance."""
    odds = ones @ at
    divisor = np.logaddexp(0.0, odds)
    chance = np.exp(odds - divisor)
    height = float(odds[happened].sum() - divisor.sum())
    return height, ones.T @ (happened - chance), chance * np.exp(-divisor)


def log_odds(happened: Flags) -> float:
    """The log odds of the outcome in all."""
    return math.log(int(happened.sum()) / int((~happened).sum()))


def _separated(ones: Numbers, happened: Flags, setting: Setting) -> tuple[str, ...]:
    """The reason of each covariate that separates, wholly or in part; empty where none does."""
    cuts = np.where(happened[:, None], ones, -ones)
    away = runaways(lambda toward: worst_cuts(cuts @ toward, cuts.__getitem__), cuts.sum(axis=0))[1:]
    if not away.any():
        return ()
    names = [name for name, runs in zip(setting.names, away, strict=True) if runs]
    return tuple(
        _told(name, ones[:, 1 + j], happened, names) if away[j] else ""
        for j, name in enumerate(setting.names)
    )


def _told(name: str, column: NDArray[np.float64], happened: Flags, names: Sequence[str]) -> str:
    """In plain words, how a covariate separates, alone or with the others of `names`."""
    if len(np.unique(column)) == 2:
        having = column == column.max()
        told = [
            f"{who} {group} {name}"
            for members, group in ((having, "with"), (~having, "without"))
            for who, fate in (("everybody", happened), ("nobody", ~happened))
            if fate[members].all()
        ]
        if told:
            return f"{listed(told)} had the outcome"
    with_it, without = column[happened], column[~happened]
    for never, apart in (
        ("lower", with_it.min() >= without.max()),
        ("higher", with_it.max() <= without.min()),
    ):
        if apart:
            return f"{name} alone tells who had the outcome: in them it is never {never} than in the others"
    return f"{listed(names)} together tell who had the outcome, of all or of some patients"
