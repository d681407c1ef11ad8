"""What the manual says of a hospital's records is so: its list of needs is the one that is checked."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

from caseseries.records.fields import fields

PAGE = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
NEEDS = list(
    csv.DictReader((files("caseseries.records") / "needs.csv").read_text(encoding="utf-8").splitlines())
)


def test_every_need_stands_in_the_manual() -> None:
    costly = [need for need in NEEDS if need["needed"] == "no"]
    columns = [f"`{need['field']}`" if need["field"] else "the table" for need in costly]
    rows = [
        f"| `{need['table']}` | {column} | {need['costs']} |"
        for need, column in zip(costly, columns, strict=True)
    ]
    assert PAGE.endswith("\n".join(["| --- | --- | --- |", *rows, ""]))
    needed = PAGE.partition("cannot do without")[2].partition("Of the rest")[0]
    for need in NEEDS:
        assert (f"`{need['field'] or need['table']}`" in needed) or need["needed"] == "no", need


def test_every_need_is_a_field_of_the_cdm() -> None:
    for need in NEEDS:
        listed = {"", *(field.name for field in fields()[need["table"]])}
        assert need["field"] in listed
        assert need["costs"] or need["needed"] == "yes"
