"""How a survey words its numbers: the same on the terminal, on the page and in every sentence."""

from __future__ import annotations


def counted(rows: int) -> str:
    """1 row; 12,345 rows."""
    return "1 row" if rows == 1 else f"{rows:,} rows"


def short(value: float) -> str:
    """Four digits, as nobody reads more of a laboratory's value: 36.7, 0.02, 1,290."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def percent(part: int, whole: int) -> str:
    """The share in percent; never 100 % while something is left, nor 0 % while something is there."""
    if not whole:
        return ""
    share = 100 * part / whole
    digits = 0 if part in (0, whole) else 1
    return f"{min(max(share, 0.1), 99.9) if digits else share:.{digits}f}%"


def years(first: int | None, last: int | None) -> str:
    """2009-2021; 2014 where they are one; "" where there are none."""
    if first is None or last is None:
        return ""
    return str(first) if first == last else f"{first}-{last}"


def unit_words(unit: str | None) -> str:
    """The unit, or what is said where there is none."""
    return "(not understood)" if unit is None else unit or "(no unit)"
