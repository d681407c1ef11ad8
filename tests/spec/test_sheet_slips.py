"""Every slip of a sheet is told with its place, what was found and what mends it; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from caseseries.cases.cells import read_answers
from caseseries.cli.main import CANNOT, main
from caseseries.evidence.problem import Problems
from caseseries.protocol.clauses.variable import Variable
from caseseries.study import open_study

PROTOCOL = """\
title    = "A small study"
version  = "1.0"
question = "Who survives?"

[moments]
admission    = { start_of = "stay" }
first_dose   = { first = "anakinra", sheet = "day_started" }
last_contact = { last = "contact" }

[follow_up]
counted_from = "first_dose"
until        = "last_contact"
unit         = "months"

[[variable]]
name = "age"
kind = "number"
unit = "years"

[[variable]]
name   = "sex"
kind   = "category"
levels = ["F", "M"]

[[variable]]
name      = "cause"
label     = "Provoking factor"
kind      = "categories"
levels    = ["bacterial infection", "viral infection", "unknown"]
alone     = "unknown"
certainty = ["stated", "presumed"]

[[variable]]
name = "criteria_met"
kind = "count"

[[variable]]
name = "day_started"
kind = "day"

[[variable]]
name = "anakinra"
kind = "regimen"

[[variable]]
name = "toxicity"
kind = "event"

[[variable]]
name = "alive"
kind = "yes/no"
take = { follow_up = "alive" }

[[variable]]
name = "months"
kind = "time"
take = { follow_up = "time" }

[[serial]]
name         = "ferritin_by_day"
finding      = "ferritin"
counted_from = "first_dose"

[[analysis]]
name = "overall survival"
role = "primary"
does = "survival"
"""
HEADER = "patient,age,sex,cause,criteria_met,day_started,anakinra,anakinra.days,toxicity,alive,months"
FIRST = "1,65,F,bacterial infection,5,3,100 mg daily,8,None,No,0.3"
SECOND = "2,32,M,viral infection,6,9,100 mg subq q8,12,None,Yes,57"
FERRITIN = "patient,day 1,day 5\n1,900,\n2,2400,700\n"

Told = Callable[..., str]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """What is said of a small study whose sheet or ferritin is this, and that nothing else happens."""

    def said(
        sheet: str | bytes = f"{HEADER}\n{FIRST}\n{SECOND}\n",
        *,
        ferritin: str | None = FERRITIN,
        protocol: str = PROTOCOL,
    ) -> str:
        study = tmp_path / "study"
        study.mkdir()
        (study / "protocol.toml").write_text(protocol)
        (study / "patients.csv").write_bytes(sheet if isinstance(sheet, bytes) else sheet.encode())
        if ferritin is not None:
            (study / "ferritin.csv").write_text(ferritin)
        before = sorted(tmp_path.rglob("*"))
        assert main(["run", str(study), "--out", str(tmp_path / "new" / "out")]) == CANNOT
        run = capsys.readouterr()
        assert main(["check", str(study)]) == CANNOT
        check = capsys.readouterr()
        assert (run.out, run.err) == ("", check.err)
        assert sorted(tmp_path.rglob("*")) == before
        head, _, problems = run.err.partition("\n\n")
        count = problems.count("\n\n") + 1
        keeps = "One thing keeps" if count == 1 else f"{count} things keep"
        assert head == f"{keeps} this study from being run."
        return problems.rstrip("\n")

    return said


def sheet(header: str = HEADER, *rows: str) -> str:
    return "\n".join([header, *(rows or (FIRST, SECOND)), ""])


def changed(old: str, new: str) -> str:
    """The sheet with one thing typed otherwise in the row of patient 2."""
    assert old in SECOND
    return sheet(HEADER, FIRST, SECOND.replace(old, new, 1))


# ---- Columns ----


def test_a_misspelt_column_is_asked_after(told: Told) -> None:
    assert told(sheet(HEADER.replace("age", "agee"))) == (
        'patients.csv, header: the column "age" is missing\nDid you mean "agee"? Name that column "age".'
    )


def test_a_missing_column_is_named(told: Told) -> None:
    lacking = sheet(HEADER.replace("criteria_met,", ""), FIRST.replace("5,3,", "3,"))
    assert told(lacking, ferritin="patient,day 1\n") == (
        'patients.csv, header: the column "criteria_met" is missing\n'
        'Name a column "criteria_met", or take the variable out of the protocol.'
    )


def test_without_the_column_patient_nothing_is_known_of_anybody(told: Told) -> None:
    assert told(sheet(HEADER.replace("patient", "Patient ID"))) == (
        'patients.csv, header: the column "patient" is missing\n'
        'Did you mean "Patient ID"? Name that column "patient".'
    )


def test_two_columns_of_one_name(told: Told) -> None:
    assert told(sheet(f"{HEADER},sex", f"{FIRST},F", f"{SECOND},M")) == (
        'patients.csv, header: two columns are named "sex"\nRename one of them, or delete it.'
    )
    # What differs by a capital and an underscore is one name to the eye of a reader.


def test_two_spellings_of_one_name(told: Told) -> None:
    assert told(sheet(f"{HEADER},Day Started", f"{FIRST},4", f"{SECOND},4")) == (
        'patients.csv, header: the columns "day_started" and "Day Started" have one name\n'
        "Rename one of them, or delete it."
    )


def test_a_name_and_a_label_of_one_variable(told: Told) -> None:
    assert told(sheet(f"{HEADER},Provoking factor", f"{FIRST},unknown", f"{SECOND},unknown")) == (
        'patients.csv, header: the columns "cause" and "Provoking factor" are one variable\n'
        "Delete one of them."
    )


def test_a_column_and_a_column_a_level(told: Told) -> None:
    header = f"{HEADER},bacterial infection,viral infection,cause: unknown"
    assert told(sheet(header, f"{FIRST},yes,no,no", f"{SECOND},no,yes,no")) == (
        'patients.csv, header: "cause" stands in one column and in a column a level\nKeep one or the other.'
    )


def test_a_level_without_its_column(told: Told) -> None:
    header = HEADER.replace("cause", "bacterial infection,viral infection")
    row = FIRST.replace("bacterial infection", "yes,no")
    assert told(sheet(header, row), ferritin="patient,day 1\n").endswith(
        'the column "cause" is missing\n'
        "There are columns of its levels, but none of: unknown. Add what is missing."
    )


def test_a_column_without_a_name(told: Told) -> None:
    assert told(sheet(HEADER.replace(",sex,", ",,sex,"), FIRST.replace(",F,", ",x,F,"))) == (
        "patients.csv:C1: a column is filled in and has no name\n"
        "Name it in the first row, or empty the column."
    )


def test_a_title_above_the_header(told: Told) -> None:
    assert told(sheet("Table 1. Patients", HEADER, FIRST)) == (
        'patients.csv: the first row holds one cell ("Table 1. Patients"), and the rows below it hold more\n'
        "Delete what stands above the row with the names of the columns."
    )


def test_two_rows_of_header(told: Told) -> None:
    said = told(sheet(HEADER, ",years,,,of 8,day,,days,,,", FIRST))
    assert said.startswith('patients.csv, row 2, column "patient": the patient has no name\n')
    assert 'patients.csv, row 2, column "age": "years" is not a number' in said


# ---- Rows ----


def test_an_empty_file(told: Told) -> None:
    assert told("\n \r\n,,\n") == (
        "patients.csv: the file is empty\nFill in a header row and the rows below it."
    )


def test_only_a_header(told: Told) -> None:
    assert told(f"{HEADER}\n", ferritin="patient,day 1\n1,1000\n2,2000\n") == (
        "patients.csv: there is a header, and no patient below it\nFill in one row a patient."
    )


def test_a_patient_twice(told: Told) -> None:
    assert told(sheet(HEADER, FIRST, SECOND, FIRST)) == (
        'patients.csv, row 4, column "patient": patient "1" stands here and in row 2\n'
        'Keep one row, or add a column "episode" that numbers the episodes of a patient.'
    )


def test_a_patient_named_like_the_episode_of_another(told: Told) -> None:
    header, first = f"{HEADER},episode", f"{FIRST},2"
    rows = [first, SECOND + ",1", SECOND.replace("2,", "1/2,", 1) + ",1"]
    assert told(sheet(header, *rows), ferritin="patient,day 1\n") == (
        'patients.csv, row 4, column "patient": patient "1/2" stands here and in row 2\n'
        'Keep one row, or add a column "episode" that numbers the episodes of a patient.'
    )


def test_an_episode_is_a_small_number(told: Told) -> None:
    said = told(sheet(f"{HEADER},episode", f"{FIRST},first", f"{SECOND},99999999999999999999"))
    assert said.startswith(
        'patients.csv, row 2, column "episode": "first" is not the number of an episode\n'
        "Write 1 for the first, 2 for the next."
    )


def test_a_row_without_a_patient(told: Told) -> None:
    assert told(sheet(HEADER, FIRST, SECOND, SECOND.replace("2,", "\u200b,", 1))) == (
        'patients.csv, row 4, column "patient": the patient has no name\n'
        "Give the patient a number or a letter."
    )


def test_a_comma_too_many(told: Told) -> None:
    assert told(sheet(HEADER, FIRST, SECOND.replace("viral infection", "viral infection, unknown"))) == (
        "patients.csv: row 3 has 12 cells where the header has 11 columns\n"
        "A comma inside a cell needs quotes around the cell; saving from a spreadsheet adds them."
    )


def test_a_row_without_its_last_cells_may_be_one_that_has_lost_a_comma(told: Told) -> None:
    header = f"{HEADER},notes,end"
    assert told(sheet(header, f"{FIRST},,x", SECOND)) == (
        "patients.csv: row 3 has 11 cells where the header has 13 columns\n"
        "A cell left empty needs its comma too. Some spreadsheets drop empty cells at the end of rows: "
        "let the last column be one that is always filled in."
    )


def test_a_comma_too_few(told: Told) -> None:
    assert told(sheet(HEADER, FIRST, SECOND.replace(",M", "", 1))) == (
        "patients.csv: row 3 has 10 cells where the header has 11 columns\n"
        "A cell left empty needs its comma too. Some spreadsheets drop empty cells at the end of rows: "
        "let the last column be one that is always filled in."
    )


def test_a_quote_that_is_not_closed(told: Told) -> None:
    assert told(changed("viral infection", '"viral infection')) == (
        "patients.csv: row 3 cannot be read as cells (unexpected end of data)\n"
        "A quote that is opened must be closed; a quote inside a cell is written twice."
    )


def test_a_quote_inside_a_cell(told: Told) -> None:
    assert told(changed("viral infection", '"viral" infection')) == (
        "patients.csv: row 3 cannot be read as cells (',' expected after '\"')\n"
        "A quote that is opened must be closed; a quote inside a cell is written twice."
    )


def test_a_cell_of_five_million_letters(told: Told) -> None:
    assert told(changed("viral infection", f'"{"x" * 5_000_000}"')) == (
        "patients.csv: row 3 cannot be read as cells (field larger than field limit (131072))\n"
        "A quote that is opened must be closed; a quote inside a cell is written twice."
    )


def test_a_long_cell_is_quoted_in_short(told: Told) -> None:
    assert told(changed("viral infection", "x" * 90_000)).startswith(
        f'patients.csv, row 3, column "cause": "{"x" * 60}..." is not one of the levels\n'
    )


# ---- Files that are no sheet ----


def test_a_workbook(told: Told) -> None:
    assert told(b"PK\x03\x04\x14\x00\x06\x00") == (
        'patients.csv: this is a spreadsheet workbook, not a CSV file\nSave it as "CSV UTF-8".'
    )


def test_an_old_workbook(told: Told) -> None:
    assert told(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") == (
        'patients.csv: this is a spreadsheet workbook, not a CSV file\nSave it as "CSV UTF-8".'
    )


@pytest.mark.parametrize("content", [b"a\x00b", sheet().encode("utf-16-le")], ids=["NUL", "utf-16, no BOM"])
def test_no_text(told: Told, content: bytes) -> None:
    assert told(content) == 'patients.csv: this is not a text file\nSave the sheet as "CSV UTF-8".'


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_umlauts_of_another_encoding(told: Told, ending: str) -> None:
    text = f"{HEADER},notes\n{FIRST},\n{SECOND},M\u00fcller\n"
    assert told(text.replace("\n", ending).encode("latin-1")) == (
        "patients.csv: line 3 holds bytes that are not text in UTF-8\n"
        'Save it again as "CSV UTF-8"; nothing was read, so no letter was guessed.'
    )


def test_half_of_a_utf_16_file(told: Told) -> None:
    assert told(sheet().encode("utf-16")[:-1]).startswith(
        "patients.csv: line 3 holds bytes that are not text"
    )


# ---- Cells ----


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("32", "-3", '"age": -3 years is not possible\nCheck the number.'),
        ("32", "320", '"age": 320 years is not possible\nCheck the number.'),
        ("32", "nan", '"age": "nan" is not a number\nLeave the cell empty where there is none.'),
        ("32", "-inf", '"age": "-inf" is not a number\nLeave the cell empty where there is none.'),
        (
            "32",
            "1e999",
            '"age": "1e999" is too large to be a number here\nCorrect the cell, or leave it empty.',
        ),
        (
            "32",
            "5/1/2020",
            '"age": "5/1/2020" looks like a date, not a number\n'
            "Format the cell as text and type the number again.",
        ),
        (
            "32",
            "Dr. No. 7",
            '"age": "Dr. No. 7" is not a number\nCorrect the cell, or leave it empty.',
        ),
        (
            ",M,",
            ",X,",
            '"sex": "X" is not one of the levels\nThere are: F, M. Or add it to the protocol\'s levels.',
        ),
        (
            "viral infection",
            "virl infection",
            '"cause": "virl infection" is not one of the levels\n'
            'Did you mean "viral infection"? There are: bacterial infection, viral infection, unknown. '
            "Or add it to the protocol's levels.",
        ),
        (
            "viral infection",
            "viral infection (likely)",
            '"cause": "likely" is not one of the certainties\nThere are: stated, presumed.',
        ),
        (
            "viral infection",
            "viral infection; unknown",
            '"cause": "unknown" stands beside viral infection; it excludes the others\n'
            "Keep one or the other.",
        ),
        (
            "viral infection",
            "viral infection; Viral Infection (presumed)",
            '"cause": "viral infection; Viral Infection (presumed)" names a level twice\nName each once.',
        ),
        (
            ",6,",
            ",7-May,",
            '"criteria_met": "7-May" looks like a date, not a count\nFor a range write it as 5 to 7.',
        ),
        (",6,", ",None,", '"criteria_met": "None" may be 0 or not known\nWrite 0, or leave the cell empty.'),
        (
            ",6,",
            ",99999999999999999999,",
            '"criteria_met": "99999999999999999999" is too large\nCheck the number.',
        ),
        (
            ",9,",
            ",0,",
            '"day_started": "0" is not a day of the hospital stay (the day of admission is day 1)\n'
            "Check the number.",
        ),
        (
            ",9,",
            ",8-10,",
            '"day_started": "8-10" is a range, and one number belongs here\n'
            "Correct the cell, or leave it empty.",
        ),
        (",12,", ",0,", '"anakinra.days": "0" is not a number of days, 1 or more\nCheck the number.'),
        (
            ",None,",
            ",No harm seen,",
            '"toxicity": "No harm seen" begins as if there was none\n'
            "Write None where there was none; begin with what happened where there was something.",
        ),
        (
            ",None,",
            ",rash (grade 6),",
            '"toxicity": "grade 6" does not exist\nGrades run from 1 to 5; correct it.',
        ),
        (",None,", ",rash (grade 2-3),", '"toxicity": "grade 2-3" is a range\nWrite one grade, the gravest.'),
        (
            "Yes",
            "probably",
            '"alive": "probably" is neither yes nor no\nWrite Yes or No, or leave the cell empty.',
        ),
        ("Yes", "Died", '"alive": "Died" is neither yes nor no\nWrite No.'),
        ("Yes", "alive", '"alive": "alive" is neither yes nor no\nWrite Yes.'),
        (
            "Yes",
            "",
            '"alive": months is filled in (57) and "alive" is not\n'
            "Write Yes or No: alive at the end of that time?",
        ),
        ("57", "-1", '"months": -1 is a negative time\nCount it forward from the start of follow-up.'),
        (
            "57",
            ">57",
            '"months": ">57" is a bound\n'
            "Write how long the patient was followed, and whether alive: Yes or No.",
        ),
        (
            "57",
            "44269",
            '"months": 44269 months is longer than anybody is followed\n'
            "It may be a spreadsheet's number for 14 March 2021. "
            "Write the months from the first dose to that day.",
        ),
        ("57", "2022", '"months": 2022 months is longer than anybody is followed\nCheck the number.'),
        (
            "57",
            "14/03/2021",
            '"months": "14/03/2021" looks like a date, not a time\n'
            "Write the months from the first dose to that day.",
        ),
        ("57", "3 weeks", '"months": "3 weeks" is 0.69 months\nWrite 0.69'),
        ("57", "14d", '"months": "14d" is 0.46 months\nWrite 0.46'),
        ("57", "2 yrs", '"months": "2 yrs" is 24 months\nWrite 24'),
        ("57", "1 day", '"months": "1 day" is 0.033 months\nWrite 0.033'),
        (
            "57",
            "2 years 3 months",
            '"months": "2 years 3 months" has something beside the number\n'
            "Write the number alone; its unit belongs to the column.",
        ),
        (
            "57",
            "3,5",
            '"months": "3,5" has a comma that cannot be a thousands comma\nWrite 3.5',
        ),
    ],
)
def test_cells(told: Told, old: str, new: str, said: str) -> None:
    typed = f'"{new}"' if "," in new.strip(",") else new
    assert told(changed(old, typed)) == f"patients.csv, row 3, column {said}"


def test_the_words_of_the_protocol_for_yes_and_no_are_offered(told: Told) -> None:
    named = PROTOCOL.replace('kind = "yes/no"\n', 'kind = "yes/no"\nyes = "Alive"\nno = "Dead"\n')
    assert told(changed("Yes", "lost"), protocol=named) == (
        'patients.csv, row 3, column "alive": "lost" is neither yes nor no\n'
        "Write Alive or Dead, or Yes or No, or leave the cell empty."
    )


@pytest.mark.parametrize("typed", ["0", "1", "y", "false"])
def test_where_the_protocol_turns_yes_and_no_round_others_are_refused(typed: str, told: Told) -> None:
    """A column headed Died, where No is alive."""
    turned = PROTOCOL.replace('kind = "yes/no"\n', 'kind = "yes/no"\nyes = "No"\nno = "Yes"\n')
    assert told(changed("Yes", typed), protocol=turned) == (
        f'patients.csv, row 3, column "alive": "{typed}" may be either: the protocol has yes = "No"\n'
        "Write No or Yes, or leave the cell empty."
    )


@pytest.mark.parametrize("title", ["Died", "Death", "Dead at the last follow-up?"])
@pytest.mark.parametrize("typed", ["yes", "0", "1"])
def test_of_a_column_called_by_death_yes_may_be_either(title: str, typed: str) -> None:
    alive = {"kind": "yes/no", "take": {"follow_up": "alive"}, "name": "alive"}
    read = read_answers(Variable.model_validate({**alive, "label": title}), [typed])
    (refused,) = read.slips
    assert (
        refused.found == f'"{typed}" may be either: the column is called "{title}", and yes is who is alive'
    )
    assert refused.mend == 'Give the variable yes = "survived" and no = "died", and write these.'
    named = Variable.model_validate({**alive, "label": title, "yes": "survived", "no": "died"})
    read = read_answers(named, [typed, "survived", "died"])
    assert read.columns["alive"].to_list() == [None, True, False]
    assert [slip.mend for slip in read.slips] == ["Write survived or died, or leave the cell empty."]


@pytest.mark.parametrize("title", ["Dead or alive", "Survival", "Deadline kept"])
def test_of_any_other_column_it_is_not(title: str) -> None:
    alive = {"kind": "yes/no", "take": {"follow_up": "alive"}, "name": "alive", "label": title}
    assert read_answers(Variable.model_validate(alive), ["yes", "0"]).columns["alive"].to_list() == [
        True,
        False,
    ]


def test_where_the_protocol_turns_yes_and_no_round_its_own_words_are_read() -> None:
    died = Variable(name="died", kind="yes/no", yes="No", no="Yes")
    read = read_answers(died, ["No", "yes", "", "no"])
    assert read.columns["died"].to_list() == [True, False, None, True]
    assert not read.slips


@pytest.mark.parametrize(
    "unit, typed, said",
    [
        ("days", "36525", ""),
        (
            "days",
            "36526",
            "36526 days is longer than anybody is followed\nIt may be a spreadsheet's number for "
            "1 January 2000. Write the days from the first dose to that day.",
        ),
        ("days", "3 weeks", '"3 weeks" is 21 days\nWrite 21'),
        ("years", "2021", "2021 years is longer than anybody is followed\nCheck the number."),
        (
            "years",
            "44269.5",
            "44269.5 years is longer than anybody is followed\nIt may be a spreadsheet's number "
            "for 14 March 2021. Write the years from the first dose to that day.",
        ),
    ],
)
def test_times_in_other_units(unit: str, typed: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "protocol.toml").write_text(PROTOCOL.replace('"months"\n\n[[v', f'"{unit}"\n\n[[v'))
    (tmp_path / "patients.csv").write_text(changed("57", typed))
    (tmp_path / "ferritin.csv").write_text(FERRITIN)
    try:
        open_study(tmp_path).read_cases()
        told = ""
    except Problems as problems:
        told = str(problems).partition('"months": ')[2]
    assert told == said


def test_a_file_parted_by_semicolons_has_commas_that_may_mean_two_things(told: Told) -> None:
    european = sheet(HEADER, FIRST, SECOND.replace(",57", ",1.234")).replace(",", ";")
    assert told(european.replace(";32;", ";32,5;").replace(";0.3\n", ";1,250\n")) == (
        'patients.csv, row 3, column "age": "32,5" has a comma that cannot be a thousands comma\n'
        "Write 32.5\n\n"
        'patients.csv, row 2, column "months": "1,250" may be 1250 or 1.250 in a file parted by semicolons\n'
        "Write 1250 or 1.2500.\n\n"
        'patients.csv, row 3, column "months": "1.234" may be 1234 or 1.234 in a file parted by semicolons\n'
        "Write 1234 or 1.2340."
    )


def test_of_many_names_ten_are_listed(told: Told) -> None:
    wards = [f"ward {number:,}" for number in range(1, 3001)]
    many = PROTOCOL.replace('["F", "M"]', str(wards))
    rows = [FIRST.replace(",F,", ",ward 1,"), SECOND.replace(",M,", ",ICU,")]
    assert told(sheet(HEADER, *rows), protocol=many) == (
        'patients.csv, row 3, column "sex": "ICU" is not one of the levels\n'
        f"There are: {', '.join(wards[:10])} and 2,990 more. Or add it to the protocol's levels."
    )


def test_a_row_of_levels_is_answered_in_full_or_not_at_all(told: Told) -> None:
    header = HEADER.replace("cause", "bacterial infection,viral infection,unknown")
    rows = [FIRST.replace("bacterial infection", "yes,no,no"), SECOND.replace("viral infection", ",yes,yes")]
    assert told(sheet(header, *rows)) == (
        'patients.csv, row 3, column "bacterial infection": the cell is empty, '
        "and other levels of the patient are answered\n"
        "Write Yes or No in each, or leave all of them empty.\n\n"
        'patients.csv, row 3, column "viral infection": '
        '"unknown" stands beside viral infection; it excludes the others\n'
        "Keep one or the other."
    )


def test_all_slips_of_all_files_are_told_at_once(told: Told) -> None:
    assert told(sheet(HEADER, FIRST.replace("65", "x"), SECOND.replace("57", "y")), ferritin="") == (
        'patients.csv, row 2, column "age": "x" is not a number\nCorrect the cell, or leave it empty.\n\n'
        'patients.csv, row 3, column "months": "y" is not a number\nCorrect the cell, or leave it empty.\n\n'
        "ferritin.csv: the file is empty\nFill in a header row and the rows below it."
    )


def test_of_a_thousand_slips_forty_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "protocol.toml").write_text(PROTOCOL)
    rows = [FIRST.replace("1,65", f"{row},x", 1) for row in range(1000)]
    (tmp_path / "patients.csv").write_text(sheet(HEADER, *rows))
    (tmp_path / "ferritin.csv").write_text("patient,day 1\n")
    assert main(["check", str(tmp_path)]) == CANNOT
    said = capsys.readouterr().err
    assert said.startswith("1,000 things keep this study from being run.\n")
    assert said.count("is not a number") == 40
    assert said.endswith("\n\nAnd 960 more.\n")


# ---- The protocol and the serials ----


def test_a_protocol_that_refers_to_nothing(told: Told) -> None:
    assert told(protocol=PROTOCOL.replace('from = "first_dose"\nuntil', 'from = "first_dos"\nuntil')) == (
        'protocol.toml, line 11, [follow_up], key "counted_from": there is no moment "first_dos"\n'
        'Did you mean "first_dose"? There are: admission, first_dose, last_contact.'
    )


def test_no_file_of_a_serial(told: Told, tmp_path: Path) -> None:
    assert told(ferritin=None) == (
        f"ferritin.csv: the file is not there\nIt was looked for as {tmp_path / 'study' / 'ferritin.csv'}. "
        'It is to hold the serial "ferritin_by_day".'
    )


@pytest.mark.parametrize(
    "ferritin, said",
    [
        (
            "patient,day 0,day 1\n1,4,5\n",
            'ferritin.csv, header: column "day 0" lies before day 1\n'
            "The first day is day 1; count from there.",
        ),
        (
            "patient,Day -2,day 1\n1,4,5\n",
            'ferritin.csv, header: column "Day -2" lies before day 1\n'
            "The first day is day 1; count from there.",
        ),
        (
            "patient,day,ferritin\n1,0,900\n",
            'ferritin.csv, row 2, column "day": "0" is not a day\nThe first day is day 1; count from there.',
        ),
        (
            "patient,day,ferritin\n1,5-7,900\n",
            'ferritin.csv, row 2, column "day": "5-7" is a range, and one number belongs here\n'
            "The first day is day 1; count from there.",
        ),
        (
            "patient,day,ferritin\n1,,900\n",
            'ferritin.csv, row 2, column "day": the value has no day\n'
            "The first day is day 1; count from there.",
        ),
        (
            "patient,day 1\n3,900\n",
            'ferritin.csv, row 2, column "patient": patient "3" is not in the sheet of patients\n'
            "Add the patient there, or correct the name here.",
        ),
        (
            "patient,day 1\n01,900\n",
            'ferritin.csv, row 2, column "patient": patient "01" is not in the sheet of patients\n'
            "Add the patient there, or correct the name here.",
        ),
        (
            "patient,day,ferritin\n1,5,900\n2,5,800\n1,5,901\n",
            'ferritin.csv, row 4, column "ferritin": patient "1" has a value on day 5 in row 2 too\n'
            "Keep the one that is meant.",
        ),
        (
            "patient,day 5,day 05\n1,900,901\n",
            'ferritin.csv, row 2, column "day 05": patient "1" has a value on day 5 in row 2 too\n'
            "Keep the one that is meant.",
        ),
        (
            "patient;day 1\n1;1,250\n",
            'ferritin.csv, row 2, column "day 1": "1,250" may be 1250 or 1.250 '
            "in a file parted by semicolons\n"
            "Write 1250 or 1.2500.",
        ),
        (
            "patient,day 1\n1,high\n",
            'ferritin.csv, row 2, column "day 1": "high" is not a number\n'
            "Correct the cell, or leave it empty.",
        ),
        (
            "name,day 1\n1,900\n",
            'ferritin.csv, header: the column "patient" is missing\nAdd it: it tells whose values these are.',
        ),
        (
            "patient,first,fifth\n1,900,\n",
            "ferritin.csv, header: there is no column of a day\n"
            'Name the columns "day 1", "day 5", ...; or fill in the columns patient, day and ferritin.',
        ),
    ],
)
def test_serials(told: Told, ferritin: str, said: str) -> None:
    assert told(ferritin=ferritin) == said
