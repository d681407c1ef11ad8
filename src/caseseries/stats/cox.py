"""Cox regression: hazards compared among those at risk together, from an entry on if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.estimate import check_level
from caseseries.stats.regression import Regression, Setting, concluded, refused, standardized
from caseseries.stats.sample import Counts, Flags, Numbers, flags, numbers
from caseseries.stats.separation import Peak, dependence, highest, listed, runaways, tops, worst_cuts
from caseseries.stats.times import SAME_TIME

Ties = Literal["Efron", "Breslow"]


@dataclass(frozen=True, eq=False, slots=True)
class RiskSets:
    """Who is at risk at each event time; rows at risk at none are left out, as they tell nothing.

    Row i, with the standardized covariates `x[i]`, is at risk at the event times `first[i]`, ...,
    `last[i]` - 1 of `died`. `own` are the rows with the event, in order of time; `at` is the event
    time of each, and `gone` the share by which those who had the event at that time are counted as
    gone before it: 0, 1/d, 2/d ... for d events by Efron's rule, 0 by Breslow's.
    """

    x: Numbers
    first: Counts
    last: Counts
    died: Numbers
    own: Counts
    at: Counts
    gone: Numbers

    def at_events(self, values: Numbers) -> Numbers:
        """For each event, the sum of a row's value over those at risk, as the rule for ties counts them."""
        late = self.first > 0
        everyone = _from_the_end(values, self.last, len(self.died))
        if late.any():
            everyone = everyone - _from_the_end(values[late], self.first[late], len(self.died))
        found = np.asarray(everyone[self.at])
        if self.gone.any():
            found -= _times(self.gone, self._tied(values[self.own])[self.at])
        return found

    def over_events(self, values: Numbers) -> Numbers:
        """For each row, the sum of an event's value over the events at which it is at risk, likewise."""
        summed = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(self._tied(values), axis=0)))
        found = np.asarray(summed[self.last])
        if self.first.any():
            found -= summed[self.first]
        if self.gone.any():
            found[self.own] -= self._tied(_times(self.gone, values))[self.at]
        return found

    def risks(self, at: Numbers) -> tuple[float, Numbers, Numbers, Numbers]:
        """At the coefficients `at`: the log partial likelihood; each row's risk; and for each event the
        sum of the risks and the mean covariates of those at risk."""
        odds = self.x @ at
        odds -= odds.max()
        risk = np.exp(odds)
        total = self.at_events(risk)
        means = self.at_events(risk[:, None] * self.x) / total[:, None]
        return float(odds[self.own].sum() - np.log(total).sum()), risk, total, means

    def look(self, at: Numbers) -> tuple[float, Numbers, Numbers]:
        """At the coefficients `at`: the log partial likelihood, its slope, and the information."""
        height, risk, total, means = self.risks(at)
        slope = (self.x[self.own] - means).sum(axis=0)
        return height, slope, self.information(risk, total, means, np.ones(len(total)))

    def information(self, risk: Numbers, total: Numbers, means: Numbers, weight: Numbers) -> Numbers:
        """The sum over the events of the covariates' covariance among those at risk, times a weight."""
        share = risk * self.over_events(weight / total)
        return np.asarray(self.x.T @ (self.x * share[:, None]) - means.T @ (means * weight[:, None]))

    def _tied(self, values: Numbers) -> Numbers:
        """The sum of an event's value over the events of each time."""
        if len(self.at) == len(self.died):
            return values
        return np.asarray(np.add.reduceat(values, np.searchsorted(self.at, np.arange(len(self.died)))))


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """A Cox regression before it is fitted: `reasons` why it cannot be, one a covariate, or none.

    `times` are all rows' times, with or without the event.
    """

    setting: Setting
    times: Numbers
    sets: RiskSets
    scale: Numbers
    reasons: tuple[str, ...]

    def peak(self) -> Peak | None:
        """The highest point of the partial likelihood."""
        return highest(self.sets.look, np.zeros(len(self.scale)))


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties = "Efron",
    entry: ArrayLike | None = None,
    level: float = 0.95,
) -> Regression:
    """Cox regression: hazard ratios with Wald limits at `level` and Wald p, and three global tests.

    `covariates` has a row for each time and a column for each of `names`. A row is at risk at the
    event times t with `entry` < t <= `time`; a patient whose covariates change, or who enters late,
    has a row for each stretch. Several events of one patient count as if they were independent.
    Where the likelihood rises for ever, or a covariate does not differ among those at risk or follows
    from others, nothing is estimated and each coefficient says why. Times within a billionth of each
    other are one. ValueError: sizes differ, a time below zero, an entry not before its time, names
    that repeat, missing values, or a level not between 0 and 1.

    Source: Cox, J R Stat Soc B 1972;34:187-220; Efron, J Am Stat Assoc 1977;72:557-565, and Breslow,
    Biometrics 1974;30:89-99, for ties; Andersen & Gill, Ann Stat 1982;10:1100-1120, for entries.
    Conventions: R survival's coxph.
    """
    method = f"Cox regression, {ties}'s rule for ties, Wald limits and p"
    ready = prepared(time, event, covariates, names, ties=ties, entry=entry, level=level, method=method)
    if any(ready.reasons):
        return refused(ready.reasons, ready.setting)
    nowhere = np.zeros(len(names))
    return concluded(ready.peak(), Peak(nowhere, *ready.sets.look(nowhere)), ready.setting, ready.scale)


def prepared(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    ties: Ties,
    entry: ArrayLike | None,
    level: float,
    method: str,
    may_separate: bool = False,
) -> Prepared:
    """The risk sets of a Cox regression, and why it cannot be fitted; `may_separate` for Firth's."""
    check_level(level)
    if ties not in ("Efron", "Breslow"):
        raise ValueError(f'ties: "Efron" or "Breslow" is wanted, not {ties!r}')
    happened = flags(event, "event")
    since, until = _stretches(time, entry)
    if until.shape != happened.shape:
        raise ValueError(f"{len(until)} times for {happened.size} events")
    table, _, scale = standardized(covariates, names, until.shape)
    if entry is not None:
        method += ", at risk from entry on"
    setting = Setting(tuple(names), len(until), int(happened.sum()), method, "hazard ratio", level)
    sets = _risk_sets(since, until, happened, table, ties)
    if not setting.events:
        why = "nobody had the event" if setting.n else "nobody was followed"
        return Prepared(setting, until, sets, scale, (why,) * len(names))
    _, uphill, information = sets.look(np.zeros(len(names)))
    if why := dependence(information, names, "among those at risk when somebody had the event"):
        return Prepared(setting, until, sets, scale, (why,) * len(names))
    return Prepared(setting, until, sets, scale, () if may_separate else _separated(sets, uphill, names))


def _stretches(time: ArrayLike, entry: ArrayLike | None) -> tuple[Numbers, Numbers]:
    """Entries and times, checked; those that differ by rounding alone are made one, the earlier."""
    until = numbers(time, "time")
    since = np.full(len(until), -np.inf) if entry is None else numbers(entry, "entry")
    if (until < 0.0).any():
        raise ValueError("time: zero or more is wanted; a time below zero was found")
    if since.shape != until.shape:
        raise ValueError(f"entry: {len(since)} entries for {len(until)} times")
    distinct, place = np.unique(until if entry is None else [since, until], return_inverse=True)
    apart = np.diff(distinct, prepend=-np.inf) > SAME_TIME * np.abs(distinct)
    one = distinct[apart][np.cumsum(apart)[place.ravel()] - 1]
    if entry is None:
        return since, one
    since, until = one[: len(until)], one[len(until) :]
    if (since >= until).any():
        raise ValueError("entry: each must lie before its time")
    return since, until


def _risk_sets(since: Numbers, until: Numbers, happened: Flags, table: Numbers, ties: Ties) -> RiskSets:
    died, events = np.unique(until[happened], return_counts=True)
    first, last = np.searchsorted(died, since, side="right"), np.searchsorted(died, until, side="right")
    tells = first < last
    own = np.flatnonzero(happened[tells])
    own = own[np.argsort(last[tells][own], kind="stable")]
    at = last[tells][own] - 1
    before = np.arange(len(own)) - np.searchsorted(at, at)
    gone = before / events[at] if ties == "Efron" else np.zeros(len(own))
    return RiskSets(table[tells], first[tells], last[tells], died, own, at, gone)


def _separated(sets: RiskSets, uphill: Numbers, names: Sequence[str]) -> tuple[str, ...]:
    """The reason of each covariate along which the likelihood rises for ever; empty where none does."""

    def broken(toward: Numbers) -> Numbers:
        value = sets.x @ toward
        top = tops(value, sets.first, sets.last, len(sets.died))[sets.at]
        return worst_cuts(
            value[sets.own] - value[top], lambda some: sets.x[sets.own[some]] - sets.x[top[some]]
        )

    away = runaways(broken, uphill)
    if not away.any():
        return ()
    running = [name for name, runs in zip(names, away, strict=True) if runs]
    return tuple(_told(name, sets, j, running) if away[j] else "" for j, name in enumerate(names))


def _told(name: str, sets: RiskSets, j: int, names: Sequence[str]) -> str:
    """In plain words, how the likelihood rises for ever with a covariate, alone or with all of `names`."""
    column = sets.x[:, j]
    values = np.unique(column)
    if len(values) == 2:
        for value, group in ((values[1], "with"), (values[0], "without")):
            if not (column[sets.own] == value).any():
                return f"nobody {group} {name} had the event while others were at risk"
    for end, value in (("highest", column), ("lowest", -column)):
        top = tops(value, sets.first, sets.last, len(sets.died))[sets.at]
        if (value[sets.own] >= value[top]).all():
            return f"every event came to the {end} {name} among those then at risk"
    return f"{listed(names)} together tell to whom, of those at risk, each event came"


def _times(factors: Numbers, values: Numbers) -> Numbers:
    return factors * values if values.ndim == 1 else factors[:, None] * values


def _from_the_end(values: Numbers, ends: Counts, times: int) -> Numbers:
    """At each event time k, the sum of the values whose end is beyond k."""
    if values.ndim == 2:
        return np.column_stack([_from_the_end(column, ends, times) for column in values.T])
    return np.asarray(np.cumsum(np.bincount(ends, values, times + 1)[:0:-1])[::-1])
