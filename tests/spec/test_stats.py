"""Statistics as a reader meets them: textbook examples, and what is said where there is no number."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.describe import mean, median, standard_deviation
from caseseries.stats.estimate import Estimate
from caseseries.stats.kruskal_wallis import kruskal_wallis, kruskal_wallis_exact
from caseseries.stats.log_rank import log_rank
from caseseries.stats.permutation import permuted_entries
from caseseries.stats.proportions import proportion
from caseseries.stats.ranks import has_ties, mann_whitney, mann_whitney_exact
from caseseries.stats.rounding import half_even, half_up, significant, truncated
from caseseries.stats.survival import (
    Rests,
    at_risk,
    follow_up,
    kaplan_meier,
    median_survival,
    survival_at,
)
from caseseries.stats.trajectory import fall_at, greatest_fall


def patients(text: str) -> tuple[list[float], list[bool]]:
    """Times until death; a + where the patient was alive when last seen."""
    return [float(word.rstrip("+")) for word in text.split()], ["+" not in word for word in text.split()]


# Remission in leukemia, weeks. Freireich et al., Blood 1963;21:699-716, a textbook example since.
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def test_curve_of_the_leukemia_trial() -> None:
    curve = kaplan_meier(*patients(MERCAPTOPURINE))
    printed = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for week, share in printed.items():
        assert survival_at(curve, week).value == pytest.approx(share, abs=0.0005)
    assert median_survival(curve, unit="weeks").value == 23
    assert median_survival(kaplan_meier(*patients(PLACEBO))).value == 8
    assert at_risk(curve, [0, 6, 7, 23, 35, 36]).tolist() == [21, 21, 17, 6, 1, 0]


def test_log_rank_of_the_leukemia_trial() -> None:
    time, event = patients(MERCAPTOPURINE + " " + PLACEBO)
    found = log_rank(time, event, ["6-MP"] * 21 + ["placebo"] * 21)
    assert found.value == pytest.approx(16.79, abs=0.005)
    assert found.method == "log-rank, 1 df"


def test_the_lady_tasting_tea() -> None:
    """Fisher, The Design of Experiments, 1935, chapter 2: three of four cups right, 34 of 70 ways."""
    found = fisher([[3, 1], [1, 3]])
    assert found.p == pytest.approx(34 / 70, rel=1e-12)
    assert found.value == pytest.approx(6.408, abs=0.0005)


@pytest.mark.parametrize(
    "followed, rests, median_",
    [
        ("1 2 3 4", "midpoint", 2.5),
        ("1 2 3 4", "first", 2.0),
        ("1 2 3+ 4+", "midpoint", 2.0),  # it rests on one half and never falls again
        ("1 2 3", "midpoint", 2.0),
        ("1 3+ 3+", "midpoint", None),
    ],
)
def test_where_the_curve_rests_on_one_half(followed: str, rests: Rests, median_: float | None) -> None:
    assert median_survival(kaplan_meier(*patients(followed)), rests=rests).value == median_


def test_the_unit_and_the_method_are_said() -> None:
    curve = kaplan_meier(*patients("1 2 3+ 4"), limits="log")
    assert survival_at(curve, 1, unit="months").method == "Kaplan-Meier survival at 1 month, log limits"
    assert survival_at(curve, 2.5, unit="months").unit == "share"
    found = median_survival(curve, unit="months")
    assert found.unit == "months"
    assert found.method == (
        "median Kaplan-Meier, midpoint where the curve rests on one half; "
        "Brookmeyer-Crowley interval from log limits"
    )


def test_times_that_differ_by_rounding_are_one() -> None:
    curve = kaplan_meier([0.3, 0.1 + 0.2, 0.7], [True, False, True])
    assert curve.times.tolist() == [0.3, 0.7]
    assert curve.censor_times.tolist() == [0.3]
    assert survival_at(curve, 0.1 * 7).value == 0.0


def test_after_the_last_death_of_all_nobody_is_left() -> None:
    curve = kaplan_meier(*patients("1 2 3"))
    found = survival_at(curve, 10)
    assert (found.value, found.low, found.high, found.level) == (0.0, None, None, None)


Said = Callable[[], Estimate]


@pytest.mark.parametrize(
    "ask, reason",
    [
        (lambda: median([]), "no values"),
        (lambda: mean([]), "no values"),
        (lambda: standard_deviation([4.0]), "one value has no spread"),
        (lambda: proportion(0, 0), "nobody to count"),
        (lambda: chi_square([[0, 0], [0, 0]]), "nobody to count"),
        (lambda: chi_square([[3, 0], [2, 0]]), "column 2 is empty: nothing to compare"),
        (lambda: chi_square([[0, 0], [2, 1]]), "row 1 is empty: nothing to compare"),
        (lambda: chi_square([[2, 1]]), "only one row: nothing to compare"),
        (
            lambda: chi_square([[1, 2, 3], [3, 2, 1]], correction="Yates"),
            "Yates' correction is for 2 x 2 tables",
        ),
        (lambda: fisher([[0, 3], [0, 9]]), "column 1 is empty: nothing to compare"),
        (lambda: mann_whitney([], [1, 2]), "a group is empty"),
        (lambda: kruskal_wallis([]), "nobody to compare"),
        (lambda: kruskal_wallis_exact([[], []], seed=1), "nobody to compare"),
        (lambda: kruskal_wallis([[1, 2]]), "only one group: nothing to compare"),
        (lambda: kruskal_wallis_exact([[1, 2], [], [3]], seed=1), "a group is empty"),
        (lambda: kruskal_wallis([[2, 2], [2], [2]]), "all values are equal: their ranks tell nothing"),
        (
            lambda: kruskal_wallis_exact([range(500), range(500), [1]], seed=1),
            "not done: 1,001 values are too many to deal",
        ),
        (lambda: mann_whitney_exact([2, 2], [2]), "all values are equal: their ranks tell nothing"),
        (
            lambda: mann_whitney_exact(list(range(500)), list(range(500))),
            "not done: 500 against 500 is too many for the exact table",
        ),
        (lambda: log_rank([], [], []), "nobody was followed"),
        (lambda: log_rank([1, 2], [1, 1], ["a", "a"]), "only one group"),
        (lambda: log_rank([1, 2], [0, 0], ["a", "b"]), "nobody had the event"),
        (lambda: log_rank([1, 2], [0, 1], ["a", "b"]), "only one group was at risk at an event"),
        (
            lambda: log_rank([2, 2, 2], [1, 1, 1], ["a", "b", "b"]),
            "the groups were never at risk at the same event, or everybody had it at one time",
        ),
        (lambda: median_survival(kaplan_meier([], [])), "nobody was followed"),
        (lambda: median_survival(kaplan_meier(*patients("1+ 2+"))), "nobody had the event"),
        (lambda: survival_at(kaplan_meier([], []), 1), "nobody was followed"),
        (
            lambda: survival_at(kaplan_meier(*patients("1 2 4+")), 6, unit="months"),
            "nobody was followed for so long: the last is at 4 months",
        ),
        (lambda: follow_up(*patients("1 2 3")), "nobody was censored"),
        (lambda: greatest_fall([5, 10], [3, 2]), "no value on day 1"),
        (lambda: greatest_fall([1], [3]), "no value after day 1"),
        (lambda: greatest_fall([1, 1, 5], [3, 4, 2]), "2 values on day 1"),
        (
            lambda: greatest_fall([1, 5], [0, 2]),
            "the value on day 1 is not above zero: no share can be taken of it",
        ),
        (lambda: fall_at([1, 5], [3, 2], 10), "no value on day 10"),
        (lambda: permuted_entries([[1, 0], [0, 1]], [1, 1], seed=1), "a group is empty"),
        (lambda: permuted_entries([[1, 0], [1, 0]], [0, 1], seed=1), "only one category has entries"),
        (lambda: permuted_entries([[1, 1], [0, 0]], [0, 1], seed=1), "a group has no entries"),
        (lambda: permuted_entries([[1, 1], [1, 1]], [0, 1], seed=1), "every patient has the same categories"),
    ],
)
def test_what_cannot_be_estimated_says_why(ask: Said, reason: str) -> None:
    found = ask()
    assert (found.value, found.p, found.low, found.high) == (None, None, None, None)
    assert found.reason == reason


def test_a_median_never_reached_may_have_a_lower_limit() -> None:
    found = median_survival(kaplan_meier(*patients("1 2+ 3+")))
    assert found.reason == "not reached: the curve stays above one half"
    assert (found.value, found.low, found.high, found.level) == (None, 1.0, None, 0.95)
    assert (found.shown, found.shown_interval) == ("not reached", "1 to not reached")


def test_a_curve_has_its_median() -> None:
    curve = kaplan_meier(*patients("1 2 4+ 8"))
    assert curve.median == median_survival(curve)
    assert str(curve.median) in repr(curve)


def test_a_curve_of_nobody_says_so() -> None:
    assert repr(kaplan_meier([], [])) == "Kaplan-Meier curve: nobody was followed"


def test_an_infinite_odds_ratio_keeps_its_lower_limit_and_p() -> None:
    found = fisher([[4, 0], [3, 9]])
    assert found.value is None
    assert found.reason == "nobody in row 1, column 2: the odds ratio is infinite"
    assert found.low is not None
    assert (found.high, found.level) == (None, 0.95)
    assert found.p == pytest.approx(35 / 1820, rel=1e-12)
    assert found.shown == "infinite"
    assert found.shown_interval.endswith(" to infinite")
    assert fisher([[4, 0], [0, 0]]).shown == "not estimable"


@pytest.mark.parametrize("level", [95, 1, 0, -0.5, float("nan")])
@pytest.mark.parametrize(
    "ask",
    [
        lambda level: kaplan_meier([1, 2], [1, 0], level=level),
        lambda level: follow_up([1, 2], [1, 0], level=level),
        lambda level: fisher([[4, 1], [2, 3]], level=level),
        lambda level: proportion(1, 2, level=level),
    ],
)
def test_a_level_is_a_share(ask: Callable[[float], object], level: float) -> None:
    with pytest.raises(ValueError, match=r"^level is a share between 0 and 1, such as 0\.95, not "):
        ask(level)


def test_a_group_that_left_before_any_event_is_named() -> None:
    found = log_rank([1, 2, 3, 4, 0.5], [1, 1, 1, 0, 0], ["a", "b", "a", "b", "c"])
    assert found.method == "log-rank, 1 df; nobody at risk at any event in c: left out"


def test_overlapping_causes_beyond_counting_are_drawn_with_a_seed() -> None:
    membership = [[1, 0, 1], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]]
    group = [1, 1, 0, 0, 1, 0, 1, 0]
    exact = permuted_entries(membership, group, seed=7)
    drawn = permuted_entries(membership, group, seed=7, limit=1)
    assert "exact over all 70 deals" in exact.method
    assert "100,000 of 70 deals drawn (seed 7, standard error of p 0.0009)" in drawn.method
    assert drawn == permuted_entries(membership, group, seed=7, limit=1)
    assert drawn.p == pytest.approx(exact.p, abs=0.005)


def test_drawn_deals_do_not_depend_on_the_order_of_the_patients() -> None:
    random = np.random.default_rng(3)
    membership, group = random.random((20_000, 4)) < 0.3, random.random(20_000) < 0.4
    order = random.permutation(20_000)
    found = permuted_entries(membership, group, seed=7)
    assert found == permuted_entries(membership[order], group[order], seed=7)
    assert found.p is not None
    assert 0 < found.p <= 1


@pytest.mark.parametrize(
    "value, digits, up, even, cut",
    [
        (1.65, 1, "1.7", "1.6", "1.6"),
        (26.5, 0, "27", "26", "26"),
        (0.285 * 100, 0, "29", "28", "28"),
        (38051.5, 0, "38052", "38052", "38051"),
        (-1.65, 1, "-1.7", "-1.6", "-1.6"),
        (-0.2, 0, "0", "0", "0"),
        (72.89, 0, "73", "73", "72"),
        (1250, -2, "1300", "1200", "1200"),
        (5, 2, "5.00", "5.00", "5.00"),
    ],
)
def test_rounding(value: float, digits: int, up: str, even: str, cut: str) -> None:
    assert [str(rule(value, digits)) for rule in (half_up, half_even, truncated)] == [up, even, cut]


@pytest.mark.parametrize(
    "value, digits, shown",
    [
        (0.006522, 3, "0.00652"),
        (0.02927, 2, "0.029"),
        (9.996, 3, "10.0"),
        (38051.5, 2, "38000"),
        (0.0, 3, "0"),
    ],
)
def test_significant_digits(value: float, digits: int, shown: str) -> None:
    assert significant(value, digits) == Decimal(shown)
    assert str(significant(value, digits)) == shown


def test_ties() -> None:
    assert has_ties([3, 1, 3])
    assert not has_ties([3, 1, 2])


@pytest.mark.parametrize(
    "slip",
    [
        lambda: mann_whitney([1, float("nan")], [2]),
        lambda: kruskal_wallis([[1, float("nan")], [2], [3]]),
        lambda: kaplan_meier([1, 2], [True]),
        lambda: kaplan_meier([-1, 2], [True, False]),
        lambda: kaplan_meier([1, 2], [1, 2]),
        lambda: log_rank([1, 2], [1, 0], ["a"]),
        lambda: fisher([[1, 2, 3], [4, 5, 6]]),
        lambda: chi_square([[1, -2], [4, 5]]),
        lambda: chi_square([[1.5, 2.0], [4.0, 5.0]]),
        lambda: proportion(3, 2),
        lambda: greatest_fall([1, 2], [3]),
        lambda: permuted_entries([[1, 0]], [1, 0], seed=1),
        lambda: half_up(float("inf"), 1),
        lambda: median([[1, 2], [3, 4]]),
    ],
)
def test_a_programmers_slip_is_an_error(slip: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        slip()


@pytest.mark.parametrize("limit", [2_000, 5_000, 20_000])
def test_whether_deals_are_counted_or_drawn_hangs_on_no_order_of_patients(limit: int) -> None:
    # Five kinds of patients, four of each, one kind after another or in turn: near the limit of tables too.
    kinds = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (1, 1, 0, 0), (0, 1, 1, 1)]
    in_turn = np.array(kinds * 4, dtype=bool)
    chosen = np.arange(20) < 7
    by_kind = np.argsort(np.tile(np.arange(5), 4), kind="stable")
    straight = permuted_entries(in_turn, chosen, seed=1, limit=limit)
    assert straight == permuted_entries(in_turn[by_kind], chosen[by_kind], seed=1, limit=limit)
    assert straight == permuted_entries(in_turn[::-1], chosen[::-1], seed=1, limit=limit)
