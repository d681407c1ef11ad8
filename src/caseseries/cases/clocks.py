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
