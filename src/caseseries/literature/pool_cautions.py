"""What is said of pooled cohorts: what they cannot show, with its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.cautions import Caution
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Pooling, survivors
from caseseries.protocol.wording import all_of
from caseseries.stats.one_more import WrongWay, wrong_way
from caseseries.stats.rounding import half_up

FEW_COHORTS = 10
"""Below this many no test of a funnel is worth doing. Source: Sterne et al, BMJ 2011;343:d4002."""


def of_cohorts(cohorts: Sequence[Published]) -> Iterator[Caution]:
    """Of the file as a whole: what was read only elsewhere, and who prints no survival."""
    second_hand = [one.title for one in cohorts if one.confidence == "the citing paper only"]
    if second_hand:
        yield Caution(
            "second-hand",
            f"The numbers of {all_of(second_hand)} were read only in the paper that cites them.",
        )
    silent = [one.title for one in cohorts if one.survived is None]
    if silent:
        verb = "prints" if len(silent) == 1 else "print"
        yield Caution(
            "no-survival",
            f"{all_of(silent)} {verb} no survival: a response is no survival, and stands in no pool.",
        )


def of_pool(pooling: Pooling) -> Iterator[Caution]:
    """Of one pool: few cohorts, horizons that nobody said, and who was left out."""
    k = len(pooling.cohorts)
    if k < FEW_COHORTS:
        yield Caution(
            "few-cohorts",
            f"{pooling.title}: {k} cohorts. How much they truly differ is hardly known, also where the "
            "variance between them is found to be 0: read the limits of I2. No funnel test is done under "
            f"{FEW_COHORTS} cohorts.",
        )
    if k < FEW_COHORTS and (move := wrong_way(*zip(*survivors(pooling.cohorts), strict=True))):
        yield _moves_the_other_way(pooling, move)
    if pooling.horizon == "not said":
        yield Caution(
            "horizon-not-said",
            f"{k} cohorts do not say until when their survivors were followed: some may be counted at "
            "discharge and some later. They are pooled with each other and with nobody else.",
        )
    yield from of_those_left(pooling)


def of_those_left(pooling: Pooling) -> Iterator[Caution]:
    """Of one pool, or of one cohort that stands alone: who was left out."""
    if not pooling.left:
        return
    why = "Left out of the pool, since their patients may be in another of its cohorts"
    if len(pooling.cohorts) == 1:
        alone = f"{pooling.title}: {pooling.cohorts[0].title} stands alone"
        why = f"{alone}; left out, since its patients may be among the same"
    yield Caution("overlapping-cohorts", f"{why}: {all_of([one.title for one in pooling.left])}.")


def _moves_the_other_way(pooling: Pooling, move: WrongWay) -> Caution:
    """Counted over every count of small cohorts: see docs/coverage.md."""
    one = pooling.cohorts[move.place]
    now, then = (f"{half_up(share * 100, 1)}%" for share in (move.now, move.then))
    return Caution(
        "pool-moves-back",
        f"{pooling.title}: with {move.events} survivors of {one.title} instead of {one.survived} the pooled "
        f"share would be {then} and not {now}, the other way. Between few and unlike cohorts one patient may "
        "change their variance more than their middle: of all such steps in four cohorts of 8 patients 4 % "
        "move the pool the other way, by up to 4 percentage points (docs/coverage.md).",
    )


def of_comparison(present: Published, pooling: Pooling) -> Iterator[Caution]:
    """Of the present cohort beside others."""
    yield Caution(
        "not-of-patients",
        "The present cohort beside the published ones is a comparison of cohorts, not of patients: who was "
        "treated, when and with what beside it differed, and no adjustment of totals mends that.",
    )
    if present.horizon == pooling.horizon:
        return
    yield Caution(
        "horizons-differ",
        f"Not one horizon: {present.title}, {present.horizon}; the cohorts beside it, {pooling.horizon}: who "
        "is followed longer has had more time to die.",
    )


def of_those_sharing(present: Published, pooling: Pooling) -> Iterator[Caution]:
    """Who is not set beside the present cohort, since the same patients would stand on both sides."""
    if sharing := pooling.sharing_with(present):
        listed = all_of([one.title for one in sharing])
        said = f"Not set beside {present.title}, since their patients may be among its own: {listed}."
        yield Caution("shares-patients", said)


def own_differs(printed: Published, present: Published) -> Caution:
    """Where the file prints another count of the study's own patients than the cases give."""
    return Caution(
        "own-differs",
        f"{printed.title} is printed with {printed.survived} of {printed.n} survivors; the cases here are "
        f"{present.survived} of {present.n}, and these are used.",
    )


def no_observed_difference(worth: float) -> Caution:
    """Of a plan: on which differences it rests, and on which it does not."""
    return Caution(
        "no-observed-difference",
        "No number of patients rests on a difference as it was observed: the least difference worth finding "
        f"is taken to be {worth:.0%}, and what was observed is shrunk towards none.",
    )
