"""Firth's penalized logistic and Cox regression: ratios that stay finite where covariates separate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.cox import RiskSets, prepared
from caseseries.stats.estimate import check_level
from caseseries.stats.logistic import log_odds, logistic_terms
from caseseries.stats.regression import (
    Regression,
    Setting,
    coefficient,
    dependent,
    no_outcome,
    refused,
    standardized,
    tested,
    twice_the_fall,
    untested,
)
from caseseries.stats.sample import Flags, Numbers, flags
from caseseries.stats.separation import Look, Peak, highest
from caseseries.stats.tails import chi_square_tail, normal_quantile

PENALIZED = "Firth's penalty, profile penalized-likelihood limits, penalized likelihood-ratio p"

# Rows times covariates squared: a few seconds' work.
MOST_WORK = 10_000_000
# Rows times events up to which every risk set is gone through by itself.
ONE_BY_ONE = 100_000


def firth_logistic(
    outcome: ArrayLike, covariates: ArrayLike, names: Sequence[str], *, level: float = 0.95
) -> Regression:
    """Logistic regression with Firth's penalty: odds ratios, finite even where covariates separate.

    What is given and what comes out are as in `logistic`, but p and the limits of each covariate are
    from the profile of the penalized likelihood, with the penalty of the whole model, as R's logistf
    has it; the likelihood-ratio test leaves every covariate at 0 under that same penalty. The
    log-likelihoods are penalized; score and Wald tests are not given. `standard_error` is from the
    information, without the leverage that R's logistf of late adds to it. Nobody or everybody with
    the outcome, or covariates that do not differ or follow from others: not estimable; too many of
    both rows and covariates: not done. ValueError as for `logistic`.

    Source: Firth, Biometrika 1993;80:27-38; Heinze & Schemper, Stat Med 2002;21:2409-2419.
    """
    check_level(level)
    happened = flags(outcome, "outcome")
    table, middle, scale = standardized(covariates, names, happened.shape)
    method = f"logistic regression, {PENALIZED}"
    setting = Setting(tuple(names), len(happened), int(happened.sum()), method, "odds ratio", level)
    if any(reasons := no_outcome(setting) or dependent(table, setting) or _too_many(setting)):
        return refused(reasons, setting)
    ones = np.column_stack((np.ones(len(happened)), table))
    start = np.concatenate(([log_odds(happened)], np.zeros(len(names))))
    return _profiled(lambda at: _logistic(happened, ones, at), start, setting, scale, middle)


def firth_cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    entry: ArrayLike | None = None,
    level: float = 0.95,
) -> Regression:
    """Cox regression with Firth's penalty: hazard ratios, finite even where nobody in a group had the event.

    What is given and what comes out are as in `cox`, with ties by Breslow's rule, as in R's coxphf;
    p, limits, tests and log-likelihoods are as in `firth_logistic`. Nobody with the event, or
    covariates that do not differ among those at risk or follow from others: not estimable.

    Source: Firth, Biometrika 1993;80:27-38; Heinze & Schemper, Biometrics 2001;57:114-119.
    """
    method = f"Cox regression, Breslow's rule for ties, {PENALIZED}"
    ready = prepared(
        time, event, covariates, names,
        ties="Breslow", entry=entry, level=level, method=method, may_separate=True,
    )  # fmt: skip
    if any(reasons := ready.reasons or _too_many(ready.setting)):
        return refused(reasons, ready.setting)
    start, sets = np.zeros(len(names)), ready.sets
    cox = _cox_one_by_one if len(sets.own) * len(sets.x) <= ONE_BY_ONE else _cox
    return _profiled(lambda at: cox(sets, at), start, ready.setting, ready.scale)


def _too_many(setting: Setting) -> tuple[str, ...]:
    """The reason, for each covariate, where the profiles would take too long; empty where not."""
    covariates = len(setting.names)
    if setting.n * covariates**2 <= MOST_WORK:
        return ()
    return (f"not done: {setting.n:,} rows of {covariates} covariates are too many to profile",) * covariates


def _logistic(happened: Flags, ones: Numbers, at: Numbers) -> tuple[float, Numbers, Numbers]:
    """The penalized log-likelihood, its slope, and the information."""
    height, slope, variance = logistic_terms(happened, ones, at)
    information = ones.T @ (ones * variance[:, None])
    inverse, penalty = _penalty(information)
    leverage = variance * np.einsum("ij,ij->i", ones @ inverse, ones)
    pull = leverage * -np.tanh((ones @ at) / 2.0) / 2.0
    return height + penalty, slope + ones.T @ pull, information


def _cox(sets: RiskSets, at: Numbers) -> tuple[float, Numbers, Numbers]:
    """The penalized log partial likelihood, its slope, and the information.

    The penalty's slope is half the sum, over the events, of the mean among those at risk of
    (x - m) q, where m is the mean of x among them, and q = (x - m)' inverse (x - m).
    """
    height, risk, total, means = sets.risks(at)
    slope = (sets.x[sets.own] - means).sum(axis=0)
    weight = np.ones(len(total))
    information = sets.information(risk, total, means, weight)
    inverse, penalty = _penalty(information)
    toward = means @ inverse
    around = np.einsum("ij,ij->i", toward, means)
    square = np.einsum("ij,ij->i", sets.x @ inverse, sets.x)
    # Of the mean's parts, those that turn on the row are summed over the events first.
    rows = risk * (
        square * sets.over_events(weight / total)
        - 2.0 * np.einsum("ij,ij->i", sets.x, sets.over_events(toward / total[:, None]))
    )
    pull = sets.x.T @ rows - means.T @ (sets.at_events(risk * square) / total - 2.0 * around)
    return height + penalty, slope + pull / 2.0, information


def _cox_one_by_one(sets: RiskSets, at: Numbers) -> tuple[float, Numbers, Numbers]:
    """The same as `_cox`, each risk set's covariances about its own mean: slower, and right to the last
    digits where the likelihood is flat and one row has nearly all of the risk."""
    when = sets.at[:, None]
    odds = np.where((sets.first <= when) & (when < sets.last), sets.x @ at, -np.inf)
    odds -= odds.max(axis=1, keepdims=True)
    risk = np.exp(odds)
    total = risk.sum(axis=1)
    chance = risk / total[:, None]
    around = sets.x - (chance @ sets.x)[:, None, :]
    each = np.arange(len(sets.own))
    height = float((odds[each, sets.own] - np.log(total)).sum())
    information = np.tensordot(around * chance[:, :, None], around, axes=((0, 1), (0, 1)))
    inverse, penalty = _penalty(information)
    square = np.einsum("eij,eij->ei", around @ inverse, around)
    pull = np.einsum("ei,eij->j", chance * square, around)
    return height + penalty, around[each, sets.own].sum(axis=0) + pull / 2.0, information


def _penalty(information: Numbers) -> tuple[Numbers, float]:
    """The inverse of the information, and half the log of its determinant, if it has one."""
    sign, log = np.linalg.slogdet(information)
    if sign <= 0.0 or not math.isfinite(log):
        return np.full_like(information, np.nan), -math.inf
    return np.asarray(np.linalg.inv(information), dtype=np.float64), float(log) / 2.0


def _profiled(
    look: Look, start: Numbers, setting: Setting, scale: Numbers, middle: Numbers | None = None
) -> Regression:
    """The regression at the highest point, each covariate with what its profile gives."""
    first = len(start) - len(scale)
    covariates = np.arange(len(start)) >= first
    peak, null = highest(look, start), highest(look, start, ~covariates)
    failed = ("no maximum of the penalized likelihood was found",) * len(scale)
    if peak is None or null is None:
        return refused(failed, setting)
    errors = np.sqrt(np.diag(np.linalg.inv(peak.information)))
    fall = normal_quantile((1.0 + setting.level) / 2.0) ** 2 / 2.0
    made = []
    for j, name in enumerate(setting.names, start=first):
        held = _along(look, peak, j, 0.0)
        low, high = (_limit(look, peak, j, side * errors[j], fall) for side in (-1.0, 1.0))
        if held is None or low is None or high is None:
            return refused(failed, setting)
        p = chi_square_tail(twice_the_fall(peak.height, held.height), 1)
        b, se, low, high = (float(each) / scale[j - first] for each in (peak.at[j], errors[j], low, high))
        made.append(coefficient(name, float(b), float(se), (float(low), float(high)), p, setting))
    # Back from standardized covariates: the information's determinant has the scale in it.
    unit = float(np.log(scale).sum())
    not_given = "not given: the penalized likelihood-ratio test is the one that fits the penalty"
    return Regression(
        tuple(made),
        tested("likelihood-ratio", twice_the_fall(peak.height, null.height), setting),
        untested("score", not_given, setting),
        untested("Wald", not_given, setting),
        setting.n,
        setting.events,
        setting.method,
        peak.height + unit,
        null.height + unit,
        None if middle is None else float(peak.at[0] - (peak.at[1:] / scale) @ middle),
    )


def _along(look: Look, near: Peak, j: int, value: float) -> Peak | None:
    """The highest point with coefficient j held at `value`, looked for from `near` on."""
    # The others' first guess: where they would be, were the likelihood a paraboloid.
    drift = np.linalg.inv(near.information)[:, j]
    start = near.at + drift * ((value - near.at[j]) / drift[j])
    start[j] = value
    return highest(look, start, np.arange(len(start)) != j)


def _limit(look: Look, peak: Peak, j: int, reach: float, fall: float) -> float | None:
    """Where on one side of the peak the profile has fallen by `fall`; `reach` is the first guess's unit.

    The profile's slope is that of the likelihood itself at the point held, so each step is Newton's,
    kept between what is known to lie too near and too far. Where the profile has several ridges, it is
    followed along the highest one found.
    """
    side, wanted = math.copysign(1.0, reach), peak.height - fall
    near, far, here = 0.0, math.inf, peak
    away = abs(reach) * math.sqrt(2.0 * fall)
    for _ in range(100):
        there = _along(look, here, j, float(peak.at[j]) + side * away)
        if there is None:
            # Too far for a float: come back.
            far, away = away, (near + away) / 2.0
            continue
        here, over = there, there.height - wanted
        near, far = (away, far) if over > 0.0 else (near, away)
        if over > 0.0 and far - near <= 1e-6 * max(1.0, far):
            # What lay too far was on a lower ridge of the likelihood: this one has not fallen so far yet.
            far = math.inf
        slope = side * float(there.slope[j])
        step = away - over / slope if slope < 0.0 else math.inf
        # Newton's steps shrink by squares: the next would be too small for a float.
        if abs(step - away) <= 1e-8 * max(1.0, abs(float(there.at[j]))):
            return float(peak.at[j]) + side * step
        if not near < step < far:
            step = 2.0 * away if far == math.inf else (near + far) / 2.0
        away = min(step, 4.0 * away)
    return None
