"""Incidence: how many had each kind of event by each horizon, where one kind keeps the others away."""

from __future__ import annotations

import numpy as np

from caseseries.analysis.cautions import not_promised
from caseseries.analysis.columns import Book, Rows, Split, groups_of, holds, known, left_out
from caseseries.analysis.followed import Followed, follow, horizons
from caseseries.analysis.ids import GRAY, incidence_by, joined, of_group
from caseseries.analysis.results import Competing, Result
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Incidence
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import in_running_text
from caseseries.stats.competing import aalen_johansen, incidence_at
from caseseries.stats.estimate import Estimate
from caseseries.stats.gray import gray_test
from caseseries.stats.sample import Counts

NOT_KNOWN = "kind not known"


def incidence(clause: Incidence, cases: CaseSeries, protocol: Protocol) -> Result:
    """The Aalen-Johansen incidence of every kind of event at each horizon, and Gray's test between groups.

    Who died of a kind that is not known has an event of a kind of its own: left out, the others would seem
    more frequent than they are.
    """
    assert protocol.follow_up is not None
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    moment = clause.counted_from or protocol.follow_up.counted_from
    followed = follow(cases, protocol, moment)
    kinds = kinds_of(cases, clause.of, followed)
    why = cause_of(cases, clause.of, followed)
    groups, curves = groups_of(cases, clause.by), {}
    for one in groups:
        rows = one.rows & followed.rows
        curve = aalen_johansen(followed.times[rows], why[rows], level=book.level, limits=clause.limits)
        curves[one.group.key] = curve
        key, of = of_group(one.group.key), f" ({one.group.title})" if clause.by else ""
        n = int(rows.sum())
        book.enter(joined(key, "n"), f"Patients followed{of}", Estimate(n, "count", n, "patients"), rows)
        for number, kind in enumerate(kinds, 1):
            had = rows & (why == number)
            label = f"{kind[:1].upper()}{kind[1:]}{of}"
            events = Estimate(int(had.sum()), "count", n, "patients")
            book.enter(joined(key, slug(kind), "count"), f"{label}, patients", events, had)
            for horizon, end in horizons(protocol).items():
                at = incidence_at(curve, number, end, protocol.follow_up.unit)
                book.enter(joined(key, slug(kind), incidence_by(horizon)), f"{label} by {horizon}", at, rows)
    notes = list(followed.notes)
    if clause.by:
        _enter_tests(book, kinds, why, groups, followed, followed.rows & known(cases, clause.by))
        notes += left_out(followed.rows & ~known(cases, clause.by), "a group")
    title = in_running_text(cases.column(clause.of).title)
    without = followed.rows & followed.dead & ~known(cases, clause.of)
    if without.any():
        own = kinds[-1] == NOT_KNOWN and NOT_KNOWN not in cases.column(clause.of).levels
        taken = "an event of its own kind" if own else f"taken as {kinds[int(why[without][0]) - 1]}"
        notes.append(f"{int(without.sum())} died without {title}: {taken}.")
    lived = followed.rows & ~followed.dead & known(cases, clause.of)
    if lived.any():
        notes.append(f"{int(lived.sum())} who lived to the end of follow-up have {title}: taken as alive.")
    return Result(
        clause,
        tuple(book.numbers),
        tuple(one.group for one in groups),
        notes=tuple(notes),
        competing=Competing(kinds, curves),
    )


def kinds_of(cases: CaseSeries, name: str, followed: Followed) -> tuple[str, ...]:
    """The kinds of event: the levels of the category, and one more where somebody died of none of them.

    Where a level says already that the kind is not known, these have that one.
    """
    levels = cases.column(name).levels
    lacking = (followed.rows & followed.dead & ~known(cases, name)).any()
    return (*levels, *([NOT_KNOWN] if lacking and _number_not_known(levels) > len(levels) else []))


def cause_of(cases: CaseSeries, name: str, followed: Followed) -> Counts:
    """Each patient's kind of event, its number from 1 in the order of `kinds_of`; 0 of who was censored."""
    levels = cases.column(name).levels
    which = np.select(
        [holds(cases, name, level) for level in levels], range(1, len(levels) + 1), _number_not_known(levels)
    )
    return np.where(followed.dead & followed.rows, which, 0).astype(np.int64)


def _number_not_known(levels: tuple[str, ...]) -> int:
    said = (number for number, level in enumerate(levels, 1) if slug(level) == slug(NOT_KNOWN))
    return next(said, len(levels) + 1)


def _enter_tests(
    book: Book, kinds: tuple[str, ...], why: Counts, groups: list[Split], followed: Followed, among: Rows
) -> None:
    labels = np.select([one.rows for one in groups], [one.group.title for one in groups], "")
    for number, kind in enumerate(kinds, 1):
        found = gray_test(followed.times[among], why[among], labels[among], of=number)
        label = f"Gray's test, {in_running_text(kind)}"
        book.enter(
            joined(slug(kind), GRAY), label, found, among, standing="companion", cautions=[not_promised()]
        )
