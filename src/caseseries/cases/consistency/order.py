"""Order: one patient in whom two moments stand the other way round than in everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from caseseries.cases.clocks import dated
from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment

FEWEST = 8
"""Patients with both days from whom one can tell which comes first."""


def order_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """The one patient of at least FEWEST who has the later moment first."""
    moments = dated(cases, protocol)
    for (first, early), (second, late) in combinations(moments.items(), 2):
        after = late - early
        known = int(np.sum(~np.isnan(after)))
        for one, other, apart in ((first, second, after), (second, first, -after)):
            rows = np.flatnonzero(apart < 0).tolist()
            if len(rows) != 1 or known < FEWEST:
                continue
            row = rows[0]
            who = cases.patients[row]
            sentence = (
                f"Patient {who} has {a_moment(other)} {-apart[row]:.0f} days before {a_moment(one)}: "
                f"in the other {known - 1} it is never earlier."
            )
            why = "One of the two days may be counted from another moment than everybody's, or be a slip."
            sheets = [protocol.moments[moment].sheet for moment in (one, other)]
            cells = tuple(cases.origin(row, sheet) for sheet in sheets if sheet)
            yield Question("order", sentence, why, (who,), cells)
