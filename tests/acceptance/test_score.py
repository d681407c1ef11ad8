"""`caseseries score` as a reader uses it: what it says, where, and with which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseseries.cli.main import CANNOT, main
from caseseries.criteria.spoken import read_table


def test_score_says_the_range_the_verdicts_and_what_decided(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["ferritin >33,511 ng/mL", "platelets 45 K/uL", "hb 8.1 g/dL", "no splenomegaly", "ast 90 U/L"]
    assert main(["score", "hlh-2004", *words]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == "HLH-2004 diagnostic criteria: 2 to 7 of 8; 5 are needed: unknown."
    table = [" ".join(line.split()) for line in lines]
    assert "met Ferritin ferritin >33,511 ng/mL" in table
    assert "not met Splenomegaly splenomegaly absent" in table
    assert any(line.endswith("hemoglobin 8.1 g/dL, platelets 45 K/uL") for line in table)
    assert "unknown Fever nothing is known of body temperature" in table
    assert "Not asked by hlh-2004: aspartate aminotransferase 90 U/L" in table
    assert lines[-1] == "Source: Henter JI et al. Pediatr Blood Cancer 2007;48:124-131"


def test_score_of_points(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "hscore", "ferritin=>33,511 ng/mL", "temperature=39.2 Cel"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        "HScore for reactive hemophagocytic syndrome: 83 to 321 of 337 points; probability"
    )
    assert "7 of 9 items are open, and widen the score." in said
    assert "Caution: The score of best accuracy, 169, is no probability of 93 %" in said


def test_slips_are_told_in_plain_words_and_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "hscore", "feritin 3 ng/mL", "plt 45"]) == CANNOT
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith('2 things keep this patient from being scored.\n\n"feritin 3 ng/mL": ')
    assert 'Did you mean "ferritin"?' in said.err
    assert main(["score", "hscor"]) == CANNOT
    assert 'Did you mean "hscore"?' in capsys.readouterr().err
    assert main(["score", "there/is/none.toml"]) == CANNOT
    assert "Check the path." in capsys.readouterr().err


def test_score_of_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "findings.csv"
    path.write_text('finding,value,unit\nFerritin,"12,000",ng/mL\nPLT,45,K/uL\nspleen,,\nsplenomegaly,no,\n')
    assert main(["score", "hlh-2004", str(path), "hb 8.1 g/dL"]) == 0
    assert "2 to 7 of 8" in capsys.readouterr().out
    assert read_table(path)[0].origin == "findings.csv:B2"


@pytest.mark.parametrize(
    "text, told",
    [
        ("name,value\nferritin,3\n", "findings.csv: it has no columns finding and value"),
        ("", "findings.csv: it has no columns finding and value"),
        ("finding,value\nferritin,3\n", "findings.csv, row 2: ferritin has no unit"),
        ("finding,value\nferitin,3 ng/mL\n", 'findings.csv, row 2: "feritin" is no finding that is known'),
    ],
)
def test_slips_of_a_table(text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "findings.csv"
    path.write_text(text)
    assert main(["score", "hlh-2004", str(path)]) == CANNOT
    assert told in capsys.readouterr().err
    assert main(["score", "hlh-2004", str(tmp_path / "none.csv")]) == CANNOT
    assert "Check the path." in capsys.readouterr().err
