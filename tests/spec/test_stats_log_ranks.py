"""Log-rank tests of every kind, late entry and restricted means, as a reader meets them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from caseseries.stats.estimate import Estimate
from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank, stratified_log_rank, weighted_log_rank
from caseseries.stats.rmst import rmst, rmst_difference
from caseseries.stats.survival import at_risk, kaplan_meier, survival_at


def patients(text: str) -> tuple[list[float], list[bool]]:
    """Times until death; a + where the patient was alive when last seen."""
    return [float(word.rstrip("+")) for word in text.split()], ["+" not in word for word in text.split()]


# Remission in leukemia, weeks. Freireich et al., Blood 1963;21:699-716, a textbook example since.
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
# The founding series (Naymagon, Int J Hematol 2022, Table 1), months; rheumatologic cause or not.
FOUNDING = "0.3 1.5 1.8 57+ 0.2 0.2 0.3 0.3 1.8 2.1 0.5 29+ 59+ 1.3 4+ 49+"
RHEUMATOLOGIC = [0] * 11 + [1] * 4 + [0]


def test_the_leukemia_trial_weighted() -> None:
    """Peto and Peto's Wilcoxon test, as R's survdiff has it with rho = 1: 14.5."""
    time, event = patients(MERCAPTOPURINE + " " + PLACEBO)
    group = ["6-MP"] * 21 + ["placebo"] * 21
    early = weighted_log_rank(time, event, group, rho=1, gamma=0)
    assert early.value == pytest.approx(14.457, abs=0.0005)
    assert early.method == "weighted log-rank, Fleming-Harrington G(rho = 1, gamma = 0), 1 df"


def test_the_leukemia_trial_in_pairs() -> None:
    """The trial was of 21 pairs. Each pair tells who relapsed first: 18 to 3, so (18 - 3)^2 / 21."""
    placebo = "1 22 3 12 8 17 2 11 8 12 2 5 4 15 8 23 5 11 4 1 8"
    mercaptopurine = "10 7 32+ 23 22 6 16 34+ 32+ 25+ 11+ 20+ 19+ 6 17+ 35+ 6 13 9+ 6+ 10+"
    time, event = patients(placebo + " " + mercaptopurine)
    found = stratified_log_rank(time, event, [0] * 21 + [1] * 21, [*range(21), *range(21)])
    assert found.value == pytest.approx(15**2 / 21, rel=1e-12)
    assert found.method == "stratified log-rank, 21 strata, 1 df"


def test_in_the_founding_series_the_exact_p_is_under_one_in_twenty_and_the_other_is_not() -> None:
    time, event = patients(FOUNDING)
    exact = exact_log_rank(time, event, RHEUMATOLOGIC, seed=1)
    assert exact.p == pytest.approx(76 / 1820, rel=1e-12)
    assert log_rank(time, event, RHEUMATOLOGIC).p == pytest.approx(0.069, abs=0.0005)
    assert exact.unit == "events beyond expectation"
    assert exact.method == (
        "log-rank by permutation of its scores (event less Nelson-Aalen), two-sided by distance from 0, "
        "exact over all 1,820 deals; value: of group 0"
    )


def test_restricted_mean_of_the_founding_series() -> None:
    curve = kaplan_meier(*patients(FOUNDING))
    found = rmst(curve, 1, unit="months")
    assert found.method == (
        "restricted mean survival time to 1 month, Kaplan-Meier, normal interval, "
        "Greenwood's variance of the area without the factor d / (d - 1)"
    )
    # Two died at 0.2, three at 0.3, one at 0.5: 0.2 + 0.1 x 14/16 + 0.2 x 11/16 + 0.5 x 10/16.
    assert found.value == pytest.approx(0.2 + 1.4 / 16 + 2.2 / 16 + 5 / 16, rel=1e-12)
    assert (found.unit, found.level, found.n) == ("months", 0.95, 16)


def test_a_restricted_mean_beyond_a_curve_that_has_reached_0() -> None:
    curve = kaplan_meier(*patients("1 2 3"))
    assert rmst(curve, 10).value == pytest.approx(2.0, rel=1e-12)
    assert rmst(curve, 10).low == rmst(curve, 3).low


def test_a_restricted_mean_without_an_interval_says_why() -> None:
    alive = rmst(kaplan_meier(*patients("4+ 5+")), 4, unit="months")
    assert (alive.value, alive.low, alive.high, alive.level) == (4.0, None, None, None)
    assert alive.method.endswith("; no interval: nobody had the event by 4 months")
    one = rmst(kaplan_meier(*patients("3")), 7)
    assert (one.value, one.low, one.level) == (3.0, None, None)
    assert one.method.endswith("nobody is left after the first event, or it is at the horizon itself")


def test_a_difference_with_the_spread_of_one_group_only_says_so() -> None:
    some, alive = kaplan_meier(*patients("1 2 5+ 6+")), kaplan_meier(*patients("5+ 6+"))
    found = rmst_difference(some, alive, 4, unit="months")
    assert found.value == pytest.approx(-5 / 4, rel=1e-12)
    assert found.method.endswith(
        "; no interval and no p: the second group has no spread (nobody had the event by 4 months)"
    )
    assert (found.low, found.high, found.level, found.p) == (None, None, None, None)


def test_who_enters_late_is_at_risk_after_the_entry() -> None:
    """Three from the start, one from 2 on: at 2 three are at risk, at 3 the latecomer too."""
    curve = kaplan_meier([2, 3, 5, 4], [True, True, False, False], entry=[0, 0, 0, 2])
    assert curve.at_risk.tolist() == [3, 3, 2, 1]
    assert curve.entered.tolist() == [1, 0, 0, 0]
    assert curve.survival.tolist() == pytest.approx([2 / 3, 4 / 9, 4 / 9, 4 / 9])
    assert at_risk(curve, [1, 2, 2.5, 4.5, 6]).tolist() == [3, 3, 3, 1, 0]
    assert survival_at(curve, 3).method == "late-entry Kaplan-Meier survival at 3, log-log limits"
    assert curve.caution == ""


@pytest.mark.parametrize(
    "followed, entry, caution",
    [
        ("1 5 6+", [0, 2, 2], "at 1 all who were at risk then (1) had the event: the curve is 0, though 2"),
        ("1 2+ 6 7+", [0, 0, 4, 4], "nobody was followed between 2 and 4"),
        ("3 4+", [1, 2], "nobody was followed before 1: the curve is of those without the event until then"),
        ("3 4+", [0, 2], ""),
        ("1 2", [0, 0], ""),
    ],
)
def test_a_curve_says_where_late_entry_left_nobody_to_watch(
    followed: str, entry: list[float], caution: str
) -> None:
    curve = kaplan_meier(*patients(followed), entry=entry)
    assert curve.caution.startswith(caution)
    assert bool(curve.caution) == bool(caution)
    assert caution in repr(curve)


def test_a_stratum_of_one_group_is_counted() -> None:
    found = stratified_log_rank([1, 2, 3, 4, 5], [1, 1, 0, 1, 1], list("ababa"), [1, 1, 1, 1, 2])
    assert found.method == "stratified log-rank, 2 strata (1 of one group only: they tell nothing), 1 df"
    assert found.value == log_rank([1, 2, 3, 4], [1, 1, 0, 1], list("abab")).value


def test_a_group_at_risk_only_at_an_event_of_weight_0_is_left_out() -> None:
    found = weighted_log_rank([1, 3, 4, 5, 6], [1, 1, 1, 1, 0], list("cabab"), rho=0, gamma=1)
    assert found.method.endswith("1 df; nobody at risk at any event of weight above 0 in c: left out")


Ask = Callable[[], Estimate]


@pytest.mark.parametrize(
    "ask, reason",
    [
        (lambda: stratified_log_rank([], [], [], []), "nobody was followed"),
        (lambda: stratified_log_rank([1, 2], [1, 1], ["a", "a"], [1, 2]), "only one group"),
        (lambda: stratified_log_rank([1, 2], [0, 0], ["a", "b"], [1, 1]), "nobody had the event"),
        (
            lambda: stratified_log_rank([1, 2], [1, 1], ["a", "b"], [1, 2]),
            "the groups were never at risk at the same event, or everybody had it at one time",
        ),
        (
            lambda: log_rank(range(1, 30_001), [1] * 30_000, range(30_000)),
            "not done: 30,000 groups at 30,000 times of an event are too many",
        ),
        (lambda: weighted_log_rank([], [], [], rho=1, gamma=0), "nobody was followed"),
        (
            lambda: weighted_log_rank([1, 2, 3], [1, 0, 0], ["a", "b", "b"], rho=0, gamma=1),
            "only one group was at risk at an event of weight above 0",
        ),
        (
            lambda: log_rank([2, 4], [1, 1], ["a", "b"], entry=[0, 2]),
            "the groups were never at risk at the same event, or everybody had it at one time",
        ),
        (lambda: exact_log_rank([], [], [], seed=1), "nobody was followed"),
        (lambda: exact_log_rank([3], [1], ["a"], seed=1), "only one group"),
        (lambda: exact_log_rank([1, 2], [0, 0], ["a", "b"], seed=1), "nobody had the event"),
        (
            lambda: exact_log_rank([1, 2], [0, 1], ["a", "b"], seed=1),
            "only one group was at risk at an event",
        ),
        (
            lambda: exact_log_rank([2, 2, 1], [1, 1, 0], ["a", "b", "b"], seed=1),
            "everybody at risk had the event at one time",
        ),
        (
            lambda: exact_log_rank(range(20_000), [1] * 20_000, [0, 1] * 10_000, seed=1),
            "not done: 20,000 patients are too many to deal anew",
        ),
        (lambda: rmst(kaplan_meier([], []), 1), "nobody was followed"),
        (
            lambda: rmst(kaplan_meier(*patients("1 2 4+")), 6, unit="months"),
            "nobody was followed for so long: the last is at 4 months",
        ),
        (
            lambda: rmst_difference(kaplan_meier(*patients("1 8+")), kaplan_meier(*patients("1 4+")), 6),
            "second group: nobody was followed for so long: the last is at 4",
        ),
        (
            lambda: rmst_difference(kaplan_meier([], []), kaplan_meier([1], [1]), 6),
            "first group: nobody was followed",
        ),
        (
            lambda: rmst_difference(kaplan_meier([9], [0]), kaplan_meier([8], [0]), 6),
            "no spread to measure a difference by; first group: nobody had the event by 6; "
            "second group: nobody had the event by 6",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(ask: Ask, reason: str) -> None:
    found = ask()
    assert (found.value, found.p, found.low, found.high, found.level) == (None, None, None, None, None)
    assert found.reason == reason


@pytest.mark.parametrize(
    "slip, said",
    [
        (lambda: kaplan_meier([1, 2], [1, 1], entry=[0]), "2 times for 1 entries"),
        (lambda: kaplan_meier([1, 2], [1, 1], entry=[0, -1]), "entry: zero or more is wanted"),
        (lambda: kaplan_meier([1, 2], [1, 1], entry=[0, 2]), "one enters at 2 and is followed to 2"),
        (lambda: kaplan_meier([0.3], [1], entry=[0.1 + 0.2]), "one enters at 0.3 and is followed to 0.3"),
        (lambda: kaplan_meier([1], [1], entry=[math.nan]), "entry: missing or infinite values"),
        (lambda: log_rank([1, 2], [1, 1], ["a", "b"], entry=[0, 3]), "one enters at 3"),
        (lambda: stratified_log_rank([1, 2], [1, 1], ["a", "b"], [1]), "2 times for 1 strata"),
        (lambda: stratified_log_rank([1, 2], [1, 1], ["a"], [1, 1]), "2 times for 1 group labels"),
        (lambda: weighted_log_rank([1, 2], [1, 1], ["a", "b"], rho=-1, gamma=0), "rho: zero or more"),
        (lambda: weighted_log_rank([1, 2], [1, 1], ["a", "b"], rho=0, gamma=math.inf), "gamma: zero or"),
        (lambda: weighted_log_rank([1, 2], [1, 1], ["a", "b"], rho=0, gamma=math.nan), "gamma: zero or"),
        (lambda: exact_log_rank([1, 2, 3], [1, 1, 1], list("abc"), seed=1), "two groups are wanted"),
        (lambda: exact_log_rank([1, 2], [1, 1], ["a"], seed=1), "2 times for 1 group labels"),
        (lambda: rmst(kaplan_meier([1], [1]), 0), "until: a time above zero is wanted, not 0"),
        (lambda: rmst(kaplan_meier([1], [1]), math.inf), "until: a time above zero is wanted"),
        (lambda: rmst_difference(kaplan_meier([1], [1]), kaplan_meier([1], [1]), math.nan), "until: a"),
        (lambda: rmst_difference(kaplan_meier([1], [1]), kaplan_meier([1], [1]), 1, level=95), "level is"),
    ],
)
def test_a_slip_is_named(slip: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        slip()


def test_deals_too_many_to_count_are_drawn_with_a_seed() -> None:
    time, event = patients(FOUNDING)
    drawn = exact_log_rank(time, event, RHEUMATOLOGIC, seed=7, limit=1)
    assert "100,000 deals drawn (seed 7, standard error of p 0.0006)" in drawn.method
    assert drawn == exact_log_rank(time[::-1], event[::-1], RHEUMATOLOGIC[::-1], seed=7, limit=1)
    assert drawn.p == pytest.approx(76 / 1820, abs=0.003)


def sums_of_a_half(patients_of_each_score: Sequence[int], chosen: int) -> int:
    """The most sums that are ever made of a half, by making each: only how many patients are in it counts."""
    halves, most = [[0], [0]], 0
    for many in patients_of_each_score:
        place = int(len(halves[1]) < len(halves[0]))
        most = max(most, len(halves[place]) * (min(many, chosen) + 1))
        halves[place] = [
            size + taken for size in halves[place] for taken in range(many + 1) if size + taken <= chosen
        ]
    return most


@pytest.mark.parametrize(("tied", "chosen"), [(1, 4), (2, 5), (3, 9), (4, 2)])
def test_exact_up_to_the_limit_of_sums_in_a_half_and_no_further(tied: int, chosen: int) -> None:
    # Nobody is alive at the end, so that each time has a score of its own: the later the smaller.
    counts = [tied if place % 2 else 1 for place in range(8)]
    time = [float(place + 1) for place, many in enumerate(counts) for _ in range(many)]
    group = [place < chosen for place in range(len(time))]
    most = sums_of_a_half(counts[::-1], chosen)
    exact, drawn = (
        exact_log_rank(time, [True] * len(time), group, seed=1, limit=limit).method
        for limit in (most, most - 1)
    )
    assert f"exact over all {math.comb(len(time), chosen):,} deals" in exact
    assert "deals drawn" in drawn


def test_forty_patients_are_exact() -> None:
    time, event = patients(MERCAPTOPURINE + " " + PLACEBO)
    found = exact_log_rank(time, event, ["6-MP"] * 21 + ["placebo"] * 21, seed=1)
    assert "exact over all 538,257,874,440 deals" in found.method
    assert found.value == pytest.approx(9 - 19.25, abs=0.005)
    # Counted over halves in whole numbers, scores times their common denominator; coin has 2.61200451823e-05.
    assert found.p == pytest.approx(14_059_320 / 538_257_874_440, rel=1e-15)


law = settings(derandomize=True, deadline=None, max_examples=60)
people = st.lists(
    st.tuples(
        st.integers(1, 8).map(lambda n: n / 4), st.booleans(), st.sampled_from("ab"), st.integers(0, 2)
    ),
    min_size=2,
    max_size=14,
)
People = list[tuple[float, bool, str, int]]


def same(one: float | None, other: float | None) -> bool:
    """Both None, or equal but for the float's last digits."""
    return one is other or one == pytest.approx(other, rel=1e-9, abs=1e-12)


@law
@given(people)
def test_the_names_of_the_groups_do_not_matter(rows: People) -> None:
    time, event, group, stratum = zip(*rows, strict=True)
    turned = ["b" if one == "a" else "a" for one in group]
    asks: list[Callable[[Sequence[str]], Estimate]] = [
        lambda labels: exact_log_rank(time, event, labels, seed=1),
        lambda labels: stratified_log_rank(time, event, labels, stratum),
        lambda labels: weighted_log_rank(time, event, labels, rho=0.5, gamma=1),
    ]
    for ask in asks:
        here, there = ask(group), ask(turned)
        assert same(here.p, there.p)
        assert here.reason == there.reason
    first, second = (exact_log_rank(time, event, labels, seed=1).value for labels in (group, turned))
    assert first is None or same(first, -second if second is not None else None)


@law
@given(people)
def test_only_the_order_of_times_matters(rows: People) -> None:
    time, event, group, stratum = zip(*rows, strict=True)
    later = np.exp(np.array(time)) + 3.0
    asks: list[Callable[[ArrayLike], Estimate]] = [
        lambda times: exact_log_rank(times, event, group, seed=1),
        lambda times: stratified_log_rank(times, event, group, stratum),
        lambda times: weighted_log_rank(times, event, group, rho=2, gamma=0.5),
    ]
    for ask in asks:
        assert ask(time) == ask(later)


@law
@given(people)
def test_one_stratum_and_equal_weights_are_the_log_rank_test(rows: People) -> None:
    time, event, group, _ = zip(*rows, strict=True)
    plain = log_rank(time, event, group)
    assert same(stratified_log_rank(time, event, group, [0] * len(time)).value, plain.value)
    assert same(weighted_log_rank(time, event, group, rho=0, gamma=0).value, plain.value)
    assert log_rank(time, event, group, entry=[0.0] * len(time)) == plain


@law
@given(people)
def test_a_follow_up_told_in_two_parts_is_one_follow_up(rows: People) -> None:
    """Who is censored at 0.6 and enters again at 0.6 has never been away."""
    time, event, group, stratum = (np.array(column) for column in zip(*rows, strict=True))
    apart = time > 0.6
    times = np.concatenate((np.minimum(time, 0.6), time[apart]))
    events = np.concatenate((event & ~apart, event[apart]))
    entry = np.concatenate((np.zeros(len(time)), np.full(int(apart.sum()), 0.6)))
    labels, strata = (np.concatenate((one, one[apart])) for one in (group, stratum))
    whole, parts = kaplan_meier(time, event), kaplan_meier(times, events, entry=entry)
    assert parts.caution == ""
    asked = [0.1, 0.25, 0.5, 0.6, 0.7, 1.0, 1.9]
    for one in asked:
        assert same(survival_at(whole, one).value, survival_at(parts, one).value)
        assert same(survival_at(whole, one).low, survival_at(parts, one).low)
    assert at_risk(whole, asked).tolist() == at_risk(parts, asked).tolist()
    assert same(log_rank(time, event, group).value, log_rank(times, events, labels, entry=entry).value)
    there = stratified_log_rank(times, events, labels, strata, entry=entry)
    assert same(stratified_log_rank(time, event, group, stratum).value, there.value)


@law
@given(people, st.integers(1, 12))
def test_a_restricted_mean_is_an_area(rows: People, quarters: int) -> None:
    """It grows with the horizon, never beyond it; its unit is that of the times."""
    time, event = [row[0] for row in rows], [row[1] for row in rows]
    curve, until = kaplan_meier(time, event), quarters / 4
    found, before = rmst(curve, until), rmst(curve, until / 2)
    assume(found.value is not None and before.value is not None)
    assert found.value is not None
    assert before.value is not None
    assert before.value <= found.value <= until * (1 + 1e-12)
    monthly = rmst(kaplan_meier(np.array(time) * 12, event), until * 12)
    assert same(monthly.value, found.value * 12)
    assert same(monthly.low, None if found.low is None else found.low * 12)
