"""A dose: what one row says was given at a time, in milligrams, how often, and by which route."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from math import isfinite

from caseseries.evidence.exposure import Exposure
from caseseries.evidence.regimen import Regimen, read_regimen
from caseseries.evidence.sig import read_sig, sig_words
from caseseries.evidence.units import Quantity
from caseseries.evidence.words import any_of


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says, as far as it can be read.

    `mass` is mg each time, `hourly` mg an hour of a continuous infusion (with a `mass`, of the whole row);
    `days` is the length that the sig names. `sig_has_dose`: it says something of an amount. `trouble` says
    why no dose could be read, `remark` what does not go together.
    """

    mass: float | None = None
    hourly: float | None = None
    interval_hours: float | None = None
    route: str = ""
    days: float | None = None
    sig_has_dose: bool = False
    once: bool = False
    as_needed: bool = False
    trouble: str = ""
    remark: str = ""

    @property
    def is_irregular(self) -> bool:
        """Whether no next dose follows after a fixed time: a single dose, or one as needed."""
        return self.once or self.as_needed


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd about a row, with the moment to which it belongs; the text names the row."""

    moment: datetime
    text: str


@dataclass(frozen=True, slots=True)
class OneDose:
    """One dose, given or planned. `end` is later than `moment` only of an infusion.

    `mass` is in mg, None where `trouble` says why. A dose that is not `counted` stands for a day of an order
    that does not say how often. `is_regular`: the next one was to follow after a fixed time.
    `told_by` are the origins of the orders in whose time it was given.
    """

    row: Exposure
    moment: datetime
    end: datetime
    mass: float | None
    hourly: float | None
    interval_hours: float | None
    route: str
    is_regular: bool = True
    counted: bool = True
    trouble: str = ""
    told_by: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        """The day on which it is given, or begins."""
        return self.moment.date()

    @property
    def last_day(self) -> date:
        """The day on which it ends; what ends at midnight ends on the day before."""
        return self.day if self.end == self.moment else (self.end - timedelta(microseconds=1)).date()


def read_dose(row: Exposure) -> Said:
    """What a row says of its dose. Never raises: see `trouble`.

    Of an administration its own quantity counts, where that is a mass or counts pieces of a known strength;
    else the sig. Of an order the sig counts; without a dose in it, pieces of a known strength over the days
    that they are to last.
    """
    sig = _read(row.sig, row.drug, row.strength)
    written = _quantity(row)
    amount = _read(written if row.is_administration else "", row.drug, row.strength)
    names = f'"{row.sig}" names {sig.drug}' if sig.drug not in {"", row.generic} else ""
    sig = _read("", row.drug, None) if names else sig
    mass, hourly, interval, remark = amount.mass, amount.hourly, sig.interval_hours, ""
    if row.is_administration and written and row.quantity == 0:
        mass = 0.0
    elif mass is None and hourly is None:
        mass, hourly = sig.mass, sig.hourly
    elif hourly is None and sig.hourly is not None:
        hourly = sig.hourly
    elif mass is not None and sig.mass is not None and mass != sig.mass:
        remark = f'the row has {written}, its sig "{row.sig}": the row counts'
    if mass is None and hourly is None and not row.is_administration:
        mass, interval = _over_supply(row, written, interval)
        remark = "" if mass is None else "its dose is what was dispensed over the days that it lasts"
    return Said(
        mass=mass,
        hourly=hourly,
        interval_hours=None if sig.as_needed or hourly is not None else interval,
        route=_route(row.route) or sig.route,
        days=sig.days,
        sig_has_dose=_has_dose(sig),
        once=sig.once,
        as_needed=sig.as_needed,
        trouble="" if mass is not None or hourly is not None else names or _why(row, sig, written),
        remark=remark,
    )


def plain_hours(hours: float) -> float:
    """Hours between doses as one would order them: whole hours, from 18 on whole days."""
    return float(round(hours)) if hours < 18 else 24.0 * round(hours / 24)


@lru_cache(maxsize=4096)
def _read(text: str, drug: str, strength: float | None) -> Regimen:
    """A text as a regimen; "1 syringe" is its strength, and a volume in parentheses adds nothing."""

    def in_mg(match: re.Match[str]) -> str:
        return _amount(float(match[1]) * (strength or 0), "mg")

    plain = _VOLUME.sub("", text)
    return read_regimen(_pieces().sub(in_mg, plain) if strength else plain, drug)


_VOLUME = re.compile(r"\(\s*[0-9.]{1,9}\s*(?ai:ml)\s*\)")


@cache
def _pieces() -> re.Pattern[str]:
    words = any_of(sig_words()["pieces"]["words"])
    return re.compile(rf"(?<![\w.,/+-])([0-9]{{1,6}}(?:\.[0-9]{{1,6}})?)\s*({words})(?!\w|[-/]\w)")


def _quantity(row: Exposure) -> str:
    """How much the row has, in words; "" where it does not say of what."""
    if row.quantity is None or not isfinite(row.quantity) or not row.dose_unit:
        return ""
    return _amount(row.quantity, row.dose_unit)


def _amount(value: float, unit: str) -> str:
    return str(Quantity(round(float(value), 9), unit))


def _over_supply(row: Exposure, written: str, interval: float | None) -> tuple[float | None, float | None]:
    """Milligrams each time and hours between, of pieces of a known strength that are to last so many days."""
    days = row.days_supply
    if not row.strength or not days or days < 0 or _pieces().fullmatch(written) is None:
        return None, interval
    mass, hours = _read(written, row.drug, row.strength).mass, interval or 24.0
    return (None, interval) if mass is None else (round(mass / days * hours / 24, 9), hours)


@lru_cache(maxsize=4096)
def _route(text: str) -> str:
    """A route spelled out; as it is written where it is not known."""
    return read_sig(text).route or text.strip()


def _has_dose(sig: Regimen) -> bool:
    return sig.dose is not None or any(letter.isnumeric() for letter in sig.unread)


def _why(row: Exposure, sig: Regimen, written: str) -> str:
    """Why there are no milligrams, in plain words."""
    if not _has_dose(sig):
        if not written:
            return "no dose is recorded"
        if row.is_administration:
            return f'no milligrams can be read in "{written}"'
        return f'"{written}" in all does not say how much each time'
    if sig.needs_weight:
        return f'"{row.sig}" needs the weight or the size of the patient'
    if sig.dose_high is not None:
        return f'"{row.sig}" is a range'
    if sig.up_to:
        return f'"{row.sig}" says only the most'
    return f'no milligrams can be read in "{row.sig}"'
