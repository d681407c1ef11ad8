"""A printed percentage that does not reproduce: the counts, and the totals, of which it is the share."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from caseseries.literature.search import Wanted
from caseseries.stats.rounding import half_up

TIMES = 2
"""Totals are tried up to so many times the patients that the percentage is of."""
MOST_TOTAL = 200


def fractions_that_give(print_: Wanted, most: int) -> list[tuple[int, int]]:
    """Every (count, total), up to a total of `most`, whose share has the printed digits, halves up."""
    return [
        (count, total)
        for total in range(1, most + 1)
        for count in _near(print_, total)
        if _prints(print_, count, total) == print_.number
    ]


def explain_percent(print_: Wanted, n: int) -> str:
    """Whether a count of the `n` patients gives it, and which counts of which other totals do."""
    most = max(n, min(TIMES * n, MOST_TOTAL))
    found = fractions_that_give(print_, most)
    own = [count for count, total in found if total == n]
    if own:
        return f"{' or '.join(f'{count:,} of {n:,}' for count in own)} patients would give it"
    prints = {_prints(print_, count, n) for count in range(n + 1)}
    below = max((count for count in range(n + 1) if _prints(print_, count, n) < print_.number), default=None)
    nearest = [one for one in (below, 0 if below is None else below + 1) if one is not None and one <= n]
    shown = ", ".join(f"{one:,} is {float(_prints(print_, one, n)):.{print_.digits}f}%" for one in nearest)
    possible = 100 * 10**print_.digits + 1
    said = (
        f"no count of {n:,} gives it ({shown}; {len(prints):,} of the {possible:,} such percentages are one)"
    )
    if not found:
        return f"{said}, and no count of any total up to {most:,}"
    every = {_prints(print_, count, total) for total in range(1, most + 1) for count in range(total + 1)}
    of = f"{len(every):,} of the {possible:,} have such a fraction"
    return f"{said}; of totals up to {most:,}: {_listed(found)} ({of})"


def _near(print_: Wanted, total: int) -> list[int]:
    count = int(print_.number * total / print_.scale)
    return [one for one in (count - 1, count, count + 1) if 0 <= one <= total]


def _prints(print_: Wanted, count: int, total: int) -> Fraction:
    return Fraction(
        half_up(Context(prec=60).divide(Decimal(count * print_.scale), Decimal(total)), print_.digits)
    )


def _listed(found: list[tuple[int, int]]) -> str:
    """The fractions, those of one count together: 1 of 19, 20, 21 or 22."""
    totals: dict[int, list[int]] = {}
    for count, total in found:
        totals.setdefault(count, []).append(total)
    return "; ".join(f"{count:,} of {_or([f'{one:,}' for one in some])}" for count, some in totals.items())


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
