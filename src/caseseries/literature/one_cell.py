"""One cell: the single cell of a column which, if it stood otherwise, would make every claim of it follow."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import polars as pl

from caseseries.analysis.columns import Values, measured
from caseseries.analysis.results import Results
from caseseries.cases.parts import OPERATOR
from caseseries.cases.series import CaseSeries
from caseseries.literature.one_cell_again import Again, again
from caseseries.literature.one_cell_fits import Held, Span, held, span_that_fits, whole
from caseseries.literature.one_cell_ways import Clocks, Way, clocks_of, one_slip_away, slip_ways
from caseseries.literature.verdicts import Verdict
from caseseries.protocol.clauses.variable import Derived
from caseseries.protocol.protocol import Protocol

MOST_NAMED = 3
"""So many cells are named; the others are counted."""
MOST_TRIED = 60
"""Of the likeliest ways so many are held against all claims again."""
MOST_ROWS = 200
"""Of more patients no cell is looked for: too many would do by chance."""
PLAIN = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
SPREAD = 1e-6
"""What stands for the share of numbers like one that is like none of its column."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One cell of a patient: its place, what stands in it, within what it would have to lie, and how so.

    `span` is in the unit of the column; `way` is None where no slip and no other clock gives such a value.
    `tried` is the number with which all claims of the column were held again, and `others` are the ids of
    further ones that contradict, such as a p-value, and follow with it.
    """

    patient: str
    cell: str
    stands: str
    span: Span
    way: Way | None
    tried: float
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneCell:
    """Of one column the ids of the claims that contradict, and the candidates, the likeliest first.

    Of its `rows` so many `would` do with some other value, and `near` of them lie one slip or another clock
    away; so many would be near by `chance`, if the numbers of the column were dealt to its rows anew.
    """

    column: str
    title: str
    digits: int
    claims: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    rows: int
    would: int
    near: int
    chance: Fraction


def one_cells(
    ledger: Sequence[Sequence[Verdict]], results: Results, cases: CaseSeries, protocol: Protocol
) -> tuple[OneCell, ...]:
    """A search for each typed column of which a printed median, mean, quartile or end contradicts.

    `cases` are as they were read. First the column of which the fewest cells would do. Columns with bounds,
    such as >500, and what is derived from others, are not searched.
    """
    firsts = [first for first, *_ in ledger]
    prints: dict[str, list[Held]] = {}
    for one in (held(first, results, cases) for first in firsts) if cases.n <= MOST_ROWS else ():
        if one is not None and not isinstance(protocol.column(one.column), Derived):
            prints.setdefault(one.column, []).append(one)
    found = [
        _one_cell(column, mine, firsts, cases, protocol)
        for column, mine in prints.items()
        if any(one.contradicts for one in mine) and not _bounds(cases, column)
    ]
    return tuple(sorted(found, key=lambda one: one.would or cases.n + 1))


def _bounds(cases: CaseSeries, column: str) -> bool:
    signs = cases.part(column, OPERATOR)
    return signs is not None and signs.null_count() < cases.n


def _one_cell(
    column: str, prints: list[Held], ledger: list[Verdict], cases: CaseSeries, protocol: Protocol
) -> OneCell:
    values, clocks = measured(cases, column), clocks_of(column, cases, protocol)
    texts = _as_typed(column, values, cases)
    digits = max(len(text.partition(".")[2]) for text in texts.values())
    spans = {row: span for row in texts if (span := span_that_fits(prints, values, row)) is not None}
    if cases.table.schema[column].is_integer():
        spans = {row: within for row, span in spans.items() if (within := whole(span)) is not None}
    ways = [
        (row, way)
        for row, span in spans.items()
        for way in (
            *slip_ways(texts[row], digits, *span),
            *(way for way in clocks.ways(texts[row], row) if way.fits(*span)),
        )
    ]
    must = tuple(one.verdict.claim.id for one in prints if one.contradicts)
    once_more = again(column, frozenset(must), ledger, cases, protocol)
    # Rows that are asked after as they stand are looked at first, and the likeliest of each.
    ways.sort(key=lambda one: (cases.patients[one[0]] in once_more.patients, _weight(one[1], values, one[0])))
    rest = [(row, None) for row in spans] if len(spans) <= MOST_NAMED else []
    named = _tried([*ways[: -MOST_TRIED - 1 : -1], *rest], values, spans, once_more)
    return OneCell(
        column,
        cases.column(column).title,
        digits,
        must,
        tuple(
            Candidate(cases.patients[row], cases.origin(row, column), texts[row], spans[row], *tried)
            for row, tried in named.items()
        ),
        len(texts),
        len(spans),
        len({row for row, _ in ways}),
        _by_chance(texts, digits, spans, clocks),
    )


def _as_typed(column: str, values: Values, cases: CaseSeries) -> dict[int, str]:
    """The numbers of the column by their rows, with the digits they were typed with where these are known."""
    typed = dict(cases.typed.filter(pl.col("column") == column).select("origin", "text").iter_rows())
    found = {}
    for row in np.flatnonzero(~np.isnan(values)).tolist():
        plain = typed.get(cases.origin(row, column), "").replace(",", "")
        is_same = PLAIN.fullmatch(plain) is not None and float(plain) == values[row]
        found[row] = plain if is_same else f"{Decimal(f'{values[row]:.12g}'):f}"
    return found


def _tried(
    ways: Sequence[tuple[int, Way | None]], values: Values, spans: Mapping[int, Span], once_more: Again
) -> dict[int, tuple[Way | None, float, tuple[str, ...]]]:
    """Of the rows with which all claims follow that must up to MOST_NAMED, each with its best way.

    First those with which the most of the others follow; then those of which that answers a question, and
    those in which it raises none. Behind the way stand the number tried, and the others that follow with it.
    """
    found: dict[int, tuple[Way | None, float, tuple[str, ...]]] = {}
    ranks: dict[int, tuple[int, int]] = {}
    most = (-len(once_more.others), 0)
    for row, way in ways:
        settled = [one for one, rank in ranks.items() if rank <= most]
        if len(settled) == MOST_NAMED:
            break
        if row not in settled:
            tried = _tried_value(way, float(values[row]), spans[row])
            then = once_more.with_value(row, tried)
            rank = -len(then.others), then.questions
            if then.holds and (row not in ranks or rank < ranks[row]):
                ranks[row], found[row] = rank, (way, tried, then.others)
    best = sorted(found, key=ranks.__getitem__)  # stable: the likelier stay first
    return {row: found[row] for row in best[:MOST_NAMED]}


def _tried_value(way: Way | None, stands: float, span: Span) -> float:
    """A value that would do: the middle of what was meant and would do, and not the edge of a rounding."""
    meant, within = (way.meant, way.within) if way else (stands, math.inf)
    low, high = max(span[0], meant - within), min(span[1], meant + within)
    if math.isfinite(low) and math.isfinite(high):
        return (low + high) / 2
    if math.isfinite(low):
        return low + 1
    return high / 2 if high > 0 else high - 1  # a time or a count is not below 0


def _weight(way: Way, values: Values, row: int) -> float:
    """How likely it was meant, and slipped: the logarithm of how usual the number is, times the slip's own.

    How usual, by a normal kernel on the logarithms of the other numbers of the column.
    Source: Silverman, Density Estimation 1986, p. 45, for its width.
    """
    others = np.log1p(np.abs(np.delete(values, row)))
    others = others[~np.isnan(others)]
    width = max(1.06 * float(others.std()) * len(others) ** -0.2, 0.02) if len(others) else 1.0
    away = (math.log1p(abs(way.meant)) - others) / width
    return math.log(way.likelihood) + math.log(float(np.exp(-(away**2) / 2).sum()) + SPREAD)


def _by_chance(texts: Mapping[int, str], digits: int, spans: Mapping[int, Span], clocks: Clocks) -> Fraction:
    """How many rows would lie near their spans if each held the number of any other row."""
    slips = {text: sorted(map(float, one_slip_away(text, digits))) for text in set(texts.values())}
    hits = 0
    for row, (low, high) in spans.items():
        for other, text in texts.items():
            at = bisect_left(slips[text], low)
            is_slip = at < len(slips[text]) and slips[text][at] <= high
            if other != row and (is_slip or any(way.fits(low, high) for way in clocks.ways(text, row))):
                hits += 1
    return Fraction(hits, max(len(texts) - 1, 1))
