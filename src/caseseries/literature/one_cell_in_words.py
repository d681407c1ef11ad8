"""One cell in words: under the first claim that it would mend, and where to look under the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from caseseries.cases.consistency.tables import plainly
from caseseries.literature.one_cell import Candidate, OneCell
from caseseries.literature.search import few
from caseseries.literature.verdicts import Verdict
from caseseries.protocol.wording import in_running_text

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
        return f"No one cell would mend {claims}, whatever stood in it."
    counted = (
        f"of {one.rows} rows {one.would} would do with some other number, {one.near} by one slip or another "
        f"clock, where {few(one.chance)} would by chance"
    )
    if not one.candidates:
        return f"No one cell was found that would mend {claims} and break none: {counted}."
    named = "; or ".join(_in_words(candidate, one.digits) for candidate in one.candidates)
    return f"One cell would mend {claims} and break none: {named} ({counted})."


def _in_words(candidate: Candidate, digits: int) -> str:
    who = f"of patient {candidate.patient}" + (f", {candidate.cell}" if candidate.cell else "")
    span = _span(candidate, digits)
    if candidate.way is None:
        return f"{span} for the {candidate.stands} {who}"
    about = "about " if candidate.way.within else ""
    meant = f"{about}{plainly(round(candidate.way.meant, digits))} for the {candidate.stands} {who}"
    more = f", and {' and '.join(candidate.others)} would follow, too" if candidate.others else ""
    return f"{meant} ({candidate.way.how}; {span} would do{more})"


def _span(candidate: Candidate, digits: int) -> str:
    """What would do, at the digits of the column."""
    scale = 10**digits
    low = math.ceil(candidate.span[0] * scale - 1e-6) / scale if math.isfinite(candidate.span[0]) else None
    high = math.floor(candidate.span[1] * scale + 1e-6) / scale if math.isfinite(candidate.span[1]) else None
    if low is None or high is None:
        return (
            f"anything up to {plainly(high)}" if high is not None else f"anything from {plainly(low or 0)} on"
        )
    if low > high:  # what would do lies between two numbers of these digits
        return f"only {plainly(round(sum(candidate.span) / 2, digits + 2))}"
    return f"only {plainly(low)}" if low == high else f"anything from {plainly(low)} to {plainly(high)}"
