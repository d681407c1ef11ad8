"""Order: the few in whom two moments stand the other way round, or one in whom they are far further apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from caseseries.cases.clocks import Values, dated
from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, all_of

FEWEST = 8
"""Patients with both days from whom one can tell which comes first."""
FEW = 0.2
"""Where more patients than this part have the later moment first, neither is the later."""
LONG, FURTHER = 14.0, 3.0
"""Days, and how many times as far apart as in any other patient."""


def order_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """The few patients, of at least FEWEST, who have the later moment first."""
    moments = dated(cases, protocol)
    for (first, early), (second, late) in combinations(moments.items(), 2):
        after = late - early
        known = int(np.sum(~np.isnan(after)))
        yield from _far_apart(cases, protocol, (first, second), after)
        for one, other, apart in ((first, second, after), (second, first, -after)):
            rows = np.flatnonzero(apart < 0).tolist()
            if known < FEWEST or not 0 < len(rows) <= max(1, FEW * known):
                continue
            who = tuple(cases.patients[row] for row in rows)
            days = all_of([f"{-apart[row]:.0f}" for row in rows])
            have = f"Patient {who[0]} has" if len(who) == 1 else f"Patients {all_of(who)} have"
            unit = "day" if days == "1" else "days"
            sentence = (
                f"{have} {a_moment(other)} {days} {unit} before {a_moment(one)}: "
                f"in the other {known - len(who)} it is never earlier."
            )
            why = "One of the two days may be counted from another moment than everybody's, or be a slip."
            cells = [cell for row in rows for cell in _cells(cases, protocol, row, (one, other))]
            yield Question("order", sentence, why, who, tuple(cells))


def _far_apart(
    cases: CaseSeries, protocol: Protocol, moments: tuple[str, str], after: Values
) -> Iterator[Question]:
    """The one patient in whom the two lie LONG days apart, and FURTHER times as far as in any other."""
    days = np.nan_to_num(np.abs(after), nan=-1.0)
    if np.sum(days >= 0) < FEWEST:
        return
    row = int(np.argmax(days))
    longest, next_longest = days[row], float(np.max(np.delete(days, row)))
    if longest < LONG or longest < FURTHER * next_longest:
        return
    who, (one, other) = cases.patients[row], (a_moment(moment) for moment in moments)
    sentence = (
        f"In patient {who} {one} and {other} are {longest:.0f} days apart: "
        f"in the others at most {next_longest:.0f}."
    )
    why = "One of the two days may be counted from another moment than everybody's, or be a slip."
    yield Question("apart", sentence, why, (who,), _cells(cases, protocol, row, moments))


def _cells(cases: CaseSeries, protocol: Protocol, row: int, moments: tuple[str, str]) -> tuple[str, ...]:
    sheets = [protocol.moments[moment].sheet for moment in moments]
    return tuple(cases.origin(row, sheet) for sheet in sheets if sheet)
