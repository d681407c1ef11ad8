"""Digits: how a number is printed, by its unit; halves go up, on decimals."""

from __future__ import annotations

from decimal import Decimal

from caseseries.stats.estimate import Estimate
from caseseries.stats.rounding import half_up, significant

NOT_REACHED = "not reached"
NOT_ESTIMABLE = "not estimable"
COUNTS = frozenset({"patients", "entries", "deaths"})


def shown(estimate: Estimate) -> str:
    """The value as it is printed: 31%, 1.65, 38,052; or why there is none."""
    if estimate.value is None:
        return NOT_REACHED if "not reached" in estimate.reason else NOT_ESTIMABLE
    return value_shown(estimate.value, estimate.unit)


def interval_shown(estimate: Estimate) -> str:
    """The interval as it is printed: "95% interval 11% to 59%"; empty where there is none."""
    if estimate.level is None:
        return ""
    low, high = (
        NOT_REACHED if limit is None else value_shown(limit, estimate.unit) for limit in (estimate.low, estimate.high)
    )
    return f"{value_shown(estimate.level, 'share')} interval {low} to {high}"


def p_shown(estimate: Estimate) -> str:
    """The p-value at three significant digits; below 0.0001 it is said so."""
    if estimate.p is None:
        return ""
    return "<0.0001" if estimate.p < 0.0001 else _plain(significant(estimate.p, 3) if estimate.p < 0.1 else half_up(estimate.p, 3))


def value_shown(value: float, unit: str) -> str:
    """A bare value in its unit's digits. Shares are whole percents: sixteen patients carry no more."""
    if unit == "share":
        return f"{_plain(half_up(Decimal(repr(value)) * 100, 0))}%"
    if unit in COUNTS:
        return f"{half_up(value, 0):,}"
    if abs(value) >= 100:
        return f"{_trimmed(half_up(value, 0 if abs(value) >= 1000 else 1)):,}"
    return _plain(_trimmed(half_up(value, 2)))


def _trimmed(number: Decimal) -> Decimal:
    """Without zeros behind the point: 12.00 is 12."""
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def _plain(number: Decimal) -> str:
    return f"{number:f}"
