"""Released sums: which counts add up to which others, so that a hidden one could be worked out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from caseseries.analysis.ids import ANY, EVERYBODY, SEVERAL, of_step, of_steps
from caseseries.analysis.released_counts import COUNTED, FATES, Counted, Key
from caseseries.analysis.results import Number
from caseseries.analysis.verdicts import FLAGGED, RECALLED, UNFLAGGED
from caseseries.stats.small_cells import DEAR, Count, Sum

Family = tuple[frozenset[str], tuple[frozenset[str], ...]]
"""A group, and groups of which each patient in it is in at most one."""
_APART = {ANY, SEVERAL, EVERYBODY, UNFLAGGED, FLAGGED, RECALLED}
"""Pieces of ids of what stands beside the groups of a family and is none of them."""


def counts_and_sums(
    counted: Counted, known: frozenset[str], smallest: int
) -> tuple[dict[Key, Count], list[Sum[Key]]]:
    """The counts, and how they add up.

    With them stand counts that are printed nowhere: who else is in a whole, where they are few or counted
    elsewhere. The patients in `known` can be counted by whoever reads the copy.
    """
    counts: dict[Key, Count] = {
        group: Count(len(group), cost, is_known=group <= known) for group, cost in counted.groups.items()
    }
    for number in counted.numbers.values():
        if number.estimate.unit in COUNTED and counted.key(number) not in counts:
            counts[counted.key(number)] = Count(int(number.estimate.value or 0))
    for key in counted.wholes:
        counts[key] = replace(counts[key], cost=DEAR)
    sums: list[Sum[Key]] = []
    for whole, parts in _families(counted):
        rest = whole.difference(*parts)
        if whole in counts and not rest:
            sums.append(Sum(whole, parts))
        elif whole in counts and (rest in counts or len(rest) < smallest):
            counts.setdefault(rest, Count(len(rest), is_printed=False, is_known=rest <= known))
            sums.append(Sum(whole, (*parts, rest)))
    sums += _flow(counted)
    early = of_step("exposed-before-known", "")
    if counted.screening is not None and early in counted.numbers:
        others, last = "not " + early, counted.among[early]
        size = counts[last].size - int(counted.numbers[early].estimate.value or 0)
        counts[others] = Count(size, is_printed=False)
        sums.append(Sum(last, (counted.key(counted.numbers[early]), others)))
    return counts, sums


def _families(counted: Counted) -> Iterator[Family]:
    """What adds up: a count and who else is in the whole; levels of a category; groups side by side.

    Also what the groups of a comparison have alike, where it is told of them all together elsewhere.
    """
    told = [one for one in counted.numbers.values() if one.patients and counted.key(one) in counted.groups]
    families: dict[tuple[Key, ...], list[frozenset[str]]] = {}
    across: dict[tuple[str, ...], list[frozenset[str]]] = {}
    for number in told:
        pieces, mine, whole = number.id.split("."), frozenset(number.patients), counted.among[number.id]
        for place, other in enumerate((whole, *_within(counted, number))):
            families[other, number.id, place] = [mine]
        for place in range(1, len(pieces)):
            key = (*pieces[:place], "*", *pieces[place + 1 :])
            over_all = ".".join((*pieces[:place], EVERYBODY, *pieces[place + 1 :]))
            if pieces[place] in _APART:
                continue
            if over_all in counted.numbers:
                families.setdefault((frozenset(counted.numbers[over_all].patients), key), []).append(mine)
            elif number.estimate.unit in COUNTED:
                families.setdefault((whole, key), []).append(mine)
                across.setdefault(key, []).append(mine)
    for key, several in across.items():
        families.setdefault((frozenset[str]().union(*several), key), several)
    for (whole, *_), family in families.items():
        parts = tuple(one for one in dict.fromkeys(family) if one != whole)
        union = frozenset[str]().union(*parts)
        is_sum = len(union) == sum(map(len, parts))
        if parts and is_sum and isinstance(whole, frozenset) and union <= whole:
            yield whole, parts


def _within(counted: Counted, number: Number) -> Iterator[frozenset[str]]:
    """Further groups that its patients are among by what a number says: that of its own title first.

    What is met without the flagged evidence is met; who was given one drug was given any; what one flag marks
    in one criterion is marked, and in the whole.
    """
    pieces = number.id.split(".")
    if FLAGGED in pieces:
        place = pieces.index(FLAGGED)
        for wide in (pieces[: place + 1], [*pieces[:1], *pieces[place:]]):
            if wide != pieces and ".".join(wide) in counted.numbers:
                yield frozenset(counted.numbers[".".join(wide)].patients)
    for group in counted.of[number.id].groups:
        if group.key in pieces[1:]:
            yield frozenset(group.patients)
    for place in range(1, len(pieces)):
        for wider, narrower in ((ANY, True), ("met", pieces[place] == UNFLAGGED)):
            other = ".".join((*pieces[:place], wider, *pieces[place + 1 :]))
            if narrower and other != number.id and other in counted.numbers:
                yield frozenset(counted.numbers[other].patients)


def _flow(counted: Counted) -> Iterator[Sum[Key]]:
    """The flow: who came to a step goes somewhere, and before it they were in."""
    if counted.screening is None:
        return
    pieces = of_steps(step.name for step in counted.screening.attrition.steps)
    setting = of_step("in-setting", "")
    totals = {of_step("patients", ""): [setting, of_step("outside", "")]}
    came = setting
    for piece in pieces:
        totals[came] = [of_step(piece, fate) for fate in FATES]
        came = of_step(piece, "in")
    totals[of_step("open", "")] = [of_step(piece, "open") for piece in pieces]
    for total, parts in totals.items():
        keys = [counted.key(counted.numbers[part]) for part in parts if counted.numbers[part].estimate.value]
        whole = counted.key(counted.numbers[total])
        if keys != [whole]:
            yield Sum(whole, tuple(keys))
