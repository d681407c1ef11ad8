"""Beside others: the present cohort against pooled ones, standardised by cause, and borrowing from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.ids import joined, of_others
from caseseries.analysis.results import Number
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Counts, Pooling, by_cause, causes_told, survivors
from caseseries.protocol.clauses.analysis import POOL
from caseseries.protocol.clauses.clause import slug
from caseseries.stats.combination import combination
from caseseries.stats.estimate import Estimate
from caseseries.stats.map_prior import map_prior, update
from caseseries.stats.pooling import binomial_normal
from caseseries.stats.proportions import proportion

OURS = "ours"
MOST_BORROWING = 1000
"""So many present patients need no prior: what they say themselves outweighs it."""


def beside(present: Published, pooling: Pooling, level: float) -> Iterator[Number]:
    """The present cohort's share less the others', as they are and by cause; and what it becomes with them.

    Nothing where it has no count of survivors.
    """
    if present.survived is None:
        return
    key, ours = joined(pooling.key, OURS), _share((present.survived, present.n), level)
    theirs = binomial_normal(*zip(*survivors(pooling.cohorts), strict=True), level=level).share
    apart = combination([ours, theirs], [1.0, -1.0], "difference of the present share and the pooled one")
    yield _number(joined(key, "difference"), f"{present.title} less the others", apart)
    yield from _borrowed(
        pooling, "all", "all", survivors(pooling.cohorts), (present.survived, present.n), level
    )
    for cause in causes_told(pooling.cohorts):
        own, own_without = present.with_cause(cause), present.without_cause(cause)
        if own is None or own_without is None or not own[1] or not own_without[1]:
            continue
        with_it, without = by_cause(pooling.cohorts, cause)
        yield from _standardised(present, key, cause, (with_it, without), own[1], level)
        part = slug(cause)
        yield from _borrowed(pooling, part, cause, with_it, own, level)
        yield from _borrowed(pooling, of_others(part), f"no {cause}", without, own_without, level)


def _standardised(
    present: Published,
    key: str,
    cause: str,
    others: tuple[Sequence[Counts], Sequence[Counts]],
    of_cause: int,
    level: float,
) -> Iterator[Number]:
    """The share expected if both groups by cause had survived as others' did, and the present less that."""
    parts = [_share((sum(y for y, _ in group), sum(n for _, n in group)), level) for group in others]
    mix = of_cause / present.n
    said = f"others' survival with and without the cause ({cause}), weighted as the present cohort has it"
    expected = combination(parts, [mix, 1.0 - mix], f"directly standardised share: {said}")
    at = joined(key, "by", slug(cause))
    yield _number(joined(at, "expected"), f"Expected by {cause}, from the others", expected)
    ours = _share((present.survived or 0, present.n), level)
    apart = combination([ours, expected], [1.0, -1.0], f"difference to the standardised share: {said}")
    yield _number(joined(at, "difference"), f"{present.title} less the expected, by {cause}", apart)


def _borrowed(
    pooling: Pooling, part: str, said: str, others: Sequence[Counts], own: Counts, level: float
) -> Iterator[Number]:
    """A robust prior from the others, what it is worth, and what the present patients make of it."""
    if own[1] > MOST_BORROWING:
        return
    prior = map_prior([y for y, _ in others], [n for _, n in others])
    after, key = update(prior, *own, level=level), joined(pooling.key, "borrowed", part)
    k = Estimate(len(others), "count", len(others), "cohorts")
    yield _number(joined(key, "cohorts"), f"Borrowed, {said}: cohorts", k)
    for name, label, estimate in (
        ("prior", "prior from the others", prior.share(level=level)),
        ("worth", "patients that the prior is worth", prior.size()),
        ("worth-of-cohorts", "patients that the cohorts alone are worth", prior.size(robust=False)),
        ("own", "the present patients alone", _share(own, level)),
        ("posterior", "with the present patients", after.share),
        ("robust", "weight left to what borrows nothing", after.robust),
        ("conflict", "conflict of patients and cohorts", after.conflict),
    ):
        yield _number(joined(key, name), f"Borrowed, {said}: {label}", estimate)


def _share(counts: Counts, level: float) -> Estimate:
    return proportion(*counts, level=level, interval="Wilson")


def _number(part: str, label: str, estimate: Estimate) -> Number:
    return Number(joined(POOL, part), label, estimate, ())
