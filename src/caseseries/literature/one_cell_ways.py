"""Ways in which another number was meant than stands in a cell: a slip of the pen, another clock or unit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from caseseries.cases.clocks import Values, dated, unit_in_days
from caseseries.cases.parts import DAYS
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import TIMES, Span, read_span
from caseseries.literature.slips import likelihood, slips_of
from caseseries.protocol.clauses.variable import Take, Variable
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, in_running_text

UNITS = TIMES[TIMES.index("days") :]
"""Nobody counts a follow-up in hours."""


@dataclass(frozen=True, slots=True)
class Way:
    """What was meant, `how` it came to stand as it does, and how much of such slips make just that of it.

    `within` is what rounding leaves open of the number that was meant; 0 of a slip of the pen.
    """

    meant: float
    how: str
    likelihood: float
    within: float = 0.0

    def fits(self, low: float, high: float) -> bool:
        """Whether what was meant can lie from `low` to `high`."""
        return self.meant - self.within <= high and self.meant + self.within >= low


@dataclass(frozen=True, slots=True)
class Clocks:
    """The other clocks of a column of times or days: of each its words, and what it is off by, a row each.

    `is_rounded` where its numbers are no whole days, and may be off by half of their last digit.
    """

    shifts: dict[str, Values]
    factors: dict[str, float]
    is_rounded: bool = False

    def ways(self, text: str, row: int) -> Iterator[Way]:
        """What a number meant if its clock was another one, or its unit."""
        value = float(text)
        half = 0.5 * 10.0 ** -len(text.partition(".")[2]) if self.is_rounded else 0.0
        known = {how: float(shift[row]) for how, shift in self.shifts.items() if not np.isnan(shift[row])}
        found = [(value + shift, how, half) for how, shift in known.items() if shift]
        found += [(value * factor, how, half * factor) for how, factor in self.factors.items()]
        for meant, how, within in found:
            if meant >= 0:
                yield Way(meant, how, 1 / len(found), within)


def clocks_of(name: str, cases: CaseSeries, protocol: Protocol) -> Clocks:
    """The clocks by which the column may have been counted in one row: none unless it is a time or a day."""
    column, time = protocol.column(name), protocol.follow_up_variable("time")
    if not isinstance(column, Variable) or not isinstance(column.take, Take) or cases.from_records:
        return Clocks({}, {})
    if time is not None and time.name == name and protocol.follow_up is not None:
        own, unit = protocol.follow_up.counted_from, unit_in_days(protocol)
        month = read_span(protocol.conventions.month).in_days()
        factors = {
            f"counted in {other}": Span(1.0, other).in_days(month) / unit
            for other in UNITS
            if other != protocol.follow_up.unit
        }
        return Clocks(_shifts(_zeros(cases, protocol), own, unit), factors, is_rounded=True)
    if column.kind == "day" and column.take.counted_from is not None:
        others = _zeros(cases, protocol, but=column.take.day_of)
        return Clocks(_shifts(others, column.take.counted_from, 1.0), {})
    return Clocks({}, {})


def _shifts(zeros: dict[str, Values], own: str, unit: float) -> dict[str, Values]:
    """By what a number counted from each other moment is less than one counted from its own."""
    if own not in zeros:
        return {}
    return {
        f"counted from {a_moment(moment) if ' ' not in moment else moment}": (days - zeros[own]) / unit
        for moment, days in zeros.items()
        if moment != own
    }


def _zeros(cases: CaseSeries, protocol: Protocol, but: str | None = None) -> dict[str, Values]:
    """The hospital day of every moment that the cases hold, of admission, and of the end of each drug.

    Without the moment in `but`, and without the end of a drug that begins with it.
    """
    zeros = {
        name: np.ones(cases.n) for name, moment in protocol.moments.items() if moment.start_of == "stay"
    } | dated(cases, protocol)
    zeros = {moment: days for moment, days in zeros.items() if moment != but}
    for moment in tuple(zeros):
        drug = protocol.regimen_from(moment)
        on_drug = cases.part(drug.name, DAYS) if drug is not None else None
        if drug is not None and on_drug is not None:
            days = on_drug.cast(float).fill_null(float("nan")).to_numpy()
            zeros[f"the last day on {in_running_text(drug.title)}"] = zeros[moment] + days - 1
    return zeros


def slip_ways(text: str, digits: int, low: float = -math.inf, high: float = math.inf) -> Iterator[Way]:
    """What was meant, from `low` to `high`, where one slip made the number; each once, by its likeliest slip.

    `digits` as `one_slip_away` has it.
    """
    for meant in one_slip_away(text, digits):
        if low <= float(meant) <= high:
            yield Way(float(meant), *likelihood(meant, text))


def one_slip_away(text: str, digits: int) -> tuple[str, ...]:
    """The numbers of which one slip makes this one, each once.

    What has more than so many `digits` behind the point is no number of the column.
    """
    made = dict.fromkeys(one for one, _ in slips_of(text))
    return tuple(one for one in made if len(one.partition(".")[2]) <= digits)
