"""What was given, drawn: orders and doses of a drug, and what marks the evidence of the days behind it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from tests.referee.courses import ADMINISTRATION
from tests.referee.making import day, found, whole
from tests.referee.reading import DAY, Row

DAILY = "100 mg subq daily"


@st.composite
def anakinra(draw: st.DrawFn, person: int, start: int) -> list[tuple[str, Row]]:
    """Orders and doses about the admission: from home, in the stay, after it, with gaps, some not given."""
    rows = [
        draw(order(person, start + draw(st.sampled_from([-9, 0, 2, 5]))))
        for _ in range(draw(st.integers(0, 2)))
    ]
    on = start + draw(st.sampled_from([-4, 0, 1, 2, 6]))
    for _ in range(draw(st.integers(0, 4))):
        quantity = draw(st.sampled_from([100.0, 100.0, 100.0, 0.0]))
        more = {"quantity": quantity, "dose_unit_source_value": "mg", "drug_type_concept_id": ADMINISTRATION}
        rows.append(found("drug_exposure", 0, person, "anakinra", on, sig=DAILY, **more))
        on += draw(st.sampled_from([0, 1, 1, 3, 4]))
    return [("drug_exposure", row) for row in rows]


@st.composite
def order(draw: st.DrawFn, person: int, on: int) -> Row:
    """An order or a prescription, with or without an end and a sig."""
    last = draw(st.sampled_from([None, None, 0, 2, 8, -1]))
    more: Row = {
        "sig": draw(st.sampled_from([None, DAILY])),
        "drug_exposure_end_date": None if last is None else day(on + last),
        "drug_type_concept_id": draw(st.sampled_from([None, 32838])),
    }
    if draw(st.booleans()):
        more["drug_concept_id"] = 2_000_000_101
    return found("drug_exposure", 0, person, "anakinra", on, **more)


MARKS: dict[str, tuple[str, Row]] = {
    "transfusion": ("procedure_occurrence", {"procedure_concept_id": 2_000_000_021}),
    "chemotherapy": ("drug_exposure", {"drug_concept_id": 1350504}),
    "g-csf": ("drug_exposure", {"drug_concept_id": 0, "drug_source_value": "Filgrastim"}),
}
"""How each finding of the flags is recorded: by a code, or by a name alone."""


@st.composite
def marks(draw: st.DrawFn, person: int, start: int, findings: Sequence[str]) -> tuple[str, Row]:
    """What marks the evidence of the days behind it."""
    table, how = MARKS[draw(st.sampled_from(findings))]
    on = start + draw(st.sampled_from([-7, -6, -2, -1, 0, 0, 1, 2, 7]))
    return table, whole(table, **{"person_id": person, DAY[table]: day(on)} | how)
