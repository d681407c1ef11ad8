"""What the manual says of the codebook is so: its table is the codebook's, and its example can be read."""

from __future__ import annotations

import re
from pathlib import Path

from caseseries.records.code_reading import CODE
from caseseries.records.codebook_reading import ABOUT, SITE, read_codebook
from caseseries.records.entry_reading import FINDING
from caseseries.records.manual import codebook_table

PAGE = (Path(__file__).parents[2] / "docs" / "codebook.md").read_text(encoding="utf-8")


def test_every_finding_stands_in_the_manual() -> None:
    assert PAGE.endswith(codebook_table(read_codebook()))


def test_the_example_can_be_read(tmp_path: Path) -> None:
    [example] = re.findall(r"(?ms)^```toml\n(.*?)^```$", PAGE)
    path = tmp_path / "ours.toml"
    path.write_text(example, encoding="utf-8")
    book = read_codebook(path)
    assert book.entry("anakinra").silent.since is not None
    assert book.entries[0].finding == "ferritin"


def test_every_key_is_documented() -> None:
    table = PAGE.partition("| key | where | what |")[2].partition("**Confidence.**")[0]
    written = {
        key for line in re.findall(r"(?m)^\| (`.*?) \|", table) for key in re.findall(r"`(\w+)`", line)
    }
    assert written == {*ABOUT, *SITE, *FINDING, *CODE, "unit", "operator", "route"}
