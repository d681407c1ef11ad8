"""A sheet cross-examined: each question with a small sheet that raises it, and its twin that does not."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caseseries.cases.consistency.chance import one_in
from caseseries.cases.consistency.counts import Countable
from caseseries.cases.consistency.digits import _uneven
from caseseries.cases.consistency.percentages import gives, share_possible
from caseseries.cases.consistency.question import MOST, Question
from caseseries.cases.consistency.questions import questions
from caseseries.cases.consistency.runs import same_by_chance
from caseseries.cases.derived import with_derived
from caseseries.cases.sheet import read_sheet
from caseseries.criteria.shelf import open_definition
from caseseries.criteria.totals import totals
from caseseries.protocol.protocol import Protocol
from caseseries.study import open_study

DAYS = (1, 5, 10, 15, 20)
DAYS_IN_NO_ORDER = (4, 1, 7, 3, 8, 2, 6, 5)
PROMISE: dict[str, Any] = {
    "title": "Small",
    "version": "1",
    "question": "Who?",
    "criteria": ["hlh-2004", "hscore"],
    "moments": {
        "diagnosis": {"day_met": "hlh-2004", "sheet": "day_diagnosed"},
        "first_dose": {"first": "anakinra", "sheet": "day_started"},
        "last_contact": {"last": "contact"},
    },
    "eligibility": [
        {"name": "confirmed", "keep": "five of eight", "criteria": "hlh-2004", "if_unknown": "review"}
    ],
    "follow_up": {"counted_from": "first_dose", "until": "last_contact", "unit": "months"},
    "variable": [
        {"name": "age", "kind": "number", "unit": "years"},
        {"name": "cause", "kind": "categories", "levels": ["lupus", "infection"]},
        {"name": "criteria_met", "kind": "count", "take": {"tally": "hlh-2004", "at": "diagnosis"}},
        {
            "name": "hscore",
            "kind": "points",
            "label": "HScore",
            "take": {"points": "hscore", "at": "diagnosis"},
        },
        {"name": "prior", "kind": "regimens", "take": {"courses": "hlh-directed", "started": {}}},
        {"name": "along", "kind": "regimens", "take": {"courses": "hlh-directed", "overlapping": "anakinra"}},
        {"name": "treated", "kind": "regimens", "take": {"courses": "cause-directed"}},
        {"name": "day_diagnosed", "kind": "day"},
        {"name": "day_started", "kind": "day"},
        {"name": "alive", "kind": "yes/no", "take": {"follow_up": "alive"}},
        {"name": "months", "kind": "time", "take": {"follow_up": "time"}},
        {"name": "response_printed", "kind": "share", "take": "print"},
        {"name": "remark", "kind": "text"},
    ],
    "serial": [
        {
            "name": "course",
            "finding": "ferritin",
            "label": "Ferritin",
            "counted_from": "first_dose",
            "days": DAYS,
        }
    ],
    "derived": [
        {
            "name": "response",
            "kind": "share",
            "take": {"greatest_fall": "course", "as_share_of": "day 1"},
        }
    ],
}
PROTOCOL = Protocol.model_validate(PROMISE)
HLH = Countable("HLH-2004", 5, frozenset(range(9)))
SCORE = Countable("HScore", None, frozenset({0, 169, 202, 206, 220}))
CRITERIA = {"hlh-2004": HLH, "hscore": SCORE}
ROW = {
    "age": "40",
    "cause": "lupus",
    "criteria_met": "5",
    "hscore": "206",
    "prior": "None",
    "along": "None",
    "treated": "None",
    "day_diagnosed": "3",
    "day_started": "4",
    "alive": "Yes",
    "months": "57",
    "response_printed": "",
    "remark": "",
}
Rows = Sequence[dict[str, str]]
Asked = Callable[..., list[Question]]


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """The questions of a sheet: what differs from ROW in each patient (1, 2, ...), and their courses.

    A course lists the values by day; what is not of DAYS is another column of that table.
    """

    def ask(rows: Rows, courses: Rows = (), promise: dict[str, Any] = PROMISE) -> list[Question]:
        table = [
            {"patient": str(place), **ROW, "age": str(age(place)), **row} for place, row in enumerate(rows, 1)
        ]
        _write(tmp_path / "patients.csv", table)
        filled = list(courses) or [course()]
        heads = list(dict.fromkeys(name for one in filled for name in one))
        values = [
            {"patient": str(place), **{name: one.get(name, "") for name in heads}}
            for place, one in enumerate(filled, 1)
        ]
        _write(tmp_path / "ferritin.csv", values)
        protocol = Protocol.model_validate(promise)
        cases = with_derived(read_sheet(tmp_path / "patients.csv", protocol), protocol.derived)
        return list(questions(cases, protocol, CRITERIA))

    return ask


def age(place: int) -> int:
    """Everybody's own, and in no order."""
    return 30 + place // 61 * 61 + place * 37 % 61


def _write(path: Path, rows: Rows) -> None:
    lines = [",".join(rows[0]), *(",".join(f'"{cell}"' for cell in row.values()) for row in rows)]
    path.write_text("\n".join(lines))


def course(*values: object, **others: str) -> dict[str, str]:
    days = {f"day {day}": str(value) for day, value in zip(DAYS, values, strict=False)}
    return {**dict.fromkeys((f"day {day}" for day in DAYS), ""), **days, **others}


def drawn(patients: int, seed: int = 1) -> list[dict[str, str]]:
    """Courses of values with many digits, all different."""
    values = np.random.default_rng(seed).choice(
        np.arange(10_000, 30_000), (patients, len(DAYS)), replace=False
    )
    return [course(*row) for row in values]


# ---- Two tables, one number ----


def test_a_second_print_of_the_same_number(asked: Asked) -> None:
    [question] = asked(
        [{"months": "1.8"}, {}], [course(9, months_printed="1.3"), course(9, months_printed="57")]
    )
    assert question.kind == "tables"
    assert question.sentence == "Months of patient 1 is 1.8 in one table and 1.3 in the other."
    assert question.cells == ("patients.csv:L2", "ferritin.csv:G2")
    assert question.chance is not None
    assert question.chance.probability == 0


@pytest.mark.parametrize("first, second", [("1.7", "1.65"), ("1.7", "1.70"), ("57", "57.0"), ("2", "1.5")])
def test_rounding_is_no_disagreement(asked: Asked, first: str, second: str) -> None:
    assert asked([{"months": first}], [course(9, months_printed=second)]) == []


def test_a_comma_for_a_point_in_a_second_print(asked: Asked) -> None:
    [question] = asked([{"months": "1.6"}], [course(9, months_printed="1,6")])
    assert question.kind == "tables"
    assert question.sentence == "Months of patient 1 is 1.6 in one table and 1,6 in the other."
    assert asked([{"months": "1.6"}], [course(9, months_printed="about 2")]) == []


def test_outcomes_in_whatever_words(asked: Asked) -> None:
    assert asked([{"alive": "yes"}], [course(9, **{"Alive printed": "Y"})]) == []
    [question] = asked([{}], [course(9, **{"Alive printed": "No"})])
    assert question.sentence == "Alive of patient 1 is Yes in one table and No in the other."


def test_two_patients_with_each_others_value(asked: Asked) -> None:
    months = [{"months": "1.8"}, {"months": "3"}, {}]
    prints = [course(9, months_printed=text) for text in ("3", "1.8", "57")]
    [question] = asked(months, prints)
    assert question.kind == "exchanged"
    assert question.patients == ("1", "2")
    assert (
        question.sentence == "Months of patients 1 and 2 is 1.8 and 3 in one table, 3 and 1.8 in the other."
    )


def test_a_printed_response_that_the_row_does_not_give(asked: Asked) -> None:
    [question] = asked([{"response_printed": "80%"}], [course(1000, 300)])
    assert question.kind == "printed"
    assert question.sentence == "Response printed, of patient 1 is 80%; the row gives 70%."
    assert question.why.endswith("One other digit would give it: 1,500 on day 1 or 200 on day 5.")
    assert question.cells == ("patients.csv:M2", "ferritin.csv:B2", "ferritin.csv:C2")
    assert asked([{"response_printed": "70%"}], [course(1000, 300)]) == []


def test_a_response_that_was_cut_off(asked: Asked) -> None:
    [question] = asked([{"response_printed": "70%"}], [course(1000, 293)])
    assert (question.kind, question.chance) == ("cut-off", None)
    assert asked([{"response_printed": "71%"}], [course(1000, 293)]) == []
    assert asked([{"response_printed": "70.7%"}], [course(1000, 293)]) == []
    assert asked([{"response_printed": "None"}], [course(1000, 1200)]) == []


# ---- Criteria, scores, totals, percentages ----


def test_fewer_criteria_than_the_rule_needs(asked: Asked) -> None:
    [question] = asked([{"criteria_met": "4"}, {"criteria_met": "5"}, {"criteria_met": "4 to 6"}])
    assert question.kind == "count"
    assert question.sentence == "Criteria met of patient 1: 4, and HLH-2004 needs 5."
    assert question.cells == ("patients.csv:D2",)


def test_more_criteria_than_there_are(asked: Asked) -> None:
    [question] = asked([{"criteria_met": "9"}, {"criteria_met": "8"}])
    assert question.sentence == "Criteria met of patient 1: 9, and HLH-2004 has 8."


def test_criteria_by_which_nobody_came_in(asked: Asked) -> None:
    assert asked([{"criteria_met": "4"}], promise={**PROMISE, "eligibility": []}) == []


def test_a_score_that_no_combination_gives(asked: Asked) -> None:
    [question] = asked([{"hscore": "207"}, {"hscore": "202"}, {"hscore": "203 to 207"}])
    assert question.kind == "score"
    assert question.sentence == "HScore of patient 1 is 207, which no combination of points gives."
    assert question.why == (
        "HScore cannot be 207; the nearest that it can be: 206 and 220. "
        "Of the whole numbers from 202 to 207, 4 of 6 cannot be."
    )


def test_the_totals_of_the_hscore_are_those_of_its_table() -> None:
    # Source: Fardet L et al., Arthritis Rheumatol 2014;66:2613, as printed: every combination, one by one.
    table = (
        (0, 18),
        (0, 33, 49),
        (0, 23, 38),
        (0, 24, 34),
        (0, 35, 50),
        (0, 44, 64),
        (0, 30),
        (0, 19),
        (0, 35),
    )
    assert totals(open_definition("hscore")) == {sum(points) for points in itertools.product(*table)}
    assert totals(open_definition("hlh-2004")) == set(range(9))


def test_a_line_of_totals_that_does_not_add_up(asked: Asked) -> None:
    def of(name: str, age: str) -> list[str]:
        rows = [{"age": "20"}, {"age": "31"}, {"age": "50"}]
        return [
            one.sentence for one in asked([*rows, {**dict.fromkeys(ROW, ""), "patient": name, "age": age}])
        ]

    line = 'The row of patient "{}" may be a line of totals.'
    assert of("Total", "101") == of("Total", "31") == of("Total", "33.7") == [line.format("Total")]
    assert 'The line "Total" has 100 as Age; the 3 rows add up to 101.' in of("Total", "100")
    assert of("Median", "31") == [line.format("Median")]
    assert 'The line "Median" has 33.7 as Age; the 3 rows have the median 31.' in of("Median", "33.7")
    assert 'The line "Mean" has 31 as Age; the 3 rows have the mean 33.67.' in of("Mean", "31")


@pytest.mark.parametrize("text", ["3 of 16 (20%)", "3/16 [20%]", "20% (3/16)"])
def test_a_percentage_that_is_not_that_of_its_count(asked: Asked, text: str) -> None:
    [question] = asked([{"remark": f"seen in {text}."}, {"remark": "3 of 16 (19%)"}])
    assert question.kind == "percentage"
    assert question.sentence == f'"{text}" (patient 1): 3 of 16 is 18.8 %, not 20 %.'


def test_a_percentage_that_no_whole_number_gives(asked: Asked) -> None:
    [question] = asked([{"remark": "20% of 16 patients"}, {"remark": "19% of 16 patients, 20% of the beds"}])
    assert question.sentence == '"20% of 16 patients" (patient 1): no whole number of 16 is 20 %.'
    assert question.chance is not None
    assert question.chance.sentence.startswith("Whole numbers of 16 give 17 % of all percentages")


@pytest.mark.parametrize("whole", [1, 7, 13, 16, 40, 99, 100, 250])
def test_the_share_of_percentages_by_trying_each(whole: int) -> None:
    possible = [
        percent
        for percent in range(101)
        if any(gives(str(percent), count, whole) for count in range(whole + 1))
    ]
    # Halves may be rounded up or down: each may give two percentages, of which one counts.
    assert share_possible(str(50), whole) <= len(possible) / 101 <= 2 * share_possible(str(50), whole)
    if whole in (7, 13, 99, 100):
        assert len(possible) / 101 == pytest.approx(share_possible("50", whole))


# ---- Runs ----


def test_values_that_two_patients_share_in_a_row(asked: Asked) -> None:
    courses = drawn(9)
    assert asked([{}] * 9, courses) == []
    copied = {"day 15": courses[2]["day 5"], "day 20": courses[2]["day 10"]}
    [question] = asked([{}] * 9, [*courses[:7], {**courses[7], **copied}, courses[8]])
    assert question.kind == "run"
    assert question.patients == ("3", "8")
    assert "has the same 2 values in a row" in question.sentence
    assert question.cells == ("ferritin.csv:C4", "ferritin.csv:D4", "ferritin.csv:E9", "ferritin.csv:F9")
    assert question.chance is not None
    assert question.chance.probability < 1e-4


def test_one_value_that_two_patients_share_is_none(asked: Asked) -> None:
    courses = drawn(9)
    assert asked([{}] * 9, [*courses[:8], {**courses[8], "day 5": courses[0]["day 20"]}]) == []


def test_values_that_everybody_shares_are_none(asked: Asked) -> None:
    # Whole numbers below ten repeat, and so do their runs.
    values = np.random.default_rng(3).integers(1, 9, (12, len(DAYS)))
    found = asked([{}] * 12, [course(*row) for row in values])
    assert [one for one in found if one.kind == "run"] == []


def test_how_often_values_repeat_by_chance_as_drawn_many_times() -> None:
    rng = np.random.default_rng(11)
    repeats, said = [], []
    for _ in range(200):
        values = rng.integers(1000, 1400, 60).astype(float)
        pairs = 60 * 59 / 2
        repeats.append((len(values) - len(set(values.tolist()))) / pairs)
        said.append(float(same_by_chance(values).mean()))
    # The values within a factor of two reach to where there are none: what is said is no more than half low.
    assert 0.2 * np.mean(repeats) < np.mean(said) < 2 * np.mean(repeats)


def test_a_value_that_stays_in_one_course(asked: Asked) -> None:
    courses = drawn(9)
    [question] = asked([{}] * 9, [*courses[:4], {**courses[4], "day 15": courses[4]["day 10"]}, *courses[5:]])
    assert question.kind == "repeat"
    value = f"{int(courses[4]['day 10']):,}"
    assert question.sentence == f"Ferritin of patient 5 is {value} on days 10 and 15."
    assert question.cells == ("ferritin.csv:D6", "ferritin.csv:E6")
    assert question.chance is not None
    assert question.chance.probability < 0.01


def test_a_value_at_which_many_stay_is_none(asked: Asked) -> None:
    # What several courses stay at, such as the highest that a laboratory reports, is no slip.
    stay = [{**one, "day 10": "40000", "day 15": "40000"} for one in drawn(9)]
    found = asked([{}] * 9, stay)
    assert [one for one in found if one.kind == "repeat"] == []


# ---- Columns ----


@pytest.mark.parametrize("ages", [range(31, 40), range(80, 26, -6), (30, 30, 41, 42, 42, 43, 60, 71, 72)])
def test_a_column_in_order(asked: Asked, ages: Sequence[int]) -> None:
    found = asked([{"age": str(age)} for age in ages])
    [question] = [one for one in found if one.kind != "duplicate"]  # nothing but the age tells them apart
    assert question.kind == "in-order"
    assert question.sentence == f"Age stands in order from top to bottom, from {ages[0]} to {ages[-1]}."
    assert question.cells == tuple(f"patients.csv:B{row}" for row in range(2, 11))
    exchanged = [*ages[1:5], ages[0], *ages[5:]]
    assert [one for one in asked([{"age": str(age)} for age in exchanged]) if one.kind == "in-order"] == []


def test_few_rows_are_in_order_by_chance(asked: Asked) -> None:
    assert asked([{"age": str(age)} for age in (31, 45, 52, 60, 61)]) == []
    found = asked([{"age": age} for age in ("40", "40", "40", "40", "40", "40", "40", "41", "41")])
    assert {one.kind for one in found} == {"duplicate"}  # nothing but the age tells them apart


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ((52, 52, 52, 52), "Age is 52 in the rows of patients 4 to 7, one below the other."),
        ((52, 53, 54, 55), "Age counts from 52 to 55 in the rows of patients 4 to 7, one below the other."),
        ((52, 51, 50, 49), "Age counts from 52 to 49 in the rows of patients 4 to 7, one below the other."),
    ],
)
def test_a_number_that_goes_on_from_row_to_row(asked: Asked, run: Sequence[int], said: str) -> None:
    ages = [31, 74, 38, *run, 66, 23, 81, 45, 59]
    found = asked([{"age": str(age)} for age in ages])
    [question] = [one for one in found if one.kind != "duplicate"]  # nothing but the age tells them apart
    assert question.kind == "dragged"
    assert question.sentence == said
    assert question.patients == ("4", "5", "6", "7")
    assert question.cells == tuple(f"patients.csv:B{row}" for row in range(5, 9))
    assert question.chance is not None
    assert question.chance.probability < 1e-3
    found = asked([{"age": str(age)} for age in [*ages[:5], 35, *ages[6:]]])
    assert [one for one in found if one.kind != "duplicate"] == []


def test_a_gap_ends_what_goes_on(asked: Asked) -> None:
    ages = ["31", "74", "38", "52", "52", "", "52", "52", "66", "23", "81", "45", "59"]
    assert [one for one in asked([{"age": age} for age in ages]) if one.kind == "dragged"] == []


# ---- Formats, digits, steps, blanks ----


def test_a_comma_where_no_other_number_has_one(asked: Asked) -> None:
    courses = [course(*(1000 + 137 * place + 31 * step for step in range(5))) for place in range(9)]
    assert asked([{}] * 9, courses) == []
    with_commas = {"day 5": f"{int(courses[3]['day 5']):,}", "day 10": f"{int(courses[3]['day 10']):,}"}
    [question] = asked([{}] * 9, [*courses[:3], {**courses[3], **with_commas}, *courses[4:]])
    assert question.kind == "format"
    assert question.sentence.startswith("Ferritin: 2 of 45 numbers of 4 digits are written with a comma (1,")
    assert question.patients == ("4",)
    # Of all pairs of the 45 cells, those within one patient's row, counted one by one.
    cells = [(row, day) for row in range(9) for day in DAYS]
    pairs = list(itertools.combinations(cells, 2))
    within = sum(one[0] == other[0] for one, other in pairs) / len(pairs)
    assert question.chance is not None
    assert question.chance.probability == pytest.approx(within)


def test_the_one_number_of_another_length(asked: Asked) -> None:
    rows = [{"hscore": "206"}] * 10
    assert asked(rows) == []
    found = asked([*rows, {"criteria_met": "5", "age": "4"}])
    assert [one.sentence for one in found] == ["Age of patient 11 is 4: all 10 other numbers have 2 digits."]
    assert asked([{}] * 5 + [{"age": "4"}]) == []
    assert asked([{"age": str(9 + place * 5 % 13)} for place in range(13)]) == []


def test_last_digits_that_are_uneven(asked: Asked) -> None:
    rng = np.random.default_rng(5)
    values = rng.choice(np.arange(1_000, 9_000), (40, len(DAYS)), replace=False)
    rows: Rows = [{"age": str(20 + place)} for place in range(40)]
    assert [one for one in asked(rows, [course(*row) for row in values]) if one.kind == "digits"] == []
    sevens = values.copy()
    sevens[:12] += 7 - sevens[:12] % 10
    found = [one for one in asked(rows, [course(*row) for row in sevens]) if one.kind == "digits"]
    assert len(found) == 1
    assert "last digits" in found[0].sentence
    rounded = [
        one for one in asked(rows, [course(*row) for row in values // 10 * 10]) if one.kind == "digits"
    ]
    assert rounded == []


def test_the_chi_square_of_last_digits() -> None:
    # Ten counts whose statistic is 27.877: the upper 0.1 % point with nine degrees of freedom in the tables
    # (Pearson & Hartley, Biometrika Tables for Statisticians, table 8).
    one_high = 100 + np.sqrt(27.877 * 100 * 9 / 10)
    counts = np.array([one_high, *[(1000 - one_high) / 9] * 9])
    assert _uneven(counts) == pytest.approx(0.001, rel=1e-3)


def test_a_step_far_beyond_all_others(asked: Asked) -> None:
    def steps(*courses: dict[str, str]) -> list[Question]:
        return [one for one in asked([{}] * 9, courses) if one.kind == "step"]

    courses = drawn(9)
    assert steps(*courses) == []
    [question] = steps(*courses[:4], {**courses[4], "day 10": "291504"}, *courses[5:])
    assert question.patients == ("5",)
    assert "ferritin.csv:D6" in question.cells
    assert "to 291,504" in question.sentence or "from 291,504" in question.sentence
    assert "None of the 32 steps of the other patients" in question.why
    twice = [{**courses[4], "day 10": "291504"}, {**courses[0], "day 10": "301504"}]
    assert steps(*courses[1:4], *courses[5:], *twice) == []


def test_the_only_blank_between_two_values(asked: Asked) -> None:
    courses = drawn(15)
    [question] = asked([{}] * 15, [*courses[:6], {**courses[6], "day 15": ""}, *courses[7:]])
    assert question.kind == "blank"
    assert question.sentence == (
        "Ferritin of patient 7 has no value on day 15, though days 10 and 20 have one: "
        "the only such blank among 45 days."
    )
    both = [{**one, "day 15": ""} for one in courses[5:7]]
    assert asked([{}] * 15, [*courses[:5], *both, *courses[7:]]) == []
    assert asked([{}] * 15, [*courses[:6], {**courses[6], "day 20": ""}, *courses[7:]]) == []


# ---- Moments, roles, categories ----


def test_moments_the_other_way_round(asked: Asked) -> None:
    rows = [{"day_diagnosed": str(day), "day_started": str(day + 2)} for day in DAYS_IN_NO_ORDER]
    assert asked(rows) == []
    [question] = asked([*rows, {"day_diagnosed": "9", "day_started": "5"}])
    assert question.kind == "order"
    assert question.sentence == (
        "Patient 9 has the first dose 4 days before diagnosis: in the other 8 it is never earlier."
    )
    assert question.cells == ("patients.csv:I10", "patients.csv:J10")


def test_one_day_the_other_way_round_is_a_day(asked: Asked) -> None:
    rows = [{"day_diagnosed": str(day), "day_started": str(day + 2)} for day in DAYS_IN_NO_ORDER]
    [question] = asked([*rows, {"day_diagnosed": "9", "day_started": "8"}])
    assert "the first dose 1 day before diagnosis" in question.sentence


def test_moments_the_other_way_round_in_a_few(asked: Asked) -> None:
    rows = [{"day_diagnosed": str(day), "day_started": str(day + 2)} for day in (*DAYS_IN_NO_ORDER, 6, 2)]
    early = {"day_diagnosed": "9", "day_started": "5"}
    [question] = asked([*rows, early, {**early, "day_started": "7"}])
    assert question.kind == "order"
    assert question.patients == ("11", "12")
    assert question.sentence == (
        "Patients 11 and 12 have the first dose 4 and 2 days before diagnosis: in the other 10 it is never "
        "earlier."
    )
    assert question.cells == tuple(f"patients.csv:{cell}" for cell in ("I12", "J12", "I13", "J13"))
    assert asked([*rows, early, early, early]) == []


def test_moments_far_apart(asked: Asked) -> None:
    rows = [{"day_diagnosed": str(day), "day_started": str(day + 5)} for day in DAYS_IN_NO_ORDER]
    [question] = asked([*rows, {"day_diagnosed": "3", "day_started": "38"}])
    assert question.kind == "apart"
    assert question.sentence == (
        "In patient 9 diagnosis and the first dose are 35 days apart: in the others at most 5."
    )
    assert asked([*rows, {"day_diagnosed": "3", "day_started": "16"}]) == []


def test_one_drug_in_two_roles(asked: Asked) -> None:
    [question] = asked([{"along": "prednisone 80 mg daily", "treated": "Prednisone 80 mg daily"}, {}])
    assert question.kind == "roles"
    assert (
        question.sentence == "One drug stands in several roles (patient 1: prednisone as along, as treated)."
    )
    assert question.cells == ("patients.csv:G2", "patients.csv:H2")
    going_on = {"prior": "prednisone 80 mg daily", "along": "prednisone 40 mg daily"}
    assert asked([{**going_on, "treated": "rituximab"}, {}]) == []


def test_one_protocol_of_chemotherapy_in_two_roles(asked: Asked) -> None:
    [question] = asked(
        [{"along": "etoposide (part of CHOEP protocol)", "treated": "CHOEP chemotherapy protocol"}]
    )
    assert "patient 1: CHOEP as along, as treated" in question.sentence


def test_categories_that_a_test_counts_more_than_once(asked: Asked) -> None:
    entries = {"name": "causes", "role": "primary", "does": "entries", "of": "cause", "by": "alive"}
    tested = {**PROMISE, "analysis": [{**entries, "test": "chi-square, uncorrected"}]}
    rows = [{"cause": "lupus; infection"}, {"alive": "No", "months": "9"}]
    [question] = asked(rows, promise=tested)
    assert question.kind == "categories"
    assert question.patients == ("1",)
    assert question.sentence == (
        "Cause: 1 of 2 patients stand in several categories, so that a test counts 3 entries of 2 patients."
    )
    assert asked(rows) == []
    assert asked([{}, {}], promise=tested) == []


# ---- The whole ----


def test_the_least_probable_comes_first(asked: Asked) -> None:
    courses = drawn(9)
    copied = {"day 15": courses[2]["day 5"], "day 20": courses[2]["day 10"]}
    rows: list[dict[str, str]] = [{} for _ in range(9)]
    rows[0] = {"criteria_met": "4"}
    rows[1] = {"along": "prednisone", "treated": "prednisone"}
    found = asked(rows, [*courses[:7], {**courses[7], **copied}, courses[8]])
    assert [one.kind for one in found] == ["count", "run", "roles"]


def test_many_of_a_kind_are_one_question(asked: Asked) -> None:
    found = asked([{"criteria_met": "4"}] * (MOST + 1))
    assert [one.kind for one in found] == ["count"]
    assert found[0].sentence.endswith("There are 20 more questions of this kind.")
    assert len(found[0].patients) == len(found[0].cells) == MOST + 1
    assert len(asked([{"criteria_met": "4"}] * MOST)) == MOST


@pytest.mark.parametrize(
    "rows, courses",
    [
        ([{}], ()),
        ([{}], [course()]),
        ([dict.fromkeys(ROW, "")], [course()]),
        ([{}] * 9, [course(0, 0, 0, 0, 0)] * 9),
        ([{}] * 9, [course(">100000", "<5")] * 9),
        ([{}] * 3, [course(5, months_printed="?"), course(5, months_printed="soon"), course(5)]),
        ([{"remark": "0% (0/0), 5 of 0 (5%), 999999% of 1"}], ()),
        ([{"response_printed": "12%"}] * 9, [course("", 4)] * 9),
        ([{"day_diagnosed": "", "day_started": ""}] * 9, ()),
    ],
)
def test_odd_sheets_raise_nothing_but_questions(asked: Asked, rows: Rows, courses: Rows) -> None:
    found = asked(rows, courses)
    assert all(one.sentence and one.why and one.in_full.startswith(one.sentence) for one in found)
    assert "nan" not in " ".join(one.in_full for one in found).casefold()


def test_what_a_careful_reader_finds_in_the_founding_sheet() -> None:
    study = open_study("naymagon-2022")
    found = [(one.kind, one.patients) for one in study.questions(study.read_cases())]
    assert found == [
        ("printed", ("12",)),
        ("printed", ("13",)),
        ("run", ("13", "15")),
        ("format", ("10",)),
        ("cut-off", ("16",)),
        ("other-clock", ("1", "2", "5", "7")),
        ("step", ("8",)),
        ("blank", ("13",)),
        ("roles", ("12", "15", "3", "4")),
        ("categories", ("1", "2", "5", "6", "7", "11")),
    ]


def test_nobody_is_accused() -> None:
    study = open_study("naymagon-2022")
    said = " ".join(one.in_full for one in study.questions(study.read_cases())).casefold()
    assert [
        word for word in ("fraud", "fabricat", "invent", "false", "fake", "manipulat") if word in said
    ] == []


def test_the_founding_sheet_is_asked_in_an_instant() -> None:
    study = open_study("naymagon-2022")
    cases = study.read_cases()
    study.questions(cases)
    started = time.process_time()
    study.questions(cases)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "probability, said",
    [
        (0.17, "about 17 %"),
        (2.22e-6, "about 1 in 450,000"),
        (1e-12, "less than 1 in a billion"),
        (0.05, "about 1 in 20"),
    ],
)
def test_probabilities_in_words(probability: float, said: str) -> None:
    assert one_in(probability) == said


def test_every_kind_of_question_is_documented() -> None:
    root = Path(__file__).parents[2]
    rooms = (root / "src/caseseries/cases/consistency").glob("*.py")
    kinds = {kind for room in rooms for kind in re.findall(r'Question\(\s*"([a-z-]+)"', room.read_text())}
    kinds |= {"clock", "other-clock"}  # told apart before they are asked
    rows = [
        line for line in (root / "docs/consistency.md").read_text().splitlines() if line.startswith("| `")
    ]
    assert kinds == {kind for line in rows for kind in re.findall(r"`([a-z-]+)`", line.split("|")[1])}
