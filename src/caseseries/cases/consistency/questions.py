"""The questions that a case series raises: each with its rows and the reason. It asks; it accuses nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from caseseries.cases.consistency.blanks import blank_questions
from caseseries.cases.consistency.categories import category_questions
from caseseries.cases.consistency.clocks import clock_questions
from caseseries.cases.consistency.columns import column_questions
from caseseries.cases.consistency.counts import Countable, count_questions
from caseseries.cases.consistency.digits import digit_questions
from caseseries.cases.consistency.endings import ending_questions
from caseseries.cases.consistency.follows import follow_questions
from caseseries.cases.consistency.formats import format_questions
from caseseries.cases.consistency.order import order_questions
from caseseries.cases.consistency.percentages import percentage_questions
from caseseries.cases.consistency.prints import print_questions
from caseseries.cases.consistency.question import MOST, Question
from caseseries.cases.consistency.roles import role_questions
from caseseries.cases.consistency.rows import row_questions
from caseseries.cases.consistency.runs import run_questions
from caseseries.cases.consistency.scores import score_questions
from caseseries.cases.consistency.steps import step_questions
from caseseries.cases.consistency.tables import table_questions
from caseseries.cases.consistency.totals import total_questions
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol


def questions(
    cases: CaseSeries, protocol: Protocol, criteria: Mapping[str, Countable] | None = None
) -> tuple[Question, ...]:
    """All questions that these cases raise, the least probable by chance first.

    What cannot be true comes before what is improbable, and that before what is only worth a look.
    `criteria` say of each definition by its name what it can add up to; without them neither scores nor
    counts of criteria are looked at.
    """
    found = [
        *row_questions(cases, protocol),
        *table_questions(cases, protocol),
        *print_questions(cases, protocol),
        *follow_questions(cases, protocol),
        *clock_questions(cases, protocol),
        *ending_questions(cases, protocol),
        *count_questions(cases, protocol, criteria or {}),
        *score_questions(cases, protocol, criteria or {}),
        *total_questions(cases, protocol),
        *percentage_questions(cases, protocol),
        *run_questions(cases, protocol),
        *column_questions(cases, protocol),
        *format_questions(cases, protocol),
        *digit_questions(cases, protocol),
        *step_questions(cases, protocol),
        *blank_questions(cases, protocol),
        *order_questions(cases, protocol),
        *role_questions(cases, protocol),
        *category_questions(cases, protocol),
    ]
    return tuple(sorted(_few_of_a_kind(found), key=_improbable_first))


def _few_of_a_kind(found: list[Question]) -> Iterator[Question]:
    """Up to MOST questions of a kind; more become one, with all patients and cells."""
    kinds: dict[str, list[Question]] = {}
    for question in found:
        kinds.setdefault(question.kind, []).append(question)
    for first, *others in kinds.values():
        if len(others) < MOST:
            yield from (first, *others)
            continue
        several = (first, *others)
        yield replace(
            first,
            sentence=f"{first.sentence} There are {len(others):,} more questions of this kind.",
            patients=tuple(dict.fromkeys(who for one in several for who in one.patients)),
            cells=tuple(dict.fromkeys(cell for one in several for cell in one.cells)),
        )


def _improbable_first(question: Question) -> float:
    return question.chance.probability if question.chance else 1.0
