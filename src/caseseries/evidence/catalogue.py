"""The catalogue: what a finding can be, by which names, in which units, and within which range."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from caseseries.evidence.unit_names import unit_name
from caseseries.evidence.units import Quantity, read_quantity
from caseseries.evidence.words import word_key

DIGITS = 9
"""Significant digits of a converted number: 38.5 Cel is 101.3 degF, and not one bit less."""
LIMITS = 10_000
"""So many converted numbers are remembered."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """One of `unit`, counted from `zero`, is `factor` of the finding's own unit."""

    unit: str
    factor: Fraction
    zero: Fraction
    source: str
    recalled: bool


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One finding that can be: numbers have a `unit` and a `plausible` range in it, words have neither.

    `by_value`: without a unit the value tells which it is, since the plausible ranges cannot overlap.
    `never` says why a unit without a conversion is not compared. There is one of each.
    """

    name: str
    names: tuple[str, ...]
    unit: str
    plausible: tuple[float, float] | None
    conversions: tuple[Conversion, ...]
    by_value: bool
    never: str

    @property
    def units(self) -> tuple[str, ...]:
        """The units that can be compared, the finding's own first."""
        return tuple(conversion.unit for conversion in self.conversions)

    def convert(self, value: float, unit: str, into: str) -> float | None:
        """The value in another unit, rounded to nine significant digits; None where no factor is known."""
        return value if unit == into else _converted(self, value, unit, into)

    def is_recalled(self, *units: str) -> bool:
        """Whether a factor between these units is only recalled."""
        one, *others = dict.fromkeys(units)
        return bool(others) and any(
            conversion.recalled for conversion in self.conversions if conversion.unit in (one, *others)
        )

    def is_plausible(self, value: float, unit: str) -> bool:
        """Whether the value can be a patient's, ends included; True for a unit without a conversion."""
        if self.plausible is None:
            return True
        low, high = (self.convert(end, self.unit, unit) for end in self.plausible)
        return low is None or high is None or low <= value <= high

    def unit_by_value(self, value: float) -> str | None:
        """The one unit in which a value without a unit is plausible; None where that is not certain."""
        if not self.by_value:
            return None
        fitting = [unit for unit in self.units if self.is_plausible(value, unit)]
        return fitting[0] if len(fitting) == 1 else None


@lru_cache(LIMITS)
def _converted(known: Entry, value: float, unit: str, into: str) -> float | None:
    """As `convert` says; remembered, since the same few limits are converted for every patient."""
    by_unit = {conversion.unit: conversion for conversion in known.conversions}
    if unit not in by_unit or into not in by_unit:
        return None
    exact = (Fraction(repr(value)) - by_unit[unit].zero) * by_unit[unit].factor
    return _rounded(exact / by_unit[into].factor + by_unit[into].zero)


def entry(name: str) -> Entry | None:
    """The entry of a finding, by any of its names, in any case of letters; None where it is not known."""
    return _by_key().get(word_key(name.replace("_", " ")))


def own_name(name: str) -> str:
    """The name under which the catalogue has a finding; of one that it has not, the name itself."""
    known = entry(name)
    return known.name if known else name


@cache
def entries() -> tuple[Entry, ...]:
    """Everything that a finding can be, in the order of the catalogue."""
    text = files("caseseries.evidence").joinpath("catalogue.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return tuple(_entry(name, table) for name, table in tables.items() if isinstance(table, dict))


@cache
def _by_key() -> dict[str, Entry]:
    return {word_key(name): one for one in entries() for name in (one.name, *one.names)}


def _entry(name: str, table: Mapping[str, Any]) -> Entry:
    unit = table.get("unit", "")
    own = (Conversion(unit, Fraction(1), Fraction(0), "by definition", False),) if unit else ()
    low, high = map(read_quantity, table.get("plausible", ("0 %", "0 %")))
    return Entry(
        name=name,
        names=tuple(table["names"]),
        unit=unit,
        plausible=_in_own(low, high, unit) if unit else None,
        conversions=own + tuple(map(_conversion, table.get("units", ()))),
        by_value=table.get("by_value", False),
        never=table.get("never", ""),
    )


def _in_own(low: Quantity, high: Quantity, unit: str) -> tuple[float, float]:
    if not low.unit == high.unit == unit:
        raise ValueError(f'A plausible range is written in the finding\'s own unit, "{unit}".')
    return low.value, high.value


def _conversion(table: Mapping[str, Any]) -> Conversion:
    if unit_name(table["unit"]) != table["unit"]:
        raise ValueError(f'"{table["unit"]}" is not the spelling of a unit in units.toml.')
    above, _, below = table["is"].partition("/")
    return Conversion(
        unit=table["unit"],
        factor=Fraction(above) / Fraction(below or 1),
        zero=Fraction(table.get("from", "0")),
        source=table["source"],
        recalled=table.get("recalled", False),
    )


def _rounded(exact: Fraction) -> float:
    digits = Context(prec=DIGITS, rounding=ROUND_HALF_UP)
    return float(digits.divide(Decimal(exact.numerator), Decimal(exact.denominator)))
