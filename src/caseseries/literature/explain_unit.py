"""A printed time in another unit than ours: what our number is in the unit of the print."""

from __future__ import annotations

from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import TIMES, read_span
from caseseries.literature.claims import Claim
from caseseries.literature.middles import middle_of
from caseseries.literature.search import wanted
from caseseries.protocol.protocol import Protocol
from caseseries.stats.rounding import half_up


def explain_unit(claim: Claim, results: Results, cases: CaseSeries, protocol: Protocol) -> str:
    """Our number in the claim's unit of time, where ours has another; "" where it has not.

    A month is as long as the protocol says. A time of the case series is in the unit of the follow-up.
    """
    value, unit = _ours(claim, results, cases, protocol)
    if value is None or unit == claim.unit or not {unit, claim.unit} <= set(TIMES):
        return ""
    month = read_span(protocol.conventions.month).in_days()
    converted = value * read_span(f"1 {unit}").in_unit(claim.unit, month)
    print_ = wanted(claim)
    shown = f"{half_up(converted, print_.digits):f}"
    printed = ", as printed" if print_.away(converted) == 0 else ""
    said = f"the claim is in {claim.unit}, and our number in {unit}"
    return f"{said}: {value:g} {unit} are {shown} {claim.unit}{printed}"


def _ours(claim: Claim, results: Results, cases: CaseSeries, protocol: Protocol) -> tuple[float | None, str]:
    if claim.result:
        return results.value(claim.result), results.number(claim.result).estimate.unit
    middle, time = middle_of(claim.derived, results, cases), protocol.follow_up_variable("time")
    if middle is None or time is None or protocol.follow_up is None or middle.column != time.name:
        return None, ""
    column = cases.table[middle.column]
    ways = {"median": column.median, "lowest": column.min, "highest": column.max}
    value = ways[middle.statistic]()
    return (float(value) if isinstance(value, int | float) else None), protocol.follow_up.unit
