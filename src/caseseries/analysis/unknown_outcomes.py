"""Unknown outcomes: how far those of whom nobody knows could move a share, or a difference of shares."""

from __future__ import annotations

from collections.abc import Sequence

from caseseries.analysis.columns import Book, Rows, Split, count
from caseseries.analysis.ids import UNKNOWN, if_unknown, joined
from caseseries.stats.estimate import Estimate
from caseseries.stats.worst_best import bounds_of_difference, bounds_of_share


def enter_unknown(book: Book, title: str, outcome: Rows, answered: Rows, groups: Sequence[Split]) -> None:
    """Of each group with unknown outcomes how many, and its share had none, or all, of them had it.

    Of two groups also how far apart the shares would be at the least and at the most. Nothing is entered
    where every outcome is known.
    """
    seen = [
        (count(outcome & answered & one.rows), count(answered & one.rows), count(~answered & one.rows))
        for one in groups
    ]
    for one, (events, n, unknown) in zip(groups, seen, strict=True):
        if not unknown:
            continue
        key, label = one.group.key, f"{title} ({one.group.title})"
        how_many = Estimate(unknown, "count", n + unknown, "patients")
        book.enter(joined(key, UNKNOWN), f"{label}: unknown", how_many, ~answered & one.rows)
        bounds = bounds_of_share(events, n, unknown)
        for fate, estimate in (("none", bounds.least), ("all", bounds.most)):
            said = f"{label}, share if {fate} of those unknown had it"
            book.enter(joined(key, if_unknown(fate)), said, estimate, one.rows, standing="companion")
    if len(groups) == 2 and any(unknown for *_, unknown in seen):
        apart = bounds_of_difference(*seen)
        rows = groups[0].rows | groups[1].rows
        for end, estimate in (("least", apart.least), ("most", apart.most)):
            said = f"{title}: difference of the shares at the {end}, whatever the unknown had"
            book.enter(joined("difference", if_unknown(end)), said, estimate, rows, standing="companion")
