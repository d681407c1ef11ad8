"""The founding protocol, unchanged, on a hospital that never was: from records to report."""

from __future__ import annotations

import csv
import json
import tomllib
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from caseseries.cli.main import main
from caseseries.records.omop import open_records
from caseseries.records.synthetic.writing import synthesise
from caseseries.study import open_study

STUDY = "naymagon-2022"
COMPLETE = "characteristics, treatment and outcome documented"
PATIENTS = 6000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hospital in `hospital`, and in `results` what the founding protocol makes of it."""
    folder = tmp_path_factory.mktemp("house")
    synthesise(PATIENTS, 2022, folder / "hospital", lambda step: None)
    assert main(["run", STUDY, *records(folder), "--out", str(folder / "results")]) == 0
    return folder


def records(folder: Path) -> list[str]:
    hospital = folder / "hospital"
    return ["--records", str(hospital), "--answers", str(hospital / "answers.csv")]


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_steps_add_up_and_end_in_the_case_series(house: Path) -> None:
    flow = read(house / "results" / "attrition.json")
    came = flow["in_setting"]
    for step in flow["steps"]:
        assert step["into"] + step["out"] + step["open"] + step["not_shown"] == came, step["title"]
        came = step["into"]
    assert [step["name"] for step in flow["steps"] if step["name"]] == ["confirmed", "treated"]
    numbers = read(house / "results" / "results.json")
    table = pl.read_parquet(house / "results" / "cases" / "table.parquet")
    assert 0 < table.height <= came
    assert numbers["numbers"]["overall-survival.n"]["value"] == table.height


def test_a_cohort_in_a_notebook_is_its_flow(house: Path) -> None:
    study = open_study(STUDY)
    with open_records(house / "hospital") as hospital:
        cohort = study.screen(hospital, study.answers(house / "hospital" / "answers.csv"))
    flow = repr(cohort.attrition)
    assert flow.splitlines()[0] == "       6,000  in the database"
    assert "in: met at least 5 of 8 HLH-2004 criteria" in flow
    assert flow in repr(cohort)
    assert len(repr(cohort).splitlines()) <= 100


def test_sheet_and_hospital_keep_one_promise(house: Path, tmp_path: Path) -> None:
    """The digest of the protocol is the same, and so are the ids of what both can say."""
    assert main(["run", STUDY, "--out", str(tmp_path / "sheet")]) == 0
    sheet, hospital = (read(folder / "results.json") for folder in (tmp_path / "sheet", house / "results"))
    assert sheet["study"] == hospital["study"]
    both = [set(one["numbers"]) for one in (sheet, hospital)]
    for named in ("overall-survival.median", "survival-by-cause.fisher", "characteristics.age.all.median"):
        assert all(named in ids for ids in both), named


def test_the_run_says_with_what_the_records_were_asked(house: Path) -> None:
    """The codebook, the definitions and the answers stand beside the evidence; comments do not count."""
    book = tomllib.loads(files("caseseries.records").joinpath("codebook.toml").read_text("utf-8"))
    findings = [one for one in book.values() if isinstance(one, dict) and one is not book["hospital"]]
    plain = json.dumps(book, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    made = read(house / "results" / "manifest.json")
    inputs, codebook = made["inputs"], 'codebook "default"'
    assert inputs[codebook] == {"sha256": sha256(plain.encode()).hexdigest(), "rows": len(findings)}
    assert inputs['definition "hlh-2004"']["rows"] == 8
    with (house / "hospital" / "answers.csv").open(encoding="utf-8", newline="") as sheet:
        answered = [row for row in csv.DictReader(sheet) if row["answer"].strip()]
    assert inputs["answers of the reviewers"]["rows"] == len(answered)
    assert made["versions"]["duckdb"] == version("duckdb")
    told = (house / "results" / "tables" / "inputs_and_versions.csv").read_text("utf-8")
    assert f"{len(findings)} findings, SHA-256 {inputs[codebook]['sha256']}" in told
    assert f"{len(answered):,} answers, SHA-256" in told


def test_every_cell_leads_to_rows_that_are_there(house: Path) -> None:
    origins = pl.read_parquet(house / "results" / "cases" / "origins.parquet")
    table = pl.read_parquet(house / "results" / "cases" / "table.parquet")
    measured = set(pl.read_parquet(house / "hospital" / "measurement.parquet")["measurement_id"].to_list())
    seen = 0
    for name in ("hscore", "ferritin", "criteria_met"):
        for value, origin in zip(table[name], origins[name], strict=True):
            assert (value is None) is (origin is None), name
            rows = [row.split(":") for row in (origin or "").split("; ") if row]
            for kind, *number in rows:
                if kind == "measurement":
                    assert int(number[0]) in measured
                    seen += 1
    assert seen > table.height


def test_nobody_without_planted_hlh_is_in(house: Path) -> None:
    """Who is in was given anakinra for HLH; the others of the story were not reached, and are counted."""
    truth = pl.read_parquet(house / "hospital" / "truth" / "stays.parquet")
    given = set(truth.filter(pl.col("anakinra_for_hlh").is_not_null())["person_id"].to_list())
    table = pl.read_parquet(house / "results" / "cases" / "table.parquet")
    wrong = pl.read_parquet(house / "hospital" / "truth" / "answers.parquet").filter("is_wrong")
    doubted = set(wrong["person_id"].to_list())
    found = {int(patient) for patient in table["patient"]}
    assert found - doubted <= given


def test_every_verdict_can_be_read_with_its_rows_and_flags(house: Path) -> None:
    """A line a patient and criterion; what a flag marks is named with its row, which is the patient's own."""
    with (house / "results" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    patients = pl.read_parquet(house / "results" / "cohort" / "patients.parquet")
    assert len(lines) == patients.height * 9
    exposures = pl.read_parquet(house / "hospital" / "drug_exposure.parquet")
    given = dict(exposures.select("drug_exposure_id", "person_id").iter_rows())
    marked = 0
    for line in lines:
        if line["criterion"] == "all together":
            assert (line["verdict"] == "met") is (int(line["at_least"]) >= 5) is (line["known"] != "")
        else:
            assert (line["verdict"] == "met") is (line["since"] != "") is (line["known"] != "")
            assert line["since"] <= line["known"]
        rows = line["because"].split("; ")
        assert len(line["says"].split("; ")) == len(rows) == len(set(rows))
        for row, _, by in (one.partition(": chemotherapy ") for one in line["flagged"].split("; ")):
            if by:
                assert row in line["because"].split("; ")
                assert given[int(by.strip("()").removeprefix("drug_exposure:"))] == int(line["patient"])
                marked += 1
    assert marked > 10
    measured = pl.read_parquet(house / "hospital" / "measurement.parquet")
    values = dict(measured.select("measurement_id", "value_as_number").iter_rows())
    ferritin = [line for line in lines if line["criterion"] == "ferritin" and line["verdict"] == "met"]
    for line in ferritin:
        value = values[int(line["because"].removeprefix("measurement:"))]
        number = line["says"].removeprefix("ferritin ").lstrip("<>=").split(" ")[0]
        assert value is None or float(number) == pytest.approx(value, rel=1e-6)
        assert line["says"].endswith(f" on {line['since']}")
    assert len(ferritin) > 10


def test_two_runs_leave_the_same_bytes(house: Path, tmp_path: Path) -> None:
    assert main(["run", STUDY, *records(house), "--out", str(tmp_path / "again")]) == 0
    for name in (
        "report.html",
        "results.json",
        "attrition.json",
        "verdicts.csv",
        "questions.csv",
        "cases.csv",
    ):
        assert (tmp_path / "again" / name).read_bytes() == (house / "results" / name).read_bytes(), name


def test_questions_come_back_as_answers(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Screened without answers, asked, answered for one patient, and that patient is no longer open."""
    out, sheet = tmp_path / "screened", tmp_path / "answers.csv"
    hospital = ["--records", str(house / "hospital")]
    assert main(["screen", STUDY, *hospital, "--out", str(out)]) == 0
    capsys.readouterr()
    assert main(["questions", STUDY, "--out", str(out), "--answers", str(sheet)]) == 0
    assert (
        "Write yes or no into answer, and your initials into who. Where the column reason says\n"
        '"one of: a, b, c", write one of these instead of yes or no.\n'
    ) in capsys.readouterr().out
    before = read(out / "attrition.json")["steps"]
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    asked = [row for row in rows if row["question"] == "anakinra given for HLH"]
    assert len(asked) == next(step["open"] for step in before if step["name"] == "treated")
    asked[0] |= {"answer": "yes", "who": "LN", "when": "2023-01-16"}
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert main(["screen", STUDY, *hospital, "--answers", str(sheet), "--out", str(out)]) == 0
    after = read(out / "attrition.json")["steps"]
    [first, second] = [next(step for step in steps if step["name"] == "treated") for steps in (before, after)]
    assert (second["into"], second["open"]) == (first["into"] + 1, first["open"] - 1)
    assert main(["questions", STUDY, "--out", str(out), "--answers", str(sheet)]) == 1
    assert "already there" in capsys.readouterr().err


def test_a_case_series_without_its_analysis(house: Path, tmp_path: Path) -> None:
    assert main(["abstract", STUDY, *records(house), "--out", str(tmp_path / "cases")]) == 0
    assert (tmp_path / "cases" / "cases.csv").read_bytes() == (house / "results" / "cases.csv").read_bytes()
    assert not (tmp_path / "cases" / "report.html").exists()


def test_the_confirmed_who_were_not_treated_are_a_second_case_series(house: Path, tmp_path: Path) -> None:
    out = tmp_path / "cases"
    assert main(["abstract", STUDY, *records(house), "--out", str(out)]) == 0
    steps = read(out / "attrition.json")["steps"]
    treated = next(one for one in steps if one["name"] == "treated")
    [others, cases] = [pl.read_parquet(out / name / "table.parquet") for name in ("beside", "cases")]
    assert steps == read(house / "results" / "attrition.json")["steps"]
    assert (steps[-1]["title"], steps[-1]["into"]) == (COMPLETE, cases.height)
    assert others.height == treated["out"] > 0
    assert not set(others["patient"]) & set(cases["patient"])
    assert {"age", "sex", "cause", "criteria_met", "hscore", "day_diagnosed"} < set(others.columns)
    later = ("ferritin", "anakinra", "prior_therapy", "alive", "months", "day_started")
    assert not set(later) & set(others.columns)
    for long in ("serials", "moments", "spells"):
        assert pl.read_parquet(out / "beside" / f"{long}.parquet").is_empty()
    [head, *rows] = (out / "beside.csv").read_text(encoding="utf-8").splitlines()
    assert (head.split(",")[:3], len(rows)) == (["patient", "episode", "age"], others.height)
    assert (house / "results" / "beside.csv").read_text(encoding="utf-8") == "\n".join([head, *rows, ""])


@pytest.mark.parametrize("verb", ["survey", "screen", "abstract", "run"])
def test_every_folder_of_a_hospital_is_marked_as_identified(verb: str, house: Path, tmp_path: Path) -> None:
    asked = records(house)[:2] if verb == "survey" else records(house)
    out = ["--out", str(tmp_path / "results")]
    release = ["--release"] if verb == "run" else []
    assert main([verb, STUDY, *asked, *out, *release]) == 0
    assert read(tmp_path / "results" / "manifest.json")["identified"] is True
    if verb == "run":
        assert "identified" not in read(tmp_path / "results-release" / "manifest.json")
        assert main(["run", STUDY, *out]) == 0
        assert "identified" not in read(tmp_path / "results" / "manifest.json")
    else:
        assert main(["pool", STUDY, *out]) == 0
        assert read(tmp_path / "results" / "manifest.json")["identified"] is True


def test_the_page_says_that_it_stays_inside(house: Path) -> None:
    page = (house / "results" / "report.html").read_text(encoding="utf-8")
    assert "Identified: stays in the hospital" in page
    assert "How they were found" in page


def test_a_survey_is_a_page_of_its_own(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "survey"
    assert main(["survey", STUDY, "--records", str(house / "hospital"), "--out", str(out)]) == 0
    assert "What this study will not be able to see" in capsys.readouterr().out
    page = (out / "survey.html").read_text(encoding="utf-8")
    assert "ferritin" in page
    assert "<td>temperature, mouth</td><td>Oral temperature</td>" in page


@pytest.mark.parametrize("verb", ["screen", "abstract"])
def test_a_report_that_goes_is_told(
    verb: str, house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = [STUDY, "--records", str(house / "hospital"), "--out", str(out)]
    told = "The report.html of an earlier run went from this folder, with its results: run makes them anew."
    assert main(["run", *words]) == 0
    capsys.readouterr()
    assert main([verb, *words]) == 0
    assert told in capsys.readouterr().out
    assert not (out / "report.html").exists()
    assert main([verb, *words]) == 0
    assert told not in capsys.readouterr().out
