"""Not given is not missing: a regimen of which the sheet says None."""

from __future__ import annotations

from pathlib import Path

from caseseries.study import open_study

PROTOCOL = """
title = "Given or not"
version = "1"
question = "Who was given it?"

[[variable]]
name = "anakinra"
kind = "regimen"

[[analysis]]
name = "treatment"
role = "descriptive"
does = "summarise"
variables = ["anakinra"]
"""
SHEET = """patient,anakinra
1,100 mg subq q12
2,None
3,
4,200 mg subq daily
"""


def test_not_given_is_counted_and_is_not_missing(tmp_path: Path) -> None:
    (tmp_path / "protocol.toml").write_text(PROTOCOL, "utf-8")
    (tmp_path / "patients.csv").write_text(SHEET, "utf-8")
    study = open_study(tmp_path)
    results = study.analyse(study.read_cases())
    assert results.value("treatment.anakinra.given.all.count") == 2
    assert results.value("treatment.anakinra.given.all.share.n") == 3
    assert results.value("treatment.anakinra.given.all.missing") == 1
    assert results.value("treatment.anakinra.daily.all.median") == 200.0
    assert results.value("treatment.anakinra.daily.all.missing") == 1


def test_given_to_all_is_not_said(tmp_path: Path) -> None:
    (tmp_path / "protocol.toml").write_text(PROTOCOL, "utf-8")
    (tmp_path / "patients.csv").write_text(SHEET.replace("None", "100 mg subq daily"), "utf-8")
    study = open_study(tmp_path)
    results = study.analyse(study.read_cases())
    assert "treatment.anakinra.given.all.count" not in results.numbers
