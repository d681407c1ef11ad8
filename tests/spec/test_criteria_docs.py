"""What the manual says of the criteria is so: its tables are the definitions', and its examples run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from caseseries.criteria.flag_reading import FLAG
from caseseries.criteria.in_words import shown
from caseseries.criteria.manual import catalogue_table, definition_table
from caseseries.criteria.reading import RULE, SAID, read_definition
from caseseries.criteria.shelf import open_definition, shelf

PAGE = (Path(__file__).parents[2] / "docs" / "criteria.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", PAGE)


@pytest.mark.parametrize("name", shelf())
def test_every_definition_stands_in_the_manual_line_for_line(name: str) -> None:
    assert f"## `{name}`\n\n{definition_table(open_definition(name))}" in PAGE


def test_every_finding_stands_in_the_manual() -> None:
    assert catalogue_table() in PAGE


def test_the_first_example_runs() -> None:
    [example] = [text for kind, text in BLOCKS if kind == "python"]
    names: dict[str, Any] = {}
    exec(example, names)
    patient = names["patient"]
    said = re.findall(r"(?m)^patient\S+  # (.*)$", example)
    decided = ", ".join(map(shown, patient["cytopenias"].because))
    [flag] = patient["cytopenias"].flagged[0].flags
    told = [f"{patient.bounds} of 8", str(patient["cytopenias"].truth), decided]
    assert said == [*told, flag, f"{patient.unflagged} of 8"]


def test_the_definition_of_your_own_can_be_read(tmp_path: Path) -> None:
    [example] = [text for kind, text in BLOCKS if kind == "toml"]
    path = tmp_path / "small.toml"
    path.write_text(example)
    assert read_definition(path).most == 3


def test_every_key_is_documented() -> None:
    table = PAGE.partition("| key | where | what |")[2]
    written = {
        key for line in re.findall(r"(?m)^\| (`.*?) \|", table) for key in re.findall(r"`(\w+)`", line)
    }
    own = {"points", "grade", "probabilities", "probability", "flag"}
    assert written == {*RULE, *SAID, *FLAG, *own}
