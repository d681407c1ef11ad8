"""The fields of the OMOP CDM tables that are used here, as CDM 5.4 has them and as 5.3 called them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table. `kind` is integer, float, text, date or datetime.

    `before` is what CDM 5.3 called it: mostly the same, and empty where 5.3 had no such field.
    """

    name: str
    kind: str
    is_required: bool
    before: str


@cache
def fields() -> Mapping[str, tuple[Field, ...]]:
    """The fields of each table in their order, as OHDSI lists them for CDM 5.4."""
    found: dict[str, list[Field]] = {}
    text = (files(__package__) / "fields.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        name, before = row["field"], row["in_5.3"]
        before = {"same": name, "absent": ""}.get(before, before)
        found.setdefault(row["table"], []).append(Field(name, row["type"], row["required"] == "yes", before))
    return MappingProxyType({table: tuple(listed) for table, listed in found.items()})
