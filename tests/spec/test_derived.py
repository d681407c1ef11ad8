"""Derived variables are computed from what was typed, the same way for every patient."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseseries.cases.derived import with_derived
from caseseries.cases.series import CaseSeries
from caseseries.cases.shape import check
from caseseries.cases.sheet import read_sheet
from caseseries.protocol.protocol import Protocol

PROTOCOL = Protocol.model_validate(
    {
        "title": "Small",
        "version": "1",
        "question": "Who?",
        "moments": {"first_dose": {"first": "anakinra"}},
        "variable": [
            {"name": "cause", "kind": "categories", "levels": ["lupus", "infection"], "take": "print"},
        ],
        "serial": [{"name": "ferritin_by_day", "finding": "ferritin", "counted_from": "first_dose"}],
        "derived": [
            {
                "name": "response",
                "kind": "share",
                "take": {"greatest_fall": "ferritin_by_day", "as_share_of": "day 1"},
            },
            {
                "name": "rheumatologic",
                "kind": "yes/no",
                "yes": "Rheumatologic",
                "no": "Other",
                "take": {"has": "lupus", "in": "cause"},
            },
            {
                "name": "first_cause",
                "kind": "category",
                "take": {"first_of": ["lupus", "infection"], "in": "cause"},
            },
        ],
    }
)


def derived(folder: Path, patients: str, ferritin: str) -> CaseSeries:
    (folder / "patients.csv").write_text(patients)
    (folder / "ferritin.csv").write_text(ferritin)
    return with_derived(read_sheet(folder / "patients.csv", PROTOCOL), PROTOCOL.derived)


@pytest.mark.parametrize(
    "course, response, operator",
    [
        ("1000,400,600", 0.6, None),
        ("1000,1200,3000", 0.0, None),  # it never fell
        ("1000,,", None, None),  # nobody looked again
        (",400,100", None, None),  # nothing to take a share of
        (">1000,400,600", 0.6, ">="),
        ("1000,400,<100", 0.9, ">="),
        ("1000,<500,400", 0.6, ">="),
        ("<1000,400,600", 0.6, "<="),
        ("1000,>400,600", 0.6, "<="),
        (">1000,>400,600", 0.6, "~"),
        ("1000,400,>600", 0.6, None),  # the bound is not the lowest
    ],
)
def test_the_greatest_fall(tmp_path: Path, course: str, response: float | None, operator: str | None) -> None:
    cases = derived(tmp_path, "patient,cause\n1,lupus\n", f"patient,day 1,day 5,day 10\n1,{course}\n")
    assert cases.table["response"].to_list() == [pytest.approx(response) if response else response]
    beside = cases.table["response.operator"][0] if "response.operator" in cases.table.columns else None
    assert beside == operator


def test_having_a_level(tmp_path: Path) -> None:
    rows = "patient,cause\n1,lupus\n2,infection; lupus\n3,infection\n4,None\n5,\n"
    cases = derived(tmp_path, rows, "patient,day 1\n")
    assert cases.table["rheumatologic"].to_list() == [True, True, False, False, None]
    column = cases.column("rheumatologic")
    assert (column.title, column.yes, column.no) == ("Rheumatologic", "Rheumatologic", "Other")
    assert cases.origin(0, "rheumatologic") == ""


def test_the_first_of_an_order(tmp_path: Path) -> None:
    rows = "patient,cause\n1,infection\n2,infection; lupus\n3,lupus\n4,None\n5,\n"
    cases = derived(tmp_path, rows, "patient,day 1\n")
    assert cases.table["first_cause"].to_list() == ["infection", "lupus", "lupus", None, None]
    column = cases.column("first_cause")
    assert (column.kind, column.levels, column.title) == ("category", ("lupus", "infection"), "First cause")
    check(cases, PROTOCOL)


def test_each_is_derived_once_and_only_from_what_is_there(tmp_path: Path) -> None:
    cases = derived(tmp_path, "patient,notes\n1,\n", "patient,day 1,day 5\n1,4,3\n")
    assert [one.name for one in cases.dictionary] == ["notes", "response"]
    assert with_derived(cases, PROTOCOL.derived) is cases
