"""A number with its unit as one quoted value: a quantity ("500 ng/mL") or a span of time ("30 days")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from caseseries.evidence.values import plain_text, read_number

MONTH = 30.4375  # days: a year of 365.25 days in twelve parts


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit, the unit spelled as it was written ("ng/mL", "10*9/L", "Cel")."""

    value: float
    unit: str

    def __str__(self) -> str:
        return f"{_plainly(self.value)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time. `unit` is one of hours, days, weeks, months, years; a year is twelve months."""

    value: float
    unit: str

    def __str__(self) -> str:
        return f"{_plainly(self.value)} {self.unit.removesuffix('s') if self.value == 1 else self.unit}"

    def in_days(self, month: float = MONTH) -> float:
        """The span in days, a month being `month` days long."""
        return self.in_unit("days", month)

    def in_unit(self, unit: str, month: float = MONTH) -> float:
        """The span in hours, days, weeks, months or years, a month being `month` days long.

        Months to years and hours to days and weeks are exact, whatever the length of a month.
        Raises ValueError for any other unit.
        """
        wanted = _span_unit(unit)
        amount = Decimal(repr(self.value))
        if (self.unit in _IN_DAYS) == (wanted in _IN_DAYS):
            scale = _IN_DAYS if wanted in _IN_DAYS else _IN_MONTHS
            return float(amount * scale[self.unit] / scale[wanted])
        days = Decimal(repr(month))
        if self.unit in _IN_MONTHS:
            return float(amount * _IN_MONTHS[self.unit] * days / _IN_DAYS[wanted])
        return float(amount * _IN_DAYS[self.unit] / days / _IN_MONTHS[wanted])


def read_quantity(text: str) -> Quantity:
    """The number and the unit of "500 ng/mL", "1.0 10*9/L" or "38.5 Cel".

    Raises ValueError, in a plain sentence, where either is missing or the number cannot be read.
    """
    match = re.fullmatch(
        r"([-+]?[0-9.][0-9.,]*(?:[eE][-+]?[0-9]+)?)(?:\s+(\S.*)|([^\W\d_].*|%))", plain_text(text)
    )
    if match is None:
        raise ValueError(f'"{text}" is not a number with a unit. Write it as in "500 ng/mL".')
    value = read_number(match[1]).value
    if value is None:
        raise ValueError(f'"{text}" has no number. Write it as in "500 ng/mL".')
    return Quantity(value, " ".join((match[2] or match[3]).split()))


def read_span(text: str) -> Span:
    """The length of time of "30 days", "2 weeks", "12 months", "1 year" or "30.4375 days".

    Raises ValueError, in a plain sentence, for anything else and for negative lengths.
    """
    try:
        quantity = read_quantity(text)
        unit = _span_unit(quantity.unit)
    except ValueError:
        raise ValueError(
            f'"{text}" is not a length of time. Write it as in "30 days" or "12 months".'
        ) from None
    if quantity.value < 0:
        raise ValueError(f'"{text}" is less than no time. Write it as in "30 days".')
    return Span(quantity.value, unit)


def mass_in_mg(value: float, unit: str) -> float | None:
    """The mass in milligrams; None where the unit is no mass (IU, mg/kg)."""
    factor = _IN_MG.get(unit)
    return None if factor is None else float(Decimal(repr(value)) * factor)


_IN_DAYS = {"hours": Decimal(1) / Decimal(24), "days": Decimal(1), "weeks": Decimal(7)}
_IN_MONTHS = {"months": Decimal(1), "years": Decimal(12)}
TIMES = (*_IN_DAYS, *_IN_MONTHS)
"""The units of time, from the shortest."""
_IN_MG = {"g": Decimal(1000), "mg": Decimal(1)}
_IN_MG |= dict.fromkeys(("mcg", "ug", "\u00b5g", "\u03bcg"), Decimal("0.001"))


def _span_unit(word: str) -> str:
    plural = word.casefold().removesuffix("s") + "s"
    if plural not in _IN_DAYS and plural not in _IN_MONTHS:
        raise ValueError(f'"{word}" is not a unit of time. There are: {", ".join(TIMES)}.')
    return plural


def _plainly(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
