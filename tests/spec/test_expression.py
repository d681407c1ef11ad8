"""The language of the claims: what each expression gives, whom it rests on, and what is refused."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import polars as pl
import pytest

from caseseries.cases.series import CaseSeries
from caseseries.evidence.problem import Problems
from caseseries.literature.expression import LONGEST, obtain
from caseseries.study import open_study

CASES = open_study("naymagon-2022").read_cases()
COHORTS = {"kumar-2017": {"n": 13, "survived": 9}, "silent-2020": {"n": 4}}
EVERYONE = " ".join(CASES.patients)


@pytest.mark.parametrize(
    "expression, value, patients",
    [
        # Counts and shares of patients; those for whom it is so.
        ('count(sex == "F")', 7, "1 4 8 10 13 14 15"),
        ('count(sex != "F")', 9, "2 3 5 6 7 9 11 12 16"),
        ('share(sex == "F")', Fraction(7, 16), "1 4 8 10 13 14 15"),
        ("count(alive)", 5, "4 12 13 15 16"),
        ("count(not alive and rheumatologic)", 1, "14"),
        ('count(has(cause, "viral infection") and has(cause, "bacterial infection"))', 3, "2 7 11"),
        ("count(age > 65 or age < 20)", 3, "2 6 14"),
        ("count(age >= 65)", 3, "1 2 6"),
        ("count(age <= 19)", 1, "14"),
        ("count(months == 0.2)", 2, "5 6"),
        ("count(toxicity)", 1, "15"),
        ("count(age > 30 + 2 * 20)", 1, "6"),
        # Over a column.
        ("median(age)", Fraction(81, 2), EVERYONE),
        ("least(age)", 19, "14"),
        ("greatest(anakinra.daily)", 600, "6 10 11 12 13 16"),
        # One cell, one day.
        ('cell("15", toxicity.grade)', 3, "15"),
        ('cell("15", alive)', True, "15"),
        ('cell("1", alive)', False, "1"),
        ('day("13", ferritin_by_day, 25)', 10475, "13"),
        # Published cohorts rest on no patient of these cases.
        ('cohort("kumar-2017", "n")', 13, ""),
        ('cohort("kumar-2017", "survived")', 9, ""),
        ('cohort("kumar-2017", "share")', Fraction(9, 13), ""),
        # Sums are exact.
        ("0.1 + 0.2", Fraction(3, 10), ""),
        ("1 - -2 * 3 / 4", Fraction(5, 2), ""),
        ('cell("1", age) - cell("2", age)', -5, "1 2"),
    ],
)
def test_what_an_expression_gives(expression: str, value: Fraction | bool, patients: str) -> None:
    found = obtain(expression, CASES, COHORTS, "here")
    assert (found.value, found.reason) == (value, "")
    assert isinstance(found.value, bool) == isinstance(value, bool)
    assert found.patients == tuple(patients.split())


def test_some_of_is_a_whole_alone() -> None:
    found = obtain("some_of(13)", CASES, COHORTS, "here")
    assert (found.value, found.whole) == (None, 13)


def with_gaps(**columns: list[object]) -> CaseSeries:
    """The cases of the first three patients, with these cells in place of their own."""
    cases = CASES.only(pl.Series([True] * 3 + [False] * 13))
    series = [pl.Series(name, values, cases.table.schema.get(name)) for name, values in columns.items()]
    return replace(cases, table=cases.table.with_columns(*series))


@pytest.mark.parametrize(
    "expression, value",
    [
        ("count(alive)", 1),
        ("share(alive)", Fraction(1, 2)),
        ("count(not alive)", 1),
        ("share(alive or age > 20)", 1),  # of 2 and 3 one half says no, and the other nothing
        ("count(not alive and age > 40)", 0),
        ("median(age)", 30),
        ("least(age)", 15),
    ],
)
def test_an_empty_cell_is_neither_yes_nor_no(expression: str, value: Fraction) -> None:
    cases = with_gaps(alive=[True, None, False], age=[45.0, 15.0, None])
    assert obtain(expression, cases, {}, "here").value == value


@pytest.mark.parametrize(
    "expression, reason",
    [
        ('day("13", ferritin_by_day, 30)', 'patient 13 has no value of "ferritin_by_day" on day 30'),
        ('cell("2", toxicity.grade)', 'patient 2 has no value of "toxicity.grade"'),
        ("1 / (2 - 2)", "it divides by zero"),
        ('cohort("silent-2020", "survived")', 'how many of the cohort "silent-2020" survived is not printed'),
        ('cohort("silent-2020", "share")', 'how many of the cohort "silent-2020" survived is not printed'),
    ],
)
def test_what_has_no_value_says_why(expression: str, reason: str) -> None:
    found = obtain(expression, CASES, COHORTS, "here")
    assert (found.value, found.reason) == (None, reason)


def test_what_no_patient_has_and_what_is_a_bound_or_a_range_has_no_value() -> None:
    empty = with_gaps(age=[None] * 3, alive=[None] * 3)
    assert obtain("median(age)", empty, {}, "here").reason == 'no patient has a value of "age"'
    assert obtain("share(alive)", empty, {}, "here").reason == "it is known of no patient"
    assert obtain('cell("1", alive)', empty, {}, "here").reason == 'patient 1 has no value of "alive"'
    bound = replace(
        CASES, table=CASES.table.with_columns(pl.Series("ferritin.operator", [">"] + [None] * 15))
    )
    assert obtain("median(ferritin)", bound, {}, "here").reason == (
        'some values of "ferritin" are bounds, such as >500'
    )
    ranges = replace(CASES, table=CASES.table.with_columns(pl.Series("criteria_met.high", [8] * 16)))
    assert obtain("least(criteria_met)", ranges, {}, "here").reason == (
        'some values of "criteria_met" are ranges'
    )


@pytest.mark.parametrize(
    "expression, found, mend",
    [
        # Names that are not there.
        ('count(sexx == "F")', 'no column is called "sexx"', 'Did you mean "sex"?'),
        ('count(sex == "X")', '"sex" has no level "X"', "There are: F, M."),
        ('count(has(cause, "viral"))', '"cause" has no level "viral"', "There are: hematologic malignancy"),
        ('cell("99", age)', 'no patient is called "99"', 'Did you mean "9"?'),
        ('day("1", ferritin, 5)', 'no serial is called "ferritin"', "There are: ferritin_by_day."),
        ('cohort("kumar", "n")', 'no cohort has the id "kumar"', 'Did you mean "kumar-2017"?'),
        ('cohort("kumar-2017", "deaths")', 'of a cohort one cannot ask "deaths"', "There are: n, survived"),
        ("mean(age)", '"mean" is not of the language', "There are: count, share"),
        # Columns asked for what they do not hold.
        ("median(sex)", '"sex" holds a word', 'Ask for sex == "..." as a condition.'),
        ("median(alive)", '"alive" holds yes or no', "Ask for alive as a condition."),
        ("median(cause)", '"cause" holds several words', 'Ask for has(cause, "...") as a condition.'),
        ("count(age)", '"age" holds numbers', "Ask for median(age), or age > 3 as a condition."),
        ('count(sex > "F")', '"sex" holds words, which have no order', 'Write sex == "F"'),
        (
            'count(cause == "unknown")',
            '"cause" holds several words, which equal none',
            'Write has(cause, "unknown").',
        ),
        # Written otherwise.
        ('count(sex = "F")', "a single = compares nothing", 'Write two of them: sex == "F".'),
        ("count(sex == F)", '"F" stands without quotes', 'Write it in quotes: "F".'),
        ("count()", "count is written otherwise", "Write count(CONDITION)."),
        ("count(alive, alive)", "count is written otherwise", "Write count(CONDITION)."),
        ("some_of(13) + 1", "some_of is written otherwise", "Write some_of(13), standing alone."),
        ("some_of(0)", "0 is not a number of patients", "some_of(13)"),
        ("some_of(True)", "True is not a number of patients", "some_of(13)"),
        ("cell(1, age)", '"1" stands without quotes', "Write it in quotes"),
        ('median("age")', "\"'age'\" is no column", "Columns stand without quotes"),
        ("median(a.b.c)", '"a.b.c" is no column', "Columns stand without quotes"),
        ("not alive", '"not alive" is no number', "An expression is a number"),
        ("age", '"age" is no number', "An expression is a number"),
        ("count(3)", '"3" is no condition', "Conditions are: "),
        ("count(1 < age < 3)", '"1 < age < 3" is no condition', "Conditions are: "),
        ("(((", "it cannot be read", "An expression is a number"),
        ("", "it cannot be read", "An expression is a number"),
        ("age\0", "it cannot be read", "An expression is a number"),
    ],
)
def test_a_slip_is_told_in_plain_words(expression: str, found: str, mend: str) -> None:
    with pytest.raises(Problems) as slips:
        obtain(expression, CASES, COHORTS, "here")
    [problem] = slips.value.problems
    assert problem.where == "here"
    assert problem.found == f"in {expression}: {found}"
    assert mend in problem.mend


@pytest.mark.parametrize(
    "attack",
    [
        '__import__("os").system("touch x")',
        "().__class__.__bases__[0].__subclasses__()",
        "alive.__class__.__mro__",
        "count(alive.__class__)",
        "count(cases.table.write_csv)",
        "count.__globals__",
        "9**9**9**9",
        "9 << 10000000",
        "2 % 1",
        "1e999",
        "1e999 - 1e999",
        "9" * 200 + "j",
        "lambda: 1",
        "[1 for x in (1, 2)]",
        "(x := 1)",
        'f"{1}"',
        "count(*alive)",
        "count(condition=alive)",
        "count(alive)(1)",
        "1 if alive else 2",
        "await x",
        "print(1)",
        'open("x")',
        "True",
        "None",
        "...",
        "age[0]",
        "1; 2",
        "x = 1",
        "import os",
        "(" * 149 + "1" + ")" * 150,
        "-" * LONGEST + "1",
        "1 + " * 5000 + "1",
        "9" * 5000,
    ],
)
def test_what_is_no_expression_is_refused_and_not_run(attack: str) -> None:
    with pytest.raises(Problems) as slips:
        obtain(attack, CASES, COHORTS, "here")
    [problem] = slips.value.problems
    assert problem.mend
    assert len(problem.found) < LONGEST + 400


def test_a_number_greater_than_any_of_a_paper_is_refused() -> None:
    with pytest.raises(Problems) as raised:
        obtain("1e300 * 1e300 * 1e300", CASES, COHORTS, "here")
    [told] = raised.value.problems
    assert told.where == "here"
    assert "it comes to more than any number of a paper" in told.found


def test_where_no_cohort_is_told_of_the_mend_is_to_write_it() -> None:
    with pytest.raises(Problems, match=r"no cohort is told of\nWrite its entry into cohorts\.toml"):
        obtain('cohort("kumar-2017", "n")', CASES, {}, "claims.toml")


def test_an_expression_over_many_patients_looks_at_each_once() -> None:
    many = pl.concat([CASES.table.with_columns(pl.lit(n, pl.Int64).alias("episode")) for n in range(1, 501)])
    started = time.process_time()
    found = obtain("median(age)", replace(CASES, table=many), {}, "here")
    assert time.process_time() - started < 1.5  # each of the 8,000 against all of them took many seconds
    assert (len(found.patients), found.value) == (8_000, obtain("median(age)", CASES, {}, "here").value)
