"""Pooling published cohorts: which go together, what stands beside them, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from caseseries.analysis.results import Result
from caseseries.cases.series import Column
from caseseries.evidence.problem import Problems
from caseseries.literature.cohorts import Cause, Published
from caseseries.literature.in_short import plan_lines, pool_lines
from caseseries.literature.planning import Aim, plan, read_aim, shrunk_share
from caseseries.literature.pool import pool
from caseseries.literature.poolings import by_cause, causes_told, poolings_of
from caseseries.literature.present import present_cohort, with_present
from caseseries.report.forest_figure import forest_figure
from caseseries.report.pool_page import pool_files
from caseseries.stats.combination import combination
from caseseries.stats.estimate import Estimate, not_estimable
from caseseries.stats.one_more import wrong_way
from caseseries.stats.proportions import proportion
from caseseries.study import Study, open_study

LUPUS = "lupus"


def cohort(id_: str, survived: int | None, n: int, **more: Any) -> Published:
    return Published(
        **{
            "id": id_,
            "title": id_.title(),
            "n": n,
            "source": f"{id_}, 2020",
            "confidence": "verified",
            "survived": survived,
            "year": 2020,
            **more,
        }
    )


def value(result: Result, id_: str) -> float | None:
    return estimate(result, id_).value


def estimate(result: Result, id_: str) -> Estimate:
    [found] = [number.estimate for number in result.numbers if number.id == id_]
    return found


def ids(result: Result) -> set[str]:
    return {number.id for number in result.numbers}


def kinds(result: Result) -> set[str]:
    return {caution.kind for caution in result.cautions}


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study("naymagon-2022")


@pytest.fixture(scope="module")
def founding(study: Study) -> Result:
    return study.pool(study.read_cases())


# ---- Which go together ----


def test_one_horizon_a_pool() -> None:
    cohorts = [
        cohort("a", 1, 4, horizon="hospital"),
        cohort("b", 2, 5, horizon="30 days"),
        cohort("c", 3, 6, horizon="hospital"),
        cohort("d", 3, 6),
        cohort("e", None, 9, responded=8),
    ]
    assert [(one.horizon, [each.id for each in one.cohorts]) for one in poolings_of(cohorts)] == [
        ("hospital", ["a", "c"]),
        ("30 days", ["b"]),
        ("not said", ["d"]),
    ]


def test_response_is_no_survival() -> None:
    cohorts = [cohort("a", None, 4, responded=4), cohort("b", 1, 5), cohort("c", 2, 6)]
    found = pool(cohorts)
    assert value(found, "pool.not-said.cohorts") == 2
    assert value(found, "pool.cohort.a.responded") == 4
    assert "no-survival" in kinds(found)


def test_of_cohorts_that_may_share_patients_the_larger_is_pooled_and_the_other_named() -> None:
    cohorts = [cohort("a", 1, 4), cohort("b", 2, 5, overlaps=("a",)), cohort("c", 3, 6)]
    [pooling] = poolings_of(cohorts)
    assert [one.id for one in pooling.cohorts] == ["b", "c"]
    assert [one.id for one in pooling.left] == ["a"]
    [said] = [one.sentence for one in pool(cohorts).cautions if one.kind == "overlapping-cohorts"]
    assert said.endswith("in another of its cohorts: A.")


def test_a_cohort_left_out_beside_one_alone_is_named_too() -> None:
    found = pool([cohort("a", 1, 4), cohort("b", 2, 5, overlaps=("a",))])
    [said] = [one.sentence for one in found.cautions if one.kind == "overlapping-cohorts"]
    alone = "Survival, until when not said: B stands alone"
    assert said == f"{alone}; left out, since its patients may be among the same: A."


def test_only_those_who_share_patients_with_a_pooled_cohort_are_left_out() -> None:
    chain = [cohort("a", 1, 4, overlaps=("b",)), cohort("b", 2, 5, overlaps=("c",)), cohort("c", 3, 6)]
    [pooling] = poolings_of(chain)
    assert [one.id for one in pooling.cohorts] == ["a", "c"]
    assert [one.id for one in pooling.left] == ["b"]


@pytest.mark.parametrize("horizon", ["not said", "last follow-up"])
@pytest.mark.parametrize("size", [7, 9])
def test_no_cohort_that_may_share_patients_with_the_present_one_stands_beside_it(
    size: int, horizon: str
) -> None:
    own = cohort("own", 4, 8, present=True, horizon=horizon)
    others = [cohort("a", 1, 4), cohort("b", 2, 6), cohort("c", 5, size, overlaps=("own",))]
    apart = value(pool([own, *others[:2]], own), "pool.not-said.ours.difference")
    found = pool([own, *others], own)
    assert value(found, "pool.not-said.ours.difference") == pytest.approx(apart)
    planned, without = plan([own, *others], Aim()), plan([own, *others[:2]], Aim())
    assert value(planned, "plan.one-arm.now") == value(without, "plan.one-arm.now")
    told = [one.sentence for one in found.cautions if one.kind == "shares-patients"]
    if (horizon, size) == ("not said", 7):
        assert not told
        assert "overlapping-cohorts" in kinds(found)
    else:
        assert told == [one.sentence for one in planned.cautions if one.kind == "shares-patients"]
        assert told == ["Not set beside Own, since their patients may be among its own: C."]


def test_of_two_alike_that_may_share_patients_the_later_is_pooled() -> None:
    cohorts = [cohort("a", 1, 5, year=2021, overlaps=("b",)), cohort("b", 2, 5, year=2019), cohort("c", 3, 6)]
    [pooling] = poolings_of(cohorts)
    assert [one.id for one in pooling.cohorts] == ["c", "a"]


def test_cohorts_stand_by_year_and_those_without_one_last() -> None:
    cohorts = [cohort("a", 1, 5, year=None), cohort("b", 2, 5, year=2019), cohort("c", 3, 6, year=2011)]
    [pooling] = poolings_of(cohorts)
    assert [one.id for one in pooling.cohorts] == ["c", "b", "a"]


def test_one_cohort_is_shown_and_not_pooled() -> None:
    found = pool([cohort("a", 1, 4, horizon="hospital")])
    assert found.notes == ("Survival of the hospital stay: A alone, which is not pooled.",)
    assert value(found, "pool.cohort.a.survived.share") == 0.25
    assert not any(id_.startswith("pool.hospital") for id_ in ids(found))


def test_of_one_horizon_the_present_cohort_is_in_the_pool_and_stands_beside_the_rest() -> None:
    own = cohort("own", 4, 8, present=True, causes=(Cause(LUPUS, 2, 2), Cause("other", 6)))
    cohorts = [cohort("a", 1, 4), cohort("b", 2, 6), own]
    found = pool(cohorts)
    assert value(found, "pool.not-said.share") == pytest.approx(7 / 18)
    assert value(found, "pool.not-said.ours.difference") == pytest.approx(4 / 8 - 3 / 10)
    assert value(found, "pool.not-said.borrowed.all.cohorts") == 2
    assert "horizons-differ" not in kinds(found)
    assert "not-of-patients" in kinds(found)
    assert not plan(cohorts, Aim()).why_not


def test_very_many_present_patients_need_no_prior() -> None:
    own = cohort("own", 40_000, 100_000, present=True, horizon="last follow-up")
    cohorts = [cohort("a", 1, 4), cohort("b", 2, 6), own]
    assert not any(".borrowed." in id_ for id_ in ids(pool(cohorts)))
    assert value(plan(cohorts, Aim()), "plan.one-arm.now") == pytest.approx(0.4)


def test_without_a_count_of_survivors_there_is_no_pool() -> None:
    assert pool([cohort("a", None, 4)]).why_not == "No cohort prints how many survived."


@pytest.mark.parametrize("survived", [(0, 0), (4, 5), (0, 5), (2, 2)])
def test_none_all_and_like_cohorts_break_nothing(survived: tuple[int, int]) -> None:
    cohorts = [cohort("a", survived[0], 4), cohort("b", survived[1], 5), cohort("own", 1, 3, present=True)]
    cohorts[2] = replace(cohorts[2], horizon="last follow-up")
    found = pool(cohorts)
    for number in found.numbers:
        assert number.estimate.value is not None or number.estimate.reason, number.id
    assert forest_figure(with_present(cohorts, None), results_of(found)).startswith("<svg")


def test_the_parts_of_a_pool() -> None:
    cohorts = [
        cohort("a", 4, 6, route="intravenous", causes=(Cause(LUPUS, 4, 3), Cause("other", 2))),
        cohort("b", 2, 5, route="subcutaneous", causes=(Cause("other", 5),)),
        cohort("c", 3, 8, route="intravenous"),
    ]
    # Everybody in b has another cause; of a it is printed that three of four with lupus survived.
    assert causes_told(cohorts) == (LUPUS,)
    assert by_cause(cohorts, LUPUS) == ([(3, 4)], [(1, 2), (2, 5)])
    found = pool(cohorts)
    assert value(found, "pool.not-said.route.intravenous.survived") == 7
    assert value(found, "pool.not-said.route.intravenous.cohorts") == 2
    assert estimate(found, "pool.not-said.route.subcutaneous.share").reason.startswith("one cohort only")
    assert value(found, "pool.not-said.cause.not-lupus.survived") == 3


# ---- The founding study ----


def test_the_founding_pool(founding: Result) -> None:
    """Six cohorts do not say until when: 30 of 48, as alike as chance has it. R: tests/golden/pooling.R."""
    assert value(founding, "pool.not-said.cohorts") == 6
    assert value(founding, "pool.not-said.patients") == 48
    assert value(founding, "pool.not-said.share") == pytest.approx(30 / 48)
    assert value(founding, "pool.not-said.tau2") == 0.0
    assert value(founding, "pool.not-said.cause.rheumatologic-disorder.survived") == 7
    assert value(founding, "pool.not-said.cause.not-rheumatologic-disorder.survived") == 7
    assert not any(id_.startswith("pool.hospital") for id_ in ids(founding))
    assert {"horizon-not-said", "few-cohorts", "not-of-patients", "horizons-differ"} <= kinds(founding)


def test_standardised_by_hand(founding: Result) -> None:
    """Four of sixteen with a rheumatologic cause: (4 x 7/8 + 12 x 7/13) / 16 of the present would survive."""
    by = "pool.not-said.ours.by.rheumatologic-disorder"
    expected = (4 * 7 / 8 + 12 * 7 / 13) / 16
    assert value(founding, f"{by}.expected") == pytest.approx(expected)
    assert value(founding, f"{by}.difference") == pytest.approx(5 / 16 - expected)


def test_the_present_cohort_is_counted_and_not_typed(study: Study) -> None:
    [printed] = [one for one in study.cohorts() if one.present]
    cases = study.read_cases()
    assert present_cohort(cases, study.protocol, study.cohorts()) == printed
    fewer = cases.only(cases.table["patient"] != "16")
    found = study.pool(fewer)
    assert value(found, "pool.cohort.naymagon-2022.survived") == 4
    [said] = [one.sentence for one in found.cautions if one.kind == "own-differs"]
    assert "printed with 5 of 16 survivors; the cases here are 4 of 15" in said


def test_causes_are_counted_in_the_column_that_has_most_of_them(study: Study) -> None:
    cases, cohorts = study.read_cases(), study.cohorts()
    died_of = Column("died_of", "Died of", "category", levels=("viral infection", "bleeding"))
    nobody = pl.lit("bleeding").alias("died_of")
    before = replace(cases, table=cases.table.with_columns(nobody), dictionary=(died_of, *cases.dictionary))
    found = present_cohort(before, study.protocol, cohorts)
    assert found == present_cohort(cases, study.protocol, cohorts)
    assert found is not None
    assert found.with_cause("viral infection") == (0, 5)


def test_without_cases_their_publication_stands_for_them(study: Study, founding: Result) -> None:
    assert {number.id: number.estimate for number in study.pool().numbers} == {
        number.id: number.estimate for number in founding.numbers
    }


def test_a_hospitals_patients_stand_beside_every_entry(study: Study) -> None:
    cases = study.read_cases()
    records = replace(cases, sources=(replace(cases.sources[0], kind="database"),))
    cohorts = study.cohorts_beside(records)
    assert [one.id for one in cohorts if one.present] == ["present"]
    assert len(cohorts) == len(study.cohorts()) + 1
    follow_up = next(one for one in poolings_of(cohorts) if one.horizon == "last follow-up")
    assert [one.id for one in follow_up.cohorts] == ["naymagon-2022", "present"]


def test_the_pool_is_in_the_results(study: Study) -> None:
    results = study.analyse(study.read_cases())
    assert results["pool.not-said.share"] is not None
    assert [source.name for source in results.sources][-1] == "cohorts.toml"
    assert results.content()["analyses"]["pool"]["does"] == "pool"


# ---- A combination of shares ----


def test_a_difference_of_wilsons_shares_is_newcombes() -> None:
    """R's prop.test limits put together by Newcombe's formula (tests/golden/tables.R): 3/4 against 2/12."""
    shares = [proportion(3, 4, interval="Wilson"), proportion(2, 12, interval="Wilson")]
    found = combination(shares, [1.0, -1.0], "difference")
    assert found.value == pytest.approx(3 / 4 - 2 / 12)
    assert (found.low, found.high) == pytest.approx((0.0531554724265729, 0.820215208762398))


def test_a_combination_of_what_is_not_there() -> None:
    share = proportion(3, 4)
    assert combination([share, not_estimable("nobody", "m", 0)], [1, -1], "difference").reason == "nobody"
    with pytest.raises(ValueError, match="weights: one for each"):
        combination([share], [1.0, -1.0], "difference")
    with pytest.raises(ValueError, match="one level"):
        combination([share, proportion(3, 4, level=0.9)], [1.0, -1.0], "difference")


# ---- Planning ----


def test_a_plan_never_rests_on_the_observed_difference(study: Study) -> None:
    found = study.plan(Aim(), study.read_cases())
    shrunk = value(found, "plan.by.rheumatologic-disorder.shrunk")
    base = value(found, "plan.by.rheumatologic-disorder.without")
    assert shrunk is not None
    assert base is not None
    assert 0.0 < shrunk - base < 0.2 < 3 / 4 - 2 / 12
    assert "no-observed-difference" in kinds(found)


def test_the_observed_difference_shrunk_by_hand() -> None:
    """3/4 against 2/12: log odds ratio 2.2824, variance 1.4476; a sceptic's (0.7138 / 1.6449)^2."""
    found = shrunk_share((3, 4), (2, 12), 0.3, 0.4666667)
    # ln(7/8) - ln(3/7) = 0.71376; kept: 2.28238 x 0.18830 / (0.18830 + 1.44762) = 0.26271
    odds = 0.3 / 0.7 * 2.718281828459045**0.26271
    assert found.value == pytest.approx(odds / (1 + odds), abs=1e-4)


def test_a_smaller_difference_needs_more_patients(study: Study) -> None:
    sizes = [value(study.plan(Aim(difference=worth)), "plan.one-arm.size") for worth in (0.3, 0.2, 0.1)]
    assert sizes == sorted(sizes, key=lambda one: one or 0.0)
    assert sizes[0] != sizes[2]


def test_the_pool_moves_with_the_next_patients(study: Study) -> None:
    found = study.plan(Aim(patients=20))
    shares = [value(found, f"plan.next.{alive}-of-20") for alive in (0, 5, 10, 15, 20)]
    assert shares == sorted(shares, key=lambda one: one or 0.0)


def test_a_next_cohort_of_one(study: Study) -> None:
    found = study.plan(Aim(patients=1))
    assert {id_ for id_ in ids(found) if id_.startswith("plan.next")} == {
        "plan.next.0-of-1",
        "plan.next.1-of-1",
    }


def test_nothing_to_plan_from() -> None:
    assert plan([cohort("a", 1, 4)], Aim()).why_not.startswith("No two cohorts of one horizon")


def test_an_aim_as_it_is_typed() -> None:
    assert read_aim("15%", "0.9", 30) == Aim(0.15, 0.9, patients=30)
    with pytest.raises(Problems) as told:
        read_aim("20", "many", 0)
    assert [one.where for one in told.value.problems] == ["--difference", "--power", "--next"]
    assert told.value.problems[0].mend == "Write it so: --difference 20%"


# ---- What is shown ----


def results_of(pooled: Result) -> Any:
    study = open_study("naymagon-2022")
    results = study.analyse(study.read_cases())
    return replace(results, published=(pooled,))


def test_the_forest_names_every_cohort_with_survivors(study: Study, founding: Result) -> None:
    cohorts = study.cohorts_beside(study.read_cases())
    svg = forest_figure(cohorts, results_of(founding))
    root = ElementTree.fromstring(svg)
    text = " ".join("".join(one.itertext()) for one in root.iter() if one.tag.endswith("text"))
    for one in cohorts:
        assert (one.title in text) == (one.survived is not None), one.title
    assert "Pooled" in text
    assert "30/48" in text
    assert svg == forest_figure(cohorts, results_of(founding))


def test_a_title_that_is_too_long_and_holds_signs_of_a_page(founding: Result) -> None:
    cohorts = [cohort("a", 1, 4, title="<b>Quite & long</b> " * 20), cohort("b", 2, 5)]
    svg = forest_figure(cohorts, results_of(pool(cohorts)))
    ElementTree.fromstring(svg)
    assert "<b>" not in svg


def test_a_figure_without_survivors_says_so() -> None:
    cohorts = [cohort("a", None, 4)]
    assert "No cohort prints how many survived" in forest_figure(cohorts, results_of(pool(cohorts)))


def test_the_page_of_a_pool(study: Study, founding: Result) -> None:
    files = study.pool_files(founding, study.read_cases())
    assert {"pool.html", "figures/pool_forest.svg", "tables/pool_cohorts.csv"} <= set(files)
    assert "comparison of cohorts, not of patients" in files["pool.html"]
    assert "up to 2,400 mg" in files["tables/pool_cohorts.csv"]
    without = pool_files(study.protocol, study.cohorts(), study.pool(), None)
    assert without["tables/pool_cohorts.csv"] == files["tables/pool_cohorts.csv"]


def test_in_short(study: Study, founding: Result) -> None:
    lines = list(pool_lines(founding, study.cohorts_beside(study.read_cases())))
    assert "  Pooled                 30/48  63% (44% to 78%)" in lines
    assert any(line.endswith("(the present one)") for line in lines)
    nobody: Sequence[Published] = [cohort("a", None, 4)]
    assert list(pool_lines(pool(nobody), nobody)) == ["No cohort prints how many survived."]
    assert any("57 patients" in line for line in plan_lines(study.plan(Aim(), study.read_cases())))


def test_a_study_without_cohorts_says_what_to_write(tmp_path: Path, study: Study) -> None:
    (tmp_path / "protocol.toml").write_bytes((study.folder / "protocol.toml").read_bytes())
    own = open_study(tmp_path)
    assert own.cohorts() == own.cohorts_beside() == ()
    with pytest.raises(Problems, match=r"(?s)there is no cohort to pool.*docs/pooling\.md"):
        own.pool()


# ---- A pool that moves the other way ----


def test_a_pool_that_falls_where_one_more_survives_says_so() -> None:
    """R's lme4 (glmer, 25 nodes) has 77.8% for 5 of 5 and 6 of 11, and 75.9% for 5 of 5 and 7 of 11."""
    found = pool([cohort("small", 5, 5), cohort("large", 6, 11)])
    [said] = [one.sentence for one in found.cautions if one.kind == "pool-moves-back"]
    assert said.startswith(
        "Survival, until when not said: with 7 survivors of Large instead of 6 the pooled share would be "
        "75.9% and not 77.8%, the other way."
    )
    back = pool([cohort("small", 5, 5), cohort("large", 7, 11)])
    assert "with 6 survivors of Large instead of 7 the pooled share would be 77.8% and not 75.9%" in " ".join(
        one.sentence for one in back.cautions
    )


def test_a_pool_that_moves_with_its_survivors_says_nothing_of_it(founding: Result) -> None:
    assert "pool-moves-back" not in kinds(pool([cohort("a", 4, 8), cohort("b", 5, 8)]))
    assert "pool-moves-back" not in kinds(founding)
    apart = [cohort("a", 2, 7), cohort("b", 3, 7)]
    assert wrong_way([one.survived or 0 for one in apart], [one.n for one in apart]) is None
    assert wrong_way([0, 0], [4, 5]) is None
