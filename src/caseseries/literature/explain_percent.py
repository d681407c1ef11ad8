"""A printed percentage that does not reproduce: the counts, and the totals, of which it is the share."""

from __future__ import annotations

import ast
import math
from decimal import Context, Decimal
from fractions import Fraction

from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.literature.expression import obtain
from caseseries.literature.search import Wanted
from caseseries.literature.verdicts import Verdict
from caseseries.stats.rounding import half_up

TIMES, MOST_TOTAL = 2, 200
"""Totals are tried up to so many times the patients that the percentage is of, and none above the latter."""
MOST_NAMED = 2
"""So many counts are named one by one."""


def fractions_that_give(print_: Wanted, most: int) -> list[tuple[int, int]]:
    """Every (count, total), up to a total of `most`, whose share has the printed digits, halves up."""
    return [(count, total) for total in range(1, most + 1) for count in _counts(print_, total)]


def _counts(print_: Wanted, total: int) -> range:
    low, above = (
        math.ceil((print_.number + half) * total / print_.scale)
        for half in (-print_.step / 2, print_.step / 2)
    )
    return range(max(low, 0), min(above, total + 1))


def counted(verdict: Verdict, results: Results, cases: CaseSeries) -> tuple[int, int]:
    """The patients that a printed percentage counts, and of how many; 0 where either is not known."""
    claim = verdict.claim
    if not claim.is_percent:
        return 0, 0
    if claim.result:
        number = results.number(claim.result)
        share, n = number.estimate.value, number.estimate.n
        is_share = claim.result == number.id and number.id.rpartition(".")[2] == "share"
        return (round(n * share), n) if is_share and share is not None else (0, 0)
    match ast.parse(claim.derived, mode="eval").body if claim.derived else None:
        case ast.Call(func=ast.Name(id="some_of"), args=[ast.Constant(value=int(n))]):
            return 0, n
        case ast.Call(func=ast.Name(id="share")):
            ours, count = obtain(claim.derived, cases, {}, "").value, len(verdict.patients)
            return count, int(count / ours) if ours else cases.n
        case ast.BinOp(left=ast.Call() as part, op=ast.Div(), right=ast.Call() as whole):
            if all(isinstance(one.func, ast.Name) and one.func.id == "count" for one in (part, whole)):
                return _count(ast.unparse(part), cases), _count(ast.unparse(whole), cases)
        case ast.BinOp(
            left=ast.Call(func=ast.Name(id="count")) as part,
            op=ast.Div(),
            right=ast.Constant(value=int(whole)),
        ) if whole > 0:
            return _count(ast.unparse(part), cases), whole
    return 0, 0


def _count(expression: str, cases: CaseSeries) -> int:
    return int(obtain(expression, cases, {}, "").value or 0)


def explain_percent(print_: Wanted, n: int) -> str:
    """Whether a count of the `n` patients gives it, and which counts of which other totals do."""
    own = _counts(print_, n)
    if len(own) > MOST_NAMED:
        return f"{own[0]:,} to {own[-1]:,} of {n:,} patients would give it"
    if own:
        return f"{' or '.join(f'{count:,} of {n:,}' for count in own)} patients would give it"
    most = min(TIMES * n, MOST_TOTAL)
    found = fractions_that_give(print_, most)
    different = {prints(print_, count, n) for count in range(n + 1)}
    below = max((count for count in range(n + 1) if prints(print_, count, n) < print_.number), default=None)
    nearest = [one for one in (below, 0 if below is None else below + 1) if one is not None and one <= n]
    shown = ", ".join(f"{one:,} is {float(prints(print_, one, n)):.{print_.digits}f}%" for one in nearest)
    possible, ours = 100 * 10**print_.digits + 1, len(different)
    said = f"no count of {n:,} gives it ({shown}; {ours:,} of the {possible:,} such percentages are one)"
    if not found:
        return f"{said}, and no count of any total up to {most:,}"
    every = {prints(print_, count, total) for total in range(1, most + 1) for count in range(total + 1)}
    of = f"{len(every):,} of the {possible:,} have such a fraction"
    return f"{said}; of totals up to {most:,}: {_listed(found)} ({of})"


def prints(print_: Wanted, count: int, total: int) -> Fraction:
    """A share at the digits of the print, halves up."""
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
