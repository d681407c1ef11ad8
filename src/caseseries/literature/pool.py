"""The pool: published cohorts that were followed alike, taken together, and the present one beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.ids import joined
from caseseries.analysis.results import Number, Result
from caseseries.literature import pool_cautions as beware
from caseseries.literature.beside import beside
from caseseries.literature.cohort_entry import ROUTES
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Counts, Pooling, by_cause, causes_told, poolings_of
from caseseries.literature.present import with_present
from caseseries.protocol.clauses.analysis import POOL, Pool
from caseseries.protocol.clauses.clause import slug
from caseseries.stats.estimate import Estimate
from caseseries.stats.inverse_variance import double_arcsine, heterogeneity, logit_reml
from caseseries.stats.pooling import Pooled, binomial_normal
from caseseries.stats.proportions import proportion


def pool(published: Sequence[Published], present: Published | None = None, level: float = 0.95) -> Result:
    """Every number of the published cohorts: each of its own, each horizon's pool, the present one beside.

    Only survival is pooled, and only of one horizon at a time. `present` are the study's own cases, as
    `present_cohort` counts them. `why_not` says why there is nothing.
    """
    cohorts = with_present(published, present)
    clause = Pool(name=POOL, role="descriptive", does="pool")
    poolings = poolings_of(cohorts)
    if not poolings:
        return Result(clause, why_not="No cohort prints how many survived.")
    numbers = [*_of_cohorts(cohorts, level)]
    cautions = [*beware.of_cohorts(cohorts)]
    printed = next((one for one in published if one.present), None)
    if printed and present and printed.id == present.id and _told(printed) != _told(present):
        cautions.append(beware.own_differs(printed, present))
    notes = []
    own = next((one for one in cohorts if one.present and one.survived is not None), None)
    for pooling in poolings:
        if len(pooling.cohorts) < 2:
            [one] = pooling.cohorts
            notes.append(f"{pooling.title}: {one.title} alone, which is not pooled.")
            cautions += beware.of_those_left(pooling)
            continue
        numbers += [*_of_pool(pooling, level), *_of_parts(pooling, level)]
        cautions += beware.of_pool(pooling)
        others = pooling.without(own)
        if own is not None:
            cautions += beware.of_those_sharing(own, pooling)
        if own is not None and len(others.cohorts) > 1:
            numbers += beside(own, others, level)
            cautions += beware.of_comparison(own, others)
    return Result(clause, tuple(numbers), cautions=tuple(dict.fromkeys(cautions)), notes=tuple(notes))


def _told(cohort: Published) -> Counts:
    return cohort.survived or 0, cohort.n


def pooled_shares(cohorts: Sequence[Published], level: float = 0.95) -> Pooled:
    """The pool of these cohorts by the model that comes first."""
    return binomial_normal(*_counts(cohorts), level=level)


def _counts(cohorts: Sequence[Published]) -> tuple[list[int], list[int]]:
    return [one.survived or 0 for one in cohorts], [one.n for one in cohorts]


# ---- The numbers ----


def _number(part: str, label: str, estimate: Estimate) -> Number:
    return Number(joined(POOL, part), label, estimate, ())


def _of_cohorts(cohorts: Sequence[Published], level: float) -> Iterator[Number]:
    """Each cohort's own shares. Response is told, and never pooled."""
    yield _number("cohorts", "Cohorts", Estimate(len(cohorts), "count", len(cohorts), "cohorts"))
    for one in cohorts:
        size = Estimate(one.n, "count, as printed", one.n, "patients")
        yield _number(joined("cohort", one.id, "patients"), f"{one.title}: patients", size)
        for did, count in (("survived", one.survived), ("responded", one.responded)):
            if count is not None:
                of_all = Estimate(count, "count, as printed", one.n, "patients")
                yield _number(joined("cohort", one.id, did), f"{one.title}: {did}", of_all)
                share = proportion(count, one.n, level=level)
                yield _number(joined("cohort", one.id, did, "share"), f"{one.title}: {did}, share", share)


def _of_pool(pooling: Pooling, level: float) -> Iterator[Number]:
    """The pool of a horizon by each method, what is without each cohort, and as the cohorts came."""
    key, counts, said = pooling.key, _counts(pooling.cohorts), pooling.title
    k = len(pooling.cohorts)
    yield _number(joined(key, "cohorts"), f"{said}: cohorts", Estimate(k, "count", k, "cohorts"))
    both = Estimate(sum(counts[1]), "count", sum(counts[1]), "patients")
    yield _number(joined(key, "patients"), f"{said}: patients", both)
    first = binomial_normal(*counts, level=level)
    yield from _pooled(key, said, first)
    yield from _pooled(joined(key, "logit"), f"{said}, logits", logit_reml(*counts, level=level))
    unlike = heterogeneity(*counts, level=level)
    yield _number(joined(key, "logit.tau2"), f"{said}: variance between cohorts (logits)", unlike.tau2)
    yield _number(joined(key, "i2"), f"{said}: I2", unlike.i2)
    yield _number(joined(key, "q"), f"{said}: Cochran's Q", unlike.q)
    arcsine = double_arcsine(*counts, level=level).share
    yield _number(joined(key, "double-arcsine"), f"{said}, double arcsines", arcsine)
    for place, one in enumerate(pooling.cohorts):
        rest = [*pooling.cohorts[:place], *pooling.cohorts[place + 1 :]]
        share = pooled_shares(rest, level).share
        yield _number(joined(key, "left-out", one.id), f"{said}: without {one.title}", share)
    for place, one in enumerate(pooling.cohorts[1:], 2):
        share = first.share if place == k else pooled_shares(pooling.cohorts[:place], level).share
        yield _number(joined(key, "up-to", one.id), f"{said}: up to {one.title}", share)


def _pooled(key: str, said: str, found: Pooled) -> Iterator[Number]:
    yield _number(joined(key, "share"), f"{said}: pooled", found.share)
    yield _number(joined(key, "prediction"), f"{said}: of a further cohort", found.prediction)
    if "." not in key:
        yield _number(joined(key, "tau2"), f"{said}: variance between cohorts", found.tau2)


def _of_parts(pooling: Pooling, level: float) -> Iterator[Number]:
    """Subgroups: cohorts by route, and patients with a cause and without where survival by it is printed."""
    for route in ROUTES:
        alike = [one for one in pooling.cohorts if one.route == route]
        counts = [(one.survived or 0, one.n) for one in alike]
        yield from _of_part(joined(pooling.key, "route", slug(route)), f"route {route}", counts, level)
    for level_of_cause in causes_told(pooling.cohorts):
        with_it, without = by_cause(pooling.cohorts, level_of_cause)
        part = joined(pooling.key, "cause", slug(level_of_cause))
        yield from _of_part(part, level_of_cause, with_it, level)
        part = joined(pooling.key, "cause", f"not-{slug(level_of_cause)}")
        yield from _of_part(part, f"no {level_of_cause}", without, level)


def _of_part(part: str, said: str, counts: Sequence[Counts], level: float) -> Iterator[Number]:
    if counts:
        survived, n = [one[0] for one in counts], [one[1] for one in counts]
        k = Estimate(len(counts), "count", len(counts), "cohorts")
        yield _number(joined(part, "cohorts"), f"{said}: cohorts", k)
        alive = Estimate(sum(survived), "count, as printed", sum(n), "patients")
        yield _number(joined(part, "survived"), f"{said}: survived", alive)
        share = binomial_normal(survived, n, level=level).share
        yield _number(joined(part, "share"), f"{said}: pooled", share)
