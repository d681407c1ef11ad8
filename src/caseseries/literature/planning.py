"""Planning: how many patients a next study needs, and what the pool becomes if they do so and so.

What was observed here between two groups is never taken as the difference to be found: a series that caught
the eye has caught it by chance too. A least difference worth finding is asked for, and the observed one is
shrunk by a sceptic's belief.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caseseries.analysis.ids import joined
from caseseries.analysis.results import Number, Result
from caseseries.evidence.problem import Problem, Problems
from caseseries.literature import pool_cautions as beware
from caseseries.literature.beside import MOST_BORROWING
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Counts, Pooling, by_cause, causes_told, poolings_of, survivors
from caseseries.protocol.clauses.analysis import PLAN, Pool
from caseseries.protocol.clauses.clause import slug
from caseseries.stats.estimate import Estimate
from caseseries.stats.logits import inverse_logit, logit
from caseseries.stats.map_prior import NAMED, SHARES, MapPrior, map_prior, update
from caseseries.stats.pooling import binomial_normal
from caseseries.stats.power import one_share_powers, one_share_size, two_shares_size
from caseseries.stats.proportions import proportion

MOST_NEXT = 10_000
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The shares of a next cohort that are tried: nobody, a quarter, half, three quarters, all."""
SCEPTIC = 1.6448536269514722
"""A sceptic gives one chance in twenty to a difference at least as large as the least worth finding."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What is planned for: the least difference worth finding, power, alpha, and the next cohort's size."""

    difference: float = 0.2
    power: float = 0.8
    alpha: float = 0.05
    patients: int = 20


def read_aim(difference: str, power: str, patients: int) -> Aim:
    """The aim as it is typed: 20% or 0.2, 80% or 0.8, and how many patients come next. Raises Problems."""
    read, problems = {}, []
    for name, text in (("--difference", difference), ("--power", power)):
        share = _share(text)
        if share is None:
            found = f'"{text}" is no share between 0% and 100%'
            problems.append(Problem(name, found, f"Write it so: {name} 20%"))
        read[name] = share or 0.0
    if not 1 <= patients <= MOST_NEXT:
        found = f"{patients} is no size of a next cohort"
        problems.append(Problem("--next", found, f"Name a number from 1 to {MOST_NEXT:,}."))
    if problems:
        raise Problems(problems)
    return Aim(read["--difference"], read["--power"], patients=patients)


def _share(text: str) -> float | None:
    plain = text.strip()
    try:
        share = float(plain.removesuffix("%")) / (100.0 if plain.endswith("%") else 1.0)
    except ValueError:
        return None
    return share if 0.0 < share < 1.0 else None


def plan(cohorts: Sequence[Published], aim: Aim, level: float = 0.95) -> Result:
    """Numbers of a next study, by the largest pool of cohorts other than the present one.

    `cohorts` hold the present one too. `why_not` where no two cohorts of one horizon stand beside it.
    """
    clause = Pool(name=PLAN, role="descriptive", does="pool")
    present = next((one for one in cohorts if one.present and one.survived is not None), None)
    every = poolings_of(cohorts)
    others = [one for one in (each.without(present) for each in every) if len(one.cohorts) > 1]
    if not others:
        return Result(clause, why_not="No two cohorts of one horizon stand beside the present one.")
    pooling = max(others, key=lambda one: len(one.cohorts))
    numbers = [*_one_arm(pooling, present, aim, level)]
    if present is not None:
        for cause in causes_told(pooling.cohorts):
            numbers += _two_groups(pooling, present, cause, aim, level)
    numbers += _if_next(pooling, aim, level)
    cautions = [beware.no_observed_difference(aim.difference)]
    if present is not None:
        cautions += beware.of_those_sharing(
            present, next(one for one in every if one.horizon == pooling.horizon)
        )
        cautions += beware.of_comparison(present, pooling)
    worth = f"The least difference worth finding: {aim.difference:.0%}."
    said = f"{pooling.title}: {len(pooling.cohorts)} cohorts. {worth}"
    return Result(clause, tuple(numbers), cautions=tuple(cautions), notes=(said,))


def _number(part: str, label: str, estimate: Estimate) -> Number:
    return Number(joined(PLAN, part), label, estimate, ())


def _one_arm(pooling: Pooling, present: Published | None, aim: Aim, level: float) -> Iterator[Number]:
    """Patients to show a survival above the one that is believed now, and the power over that belief."""
    prior = map_prior(*zip(*survivors(pooling.cohorts), strict=True))
    believed, said = prior.share(level=level), "the others' cohorts"
    if present is not None:
        believed = _believed(prior, (present.survived or 0, present.n), level)
        said = "the others' cohorts and the present one"
    now = believed.value or 0.0
    yield _number("one-arm.now", f"Survival as it is believed now, of {said}", believed)
    if now + aim.difference >= 1.0:
        return
    size = one_share_size(now, now + aim.difference, power=aim.power, alpha=aim.alpha)
    yield _number("one-arm.size", f"Patients, one group, {aim.difference:.0%} above that", size)
    if size.value is not None:
        n = int(size.value)
        chance = float(one_share_powers(n, now, SHARES, alpha=aim.alpha) @ prior.mixture)
        method = f"assurance: power of the exact binomial test, averaged over the robust {NAMED}"
        label = "Chance that so many patients show more than that, if the next are as the others'"
        yield _number("one-arm.assurance", label, Estimate(chance, method, n, "share"))


def _believed(prior: MapPrior, own: Counts, level: float) -> Estimate:
    """The prior with the present patients; these alone where they are too many to need one."""
    if own[1] > MOST_BORROWING:
        return proportion(*own, level=level, interval="Wilson")
    return update(prior, *own, level=level).share


def _two_groups(pooling: Pooling, present: Published, cause: str, aim: Aim, level: float) -> Iterator[Number]:
    """Patients in each of two groups by a cause, from what is believed of those without it."""
    own, without = present.with_cause(cause), present.without_cause(cause)
    if own is None or without is None or not own[1] or not without[1]:
        return
    prior = map_prior(*zip(*by_cause(pooling.cohorts, cause)[1], strict=True))
    believed = _believed(prior, without, level)
    base, key = believed.value or 0.0, joined("by", slug(cause))
    yield _number(joined(key, "without"), f"Survival without {cause}, as it is believed now", believed)
    # Looked for on the side on which the present patients lie.
    is_more = own[0] * without[1] >= without[0] * own[1]
    there = base + (aim.difference if is_more else -aim.difference)
    if not 0.0 < there < 1.0:
        return
    said = f"{aim.difference:.0%} {'more' if is_more else 'fewer'} alive with {cause}"
    worth = two_shares_size(base, there, power=aim.power, alpha=aim.alpha)
    yield _number(joined(key, "size"), f"Patients in each group, {said}", worth)
    shrunk = shrunk_share(own, without, base, there)
    yield _number(joined(key, "shrunk"), f"Survival with {cause}, the observed difference shrunk", shrunk)
    size = two_shares_size(base, shrunk.value or base, power=aim.power, alpha=aim.alpha)
    yield _number(joined(key, "shrunk-size"), "Patients in each group for that difference", size)
    mix = min(own[1], without[1]) / present.n
    if worth.value is not None:
        method = (
            f"patients in each group over the smaller group's share of the present cohort; {worth.method}"
        )
        total = math.ceil(worth.value / mix)
        label = "Patients to be treated until the smaller group has so many"
        yield _number(joined(key, "treated"), label, Estimate(total, method, present.n, "patients"))


def shrunk_share(first: Counts, second: Counts, base: float, there: float) -> Estimate:
    """The share of the first group if the second's is `base`, by the observed odds ratio shrunk towards 1.

    Its logarithm (0.5 added to each count) is weighed against a normal belief around none, by which a share
    as far off as `there`, or further on its side, has one chance in twenty.

    Source: Spiegelhalter, Freedman & Parmar, J R Stat Soc A 1994;157:357-416, for the sceptical prior.
    """
    (a, n1), (c, n2) = first, second
    had, had_not = (a + 0.5, c + 0.5), (n1 - a + 0.5, n2 - c + 0.5)
    observed = math.log(had[0] * had_not[1] / (had_not[0] * had[1]))
    variance = sum(1.0 / count for count in (*had, *had_not))
    belief = ((logit(there) - logit(base)) / SCEPTIC) ** 2
    kept = observed * belief / (belief + variance)
    method = (
        "share by the observed log odds ratio (0.5 added to each count), shrunk by a sceptical normal prior "
        f"that gives one chance in twenty to {there:.3g} and beyond"
    )
    return Estimate(inverse_logit(logit(base) + kept), method, n1 + n2, "share")


def _if_next(pooling: Pooling, aim: Aim, level: float) -> Iterator[Number]:
    """The pool with a further cohort of which nobody, a quarter, half, three quarters or all survive."""
    counts = survivors(pooling.cohorts)
    for alive in dict.fromkeys(math.floor(share * aim.patients + 0.5) for share in QUARTERS):
        both = [*counts, (alive, aim.patients)]
        pooled = binomial_normal([y for y, _ in both], [n for _, n in both], level=level).share
        label = f"The pool, if {alive} of the next {aim.patients} survive"
        yield _number(joined("next", f"{alive}-of-{aim.patients}"), label, pooled)
