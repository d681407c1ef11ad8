"""Counts: how many criteria were met, below the rule by which patients came in, or above what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.consistency.question import Question
from caseseries.cases.parts import HIGH
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import Take
from caseseries.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Countable:
    """What a definition can add up to: its title, its need (None of points) and every total."""

    title: str
    need: int | None
    totals: frozenset[int]


def count_questions(
    cases: CaseSeries, protocol: Protocol, criteria: Mapping[str, Countable]
) -> Iterator[Question]:
    """Patients who came in by a definition and have fewer criteria than it needs, or more than it has."""
    needed = {step.criteria for step in protocol.eligibility if step.criteria}
    for variable in protocol.variables:
        tally = variable.take.tally if isinstance(variable.take, Take) else None
        if tally is None or tally not in criteria or not cases.has(variable.name):
            continue
        rule = criteria[tally]
        low = cases.table[variable.name]
        high = cases.part(variable.name, HIGH)
        most = max(rule.totals)
        too_few = (low if high is None else high) < (rule.need or 0) if tally in needed else low < 0
        for row in (too_few | (low > most)).fill_null(False).arg_true():
            who, value = cases.patients[row], int(low[row] if high is None else high[row])
            few = value < (rule.need or 0)
            rule_says = f"needs {rule.need}" if few else f"has {most}"
            sentence = f"{variable.title} of patient {who}: {value}, and {rule.title} {rule_says}."
            why = (
                "Who has fewer did not come in by the rule that the protocol states."
                if few
                else "More criteria than there are cannot be met."
            )
            yield Question("count", sentence, why, (who,), (cases.origin(row, variable.name),), CANNOT_BE)
