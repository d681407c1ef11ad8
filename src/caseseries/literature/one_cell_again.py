"""Again: the claims of one column held once more, with one of its cells otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from caseseries.analysis.needed import columns_needed, moments_needed
from caseseries.analysis.plan import analyse
from caseseries.analysis.results import FIELDS, Results
from caseseries.cases.consistency.clocks import clock_questions
from caseseries.cases.consistency.order import order_questions
from caseseries.cases.parts import HIGH, part_of, parted
from caseseries.cases.series import CaseSeries
from caseseries.literature.claims import Claim
from caseseries.literature.middles import names_in
from caseseries.literature.verdicts import Verdict, check
from caseseries.protocol.clauses.analysis import Analysis, Relabel, Summarise, Trajectory
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol

Asked = frozenset[tuple[str, str]]
"""The kinds of question with the patients of whom they are asked."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What becomes of a column with another number in one cell.

    Whether all claims follow that must; how many questions more are asked than as it stands; and the `others`
    that contradict as it stands, such as p-values, and then follow.
    """

    holds: bool
    questions: int = 0
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """The claims that rest on a column, the analyses behind them, and what is asked of its cases now.

    `must` are the ids of those that have to follow, `others` of further ones that contradict.
    """

    column: str
    claims: tuple[Claim, ...]
    must: frozenset[str]
    others: frozenset[str]
    protocol: Protocol
    cases: CaseSeries
    asked: Asked

    @property
    def patients(self) -> frozenset[str]:
        """Whose clocks and days are asked after as they stand."""
        return frozenset(who for _, who in self.asked)

    def with_value(self, row: int, value: float) -> Otherwise:
        """What becomes of it with another value in the row."""
        cases = with_cell(self.cases, self.protocol, row, self.column, value)
        follow = {one.claim.id for one in _check(self.claims, self.protocol, cases) if one.reproduces}
        if not self.must <= follow:
            return Otherwise(holds=False)
        asked = _asked(cases, self.protocol)
        more = len(asked - self.asked) - len(self.asked - asked)
        return Otherwise(True, more, tuple(one.id for one in self.claims if one.id in follow & self.others))


def again(
    column: str, must: frozenset[str], ledger: Sequence[Verdict], cases: CaseSeries, protocol: Protocol
) -> Again:
    """What is to be held again for a column: the claims named in `must`, and all that follow as it stands."""
    fewer = protocol.model_copy(update={"analyses": tuple(_analyses_of(column, ledger, protocol))})
    results = analyse(fewer, cases)
    claims = tuple(
        replace(one.claim, beside="")  # which may stand on another column
        for one in ledger
        if _is_of(one.claim, results)
        or (column in (names := names_in(one.claim.derived)) and "cohort" not in names)
    )
    # What an analysis gives among fewer analyses may differ, such as a p-value adjusted for all of them.
    now = {one.claim.id: one.said for one in _check(claims, fewer, cases)}
    same = {one.claim.id: one for one in ledger if now.get(one.claim.id) == one.said}
    follow = frozenset(id_ for id_, one in same.items() if one.reproduces)
    contradict = frozenset(id_ for id_, one in same.items() if one.said == "contradicts")
    return Again(column, claims, follow | must, contradict - must, fewer, cases, _asked(cases, protocol))


def _analyses_of(column: str, ledger: Sequence[Verdict], protocol: Protocol) -> Iterator[Analysis]:
    """The analyses of which a claim is and that rest on the column; of a summary that part.

    They rest on it, too, by a clock that its days set, and by another analysis that they relabel.
    """
    claimed = {one.claim.result.partition(".")[0] for one in ledger}
    resting = {slug(one.name) for one in protocol.analyses if _rests_on(column, one, protocol)}
    relabelled = {
        slug(one.of) for one in protocol.analyses if isinstance(one, Relabel) and slug(one.name) in claimed
    }
    owner = parted(column)[0]
    for one in protocol.analyses:
        if isinstance(one, Relabel):
            if slug(one.of) in resting and slug(one.name) in claimed:
                yield one
        elif slug(one.name) in resting & (claimed | relabelled):
            if isinstance(one, Summarise):
                mine = tuple(name for name in one.variables if parted(name)[0] == owner)
                yield one.model_copy(update={"variables": mine})
            else:
                yield one


def _rests_on(column: str, analysis: Analysis, protocol: Protocol) -> bool:
    moments = {name for name, moment in protocol.moments.items() if moment.sheet == column}
    time = protocol.follow_up_variable("time")
    sets_deaths = bool(moments) or (time is not None and time.name == column)
    if isinstance(analysis, Trajectory) and sets_deaths:  # a course ends with its patient's death
        return True
    owners = {parted(name)[0] for name in columns_needed(analysis, protocol)}
    return parted(column)[0] in owners or not moments.isdisjoint(moments_needed(analysis, protocol))


def with_cell(cases: CaseSeries, protocol: Protocol, row: int, column: str, value: float) -> CaseSeries:
    """The same cases with another number in one cell, and the day that it is of a moment."""
    is_row = pl.Series(np.arange(cases.n) == row)
    names = [name for name in (column, part_of(column, HIGH)) if name in cases.table.columns]
    others = [
        pl.when(is_row).then(pl.lit(value)).otherwise(pl.col(name)).cast(cases.table.schema[name]).alias(name)
        for name in names
    ]
    moments = [name for name, moment in protocol.moments.items() if moment.sheet == column]
    patient, episode = cases.table.select("patient", "episode").row(row)
    mine = (pl.col("patient") == patient) & (pl.col("episode") == episode) & pl.col("moment").is_in(moments)
    days = pl.when(mine).then(pl.lit(round(value))).otherwise(pl.col("day")).cast(pl.Int64).alias("day")
    return replace(cases, table=cases.table.with_columns(others), moments=cases.moments.with_columns(days))


def _check(claims: tuple[Claim, ...], protocol: Protocol, cases: CaseSeries) -> list[Verdict]:
    results = analyse(protocol, cases)
    # Some numbers are there only with some values, such as what would be if all who were lost had died.
    there = [one for one in claims if one.derived or _is_of(one, results)]
    return [first for first, *_ in check(there, results, cases, {})]


def _is_of(claim: Claim, results: Results) -> bool:
    """Whether it is of a number of these results, or of a field of one."""
    stem, _, last = claim.result.rpartition(".")
    return claim.result in results.numbers or (last in FIELDS and stem in results.numbers)


def _asked(cases: CaseSeries, protocol: Protocol) -> Asked:
    found = (*clock_questions(cases, protocol), *order_questions(cases, protocol))
    return frozenset((one.kind, who) for one in found for who in one.patients)
