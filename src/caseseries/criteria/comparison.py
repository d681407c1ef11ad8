"""One finding against one test: met, not met, undecidable, or set aside with the reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

from caseseries.criteria.definition import Comparison, Number, Test, Word
from caseseries.criteria.in_words import number_in_words, shown
from caseseries.evidence.catalogue import Entry, entry
from caseseries.evidence.finding import Finding
from caseseries.evidence.truth import Truth
from caseseries.evidence.unit_names import unit_name
from caseseries.evidence.values import Operator, plain_text


@dataclass(frozen=True, slots=True)
class Held:
    """What a finding says of a test. `truth` is None where the finding says nothing and is set aside.

    `why` gives the reason for what is unknown or set aside; `caution` what is to be said of the comparison.
    """

    truth: Truth | None
    why: str = ""
    caution: str = ""


def hold(finding: Finding, test: Test) -> Held:
    """What a finding says of a test that asks for it.

    A number is compared in its own unit where the source prints that unit; else the limit is converted
    into the finding's unit and rounded to nine significant digits.
    """
    if finding.answer is not None:
        return Held(finding.answer)
    return _hold_word(finding, test) if isinstance(test, Word) else _hold_number(finding, test)


def _hold_word(finding: Finding, test: Word) -> Held:
    said = plain_text(finding.text).casefold()
    if said in test.says:
        return Held(Truth.MET)
    if said in test.denies:
        return Held(Truth.NOT_MET)
    if not said and finding.value is None and finding.operator:
        return Held(Truth.UNKNOWN, f'"{finding.operator}" leaves it open on which side of its limit it lies')
    if not said:
        return Held(None, "it says nothing in words")
    return Held(None, f'"{finding.text}" is not one of: {", ".join((*test.says, *test.denies))}')


def _hold_number(finding: Finding, test: Number) -> Held:
    known = entry(test.finding)
    value = finding.value
    if known is None or value is None or not math.isfinite(value):
        return Held(None, "it has no number")
    caution = ""
    if finding.unit.strip():
        unit = unit_name(finding.unit)
        if unit is None:
            return Held(None, f'"{finding.unit}" is no unit that is known')
    else:
        unit = known.unit_by_value(value)
        if unit is None:
            return Held(None, "it has no unit")
        caution = f"{shown(finding)} has no unit: its value can only be in {unit}."
    if unit not in known.units:
        return Held(None, known.never or f"{unit} cannot be compared with {test.limits[0]}")
    if not _is_plausible(known, value, unit, finding.operator):
        ends = known.plausible or (math.nan, math.nan)
        return Held(None, f"it is implausible: not within {ends[0]:,g} to {ends[1]:,g} {known.unit}")
    limit, from_unit = limit_in(test, known, unit)
    if known.is_recalled(unit, from_unit):
        caution = f"{shown(finding)} is compared with {test.limits[0]} by a factor that is only recalled."
    truth = _compare(value, finding.operator, test.comparison, limit)
    why = f"{shown(finding)} cannot decide {number_in_words(test)}" if truth is Truth.UNKNOWN else ""
    return Held(truth, why, caution)


def limit_in(test: Number, known: Entry, unit: str) -> tuple[float, str]:
    """The limit in a unit, and the unit in which the source prints it."""
    printed = {limit.quantity.unit: limit.quantity.value for limit in test.limits}
    if unit in printed:
        return printed[unit], unit
    first = test.limits[0].quantity
    limit = known.convert(first.value, first.unit, unit)
    if limit is None:
        raise ValueError(f"{known.name} has no way from {first.unit} to {unit}.")
    return limit, first.unit


def _is_plausible(known: Entry, value: float, unit: str, operator: Operator) -> bool:
    """Whether a number can be a patient's. Of a value below a limit only the sign can tell."""
    if operator in ("<", "<="):
        return value > 0
    return known.is_plausible(value, unit)


def _compare(value: float, operator: Operator, comparison: Comparison, limit: float) -> Truth:
    """Whether the true value, which lies at `value` or beyond it, compares so with the limit."""
    if comparison == "below":
        return ~_compare(value, operator, "at_least", limit)
    if comparison == "at_most":
        return ~_compare(value, operator, "above", limit)
    is_strict = comparison == "above"
    if operator in ("<", "<="):
        is_short = value < limit or (value == limit and (is_strict or operator == "<"))
        return Truth.NOT_MET if is_short else Truth.UNKNOWN
    reaches = value > limit or (value == limit and (not is_strict or operator == ">"))
    if reaches:
        return Truth.MET
    return Truth.NOT_MET if operator == "" else Truth.UNKNOWN
