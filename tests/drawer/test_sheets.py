"""Every sheet that broke the reading, or could, is read or refused and never mis-read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from caseseries.cases.sheet import read_sheet
from caseseries.evidence.problem import Problems
from caseseries.protocol.protocol import Protocol

SHEETS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("sheets.toml").read_text(encoding="utf-8")
)["sheet"]
PROTOCOL = Protocol.model_validate(
    {
        "title": "Ages",
        "version": "1",
        "question": "How old?",
        "variable": [{"name": "age", "kind": "number", "unit": "years"}],
    }
)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet["why"])
def test_sheets(sheet: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_bytes(sheet["text"].encode(sheet.get("encoding", "utf-8")))
    if "reads" in sheet:
        cases = read_sheet(path, PROTOCOL)
        assert cases.table.select("patient", "age").rows() == [tuple(row) for row in sheet["reads"]]
        return
    with pytest.raises(Problems, match=re.escape(sheet["refused"])):
        read_sheet(path, PROTOCOL)
