"""What the manual says of a sheet is so: its example runs, and every line of its table is read as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from caseseries.cases.series import CaseSeries
from caseseries.cases.sheet import read_sheet
from caseseries.cli.main import main
from caseseries.evidence.problem import Problems
from caseseries.evidence.values import MISSING
from caseseries.protocol.clauses.variable import Kind
from caseseries.protocol.protocol import Protocol

TEXT = (Path(__file__).parents[2] / "docs" / "sheet.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", TEXT)
[PROTOCOL] = [text for kind, text in BLOCKS if kind == "toml"]
PATIENTS, WIDE, LONG = [text for kind, text in BLOCKS if kind == "csv"]
LINES = [
    (kind, typed, read)
    for kinds, typed, read in re.findall(r"(?m)^\| ([^|`]+) \| `([^`]*)` \| (.*) \|$", TEXT)
    for kind in kinds.split(", ")
]
EXTRAS: dict[str, dict[str, Any]] = {
    "category": {"levels": ["bacterial infection", "viral infection"], "certainty": ["stated", "presumed"]},
    "categories": {
        "levels": ["bacterial infection", "viral infection", "unknown"],
        "alone": "unknown",
        "certainty": ["stated", "presumed"],
    },
    "regimens": {"levels": ["corticosteroids", "etoposide"]},
}


@pytest.mark.parametrize("ferritin", [WIDE, LONG], ids=["wide", "long"])
def test_the_example_runs(ferritin: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"protocol.toml": PROTOCOL, "patients.csv": PATIENTS, "ferritin.csv": ferritin}
    study = tmp_path / "study"
    study.mkdir()
    for name, text in files.items():
        (study / name).write_text(text)
    assert main(["check", str(study)]) == 0
    said = capsys.readouterr().out
    [end] = [text for kind, text in BLOCKS if text.startswith("? Columns not read")]
    assert said.endswith(end)
    assert main(["run", str(study), "--out", str(tmp_path / "out")]) == 0


def test_every_kind_stands_in_the_table() -> None:
    assert {kind for kind, _, _ in LINES} == set(get_args(Kind))


@pytest.mark.parametrize("kind, typed, says", LINES)
def test_every_line_of_the_table(kind: str, typed: str, says: str, tmp_path: Path) -> None:
    value = {"name": "anakinra", "kind": kind, **EXTRAS.get(kind, {})}
    content = {"title": "One", "version": "1", "question": "What?", "variable": [value]}
    path = tmp_path / "patients.csv"
    path.write_text(f'patient,anakinra\n1,"{typed}"\n')
    if says == "refused":
        with pytest.raises(Problems):
            read_sheet(path, Protocol.model_validate(content))
        return
    assert said(read_sheet(path, Protocol.model_validate(content)), kind) == says


def said(cases: CaseSeries, kind: str) -> str:
    """The one value of these cases, in the words of the manual."""
    row = cases.table.row(0, named=True)
    value = row["anakinra"]
    if kind == "event":
        grade = row["anakinra.grade"]
        words = row["anakinra.term"] + (f", grade {grade}" if grade else "") if value else "no event"
        return str(words)
    if kind == "regimen":
        if value == "None":
            assert cases.spells.is_empty()
            return "not given"
        daily = row["anakinra.daily"]
        return f"{daily:g} mg a day" if daily else unread(cases)
    if kind == "regimens" and value is None:
        return unread(cases)
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        certain = row.get("anakinra.certainty") or [""] * len(value)
        return "; ".join(map(sure, value, certain)) or "none"
    if isinstance(value, str):
        return sure(value, row.get("anakinra.certainty") or "")
    operator, high = row.get("anakinra.operator"), row.get("anakinra.high")
    return (f"{operator} " if operator else "") + f"{value:.15g}" + (f" to {high}" if high else "")


def sure(level: str, certainty: str) -> str:
    return level if certainty in {"", "stated"} else f"{level} ({certainty})"


def unread(cases: CaseSeries) -> str:
    assert cases.unread.height == 1
    return "kept as typed"


def test_the_words_for_not_known_are_those_that_are_read() -> None:
    [sentence] = re.findall(r"(?s)An empty cell says.*?a dash", TEXT)
    for word in re.findall(r"`([^`]+)`", sentence):
        assert word.casefold() in MISSING
