"""Verdicts: what the search found of each stay, criterion by criterion, with the rows that decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from caseseries.cohort import windows
from caseseries.cohort.answered_days import Days, days_met, days_of_answers
from caseseries.cohort.chart_review import Reviewed
from caseseries.cohort.cohort import VERDICTS
from caseseries.cohort.facts import TABLES
from caseseries.cohort.judging import facts_of
from caseseries.cohort.search import Search
from caseseries.cohort.stays import aged
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.truth import Truth
from caseseries.records.origins import origin_of

STAYS = pl.Schema(
    {
        "person_id": pl.Int64,
        "stay_id": pl.Int64,
        "first_day": pl.Int64,
        "last_day": pl.Int64,
        "youngest": pl.Int64,
        "oldest": pl.Int64,
        "anchor": pl.Int64,
        "lower": pl.Int64,
        "upper": pl.Int64,
        "known": pl.Int64,
        "truth": pl.String,
        "looked": pl.Int64,
        "met": pl.Int64,
        "undecided": pl.Int64,
    }
)


@dataclass(frozen=True)
class Judged:
    """The candidates. `stays` has STAYS as columns (truth is met, open or not met), `criteria` VERDICTS.

    `because`: of each stay the row that decided, by the bit of the test.
    """

    stays: pl.DataFrame
    criteria: pl.DataFrame
    because: Mapping[int, Mapping[int, str]]

    def deciding(self, stay: int) -> Iterable[str]:
        """The rows that decided for a stay, each once."""
        return dict.fromkeys(self.because.get(stay, {}).values())

    def unknown(self, every_bit: int) -> dict[int, int]:
        """Of each stay the bits of the tests that are neither met nor not met."""
        rows = self.stays.select("stay_id", "looked", "met", "undecided").iter_rows()
        return {stay: every_bit & ~met & (undecided | ~looked) for stay, looked, met, undecided in rows}


def verdicts_of(search: Search, reviewed: Reviewed, suffix: str = "") -> Judged:
    """Read what `judge` laid out; `suffix` names another set of verdicts than the literal one.

    Where a reviewer's answer stands in the place of the record, it decides; behind the rows that decided a
    criterion stand those that lost against an answer, and answers that lost or differ.
    """
    need = search.windows.need
    query = f"""
SELECT s.person_id, s.stay_id, s.first_day, s.last_day, s.youngest, s.oldest, v.anchor, v.lower, v.upper,
  k.known, v.looked, v.met, v.undecided,
  CASE WHEN v.lower >= {need} THEN 'met' WHEN v.upper >= {need} THEN 'open' ELSE 'not met' END AS truth
FROM verdicts{suffix} v JOIN ({aged("near_stays")}) s ON s.stay_id = v.stay_id
LEFT JOIN known_days{suffix} k ON k.stay_id = v.stay_id
ORDER BY s.person_id, s.first_day, s.stay_id"""
    stays = search.records.run(query, f"verdicts{suffix} of the candidates")
    stays = stays.select(pl.col(name).cast(kind) for name, kind in STAYS.items())
    told, answered = _told(search, suffix), days_of_answers(search, reviewed)
    met = days_met(search, answered, suffix)
    lost: dict[int, dict[int, tuple[str, ...]]] = {}
    for (stay, question), settled in reviewed.by_stay.items():
        mine = told.setdefault(stay, {})
        for asked in search.windows.lowered.asked:
            if asked.test.finding == question:
                record = mine.pop(asked.bit, None)
                behind = [record.row] if record else []
                lost.setdefault(stay, {})[asked.bit] = (*settled.lost, *behind)
                if settled.truth is not Truth.UNKNOWN:
                    mine[asked.bit] = _Decided(settled.origin, answered.get((stay, question)))
    listed = [
        row
        for stay in stays.iter_rows(named=True)
        for row in _rows(
            stay,
            told.get(stay["stay_id"], {}),
            lost.get(stay["stay_id"], {}),
            met.get(stay["stay_id"]),
            search,
        )
    ]
    because = {stay: {bit: one.row for bit, one in mine.items()} for stay, mine in told.items()}
    return Judged(stays, pl.DataFrame(listed, VERDICTS, orient="row"), because)


class _Decided(NamedTuple):
    """What decided a test: its row, and where the test is met since when, by sample and by result."""

    row: str
    met: Days | None


def _told(search: Search, suffix: str) -> dict[int, dict[int, _Decided]]:
    """By stay and bit what the records decide; what is undecidable decides nothing."""
    first = windows.backs(search.windows, facts_of(suffix), f"verdicts{suffix}")
    query = f"""
SELECT b.stay_id, b.bit, b.day, k.known, b.source, b.row_id
FROM because{suffix} b LEFT JOIN ({first}) k ON b.state = 2 AND k.stay_id = b.stay_id AND k.bit = b.bit
WHERE b.state <> 1
ORDER BY b.stay_id, b.bit"""
    told: dict[int, dict[int, _Decided]] = {}
    for stay, bit, when, known, source, row in search.records.run(query).iter_rows():
        met = None if known is None else Days(when, known)
        told.setdefault(stay, {})[bit] = _Decided(origin_of(TABLES[source - 1], row), met)
    return told


def _rows(
    stay: Mapping[str, int],
    told: Mapping[int, _Decided],
    lost: Mapping[int, tuple[str, ...]],
    met: Days | None,
    search: Search,
) -> Iterator[tuple[object, ...]]:
    """The whole definition first, with an empty name, then each criterion; `met` its days with answers."""
    lowered, need = search.windows.lowered, search.windows.need
    maybe = stay["met"] | stay["undecided"] | (search.windows.every_bit & ~stay["looked"])
    head = (stay["person_id"], stay["stay_id"])
    whole = Bounds(stay["lower"], stay["upper"])
    days = {bit: one.met.since for bit, one in told.items() if one.met}
    known = {bit: one.met.known for bit, one in told.items() if one.met}
    is_met = whole.low >= need
    yield (
        *(*head, "", str(whole.at_least(need)), whole.low, whole.high),
        *(stay["anchor"], *((met or (stay["anchor"], stay["known"])) if is_met else (None, None)), []),
    )
    for criterion in lowered.definition.criteria:
        bounds = Bounds(lowered.points(criterion, stay["met"]), lowered.points(criterion, maybe))
        truth = bounds.at_least(min(grade.points for grade in criterion.grades))
        bits = [one.bit for one in lowered.asked if one.criterion == criterion.name]
        decided = [told[bit].row for bit in bits if bit in told]
        rows = list(dict.fromkeys([*decided, *(row for bit in bits for row in lost.get(bit, ()))]))
        times = (lowered.since(criterion, days), lowered.since(criterion, known))
        yield (
            *(*head, criterion.name, str(truth), bounds.low, bounds.high),
            *(stay["anchor"], *times, rows),
        )
