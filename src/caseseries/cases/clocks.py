"""Clocks: the moments of a case series on one calendar of hospital days, and time from any of them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from caseseries.cases.long_tables import KEY
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import Span, read_span
from caseseries.protocol.protocol import Protocol

Values = NDArray[np.float64]
Rows = NDArray[np.bool_]


def days(cases: CaseSeries, moment: str) -> Values | None:
    """The hospital day of a moment, a value a row, NaN where not known; None where nobody's is."""
    mine = cases.moments.filter(moment=moment).select(*KEY, "day")
    if mine.is_empty():
        return None
    return _floats(cases.table.select(KEY).join(mine, on=KEY, how="left", maintain_order="left")["day"])


def dated(cases: CaseSeries, protocol: Protocol) -> dict[str, Values]:
    """Every moment of the protocol whose hospital day the cases hold."""
    found = {moment: days(cases, moment) for moment in protocol.moments}
    return {moment: values for moment, values in found.items() if values is not None}


def time_from(cases: CaseSeries, protocol: Protocol, moment: str) -> tuple[Values, Rows]:
    """The time followed, counted from `moment` in the follow-up's unit, and the rows in which it is known.

    Another moment than the follow-up's own shifts the time by the days between the two:
    months + (day_started - day_diagnosed) / 30.4375.
    """
    time = protocol.follow_up_variable("time")
    if protocol.follow_up is None or time is None:
        raise ValueError("the protocol counts no follow-up")
    values = _floats(cases.table[time.name])
    own = protocol.follow_up.counted_from
    if moment != own:
        start, zero = days(cases, own), days(cases, moment)
        if start is None or zero is None:
            raise ValueError(f"the cases do not hold the days of {own} and {moment}")
        values = values + (start - zero) / unit_in_days(protocol)
    return values, ~np.isnan(values)


def days_of_death(cases: CaseSeries, protocol: Protocol, moment: str) -> tuple[Values, Values] | None:
    """The day of death, of which `moment` is day 1, and the latest that it can have been; a value a row.

    A whole day, the nearest to the time followed. The latest is as late as its rounding allows: who died
    after 0.3 months did so within 0.35. NaN where nobody died, or when is not known; None where the cases do
    not hold who died, or the protocol's times cannot be counted from the moment.
    """
    alive, time = protocol.follow_up_variable("alive"), protocol.follow_up_variable("time")
    if protocol.follow_up is None or alive is None or time is None:
        return None
    moments = {moment, protocol.follow_up.counted_from}
    if not (cases.has(alive.name) and cases.has(time.name)):
        return None
    if len(moments) > 1 and any(days(cases, one) is None for one in moments):
        return None
    since = time_from(cases, protocol, moment)[0] * unit_in_days(protocol)
    died = cases.table[alive.name].eq_missing(False).to_numpy()
    half = [0.0 if value is None else half_a_digit(value) for value in cases.table[time.name]]
    day = np.where(died, np.floor(since + 0.5) + 1.0, np.nan)
    return day, np.where(died, np.maximum(day, since + np.array(half) * unit_in_days(protocol) + 1.0), np.nan)


def unit_in_days(protocol: Protocol) -> float:
    """The length of one unit of follow-up in days, by the protocol's length of a month."""
    unit = protocol.follow_up.unit if protocol.follow_up else "days"
    return Span(1.0, unit).in_days(read_span(protocol.conventions.month).in_days())


def half_a_digit(value: float) -> float:
    """Half of the last digit that a number was written with: 0.05 for 0.3, and 0.5 for 57."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(int(exponent), 0)


def _floats(values: pl.Series) -> Values:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
