"""The manual's tables: every line of a definition, what is recalled and where it is from."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.criteria.definition import Criterion, Definition, Flag, Need, Number, Rule, Word
from caseseries.criteria.in_words import COMPARED, share_in_words
from caseseries.evidence.catalogue import entries
from caseseries.evidence.presence import PRESENT

RECALLED = "recalled"
READ = "read"


def definition_table(definition: Definition) -> str:
    """A definition as the manual prints it, in Markdown: source, lines, notes and probabilities."""
    return "\n".join(_lines(definition)) + "\n"


def catalogue_table() -> str:
    """What a finding can be, as the manual prints it, in Markdown."""
    lines = ["| finding | also called | units | plausible |", "|---|---|---|---|"]
    for one in entries():
        units = [f"`{unit}`" + " (factor recalled)" * one.is_recalled(one.unit, unit) for unit in one.units]
        ends = [f"{end:,.15g}" for end in one.plausible or ()]
        plausible = f"{' to '.join(ends)} {one.unit}".strip()
        names = ", ".join(one.names)
        lines.append(f"| {one.name} | {names} | {', '.join(units) or 'in words'} | {plausible} |")
    return "\n".join(lines) + "\n"


def _lines(definition: Definition) -> Iterator[str]:
    need = f"{definition.need} of {definition.most} are needed."
    yield f"{definition.title}. {need if definition.need else f'0 to {definition.most} points.'}"
    yield f"Source: {definition.source}."
    if definition.note:
        yield definition.note
    worth = "" if definition.need else " points |"
    yield f"\n| criterion | is met by |{worth} confidence |"
    yield f"|---|---|{'---|' if worth else ''}---|"
    for criterion in definition.criteria:
        confidence = RECALLED if criterion.recalled or definition.recalled else READ
        for number, grade in enumerate(criterion.grades):
            points = f" {grade.points} |" if worth else ""
            yield f"| {criterion.name if not number else ''} | {_rule(grade.rule)} |{points} {confidence} |"
    notes = [_note(criterion) for criterion in definition.criteria if criterion.note or criterion.source]
    if notes:
        yield ""
        yield from notes
    if definition.flags:
        yield "\n| flag | marks | where this was recorded | why | confidence |\n|---|---|---|---|---|"
        yield from map(_flag, definition.flags)
    if definition.probabilities is not None:
        yield f"\nFrom score to probability. {definition.probabilities.source}."
        yield definition.probabilities.caution
        yield "\n| score | probability | confidence |\n|---|---|---|"
        start = 0
        for one in definition.probabilities.bins:
            confidence = RECALLED if one.recalled else READ
            yield f"| {start} to {one.up_to} | {share_in_words((one,))} | {confidence} |"
            start = one.up_to + 1


def _note(criterion: Criterion) -> str:
    return f"* {criterion.name}: {' '.join(filter(None, [criterion.note, criterion.source]))}"


def _flag(flag: Flag) -> str:
    within = f"{flag.finding}, on the day or up to {flag.days_before} days before"
    why = " ".join(filter(None, [flag.note, flag.source]))
    confidence = RECALLED if flag.recalled else READ
    return f"| {flag.name} | {', '.join(flag.on)} | {within} | {why} | {confidence} |"


def _rule(rule: Rule) -> str:
    match rule:
        case Need():
            return f"at least {rule.count} of: {'; '.join(map(_rule, rule.of))}"
        case Number():
            limits = " or ".join(f"`{limit}`" for limit in rule.limits)
            return f"{rule.finding} {COMPARED[rule.comparison]} {limits}"
        case Word():
            says = "present" if rule.says == PRESENT else " or ".join(rule.says)
            return f"{rule.finding} {says}"
