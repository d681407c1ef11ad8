"""One row, read as docs/screening.md has it under "Rows": its day, number, unit, operator and word."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, datetime

from tests.referee.reading import DAY, ID, Hospital, Reading, Row

from caseseries.evidence.catalogue import Entry as Kind
from caseseries.evidence.catalogue import entry
from caseseries.evidence.presence import ABSENT
from caseseries.evidence.unit_names import unit_name
from caseseries.evidence.values import MISSING, Operator, plain_text, read_number
from caseseries.records.codebook import Codebook, Entry

SIGNS: tuple[tuple[str, Operator], ...] = (
    ("<=", "<="),
    ("≤", "<="),
    ("<", "<"),
    (">=", ">="),
    ("≥", ">="),
    (">", ">"),
)


class Aside(Exception):
    """The reason for which a row says nothing."""


def read_row(hospital: Hospital, codebook: Codebook, one: Entry, table: str, row: Row) -> Reading:
    """What the row says of the finding of an entry. Raises Aside where it says nothing."""
    day = day_of(row[DAY[table]])
    back = row.get(one.known_from) if one.known_from and table == "measurement" else None
    reading = Reading(
        person=row["person_id"],
        finding=one.finding,
        day=day,
        known=max(day, day_of(back)) if back is not None else day,
        table=table,
        row=row[ID[table]],
        moment=_moment(row) if table == "measurement" else None,
        is_no_dose=table == "drug_exposure" and row.get("quantity") == 0,
    )
    match one.reads:
        case "number":
            return in_its_range(one, _with_number(codebook, one, row, reading))
        case "limit":
            return _by_its_limit(codebook, row, reading)
        case "word":
            return replace(reading, word=_word(hospital, table, row))
        case "presence":
            return replace(reading, word=_presence(hospital, table, row))


def day_of(moment: date | datetime) -> date:
    """The whole day of a day or a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def _moment(row: Row) -> datetime:
    """The moment of a measurement, or the beginning of its day."""
    moment = row.get("measurement_datetime")
    return moment if moment is not None else datetime.combine(row["measurement_date"], datetime.min.time())


# ---- A number ----


def number(codebook: Codebook, row: Row) -> tuple[float, Operator]:
    """The value and its operator."""
    value, text = row.get("value_as_number"), plain_text(row.get("value_source_value") or "")
    by_concept = _operator(codebook.operator_concepts.get(row.get("operator_concept_id") or 0, ""))
    by_text = next((operator for sign, operator in SIGNS if text.startswith(sign)), "")
    if value is None or not math.isfinite(value):
        try:
            value = read_number(text).value
        except ValueError:
            value = None
    if value is None:
        raise Aside("no value")
    return value, by_concept or _operator(by_text)


def _operator(written: str) -> Operator:
    known: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
    return known.get(written, "")


def _with_number(codebook: Codebook, one: Entry, row: Row, reading: Reading) -> Reading:
    value, operator = number(codebook, row)
    concept, written = row.get("unit_concept_id") or 0, plain_text(row.get("unit_source_value") or "")
    unit: str | None
    if concept in codebook.unit_concepts:
        unit = codebook.unit_concepts[concept]
    elif written or concept:
        unit = unit_name(written) if written else None
        if unit is None:
            raise Aside("unknown unit")
    else:
        unit = kind_of(one).unit_by_value(value)
        if unit is None:
            raise Aside("no unit")
    if unit not in (one.units or kind_of(one).units):
        raise Aside("another unit")
    return replace(reading, value=value, unit=unit, operator=operator)


def in_its_range(one: Entry, reading: Reading) -> Reading:
    """The reading, where a patient can have it. Of a value below a limit only the sign can tell."""
    assert reading.value is not None
    assert one.plausible is not None
    least, most = (kind_of(one).convert(end, one.unit, reading.unit) for end in one.plausible)
    assert least is not None
    assert most is not None
    if reading.operator in ("<", "<="):
        is_plausible = reading.value > 0
    else:
        is_plausible = least <= reading.value <= most
    if not is_plausible:
        raise Aside("implausible")
    return reading


def _by_its_limit(codebook: Codebook, row: Row, reading: Reading) -> Reading:
    """Low below the laboratory's own limit, and normal from there on."""
    value, operator = number(codebook, row)
    low = row.get("range_low")
    if low is None or not math.isfinite(low):
        raise Aside("no limit")
    if operator in ("<", "<="):
        is_low, is_open = True, value > low or (value == low and operator == "<=")
    elif operator in (">", ">="):
        is_low, is_open = False, value < low
    else:
        is_low, is_open = value < low, False
    return replace(reading, word="low" if is_low else "normal", is_open=is_open)


def kind_of(one: Entry) -> Kind:
    """What the catalogue knows of a finding: its units and how they convert."""
    known = entry(one.finding)
    assert known is not None, f"the catalogue lacks {one.finding}"
    return known


# ---- Words ----

NEGATIONS = (
    *("no", "not", "none", "never", "without", "denies", "denied"),
    *("negative", "absent", "normal", "excluded"),
)
"""A word that begins so denies something, and need not deny that the finding is there."""


def _presence(hospital: Hospital, table: str, row: Row) -> str:
    """That it is there, but where the row says the contrary, or that nobody knows."""
    try:
        word = _word(hospital, table, row)
    except Aside:
        return "present"
    return word if denies(word) else "present"


def denies(word: str) -> bool:
    """Whether a word says the contrary, denies something, or says that nobody knows."""
    plain = word.casefold()
    return bool(plain) and (plain in (*ABSENT, *MISSING) or re.split(r"\W", plain)[0] in NEGATIONS)


def _word(hospital: Hospital, table: str, row: Row) -> str:
    if table in ("condition_occurrence", "procedure_occurrence", "drug_exposure"):
        return "present"
    name = ""
    for concept in hospital.rows("concept"):
        if row.get("value_as_concept_id") and concept["concept_id"] == row["value_as_concept_id"]:
            name = concept["concept_name"]
    for said in (row.get("value_as_string"), name, row.get("value_source_value")):
        if plain_text(said or ""):
            return plain_text(said or "")
    if table == "observation":
        return "present"
    raise Aside("no value")
