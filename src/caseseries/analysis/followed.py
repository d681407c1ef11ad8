"""Who was followed, from when, and for how long: what every analysis of time begins with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseseries.analysis.columns import Rows, Values, is_yes, known, left_out
from caseseries.cases.clocks import days, time_from, unit_in_days
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import read_span
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment


@dataclass(frozen=True, slots=True)
class Followed:
    """A value a patient: the time followed and when watching began, in the follow-up's unit; who died.

    `rows` are those who were followed at all, `notes` say who was not, and why. `entry` is 0 from the start.
    """

    times: Values
    dead: Rows
    entry: Values
    rows: Rows
    notes: tuple[str, ...]

    @property
    def is_late(self) -> bool:
        """Whether anybody was watched only from some time after the start."""
        return bool((self.entry[self.rows] > 0.0).any())


def follow(cases: CaseSeries, protocol: Protocol, moment: str, entered: str | None = None) -> Followed:
    """The patients counted from `moment`, and watched from `entered`, where that is another moment.

    Who died before the moment was never at risk after it; who was not watched before the end neither.
    """
    assert protocol.follow_up is not None
    alive = protocol.follow_up_variable("alive")
    assert alive is not None
    times, timed = time_from(cases, protocol, moment)
    reached = np.where(timed, times, 0.0) >= 0
    rows = timed & reached & known(cases, alive.name)
    notes = [f"Time is counted from {a_moment(moment)}, in {protocol.follow_up.unit}."]
    notes += left_out(~(timed & known(cases, alive.name)), "a time or an outcome")
    notes += left_out(~reached, f"follow-up as far as {a_moment(moment)}")
    entry = np.zeros(cases.n)
    if entered and entered != moment:
        start, zero = days(cases, entered), days(cases, moment)
        assert start is not None  # the plan asks for both days
        assert zero is not None
        since = (start - zero) / unit_in_days(protocol)
        entry = np.where(np.isnan(since), 0.0, np.maximum(since, 0.0))
        watched = ~np.isnan(since) & ((entry == 0.0) | (entry < np.where(timed, times, 0.0)))
        notes.append(f"At risk from {a_moment(entered)} on: before, nobody could be seen to die.")
        notes += left_out(rows & np.isnan(since), f"a day of {a_moment(entered)}")
        notes += left_out(rows & ~np.isnan(since) & ~watched, f"follow-up beyond {a_moment(entered)}")
        rows &= watched
    return Followed(times, ~is_yes(cases, alive.name), entry, rows, tuple(notes))


def horizons(protocol: Protocol) -> dict[str, float]:
    """The horizons, as they are written and in the unit of the follow-up."""
    assert protocol.follow_up is not None
    month = read_span(protocol.conventions.month).in_days()
    unit = protocol.follow_up.unit
    return {horizon: read_span(horizon).in_unit(unit, month) for horizon in protocol.follow_up.horizons}


def last_horizon(protocol: Protocol) -> tuple[str, float]:
    """The longest horizon, as it is written and in the unit of the follow-up."""
    return max(horizons(protocol).items(), key=lambda one: one[1])
