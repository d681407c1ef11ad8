"""Covariates and the incidence of one event among others: Fine and Gray's regression."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.competing import check_cause, observed
from caseseries.stats.estimate import check_level
from caseseries.stats.regression import Coefficient, Setting, coefficient, refused
from caseseries.stats.sample import Counts, Flags, Numbers
from caseseries.stats.tails import normal_quantile, normal_two_sided
from caseseries.stats.times import count_at

# Patients times covariates times covariates: about two seconds of work.
MOST_STEPS = 30_000_000
MOST_ROUNDS = 50
# Of a covariate's standard deviation: a step so small changes no printed figure.
STANDING = 1e-10
# A spread so small, relative to the values, is rounding.
SAME = 1e-9
# What the data still tell, as a share of what they told of hazard ratios of 1, is nothing.
NOTHING_LEFT = 1e-8
TOGETHER = (
    "no finite hazard ratios were found: taken together, the covariates separate those with the "
    "event from the others at risk, or tell the same"
)


@dataclass(frozen=True, slots=True)
class FineGray:
    """A fitted regression: one coefficient for each covariate, of `n` patients, `events` with the event."""

    coefficients: tuple[Coefficient, ...]
    n: int
    events: int

    def __str__(self) -> str:
        return "\n".join(f"{each.name}: {each.estimate}" for each in self.coefficients)


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    of: int = 1,
    level: float = 0.95,
) -> FineGray:
    """Hazard ratios of the subdistribution of the event `of`, with Wald limits at `level` and Wald p.

    `cause` is 0 where the time ends censored, else the kind of event; `covariates` has a row for each
    patient and a column for each of `names`. Who had another event stays at risk with a weight, the
    Kaplan-Meier curve of censoring now over that at his own time, each just before; ties are Breslow's;
    the standard error is the robust one, which counts that the weights are estimated. Nobody with the
    event, a covariate that is the same for all, repeats others or is separated, or no convergence:
    every coefficient is not estimable, with the reason; more than MOST_STEPS: "not done". ValueError:
    numbers of rows, columns and names differ, a value is missing, a time is below zero, or a cause is
    not a whole number.

    Source: Fine & Gray, J Am Stat Assoc 1999;94:496-509. Conventions: R cmprsk's crr.
    """
    check_level(level)
    check_cause(of, "of")
    when, why = observed(time, cause)
    table = _table(covariates, len(when), names)
    events = int((why == of).sum())
    method = (
        f"Fine-Gray regression of the subdistribution of event {of}, Breslow's ties, "
        "censoring weights by Kaplan-Meier, robust standard error that counts the weights' own, Wald"
    )
    setting = Setting(tuple(names), len(when), events, method, "hazard ratio", level)
    found = _hindrance(table, names, events, of) or _found(when, why, of, table, names)
    if isinstance(found, str):
        return FineGray(refused((found,) * len(names), setting).coefficients, len(when), events)
    z = normal_quantile((1.0 + level) / 2.0)
    fitted = (
        coefficient(name, log, se, (log - z * se, log + z * se), normal_two_sided(log / se), setting)
        for name, log, se in zip(names, found[0].tolist(), found[1].tolist(), strict=True)
    )
    return FineGray(tuple(fitted), len(when), events)


def _found(
    when: Numbers, why: Counts, of: int, table: Numbers, names: Sequence[str]
) -> tuple[Numbers, Numbers] | str:
    """The log hazard ratios and their standard errors, or why there are none."""
    order = np.argsort(when, kind="stable")
    risk = _Risk(when[order], why[order], of)
    scale = table.std(axis=0)
    rows = ((table - table.mean(axis=0)) / scale)[order]
    if separated := risk.separated(rows, names):
        return separated
    fitted = _fitted(risk, rows)
    if fitted is None:
        return TOGETHER
    if fitted[1].min() < SAME:
        return "whoever was at risk at an event had it: there is nobody to compare with"
    return fitted[0] / scale, fitted[1] / scale


class _Risk:
    """Who is at risk of the event at each of its times, and with what weight; patients in order of time.

    A sum over those at risk is the sum over those still followed, and, weighted, over those who had
    another event before: two running sums, looked up at the times of the event.
    """

    def __init__(self, when: Numbers, why: Counts, of: int) -> None:
        self.n = len(when)
        self.when = when
        self.had: Flags = why == of
        self.censored: Flags = why == 0
        self.other: Flags = ~self.had & ~self.censored
        self.times = np.unique(when[self.had])
        self.dead = count_at(self.times, when[self.had])
        self.first = np.searchsorted(when, self.times)
        # Of each patient: how many of the event's times are past, his own included.
        self.past = np.searchsorted(self.times, when, side="right")
        self.leaving = np.unique(when[self.censored])
        self.stays = self.n - np.searchsorted(when, self.leaving)
        self.left = count_at(self.leaving, when[self.censored])
        curve = np.concatenate(([1.0], np.cumprod(1.0 - self.left / self.stays)))
        self.free = curve[np.searchsorted(self.leaving, self.times)]
        self.weight = np.where(self.other, 1.0 / curve[np.searchsorted(self.leaving, when)], 0.0)

    def total(self, values: Numbers) -> Numbers:
        """The weighted sum of `values`, a row for each patient, over those at risk at each time."""
        return _from(values)[self.first] + (_before(values * self._like(values))[self.first].T * self.free).T

    def gathered(self, rises: Numbers) -> Numbers:
        """The sum of `rises`, a row for each time, over the times at which each patient is at risk,
        with his weights."""
        later = _from((rises.T * self.free).T)[self.past]
        return np.asarray(_before(rises)[self.past] + later * self._like(later))

    def _like(self, values: Numbers) -> Numbers:
        return self.weight.reshape(-1, *(1,) * (values.ndim - 1))

    def separated(self, rows: Numbers, names: Sequence[str]) -> str:
        """Why one covariate alone has no finite hazard ratio; "" where none is so."""
        for sign, word, ratio in ((1.0, "highest", "infinite"), (-1.0, "lowest", "zero")):
            values = sign * rows
            others = np.where(self.other[:, None], values, -np.inf)
            before = np.concatenate((np.full((1, rows.shape[1]), -np.inf), np.maximum.accumulate(others)))
            top = np.maximum(np.maximum.accumulate(values[::-1])[::-1][self.first], before[self.first])
            at_top = (values[self.had] >= top[self.past[self.had] - 1]).all(axis=0)
            if at_top.any():
                name = names[int(np.argmax(at_top))]
                return (
                    f'"{name}" is separated: whoever had the event had the {word} "{name}" of all at risk, '
                    f"so that its hazard ratio is {ratio}"
                )
        return ""


def _fitted(risk: _Risk, rows: Numbers) -> tuple[Numbers, Numbers] | None:
    """The log hazard ratios and their standard errors by Newton's steps; None where there are none."""
    logs = np.zeros(rows.shape[1])
    height, score, told = _likelihood(risk, rows, logs)
    at_start = np.linalg.eigvalsh(told)
    if at_start[0] < NOTHING_LEFT * at_start[-1]:
        return None
    root = np.linalg.inv(np.linalg.cholesky(told))
    for _ in range(MOST_ROUNDS):
        if not np.isfinite(told).all() or np.linalg.eigvalsh(root @ told @ root.T)[0] < NOTHING_LEFT:
            return None
        step = np.linalg.solve(told, score)
        if np.abs(step).max() < STANDING:
            return logs + step, _errors(risk, rows, logs + step)
        # Half a step, and half of that, until the likelihood is no lower but by rounding.
        for _ in range(30):
            tried = _likelihood(risk, rows, logs + step)
            if tried[0] >= height - 1e-12 * abs(height):
                break
            step = step / 2.0
        else:
            return None
        logs, (height, score, told) = logs + step, tried
    return None


def _likelihood(risk: _Risk, rows: Numbers, logs: Numbers) -> tuple[float, Numbers, Numbers]:
    """The log of the weighted partial likelihood, its slope, and the information."""
    hazard, together, mean = _means(risk, rows, logs)
    if not (together > 0.0).all():
        return -math.inf, logs, np.full((len(logs), len(logs)), math.nan)
    line = rows @ logs
    height = float(line[risk.had].sum() - risk.dead @ (np.log(together) + line.max()))
    score = rows[risk.had].sum(axis=0) - risk.dead @ mean
    expected = hazard * risk.gathered(risk.dead / together)
    told = (rows.T * expected) @ rows - (mean.T * risk.dead) @ mean
    return height, score, told


def _means(risk: _Risk, rows: Numbers, logs: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Each patient's hazard, up to one factor for all; its sum over those at risk at each time of the
    event; and the mean of the covariates over them."""
    line = rows @ logs
    hazard = np.exp(line - line.max())
    together = risk.total(hazard)
    mean = risk.total(rows * hazard[:, None]) / np.where(together > 0.0, together, 1.0)[:, None]
    return hazard, together, mean


def _errors(risk: _Risk, rows: Numbers, logs: Numbers) -> Numbers:
    """The robust standard errors: each patient's pull on the score (eta) and on the weights (psi)."""
    hazard, together, mean = _means(risk, rows, logs)
    rise = risk.dead / together
    told = _likelihood(risk, rows, logs)[2]
    expected = rows * risk.gathered(rise)[:, None] - risk.gathered(mean * rise[:, None])
    eta = np.where(risk.had[:, None], rows - mean[risk.past - 1], 0.0) - hazard[:, None] * expected
    # q(u) of Fine & Gray, at each time u at which somebody was censored.
    earlier = np.searchsorted(risk.when, risk.leaving)
    later = np.searchsorted(risk.times, risk.leaving)
    weighted = (hazard * risk.weight)[:, None]
    pull = (
        _before(weighted * rows)[earlier] * _from(rise * risk.free)[later][:, None]
        - _before(weighted)[earlier] * _from(mean * (rise * risk.free)[:, None])[later]
    )
    own = pull / risk.stays[:, None]
    spent = _before(own * (risk.left / risk.stays)[:, None])
    psi = -spent[np.searchsorted(risk.leaving, risk.when, side="right")]
    psi[risk.censored] += own[np.searchsorted(risk.leaving, risk.when[risk.censored])]
    inverse = np.linalg.inv(told)
    both = (eta + psi) @ inverse
    return np.asarray(np.sqrt((both**2).sum(axis=0)))


def _before(values: Numbers) -> Numbers:
    """Sums of the rows before each, and of all at the end."""
    return np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))


def _from(values: Numbers) -> Numbers:
    """Sums of each row and those after it, and nothing at the end."""
    return np.concatenate((np.cumsum(values[::-1], axis=0)[::-1], np.zeros((1, *values.shape[1:]))))


def _table(covariates: ArrayLike, n: int, names: Sequence[str]) -> Numbers:
    table = np.asarray(covariates, dtype=np.float64)
    if table.ndim != 2 or table.shape != (n, len(names)) or not names:
        raise ValueError(
            f"covariates: {n} rows, one a patient, and {len(names)} columns, one a name, are wanted; "
            f"this has the shape {' x '.join(map(str, table.shape))}"
        )
    if not np.isfinite(table).all():
        raise ValueError("covariates: missing or infinite values must be removed first")
    return table


def _hindrance(table: Numbers, names: Sequence[str], events: int, of: int) -> str:
    n, width = table.shape
    if not n:
        return "nobody was followed"
    if not events:
        return f"nobody had event {of}"
    if n * width * width > MOST_STEPS:
        return f"not done: {width} covariates of {n:,} patients are too many"
    spread = table.std(axis=0)
    for name, same in zip(names, (spread <= SAME * np.abs(table).max(axis=0)).tolist(), strict=True):
        if same:
            return f'"{name}" is the same for everybody'
    standard = (table - table.mean(axis=0)) / spread
    if np.linalg.eigvalsh(standard.T @ standard / n)[0] < SAME:
        return "one covariate repeats what the others say"
    return ""
