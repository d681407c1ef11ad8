"""A definition in words: its rules as a clinician says them, and a finding as a chart shows it."""

from __future__ import annotations

from caseseries.criteria.definition import Bin, Comparison, Need, Number, Rule
from caseseries.evidence.finding import Finding

COMPARED: dict[Comparison, str] = {
    "at_least": "at least",
    "above": "above",
    "at_most": "at most",
    "below": "below",
}


def shown(finding: Finding) -> str:
    """A finding as a chart shows it: "ferritin >33,511 ng/mL", "splenomegaly absent"."""
    if finding.value is None:
        return f"{finding.name} {finding.text}".strip()
    return f"{finding.name} {finding.operator}{finding.value:,.15g} {finding.unit}".strip()


def in_words(rule: Rule) -> str:
    """A rule as a clinician says it: "platelets below 100 10*9/L"."""
    if isinstance(rule, Need):
        return f"at least {rule.count} of: {'; '.join(map(in_words, rule.of))}"
    if isinstance(rule, Number):
        return f"{rule.finding} {number_in_words(rule)}"
    return f"{rule.finding} {rule.says[0] if rule.says else ''}".rstrip()


def number_in_words(test: Number) -> str:
    """What a test asks of a number: "at least 3.0 mmol/L or 265 mg/dL"."""
    return f"{COMPARED[test.comparison]} {' or '.join(map(str, test.limits))}"


def share_in_words(bins: tuple[Bin, ...]) -> str:
    """The probabilities as their table prints them: "below 1 %", "40 to 54 %", "70 to above 99 %"."""
    low, high = bins[0], bins[-1]
    lowest = f"below {low.high * 100:.0f}" if low.low == 0 else f"{low.low * 100:.0f}"
    highest = f"above {high.low * 100:.0f}" if high.high == 1 else f"{high.high * 100:.0f}"
    if len(bins) > 1:
        return f"{lowest} to {highest} %"
    if low.low == 0:
        return f"{lowest} %"
    if high.high == 1:
        return f"{highest} %"
    return f"about {lowest} %" if lowest == highest else f"{lowest} to {highest} %"
