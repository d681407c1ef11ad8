"""The survey, on small hospitals whose every row is here: what is counted, and what cannot be seen."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from zlib import crc32

import polars as pl
import pytest
from tests.referee.making import CODES, born, day, found, frames, hospital, measured, moment, visit, whole
from tests.referee.reading import Row

from caseseries.cohort.known import asked_of
from caseseries.cohort.meaning import meanings
from caseseries.criteria.definition import findings_of
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.problem import Problems
from caseseries.records.codebook import CONTACT, Code, Codebook
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.omop import open_records
from caseseries.records.percentiles import quantiles
from caseseries.records.resolving import resolve
from caseseries.records.survey import Survey, survey
from caseseries.records.survey_frames import (
    AUDIT,
    CONCEPTS,
    DRUGS,
    FINDINGS,
    RECALLED,
    SET_ASIDE,
    UNITS,
    WORDS,
    WRITTEN,
)
from caseseries.records.survey_text import LACKING
from caseseries.records.survey_wording import percent, short, unit_words, years
from caseseries.records.sweep import sweep
from caseseries.records.tally import patients
from caseseries.report.survey_page import survey_page
from caseseries.study import open_study

CONCEPT_COLUMNS = {name: CONCEPTS[name] for name in ("finding", "table", "concept_id", "via", "confidence")}
HLH = (open_definition("hlh-2004"), open_definition("hscore"))


def surveyed(
    rows: Sequence[tuple[str, Row]],
    *findings: str,
    without: Sequence[str] = (),
    recalled: Sequence[int] = (),
) -> Survey:
    """The survey of two patients with a visit, and of these rows; the tables `without` are not there.

    The ids `recalled` are taken for known from memory alone: none of the codebook that ships is.
    """
    people = [("person", born(1, 1960)), ("person", born(2, 1970))]
    visits = [("visit_occurrence", visit(person, person, 1, 20)) for person in (1, 2)]
    tables = frames(hospital([*people, *visits, *rows]))
    with open_records({name: frame for name, frame in tables.items() if name not in without}) as records:
        codebook = from_memory(read_codebook(), recalled)
        return survey(records, codebook, resolve(codebook, records), findings, meanings(HLH))


def from_memory(codebook: Codebook, concepts: Sequence[int]) -> Codebook:
    def of(code: Code) -> Code:
        return replace(code, confidence="recalled") if code.concept in concepts else code

    return replace(
        codebook,
        entries=tuple(replace(one, codes=tuple(map(of, one.codes))) for one in codebook.entries),
        units=tuple(replace(one, code=of(one.code)) for one in codebook.units),
        operators=tuple(replace(one, code=of(one.code)) for one in codebook.operators),
    )


def lab(*rows: Row) -> list[tuple[str, Row]]:
    return [("measurement", row) for row in rows]


def row_of(frame: pl.DataFrame, **key: Any) -> dict[str, Any]:
    """The one row in which these columns are so."""
    found = frame.filter(pl.col(name).eq_missing(pl.lit(value)) for name, value in key.items())
    assert found.height == 1, found
    return next(found.iter_rows(named=True))


def test_each_table_of_results_is_read_once() -> None:
    """Rows, patients, units, values, words, limits and years come from one pass of it."""
    marrow = [("observation", whole("observation", observation_id=1, person_id=1, observation_date=day(1)))]
    asked = [finding for definition in HLH for finding in findings_of(definition)]
    read: dict[str, list[str]] = {"measurement": [], "observation": []}
    with open_records(frames(hospital([*FERRITIN, *marrow, ("person", born(1, 1960))]))) as records:
        codebook = read_codebook()
        resolved = resolve(codebook, records)
        before = set(records.sql)
        survey(records, codebook, resolved, list(dict.fromkeys(asked)), meanings(HLH))
        for name, text in records.sql.items():
            for table in read:
                if name not in before and re.search(rf"\b{table}\b", text.replace(f"'{table}'", "")):
                    read[table].append(name)
    assert read == {table: [f"swept_{table}"] for table in read}


# ---- Numbers ----

FERRITIN = lab(
    measured(1, 1, "ferritin", 1, 100, "ng/mL", result_datetime=moment(2, 60)),
    measured(2, 1, "ferritin", 2, 200, "NG/ML", measurement_datetime=moment(2, 485)),
    measured(3, 2, "ferritin", 3, 300, "ng/mL", measurement_datetime=moment(3, 0)),
    measured(4, 2, "ferritin", 4, 400, "ng/mL", operator_concept_id=4171756),
    measured(5, 2, "ferritin", 5, None, "ng/mL", value_source_value=">500"),
    measured(6, 2, "ferritin", 6, 0.5, "ng/mL"),
    measured(7, 2, "ferritin", 6, None, "ng/mL"),
    measured(8, 2, "ferritin", 6, float("nan"), "ng/mL"),
    measured(9, 2, "ferritin", 6, None, "ng/mL", value_source_value="HEMOLYZED"),
    measured(10, 2, "ferritin", 6, 250, ""),
    measured(11, 2, "ferritin", 6, 250, "furlong"),
    measured(12, 2, "ferritin", 6, 250, "pg/mL"),
    measured(13, 2, "ferritin", 400, 250, "", unit_concept_id=8748),
    measured(14, None, "ferritin", 6, 250, "ng/mL"),
    found("measurement", 15, 2, "ferritin", 6, value_as_number=250.0, measurement_date=None),
)


def test_every_row_of_a_number_is_counted_once() -> None:
    told = surveyed(FERRITIN, "ferritin").frames.findings
    assert told.schema == FINDINGS
    row = row_of(told, finding="ferritin")
    assert row == {
        "finding": "ferritin",
        "reads": "number",
        "rows": 13,
        "patients": 2,
        "lost": 2,
        "concepts": 1,
        "first_year": 2014,
        "last_year": 2015,
        "result_times": 1,
        "sample_times": 1,
        "days_only": 11,
        "usable": 6,  # 100, 200, 300, <400, >500 and the one in ug/L
        "no_value": 2,
        "not_read": 1,
        "no_unit": 1,
        "unknown_unit": 1,
        "other_unit": 1,
        "implausible": 1,
        "from_text": 1,
        "above": 1,
        "below": 1,
    }
    assert row["usable"] + sum(row[name] for name in SET_ASIDE) == row["rows"]


def test_percentiles_by_unit_as_it_is_understood() -> None:
    """Of 0.5, 100, 200, 300, 400 and 500 the fifth percentile lies a quarter of the way from 0.5 to 100."""
    told = surveyed(FERRITIN, "ferritin").frames.units
    assert told.schema == UNITS
    assert told["unit"].to_list() == ["ng/mL", "", "pg/mL", "ug/L", None]
    assert row_of(told, unit="ng/mL") == {
        "finding": "ferritin",
        "unit": "ng/mL",
        "is_taken": True,
        "rows": 9,
        "values": 6,
        "plausible": 5,
        "p5": 25.375,
        "p25": 125.0,
        "median": 250.0,
        "p75": 375.0,
        "p95": 475.0,
    }
    assert row_of(told, unit="ug/L")["plausible"] == 1
    assert [row_of(told, unit=unit)["is_taken"] for unit in ("pg/mL", "", None)] == [False, False, False]
    assert row_of(told, unit="pg/mL")["plausible"] is None


def test_ways_of_writing() -> None:
    told = surveyed(FERRITIN, "ferritin").frames.written
    assert told.schema == WRITTEN
    ways = told.select("unit_source_value", "unit_concept_id", "unit", "text_unit", "rows", "median").rows()
    assert ways == [
        ("ng/mL", 0, "ng/mL", "ng/mL", 8, 300.0),
        ("", 0, "", "", 1, 250.0),
        ("NG/ML", 0, "ng/mL", "ng/mL", 1, 200.0),
        ("furlong", 0, None, None, 1, 250.0),
        ("pg/mL", 0, "pg/mL", "pg/mL", 1, 250.0),
        ("", 8748, "ug/L", "", 1, 250.0),
    ]


def test_a_temperature_without_a_unit_is_told_by_its_value() -> None:
    rows = lab(
        measured(1, 1, "body temperature", 1, 38.6, "C"),
        measured(2, 1, "body temperature", 1, 101.5, "C"),
        measured(3, 1, "body temperature", 1, 37.0, ""),
        measured(4, 1, "body temperature", 1, 99.0, ""),
        measured(5, 1, "body temperature", 1, 60.0, ""),
    )
    told = surveyed(rows, "body temperature")
    row = row_of(told.frames.findings, finding="body temperature")
    assert (row["usable"], row["implausible"], row["no_unit"]) == (3, 1, 1)
    assert row_of(told.frames.units, unit="")["plausible"] == 2
    assert "body temperature: 1 row in Cel can only be in degF, such as 101.5 Cel. They are set aside." in (
        told.unseen
    )


@pytest.mark.parametrize(
    "values, rows, expected",
    [
        ([1.0, 2.0, 4.0], [1, 1, 1], [1.1, 1.5, 2.0, 3.0, 3.8]),
        ([1.0, 2.0], [3, 1], [1.0, 1.0, 1.0, 1.25, 1.85]),
        ([7.0], [1_000_000], [7.0] * 5),
        ([], [], [None] * 5),
    ],
)
def test_percentiles_of_counted_values(
    values: list[float], rows: list[int], expected: list[float | None]
) -> None:
    found = quantiles(values, rows, (0.05, 0.25, 0.5, 0.75, 0.95))
    assert [one if one is None else round(one, 12) for one in found] == expected


# ---- Words, presence, drugs ----


def spoken(number: int, word: str | None) -> tuple[str, Row]:
    """An observation about the marrow."""
    row = found("observation", number, 1, "hemophagocytosis", number, value_as_string=word)
    return "observation", row


def test_what_words_come_to() -> None:
    """By the criteria that ask for them; an observation without a word says that it is there."""
    rows = [spoken(1, "present"), spoken(2, "absent"), spoken(3, "perhaps"), spoken(4, None)]
    told = surveyed(rows, "hemophagocytosis")
    assert told.frames.words.schema == WORDS
    assert told.frames.words.select("word", "means", "rows").rows() == [
        ("present", "met", 2),
        ("absent", "denied", 1),
        ("perhaps", "not understood", 1),
    ]
    row = row_of(told.frames.findings, finding="hemophagocytosis")
    assert (row["rows"], row["usable"], row["not_read"]) == (4, 3, 1)
    assert 'hemophagocytosis: these words are not understood: "perhaps" (1).' in told.unseen


def test_a_row_that_need_only_be_there_can_deny() -> None:
    """A spleen that is said not to be enlarged is looked for, and counted; a diagnosis has no word."""
    said = [
        found("observation", number, 1, "splenomegaly", number, value_as_string=word)
        for number, word in enumerate(("no", "18 cm", None), 1)
    ]
    rows = [("observation", row) for row in said]
    rows.append(("condition_occurrence", found("condition_occurrence", 9, 2, "splenomegaly", 1)))
    told = surveyed(rows, "splenomegaly")
    assert told.frames.words.select("word", "means", "rows").rows() == [
        ("18 cm", "met", 1),
        ("no", "denied", 1),
        ("present", "met", 1),
    ]
    row = row_of(told.frames.findings, finding="splenomegaly")
    assert (row["rows"], row["patients"], row["usable"]) == (4, 2, 4)
    assert "18 cm 1 (met), no 1 (denied)" in str(told)


@pytest.mark.parametrize(
    "word", ["Unknown", "not done", "?", "No change", "Negative for it", "not applicable"]
)
def test_a_row_that_says_that_nobody_knows_is_not_understood(word: str) -> None:
    row = found("observation", 1, 1, "splenomegaly", 1, value_as_string=word)
    told = surveyed([("observation", row)], "splenomegaly")
    assert told.frames.words.select("word", "means", "rows").rows() == [(word, "not understood", 1)]
    assert row_of(told.frames.findings, finding="splenomegaly")["usable"] == 0
    assert f'splenomegaly: these words are not understood: "{word}" (1).' in told.unseen


def test_the_laboratorys_own_limit() -> None:
    """Below it is low; `<12` against 10 is neither; without a number or a limit nothing is said."""
    rows = lab(
        measured(1, 1, "nk activity", 1, 5, "% lysis", range_low=10.0),
        measured(2, 1, "nk activity", 1, 10, "% lysis", range_low=10.0),
        measured(3, 1, "nk activity", 1, None, "%", value_source_value="<12", range_low=10.0),
        measured(4, 1, "nk activity", 1, None, "%", value_source_value="<10", range_low=10.0),
        measured(5, 1, "nk activity", 1, 5, "%"),
        measured(6, 1, "nk activity", 1, None, "%", range_low=10.0),
    )
    told = surveyed(rows, "nk activity")
    assert sorted(told.frames.words.select("word", "means", "rows").rows()) == [
        ("beyond the limit or not", "undecidable", 1),
        ("low", "met", 2),
        ("no limit", "not understood", 1),
        ("no number", "not understood", 1),
        ("normal", "denied", 1),
    ]
    row = row_of(told.frames.findings, finding="nk activity")
    assert (row["rows"], row["usable"], row["no_value"], row["not_read"]) == (6, 4, 1, 1)
    assert not [one for one in told.unseen if "unit" in one or "compared" in one]


def test_a_finding_that_every_row_of_a_table_tells() -> None:
    """Thirteen results have a patient and a day, and both patients have a visit; none says a word of it."""
    contact = "contact in person or laboratory result"
    for findings in ([contact], [contact, "ferritin"], ["ferritin", contact]):
        told = surveyed(FERRITIN, *findings).frames
        row = row_of(told.findings, finding=contact)
        assert (row["rows"], row["lost"], row["patients"], row["usable"]) == (15, 2, 2, 15)
        assert told.words.filter(finding=contact).is_empty()
    assert row_of(told.findings, finding="ferritin") == row_of(
        surveyed(FERRITIN, "ferritin").frames.findings, finding="ferritin"
    )


def test_patients_are_counted_once_in_all_tables() -> None:
    coded = [
        ("condition_occurrence", found("condition_occurrence", 1, 1, "splenomegaly", 1)),
        ("condition_occurrence", found("condition_occurrence", 2, 1, "splenomegaly", 2)),
        ("observation", found("observation", 3, 1, "splenomegaly", 3)),
        ("observation", found("observation", 4, 2, "splenomegaly", 4)),
    ]
    told = surveyed(coded, "splenomegaly").frames
    row = row_of(told.findings, finding="splenomegaly")
    assert (row["rows"], row["patients"], row["concepts"], row["usable"]) == (4, 2, 1, 4)
    assert told.concepts.schema == CONCEPTS
    coded_rows = told.concepts.filter(pl.col("rows") > 0).select("table", "concept_id", "rows").rows()
    assert coded_rows == [("observation", 200527, 2), ("condition_occurrence", 200527, 2)]


def test_more_findings_than_a_whole_number_has_bits() -> None:
    """Patients are counted by bits, 62 to a column; so many findings need a second one."""
    codebook = read_codebook()
    names = [entry.finding for entry in codebook.entries if not entry.answered_by_review]
    concepts = [
        (name, table, 9_000 + place, "listed", "local")
        for place, (name, table) in enumerate((name, "observation") for name in names * 3)
    ]
    wanted = pl.DataFrame(concepts, CONCEPT_COLUMNS, orient="row").with_columns(
        finding=pl.concat_str("finding", pl.lit(" "), pl.col("concept_id").cast(pl.String))
    )
    assert wanted.height > 62
    rows = [
        ("observation", whole("observation", observation_id=one, person_id=1, observation_date=day(1)))
        for one in range(wanted.height)
    ]
    for (_, row), concept in zip(rows, wanted["concept_id"], strict=True):
        row["observation_concept_id"] = concept
    people = [("person", born(1, 1960)), ("visit_occurrence", visit(1, 1, 1, 2))]
    entries = [replace(codebook.entry(one.rpartition(" ")[0]), finding=one) for one in wanted["finding"]]
    with open_records(frames(hospital([*people, *rows]))) as records:
        sweep(records, wanted, entries, "")
        assert patients(records, wanted) == dict.fromkeys(wanted["finding"], 1)


def given(number: int, on: int, kind: int, **more: Any) -> tuple[str, Row]:
    """A row of anakinra."""
    return "drug_exposure", found(
        "drug_exposure", number, 1, "anakinra", on, drug_type_concept_id=kind, **more
    )


def test_drugs_as_administrations_and_orders() -> None:
    rows = [
        given(1, 1, 32818, quantity=100.0, dose_unit_source_value="mg", route_source_value="SC"),
        given(2, 2, 32818, quantity=1.0, dose_unit_source_value="syringe"),
        given(3, 2, 32838, sig="100 mg subq q6h"),
        given(4, 3, 32838, sig="as directed"),
    ]
    told = surveyed(rows, "anakinra")
    assert told.frames.drugs.schema == DRUGS
    assert told.frames.drugs.rows() == [
        ("anakinra", 32818, "administration", 2, 0, 1, 1),
        ("anakinra", 32838, "order", 2, 2, 1, 0),
    ]
    assert "Rows of drugs whose dose cannot be read in milligrams: anakinra (2 of 4)." in told.unseen
    assert "       2       2  50.0%  50.0%  25.0%" in str(told)


def test_only_orders() -> None:
    told = surveyed([given(1, 1, 32838, sig="100 mg subq daily")], "anakinra")
    assert (
        "Only orders, no administrations: anakinra. Not everything that is ordered is given." in told.unseen
    )


def test_a_vocabulary_with_a_row_twice_counts_no_drug_twice() -> None:
    drug = given(1, 1, 32838)
    rxnorm = {"concept_id": 1114375, "vocabulary_id": "RxNorm", "concept_code": "72435"}
    concept = ("concept", whole("concept", concept_name="anakinra", **rxnorm))
    told = surveyed([drug, concept, concept], "anakinra").frames
    assert (told.drugs["rows"].to_list(), told.findings["rows"].to_list()) == ([1], [1])


def test_the_dose_of_a_piece_is_told_by_its_name_or_the_table_of_strengths() -> None:
    """A syringe says how much was given where somebody says how much it holds."""
    concept = CODES["anakinra"]
    syringes = [given(number, 1, 32818, quantity=1.0, dose_unit_source_value="syringe") for number in (1, 2)]
    rxnorm = {"vocabulary_id": "RxNorm", "concept_code": "72435", "concept_name": "anakinra 100 mg syringe"}
    named = ("concept", whole("concept", concept_id=concept, **rxnorm))
    holds = {"drug_concept_id": concept, "amount_value": 100.0, "amount_unit_concept_id": 8576}
    unit = ("concept", whole("concept", concept_id=8576, vocabulary_id="UCUM", concept_code="mg"))
    table = [("drug_strength", whole("drug_strength", ingredient_concept_id=1, **holds)), unit]
    doses = [
        surveyed([*syringes, *more], "anakinra").frames.drugs["with_dose"].to_list()
        for more in ([], [named], table)
    ]
    assert doses == [[0], [2], [2]]


def test_a_class_of_drugs_stands_for_its_drugs_and_a_product_for_its_parts() -> None:
    told = surveyed([], "corticosteroids", "neutrophils").frames.findings["finding"].to_list()
    assert told == [
        *("dexamethasone", "methylprednisolone", "prednisone", "prednisolone", "hydrocortisone"),
        *("neutrophils", "leukocytes", "neutrophil share"),
    ]


def test_a_finding_that_the_codebook_lacks() -> None:
    with pytest.raises(Problems, match='it does not say how the records tell "ferritine"'):
        surveyed([], "ferritine")


# ---- What cannot be seen ----


def test_findings_of_which_nothing_is_recorded() -> None:
    """Each for its own reason: a reviewer's, no code, products that no vocabulary files, and a silence."""
    asked = ("anakinra given for HLH", "hemophagocytosis", "anakinra", "immunosuppression", "splenomegaly")
    other = ("concept", whole("concept", concept_id=45_000_001, concept_name="else"))
    told = surveyed([other], *asked)
    assert told.unseen[:4] == (
        "Only a reviewer can answer: anakinra given for HLH.",
        "Nothing in these records stands for: hemophagocytosis. No code, no name: that nothing is recorded "
        "of them says nothing.",
        "Not one row of: anakinra. CONCEPT_ANCESTOR files no product below the codes, so that none can be "
        "found, and it stays unknown for everyone. Add that table, or list the products.",
        "Not one row of: immunosuppression, splenomegaly. It stays unknown for everyone.",
    )
    assert told.frames.findings["rows"].to_list() == [0] * 5


def test_a_silence_that_can_be_believed() -> None:
    below = {"ancestor_concept_id": 1114375, "descendant_concept_id": 45_000_000}
    vocabulary = [("concept_ancestor", whole("concept_ancestor", **below))]
    _, another = given(1, 1, 32838)
    told = surveyed([*vocabulary, ("drug_exposure", another | {"drug_concept_id": 1112807})], "anakinra")
    nothing = surveyed(vocabulary, "anakinra")
    assert nothing.unseen[0] == "Not one row of: anakinra. It stays unknown for everyone."
    assert told.unseen[0] == "Not one row of: anakinra. By the codebook it counts as absent in everyone."


def test_neutrophils_that_can_only_be_worked_out() -> None:
    rows = lab(
        measured(1, 1, "leukocytes", 1, 4, "K/uL"),
        measured(2, 1, "neutrophil share", 1, 50, "%"),
    )
    told = surveyed(rows, "neutrophils")
    assert told.unseen[0] == (
        "No row of neutrophils: it can only be worked out, as leukocytes × neutrophil share."
    )


def test_units_that_cannot_be_compared_or_are_not_understood() -> None:
    rows = lab(
        measured(1, 1, "soluble cd25", 1, 5000, "pg/mL"),
        measured(2, 1, "soluble cd25", 2, 6000, "pg/mL"),
        measured(3, 1, "hemoglobin", 2, 12, "furlong"),
        measured(4, 1, "platelets", 2, 12, "", unit_concept_id=77),
    )
    told = surveyed(rows, "soluble cd25", "hemoglobin", "platelets")
    assert told.unseen[:6] == (
        "Not one usable row of soluble cd25: 2 rows, all set aside (2 in a unit that cannot be compared).",
        "Not one usable row of hemoglobin: 1 row, all set aside (1 in a unit that is not understood).",
        "Not one usable row of platelets: 1 row, all set aside (1 in a unit that is not understood).",
        "soluble cd25: 2 rows in pg/mL cannot be compared. Assays in pg/mL and in U/mL have no common "
        "factor: ask the laboratory for U/mL.",
        'The unit "furlong" is not understood: 1 row of hemoglobin.',
        "The unit concept 77 is not understood: 1 row of platelets.",
    )


def test_much_that_is_set_aside() -> None:
    rows = lab(*(measured(one, 1, "ferritin", 1, 100 if one else None, "ng/mL") for one in range(5)))
    told = surveyed(rows, "ferritin")
    assert told.unseen[0] == "ferritin: 20.0% of 5 rows are set aside (1 without a value)."


def test_times_of_results_and_deaths() -> None:
    some = lab(
        measured(1, 1, "ferritin", 1, 100, "ng/mL", result_datetime=moment(2, 0)),
        measured(2, 1, "ferritin", 1, 100, "ng/mL"),
    )
    told = surveyed(some, "ferritin")
    assert told.unseen[:2] == (
        "1 of 2 results have no time of the result: each counts as known on the day of its sample.",
        "The table of deaths has no dated row: who died is known from no discharge either.",
    )
    went = whole(
        "visit_occurrence",
        visit_occurrence_id=9,
        person_id=1,
        visit_concept_id=9201,
        visit_start_date=day(30),
        visit_end_date=day(31),
        discharged_to_source_value="EXPIRED",
    )
    without = surveyed([*some[1:], ("visit_occurrence", went)], "ferritin", without=["death"])
    assert without.unseen[:2] == (
        "No result has a time of its own: each counts as known on the day of its sample.",
        "There is no table of deaths: who died is known from 1 discharge alone.",
    )
    seen = whole(
        "observation",
        observation_id=4,
        person_id=1,
        observation_concept_id=4306655,
        observation_date=day(31),
    )
    both = [*some[1:], ("visit_occurrence", went), ("observation", seen)]
    assert surveyed(both, "ferritin", "death", without=["death"]).unseen[-1] == (
        "There is no table of deaths: who died is known from 1 discharge and 1 row of other tables alone."
    )


def test_rows_that_belong_to_nobody_or_to_no_day() -> None:
    assert "Rows without a patient or a day, which count nowhere: ferritin (2)." in (
        surveyed(FERRITIN, "ferritin").unseen
    )


def test_what_rests_on_memory() -> None:
    """A recalled unit whose text says the same rests on both."""
    rows = lab(
        measured(1, 1, "hemoglobin", 1, 120, "g/L", unit_concept_id=8636),
        measured(2, 1, "hemoglobin", 1, 120, "", unit_concept_id=8636),
        measured(3, 1, "hemoglobin", 1, 12, "g/dL", operator_concept_id=4172704),
        measured(4, 1, "leukocytes", 1, 4, "K/uL", measurement_concept_id=3010813),
    )
    told = surveyed(rows, "hemoglobin", "leukocytes", recalled=(8636, 4172704, 3010813))
    assert told.frames.recalled.schema == RECALLED
    assert [one for one in told.frames.recalled.rows() if one[3]] == [
        (8636, "grams a liter", "unit", 2, 1),
        (3010813, "leukocytes", "leukocytes", 1, 0),
        (4172704, "above", "operator", 1, 0),
    ]
    assert (
        "Known from memory alone, look them up: 8636 (grams a liter): 2 rows, 1 with the same unit as text; "
        "3010813 (leukocytes): 1 row; 4172704 (above): 1 row."
    ) in told.unseen


# ---- The mapping audit ----


def called(source: str, finding: str, values: Sequence[float], unit: str, **more: Any) -> list[Row]:
    """Numbers of a test that the hospital calls so."""
    more |= {"measurement_source_value": source}
    return [
        measured(100 * crc32(source.encode()) + place, 1, finding, 1, value, unit, **more)
        for place, value in enumerate(values)
    ]


def audited(*rows: Row, finding: str) -> list[tuple[str, str]]:
    told = surveyed(lab(*rows), finding)
    assert told.frames.audit.schema == AUDIT
    assert [one for one in told.unseen if one in told.frames.audit["sentence"]] == (
        told.frames.audit["sentence"].to_list()
    )
    return list(told.frames.audit.select("kind", "sentence").iter_rows())


def test_a_median_that_cannot_be_a_patients() -> None:
    """A triglyceride of 2 is one in mmol/L; four numbers are too few to say so."""
    odd = called("TRIG RATIO", "triglycerides", [1.5, 2, 2, 2.5, 3], "mg/dL")
    assert (
        audited(*odd[:4], *called("TRIG", "triglycerides", [150] * 5, "mg/dL"), finding="triglycerides") == []
    )
    assert audited(*odd, *called("TRIG", "triglycerides", [150] * 5, "mg/dL"), finding="triglycerides") == [
        (
            "implausible",
            'triglycerides ("TRIG RATIO", concept 3022192): the median of 5 is 2 mg/dL, and can be 5 to '
            "20,000. It would fit mmol/L.",
        )
    ]


def test_an_index_that_is_taken_for_the_thing_itself() -> None:
    """A hemolysis index of 0 to 1 that is mapped to hemoglobin fits none of its units."""
    rows = called("HEMOLYSIS INDEX", "hemoglobin", [0, 0, 0, 0.5, 0.5], "g/dL")
    assert audited(*rows, finding="hemoglobin") == [
        (
            "implausible",
            'hemoglobin ("HEMOLYSIS INDEX", concept 3000963): the median of 5 is 0 g/dL, and can be 1 to 26. '
            "It may be another test.",
        )
    ]


def test_a_median_apart_from_all_others() -> None:
    """Platelets of 250 /uL are a slip of the unit, and still within what can be."""
    right = called("PLT", "platelets", [250] * 20, "K/uL")
    assert audited(*right, *called("PLT B", "platelets", [250] * 20, "/uL"), finding="platelets") == [
        (
            "apart",
            'platelets ("PLT", concept 3024929): the median of 20 is 250 10*3/uL, 1,000 times that of the '
            "other numbers (0.25 10*3/uL). Look at its unit.",
        ),
        (
            "apart",
            'platelets ("PLT B", concept 3024929): the median of 20 is 250 /uL, 1/1,000 of that of the other '
            "numbers (250,000 /uL). Look at its unit.",
        ),
    ]
    assert audited(*right, *called("PLT B", "platelets", [40] * 20, "K/uL"), finding="platelets") == []


def test_a_unit_whose_concept_and_text_disagree() -> None:
    """Grams a deciliter by the concept and a liter by the text; K/uL and 10*9/L are one."""
    rows = [
        *called("HGB", "hemoglobin", [120] * 2, "g/L", unit_concept_id=8713),
        *called("HGB B", "hemoglobin", [12] * 2, "gm/dL", unit_concept_id=8713),
        *called("HGB C", "hemoglobin", [12] * 2, "who knows", unit_concept_id=8713),
    ]
    assert audited(*rows, finding="hemoglobin") == [
        (
            "disagree",
            'hemoglobin: in 2 rows the unit\'s concept 8713 is g/dL, and its text "g/L". The concept counts.',
        )
    ]
    same = called("PLT", "platelets", [250] * 2, "10*9/L", unit_concept_id=8848)
    assert audited(*same, finding="platelets") == []


# ---- As text, as a page, as SQL ----

EVERYTHING = [
    *FERRITIN,
    *lab(
        measured(20, 1, "soluble cd25", 1, 5000, "pg/mL"),
        measured(21, 1, "body temperature", 1, 101.5, "C"),
        measured(22, 1, "nk activity", 1, 5, "%", range_low=10.0),
        measured(23, 1, "hemoglobin", 1, 12, "<b>g/dL"),
    ),
    spoken(30, "present"),
    given(40, 1, 32818, quantity=100.0, dose_unit_source_value="mg"),
]
STUDY = open_study("naymagon-2022")
ASKED = [one for one in asked_of(STUDY.protocol, HLH) if one != CONTACT]


def test_the_text_fits_a_terminal() -> None:
    text = str(surveyed(EVERYTHING, *ASKED))
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 75
    assert lines[0] == "Survey of frames: OMOP CDM 5.4, 2 patients; 7 of 21 findings have rows."
    heads = [line.split("  ")[0] for line in lines if line and line[0].isupper()]
    assert heads == [
        "Survey of frames: OMOP CDM 5.4, 2 patients; 7 of 21 findings have rows.",
        "Identified: counts are as they are, and stay inside.",
        "What this study will not be able to see",
        LACKING,
        "Measured",
        "By unit",
        "In words, or by being there",
        "Drugs",
    ]
    name = "ferritin                   "
    assert f"{name}         13         2  2014-2015   46.2%       2       2       2" in lines
    by_unit = [
        line for line in lines[lines.index(next(one for one in lines if "5%" in one)) :] if name in line
    ]
    assert by_unit[0].startswith(f"{name}ng/mL ")
    assert "(not understood)" in "".join(by_unit)


def test_the_page_asks_nothing_of_anyone() -> None:
    """It is one file without a script, marked as identified, in which the hospital's texts are escaped."""
    page = survey_page(surveyed(EVERYTHING, *ASKED, recalled=(4171756,)), "Anakinra & HLH")
    assert "<title>Survey: Anakinra &amp; HLH</title>" in page
    assert "default-src 'none'" in unescape(page)
    assert not re.search(r"<script|<link rel=.stylesheet|https?://|@import", page)
    assert "&lt;b&gt;g/dL" in page
    assert "<b>g/dL" not in page
    assert "Identified: counts stand as they are" in page
    assert page.count("<details>") == 7
    assert page.index("What this study will not be able to see") < page.index(LACKING)
    assert page.index(LACKING) < page.index("What the records tell")
    assert page.index("What the records tell") < page.index("What rests on memory")


def test_what_is_told_of_the_codes_stands_before_the_numbers_the_gravest_first() -> None:
    """All of them in full, on the terminal and on the page."""
    told = surveyed(EVERYTHING, *ASKED)
    grave = f"The records have no table person. {'It costs much. ' * 20}".strip()
    many = replace(told, notes=(grave, *(f"Note {n}." for n in range(2, 8))))
    text = str(many)
    assert grave in " ".join(text.split())
    assert all(f"- Note {n}." in text for n in range(2, 8))
    assert text.index(grave[:50]) < text.index("- Note 7.") < text.index("Measured")
    page = survey_page(many, "HLH")
    assert grave in page
    assert page.index(grave) < page.index("Note 7.") < page.index("What the records tell")


def test_a_long_list_of_words_ends() -> None:
    """Free text has as many words as rows."""
    page = survey_page(surveyed([spoken(n, f"seen by {n}") for n in range(70)], "hemophagocytosis"), "HLH")
    assert page.count('<th scope="row">seen by ') == 60
    assert "10 more words are not listed here." in page


def test_every_unit_and_way_of_writing_stands_on_the_page() -> None:
    told = surveyed(EVERYTHING, *ASKED)
    page = survey_page(told, "HLH")
    for unit in told.frames.units["unit"]:
        assert f'<th scope="row">{unit_words(unit)}</th>' in page
    assert all(sentence in unescape(page) for sentence in (*told.unseen, *told.notes))


def test_every_row_of_a_table() -> None:
    """Deaths, and contacts: every measurement is one, and so is every visit."""
    died = [("death", whole("death", person_id=1, death_date=day(9)))]
    wanted = ("death", "contact in person or laboratory result")
    told = surveyed([*died, *FERRITIN], *wanted).frames.findings
    counted = told.select("finding", "rows", "patients", "lost").rows()
    assert counted == [("death", 1, 1, 0), ("contact in person or laboratory result", 15, 2, 2)]


def test_wording() -> None:
    assert [short(one) for one in (36.70000076293945, 0.02, 1290.4, 999.96, -2.5)] == [
        *("36.7", "0.02", "1,290", "1000", "-2.5"),
    ]
    assert [percent(*pair) for pair in ((0, 5), (5, 5), (1, 10**6), (10**6 - 1, 10**6), (1, 3), (0, 0))] == [
        *("0%", "100%", "0.1%", "99.9%", "33.3%", ""),
    ]
    assert [years(2009, 2021), years(2014, 2014), years(None, None)] == ["2009-2021", "2014", ""]


# ---- Real records, where they stand ----


def _data() -> Path:
    folder = os.environ.get("CASESERIES_DATA")
    if not folder:
        pytest.skip("CASESERIES_DATA, the folder of real data to try, is not set")
    return Path(folder)


def of_folder(folder: Path) -> Survey:
    codebook = read_codebook()
    with open_records(folder) as records:
        return survey(records, codebook, resolve(codebook, records), ASKED, meanings(HLH))


def test_intensive_care(tmp_path: Path) -> None:
    """Every unit is understood; some temperatures in a Celsius field are Fahrenheit; no drug is found."""
    for table in (_data() / "mimic-iv-demo-omop").glob("*.csv"):
        (tmp_path / table.name).symlink_to(table)
    rebuilt = _data() / "mimic-iv-demo-omop" / "measurement_rebuilt.parquet"
    (tmp_path / "measurement.parquet").symlink_to(rebuilt)
    told = of_folder(tmp_path)
    assert told.patients == 100
    assert told.frames.written.filter(pl.col("unit").is_null()).height == 0
    findings = told.frames.findings.filter(pl.col("reads") == "number")
    assert (findings["rows"] == findings.select(pl.sum_horizontal("usable", *SET_ASIDE)).to_series()).all()
    ferritin = row_of(told.frames.units, finding="ferritin")
    assert (ferritin["unit"], ferritin["rows"], ferritin["plausible"]) == ("ng/mL", 76, 76)
    degrees = row_of(told.frames.findings, finding="body temperature")
    assert (degrees["rows"], degrees["usable"], degrees["implausible"]) == (4066, 4063, 3)
    assert any("3 rows in Cel can only be in degF" in one for one in told.unseen)
    assert any("Not one row of: anakinra. " in one and "CONCEPT_ANCESTOR" in one for one in told.unseen)
    assert "No result has a time of its own: each counts as known on the day of its sample." in told.unseen
    assert len(str(told).splitlines()) <= 75


def test_synthetic_patients() -> None:
    """Names of tables in capital letters; ferritin in ug/L."""
    told = of_folder(_data() / "synthea-omop")
    assert told.patients == 28
    ferritin = row_of(told.frames.units, finding="ferritin")
    assert (ferritin["unit"], ferritin["rows"], ferritin["plausible"]) == ("ug/L", 12, 12)
    assert round(ferritin["median"], 2) == 75.05
    assert told.frames.written.filter(pl.col("unit").is_null()).height == 0
    assert len(str(told).splitlines()) <= 75


# ---- The manual ----


def test_the_manual_names_every_frame_and_column() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "survey.md").read_text(encoding="utf-8")
    lines = {line.split("|")[1].strip(): line for line in manual.splitlines() if line.startswith("| `")}
    schemas = {
        "findings": FINDINGS,
        "concepts": CONCEPTS,
        "units": UNITS,
        "written": WRITTEN,
        "words": WORDS,
        "drugs": DRUGS,
        "audit": AUDIT,
        "recalled": RECALLED,
    }
    assert set(lines) == {f"`{name}`" for name in schemas}
    for name, schema in schemas.items():
        assert set(schema) <= set(re.findall(r"`(\w+)`", lines[f"`{name}`"])), name
