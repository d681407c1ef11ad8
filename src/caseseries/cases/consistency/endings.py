"""Endings: a kind of event that ended the follow-up of somebody who is alive."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Incidence, Regress
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import all_of


def ending_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Of each column that says what ended the follow-up: who has an entry in it, and is alive."""
    alive = protocol.follow_up_variable("alive")
    if alive is None or not cases.has(alive.name):
        return
    lives = cases.table[alive.name].fill_null(False)
    dies = (~cases.table[alive.name]).fill_null(False)
    for name in dict.fromkeys(_kinds(protocol)):
        column = protocol.column(name)
        if column is None or not cases.has(name):
            continue
        has = cases.table[name].is_not_null()
        rows = (has & lives).arg_true().to_list()
        if not rows:
            continue
        who = tuple(cases.patients[row] for row in rows)
        sentence = f"{column.title} is filled in for patients {all_of(who)}, who are read as alive."
        if len(who) == 1:
            sentence = f"{column.title} is filled in for patient {who[0]}, who is read as alive."
        why = "Who is alive has none: one of the two is a slip."
        if dies.any() and not (has & dies).any():
            turned = f'a yes of "{alive.title}" may mean death, and is read as alive.'
            why = f"Nobody who is read as dead has one: {turned}"
        cells = tuple(cases.origin(row, name) for row in rows)
        yield Question("ending", sentence, why, who, cells, CANNOT_BE)


def _kinds(protocol: Protocol) -> Iterator[str]:
    for analysis in protocol.analyses:
        if isinstance(analysis, Incidence):
            yield analysis.of
        elif isinstance(analysis, Regress) and analysis.kind:
            yield analysis.kind
