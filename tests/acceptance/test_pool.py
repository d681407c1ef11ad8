"""`caseseries pool` and `caseseries plan` on real files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from caseseries.cli.main import main
from caseseries.study import BUNDLED

STUDY = "naymagon-2022"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The founding study as a folder of one's own."""
    folder = tmp_path / "own study"
    shutil.copytree(BUNDLED / STUDY, folder)
    return folder


def test_pool_prints_each_horizon_and_writes_its_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["pool", STUDY, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Survival, until when not said\n" in said
    assert "30/48  63% (44% to 78%)" in said
    assert (
        "! The present cohort beside the published ones is a comparison of cohorts, not of patients" in said
    )
    page = (out / "pool.html").read_text("utf-8")
    assert "Beside published cohorts" in page
    assert (out / "figures" / "pool_forest.svg").read_text("utf-8").startswith("<svg")


def test_pool_leaves_a_run_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["run", STUDY, "--out", str(out)]) == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert main(["pool", STUDY, "--out", str(out)]) == 0
    assert {path.name for path in out.rglob("*") if path.is_file() and path not in before} == {"pool.html"}
    same = [path for path in before if path.name != "manifest.json"]
    assert all(path.read_bytes() == before[path] for path in same)


def test_the_report_of_a_run_has_the_pool(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["run", STUDY, "--out", str(out)]) == 0
    report = (out / "report.html").read_text("utf-8")
    assert 'id="figure-pool_forest"' in report
    assert "pool.not-said.share" in report
    assert '"pool.not-said.share": {' in (out / "results.json").read_text("utf-8")
    assert "cohorts.toml" in (out / "manifest.json").read_text("utf-8")


def test_a_new_cohort_is_one_entry(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = """
[[cohort]]
id = "next-2026"
title = "Next 2026"
year = 2026
n = 10
survived = 6
horizon = "hospital"
source = "Next, 2026"
confidence = "verified"
"""
    with (own / "cohorts.toml").open("a", encoding="utf-8") as file:
        file.write(entry)
    assert main(["pool", str(own), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "Survival of the hospital stay" in said
    assert "10/18" in said


@pytest.mark.parametrize("command", ["check", "run", "pool", "plan"])
def test_a_slip_of_a_cohort_is_told_with_its_place_and_its_mend(
    own: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cohorts = own / "cohorts.toml"
    text = cohorts.read_text("utf-8").replace("survived   = 9\n", "survived   = 19\n")
    cohorts.write_text(text, "utf-8")
    assert main([command, str(own)]) == 1
    said = capsys.readouterr().err
    assert 'cohorts.toml, cohort 2 ("kumar-2017"): 19 survived, and there are 13 patients' in said
    assert "Look both up in the source" in said
    assert "Traceback" not in said


def test_a_study_without_cohorts_runs_and_has_no_pool(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "cohorts.toml").unlink()
    (own / "claims.toml").unlink()
    out = tmp_path / "out"
    assert main(["run", str(own), "--out", str(out)]) == 0
    assert "pool" not in {path.stem for path in out.rglob("*.html")}
    assert "Beside published cohorts" not in (out / "report.html").read_text("utf-8")
    assert main(["pool", str(own)]) == 1
    assert "there is no cohort to pool" in capsys.readouterr().err


def test_plan_prints_how_many_patients(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", STUDY, "--next", "10"]) == 0
    said = capsys.readouterr().out
    assert "57 patients" in said
    assert "The pool, if 5 of the next 10 survive" in said
    assert "what was observed is shrunk towards none" in " ".join(said.split())


def test_an_aim_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", STUDY, "--difference", "20"]) == 1
    assert '"20" is no share between 0% and 100%' in capsys.readouterr().err
