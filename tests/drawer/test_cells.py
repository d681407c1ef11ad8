"""Every cell that broke the reading, or could, is read or refused and never mis-read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from caseseries.evidence.regimen import read_regimens
from caseseries.evidence.values import read_number

CELLS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("cells.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("cell", CELLS["number"], ids=lambda cell: cell["why"])
def test_numbers(cell: dict[str, Any]) -> None:
    if "reads" in cell:
        assert read_number(cell["text"]).value == cell["reads"]
        return
    with pytest.raises(ValueError, match=re.escape(cell["refused"])):
        read_number(cell["text"])


@pytest.mark.parametrize("cell", CELLS["regimen"], ids=lambda cell: cell["why"])
def test_regimens(cell: dict[str, Any]) -> None:
    regimens = read_regimens(cell["text"], drug="anakinra")
    assert all(regimen.unread or regimen.dose == 100 for regimen in regimens)
    assert all(regimen.dose in (None, 100) for regimen in regimens)
