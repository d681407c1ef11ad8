"""Relabelling: an analysis under every plausible reading of the labels that are less than certain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from caseseries.analysis.cautions import Caution, labels_tip
from caseseries.analysis.columns import Book, everybody, patients_of
from caseseries.analysis.ids import joined
from caseseries.analysis.labellings import (
    MOST_LABELLINGS,
    Kept,
    Label,
    labellings,
    labels_of,
    levels_of,
    relabelled,
)
from caseseries.analysis.results import Group, Number, Result
from caseseries.cases.series import CaseSeries
from caseseries.evidence.pace import Pace, Tell
from caseseries.protocol.clauses.analysis import Analysis, Relabel
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.stats.estimate import Estimate
from caseseries.stats.level import is_below

MOST_SHOWN = 16
"""So many labellings are shown each; of more the one given, those without one label, and that without any."""
MOST_WORK = 8_000_000
"""Patients times labellings: beyond, a minute's work would tell little."""
SLOW = {"freeman-halton": 0, "kruskal-wallis-exact": 0, "log-rank-exact": 42, "permutation": 42}
"""Tests, by their part in ids, that may take half a second each, with more patients than these."""
MOST_SLOW = 256
"""So many labellings are tried of an analysis with such a test: all of up to 8 uncertain labels."""
AS_LABELLED = "as-labelled"

Does = Callable[[Analysis, CaseSeries, Protocol], Result]
Tests = Mapping[str, Estimate]


def relabel(clause: Relabel, cases: CaseSeries, protocol: Protocol, does: Does, tell: Tell) -> Result:
    """The p-values of another analysis with each uncertain label kept and dropped, in every combination.

    `does` does an analysis; `tell` hears how far it is. Of each test come the labellings' smallest and
    greatest p and, where it estimates something, their smallest and greatest estimate; and the labellings
    one by one, where they are few. Who loses the last label has the level that stands alone, such as
    unknown, where the variable has one.
    """
    [other] = [one for one in protocol.analyses if slug(one.name) == slug(clause.of)]
    labels = labels_of(cases, clause.variable, levels_of(other, cases, protocol, clause.variable))
    if not labels:
        title = cases.column(clause.variable).title
        return Result(clause, why_not=f"Nothing to relabel: every label of {title} that counts is certain.")
    if cases.n * min(2 ** len(labels), MOST_LABELLINGS) > MOST_WORK:
        why_not = (
            f"Not done: {len(labels):,} uncertain labels of {cases.n:,} patients are too many to relabel."
        )
        return Result(clause, why_not=why_not)
    given = does(other, cases, protocol)
    if given.why_not:
        return Result(clause, why_not=given.why_not)
    tested = {part: one for part, one in _numbers(given).items() if one.estimate.p is not None}
    if not tested:
        return Result(clause, why_not=f'Nothing to relabel: "{other.name}" has no p-value.')
    slow = [one.label for part, one in tested.items() if one.estimate.n > SLOW.get(part, math.inf)]
    if slow and len(labels) > MOST_SLOW:
        why_not = (
            f"Not done: {len(labels):,} uncertain labels are too many for {slow[0]}, which takes long; "
            f'with beside = "none" and a test that is not exact, "{other.name}" can be relabelled.'
        )
        return Result(clause, why_not=why_not)
    most = MOST_SLOW if slow else MOST_LABELLINGS
    every: dict[Kept, Tests] = {}
    tried = labellings(len(labels), protocol.conventions.seed, most)
    for kept in Pace(tell, clause.name, len(tried), "labelling").over(tried):
        found = _numbers(does(other, relabelled(cases, protocol, clause.variable, labels, kept), protocol))
        every[kept] = {part: found[part].estimate for part in tested if part in found}
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    groups = _enter_labellings(book, labels, every, tested)
    for part, number in tested.items():
        _enter_range(book, part, number.label, [tests[part] for tests in every.values() if part in tests])
    alpha = 1.0 - book.level
    promised = [part for part, one in tested.items() if one.standing == "promised"] or list(tested)[:1]
    said = [_tips(part, tested[part].label, every, groups, alpha) for part in promised]
    all_of_them = f"{len(every):,} labellings of {len(labels)} uncertain labels: each kept or dropped."
    some = (
        f"{len(every):,} labellings of 2^{len(labels)}: as given, without each label, without any, "
        f"and others drawn with the seed {protocol.conventions.seed}."
    )
    note = all_of_them if len(every) == 2 ** len(labels) else some
    return Result(clause, tuple(book.numbers), tuple(groups.values()), tuple(said), (note,))


@dataclass(frozen=True, slots=True)
class Relabelled:
    """One test of a relabelling: its part in ids, its name, and its number in each labelling shown."""

    part: str
    label: str
    numbers: tuple[Number | None, ...]


def by_test(result: Result) -> list[Relabelled]:
    """The tests of a relabelling, each with its numbers in the order of the labellings (its groups)."""
    numbers, given = _numbers(result), result.groups[0]
    return [
        Relabelled(
            part.removeprefix(f"{given.key}."),
            number.label.removesuffix(f": {given.title}"),
            tuple(numbers.get(part.replace(given.key, group.key, 1)) for group in result.groups),
        )
        for part, number in numbers.items()
        if part.startswith(f"{given.key}.")
    ]


def _numbers(result: Result) -> dict[str, Number]:
    """The numbers of an analysis, by the part of their id behind its name."""
    return {number.id.removeprefix(f"{result.slug}."): number for number in result.numbers}


# ---- What is entered ----


def _enter_labellings(
    book: Book, labels: Sequence[Label], every: Mapping[Kept, Tests], tested: Mapping[str, Number]
) -> dict[Kept, Group]:
    """How many there are, and of those that are shown every test; answers with how these are called."""
    rows, tried = everybody(book.cases), Estimate(len(every), "count", len(every), "labellings")
    uncertain_ones = Estimate(len(labels), "count", book.cases.n, "labels")
    book.enter("labels", "Uncertain labels", uncertain_ones, rows)
    book.enter("labellings", "Labellings tried", tried, rows)
    groups: dict[Kept, Group] = {}
    for kept, tests in every.items():
        if 2 ** len(kept) > MOST_SHOWN and kept.count(False) not in (0, 1, len(kept)):
            continue
        groups[kept] = _group(kept, labels, book.cases)
        for part, estimate in tests.items():
            label = f"{tested[part].label}: {groups[kept].title}"
            book.enter(joined(groups[kept].key, part), label, estimate, rows, standing="companion")
    return groups


def _group(kept: Kept, labels: Sequence[Label], cases: CaseSeries) -> Group:
    """A labelling as it is called: by the patients whose label is dropped, and by its level."""
    dropped = [label for label, is_kept in zip(labels, kept, strict=True) if not is_kept]
    if not dropped:
        return Group(AS_LABELLED, "as labelled", ())
    rows = np.zeros(cases.n, dtype=bool)
    rows[[label.row for label in dropped]] = True
    who = patients_of(cases, rows)
    if len(dropped) == len(kept) and len(kept) > 1:
        return Group("without-all", "without any uncertain label", who)
    numbers = "-".join(str(place) for place, is_kept in enumerate(kept, 1) if not is_kept)
    of_one = len({label.level for label in labels}) == 1
    levels = dict.fromkeys(label.level for label in dropped)
    said = "; ".join(
        f"{'the label' if of_one else level} of {_who(level, dropped, cases)}" for level in levels
    )
    return Group(f"without-{numbers}", f"without {said}", who)


def _who(level: str, dropped: Sequence[Label], cases: CaseSeries) -> str:
    return " and ".join(cases.patients[label.row] for label in dropped if label.level == level)


def _enter_range(book: Book, part: str, label: str, found: Sequence[Estimate]) -> None:
    """The labellings with the smallest and the greatest p and estimate, and how many p lie below."""
    rows, alpha = everybody(book.cases), 1.0 - book.level
    with_p = sorted((one for one in found if one.p is not None), key=lambda one: one.p or 0.0)
    for name, one in (("smallest", with_p[0]), ("greatest", with_p[-1])):
        said = f"{label}: {name} p over the labellings"
        book.enter(joined(part, f"p-{name}"), said, one, rows, standing="companion")
    below = sum(is_below(one.p, alpha) for one in with_p)
    count = Estimate(below, f"count of p below {alpha:.2g}", len(with_p), "labellings")
    book.enter(joined(part, "below"), f"{label}: labellings with p below {alpha:.2g}", count, rows)
    by_size = sorted((one for one in found if one.level is not None), key=_size)
    if by_size:
        for name, one in (("smallest", by_size[0]), ("greatest", by_size[-1])):
            said = f"{label}: {name} estimate over the labellings"
            book.enter(joined(part, name), said, one, rows, standing="companion")


def _size(estimate: Estimate) -> float:
    return math.inf if estimate.value is None else estimate.value


def _tips(
    part: str, label: str, every: Mapping[Kept, Tests], groups: Mapping[Kept, Group], alpha: float
) -> Caution:
    """What the labels do to a test: its range of p, and which single label takes it across the line."""
    ps = {kept: tests[part].p for kept, tests in every.items() if part in tests}
    known = [p for p in ps.values() if p is not None]
    given = is_below(next(iter(ps.values())), alpha)
    single = [
        groups[kept].title.removeprefix("without ")
        for kept, p in ps.items()
        if kept.count(False) == 1 and is_below(p, alpha) != given
    ]
    below = sum(is_below(p, alpha) for p in known)
    return labels_tip(label, min(known), max(known), len(ps), below, alpha, single)
