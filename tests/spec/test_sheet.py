"""What people type into a sheet, and what is read from it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from caseseries.cases.long_tables import ORIGINS
from caseseries.cases.series import CaseSeries
from caseseries.cases.sheet import read_sheet
from caseseries.protocol.protocol import Protocol

KINDS: dict[str, dict[str, Any]] = {
    "age": {"kind": "number", "unit": "years"},
    "ferritin": {"kind": "number", "unit": "ng/mL"},
    "sex": {"kind": "category", "levels": ["F", "M"], "certainty": ["recorded", "inferred"]},
    "cause": {
        "kind": "categories",
        "label": "Provoking factor",
        "levels": ["malignancy", "bacterial infection", "viral infection", "sepsis, other", "unknown"],
        "alone": "unknown",
        "certainty": ["stated", "Presumed"],
    },
    "trigger": {"kind": "categories", "levels": ["viral infection", "drug"]},
    "criteria_met": {"kind": "count"},
    "hscore": {"kind": "points"},
    "response": {"kind": "share"},
    "day_started": {"kind": "day"},
    "prior_therapy": {"kind": "regimens", "levels": ["corticosteroids", "etoposide"]},
    "anakinra": {"kind": "regimen"},
    "steroids": {"kind": "regimen"},
    "toxicity": {"kind": "event"},
    "alive": {"kind": "yes/no", "yes": "Alive", "no": "Dead"},
    "months": {"kind": "time"},
    "remarks": {"kind": "text"},
}

Read = Callable[..., CaseSeries]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The cases of a table drawn with `|`; its columns are the protocol's. Files beside it go by name."""

    def reader(table: str | bytes, columns: Iterable[str] = (), **beside: str) -> CaseSeries:
        if isinstance(table, str) and "|" in table:
            header, text = _csv(table)
            columns = columns or [name for name in header if name in KINDS]
        else:
            text = table if isinstance(table, str) else ""
        path = tmp_path / "patients.csv"
        path.write_bytes(table if isinstance(table, bytes) else text.encode())
        for name, drawn in beside.items():
            (tmp_path / f"{name}.csv").write_text(_csv(drawn)[1])
        serials = [{"name": f"{one}_by_day", "finding": one, "counted_from": "admission"} for one in beside]
        return read_sheet(path, _protocol(columns, serials))

    return reader


def _csv(table: str) -> tuple[list[str], str]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return rows[0], text.getvalue()


def _protocol(columns: Iterable[str], serials: list[dict[str, Any]]) -> Protocol:
    variables = [{"name": name, **KINDS[name]} for name in columns]
    return Protocol.model_validate(
        {
            "title": "Small",
            "version": "1",
            "question": "Who?",
            "moments": {"admission": {"start_of": "stay"}},
            "variable": variables,
            "serial": serials,
        }
    )


def column(cases: CaseSeries, name: str) -> list[Any]:
    return cases.table[name].to_list()


def test_numbers(read: Read) -> None:
    cases = read("""
        patient | ferritin  | age
        1       | 38,052    | 65
        2       | >100,000  | 32.5
        3       | n/a       | 7
        4       | None      |
        5       | <= 12     | 90
    """)
    assert column(cases, "ferritin") == [38052, 100000, None, None, 12]
    assert column(cases, "ferritin.operator") == [None, ">", None, None, "<="]
    assert column(cases, "age") == [65, 32.5, 7, None, 90]
    assert "age.operator" not in cases.table.columns


def test_counts_may_be_ranges(read: Read) -> None:
    cases = read("""
        patient | criteria_met | hscore
        1       | 5            | 208
        2       | 5-7          | 169
        3       | 5 to 8       |
        4       | nd           | 196
    """)
    assert column(cases, "criteria_met") == [5, 5, 5, None]
    assert column(cases, "criteria_met.high") == [5, 7, 8, None]
    assert column(cases, "hscore") == [208, 169, None, 196]
    assert "hscore.high" not in cases.table.columns


def test_shares_days_and_times(read: Read) -> None:
    cases = read("""
        patient | response | day_started | months
        1       | 88%      | 10          | 0.3
        2       | 0.5      | 1.0         | 57
        3       | None     |             |
        4       | ?        | n/a         | n/a
    """)
    assert column(cases, "response") == [0.88, 0.5, 0, None]
    assert column(cases, "day_started") == [10, 1, None, None]
    assert column(cases, "months") == [0.3, 57, None, None]


def test_yes_and_no(read: Read) -> None:
    cases = read("""
        patient | alive
        1       | Yes
        2       | N
        3       | y
        4       | 0
        5       | TRUE
        6       |
        7       | dead
        8       | Alive
    """)
    assert column(cases, "alive") == [True, False, True, False, True, None, False, True]


def test_categories(read: Read) -> None:
    cases = read("""
        patient | sex            | cause
        1       | F              | malignancy; viral infection (presumed)
        2       | m              | Viral  Infection, malignancy
        3       | F (inferred)   | bacterial infection and viral infection
        4       |                | unknown
        5       | n/a            |
        6       | M              | None
        7       | M              | sepsis, other
        8       | M              | bacterial infection + malignancy; sepsis, other (PRESUMED)
    """)
    assert column(cases, "sex") == ["F", "M", "F", None, None, "M", "M", "M"]
    assert column(cases, "sex.certainty")[:4] == ["recorded", "recorded", "inferred", None]
    assert column(cases, "cause") == [
        ["malignancy", "viral infection"],
        ["malignancy", "viral infection"],
        ["bacterial infection", "viral infection"],
        ["unknown"],
        None,
        [],
        ["sepsis, other"],
        ["malignancy", "bacterial infection", "sepsis, other"],
    ]
    assert column(cases, "cause.certainty")[0] == ["stated", "Presumed"]
    assert column(cases, "cause.certainty")[7] == ["stated", "stated", "Presumed"]


def test_one_column_a_level(read: Read) -> None:
    answered = """
        patient | malignancy | bacterial infection | cause: viral infection | sepsis, other | cause.unknown
        1       | Yes        | no                  | y                      | N             | 0
        2       | No         | no                  | no                     | no            | no
        3       |            |                     |                        |               |
    """
    cases = read(answered, ["cause"])
    assert column(cases, "cause") == [["malignancy", "viral infection"], [], None]
    assert cases.origin(0, "cause").split(ORIGINS) == [f"patients.csv:{letter}2" for letter in "BCDEF"]
    assert cases.sources[0].left == ()


def test_where_nobody_typed_no_what_is_not_ticked_is_not_so(read: Read) -> None:
    ticked = """
        patient | malignancy | bacterial infection | viral infection | sepsis, other | unknown
        1       | Yes        |                     | yes             |               |
        2       |            |                     |                 |               |
    """
    assert column(read(ticked, ["cause"]), "cause") == [["malignancy", "viral infection"], None]


def test_a_level_of_two_variables_is_no_name_of_a_column(read: Read) -> None:
    cases = read("""
        patient | cause                           | trigger         | viral infection | drug
        1       | viral infection and malignancy  | drug            | yes             | no
    """)
    assert column(cases, "trigger") == [["drug"]]
    assert cases.sources[0].left == ("viral infection", "drug")
    both = """
        patient | cause | trigger: viral infection | trigger: drug
        1       |       | yes                      | no
    """
    assert column(read(both, ["cause", "trigger"]), "trigger") == [["viral infection"]]


def test_events(read: Read) -> None:
    cases = read("""
        patient | toxicity
        1       | None
        2       | liver injury (grade 3)
        3       |
        4       | rash, Grade II
        5       | No
        6       | rash (grade 1); liver injury (grade 4)
        7       | yes
        8       | neutropenia
    """)
    assert column(cases, "toxicity") == [False, True, None, True, False, True, True, True]
    assert column(cases, "toxicity.grade") == [None, 3, None, 2, None, 4, None, None]
    assert column(cases, "toxicity.term")[1:4] == ["liver injury", None, "rash"]
    assert column(cases, "toxicity.term")[5:] == ["rash; liver injury", None, "neutropenia"]


def test_a_regimen_fans_out(read: Read) -> None:
    cases = read("""
        patient | anakinra         | anakinra.days
        1       | 100 mg subq q8   | 8
        2       | 200 mg IV q12h   |
        3       | None             |
        4       |                  |
        5       | 100 mg sometimes | 3
    """)
    assert column(cases, "anakinra") == ["100 mg subq q8", "200 mg IV q12h", "None", None, "100 mg sometimes"]
    assert column(cases, "anakinra.daily") == [300, 400, None, None, None]
    assert column(cases, "anakinra.interval") == [8, 12, None, None, None]
    assert column(cases, "anakinra.route") == ["subcutaneous", "intravenous", None, None, None]
    assert column(cases, "anakinra.days") == [8, None, None, None, 3]
    spells = cases.spells.select("patient", "drug", "start", "stop", "daily", "origin").rows()
    assert spells == [
        ("1", "anakinra", 1, 8, 300, "patients.csv:B2"),
        ("2", "anakinra", None, None, 400, "patients.csv:B3"),
        ("5", "anakinra", 1, 3, None, "patients.csv:B6"),
    ]
    assert cases.unread.select("patient", "text", "left", "origin").rows() == [
        ("5", "100 mg sometimes", "sometimes", "patients.csv:B6")
    ]
    assert cases.origin(0, "anakinra.daily") == "patients.csv:B2"
    assert cases.origin(0, "anakinra.days") == "patients.csv:C2"


def test_not_given_is_not_missing(read: Read) -> None:
    cases = read("""
        patient | anakinra
        1       | 100 mg subq q8
        2       | None
        3       | no
        4       | n/a
        5       |
        6       | held
        7       | given, dose unknown
    """)
    assert column(cases, "anakinra.given") == [True, False, False, None, None, None, True]
    assert (cases.column("anakinra.given").title, cases.column("anakinra.given").kind) == (
        "Anakinra, given",
        "yes/no",
    )


def test_several_drugs_or_another_one_in_a_column_of_one_are_left_unread(read: Read) -> None:
    cases = read("""
        patient | steroids                             | anakinra
        1       | methylpred 1 g x3d; IVIG             | 100 mg q8, renal dosing
        2       | prednisone 60 mg daily               | IVIG 0.4 g/kg; 100 mg subq q8
        3       | tocilizumab 400 mg daily             | Kinert 100 mg q8
        4       | dexamethasone etoposide 100 mg daily | tocilizumab 400 mg daily
        5       | 40 mg daily                          | 100 mg q8; anakinra 200 mg q8
    """)
    assert column(cases, "steroids.daily") == [None, 60, None, None, 40]
    assert column(cases, "steroids.given") == [True, True, None, None, True]
    assert column(cases, "anakinra.daily") == [300, None, 300, None, None]
    assert column(cases, "anakinra.given") == [True, True, True, None, True]
    assert cases.spells.select("kind", "patient", "drug").rows() == [
        ("steroids", "1", "methylprednisolone"),
        ("steroids", "1", "IVIG"),
        ("steroids", "2", "prednisone"),
        ("steroids", "3", "tocilizumab"),
        ("steroids", "4", ""),
        ("steroids", "5", "steroids"),
        ("anakinra", "1", "anakinra"),
        ("anakinra", "2", "IVIG"),
        ("anakinra", "2", "anakinra"),
        ("anakinra", "3", ""),
        ("anakinra", "4", "tocilizumab"),
        ("anakinra", "5", "anakinra"),
    ]
    assert cases.spells.filter(patient="3", kind="anakinra")["level"].to_list() == ["Kinert 100 mg q8"]
    several = 'several drugs ({}): make the variable kind = "regimens"'.format
    assert cases.unread.select("variable", "patient", "left").rows() == [
        ("steroids", "1", several("methylprednisolone, IVIG")),
        ("steroids", "3", "another drug than steroids"),
        ("steroids", "4", several("dexamethasone, etoposide")),
        ("anakinra", "1", "renal dosing"),
        ("anakinra", "2", several("IVIG, anakinra")),
        ("anakinra", "3", "Kinert"),
        ("anakinra", "4", "another drug than anakinra"),
        ("anakinra", "5", "100 mg; 200 mg"),
    ]


def test_several_regimens_with_their_equivalents(read: Read) -> None:
    cases = read("""
        patient | prior_therapy
        1       | Dexamethasone 20 mg daily; etoposide (part of ICE protocol)
        2       | solumedrol 32 mg q12h, IVIG, strange herb 5 mg
        3       | None
        4       |
        5       | no steroids
        6       | No
        7       | etoposide held; prednisone 60 mg daily
    """)
    assert column(cases, "prior_therapy") == [
        ["corticosteroids", "etoposide"],
        ["corticosteroids", "IVIG", "strange herb 5 mg"],
        [],
        None,
        None,
        [],
        ["corticosteroids"],
    ]
    doses = cases.spells.filter(cases.spells["level"] == "corticosteroids")
    assert doses.select("patient", "daily", "prednisone", "dexamethasone").rows() == [
        ("1", 20, pytest.approx(133.333333333), 20),
        ("2", 64, pytest.approx(80), pytest.approx(12)),
        ("7", 60, 60, pytest.approx(9)),
    ]
    assert cases.spells["within"].to_list()[1] == "ICE"
    assert cases.unread.select("patient", "left").rows() == [
        ("2", "strange herb"),
        ("5", "no steroids"),
        ("7", "etoposide held"),
    ]


def test_columns_are_found_by_name_or_label_in_any_order(read: Read) -> None:
    cases = read(
        """
        Provoking Factor | Patient | AGE | Day started | scanned by | notes
        unknown          | 7       | 65  | 3           | me         | "odd"
        """,
        ["age", "cause", "day_started"],
    )
    assert cases.patients == ("7",)
    assert column(cases, "cause") == [["unknown"]]
    assert (column(cases, "day_started"), column(cases, "notes")) == ([3], ['"odd"'])
    assert cases.sources[0].left == ("scanned by",)
    assert [one.name for one in cases.dictionary] == ["age", "cause", "day_started", "notes"]


def test_a_column_that_stands_only_in_print_need_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("patient,age\n1,65\n")
    protocol = _protocol(["age"], [])
    printed = {"name": "age_printed", "kind": "text", "take": "print"}
    content = protocol.model_dump(by_alias=True)
    content["variable"] = [*content["variable"], printed]
    cases = read_sheet(tmp_path / "patients.csv", Protocol.model_validate(content))
    assert not cases.has("age_printed")


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffpatient,age\r\n1,65\r\n2,32\r\n".encode(),
        b"patient,age\r1,65\r2,32\r",
        b"patient;age\n1;65\n2;32\n",
        b"sep=;\r\npatient;age\r\n1;65\r\n2;32\r\n",
        b"patient\tage\n1\t65\n2\t32",
        "patient,age\n1,65\n2,32\n".encode("utf-16"),
        b"patient,age,,\n1,65,,\n2,32,,\n",
        b"patient,,age\n1,,65\n2,,32\n",
        b'"patient","age"\n"1","65"\n"2","32"\n',
        b"patient,age\n1,65,\n2,32,,,\n",
        "\u200fpatient,\u00a0age\u200b\n\u200b1\u200b,\u00a065\n2\u2060,32\u200e\n".encode(),
    ],
    ids=[
        "BOM",
        "CR",
        ";",
        "sep=",
        "tab",
        "UTF-16",
        "blank end",
        "blank column",
        "quotes",
        "ragged",
        "unseen",
    ],
)
def test_one_table_in_many_files(read: Read, content: bytes) -> None:
    cases = read(content, ["age"])
    assert cases.patients == ("1", "2")
    assert column(cases, "age") == [65, 32]
    assert [cases.origin(row, "age")[-1] for row in (0, 1)] == ["2", "3"]


def test_every_cell_knows_its_place(read: Read) -> None:
    text = b'\npatient,remarks,age\n1,"two\nlines",65\n\n,,\n2,,32\n'
    cases = read(text, ["age", "remarks"])
    assert [cases.origin(row, "age") for row in (0, 1)] == ["patients.csv:C3", "patients.csv:C6"]
    assert column(cases, "remarks") == ["two\nlines", None]


def test_patients_are_told_apart_as_typed(read: Read) -> None:
    cases = read("""
        patient      | age
        7            | 65
        07           | 32
        A1           | 41
        a1           | 55
        A  1         | 60
        ../x         | 61
        <b>Bo</b>    | 62
        =1+1         | 63
        Mu\u0308ller | 64
    """)
    assert cases.patients == ("7", "07", "A1", "a1", "A 1", "../x", "<b>Bo</b>", "=1+1", "M\u00fcller")
    assert "&lt;b&gt;Bo" in cases._repr_html_()
    assert "<b>Bo" not in cases._repr_html_()


def test_episodes(read: Read) -> None:
    cases = read(
        """
        patient | episode | age
        1       | 1       | 65
        1       | 2       | 66
        2       | 1.0     | 32
        """,
        ferritin="""
        patient | episode | day | value
        1       | 2       | 1   | 900
        2       | 1       | 1   | 50
        """,
    )
    assert cases.patients == ("1", "1/2", "2")
    assert cases.table["episode"].to_list() == [1, 2, 1]
    assert cases.serials.select("patient", "episode", "value").rows() == [("1", 2, 900), ("2", 1, 50)]


def test_a_serial_in_wide_and_in_long_form(read: Read) -> None:
    patients = """
        patient | age
        1       | 65
        2       | 32
    """
    wide = read(
        patients,
        ferritin="""
        Patient | Day 1    | d5   | day_10   | ward
        2       | >100,000 | n/a  | 700      | 3B
        1       | 900      | 400  |          | 2
        """,
    )
    long = read(
        patients,
        ferritin="""
        patient | day | Ferritin
        1       | 5   | 400
        2       | 1   | >100,000
        1       | 1   | 900
        2       | 5   |
        2       | 10  | 700
        """,
    )
    told = wide.serials.drop("origin").rows()
    assert told == long.serials.drop("origin").rows()
    assert told == [
        ("1", 1, "ferritin_by_day", 1, 900, None),
        ("1", 1, "ferritin_by_day", 5, 400, None),
        ("2", 1, "ferritin_by_day", 1, 100000, ">"),
        ("2", 1, "ferritin_by_day", 10, 700, None),
    ]
    assert wide.serials["origin"].to_list()[2] == "ferritin.csv:B2"
    assert wide.sources[1].left == ("ward",)
    assert long.serials["origin"].to_list() == [f"ferritin.csv:C{row}" for row in (4, 2, 3, 6)]


def test_cases_print_themselves(read: Read) -> None:
    cases = read("""
        patient | age | anakinra
        1       | 65  | 100 mg whenever
        2       |     | 100 mg daily
    """)
    assert repr(cases).splitlines() == [
        "Case series of 2 patients, from patients.csv (2 rows)",
        "  age                      number, years; 1 of 2 known",
        "  anakinra                 regimen; 2 of 2 known",
        "  anakinra.given           yes/no; 2 of 2 known",
        "  anakinra.dose            number, mg; 2 of 2 known",
        "  anakinra.interval        number, hours; 1 of 2 known",
        "  anakinra.route           category; 0 of 2 known",
        "  anakinra.daily           number, mg; 1 of 2 known",
        "  1 entry could not be read in full; kept as typed",
    ]
