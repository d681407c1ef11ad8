"""A regression: its coefficients and tests, made at a peak of the likelihood, or refused with the reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.sample import Numbers
from caseseries.stats.separation import Peak, dependence, listed
from caseseries.stats.tails import chi_square_tail, normal_quantile, normal_two_sided

# Heights of a log-likelihood whose difference is a smaller share than this are one height.
ROUNDING = 1e-14


# Beyond this log a ratio no longer fits a float.
MOST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One covariate's coefficient: `log_ratio` with its `standard_error`, and the ratio as an estimate.

    The ratio is that of a difference of 1 in the covariate, the others being equal. Where there is no
    estimate the two are None, and `estimate` says why.
    """

    name: str
    log_ratio: float | None
    standard_error: float | None
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Regression:
    """A regression: a coefficient for each covariate, and three tests that all of them are 0.

    The tests' values are chi-squares with a degree of freedom for each covariate. `n` counts rows,
    `events` those with the event or outcome. `intercept` is the log odds where every covariate is 0
    (logistic only). It and the log-likelihoods are None where nothing was estimated.
    """

    coefficients: tuple[Coefficient, ...]
    likelihood_ratio: Estimate
    score: Estimate
    wald: Estimate
    n: int
    events: int
    method: str
    log_likelihood: float | None = None
    null_log_likelihood: float | None = None
    intercept: float | None = None

    def __str__(self) -> str:
        told = [
            f"{each.name}: {each.estimate.in_short}"
            + (f" ({each.estimate.reason})" if each.estimate.reason else "")
            for each in self.coefficients
        ]
        return "\n".join([f"{self.method}; n = {self.n:,}, {self.events:,} of them with the event", *told])


@dataclass(frozen=True, slots=True)
class Setting:
    """What a regression says of itself: its names, its counts, its method, its ratio and its level."""

    names: tuple[str, ...]
    n: int
    events: int
    method: str
    ratio: str
    level: float


def standardized(
    covariates: ArrayLike, names: Sequence[str], rows: tuple[int, ...]
) -> tuple[Numbers, Numbers, Numbers]:
    """The covariates with mean 0 and standard deviation 1, and what they were. ValueError for slips."""
    table = np.asarray(covariates, dtype=np.float64)
    if len(rows) != 1:
        raise ValueError(f"a plain row of times or outcomes is wanted, this has {len(rows)} dimensions")
    if not names or len(set(names)) < len(names):
        raise ValueError("names: at least one, and each only once, are wanted")
    if rows == (0,) and not table.size:
        table = table.reshape(0, len(names))
    if table.shape != (*rows, len(names)):
        wanted = f"{rows[0]} rows of {len(names)} columns, one a name, are wanted"
        raise ValueError(f"covariates: {wanted}, not {' x '.join(map(str, table.shape))}")
    if not np.isfinite(table).all():
        raise ValueError("covariates: missing or infinite values must be removed first")
    if not len(table):
        return table, np.zeros(len(names)), np.ones(len(names))
    middle, scale = table.mean(axis=0), table.std(axis=0)
    scale[np.ptp(table, axis=0) == 0.0] = 1.0
    return (table - middle) / scale, middle, scale


def no_outcome(setting: Setting) -> tuple[str, ...]:
    """The reason, for each covariate, where there is nobody, or nobody or everybody has the outcome."""
    if 0 < setting.events < setting.n:
        return ()
    who = "everybody" if setting.events else "nobody"
    return (f"{who} had the outcome" if setting.n else "nobody to count",) * len(setting.names)


def dependent(table: Numbers, setting: Setting) -> tuple[str, ...]:
    """The reason, for each covariate, where one does not differ or follows from those before it."""
    share = setting.events / setting.n
    why = dependence(table.T @ table * share * (1.0 - share), setting.names, "between patients")
    return (why,) * len(setting.names) if why else ()


def concluded(
    peak: Peak | None, null: Peak, setting: Setting, scale: Numbers, middle: Numbers | None = None
) -> Regression:
    """The regression with Wald limits at its peak; `middle` are the covariates' means, with an intercept."""
    if peak is None:
        return refused(("no maximum of the likelihood was found",) * len(setting.names), setting)
    first = len(peak.at) - len(scale)
    covariance = np.linalg.inv(peak.information)[first:, first:]
    slopes, errors = peak.at[first:], np.sqrt(np.diag(covariance))
    z = normal_quantile((1.0 + setting.level) / 2.0)
    made = []
    for name, b, se in zip(setting.names, slopes / scale, errors / scale, strict=True):
        p = normal_two_sided(b / se)
        made.append(
            coefficient(name, float(b), float(se), (float(b - z * se), float(b + z * se)), p, setting)
        )
    ratio = twice_the_fall(peak.height, null.height)
    score = float(null.slope @ np.linalg.solve(null.information, null.slope))
    wald = float(slopes @ np.linalg.solve(covariance, slopes))
    intercept = None if middle is None else float(peak.at[0] - (slopes / scale) @ middle)
    return Regression(
        tuple(made),
        tested("likelihood-ratio", ratio, setting),
        tested("score", score, setting),
        tested("Wald", wald, setting),
        setting.n,
        setting.events,
        setting.method,
        peak.height,
        null.height,
        intercept,
    )


def twice_the_fall(high: float, low: float) -> float:
    """The likelihood-ratio statistic of two heights; 0 where they differ by rounding alone."""
    fall = high - low
    return 2.0 * fall if fall > ROUNDING * max(1.0, abs(high)) else 0.0


def coefficient(
    name: str, b: float, se: float, limits: tuple[float, float], p: float, setting: Setting
) -> Coefficient:
    """A coefficient with the ratio, its limits, given as logs, and its p."""
    low, high = limits
    method, n, ratio = f"{setting.ratio} of {name}, {setting.method}", setting.n, setting.ratio
    if max(abs(low), abs(high)) > MOST_LOG:
        reason = f"a difference of 1 in {name} lies far beyond its range: give it in another unit"
        return Coefficient(name, b, se, not_estimable(reason, method, n, ratio))
    value, low, high = math.exp(b), math.exp(low), math.exp(high)
    return Coefficient(name, b, se, Estimate(value, method, n, ratio, low, high, setting.level, p))


def tested(kind: str, value: float, setting: Setting) -> Estimate:
    """A test that all coefficients are 0: the chi-square and the upper tail."""
    method = f"{kind} test of all coefficients, {len(setting.names)} df, {setting.method}"
    return Estimate(value, method, setting.n, "chi-square", p=chi_square_tail(value, len(setting.names)))


def refused(reasons: Sequence[str], setting: Setting) -> Regression:
    """The regression that was not made, with the reason of each covariate; one without has the others'."""
    because = listed([name for name, why in zip(setting.names, reasons, strict=True) if why])
    beside = f"not estimated: the likelihood has no maximum, because of {because}"
    made = []
    for name, why in zip(setting.names, reasons, strict=True):
        method = f"{setting.ratio} of {name}, {setting.method}"
        missing = not_estimable(why or beside, method, setting.n, setting.ratio)
        made.append(Coefficient(name, None, None, missing))
    why = reasons[0] if len(set(reasons)) == 1 else beside
    return Regression(
        tuple(made),
        untested("likelihood-ratio", why, setting),
        untested("score", why, setting),
        untested("Wald", why, setting),
        setting.n,
        setting.events,
        setting.method,
    )


def untested(kind: str, why: str, setting: Setting) -> Estimate:
    """The test that was not made, with the reason."""
    return not_estimable(why, f"{kind} test of all coefficients, {setting.method}", setting.n, "chi-square")
