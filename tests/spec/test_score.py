"""One patient's findings as they are spoken: what decided, what is set aside, and every slip."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest

import caseseries as cs
from caseseries.criteria.in_words import shown
from caseseries.criteria.spoken import read_findings, read_table
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.finding import Finding
from caseseries.evidence.problem import Problems
from caseseries.evidence.truth import Truth


def test_one_call_scores_one_patient() -> None:
    whole = cs.criteria("hlh-2004").assess(
        ["platelets 45 K/uL", "no splenomegaly"],
        ferritin="12,000 ng/mL",
        temperature="39.2 Cel",
        soluble_cd25="3000 U/mL",
        hemophagocytosis=True,
        hemoglobin=["9.5 g/dL", "8.1 g/dL"],
    )
    assert whole.summary == "5 to 7 of 8; 5 are needed: met"
    assert whole["splenomegaly"].truth is Truth.NOT_MET
    assert [shown(finding) for finding in whole["cytopenias"].because] == [
        "hemoglobin 8.1 g/dL",
        "platelets 45 K/uL",
    ]
    with pytest.raises(KeyError, match="There are: fever, splenomegaly"):
        whole["spleen"]


def test_the_room_does_not_hide_the_verb() -> None:
    room = import_module("caseseries.criteria")
    assert sys.modules["caseseries.criteria"] is room
    assert cs.criteria("hscore").definition.name == "hscore"


def test_the_finding_that_decided_is_the_first_of_the_best() -> None:
    def ferritin(value: float, day: date | datetime | None, row: int) -> Finding:
        return Finding("1", "ferritin", day, value=value, unit="ng/mL", origin=f"measurement:{row}")

    later, first = ferritin(9000, date(2020, 1, 3), 7), ferritin(600, datetime(2020, 1, 2, 8, tzinfo=UTC), 10)
    same, below = ferritin(700, datetime(2020, 1, 2, 8, tzinfo=UTC), 9), ferritin(20, date(2020, 1, 1), 1)
    whole = cs.criteria("hlh-2004").assess([ferritin(800, None, 1), later, first, same, below])
    assert whole["ferritin"].because == (same,)
    assert whole.patient == "1"


def test_a_criterion_is_met_since_a_sample_and_known_since_a_result() -> None:
    """Of two of three lineages it is the second; what meets nothing has neither day."""

    def count(name: str, value: float, unit: str, taken: int, back: int) -> Finding:
        return Finding("1", name, date(2020, 1, taken), date(2020, 1, back), value, unit)

    whole = cs.criteria("hlh-2004").assess(
        [
            count("platelets", 45, "K/uL", 2, 9),
            count("platelets", 40, "K/uL", 4, 4),
            count("hemoglobin", 8, "g/dL", 3, 3),
            count("neutrophils", 3, "K/uL", 1, 1),
            count("ferritin", 100, "ng/mL", 1, 1),
            Finding("1", "splenomegaly", text="present"),
        ]
    )
    assert (whole["cytopenias"].since, whole["cytopenias"].known) == (date(2020, 1, 3), date(2020, 1, 4))
    assert (whole["ferritin"].since, whole["ferritin"].known) == (None, None)
    assert (whole["splenomegaly"].truth, whole["splenomegaly"].since) == (Truth.MET, None)


def test_it_is_known_by_the_sample_where_no_result_came_later() -> None:
    """As the records say it: a result before its sample is none."""

    def known(taken: int | None, back: int | None) -> date | None:
        sample, result = (date(2020, 1, day) if day else None for day in (taken, back))
        ferritin = Finding("1", "ferritin", sample, result, value=900, unit="ng/mL")
        return cs.criteria("hlh-2004").assess([ferritin])["ferritin"].known

    fifth = date(2020, 1, 5)
    assert [known(5, None), known(5, 2), known(2, 5), known(None, 5), known(None, None)] == [fifth] * 4 + [
        None
    ]


def test_a_flag_marks_no_answer_and_marks_once() -> None:
    """What a person answered stands in the place of the record; nor does what somebody denies mark."""

    def flags(given: Truth | None, platelets: Truth | None, text: str = "") -> tuple[str, ...]:
        transfusion = Finding("1", "transfusion", date(2020, 1, 5), text=text, answer=given)
        count = Finding("1", "platelets", date(2020, 1, 5), value=45, unit="K/uL", answer=platelets)
        [one] = cs.criteria("hlh-2004").assess([count, transfusion])["cytopenias"].because
        [again] = cs.criteria("hlh-2004").assess([one, transfusion])["cytopenias"].because
        assert again == one
        return one.flags

    assert flags(None, None) == flags(Truth.MET, None, "no") == ("transfused",)
    assert flags(None, Truth.MET) == flags(Truth.UNKNOWN, None) == flags(Truth.NOT_MET, None) == ()


def test_days_are_said_behind_a_finding_or_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    """As ISO has them; a day that is none is told."""
    said = read_findings(
        ["platelets 45 K/uL on 2020-01-03, known 2020-01-04", "no splenomegaly on 2020-01-02"]
    )
    assert [(one.name, one.sample_time, one.result_time) for one in said] == [
        ("platelets", date(2020, 1, 3), date(2020, 1, 4)),
        ("splenomegaly", date(2020, 1, 2), None),
    ]
    path = tmp_path / "patient.csv"
    path.write_text(
        "finding,value,unit,day,known\nplatelets,45,K/uL,2020-01-03,2020-01-04\nferritin,9,ng/mL,,\n"
    )
    table = read_table(path)
    assert [(one.sample_time, one.result_time) for one in table] == [
        (date(2020, 1, 3), date(2020, 1, 4)),
        (None, None),
    ]
    told = str(cs.criteria("hlh-2004").assess(["ferritin 900 ng/mL on 2020-01-03, known 2020-01-05"]))
    assert "ferritin 900 ng/mL; since 2020-01-03, known 2020-01-05" in told
    with pytest.raises(Problems, match='"2020-02-31" is no day\nWrite it as in: on 2020-01-31'):
        read_findings(["platelets 45 K/uL on 2020-02-31"])


def test_what_a_flag_marks_says_so_and_the_whole_is_counted_without_it() -> None:
    """On the day of a transfusion and for two days behind it; a day that nobody knows could be any."""

    def marked(day: int | None, text: str = "given") -> tuple[tuple[str, ...], object]:
        given = date(2020, 1, day) if day else None
        findings = [
            Finding("1", "platelets", date(2020, 1, 5), value=45, unit="K/uL"),
            Finding("1", "hemoglobin", datetime(2020, 1, 5, 8, tzinfo=UTC), value=8, unit="g/dL"),
            Finding("1", "neutrophils", date(2020, 1, 5), value=0.2, unit="K/uL"),
            Finding("1", "transfusion", given, text=text),
        ]
        whole = cs.criteria("hlh-2004").assess(findings)
        assert str(whole.bounds) == "1 to 8"
        assert whole.not_asked == ()
        return tuple(one.name for one in whole["cytopenias"].flagged), whole.unflagged

    both = (("hemoglobin", "platelets"), Bounds(0, 8))
    assert [marked(day) for day in (2, 3, 5, 6, None)] == [((), None), both, both, ((), None), both]
    assert [marked(5, text) for text in ("absent", "unknown", "")] == [((), None), ((), None), both]
    told = str(cs.criteria("hlh-2004").assess(["platelets 45 K/uL", "hemoglobin 8 g/dL"], transfusion=True))
    assert "hemoglobin 8 g/dL (transfused), platelets 45 K/uL (transfused)" in told
    assert "Without what is flagged: 0 to 8 of 8; 5 are needed: unknown." in told


def test_what_says_nothing_is_set_aside_and_told() -> None:
    whole = cs.criteria("hlh-2004").assess(
        [
            Finding("1", "ferritin", value=900, unit="foo"),
            Finding("1", "ferritin", value=float("nan"), unit="ng/mL"),
            Finding("1", "ferritin", value=900),
            Finding("1", "hemoglobin", value=710, unit="g/dL"),
            Finding("1", "platelets", value=20, unit="g/L"),
            Finding("1", "soluble cd25", value=9000, unit="pg/mL"),
            Finding("1", "splenomegaly"),
        ]
    )
    assert whole.summary.startswith("0 to 8 of 8")
    assert {str(one) for one in whole.set_aside} == {
        'ferritin 900 foo: "foo" is no unit that is known',
        "ferritin nan ng/mL: it has no number",
        "ferritin 900: it has no unit",
        "hemoglobin 710 g/dL: it is implausible: not within 1 to 26 g/dL",
        "platelets 20 g/L: g/L cannot be compared with 100 10*9/L",
        "soluble cd25 9,000 pg/mL: Assays in pg/mL and in U/mL have no common factor: "
        "ask the laboratory for U/mL.",
        "splenomegaly: it says nothing in words",
    }


def test_a_finding_that_is_set_aside_leaves_what_others_decide() -> None:
    whole = cs.criteria("hlh-2004").assess(soluble_cd25=["9,000 pg/mL", "800 U/mL"])
    assert whole["soluble cd25"].truth is Truth.NOT_MET
    assert len(whole.set_aside) == 1


def test_what_cannot_decide_is_unknown_and_says_so() -> None:
    verdict = cs.criteria("hlh-2004").assess(ferritin="<600 ng/mL")["ferritin"]
    assert verdict.truth is Truth.UNKNOWN
    assert verdict.why == "ferritin <600 ng/mL cannot decide at least 500 ng/mL or 500 ug/L"
    assert verdict.because == ()


def test_a_guessed_unit_and_a_recalled_factor_are_cautions() -> None:
    whole = cs.criteria("hscore").assess(temperature="101.3", hemoglobin="5 mmol/L")
    assert whole.cautions[:2] == (
        "body temperature 101.3 has no unit: its value can only be in degF.",
        "hemoglobin 5 mmol/L is compared with 9.2 g/dL by a factor that is only recalled.",
    )


@pytest.mark.parametrize("said", [True, False])
def test_yes_and_no_say_nothing_of_nk_activity(said: bool) -> None:
    whole = cs.criteria("hlh-2004").assess(nk_activity=said, splenomegaly=said)
    assert whole["nk activity"].truth is Truth.UNKNOWN
    assert whole["splenomegaly"].truth is (Truth.MET if said else Truth.NOT_MET)


def test_two_patients_are_not_one() -> None:
    with pytest.raises(Problems, match="one patient at a time"):
        cs.criteria("hscore").assess([Finding("1", "ferritin"), Finding("2", "ferritin")])


@pytest.mark.parametrize(
    "spoken, finding",
    [
        ("ferritin 12,000 ng/mL", "ferritin 12,000 ng/mL"),
        ("Ferritin: >33,511 ng/mL", "ferritin >33,511 ng/mL"),
        ("ferritin=>33,511 ng/mL", "ferritin >33,511 ng/mL"),
        ("ferritin>33,511 ng/mL", "ferritin >33,511 ng/mL"),
        ("ferritin >= 500ng/mL", "ferritin >=500 ng/mL"),
        ("ferritin>=500 ng/mL", "ferritin >=500 ng/mL"),
        ("plt 45 10*9/L", "platelets 45 10*9/L"),
        ("platelet count = 45 K/uL", "platelets 45 K/uL"),
        ("temp 39.2", "body temperature 39.2"),
        ("temperature 39.2°C", "body temperature 39.2 °C"),
        ("sIL-2R 3000 U/mL", "soluble cd25 3,000 U/mL"),
        ("splenomegaly", "splenomegaly present"),
        ("no splenomegaly", "splenomegaly absent"),
        ("nk activity=low", "nk activity low"),
        ("nk_activity=low", "nk activity low"),
    ],
)
def test_findings_are_read_as_they_are_spoken(spoken: str, finding: str) -> None:
    [one] = read_findings([spoken])
    assert shown(one) == finding


@pytest.mark.parametrize(
    "spoken, found, mend",
    [
        ("feritin 3 ng/mL", '"feritin" is no finding that is known', 'Did you mean "ferritin"?'),
        ("plt 45", "platelets has no unit", "The units are: 10*9/L, 10*3/uL"),
        ("tg 12,5 mg/dL", '"12,5" has a comma that cannot be a thousands comma', "Write 12.5"),
        ("ast 4 foo", '"foo" is no unit that is known', "There are: U/L"),
        ("ferritin", "ferritin has no number", "Write it as in: ferritin 120 ng/mL"),
        ("ferritin high", '"high" is not a number with a unit', "Write it as in: ferritin 120 ng/mL"),
        ("", "nothing is said", 'Write it as in: "ferritin 12,000 ng/mL"'),
    ],
)
def test_every_slip_is_told_with_its_mend(spoken: str, found: str, mend: str) -> None:
    with pytest.raises(Problems) as told:
        cs.criteria("hlh-2004").assess([spoken, "ferritin 5 ng/mL"])
    [problem] = told.value.problems
    assert problem.where == f'"{spoken}"'
    assert problem.found == found
    assert problem.mend.startswith(mend)


def test_criteria_that_are_not_in_the_library() -> None:
    with pytest.raises(Problems, match='Did you mean "hlh-2004"'):
        cs.criteria("hlh2004")
