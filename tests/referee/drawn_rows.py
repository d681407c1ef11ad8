"""Rows of small hospitals, drawn: one finding on one day, however a laboratory or a ward may write it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from tests.referee.drawn_drugs import order
from tests.referee.making import RESULT, day, found, measured, moment
from tests.referee.reading import Reading, Row, limit_in, says

from caseseries.criteria.definition import Number, Test
from caseseries.evidence.catalogue import entry
from caseseries.evidence.truth import Truth

SPELT: dict[str, list[tuple[int | None, str | None, str]]] = {
    "body temperature": [
        (586323, "C", "Cel"),
        (0, "°C", "Cel"),
        (9289, "Deg. F", "degF"),
        (None, "F", "degF"),
        (None, None, "Cel"),
        (0, "", "degF"),
    ],
    "hemoglobin": [(8713, "g/dL", "g/dL"), (0, "gm/dl", "g/dL"), (8636, None, "g/L")],
    "platelets": [
        (8848, "K/uL", "10*3/uL"),
        (9444, None, "10*9/L"),
        (0, "x10E3/uL", "10*3/uL"),
        (8784, "/uL", "/uL"),
    ],
    "neutrophils": [(8848, "K/uL", "10*3/uL"), (None, "10^9/L", "10*9/L"), (8784, "cells/uL", "/uL")],
    "leukocytes": [(8848, "K/uL", "10*3/uL"), (9444, "10*9/L", "10*9/L"), (8784, None, "/uL")],
    "neutrophil share": [(8554, "%", "%"), (0, "%", "%")],
    "triglycerides": [(8840, "mg/dL", "mg/dL"), (8753, "mmol/L", "mmol/L"), (None, "MG/DL", "mg/dL")],
    "fibrinogen": [(8840, "mg/dL", "mg/dL"), (8636, "g/L", "g/L")],
    "ferritin": [
        (8842, "ng/mL", "ng/mL"),
        (8748, "ug/L", "ug/L"),
        (0, "NG/ML", "ng/mL"),
        (None, "pmol/L", "pmol/L"),
        (8842, "furlong", "ng/mL"),
    ],
    "aspartate aminotransferase": [(8645, "U/L", "U/L"), (0, "U/l", "U/L")],
    "soluble cd25": [(8763, "U/mL", "U/mL"), (None, "kU/L", "kU/L")],
}
"""How a unit is told: its concept, its spelling, and what that means."""
Mood = tuple[Truth, ...]
MET, OPEN, DENIED = Truth.MET, Truth.UNKNOWN, Truth.NOT_MET
MOODS: tuple[Mood, ...] = (
    (MET,),
    (MET,) * 5 + (OPEN,),
    (MET,) * 4 + (DENIED, OPEN),
    (MET, OPEN, DENIED),
    (DENIED,) * 3 + (OPEN,),
)
"""What the rows of a patient mostly say of the tests that they are made for."""
SIGNS = {"<": 4171756, "<=": 4171754, ">": 4172704, ">=": 4171755}

# ---- Numbers ----


@st.composite
def numbers(draw: st.DrawFn, person: int, test: Number, on: int, mood: Mood) -> Row:
    """A measurement for a test: on a chosen side of its limit, or exactly there, however it is written."""
    concept, spelling, unit = draw(st.sampled_from(SPELT[test.finding]))
    sign, value = draw(st.sampled_from(_telling(test, unit, draw(st.sampled_from(mood)))))
    row = measured(0, person, test.finding, on, value, spelling or "", unit_concept_id=concept)
    row |= draw(ways(value, sign)) | draw(times(on))
    if draw(st.integers(0, 5)) == 0:
        row |= draw(spoilt())
    if test.finding == "body temperature" and draw(st.integers(0, 4)) == 0:
        row |= {"measurement_concept_id": 45_000_001}
    if test.finding == "ferritin" and draw(st.integers(0, 8)) == 0:
        row |= {"measurement_concept_id": 45_000_003}
    if test.finding == "soluble cd25" and draw(st.integers(0, 2)) == 0:
        row |= {
            "measurement_concept_id": 0,
            "measurement_source_value": draw(st.sampled_from(["IL2RS", "il2rs"])),
        }
    return row


@cache
def _telling(test: Number, unit: str, wanted: Truth) -> list[tuple[str, float]]:
    """Operators and values that say so of a test, in a unit; as many plain ones as with two operators."""
    return [
        (sign, value)
        for sign in ("", "", *SIGNS)
        for value in _around(test, unit)
        if says(_as_reading(test, value, unit, sign), test) is wanted
    ]


def _around(test: Number, unit: str) -> list[float]:
    """The limit, a little and much on either side of it, in a unit; all of them plausible."""
    limit = limit_in(test, unit)
    little = round(limit * 0.001, 6) or 0.000001
    much = limit * (0.03 if test.finding == "body temperature" else 0.4)
    return [round(one, 6) for one in (limit - much, limit - little)] + [
        limit,
        *(round(one, 6) for one in (limit + little, limit + much)),
    ]


def _as_reading(test: Number, value: float, unit: str, sign: Any) -> Reading:
    return Reading(0, test.finding, day(1), day(1), "measurement", 0, value=value, unit=unit, operator=sign)


@st.composite
def ways(draw: st.DrawFn, value: float, sign: str) -> Row:
    """A number and its operator in the columns of the CDM: as numbers and concepts, as text, or as both."""
    text = f"{value:,}" if value >= 1000 else repr(value)
    gap = draw(st.sampled_from(["", " "]))
    by_text = {"value_as_number": draw(st.sampled_from([None, math.nan, math.inf]))}
    if sign == "":
        plain = {"operator_concept_id": draw(st.sampled_from([None, 0, 4172703]))}
        return draw(
            st.sampled_from(
                [plain, plain, by_text | {"value_source_value": text}, {"value_source_value": text}]
            )
        )
    by_concept = {"operator_concept_id": SIGNS[sign]}
    return draw(
        st.sampled_from(
            [
                by_concept,
                by_concept | {"value_source_value": f"{'<' if sign[0] == '>' else '>'}{text}"},
                {"value_source_value": f"{sign}{gap}{text}"},
                {"value_source_value": sign.replace(">=", "≥").replace("<=", "≤") + text},
                by_text | {"value_source_value": f"{sign}{gap}{text}"},
                by_text | by_concept | {"value_source_value": text},
            ]
        )
    )


@st.composite
def times(draw: st.DrawFn, on: int) -> Row:
    """The moment of the sample and that of the result: at once, late, never, or before the sample."""
    later = draw(st.sampled_from([None, 0, 0, 1, 5, 25, -1]))
    minute = draw(st.sampled_from([None, 300, 301]))
    return {
        "measurement_datetime": None if minute is None else moment(on, minute),
        RESULT: None if later is None else moment(on + later, 600),
    }


def spoilt() -> st.SearchStrategy[Row]:
    """What makes a number say nothing, or less than it seems to."""
    nothing: list[Row] = [
        {"value_as_number": None, "value_source_value": None},
        {"value_as_number": math.nan, "value_source_value": None},
        {"value_as_number": -math.inf, "value_source_value": "HEMOLYZED"},
        {"value_as_number": None, "value_source_value": "not done"},
        {"unit_concept_id": 0, "unit_source_value": "furlong"},
        {"unit_concept_id": 4_000_000, "unit_source_value": None},
        {"unit_concept_id": None, "unit_source_value": " "},
        {"unit_concept_id": 8845, "unit_source_value": "pg/mL"},
        {"value_as_number": -1.0, "value_source_value": None},
        {"value_as_number": 9_999_999_999.0, "operator_concept_id": None, "value_source_value": None},
        {"value_as_number": 0.0, "operator_concept_id": 4171756, "value_source_value": None},
        {"operator_concept_id": None, "value_source_value": "<LOD"},
    ]
    return st.sampled_from(nothing)


@st.composite
def by_share(draw: st.DrawFn, person: int, on: int) -> list[tuple[str, Row]]:
    """Neutrophils as leukocytes and their share, at one moment, beside it, or one of the two spoilt."""
    share = draw(st.sampled_from([50.0, 25.0, 80.0, 100.0]))
    wanted = draw(st.sampled_from([0.3, 0.9, 1.0, 1.0, 1.1]))
    rows = []
    at = draw(times(on))
    for finding, value in (("leukocytes", wanted * 100 / share), ("neutrophil share", share)):
        concept, spelling, unit = draw(st.sampled_from(SPELT[finding]))
        known = entry(finding)
        assert known is not None
        told = known.convert(value, known.unit, unit)
        row = measured(0, person, finding, on, told, spelling or "", unit_concept_id=concept) | at
        if draw(st.integers(0, 9)) == 0:
            row |= draw(times(on))
        if draw(st.integers(0, 9)) == 0:
            row |= draw(spoilt())
        rows.append(("measurement", row))
        if draw(st.integers(0, 5)) == 0:
            rows.append(
                ("measurement", row | {"value_as_number": (told or 0) * draw(st.sampled_from([0.5, 1, 2]))})
            )
    return rows


# ---- Words ----

KILLING: dict[Truth, list[tuple[float, float | None, str]]] = {
    MET: [(2.0, 7.0, ""), (3.0, 7.0, ""), (7.0, 7.0, "<")],
    OPEN: [(9.0, 7.0, "<"), (2.0, None, ""), (2.0, 7.0, ">")],
    DENIED: [(7.0, 7.0, ""), (9.0, 7.0, ""), (7.0, 7.0, ">")],
}
"""NK activity with the laboratory's own limit, and an operator."""
SAID: dict[Truth, list[Row]] = {
    MET: [
        {"value_as_string": "present"},
        {"value_as_string": " Present "},
        {"value_as_string": "seen", "value_as_concept_id": 45_877_002},
        {"value_as_concept_id": 45_877_001},
        {"value_as_string": " ", "value_source_value": "positive"},
        {},
    ],
    OPEN: [
        {"value_as_string": "perhaps"},
        {"value_as_string": "Unknown"},
        {"value_as_string": "No variant found"},
        {"value_as_concept_id": 404, "value_source_value": "pending"},
    ],
    DENIED: [
        {"value_as_string": "absent"},
        {"value_as_concept_id": 45_877_002, "value_source_value": "present"},
        {"value_as_string": "Not seen"},
    ],
}
"""What an observation says, in the columns of the CDM."""


@st.composite
def spoken(draw: st.DrawFn, person: int, test: Test, on: int, mood: Mood) -> tuple[str, Row]:
    """A row for a test of words, in the table where the codebook looks for it."""
    wanted = draw(st.sampled_from(mood))
    if test.finding == "splenomegaly":
        code = draw(st.sampled_from([{}, {}, {"condition_concept_id": 45_000_002}]))
        return "condition_occurrence", found("condition_occurrence", 0, person, test.finding, on, **code)
    if test.finding == "hepatomegaly":
        named = {"condition_concept_id": 0, "condition_source_value": "Hepatomegaly"}
        return "condition_occurrence", found("condition_occurrence", 0, person, test.finding, on, **named)
    if test.finding == "immunosuppression":
        when = on + draw(st.sampled_from([0, -100, 60]))
        return "condition_occurrence", found("condition_occurrence", 0, person, test.finding, when)
    if test.finding == "nk activity":
        value, low, sign = draw(st.sampled_from(KILLING[wanted]))
        more = {"range_low": low, "operator_concept_id": SIGNS.get(sign)}
        return "measurement", measured(0, person, test.finding, on, value, "% lysis", **more) | draw(
            times(on)
        )
    said: Row = draw(st.sampled_from(SAID[wanted]))
    row = found("observation", 0, person, test.finding, on, **said)
    if draw(st.integers(0, 3)) == 0:
        row |= {"observation_concept_id": 0, "observation_source_value": "bm-hemophago"}
    return "observation", row


@st.composite
def of_steps(draw: st.DrawFn, person: int, start: int) -> tuple[str, Row]:
    """A row for the steps after the criteria: within the stay, or long before it."""
    on = start + draw(st.sampled_from([0, 0, 3, 7, -40]))
    finding = draw(st.sampled_from(["hlh mutation", "family history of hlh", "anakinra", "anakinra"]))
    if finding == "anakinra":
        return "drug_exposure", draw(order(person, on))
    said = draw(st.sampled_from([None, None, "PRF1", " Absent ", "negative"]))
    return "observation", found("observation", 0, person, finding, on, value_as_string=said)


@st.composite
def noise(draw: st.DrawFn, people: Sequence[int | None]) -> tuple[str, Row]:
    """A row of anybody or nobody, anywhere in time."""
    finding = draw(st.sampled_from(sorted(SPELT)))
    concept, spelling, _ = draw(st.sampled_from(SPELT[finding]))
    on = draw(st.integers(-30, 40))
    value = draw(st.sampled_from([0.5, 8.0, 36.9, 101.3, 150.0, 500.0, 33511.0]))
    row = measured(
        0, draw(st.sampled_from(people)), finding, on, value, spelling or "", unit_concept_id=concept
    )
    return "measurement", row | draw(times(on))
