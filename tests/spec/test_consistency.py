"""What cannot be true together is asked after, with the rows and the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from caseseries.cases.consistency.clocks import clock_checks
from caseseries.cases.consistency.question import Question
from caseseries.cases.consistency.questions import questions
from caseseries.cases.sheet import read_sheet
from caseseries.protocol.protocol import Protocol
from caseseries.study import open_study

PROTOCOL = Protocol.model_validate(
    {
        "title": "Small",
        "version": "1",
        "question": "Who?",
        "moments": {
            "diagnosis": {"day_met": "hlh-2004", "sheet": "day_diagnosed"},
            "first_dose": {"first": "anakinra", "sheet": "day_started"},
            "last_contact": {"last": "contact"},
        },
        "follow_up": {"counted_from": "first_dose", "until": "last_contact", "unit": "months"},
        "variable": [
            {"name": "age", "kind": "number", "unit": "years"},
            {
                "name": "cause",
                "kind": "categories",
                "levels": ["lupus", "infection"],
            },
            {
                "name": "ferritin",
                "kind": "number",
                "label": "Ferritin on day 1",
                "take": {"finding": "ferritin", "at": "first_dose"},
            },
            {"name": "day_diagnosed", "kind": "day"},
            {"name": "day_started", "kind": "day"},
            {"name": "anakinra", "kind": "regimen"},
            {"name": "alive", "kind": "yes/no", "take": {"follow_up": "alive"}},
            {"name": "months", "kind": "time", "take": {"follow_up": "time"}},
        ],
        "serial": [
            {
                "name": "ferritin_by_day",
                "finding": "ferritin",
                "label": "Ferritin",
                "counted_from": "first_dose",
                "within": "2 days",
            }
        ],
        "analysis": [
            {"name": "survival", "role": "primary", "does": "survival"},
            {
                "name": "time zero",
                "role": "sensitivity",
                "does": "survival",
                "counted_from": "diagnosis",
            },
        ],
    }
)
ANNA = "Anna,65,lupus,900,3,3,100 mg daily,8,No,0.5"
BERT = "Bert,32,infection,2400,1,9,100 mg daily,12,Yes,57"
ZOE = "Zoe,41,infection,120000,4,4,100 mg daily,3,No,1"

Asked = Callable[..., list[Question]]


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """The questions that a sheet of these rows raises."""

    def ask(*rows: str, ferritin: str = "", episode: bool = False) -> list[Question]:
        header = "patient,age,cause,ferritin,day_diagnosed,day_started,anakinra,anakinra.days,alive,months"
        header += ",episode" * episode
        (tmp_path / "patients.csv").write_text("\n".join([header, *rows]))
        (tmp_path / "ferritin.csv").write_text(f"patient,day 1,day 5,day 20\n{ferritin}")
        return list(questions(read_sheet(tmp_path / "patients.csv", PROTOCOL), PROTOCOL))

    return ask


def test_a_sheet_in_which_all_fits_raises_no_question(asked: Asked) -> None:
    assert asked(ANNA, BERT, ZOE, ferritin="Anna,900,400,\nBert,2400,,100\n") == []


# ---- Clocks ----


def test_drug_after_the_end_of_follow_up(asked: Asked) -> None:
    [question] = asked(ANNA.replace(",8,", ",21,"), BERT, ZOE)
    assert question.kind == "clock"
    assert question.sentence == (
        "Counted from the first dose, follow-up ends before something recorded "
        "(patient Anna: the last day on anakinra)."
    )
    assert question.why == (
        "The time followed, the day of what was recorded or the stated time zero is not as typed."
    )
    assert question.patients == ("Anna",)


def test_the_end_is_as_late_as_its_rounding_allows(asked: Asked) -> None:
    # 0.5 months may be 0.55: 16.7 days after the first dose. A course of 17 days ends on day 16 after it.
    assert asked(ANNA.replace(",8,", ",17,"), BERT) == []
    assert [one.patients for one in asked(ANNA.replace(",8,", ",18,"), BERT)] == [("Anna",)]


def test_a_value_after_the_end_may_stand_as_early_as_its_window_allows(asked: Asked) -> None:
    # Day 20 is 19 days after the first dose, 17 with a window of 2 days: later than 0.5 months allow.
    late = asked(ANNA, BERT, ferritin="Anna,900,,300\n")
    assert [(one.kind, one.patients) for one in late] == [("clock", ("Anna",))]
    assert "the last value of ferritin" in late[0].sentence
    assert asked(ANNA.replace("0.5", "0.6"), BERT, ferritin="Anna,900,,300\n") == []


def test_another_clock_that_fits_is_named_and_one_that_cannot_be_too(asked: Asked) -> None:
    from_first_dose = asked(ANNA.replace(",8,", ",18,").replace(",3,3,", ",4,3,"), BERT)
    assert "Counted from diagnosis, every row fits." in from_first_dose[0].why
    [question] = asked(ANNA.replace(",3,3,", ",1,12,"), BERT)
    assert question.kind == "other-clock"
    assert question.sentence == (
        "Follow-up cannot have been counted from diagnosis: it would end too early "
        "(patient Anna: the last day on anakinra)."
    )


def test_what_is_not_known_is_not_late(asked: Asked) -> None:
    assert (
        asked(ANNA.replace(",3,3,", ",,,"), BERT.replace("Yes,57", ","), ZOE.replace(",3,No", ",,No")) == []
    )


def test_the_founding_study_was_counted_from_the_first_dose() -> None:
    study = open_study("naymagon-2022")
    checks = {check.moment: check for check in clock_checks(study.read_cases(), study.protocol)}
    assert checks["diagnosis"].impossible == ("1", "2", "5", "7")
    assert checks["diagnosis"].what[1] == "the last value of ferritin"
    assert not checks["diagnosis"].is_stated
    assert checks["first_dose"].impossible == ()
    assert checks["first_dose"].is_stated


# ---- Rows ----


@pytest.mark.parametrize("name", ["Total", "TOTAL (3)", "Median", "mean (SD)", "n = 3", "All patients"])
def test_a_line_of_totals(asked: Asked, name: str) -> None:
    [question] = asked(ANNA, BERT, f"{name},48.5,,,,,,,,")
    assert question.kind == "total"
    assert question.sentence == f'The row of patient "{name}" may be a line of totals.'
    assert question.cells == ("patients.csv:B4",)


@pytest.mark.parametrize("name", ["N", "SD", "Summer", "Totalis", "A"])
def test_initials_are_no_line_of_totals(asked: Asked, name: str) -> None:
    assert asked(ANNA, BERT, f"{name},50,,,,,,,,") == []


def test_one_patient_in_two_rows(asked: Asked) -> None:
    [question] = asked(ANNA, BERT, BERT.replace("Bert", "Carl"), ZOE)
    assert question.kind == "duplicate"
    assert question.sentence == "Patients Bert and Carl agree in all 8 columns."
    assert (question.patients, question.cells) == (("Bert", "Carl"), ("patients.csv:B3", "patients.csv:B4"))


def test_rows_of_which_hardly_anything_is_known_are_no_doubles(asked: Asked) -> None:
    assert asked("Dora,,lupus,,,,,,,", "Emil,,lupus,,,,,,,") == []


def test_many_equal_rows_are_one_question(asked: Asked) -> None:
    rows = [f"p{row},{20 + row // 2 * 37 % 50},lupus,1,1,1,1 mg daily,1,Yes,1" for row in range(100)]
    [question] = asked(*rows)
    assert question.sentence == "50 groups of rows agree in all 8 columns."
    assert len(question.patients) == 100


@pytest.mark.parametrize("name", ["ANNA", "An-na", " Anna."])
def test_names_that_are_nearly_one(asked: Asked, name: str) -> None:
    [question] = asked(ANNA, ZOE.replace("Zoe", name))
    assert question.kind == "names"
    assert question.sentence == f"Patients Anna and {name.strip()} have nearly the same name."
    assert question.why == ("They count as different patients; if they are one, the episodes need numbers.")


def test_leading_zeros_and_names_that_differ(asked: Asked) -> None:
    seven, zero_seven = ANNA.replace("Anna", "7"), ZOE.replace("Zoe", "07")
    assert [one.patients for one in asked(seven, zero_seven)] == [("7", "07")]
    assert asked(seven, ZOE.replace("Zoe", "70")) == []
    assert asked(seven, ZOE.replace("Zoe", "?")) == []


def test_an_episode_without_the_one_before(asked: Asked) -> None:
    [question] = asked(f"{ANNA},1", f"{BERT},2", f"{ZOE},1", episode=True)
    assert question.kind == "episode"
    assert question.sentence == "Patient Bert has an episode 2 and no episode 1."
    assert question.patients == ("Bert/2",)


# ---- Tables ----


def test_two_tables_with_one_measurement(asked: Asked) -> None:
    [question] = asked(ANNA, BERT, ZOE, ferritin="Anna,900,400,\nZoe,102000.5,,\n")
    assert question.kind == "tables"
    assert question.sentence == (
        "Ferritin on day 1 of patient Zoe is 120,000 in one table and 102,000.5 in the other."
    )
    assert question.cells == ("patients.csv:D4", "ferritin.csv:B3")


def test_a_first_day_that_only_the_other_table_has(asked: Asked) -> None:
    months = [place * 7 % 23 + 2 for place in range(10)]
    rows = [
        f"p{place},{one + 40},lupus,{1871 + 391 * one},3,3,1 mg daily,1,Yes,{one}"
        for place, one in enumerate(months)
    ]
    courses = [f"p{place},{1871 + 391 * months[place]},{700 + 31 * months[place]}," for place in range(10)]
    assert asked(*rows, ferritin="\n".join(courses)) == []
    later = [*courses[:4], f"p4,,{1871 + 391 * months[4]},{700 + 31 * months[4]}", *courses[5:]]
    [question] = asked(*rows, ferritin="\n".join(later))
    assert question.kind == "first-day"
    assert question.sentence == (
        "Ferritin on day 1 of patient p4 is 4,608 in one table; in the other the course begins on day 5, "
        "with 4,608."
    )
    assert question.cells == ("patients.csv:D6", "ferritin.csv:C6")
    # Where several courses begin later, that is how the table was filled in.
    several = [
        *later[:7],
        *(f"p{place},,{800 + 31 * months[place]},{690 + 31 * months[place]}" for place in (7, 8, 9)),
    ]
    assert asked(*rows, ferritin="\n".join(several)) == []


def test_measurements_at_other_moments_may_differ(tmp_path: Path, asked: Asked) -> None:
    assert len(asked(ANNA, ferritin="Anna,901,,\n")) == 1
    cases = read_sheet(tmp_path / "patients.csv", PROTOCOL)
    content = PROTOCOL.model_dump(by_alias=True, exclude_none=True)
    content["variable"][2]["take"]["at"] = "diagnosis"
    assert questions(cases, Protocol.model_validate(content)) == ()


def test_questions_need_nothing_that_the_cases_do_not_hold(tmp_path: Path, asked: Asked) -> None:
    asked(ANNA, BERT)
    cases = read_sheet(tmp_path / "patients.csv", PROTOCOL)
    bare = replace(
        cases,
        table=cases.table.select("patient", "episode", "age"),
        dictionary=tuple(one for one in cases.dictionary if one.name == "age"),
    )
    assert questions(bare, PROTOCOL) == ()


# ---- What ended the follow-up ----

DIED_OF = {"name": "died_of", "kind": "category", "levels": ["bleeding", "infection"]}
COMPETING = Protocol.model_validate(
    {
        "title": "Small",
        "version": "1",
        "question": "Who?",
        "moments": {"first_dose": {"first": "anakinra"}, "last_contact": {"last": "contact"}},
        "follow_up": {"counted_from": "first_dose", "until": "last_contact"},
        "variable": [
            {"name": "age", "kind": "number"},
            {"name": "outcome", "kind": "yes/no", "take": {"follow_up": "alive"}},
            {"name": "months", "kind": "time", "take": {"follow_up": "time"}},
            DIED_OF,
        ],
        "analysis": [
            {"name": "deaths", "role": "secondary", "does": "incidence", "of": "died_of"},
            {
                "name": "hazards",
                "role": "secondary",
                "does": "regress",
                "outcome": "outcome",
                "on": ["age"],
                "kind": "died_of",
                "of": "infection",
            },
        ],
    }
)


def endings(tmp_path: Path, *rows: str) -> list[Question]:
    sheet = tmp_path / "patients.csv"
    sheet.write_text("\n".join(("patient,age,outcome,months,died_of", *rows)) + "\n", "utf-8")
    asked = questions(read_sheet(sheet, COMPETING), COMPETING)
    return [one for one in asked if one.kind == "ending"]


def test_what_ended_the_follow_up_of_who_is_alive_is_asked_after(tmp_path: Path) -> None:
    [asked] = endings(tmp_path, "Anna,60,No,1,bleeding", "Bert,50,Yes,9,infection", "Zoe,44,Yes,8,")
    assert asked.sentence == "Died of is filled in for patient Bert, who is read as alive."
    assert asked.why == "Who is alive has none: one of the two is a slip."
    assert (asked.patients, asked.cells) == (("Bert",), ("patients.csv:E3",))
    assert asked.chance is not None
    assert asked.chance.probability == 0


def test_where_all_who_died_have_none_yes_and_no_may_have_been_exchanged(tmp_path: Path) -> None:
    [asked] = endings(tmp_path, "Anna,60,Yes,1,bleeding", "Bert,50,No,9,", "Zoe,44,Yes,8,infection")
    assert asked.patients == ("Anna", "Zoe")
    assert asked.sentence == "Died of is filled in for patients Anna and Zoe, who are read as alive."
    assert (
        asked.why
        == 'Nobody who is read as dead has one: a yes of "Outcome" may mean death, and is read as alive.'
    )


def test_blank_in_the_living_nothing_is_asked(tmp_path: Path) -> None:
    assert not endings(tmp_path, "Anna,60,No,1,bleeding", "Bert,50,Yes,9,", "Zoe,44,No,8,")
