"""The released copy of a whole run: nothing in any of its bytes leads back to a patient of the hospital."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from caseseries.cli.main import CANNOT, main
from caseseries.records.synthetic.writing import synthesise

STUDY = "naymagon-2022"
SHORT = 4
"""A number of fewer digits than this may stand anywhere by chance."""


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hospital")
    synthesise(3000, 7, folder, lambda step: None)
    return folder


@pytest.fixture(scope="module", params=[(), ("--release-patients",)], ids=["counts", "lines"])
def folders(
    request: pytest.FixtureRequest, hospital: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    out = tmp_path_factory.mktemp("out") / "there"
    answers = ["--answers", str(hospital / "answers.csv")]
    assert (
        main(
            [
                "run",
                STUDY,
                "--records",
                str(hospital),
                *answers,
                "--out",
                str(out),
                "--release",
                *request.param,
            ]
        )
        == 0
    )
    return out, out.with_name("there-release")


def written(folder: Path) -> dict[str, str]:
    """Every file of a folder as text, whatever it holds."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "replace") for path in files}


def ids_of(folder: Path, hospital: Path) -> set[str]:
    """Every number of a patient, a visit or a row that the identified folder holds, and all patients."""
    found: set[str] = set()
    for path in (folder / "cohort").glob("*.parquet"):
        frame = pl.read_parquet(path)
        for name in ("person_id", "visit_id", "stay_id", "row_id", "note_id"):
            if name in frame.columns:
                found |= {str(one) for one in frame[name].drop_nulls().unique()}
    for table, name in (
        ("person", "person_id"),
        ("visit_occurrence", "visit_occurrence_id"),
        ("note", "note_id"),
    ):
        found |= {str(one) for one in pl.read_parquet(hospital / f"{table}.parquet")[name].unique()}
    page = (folder / "report.html").read_text("utf-8")
    found |= set(
        re.findall(r"(?:measurement|drug_exposure|visit_occurrence|note|death|person):(-?\d+)", page)
    )
    return {one for one in found if len(one.lstrip("-")) > SHORT}


def test_no_id_of_the_hospital_stands_in_any_file(folders: tuple[Path, Path], hospital: Path) -> None:
    identified, copy = folders
    ids = ids_of(identified, hospital)
    assert len(ids) > 3000
    for name, text in written(copy).items():
        found = set(re.findall(r"-?\d+", text)) & ids
        # Digits may stand in a digest or in a path of a figure: a number is looked for as a whole.
        whole = {one for one in found if re.search(rf"(?<![\w.#-]){one}(?![\w.])", text)}
        assert not whole, (name, whole)
        assert not re.search(
            r"\b(measurement|drug_exposure|visit_occurrence|condition_occurrence|person|note):-?\d", text
        )
        assert "review:" not in text


def test_no_day_of_the_calendar_stands_in_any_file(folders: tuple[Path, Path]) -> None:
    for name, text in written(folders[1]).items():
        assert not re.search(r"\b(19|20)\d\d-\d\d-\d\d\b", text), name


def test_no_words_of_a_record_or_of_an_answer_stand_in_any_file(
    folders: tuple[Path, Path], hospital: Path
) -> None:
    notes = pl.read_parquet(hospital / "note.parquet")["note_text"].drop_nulls().unique().to_list()
    drugs = pl.read_parquet(hospital / "drug_exposure.parquet")
    said = {one for one in notes if len(one) > 12}
    for name in ("sig", "drug_source_value"):
        said |= {one for one in drugs[name].drop_nulls().unique() if len(one) > 12}
    answers = pl.read_csv(hospital / "answers.csv", infer_schema=False)
    said |= (
        {one for one in answers["reason"].drop_nulls().unique() if len(one) > 12}
        if "reason" in answers.columns
        else set()
    )
    assert len(said) > 20
    for name, text in written(folders[1]).items():
        assert not [one for one in said if one in text], name


def test_only_pages_tables_and_figures_leave(folders: tuple[Path, Path]) -> None:
    names = written(folders[1])
    assert {Path(one).suffix for one in names} <= {".html", ".json", ".csv", ".svg"}
    assert not [one for one in names if one.startswith(("cohort", "sql", "questions", "rows"))]
    assert "The rows of the records" not in names["report.html"]


def test_no_small_count_of_others_is_told(folders: tuple[Path, Path]) -> None:
    identified, copy = (json.loads((one / "results.json").read_text()) for one in folders)
    series = set(identified["patients"]["all"])
    with_lines = "patients" in copy
    for id_, number in copy["numbers"].items():
        behind = set(identified["patients"][identified["numbers"][id_]["patients"]])
        if number["unit"] in {"patients", "deaths"} and not (with_lines and behind and behind <= series):
            assert number["value"] in (None, 0) or number["value"] >= 5, id_


def test_the_same_run_gives_the_same_bytes(
    folders: tuple[Path, Path], hospital: Path, tmp_path: Path
) -> None:
    lines = ["--release-patients"] if "tables/patients.csv" in written(folders[1]) else ["--release"]
    answers = ["--answers", str(hospital / "answers.csv")]
    assert (
        main(["run", STUDY, "--records", str(hospital), *answers, "--out", str(tmp_path / "there"), *lines])
        == 0
    )
    assert written(tmp_path / "there-release") == written(folders[1])


def test_without_records_there_is_nothing_to_release(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["run", STUDY, "--release", "--smallest", "2", "--out", str(tmp_path / "there")]) == CANNOT
    said = capsys.readouterr().err
    assert "--release: there are no records" in said
    assert "Name 3 or more" in said
    assert not (tmp_path / "there").exists()
