"""Cox and logistic regressions as a reader meets them: what is estimated, what is refused, and why."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.stats.compare import chi_square
from caseseries.stats.cox import Ties, cox, prepared
from caseseries.stats.log_rank import log_rank
from caseseries.stats.logistic import logistic
from caseseries.stats.proportional import Proportionality, Transform, proportional_hazards
from caseseries.stats.regression import Regression

# Weeks of remission (6-mercaptopurine, placebo). Freireich et al., Blood 1963;21:699-716.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23".split()
WEEKS = [float(word.rstrip("+")) for word in TREATED + PLACEBO]
RELAPSED = ["+" not in word for word in TREATED + PLACEBO]
ON_PLACEBO = [[0.0]] * 21 + [[1.0]] * 21


def one(regression: Regression) -> Any:
    return regression.coefficients[0].estimate


def test_the_leukemia_trial_as_textbooks_print_it() -> None:
    """Kleinbaum & Klein, Survival Analysis: 4.523 and 1.509 (0.410) by Breslow's rule, 1.572 by Efron's."""
    breslow = cox(WEEKS, RELAPSED, ON_PLACEBO, ["placebo"], ties="Breslow").coefficients[0]
    efron = cox(WEEKS, RELAPSED, ON_PLACEBO, ["placebo"]).coefficients[0]
    assert (breslow.log_ratio, breslow.standard_error) == pytest.approx((1.509, 0.410), abs=0.0005)
    assert breslow.estimate.value == pytest.approx(4.523, abs=0.0005)
    assert efron.log_ratio == pytest.approx(1.572, abs=0.0005)


def test_the_method_the_unit_and_the_counts_are_said() -> None:
    found = cox(WEEKS, RELAPSED, ON_PLACEBO, ["placebo"], entry=[0.0] * 42)
    assert (found.n, found.events) == (42, 30)
    assert one(found).unit == "hazard ratio"
    assert one(found).method == (
        "hazard ratio of placebo, Cox regression, Efron's rule for ties, Wald limits and p, "
        "at risk from entry on"
    )
    assert found.score.method.startswith("score test of all coefficients, 1 df, Cox regression")
    assert str(found).splitlines()[0].endswith("n = 42, 30 of them with the event")
    tested = proportional_hazards(WEEKS, RELAPSED, ON_PLACEBO, ["placebo"])
    assert tested.overall.method == (
        "score test of proportional hazards, time as 1 less the Kaplan-Meier curve, 1 df; "
        "Cox regression, Efron's rule for ties"
    )


TIMES = [1.0, 2, 3, 4, 5, 6]
ALL = [1, 1, 1, 1, 1, 1]
SAME = "x does not differ among those at risk when somebody had the event"
ALONE = "had the event while others were at risk"
UNKNOWN: Any = "unknown"
TELLS = "x alone tells who had the outcome: in them it is never"


@pytest.mark.parametrize(
    "time, event, x, reason",
    [
        ([], [], [], "nobody was followed"),
        (TIMES, [0] * 6, [0, 1, 0, 1, 0, 1], "nobody had the event"),
        ([3.0], [1], [1], SAME),
        (TIMES, ALL, [1] * 6, SAME),
        # Who differs left before the first event.
        (TIMES, [0, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0], SAME),
        (TIMES, [1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 1, 0], f"nobody without x {ALONE}"),
        (TIMES, [1, 0, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1], f"nobody with x {ALONE}"),
        (TIMES, ALL, [1, 1, 1, 0, 0, 0], "every event came to the highest x among those then at risk"),
        (TIMES, ALL, [1.5, 2, 2, 3, 4, 5], "every event came to the lowest x among those then at risk"),
        ([2.0] * 4, [1] * 4, [0, 1, 2, 3], None),
    ],
)
def test_cox_refuses_with_the_reason(time: Any, event: Any, x: Any, reason: str | None) -> None:
    found = cox(time, event, [[each] for each in x], ["x"])
    if reason is None:
        assert one(found).value == pytest.approx(1.0)
        return
    for each in (one(found), found.likelihood_ratio, found.score, found.wald):
        assert (each.value, each.low, each.high, each.p, each.reason) == (None, None, None, None, reason)
    assert (found.coefficients[0].log_ratio, found.log_likelihood) == (None, None)
    held = proportional_hazards(time, event, [[each] for each in x], ["x"])
    assert (held.overall.value, held.overall.reason) == (None, reason)


def test_a_dose_that_separates_in_cox_names_who_is_beside_it() -> None:
    x = [[1, 5], [0, 3], [1, 2], [0, 4], [1, 6], [0, 1]]
    found = cox(TIMES, [1, 0, 1, 0, 1, 0], x, ["steroids", "age"])
    assert one(found).reason == "nobody without steroids had the event while others were at risk"
    beside = "not estimated: the likelihood has no maximum, because of steroids"
    assert found.coefficients[1].estimate.reason == beside
    assert found.wald.reason == beside


@pytest.mark.parametrize(
    "outcome, x, reason",
    [
        ([], [], "nobody to count"),
        ([0, 0, 0], [1, 2, 3], "nobody had the outcome"),
        ([1], [4], "everybody had the outcome"),
        ([1, 0, 1], [2, 2, 2], "x does not differ between patients"),
        ([1, 1, 0, 0, 1], [1, 1, 0, 0, 0], "everybody with x had the outcome"),
        ([0, 0, 0, 1, 0], [1, 1, 0, 0, 0], "nobody with x had the outcome"),
        ([1, 1, 1, 0, 0], [1, 0, 0, 1, 1], "everybody without x had the outcome"),
        ([0, 0, 0, 1, 0], [0, 0, 0, 1, 1], "nobody without x had the outcome"),
        ([1, 1, 0, 0], [1, 1, 0, 0], "everybody with x and nobody without x had the outcome"),
        ([0, 0, 1, 1], [1, 2, 3, 4], f"{TELLS} lower than in the others"),
        ([1, 1, 0, 0], [1, 2, 2, 4], f"{TELLS} higher than in the others"),
    ],
)
def test_logistic_refuses_with_the_reason(outcome: Any, x: Any, reason: str) -> None:
    found = logistic(outcome, [[each] for each in x], ["x"])
    for each in (one(found), found.likelihood_ratio, found.score, found.wald):
        assert (each.value, each.low, each.high, each.p, each.reason) == (None, None, None, None, reason)


def test_two_that_separate_only_together_are_both_named() -> None:
    x = [[0, 3], [1, 4], [2, 5], [3, 6], [0, 1], [1, 2], [2, 3], [3, 4]]
    found = logistic([1, 1, 1, 1, 0, 0, 0, 0], x, ["age", "ferritin"])
    reason = "age and ferritin together tell who had the outcome, of all or of some patients"
    assert [each.estimate.reason for each in found.coefficients] == [reason, reason]


def test_a_covariate_that_follows_from_others_is_named() -> None:
    x = [[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 2], [1, 0, 1], [0, 0, 0]]
    names = ["bacterial", "viral", "how many"]
    reason = "how many follows from the covariates before it"
    assert one(logistic([1, 0, 1, 0, 0, 0], x, names)).reason == reason
    assert one(cox(TIMES, ALL, x, names)).reason == reason


def test_a_unit_too_large_for_its_range_is_said() -> None:
    found = logistic([0, 1, 0, 1, 1], [[1e-6], [2e-6], [3e-6], [4e-6], [5e-6]], ["dose"]).coefficients[0]
    assert (
        found.estimate.reason
        == "a difference of 1 in dose lies far beyond its range: give it in another unit"
    )
    assert found.log_ratio is not None


@pytest.mark.parametrize(
    "time, event, x, transform, reason",
    [
        ([2, 2, 2, 3], [1, 1, 1, 0], [0, 1, 2, 1], "km", "all events were at one time"),
        ([0, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1], "log", "an event at time 0 has no logarithm"),
        (
            [1, 1, 2, 3],
            [1, 1, 0, 1],
            [0, 1, 0.5, 0],
            "km",
            "x differs among those at risk at one event time only",
        ),
    ],
)
def test_what_cannot_be_tested_for_proportion_says_why(
    time: Any, event: Any, x: Any, transform: Transform, reason: str
) -> None:
    found: Proportionality = proportional_hazards(time, event, [[v] for v in x], ["x"], transform=transform)
    assert (found.each[0].value, found.each[0].p, found.each[0].reason) == (None, None, reason)
    assert found.overall.value is None


def test_times_that_differ_by_rounding_are_one() -> None:
    x = [[0], [1], [1], [0]]
    found = cox([0.3, 0.1 + 0.2, 0.7, 0.1 * 7], [1, 1, 1, 0], x, ["x"])
    assert one(found) == one(cox([3, 3, 7, 7], [1, 1, 1, 0], x, ["x"]))


@pytest.mark.parametrize(
    "slip, said",
    [
        (lambda: cox([1, 2], [1, 0], [[1], [2]], ["a"], level=95), "level is a share"),
        (lambda: cox([1, 2], [1, 0], [[1], [2]], ["a"], ties=UNKNOWN), "ties: "),
        (lambda: cox([1, 2], [1], [[1], [2]], ["a"]), "2 times for 1 events"),
        (lambda: cox([-1, 2], [1, 0], [[1], [2]], ["a"]), "time: zero or more"),
        (lambda: cox([1, 2], [1, 0], [[1], [2]], ["a"], entry=[0]), "entry: 1 entries for 2 times"),
        (lambda: cox([1, 2], [1, 0], [[1], [2]], ["a"], entry=[0, 2]), "entry: each must lie before"),
        (lambda: cox([1, 2], [1, 0], [[1, 2], [2, 1]], ["a", "a"]), "names: "),
        (lambda: cox([1, 2], [1, 0], [1, 2], ["a"]), "covariates: 2 rows of 1 columns"),
        (lambda: logistic([1, 0], [[1.0], [float("nan")]], ["a"]), "covariates: missing"),
        (lambda: logistic([1, 2], [[1], [2]], ["a"]), "outcome: only true and false"),
        (lambda: logistic([[1, 0]], [[1], [2]], ["a"]), "a plain row"),
        (lambda: logistic([1, 0], np.empty((2, 0)), []), "names: "),
        (lambda: proportional_hazards([1, 2], [1, 0], [[1], [2]], ["a"], transform=UNKNOWN), "transform: "),
    ],
)
def test_a_slip_is_an_error(slip: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        slip()


# ---- Laws ----
FOLLOWED = st.lists(
    st.tuples(st.integers(1, 9), st.booleans(), st.booleans(), st.integers(0, 4)), min_size=4, max_size=14
)
Followed = list[tuple[int, bool, bool, int]]


def split(rows: Followed) -> tuple[list[int], list[bool], list[list[int]]]:
    return [row[0] for row in rows], [row[1] for row in rows], [[int(row[2]), row[3]] for row in rows]


def close(found: Regression, other: Regression) -> None:
    for here, there in zip(found.coefficients, other.coefficients, strict=True):
        assert here.estimate.reason == there.estimate.reason
        if there.log_ratio is not None:
            assert here.log_ratio == pytest.approx(there.log_ratio, rel=1e-7, abs=1e-7)
            assert here.standard_error == pytest.approx(there.standard_error, rel=1e-7)


@settings(max_examples=40, deadline=None)
@given(FOLLOWED)
def test_neither_order_nor_a_cut_of_the_stretches_matters(rows: Followed) -> None:
    time, event, x = split(rows)
    found = cox(time, event, x, ["a", "b"])
    close(found, cox(time[::-1], event[::-1], x[::-1], ["a", "b"]))
    # Each patient in two rows: until half the time, and from there on.
    half = [each / 2.0 for each in time]
    cut = cox(
        [*half, *time],
        [*[False] * len(time), *event],
        x + x,
        ["a", "b"],
        entry=[*[0.0] * len(time), *half],
    )
    close(found, cut)


@settings(max_examples=40, deadline=None)
@given(FOLLOWED)
def test_only_the_order_of_times_matters_and_groups_change_places(rows: Followed) -> None:
    time, event, x = split(rows)
    found = cox(time, event, [[each[0]] for each in x], ["a"])
    other = cox([each**3 for each in time], event, [[1 - each[0]] for each in x], ["a"])
    here, there = found.coefficients[0].log_ratio, other.coefficients[0].log_ratio
    assert (here is None) == (there is None)
    if here is not None and there is not None:
        assert here == pytest.approx(-there, rel=1e-8, abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(9)), st.lists(st.booleans(), min_size=9, max_size=9))
def test_without_ties_the_score_test_of_two_groups_is_the_log_rank_test(order: list[int], event: Any) -> None:
    group = [each % 2 for each in order]
    found = cox(range(1, 10), event, [[each] for each in group], ["group"]).score
    there = log_rank(list(range(1, 10)), event, group)
    if found.value is not None:
        assert found.value == pytest.approx(there.value, rel=1e-9, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(1, 9)] * 4))
def test_one_flag_gives_the_odds_ratio_and_the_chi_square_of_its_table(table: tuple[int, ...]) -> None:
    a, b, c, d = table
    found = logistic([1] * a + [0] * b + [1] * c + [0] * d, [[1]] * (a + b) + [[0]] * (c + d), ["x"])
    assert one(found).value == pytest.approx(a * d / (b * c), rel=1e-9)
    assert found.score.value == pytest.approx(chi_square([[a, b], [c, d]]).value, rel=1e-9, abs=1e-12)


def runs_off(cuts: np.ndarray[Any, np.dtype[np.int64]]) -> set[int]:
    """Which coordinates are not 0 on some edge of the cone of directions on which no cut is below 0."""
    size, found = cuts.shape[1], set()
    for pair in combinations(np.unique(cuts, axis=0), size - 1):
        edge = np.cross(*pair) if size == 3 else np.array([-pair[0][1], pair[0][0]])
        for way in (edge, -edge):
            if way.any() and (cuts @ way >= 0).all():
                found |= set(np.flatnonzero(way).tolist())
    return found


@settings(max_examples=80, deadline=None)
@given(FOLLOWED)
def test_what_is_refused_is_what_runs_off_on_an_edge_of_the_cone(rows: Followed) -> None:
    """In whole numbers, over every edge: no programme, no tolerance."""
    time, event, x = split(rows)
    found = logistic(event, x, ["a", "b"])
    table = np.array(x)
    ones = np.column_stack((np.ones(len(x), dtype=np.int64), table))
    if np.linalg.matrix_rank(ones) == 3 and len(set(event)) == 2:
        off = runs_off(np.where(np.array(event)[:, None], ones, -ones)) - {0}
        assert named(found) == {j - 1 for j in off}
    pairs = [
        table[i] - table[j]
        for i in range(len(x))
        for j in range(len(x))
        if event[i] and time[j] >= time[i] and (table[i] != table[j]).any()
    ]
    if pairs and np.linalg.matrix_rank(np.array(pairs)) == 2:
        assert named(cox(time, event, x, ["a", "b"])) == runs_off(np.array(pairs))


def named(found: Regression) -> set[int]:
    return {
        j
        for j, each in enumerate(found.coefficients)
        if each.estimate.reason and not each.estimate.reason.startswith("not estimated: ")
    }


@pytest.mark.parametrize("ties", ["Efron", "Breslow"])
@pytest.mark.parametrize("entry", [None, [0, 0, 1, 0, 2, 3, 0, 0]])
@pytest.mark.parametrize("time", [[1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 4, 4, 6, 7, 7]])
def test_sums_over_those_at_risk_are_what_going_through_them_one_by_one_gives(
    ties: Ties, entry: list[int] | None, time: list[int]
) -> None:
    event = [1, 1, 0, 1, 1, 1, 0, 1]
    values = np.array([[5.0, 1.0, 4.0, 2.0, 7.0, 3.0, 8.0, 6.0], [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0]]).T
    ready = prepared(
        time, event, values, ["a", "b"], ties=ties, entry=entry, level=0.95, method="", may_separate=True
    )
    sets = ready.sets
    # A table of each event by each row: 1 at risk, less the share by which it counts as gone.
    counted = np.zeros((len(sets.own), len(sets.x)))
    for place, row in enumerate(sets.own):
        when = sets.at[place]
        counted[place] = (sets.first <= when) & (when < sets.last)
        if ties == "Efron":
            together = sets.own[sets.at == when]
            counted[place, together] -= list(together).index(row) / len(together)
    assert sets.at_events(sets.x) == pytest.approx(counted @ sets.x, rel=1e-13, abs=1e-13)
    assert sets.at_events(sets.x[:, 0]) == pytest.approx(counted @ sets.x[:, 0], rel=1e-13, abs=1e-13)
    each = np.arange(1.0, 1.0 + len(sets.own))
    assert sets.over_events(each) == pytest.approx(counted.T @ each, rel=1e-13, abs=1e-13)
