"""Laws of the engine: on drawn hospitals SQL and referee agree on every stay, test, patient and step."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.referee.agreement import differences, set_aside_differences
from tests.referee.by_sql import screened, unflagged
from tests.referee.hospitals import Study, studies
from tests.referee.making import day, whole
from tests.referee.reading import CONCEPT, DAY, ID, SOURCE_VALUE, Hospital, Row
from tests.referee.screening import screen

from caseseries.criteria.definition import Flag
from caseseries.records.codebook import Codebook

SLOWLY = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@SLOWLY
@given(study=studies())
def test_the_engine_agrees_with_the_referee(study: Study) -> None:
    asked = (study.hospital, study.promise.protocol, study.codebook, study.answers)
    referee, engine = screen(*asked), screened(*asked)
    for verdict in referee.verdicts:
        event(verdict.truth)
    found = [*differences(referee, engine)]
    found += set_aside_differences(referee, engine, study.hospital, study.codebook)
    assert not found, "\n".join(found)


# ---- Flags ----

MARKS: dict[str, tuple[str, int, str | None]] = {
    "transfusion": ("procedure_occurrence", 2_000_000_021, None),
    "chemotherapy": ("drug_exposure", 1350504, None),
    "g-csf": ("drug_exposure", 0, "Filgrastim"),
}
"""How each finding of the flags is recorded: by a code, or by a name alone."""


@st.composite
def marked(draw: st.DrawFn) -> tuple[Study, list[tuple[str, Row]]]:
    """A study by a definition with flags, and rows that mark some of its evidence."""
    study = draw(studies().filter(lambda one: bool(one.promise.definition.flags)))
    people = sorted({row["person_id"] for row in study.hospital.rows("measurement")} - {None})
    rows = []
    for number in range(draw(st.integers(1, 4))):
        finding = draw(st.sampled_from(sorted(MARKS)))
        table, concept, name = MARKS[finding]
        known = {
            ID[table]: 10**6 + number,
            "person_id": draw(st.sampled_from(people)),
            CONCEPT[table]: concept,
        }
        on = day(draw(st.sampled_from([-6, -5, -1, 0, 1, 1, 2, 3, 8])))
        rows.append((finding, whole(table, **known, **{DAY[table]: on, SOURCE_VALUE[table]: name})))
    return study, rows


@settings(SLOWLY, max_examples=20)
@given(both=marked())
def test_without_flagged_evidence_the_verdicts_are_those_without_its_rows(
    both: tuple[Study, list[tuple[str, Row]]],
) -> None:
    study, rows = both
    tables = {name: list(those) for name, those in study.hospital.tables.items()}
    for finding, row in rows:
        tables[MARKS[finding][0]].append(row)
    engine = unflagged(Hospital(tables), study.promise.protocol, study.codebook)
    emptied = Hospital(
        tables | {"measurement": [_emptied(row, study, rows) for row in tables["measurement"]]}
    )
    referee = screen(emptied, study.promise.protocol, study.codebook)
    event(f"emptied: {emptied != Hospital(tables)}")
    told = {(one.person, one.stay_id): one for one in engine}
    assert told == {(one.person, one.stay_id): one for one in referee.verdicts}


def _emptied(row: Row, study: Study, rows: list[tuple[str, Row]]) -> Row:
    """A measurement that a flag marks, without its value."""
    for flag in study.promise.definition.flags:
        if row["measurement_concept_id"] in _concepts(flag, study.codebook):
            for finding, mark in rows:
                on = mark[DAY[MARKS[finding][0]]]
                is_within = timedelta(0) <= row["measurement_date"] - on <= timedelta(flag.days_before)
                if finding == flag.finding and mark["person_id"] == row["person_id"] and is_within:
                    return row | {"value_as_number": None, "value_source_value": None}
    return row


def _concepts(flag: Flag, codebook: Codebook) -> set[int]:
    """The concepts of the findings that a flag is on; of neutrophils those of their share too."""
    names = [name for on in flag.on for name in (on, "neutrophil share" if on == "neutrophils" else on)]
    return {code.concept for name in names for code in codebook.entry(name).codes}
