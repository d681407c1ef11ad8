"""A codebook is read with every slip told, and looked up in the hospital's own vocabulary."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from caseseries.criteria.definition import findings_of
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.drugs import formulary
from caseseries.evidence.problem import Problem, Problems
from caseseries.evidence.words import word_key
from caseseries.records.codebook import FIRST_LOCAL, Codebook, Product, Silence
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.omop import open_records
from caseseries.records.resolving import Resolved, resolve
from caseseries.records.synthetic.writing import synthesise

SOUND = """\
name = "ours"

[hospital]
known_from = "resulted"
inpatient = [
  { concept = 9201, label = "in", vocabulary = "Visit", code = "IP", source = "C", confidence = "verified" },
]
units = [
  { unit = "ng/mL", concept = 8842, label = "ng/mL", vocabulary = "UCUM", FROM_MEMORY },
]
operators = [
  { operator = ">", concept = 4172704, label = "above", vocabulary = "SNOMED", FROM_MEMORY },
]

["ferritin"]
units     = ["ug/L", "ng/mL"]
plausible = ["2 ng/mL", "200000 ug/L"]
codes = [
  { concept = 3001122, label = "ferritin", vocabulary = "LOINC", code = "2276-4", CONF },
]

["neutrophils"]
or_from = { product = ["leukocytes", "neutrophil share"] }

["wbc"]
source_values = ["WBC"]

["neutrophil share"]
source_values = ["NEUT %"]

["nk activity"]
reads = "limit"
source_values = ["NKFUNC"]

["splenomegaly"]
reads  = "presence"
tables = ["condition_occurrence", "observation"]
descendants = true
codes = [
  { concept = 200527, label = "spleen", vocabulary = "SNOMED", CONF },
  { concept = 2000000030, label = "felt", vocabulary = "Local", confidence = "local", descendants = false },
]

["kineret"]
reads  = "presence"
tables = ["drug_exposure"]
silent = { means = "absent", since = 2012-03-01 }
source_values = ["Anakinra  100"]

["anakinra given for HLH"]
reads       = "presence"
answered_by = "review"
lasts       = "life"

["death"]
reads        = "presence"
every_row_of = ["death"]

["either"]
reads    = "presence"
includes = ["anakinra", "splenomegaly"]
""".replace("CONF", 'source = "mimic", confidence = "verified"').replace(
    "FROM_MEMORY", 'source = "memory", confidence = "recalled"'
)


def read(text: str, folder: Path) -> Codebook:
    path = folder / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return read_codebook(path)


def slips(text: str, folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as told:
        read(text, folder)
    return told.value.problems


class TestReading:
    def test_what_is_sound_is_read(self, tmp_path: Path) -> None:
        book = read(SOUND, tmp_path)
        ferritin = book.entry("Ferritin")
        assert ferritin.reads == "number"
        assert (ferritin.unit, ferritin.units, ferritin.plausible) == (
            "ng/mL",
            ("ug/L", "ng/mL"),
            (2.0, 200_000.0),
        )
        assert ferritin.known_from == "resulted"
        assert book.unit_concepts == {8842: "ng/mL"}
        assert book.operator_concepts == {4172704: ">"}
        assert book.inpatient_concepts == (9201,)
        assert hash(book) == hash(read(SOUND, tmp_path))

    def test_what_is_left_out_is_the_catalogues(self, tmp_path: Path) -> None:
        share = read(SOUND, tmp_path).entry("neutrophil share")
        assert (share.unit, share.units, share.plausible) == ("%", ("%",), (0.0, 100.0))
        assert share.tables == ("measurement",)
        assert share.silent == Silence("unknown")
        assert share.lasts == "stay"

    def test_a_finding_goes_by_any_of_its_names(self, tmp_path: Path) -> None:
        book = read(SOUND, tmp_path)
        assert book.entry("leukocytes") is book.entry("WBC")
        assert book.entry("anakinra").silent == Silence("absent", date(2012, 3, 1))
        assert book.entry("ANAKINRA given for hlh").answered_by_review

    def test_names_of_the_hospital_are_in_small_letters(self, tmp_path: Path) -> None:
        assert read(SOUND, tmp_path).entry("anakinra").source_values == ("anakinra 100",)

    def test_descendants_hold_for_every_code_that_does_not_say_otherwise(self, tmp_path: Path) -> None:
        codes = read(SOUND, tmp_path).entry("splenomegaly").codes
        assert [code.descendants for code in codes] == [True, False]

    def test_a_product_is_of_two_findings(self, tmp_path: Path) -> None:
        assert read(SOUND, tmp_path).entry("anc").or_from == Product(("leukocytes", "neutrophil share"))

    def test_what_is_included_brings_its_codes_names_and_tables(self, tmp_path: Path) -> None:
        either = read(SOUND, tmp_path).entry("either")
        assert [code.concept for code in either.codes] == [200527, 2000000030]
        assert either.source_values == ("anakinra 100",)
        assert either.tables == ("drug_exposure", "observation", "condition_occurrence")

    def test_a_finding_that_it_lacks_is_told(self, tmp_path: Path) -> None:
        book = read(SOUND, tmp_path)
        with pytest.raises(Problems) as told:
            book.entries_of(["ferritin", "feritin", "tryptase"])
        assert [problem.found for problem in told.value.problems] == [
            'it does not say how the records tell "feritin"',
            'it does not say how the records tell "tryptase"',
        ]
        assert 'Did you mean "ferritin"?' in told.value.problems[0].mend

    def test_comments_do_not_count(self, tmp_path: Path) -> None:
        digest = read(SOUND, tmp_path).digest
        assert read("# Ours\n" + SOUND, tmp_path).digest == digest
        assert read(SOUND.replace("3001122", "3001123"), tmp_path).digest != digest


@pytest.mark.parametrize(
    "old, new, where, found, mend",
    [
        ('name = "ours"\n', "", "", 'the key "name" is missing', "Add it"),
        ("inpatient = [", "impatient = [", "line 5", "not known here", 'mean "inpatient"'),
        ('"ng/mL", concept', '"ng/quart", concept', "line 8", '"ng/quart" is no unit', "ng/mL"),
        ('operator = ">"', 'operator = "=>"', "line 11", '"=>" is not known here', "There are"),
        ('["ferritin"]', '["feritin"]\nreads = "number"', "line 15", "no number of the", 'mean "ferritin"'),
        ('["ferritin"]\nunits ', '["ferritin"]\nunitz ', "line 16", "not known here", 'mean "units"'),
        ('["ug/L", "ng/mL"]', '["ug/L", "g/L"]', "line 16", '"g/L" is not a unit of ferritin', "ng/mL"),
        ('"200000 ug/L"', '"inf ug/L"', "line 17", "not a finite number", "the least and the most"),
        ('"2 ng/mL"', '"nan ng/mL"', "line 17", "not a finite number", "the least and the most"),
        ('"2 ng/mL"', '"1e400 ng/mL"', "line 17", "not a finite number", "the least and the most"),
        ('["2 ng/mL", "200000 ug/L"]', '["2 ng/mL"]', "line 17", "these are not two", "the least"),
        ('["2 ng/mL", "200000 ug/L"]', "[]", "line 17", "neither text nor a list", "quotes"),
        ('"2 ng/mL"', '"300000 ng/mL"', "line 17", "these are not two", "the least"),
        ('"2 ng/mL"', '"2 mm"', "line 17", '"mm" is not a unit of ferritin', "ng/mL"),
        ("concept = 3001122", 'concept = "3001122"', "line 18", "not the id of a concept", "3001122"),
        ("concept = 3001122", "concept = 0", "line 18", "not the id of a concept", "3001122"),
        ("concept = 3001122, ", "", "line 18", 'the key "concept" is missing', "3001122"),
        ("concept = 3001122", f"concept = {2**63}", "line 18", "not the id of a concept", "3001122"),
        ("concept = 3001122", "concept = 2000000009", "line 18", "a hospital gave itself", '"local"'),
        (', source = "mimic"', "", "line 18", 'the key "source" is missing', "Add it"),
        ('"UCUM", source = "memory"', '"UCUM"', "line 8", '"source" is missing', 'Add it: source = "memory"'),
        ('"mimic", confidence = "verified"', '"mimic"', "line 18", '"confidence" is missing', "Add it"),
        ('"mimic", confidence = "verified"', '"m", confidence = "sure"', "line 18", '"sure" is not', "local"),
        ('"leukocytes", "neutrophil share"]', '"leukocytes", "bands"]', "line 23", '"bands" has', "There"),
        ('"leukocytes", "neutrophil share"]', '"leukocytes"]', "line 23", "not of two findings", "Write"),
        ('"leukocytes", "neutrophil share"]', '"leukocytes", "ferritin"]', "line 23", "no share", "first"),
        ('"leukocytes", "neu', '"nk activity", "neu', "line 23", '"nk activity" is no number', "of two"),
        ('source_values = ["WBC"]', "", "line 25", "nowhere where to look", "source_values"),
        ('source_values = ["WBC"]', 'source_values = ["neut %"]', "line 29", 'under "leukocytes"', "Leave"),
        ('["neutrophil share"]\n', '["Leucocytes"]\n', "line 28", "another name of", "heading"),
        ('reads = "limit"', "", "line 31", 'the key "reads" is missing', "Add it"),
        ('reads = "limit"', 'reads = "limits"', "line 32", '"limits" is not known', 'mean "limit"'),
        ('reads = "limit"', 'reads = "limit"\nunits = ["%"]', "line 33", "not as a number", "Remove it"),
        ('reads = "limit"', 'reads = "limit"\ntables = ["death"]', "line 33", "has no limits", "measurement"),
        ('["ug/L", "ng/mL"]', '["ug/L"]\ntables = ["death"]', "line 17", "have no number", "measurement"),
        ('["ug/L", "ng/mL"]', '["ug/L"]\nreads = "word"', "line 17", '"ferritin" is a number', "leave it"),
        ('tables = ["condition_occurrence", "observation"]\n', "", "line 35", "in which tables", "tables = "),
        ('"observation"]', '"observations"]', "line 37", '"observations" is not known', 'mean "observation"'),
        ("concept = 2000000030", "concept = 200527", "line 39", "200527 stands twice", "Keep one"),
        ("since = 2012-03-01", 'since = "2012"', "line 47", "this is not a day", "2012-03-01"),
        ('means = "absent", ', "", "line 47", 'the key "means" is missing', "Add it"),
        ('"absent", since', '"no", since', "line 47", '"no" is not known here', "absent"),
        ('answered_by = "review"', 'answered_by = "me"', "line 52", '"me" is not known here', "review"),
        ('lasts       = "life"', 'lasts = "long"', "line 53", '"long" is not known here', "life"),
        ('["death"]\n\n', '["death", "measurement"]\n\n', "line 57", 'row of "measurement"', "codes"),
        ('["death"]\n\n', '["death"]\ntables = ["visit_occurrence"]\n\n', "line 58", "not say", "died_w"),
        ('["death"]\n\n', '["death"]\ntables = ["death"]\n\n', "line 58", "apart by no code", "every_row_of"),
        ('"presence"\nevery', '"word"\nevery', "line 56", "by rows that are there", '"presence"'),
        ('lasts       =', 'every_row_of = ["death"]\nlasts =', "line 53", 'row of "death" says', "codes"),
        ('tables = ["drug_', 'tables = ["visit_occurrence", "drug_', "line 46", "do not say", "Visits tell"),
        ('["anakinra", "splenomegaly"]', '["anakinra", "spleen"]', "line 61", '"spleen" is no', "There"),
        ('name = "ours"', 'name = "ours"\nferritin_unit = "ng/mL"', "line 2", "not known here", "is a table"),
    ],
)  # fmt: skip
def test_slips(old: str, new: str, where: str, found: str, mend: str, tmp_path: Path) -> None:
    assert old in SOUND
    told = slips(SOUND.replace(old, new, 1), tmp_path)
    [slip] = [slip for slip in told if found in slip.found]
    assert slip.where.startswith("ours.toml")
    assert not where or f", {where}" in f"{slip.where},"
    assert mend in slip.mend


def test_one_number_is_not_of_two_findings(tmp_path: Path) -> None:
    said = 'source = "memory", confidence = "recalled"'
    code = f'{{ concept = 3001122, label = "again", vocabulary = "LOINC", {said} }}'
    text = SOUND.replace('source_values = ["WBC"]', f"codes = [{code}]")
    [slip] = slips(text, tmp_path)
    assert slip.where == 'ours.toml, line 26, [wbc], key "codes"'
    assert slip.found == '3001122 stands under "ferritin" too, and a number is of one finding'


def test_an_empty_file_and_one_that_is_no_toml(tmp_path: Path) -> None:
    [empty] = slips("", tmp_path)
    assert empty.found == "it says nothing of any finding"
    [broken] = slips("name = ours\n", tmp_path)
    assert broken.where == "ours.toml, line 1"


class TestDefault:
    """The codebook that ships."""

    def test_it_says_how_to_find_all_that_is_asked(self) -> None:
        book = read_codebook()
        for name in ("hlh-2004", "hlh-2024", "hscore"):
            assert book.entries_of(findings_of(open_definition(name)))
        assert book.entries_of(
            [
                *("hlh mutation", "family history of hlh", "anakinra", "anakinra given for HLH", "death"),
                *("contact in person or laboratory result", "transfusion", "g-csf", "chemotherapy"),
            ]
        )

    def test_classes_of_drugs(self) -> None:
        book = read_codebook()
        assert {entry.finding for entry in book.drugs("steroids")} == set()
        assert {entry.finding for entry in book.drugs("corticosteroids")} == {
            *("dexamethasone", "methylprednisolone", "prednisone", "prednisolone", "hydrocortisone"),
        }
        assert [entry.finding for entry in book.drugs("Anakinra")] == ["anakinra"]

    def test_every_id_has_a_source_none_is_from_memory_and_a_local_one_is_local(self) -> None:
        for code in read_codebook().every_code:
            assert code.confidence == ("local" if code.concept >= FIRST_LOCAL else "verified")
            assert code.source not in ("", "memory")

    def test_chemotherapy_is_of_many_drugs_of_those_that_it_includes_and_of_their_products(self) -> None:
        book = read_codebook()
        chemotherapy = set(book.entry("chemotherapy").codes)
        for drug in ("etoposide", "cyclophosphamide", "methotrexate"):
            assert chemotherapy.issuperset(book.entry(drug).codes)
        below = [(1308290, 45_000_001), (1311078, 45_000_002)]
        found = codes_of(resolved(book, concepts=[], above=below), "chemotherapy")
        assert {1350504, 1310317, 1305058, 1338512, 45_000_001, 45_000_002} <= {row[1] for row in found}
        assert {row[0] for row in found} == {"drug_exposure"}

    def test_every_kind_of_treatment_directed_at_the_disease_and_at_the_cause_is_looked_for(self) -> None:
        """One without an entry would count as given to nobody, in silence."""
        entries = [entry.finding for entry in read_codebook().entries if "drug_exposure" in entry.tables]
        for group in ("hlh-directed", "cause-directed"):
            sought = {formulary().class_of(name) for name in entries if formulary().is_of(name, group)}
            assert sought == formulary().groups[word_key(group)]

    def test_products_of_an_antibiotic_an_antiviral_and_an_antifungal_are_of_its_kind(self) -> None:
        kinds = {"antibiotics": 1707687, "antivirals": 1757803, "antifungals": 19056402}
        below = {kind: (drug, drug + 45_000_000) for kind, drug in kinds.items()}
        found = resolved(read_codebook(), concepts=[], above=list(below.values()))
        for kind, pair in below.items():
            assert set(pair) <= {concept for _, concept, _ in codes_of(found, kind)}

    def test_what_was_seldom_looked_for_is_never_taken_for_absent(self) -> None:
        absent = {entry.finding for entry in read_codebook().entries if entry.silent.means == "absent"}
        drugs = {entry.finding for entry in read_codebook().entries if entry.tables == ("drug_exposure",)}
        assert absent == drugs | {"transfusion"}

    def test_every_number_has_a_finite_range(self) -> None:
        for entry in read_codebook().entries:
            assert (entry.plausible is not None) == (entry.reads == "number")


# ---- The hospital's own vocabulary ----

CONCEPT = {
    "concept_id": pl.Int64,
    "concept_name": pl.String,
    "domain_id": pl.String,
    "vocabulary_id": pl.String,
    "standard_concept": pl.String,
    "concept_code": pl.String,
    "invalid_reason": pl.String,
}
ROWS = [
    (3001122, "Ferritin", "Measurement", "LOINC", "S", "2276-4", None),
    (200527, "Spleen", "Condition", "SNOMED", "S", "16294009", None),
    (200528, "Huge spleen", "Condition", "SNOMED", "S", "1", None),
    (8842, "ng/mL", "Unit", "UCUM", "S", "ng/mL", None),
    (9201, "Inpatient", "Visit", "Visit", "S", "IP", None),
    (4172704, ">", "Meas Value Operator", "SNOMED", "S", "276140008", None),
    (2000000001, "White cells", "Measurement", "Lab", None, "wbc", None),
    (2000000002, "wbc", "Drug", "Lab", None, "x", None),
    (1114375, "Anakinra 100", "Drug", "RxNorm", "S", "72435", None),
]
ABOVE = [(200527, 200527), (200527, 200528)]


def measured(rows: Sequence[tuple[int | None, str | None]]) -> pl.DataFrame:
    schema = {"measurement_concept_id": pl.Int64, "measurement_source_value": pl.String}
    frame = pl.DataFrame(list(rows), schema, orient="row")
    return frame.with_columns(
        measurement_id=pl.int_range(pl.len()),
        person_id=pl.lit(1, pl.Int64),
        measurement_date=pl.lit(date(2020, 1, 1)),
        value_as_number=pl.lit(1.0),
    )


def resolved(
    book: Codebook,
    concepts: Sequence[tuple[object, ...]] = ROWS,
    above: Sequence[tuple[int, int]] = ABOVE,
    rows: Sequence[tuple[int | None, str | None]] = (),
    drugs: Sequence[int] = (19078461,),
    given: date | None = date(2020, 1, 2),
) -> Resolved:
    ancestor = {"ancestor_concept_id": pl.Int64, "descendant_concept_id": pl.Int64}
    hospital = {
        "person": pl.DataFrame({"person_id": [1], "gender_concept_id": [0], "year_of_birth": [1960]}),
        "visit_occurrence": pl.DataFrame(
            {
                "visit_occurrence_id": [1],
                "person_id": [1],
                "visit_concept_id": [9201],
                "visit_start_date": [date(2020, 1, 1)],
                "visit_end_date": [date(2020, 1, 9)],
            }
        ),
        "measurement": measured(rows),
        "drug_exposure": pl.DataFrame({"drug_concept_id": drugs}, {"drug_concept_id": pl.Int64}).with_columns(
            drug_exposure_id=pl.lit(1),
            person_id=pl.lit(1),
            drug_exposure_start_date=pl.lit(given, pl.Date),
        ),
        "concept": pl.DataFrame(list(concepts), CONCEPT, orient="row"),
        "concept_ancestor": pl.DataFrame(list(above), ancestor, orient="row"),
    }
    with open_records(hospital) as records:
        return resolve(book, records)


def codes_of(found: Resolved, finding: str) -> list[tuple[str, int, str]]:
    mine = found.codes.filter(pl.col("finding") == finding)
    return list(mine.select("table", "concept_id", "via").iter_rows())


@pytest.fixture
def ours(tmp_path: Path) -> Codebook:
    return read(SOUND, tmp_path)


class TestResolving:
    def test_what_is_listed_and_what_is_filed_under_it(self, ours: Codebook) -> None:
        found = resolved(ours)
        assert codes_of(found, "ferritin") == [("measurement", 3001122, "listed")]
        assert codes_of(found, "splenomegaly") == [
            ("observation", 200527, "listed"),
            ("observation", 2000000030, "listed"),
            ("observation", 200528, "descendant"),
            ("condition_occurrence", 200527, "listed"),
            ("condition_occurrence", 2000000030, "listed"),
            ("condition_occurrence", 200528, "descendant"),
        ]
        assert found.codes["concept_id"].dtype == pl.Int64

    def test_a_name_leads_to_a_concept_of_the_tables_domain(self, ours: Codebook) -> None:
        found = resolved(ours)
        assert codes_of(found, "leukocytes") == [("measurement", 2000000001, "source value")]
        assert codes_of(found, "anakinra") == [("drug_exposure", 1114375, "source value")]
        said = '"wbc" is concept 2000000001 here: its rows of measurement are read as leukocytes.'
        assert said in found.notes

    def test_a_standard_concept_is_found_by_its_vocabulary_and_code(self) -> None:
        liver = (4_000_001, "Big liver", "Condition", "SNOMED", "S", "80515008", None)
        other = (4_000_002, "Other liver", "Condition", "ICD10CM", "S", "80515008", None)
        old = (4_000_003, "Old liver", "Condition", "SNOMED", None, "80515008", None)
        book = read_codebook()
        named = replace(book.entry("hepatomegaly"), codes=(), source_values=("snomed 80515008",))
        found = resolved(replace(book, entries=(named,)), concepts=[liver, other, old], above=[])
        assert {concept for _, concept in found.concepts["hepatomegaly"]} == {4_000_001}

    def test_a_name_of_rows_leads_to_their_local_concept_or_stays_a_name(self, ours: Codebook) -> None:
        rows = [(0, "NkFunc "), (None, "nkfunc"), (2000000077, "NKFUNC"), (3001122, "nkfunc"), (0, "else")]
        found = resolved(ours, rows=rows)
        assert codes_of(found, "nk activity") == [("measurement", 2000000077, "source value")]
        assert found.names.rows() == [("nk activity", "measurement", "nkfunc", 2)]
        said = '2 rows of measurement without a concept are called "nkfunc", and are read as nk activity.'
        assert said in found.notes

    def test_without_a_vocabulary_the_listed_ids_are_used_and_one_note_says_so(self, ours: Codebook) -> None:
        found = resolved(ours, concepts=[], above=[])
        assert codes_of(found, "ferritin") == [("measurement", 3001122, "listed")]
        assert [note for note in found.notes if note.startswith(("concept:", "concept_ancestor:"))] == [
            "concept: no rows, so that no id can be looked up and all are used as they are listed, and a "
            "result in words is known from its text alone.",
            "concept_ancestor: no rows, so that of what is filed under an id, such as the products of a "
            "drug, nothing is found: only rows with the id itself count.",
        ]

    def test_a_vocabulary_that_has_none_of_them(self, ours: Codebook) -> None:
        found = resolved(ours, concepts=ROWS[2:3])
        assert codes_of(found, "ferritin") == [("measurement", 3001122, "listed")]
        assert any("has none of the 6 listed ids" in note for note in found.notes)

    def test_an_id_that_is_not_there(self, ours: Codebook) -> None:
        found = resolved(ours, concepts=ROWS[1:])
        assert codes_of(found, "ferritin") == [("measurement", 3001122, "listed")]
        said = "Of 6 listed ids, 2 are not in the hospital's CONCEPT table: 3001122 (ferritin), "
        assert any(said in note for note in found.notes)

    def test_many_ids_that_are_not_there_are_told_by_finding(self) -> None:
        """Of the codebook that ships: an id of one finding of many is there, and one of its units."""
        there = [(3020891, "Temp", "Measurement", "LOINC", "S", "8310-5", None), ROWS[3]]
        book = read_codebook()
        [said] = [note for note in resolved(book, concepts=there).notes if "listed ids" in note]
        temperatures, units = len(book.entry("body temperature").codes), len(book.units)
        listed = sum(code.confidence != "local" for code in book.every_code)
        assert said.startswith(
            f"Of {listed} listed ids, {listed - 2} are not in the hospital's CONCEPT table: "
        )
        assert ": all of hemoglobin, platelets, neutrophils, " in said
        assert f"; {temperatures - 1} of {temperatures} of body temperature; " in said
        assert said.endswith(f"; {units - 1} of {units} of units. They are used as they are listed.")

    @pytest.mark.parametrize("vocabulary, code", [("LOINC", "2276-5"), ("SNOMED", "2276-4")])
    def test_a_verified_id_that_is_another_thing_there(
        self, ours: Codebook, vocabulary: str, code: str
    ) -> None:
        other = (3001122, "Ferritin", "Measurement", vocabulary, "S", code, None)
        with pytest.raises(Problems) as told:
            resolved(ours, concepts=[other, *ROWS[1:]])
        [problem] = told.value.problems
        assert problem.where == "codebook ours, [ferritin], concept 3001122"
        assert problem.found == (
            f'it is LOINC 2276-4 in the codebook, and {vocabulary} {code} "Ferritin" in the '
            "hospital's CONCEPT table"
        )

    def test_an_id_without_a_code_is_told_with_the_name_that_it_has_there(self, ours: Codebook) -> None:
        """Nothing but the name can tell whether it is what the codebook says: a person compares the two."""
        there = (8842, "furlong per fortnight", "Unit", "UCUM", "S", "x", None)
        notes = resolved(ours, concepts=[*ROWS[:3], there, *ROWS[4:]]).notes
        [said] = [note for note in notes if note.startswith("Without a code in the codebook")]
        assert '8842 (ng/mL) is "furlong per fortnight"' in said
        assert "3001122" not in said

    def test_case_and_spaces_of_a_code_make_no_difference(self, ours: Codebook) -> None:
        other = (3001122, "Ferritin", "Measurement", "Loinc", "S", " 2276-4", None)
        assert codes_of(resolved(ours, concepts=[other, *ROWS[1:]]), "ferritin")

    def test_a_recalled_id_that_is_another_thing_is_used_and_told(self, ours: Codebook) -> None:
        other = (8842, "ng", "Unit", "SNOMED", "S", "ng/mL", None)
        found = resolved(ours, concepts=[*ROWS[:3], other, *ROWS[4:]])
        assert any(note.startswith("Concept 8842 (ng/mL) is UCUM in the codebook") for note in found.notes)

    def test_a_column_for_the_time_of_the_result_that_is_not_there(self, ours: Codebook) -> None:
        assert any("have no column resulted in measurement" in note for note in resolved(ours).notes)

    def test_what_is_recalled_is_listed(self, ours: Codebook) -> None:
        found = resolved(ours)
        assert [code.concept for code in found.recalled] == [8842, 4172704]
        assert any("not read in a source: 8842 (ng/mL), 4172704 (above)." in note for note in found.notes)

    def test_retired_and_not_standard(self, ours: Codebook) -> None:
        old = [(*row[:4], None, row[5], "U") for row in ROWS[:1]]
        odd = [(*row[:4], None, *row[5:]) for row in ROWS[1:2]]
        notes = resolved(ours, concepts=[*old, *odd, *ROWS[2:]]).notes
        assert any("Retired in the hospital's vocabulary: 3001122 (ferritin)." in note for note in notes)
        assert any("Not standard in the hospital's vocabulary: 200527 (spleen)." in note for note in notes)

    def test_the_gravest_is_told_first_and_every_id_is_named(self, ours: Codebook) -> None:
        """What is not found at all, then what may be another thing, then what is only to be looked up."""
        odd = [(*row[:4], None, *row[5:]) for row in ROWS[:2]]
        notes = resolved(ours, concepts=odd, above=[(1, 2)]).notes
        heads = ["No code and no name", "Nothing is filed", "Not standard", "From memory", "Of 6 listed"]
        places = [next(n for n, note in enumerate(notes) if note.startswith(head)) for head in heads]
        assert places == sorted(places)
        ferritin = ours.entry("ferritin")
        more = tuple(replace(ferritin.codes[0], concept=n, label=f"no. {n}") for n in range(20, 40))
        book = replace(ours, entries=(replace(ferritin, codes=more), *ours.entries[1:]))
        rows = [(code.concept, "Ferritin", "Measurement", "LOINC", None, "2276-4", "U") for code in more]
        [retired] = [one for one in resolved(book, concepts=rows).notes if one.startswith("Retired")]
        assert all(f"{code.concept} (no. {code.concept})" in retired for code in more)

    def test_descendants_that_are_wanted_and_not_found(self, ours: Codebook) -> None:
        found = resolved(ours, above=[(1, 2)])
        assert ("observation", 200528, "descendant") not in codes_of(found, "splenomegaly")
        assert any("Nothing is filed under these" in note and "200527" in note for note in found.notes)

    def test_a_finding_that_resolves_to_nothing_is_told_and_its_silence_says_nothing(
        self, ours: Codebook
    ) -> None:
        found = resolved(ours, concepts=ROWS[:1])
        assert found.unfound == ("neutrophils", "leukocytes", "neutrophil share", "nk activity", "anakinra")
        assert ours.entry("anakinra").silent.means == "absent"
        assert found.silence(ours.entry("anakinra")) == Silence("unknown")
        assert resolved(ours).silence(ours.entry("anakinra")) == ours.entry("anakinra").silent
        # Of a table without a row nobody can say that it has no row of one drug.
        bare = resolved(ours, drugs=[])
        assert "anakinra" in bare.unseen
        assert bare.silence(ours.entry("anakinra")) == Silence("unknown")
        assert any(note.startswith("drug_exposure: no rows, so that ") for note in bare.notes)
        assert any("stands for: neutrophils, leukocytes, neutrophil share" in note for note in found.notes)
        # Nor of a table in which no row has a day.
        undated = resolved(ours, given=None)
        assert undated.silence(ours.entry("anakinra")) == Silence("unknown")
        assert any(note.startswith("drug_exposure: none of its 1 row has a day") for note in undated.notes)

    def test_a_local_id_with_a_code_is_another_hospitals_unless_the_vocabulary_agrees(
        self, tmp_path: Path
    ) -> None:
        coded = 'vocabulary = "Local", code = "SPL", confidence = "local"'
        book = read(SOUND.replace('vocabulary = "Local", confidence = "local"', coded), tmp_path)
        local = ("condition_occurrence", 2000000030, "listed")
        mine = (2000000030, "Felt", "Condition", "Local", None, "SPL", None)
        other = (2000000030, "EHR", "Type Concept", "Theirs", None, "EHR", None)
        assert local in codes_of(resolved(book, concepts=[*ROWS, mine]), "splenomegaly")
        assert local in codes_of(resolved(book, concepts=[]), "splenomegaly")
        for concepts in (ROWS, [*ROWS, other]):
            found = resolved(book, concepts=concepts)
            assert local not in codes_of(found, "splenomegaly")
            assert any("not this hospital's, and are left out: 2000000030" in note for note in found.notes)

    def test_a_descendant_of_two_numbers_is_refused(self, ours: Codebook) -> None:
        ferritin = ours.entry("ferritin")
        below = replace(ferritin, codes=tuple(replace(code, descendants=True) for code in ferritin.codes))
        book = replace(ours, entries=(below, *ours.entries[1:]))
        with pytest.raises(Problems) as told:
            resolved(book, above=[(3001122, 2000000001)])
        [problem] = told.value.problems
        assert problem.found == 'concept 2000000001 of measurement would be of "ferritin" and of "leukocytes"'


class TestHospitals:
    """The codebook that ships, on hospitals that are there."""

    def test_the_synthetic_hospital_knows_every_finding_that_it_records(self, tmp_path: Path) -> None:
        synthesise(300, 2022, tmp_path / "hospital", lambda _: None)
        with open_records(tmp_path / "hospital") as records:
            found = resolve(read_codebook(), records)
        assert found.unfound == ()
        assert {"g-csf", "emapalumab"} <= set(found.bare)
        assert ("drug_exposure", 2000000101, "descendant") in codes_of(found, "anakinra")
        assert not any("left out" in note or "no column" in note for note in found.notes)

    def test_every_verified_id_is_what_a_real_vocabulary_says(self) -> None:
        concepts = pl.read_csv(_data() / "vocabulary-subset" / "concept.csv", infer_schema=False)
        concepts = concepts.with_columns(pl.col("concept_id").cast(pl.Int64)).select(list(CONCEPT))
        found = resolved(read_codebook(), concepts=concepts.rows(), above=[])
        assert not any(note.startswith("Concept ") for note in found.notes)
        [retired] = [note for note in found.notes if note.startswith("Retired")]
        assert "8653 (degrees Celsius, an id of older records)." in retired

    def test_a_hospital_with_other_local_ids_of_the_same_numbers(self) -> None:
        concepts = pl.read_csv(_data() / "mimic-iv-demo-omop" / "concept.csv", infer_schema=False)
        concepts = concepts.with_columns(pl.col("concept_id").cast(pl.Int64)).select(list(CONCEPT))
        found = resolved(read_codebook(), concepts=concepts.rows(), above=[])
        assert found.codes.filter(pl.col("concept_id") >= FIRST_LOCAL).is_empty()
        ids = sum(code.concept < FIRST_LOCAL for code in read_codebook().every_code)
        assert any(f"has none of the {ids} listed ids" in note for note in found.notes)
        assert any("are left out: 2000000001 (soluble CD25, sent out), " in note for note in found.notes)


def _data() -> Path:
    folder = os.environ.get("CASESERIES_DATA")
    if not folder:
        pytest.skip("CASESERIES_DATA, the folder of real data to try, is not set")
    return Path(folder)
