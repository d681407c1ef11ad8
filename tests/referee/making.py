"""Small hospitals in the making: rows with every field of the CDM, frames of them, protocols from text."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from tests.referee.reading import CONCEPT, DAY, ID, Hospital, Row

from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol
from caseseries.records.fields import fields

DAY_ONE = date(2014, 2, 3)
"""The day that small hospitals call day 1."""
TYPES = {
    "integer": pl.Int64,
    "float": pl.Float64,
    "text": pl.String,
    "date": pl.Date,
    "datetime": pl.Datetime("us"),
}
RESULT = "result_datetime"
"""The column in which a hospital keeps the time of a result; the CDM has none."""
CODES = {
    "body temperature": 3020891,
    "hemoglobin": 3000963,
    "platelets": 3024929,
    "neutrophils": 3013650,
    "leukocytes": 3000905,
    "neutrophil share": 3008342,
    "triglycerides": 3022192,
    "fibrinogen": 3016407,
    "ferritin": 3001122,
    "aspartate aminotransferase": 3013721,
    "soluble cd25": 2_000_000_001,
    "nk activity": 2_000_000_002,
    "splenomegaly": 200527,
    "hepatomegaly": 0,
    "immunosuppression": 439727,
    "hemophagocytosis": 2_000_000_010,
    "family history of hlh": 2_000_000_011,
    "hlh mutation": 2_000_000_012,
    "transfusion": 2_000_000_021,
    "anakinra": 1114375,
    "g-csf": 1304850,
    "death": 4306655,
}
"""A concept of each finding, as the codebook that ships lists it."""


def day(number: int) -> date:
    """Day 1, day 2 and so on; day 0 is the day before."""
    return DAY_ONE + timedelta(days=number - 1)


def number_of(on: date) -> int:
    """The number of a day: that of day 1 is 1."""
    return (on - DAY_ONE).days + 1


def whole(table: str, **known: Any) -> Row:
    """A row with every field of its table; what is not known is None."""
    row: Row = {field.name: None for field in fields()[table]}
    if table == "measurement":
        row[RESULT] = None
    strangers = known.keys() - row.keys()
    assert not strangers, f"{table} has no field {sorted(strangers)}"
    return row | known


def found(table: str, row_id: int, person: int | None, finding: str, on: int, **more: Any) -> Row:
    """A row of a finding on a day."""
    concept = {CONCEPT[table]: CODES[finding]}
    return whole(table, **{ID[table]: row_id, "person_id": person, DAY[table]: day(on)} | concept | more)


def measured(
    row_id: int, person: int | None, finding: str, on: int, value: float | None, unit: str, **more: Any
) -> Row:
    """A number with its unit as the laboratory spells it ("" is none)."""
    known = {"value_as_number": value, "unit_source_value": unit or None}
    return found("measurement", row_id, person, finding, on, **known | more)


def visit(row_id: int, person: int | None, start: int, end: int | None, concept: int = 9201) -> Row:
    """A visit from one day to another."""
    return whole(
        "visit_occurrence",
        visit_occurrence_id=row_id,
        person_id=person,
        visit_concept_id=concept,
        visit_start_date=day(start),
        visit_end_date=None if end is None else day(end),
    )


def born(person: int, year: int | None, month: int | None = None, of_month: int | None = None) -> Row:
    """A patient."""
    return whole("person", person_id=person, year_of_birth=year, month_of_birth=month, day_of_birth=of_month)


def moment(on: int, minutes: int) -> datetime:
    """So many minutes into a day."""
    return datetime.combine(day(on), datetime.min.time()) + timedelta(minutes=minutes)


def answer(person: int, question: str, said: str, evidence: str = "", who: str = "A") -> Row:
    """A row of answers.csv."""
    told = {"patient": person, "question": question, "evidence": evidence, "answer": said}
    return told | {"certainty": "stated", "reason": "", "who": who, "when": "2023-01-16"}


# ---- Whole hospitals and studies ----


def hospital(rows: Sequence[tuple[str, Row]]) -> Hospital:
    """A hospital of rows, each beside the name of its table."""
    tables: dict[str, list[Row]] = {name: [] for name in fields()}
    for table, row in rows:
        tables[table].append(row)
    return Hospital(tables)


def frames(of: Hospital) -> dict[str, pl.DataFrame]:
    """The same hospital as frames with the fields and types of the CDM, for `open_records`."""
    made = {}
    for name, listed in fields().items():
        types: dict[str, Any] = {field.name: TYPES[field.kind] for field in listed}
        if name == "measurement":
            types[RESULT] = TYPES["datetime"]
        made[name] = pl.DataFrame(of.rows(name), schema=types, orient="row")
    return made


@cache
def folder() -> Path:
    """A folder for texts that must be read from files; it lasts as long as the process."""
    path = Path(tempfile.mkdtemp(prefix="referee-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def protocol(text: str) -> Protocol:
    """The protocol that a text promises. Raises Problems where it is not legal."""
    path = folder() / "protocol.toml"
    path.write_text(text, encoding="utf-8")
    return read_protocol(path)
