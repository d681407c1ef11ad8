"""A printed p-value that does not reproduce: the variants of its test, and the readings of its data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np

from caseseries.analysis.columns import Rows, holds, is_yes, known, split
from caseseries.analysis.followed import follow
from caseseries.analysis.labellings import labels_of, levels_of, relabelled
from caseseries.analysis.methods import two_by_two
from caseseries.cases.series import CaseSeries
from caseseries.literature.count_variants import share_variants, table_variants
from caseseries.literature.rank_variants import rank_variants
from caseseries.literature.readings import MOST_PATIENTS, Reading, one_otherwise, readings
from caseseries.literature.search import Variant
from caseseries.protocol.clauses.analysis import Compare, Entries
from caseseries.protocol.clauses.variable import MEASURED, Derived, FirstOf, Has
from caseseries.protocol.protocol import Protocol
from caseseries.stats.log_rank import log_rank
from caseseries.stats.permutation import permuted_entries
from caseseries.stats.sample import Counts

Stages = Iterable[list[Variant]]


def p_stages(clause: Compare | Entries, printed: str, cases: CaseSeries, protocol: Protocol) -> Stages:
    """The p-values of an analysis by every variant of its test, in stages from the least departure on.

    `printed` is a column that holds the outcome as it is printed, "" where there is none.
    """
    match clause:
        case Entries():
            yield from _of_entries(clause, cases, protocol)
        case Compare(outcome=outcome, by=by):
            groups = tuple(one.rows for one in split(cases, by))
            kind = cases.column(outcome).kind
            if kind in MEASURED and len(groups) == 2:
                for stage in readings(cases, protocol, outcome, groups, printed):
                    yield [
                        one
                        for reading in stage
                        for one in rank_variants(reading.of(0), reading.of(1), reading.how)
                    ]
            elif kind == "yes/no" and len(groups) == 2:
                yield from _of_shares(clause, cases, protocol)
            elif kind not in MEASURED:
                yield from _of_table(clause, cases)


# ---- Two shares ----


def _of_shares(clause: Compare, cases: CaseSeries, protocol: Protocol) -> Stages:
    """The table as it stands, with labels that are less than certain dropped, with one patient otherwise."""
    own = _yes_in_groups(cases, clause)
    stands = list(share_variants(_table(own)))
    yield [*stands, *_log_rank(own, cases, protocol, clause)]
    readings_ = [_yes_in_groups(one, clause, how) for how, one in _relabelled(clause, cases, protocol)]
    yield list(_of_tables(readings_, own))
    yield list(_of_tables([*one_otherwise(cases, own), *_outcome_otherwise(cases, own)], own))


def _yes_in_groups(cases: CaseSeries, clause: Compare, how: str = "") -> Reading:
    yes = is_yes(cases, clause.outcome).astype(np.float64)
    values = np.where(known(cases, clause.outcome), yes, np.nan)
    return Reading(how, values, tuple(one.rows for one in split(cases, clause.by)))


def table_of(cases: CaseSeries, clause: Compare) -> tuple[tuple[int, int], tuple[int, int]]:
    """The 2 x 2 table of a comparison of shares, groups by rows."""
    return _table(_yes_in_groups(cases, clause))


def _table(reading: Reading) -> tuple[tuple[int, int], tuple[int, int]]:
    counts = [[int((one == 1).sum()), int((one == 0).sum())] for one in (reading.of(0), reading.of(1))]
    return two_by_two(np.array(counts))


def _of_tables(every: Iterable[Reading], own: Reading) -> Iterator[Variant]:
    """Each different table once, under the readings that make it."""
    named: dict[tuple[tuple[int, int], tuple[int, int]], list[str]] = {}
    for one in every:
        if _table(one) != _table(own):
            named.setdefault(_table(one), []).append(one.how)
    for table, hows in named.items():
        (a, b), (c, d) = table
        more = f" or {len(hows) - 1} like it" if len(hows) > 1 else ""
        yield from share_variants(
            table, f"{hows[0]}{more} ({a} of {a + b} against {c} of {c + d})", quick=True
        )


def _outcome_otherwise(cases: CaseSeries, own: Reading) -> Iterator[Reading]:
    among = np.logical_or.reduce(own.groups) & ~np.isnan(own.values)
    for row in np.flatnonzero(among) if among.sum() <= MOST_PATIENTS else ():
        values = own.values.copy()
        values[row] = 1 - values[row]
        yield Reading(f"with patient {cases.patients[row]}'s outcome the other way", values, own.groups)


def _relabelled(clause: Compare, cases: CaseSeries, protocol: Protocol) -> Iterator[tuple[str, CaseSeries]]:
    """The cases with each set of the uncertain labels that make the groups dropped, if they are few."""
    column = protocol.column(clause.by)
    take = column.take if isinstance(column, Derived) else None
    variable = take.in_ if isinstance(take, Has | FirstOf) else clause.by
    labels = labels_of(cases, variable, levels_of(clause, cases, protocol, variable))
    for size in range(1, len(labels) + 1) if len(labels) <= 6 else ():
        for dropped in combinations(range(len(labels)), size):
            kept = tuple(place not in dropped for place in range(len(labels)))
            who = " and ".join(cases.patients[labels[place].row] for place in dropped)
            yield f"without the uncertain label of {who}", relabelled(cases, protocol, variable, labels, kept)


def _log_rank(own: Reading, cases: CaseSeries, protocol: Protocol, clause: Compare) -> Iterator[Variant]:
    """The log-rank test of the same groups, where the outcome is being alive."""
    alive = protocol.follow_up_variable("alive")
    if protocol.follow_up is None or alive is None or alive.name != clause.outcome:
        return
    followed = follow(cases, protocol, protocol.follow_up.counted_from)
    rows = followed.rows & np.logical_or.reduce(own.groups)
    p = log_rank(followed.times[rows], followed.dead[rows], own.groups[0][rows]).p
    if p is not None:
        yield Variant("log-rank test", p)


# ---- Tables of any size ----


def _of_table(clause: Compare, cases: CaseSeries) -> Stages:
    answered = known(cases, clause.outcome)
    groups = {one.group.title: one.rows & answered for one in split(cases, clause.by)}
    if cases.column(clause.outcome).kind == "yes/no":
        levels = {one.group.title: one.rows for one in split(cases, clause.outcome)}
    else:
        levels = {level: holds(cases, clause.outcome, level) for level in cases.column(clause.outcome).levels}
    yield list(table_variants(_counted(groups, levels)))
    yield [
        *_with_levels_otherwise(groups, levels),
        *(
            Variant(one.method, one.value, how)
            for how, mine in _merged(groups)
            for one in table_variants(_counted(mine, levels))
        ),
    ]
    yield list(_one_patient(cases, groups, levels))


def _of_entries(clause: Entries, cases: CaseSeries, protocol: Protocol) -> Stages:
    answered = known(cases, clause.of)
    groups = {one.group.title: one.rows & answered for one in split(cases, clause.by)}
    levels = {level: holds(cases, clause.of, level) for level in cases.column(clause.of).levels}
    first, among = next(iter(groups.values())), np.logical_or.reduce(list(groups.values()))
    membership = np.column_stack(list(levels.values()))[among]
    permuted = permuted_entries(membership, first[among], seed=protocol.conventions.seed)
    exact = [Variant("permutation of the patients", permuted.p)] if permuted.p is not None else []
    yield [*table_variants(_counted(groups, levels)), *exact]
    yield list(_with_levels_otherwise(groups, levels))
    yield list(_one_patient(cases, groups, levels))


def _counted(groups: dict[str, Rows], levels: dict[str, Rows]) -> Counts:
    return np.array([[int((has & rows).sum()) for has in levels.values()] for rows in groups.values()])


def _with_levels_otherwise(groups: dict[str, Rows], levels: dict[str, Rows]) -> Iterator[Variant]:
    """Each level left out, each two of them counted as one, and each against all the others."""
    for name in levels if len(levels) > 2 else ():
        others = {other: rows for other, rows in levels.items() if other != name}
        yield from table_variants(_counted(groups, others), f'without "{name}"')
    for how, merged in _merged(levels):
        yield from table_variants(_counted(groups, merged), how)
    counts = _counted(groups, levels)
    for place, name in enumerate(levels if len(levels) > 2 else ()):
        against = np.column_stack((counts[:, place], counts.sum(axis=1) - counts[:, place]))
        yield from table_variants(against, f'"{name}" against all other entries')


def _merged(levels: dict[str, Rows]) -> Iterator[tuple[str, dict[str, Rows]]]:
    for one, other in combinations(levels, 2) if len(levels) > 2 else ():
        rest = {name: rows for name, rows in levels.items() if name not in (one, other)}
        yield f'"{one}" and "{other}" as one', {one: levels[one] | levels[other], **rest}


def _one_patient(cases: CaseSeries, groups: dict[str, Rows], levels: dict[str, Rows]) -> Iterator[Variant]:
    own = Reading("", np.zeros(cases.n), tuple(groups.values()))
    for one in one_otherwise(cases, own):
        mine = dict(zip(groups, one.groups, strict=True))
        yield from table_variants(_counted(mine, levels), one.how)
