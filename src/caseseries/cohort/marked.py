"""Marked: the rows behind the verdicts that a flag marks, each with the row that marks it."""

from __future__ import annotations

import polars as pl

from caseseries.cohort import flags
from caseseries.cohort.cohort import FLAGGED
from caseseries.cohort.facts import TABLES
from caseseries.cohort.search import Search
from caseseries.cohort.verdicts import Judged
from caseseries.records.origins import origin_of

_TRUTH = ("stay_id", "criterion", "truth")
_OTHERWISE = {2: "not met", 0: "met"}
"""What a criterion is that a row of such a state speaks against."""


def marked_by(search: Search, judged: Judged) -> pl.DataFrame:
    """The rows that decided and that a flag marks, with FLAGGED as columns; rests on `flag_days`.

    A row that says otherwise than its criterion did not decide it. What a reviewer answered in the place of
    the record is marked by nothing.
    """
    lowered = search.windows.lowered
    criteria = {one.bit: one.criterion for one in lowered.asked}
    truths = {(stay, name): truth for stay, name, truth in judged.criteria.select(*_TRUTH).iter_rows()}
    persons = dict(judged.stays.select("stay_id", "person_id").iter_rows())
    rows: list[tuple[object, ...]] = []
    markings = flags.markings("because", "marked_stays", "flag_days")
    query = f"""
SELECT m.stay_id, m.bit, m.flag, b.state, b.source, b.row_id, m.source AS by_source, m.row_id AS by_row
FROM ({markings}) m JOIN because b ON b.stay_id = m.stay_id AND b.bit = m.bit
ORDER BY m.stay_id, m.bit, m.flag"""
    found = search.records.run(query, "deciding rows that a flag marks")
    for stay, bit, flag, state, source, row, by_source, by_row in found.iter_rows():
        if truths[stay, criteria[bit]] == _OTHERWISE[state]:
            continue
        origin = origin_of(TABLES[source - 1], row)
        if judged.because.get(stay, {}).get(bit) == origin:
            name, by = lowered.definition.flags[flag].name, origin_of(TABLES[by_source - 1], by_row)
            rows.append((persons[stay], stay, criteria[bit], origin, name, by))
    return pl.DataFrame(rows, FLAGGED, orient="row").unique(maintain_order=True)
