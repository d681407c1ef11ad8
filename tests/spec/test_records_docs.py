"""What the manual says of a hospital's records is so: its list of needs is the one that is checked."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from inspect import getsource
from pathlib import Path

from caseseries.cohort import stays
from caseseries.records import gather, outcomes
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


def test_every_column_that_is_read_has_its_cost() -> None:
    """What a query reads of a drug, a visit or a strength, the hospital is asked for when it is opened."""
    priced = {(need["table"], need["field"]) for need in NEEDS} | {("drug_strength", "")}
    read = {
        "e": ("drug_exposure", getsource(gather.gather_exposures)),
        "v": ("visit_occurrence", getsource(outcomes.visits)),
        "p": ("person", getsource(stays.aged)),
    }
    for short, (table, source) in read.items():
        columns = set(re.findall(rf"\b{short}\.(\w+)", source)) & {one.name for one in fields()[table]}
        assert len(columns) > 2
        unpriced = {column for column in columns if (table, column) not in priced}
        assert unpriced <= UNASKED, unpriced


UNASKED = {"drug_exposure_id", "drug_source_value", "drug_exposure_end_datetime", "person_id"}
"""Without these nothing is lost but the way back to a row, a name beside its concept, and a time of day."""
