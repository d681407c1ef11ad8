"""Labellings: which labels are less than certain, and the cases as they would be without some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import polars as pl

from caseseries.analysis.columns import holds, uncertain
from caseseries.cases.derived import with_derived
from caseseries.cases.parts import CERTAINTY, part_of
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Analysis
from caseseries.protocol.clauses.variable import Derived, FirstOf, Has
from caseseries.protocol.protocol import Protocol

MOST_LABELLINGS = 4096
"""So many labellings are tried at most: all of them up to 12 uncertain labels, of more a sample."""

Kept = tuple[bool, ...]
"""Of each uncertain label whether it is kept."""


@dataclass(frozen=True, slots=True)
class Label:
    """A level that a patient (by the row) has by a label that is less than certain."""

    row: int
    level: str


def labellings(labels: int, seed: int, most: int = MOST_LABELLINGS) -> tuple[Kept, ...]:
    """Which labels are kept, labelling by labelling: as given first, then all others.

    Where these are more than `most`: without each label, without any, and then a sample of the others.
    """
    if 2**labels <= most:
        return tuple(sorted(product((False, True), repeat=labels), key=lambda kept: kept.count(False)))
    everything = (True,) * labels
    without_one = [(*everything[:place], False, *everything[place + 1 :]) for place in range(labels)]
    fixed = [everything, *without_one, (False,) * labels]
    # Some are drawn twice: of more than so many, four times as many draws hold enough that differ.
    drawn = np.random.default_rng(seed).random((4 * most, labels)) < 0.5
    sampled = [tuple(map(bool, row)) for row in drawn]
    return tuple(dict.fromkeys([*fixed, *sampled]))[: max(most, len(fixed))]


def relabelled(
    cases: CaseSeries, protocol: Protocol, variable: str, labels: Sequence[Label], kept: Kept
) -> CaseSeries:
    """The cases without the labels that are not kept, and what is derived from them derived anew."""
    gone: dict[int, set[str]] = {}
    for label, is_kept in zip(labels, kept, strict=True):
        if not is_kept:
            gone.setdefault(label.row, set()).add(label.level)
    sures = cases.part(variable, CERTAINTY)
    assert sures is not None  # without certainties there is no uncertain label
    levels, certainty = cases.table[variable].to_list(), sures.to_list()
    alone = getattr(protocol.column(variable), "alone", None)
    surest = cases.column(variable).certainty[0]
    is_single = cases.column(variable).kind == "category"
    for row, names in gone.items():
        if is_single:
            levels[row] = certainty[row] = None
            continue
        left = [pair for pair in zip(levels[row], certainty[row], strict=True) if pair[0] not in names]
        left = left or ([(alone, surest)] if alone else [])
        levels[row], certainty[row] = [level for level, _ in left], [sure for _, sure in left]
    named = part_of(variable, CERTAINTY)
    hanging = {one.name for one in protocol.derived if _is_of(one.take, variable)}
    table = cases.table.drop(hanging & set(cases.table.columns)).with_columns(
        pl.Series(variable, levels, cases.table.schema[variable]),
        pl.Series(named, certainty, cases.table.schema[named]),
    )
    dictionary = tuple(column for column in cases.dictionary if column.name not in hanging)
    return with_derived(replace(cases, table=table, dictionary=dictionary), protocol.derived)


def _is_of(take: object, variable: str) -> bool:
    """Whether a recipe reads the levels of the variable."""
    return isinstance(take, Has | FirstOf) and take.in_ == variable


def levels_of(other: Analysis, cases: CaseSeries, protocol: Protocol, variable: str) -> tuple[str, ...]:
    """The levels on which an analysis rests: one, where it takes the variable as having it or not.

    An order of levels rests on all of them.
    """
    names = [getattr(other, key, None) for key in ("by", "outcome")]
    columns = [protocol.column(name) for name in names if name]
    takes = [one.take for one in columns if isinstance(one, Derived) and _is_of(one.take, variable)]
    had = tuple(dict.fromkeys(take.has for take in takes if isinstance(take, Has)))
    is_ordered = any(isinstance(take, FirstOf) for take in takes)
    return had if had and not is_ordered else cases.column(variable).levels


def labels_of(cases: CaseSeries, variable: str, levels: Sequence[str]) -> tuple[Label, ...]:
    """The labels of these levels that are less than certain, level by level."""
    return tuple(
        Label(int(row), level)
        for level in levels
        for row in np.flatnonzero(uncertain(cases, variable, level) & holds(cases, variable, level))
    )
