"""Digits: how a value is printed, by its unit; halves go up, on decimals."""

from __future__ import annotations

from decimal import Decimal

from caseseries.stats.rounding import half_up, significant

COUNTS = frozenset({"patients", "entries", "deaths"})
"""The units of whole numbers."""
MINUS = "\u2212"
LEAST_P = 0.0001
"""A p-value below this is printed as below this."""


def shown(value: float, unit: str) -> str:
    """The value as it is printed: 31%, 1.65, 12.5, 38,052.

    Shares are whole percents, since sixteen patients carry no more, but what is neither 0% nor 100% is not
    printed as if it were: 0.2%, 99.8%, <0.1%. From 1,000 on numbers are whole, from 100
    on they have one decimal, and below it two, without zeros at the end. A multiple ("fold") below 0.1
    has two digits that count (0.0042), since a value that fell far has not fallen to nothing.
    """
    if unit == "share":
        text = _percent(Decimal(repr(value)) * 100)
    elif unit == "fold" and 0 < abs(value) < 0.1:
        text = f"{significant(value, 2):f}"
    elif unit in COUNTS:
        text = f"{half_up(value, 0):,f}"
    else:
        digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
        text = f"{half_up(value, digits):,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", MINUS)


def shown_p(p: float) -> str:
    """A p-value: three decimals, and three significant digits below 0.1; below 0.0001 it says so."""
    if p < LEAST_P:
        return f"<{LEAST_P:f}".rstrip("0")
    return f"{half_up(p, 3):f}" if p >= 0.1 else f"{significant(p, 3):f}"


def _percent(percent: Decimal) -> str:
    if percent < 0:
        return f"-{_percent(-percent)}".replace("-<", ">-").replace("->", "<-")
    whole = half_up(percent, 0)
    if whole not in (0, 100) or percent in (0, 100):
        return f"{whole:,f}%"
    tenth = half_up(percent, 1)
    if tenth in (0, 100):
        return "<0.1%" if percent > 0 and tenth == 0 else ">99.9%" if percent < 100 else f"{whole:,f}%"
    return f"{tenth:,f}%"
