"""Whether anything differs between two groups: every variable tested, by two kinds of test, and adjusted."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from tests.spec.the_founding_study import CASES, FOUNDING, RESULTS

from caseseries.evidence.problem import Problems
from caseseries.literature.associations import Association, associations, below
from caseseries.literature.cells import Slip
from caseseries.literature.claims import Claim
from caseseries.literature.differing import associations_csv, looks_in_words, looks_of
from caseseries.literature.verdicts import Verdict, check
from caseseries.protocol.clauses.analysis import Summarise
from caseseries.stats.compare import fisher
from caseseries.stats.multiplicity import benjamini_hochberg, holm

TABLES, OUTCOMES = ("characteristics", "treatment"), ("max_response", "months")


@pytest.fixture(scope="module")
def looks() -> dict[str, Association]:
    return {one.id: one for one in associations(TABLES, OUTCOMES, RESULTS, CASES)}


def claimed(printed: str, tables: str, but: str = "") -> Verdict:
    claim = Claim("one", "whether any differs", "Results", printed, any_differs=tables, but=but)
    return check((claim,), RESULTS, CASES, {})[0][0]


def test_every_variable_is_a_look_and_each_of_several_categories_one_more(
    looks: dict[str, Association],
) -> None:
    assert len(looks) == 37
    assert [id_ for id_ in looks if id_.startswith("cause.")] == [
        "cause.hematologic-malignancy",
        "cause.bacterial-infection",
        "cause.viral-infection",
        "cause.rheumatologic-disorder",
        "cause.unknown",
    ]
    assert {"age", "sex", "hscore", "prior-therapy.any", "cause-treated.antibiotics", "toxicity"} <= set(
        looks
    )
    assert {"anakinra.daily", "anakinra.days"} <= set(looks)


@pytest.mark.parametrize(
    "look, analysis",
    [("age", "age-and-survival"), ("ferritin", "first-ferritin-and-survival")],
)
def test_a_look_is_the_promised_test_where_there_is_one(
    looks: dict[str, Association], look: str, analysis: str
) -> None:
    assert looks[look].usual == RESULTS.numbers[f"{analysis}.mann-whitney"].estimate
    assert looks[look].exact == RESULTS.numbers[f"{analysis}.mann-whitney-exact"].estimate


def test_yes_and_no_are_counted_in_the_two_groups(looks: dict[str, Association]) -> None:
    # Of Table 1: antibiotics were given to 1, 2, 7, 8, 9, 10 and 11, of whom none lived, and to no other.
    antibiotics = looks["cause-treated.antibiotics"]
    assert antibiotics.exact == fisher([[0, 5], [7, 4]])
    assert antibiotics.usual.p == pytest.approx(0.017390, abs=5e-7)
    # The rheumatologic causes: 3 of the 5 survivors, 1 of the 11 dead.
    assert looks["cause.rheumatologic-disorder"].exact.p == pytest.approx(0.063187, abs=5e-7)


def test_what_nobody_has_is_no_test(looks: dict[str, Association]) -> None:
    tocilizumab = looks["concurrent-therapy.tocilizumab"]
    assert (tocilizumab.usual.p, tocilizumab.exact.p, tocilizumab.usual_holm) == (None, None, None)
    assert tocilizumab.reason == "column 1 is empty: nothing to compare"


def test_adjusted_over_all_the_looks(looks: dict[str, Association]) -> None:
    usual, exact = [one.usual.p for one in looks.values()], [one.exact.p for one in looks.values()]
    assert tuple(one.usual_holm for one in looks.values()) == holm(usual)
    assert tuple(one.exact_bh for one in looks.values()) == benjamini_hochberg(exact)
    # 34 tests: the smallest p of the looks, of antibiotics and of bacterial infection, 34 times.
    assert sum(p is not None for p in usual) == 34
    assert looks["cause.bacterial-infection"].usual_holm == pytest.approx(34 * 0.01739014)


def test_which_lie_below_the_level(looks: dict[str, Association]) -> None:
    assert {one.id for one in below(tuple(looks.values()), 0.05)} == {
        "cause.bacterial-infection",
        "cause.rheumatologic-disorder",
        "cause-treated.antibiotics",
    }


def test_a_p_at_the_level_is_not_below_it(looks: dict[str, Association]) -> None:
    # One of 20 had it, and was the only one of the other group: 1 of 20 tables is as extreme.
    at = fisher([[1, 0], [0, 19]])
    assert at.p == pytest.approx(0.05, abs=1e-15)
    one = replace(looks["age"], usual=at, exact=at, usual_holm=at.p, usual_bh=at.p)
    assert below((one,), 1.0 - 0.95) == ()
    assert looks_in_words((one,), RESULTS).startswith(
        "Of 1 look so many have p below 0.05: 0 by the uncorrected chi-square and the asymptotic "
        "Mann-Whitney test, 0 by exact tests, 0 by the former after Holm, 0 after Benjamini-Hochberg;"
    )


@pytest.mark.parametrize(
    "printed, tables, but, said, how",
    [
        ("No", "treatment", "", "contradicts", "antibiotics, p = 0.0174"),
        ("Yes", "treatment", "", "reproduces", "antibiotics, p = 0.0174"),
        ("No", "treatment", "cause_treated", "reproduces", ""),
        ("Yes", "treatment", "cause_treated", "contradicts", ""),
        ("No", "characteristics", "cause, max_response, months", "reproduces", ""),
        ("No", "characteristics", "cause, max_response", "contradicts", "Time followed, p = "),
        ("No", "characteristics", "max_response, months", "contradicts", "bacterial infection, p = 0.0174; "),
    ],
)
def test_the_verdict_is_by_the_usual_tests(printed: str, tables: str, but: str, said: str, how: str) -> None:
    found = claimed(printed, tables, but)
    assert found.said == said
    assert how in found.how
    assert found.obtained == {"reproduces": printed, "contradicts": {"No": "Yes", "Yes": "No"}[printed]}[said]


@pytest.mark.parametrize(
    "tables, but, found",
    [
        ("characteristic", "", 'no table of characteristics is called "characteristic"'),
        ("overall-survival", "", 'no table of characteristics is called "overall-survival"'),
        ("characteristics", "monthss", 'no variable of these tables is called "monthss"'),
    ],
)
def test_a_name_that_is_not_there_is_told(tables: str, but: str, found: str) -> None:
    with pytest.raises(Problems) as slips:
        claimed("No", tables, but)
    [problem] = slips.value.problems
    assert (problem.where, problem.found) == ('claims.toml, claim "one"', found)


def test_a_table_of_all_patients_together_has_nothing_to_compare() -> None:
    analyses = [
        one.model_copy(update={"by": None}) if one.name == "treatment" else one
        for one in FOUNDING.protocol.analyses
    ]
    alone = FOUNDING.protocol.model_copy(update={"analyses": tuple(analyses)})
    from caseseries.analysis.plan import analyse

    with pytest.raises(Slip, match='"treatment" is of all patients together'):
        associations(("treatment",), (), analyse(alone, CASES), CASES)


def test_where_nothing_could_be_compared_nothing_is_claimed_of_it() -> None:
    [table] = [one for one in FOUNDING.protocol.analyses if one.name == "treatment"]
    assert isinstance(table, Summarise)
    everybody = ", ".join(table.variables)
    for printed in ("No", "Yes"):
        found = claimed(printed, "treatment", everybody)
        assert (found.said, found.obtained) == ("not derivable from what is printed", "")
        assert found.how == "no variable of these tables has anything to compare"
    assert looks_in_words((), RESULTS) == "No variable of these tables has anything to compare."
    claim = Claim("one", "x", "Results", "No", any_differs="treatment")
    untested = tuple(one for one in looks_of(claim, RESULTS, CASES) if one.usual.p is None)
    assert looks_in_words(untested, RESULTS) == "No variable of these tables has anything to compare."
    [tested] = [one for one in looks_of(claim, RESULTS, CASES) if one.id == "cause-treated.antibiotics"]
    said = looks_in_words((tested, untested[0]), RESULTS)
    assert said.startswith("Of 1 look so many have p below 0.05: 1 by the uncorrected chi-square")
    assert said.endswith(" 1 more has nothing to compare.")


def test_in_words_and_as_a_file() -> None:
    claim = Claim("one", "x", "Results", "No", any_differs="treatment", but="")
    found = looks_of(claim, RESULTS, CASES)
    assert looks_in_words(found, RESULTS) == (
        "Of 22 looks so many have p below 0.05: 1 by the uncorrected chi-square and the asymptotic "
        "Mann-Whitney test, 1 by exact tests, 0 by the former after Holm, 0 after Benjamini-Hochberg; "
        "1.1 would by chance. Treatment of the cause along with anakinra: antibiotics: p = 0.0174, "
        "exact 0.0337, after Holm 0.383, after Benjamini-Hochberg 0.345. 3 more have nothing to compare."
    )
    rows = list(csv.DictReader(io.StringIO(associations_csv({"one": found}))))
    assert len(rows) == len(found)
    antibiotics = next(row for row in rows if row["id"] == "cause-treated.antibiotics")
    assert antibiotics["claim"] == "one"
    assert (antibiotics["p"], antibiotics["exact_p"]) == ("0.0174", "0.0337")
    assert antibiotics["exact_method"].startswith("Fisher's exact test")
