"""Real records, and two that others made: the whole way from the survey to the report, and what they show."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from caseseries.cli.main import main
from caseseries.cohort.cohort import Cohort
from caseseries.evidence.days import number_of
from caseseries.records.codebook import Code, Codebook
from caseseries.records.omop import open_records
from caseseries.records.survey import Survey
from caseseries.study import BUNDLED, Study, open_study

FOUNDING = BUNDLED / "naymagon-2022" / "protocol.toml"


def data(name: str) -> Path:
    folder = os.environ.get("CASESERIES_DATA", "")
    if not folder:
        pytest.skip("CASESERIES_DATA names no folder with the real records")
    return Path(folder) / name


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The founding study, at any time: real days are moved into another century. Review within two."""
    text = FOUNDING.read_text("utf-8")
    text, times = re.subn(
        r"(?m)^admitted = \{.*?\}", "admitted = { from = 1900-01-01, to = 2250-12-31 }", text
    )
    text, reaches = re.subn(r"(?m)^review_within = 1$", "review_within = 2", text)
    assert (times, reaches) == (1, 1)
    folder = tmp_path_factory.mktemp("founding")
    (folder / "protocol.toml").write_text(text, "utf-8")
    return open_study(folder)


@pytest.fixture(scope="module")
def mimic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred patients of an intensive care unit."""
    folder = tmp_path_factory.mktemp("mimic")
    for file in data("mimic-iv-demo-omop").iterdir():
        (folder / file.name.replace("_rebuilt", "")).symlink_to(file)
    return folder


@pytest.fixture(scope="module")
def book(study: Study) -> Codebook:
    """The codebook of a house that also files stays under 8870 and 581385."""
    codebook = study.codebook()
    more = tuple(Code(concept, "a stay", "", "", "", "recalled") for concept in (8870, 581385))
    return replace(codebook, inpatient=(*codebook.inpatient, *more))


@pytest.fixture(scope="module")
def look_alikes(study: Study, mimic: Path, book: Codebook) -> Cohort:
    with open_records(mimic) as records:
        return study.screen(records, codebook=book)


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand patients without visits: each day with a result is made a stay here."""
    folder = tmp_path_factory.mktemp("notes")
    for file in (data("synthetic-notes-omop") / "omop").iterdir():
        (folder / file.name).symlink_to(file)
    days = pl.read_csv(folder / "measurement.csv", infer_schema=False)
    days = days.select("person_id", pl.col("measurement_date").alias("visit_start_date")).drop_nulls()
    visits = (
        days.filter(pl.all_horizontal(pl.all() != ""))
        .unique()
        .sort(pl.all())
        .with_row_index("visit_occurrence_id", 1)
    )
    visits = visits.with_columns(visit_end_date="visit_start_date", visit_concept_id=pl.lit(9201))
    visits.write_csv(folder / "visit_occurrence.csv")
    return folder


def whole_way(study: Study, records: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run at the command line, and answer with what was said; nobody is a case here."""
    assert main(["run", str(study.folder), "--records", str(records), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    page = (out / "report.html").read_text("utf-8")
    assert "From the database to the case series" in page
    assert re.search(r"Could not be shown:? *[0-9<]", page)
    flow = json.loads((out / "attrition.json").read_text("utf-8"))
    assert flow["steps"][1]["into"] == 0
    assert ": 0 patients" in said.out
    return " ".join(said.out.split())


def surveyed(study: Study, records: Path) -> Survey:
    with open_records(records) as opened:
        return study.survey(opened)


def test_every_hospital_comes_to_a_report(
    study: Study, mimic: Path, notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = whole_way(study, mimic, tmp_path / "mimic", capsys)
    assert "100 in the database 42 with a stay in the setting" in said
    said = whole_way(study, data("synthea-omop"), tmp_path / "synthea", capsys)
    assert "28 in the database 7 with a stay in the setting" in said
    said = whole_way(study, notes, tmp_path / "notes", capsys)
    assert "1,000 in the database" in said


def test_every_spelling_of_a_unit_is_understood(study: Study, mimic: Path, notes: Path) -> None:
    spelt = {}
    for name, folder in (("mimic", mimic), ("synthea", data("synthea-omop")), ("notes", notes)):
        written = surveyed(study, folder).frames.written
        assert written.filter(pl.col("unit").is_null()).height == 0, name
        spelt[name] = set(written["unit_source_value"])
    assert {"g/dL", "g/dl", "°F", "°C", "K/uL", "IU/L", ""} <= spelt["mimic"]


def test_temperatures_in_another_unit_than_they_say_are_told_and_set_aside(study: Study, mimic: Path) -> None:
    (told,) = (
        one for one in surveyed(study, mimic).frames.audit["sentence"] if one.startswith("body temperature")
    )
    assert told.startswith("body temperature: 3 rows in Cel can only be in degF, such as 97.2 Cel.")


def test_visits_that_are_stays_under_another_name_are_told(study: Study, mimic: Path) -> None:
    with open_records(mimic) as records:
        (told,) = (one for one in study.screen(records, costed=False).notes if "overnight" in one)
    assert "8870 (119 of 64 patients, median 5 days), 581385 (82 of 31 patients, median 3 days)" in told


def test_nobody_in_intensive_care_meets_five_and_three_come_near(look_alikes: Cohort) -> None:
    flow = look_alikes.attrition
    assert (flow.patients, flow.in_setting) == (100, 93)
    [asked] = [step for step in flow.steps if step.name == "confirmed"]
    assert (asked.into, asked.open, asked.not_shown) == (0, 3, 90)
    assert flow.reach == (0, 1, 3, 14)
    whole = look_alikes.verdicts.filter(pl.col("criterion") == "")
    assert sorted(whole.select("low", "high").rows()) == [(3, 8), (3, 8), (4, 8)]
    assert set(whole["truth"]) == {"unknown"}


def test_each_look_alike_is_explained_row_by_row(look_alikes: Cohort, mimic: Path) -> None:
    """Every met criterion names rows that are there, of the patient, and of days that stand together."""
    mine = pl.col("person_id").is_in(look_alikes.patients["person_id"].to_list())
    read = pl.scan_parquet(mimic / "measurement.parquet").filter(mine).collect()  # past the whole system
    rows: dict[str, tuple[int, date, float]] = {
        f"measurement:{row}": (person, when, value)
        for row, person, when, value in read.select(
            "measurement_id", "person_id", "measurement_date", "value_as_number"
        ).iter_rows()
    }
    met = look_alikes.verdicts.filter((pl.col("criterion") != "") & (pl.col("truth") == "met"))
    assert met.height == 10
    highest: dict[str, float] = {}
    for verdict in met.iter_rows(named=True):
        assert verdict["because"]
        for origin in verdict["because"]:
            if not origin.startswith("measurement:"):
                kind = origin.partition(":")[0]
                assert (verdict["criterion"], kind) == ("splenomegaly", "condition_occurrence")
                continue
            person, when, value = rows[origin]
            assert person == verdict["person_id"]
            assert verdict["day"] - 6 <= number_of(when) <= verdict["day"]
            highest[verdict["criterion"]] = max(value, highest.get(verdict["criterion"], 0))
    assert highest["ferritin"] == 33_546
    assert highest["fever"] == pytest.approx(39.3)  # no unit stands there: told by its value
