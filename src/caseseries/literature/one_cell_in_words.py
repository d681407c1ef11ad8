"""One cell in words: under the first claim that it would mend, and where to look under the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from caseseries.cases.consistency.tables import plainly
from caseseries.evidence.counting import so_many
from caseseries.literature.one_cell import Candidate, OneCell
from caseseries.literature.search import few
from caseseries.literature.verdicts import Verdict
from caseseries.protocol.wording import all_of, in_running_text

Verdicts = tuple[Verdict, ...]


def with_one_cell(ledger: Sequence[Verdicts], found: Sequence[OneCell]) -> tuple[Verdicts, ...]:
    """The same verdicts; those that one cell would mend say so behind what else explains them."""
    said: dict[str, str] = {}
    for one in found:
        first, *others = one.claims
        said[first] = sentence(one)
        said |= dict.fromkeys(others, f'Whether one cell would mend it stands with the claim "{first}".')
    return tuple(
        (
            replace(first, explained=" ".join(filter(None, (first.explained, said.get(first.claim.id, ""))))),
            *beside,
        )
        for first, *beside in ledger
    )


def sentence(one: OneCell) -> str:
    """Which cell would mend the claims of the column, of how many, and how many would by chance."""
    title, count = in_running_text(one.title), len(one.claims)
    every = "both" if count == 2 else f"all {count}"
    claims = (
        f"this claim of {title}" if count == 1 else f"{every} contradicting medians, means or ends of {title}"
    )
    if not one.would:
        cells = "the one filled cell" if one.rows == 1 else f"any one of the {one.rows} filled cells"
        return f"No other number in {cells} would mend {claims} and break none."
    counted = (
        f"of {so_many(one.rows, 'row')} {one.would} would do with some other number, {one.near} by one slip "
        f"or another clock, where {few(one.chance)} would by chance"
    )
    if not one.candidates:
        return f"No one cell was found that would mend {claims} and break none: {counted}."
    named = "; or ".join(_in_words(candidate, one.digits) for candidate in one.candidates)
    return f"One cell would mend {claims} and break none: {named} ({counted})."


def _in_words(candidate: Candidate, digits: int) -> str:
    """What was held again, for what stands there; the span is what middles and ends leave open."""
    way, (low, high) = candidate.way, candidate.span
    number = round(way.meant if way else candidate.tried, digits)
    if way is None and not low <= number <= high:  # what would do lies between two numbers of these digits
        number = round(candidate.tried, digits + 2)
    who = f"of patient {candidate.patient}" + (f", {candidate.cell}" if candidate.cell else "")
    said = [way.how] if way else []
    said.append(f"{_span(candidate, digits)} would do")
    said += [f"with it {all_of(candidate.others)} would follow, too"] if candidate.others else []
    about = "about " if way and way.within else ""
    return f"{about}{plainly(number)} for the {candidate.stands} {who} ({'; '.join(said)})"


def _span(candidate: Candidate, digits: int) -> str:
    """What would do, at the digits of the column."""
    scale = 10**digits
    low = math.ceil(candidate.span[0] * scale - 1e-6) / scale if math.isfinite(candidate.span[0]) else None
    high = math.floor(candidate.span[1] * scale + 1e-6) / scale if math.isfinite(candidate.span[1]) else None
    if low is None or high is None:
        return (
            f"anything up to {plainly(high)}" if high is not None else f"anything from {plainly(low or 0)} on"
        )
    if low > high:
        return f"only {plainly(round(sum(candidate.span) / 2, digits + 2))}"
    return f"only {plainly(low)}" if low == high else f"anything from {plainly(low)} to {plainly(high)}"
