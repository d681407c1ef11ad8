"""Bad hospitals, answers and promises at the command line: a plain word, and nothing half-written."""

from __future__ import annotations

import json
import math
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from caseseries.cli.main import CANNOT, INTERRUPTED, main
from caseseries.folder.manifest import KEPT
from caseseries.records import kept
from caseseries.records.synthetic.writing import synthesise
from caseseries.study import BUNDLED

STUDY = "naymagon-2022"
FOUNDING = BUNDLED / STUDY / "protocol.toml"
CASESERIES = str(Path(sys.executable).with_name("caseseries"))
DAY = date(2014, 2, 7)
FEVER, HEMOGLOBIN, PLATELETS, TRIGLYCERIDES, FERRITIN = 3020891, 3000963, 3024929, 3022192, 3001122
Frames = dict[str, pl.DataFrame]


def hospital() -> Frames:
    """Three patients with a stay each: 1 and 2 meet five criteria, 1 was given anakinra and died."""
    results = [
        (FEVER, 39.5, "Cel"),
        (HEMOGLOBIN, 7.1, "g/dL"),
        (PLATELETS, 22.0, "K/uL"),
        (TRIGLYCERIDES, 400.0, "mg/dL"),
        (FERRITIN, 12_000.0, "ng/mL"),
    ]
    rows = [
        (10 * person + place, person, concept, DAY, value, f"{value:g}", unit)
        for person in (1, 2)
        for place, (concept, value, unit) in enumerate(results)
    ]
    measured = ["measurement_id", "person_id", "measurement_concept_id", "measurement_date"]
    measured += ["value_as_number", "value_source_value", "unit_source_value"]
    given = {"drug_concept_id": 1114375, "drug_type_concept_id": 32818, "quantity": 100.0}
    return {
        "person": pl.DataFrame({"person_id": [1, 2, 3], "year_of_birth": [1970, 1950, 1960]}),
        "visit_occurrence": pl.DataFrame(
            {
                "visit_occurrence_id": [11, 12, 13],
                "person_id": [1, 2, 3],
                "visit_concept_id": [9201] * 3,
                "visit_start_date": [DAY] * 3,
                "visit_end_date": [DAY + timedelta(13)] * 3,
            }
        ),
        "measurement": pl.DataFrame(rows, measured, orient="row"),
        "condition_occurrence": pl.DataFrame(
            {
                "condition_occurrence_id": [1, 2],
                "person_id": [1, 2],
                "condition_concept_id": [200527] * 2,
                "condition_start_date": [DAY] * 2,
            }
        ),
        "drug_exposure": pl.DataFrame(
            {
                "drug_exposure_id": [1, 2],
                "person_id": [1, 1],
                "drug_exposure_start_date": [DAY + timedelta(days) for days in (3, 4)],
                "drug_exposure_end_date": [DAY + timedelta(days) for days in (3, 4)],
                "dose_unit_source_value": ["mg"] * 2,
            }
        ).with_columns(**{name: pl.lit(value) for name, value in given.items()}),
        "death": pl.DataFrame({"person_id": [1], "death_date": [DAY + timedelta(40)]}),
    }


def changed(table: str, **columns: object) -> Frames:
    """The hospital with columns of a table set to one value, or to a value a row."""
    frames = hospital()
    series = [
        pl.Series(name, value) if isinstance(value, list) else pl.lit(value).alias(name)
        for name, value in columns.items()
    ]
    return frames | {table: frames[table].with_columns(series)}


def without(*tables: str) -> Frames:
    return {name: frame for name, frame in hospital().items() if name not in tables}


def as_folder(frames: Frames, folder: Path) -> Path:
    folder.mkdir()
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def as_database(frames: Frames, path: Path) -> Path:
    folder = as_folder(frames, path.parent / "tables")
    with duckdb.connect(str(path)) as made:
        for name in frames:
            made.execute(f"CREATE TABLE {name} AS FROM read_parquet('{folder}/{name}.parquet')")
    return path


Said = Callable[..., tuple[int, str]]


@pytest.fixture
def say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Said]:
    """Run a command into `results`, and answer with its exit code and all that it said, in one line.

    However slow the machine is, no query of so small a hospital is worth keeping for the next run.
    """
    monkeypatch.setattr(kept, "DEAR", math.inf)

    def said(verb: str, records: Path | str, *more: Path | str, study: Path | str = STUDY) -> tuple[int, str]:
        capsys.readouterr()
        words = [verb, str(study), "--records", str(records), "--out", str(tmp_path / "results")]
        code = main([*words, *map(str, more)])
        told = capsys.readouterr()
        assert (code == 0) == (told.err == "")
        assert "Traceback" not in told.err
        assert (tmp_path / "results").exists() == (code == 0)
        return code, " ".join((told.out + told.err).split())

    yield said
    assert list(tmp_path.rglob(".writing-*")) == []


# ---- What cannot be opened ----

REFUSED: list[tuple[str, Frames, str]] = [
    ("no table", without("measurement"), "there is no table measurement Add the table"),
    (
        "no column",
        hospital() | {"measurement": hospital()["measurement"].drop("measurement_date")},
        'measurement.parquet: there is no column "measurement_date"; there are: ',
    ),
    ("nobody", {name: frame.clear() for name, frame in hospital().items()}, "this hospital has no patients"),
    (
        "days as text",
        changed("measurement", measurement_date="07/02/2014"),
        '10 of 10 entries cannot be read, such as "07/02/2014" (measurement_id 10): days are written year',
    ),
    (
        "a patient twice",
        changed("person", person_id=[1, 2, 1]),
        "person.parquet: a patient has one row here, and 1 (1) has more than one Keep one row of each",
    ),
    (
        "a visit of several",
        changed("visit_occurrence", visit_occurrence_id=11),
        "visit_occurrence.parquet: a visit has one patient and one time, and 1 (11) has several Number the",
    ),
]


@pytest.mark.parametrize("frames, told", [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_hospital_that_cannot_be_searched(frames: Frames, told: str, tmp_path: Path, say: Said) -> None:
    code, said = say("run", as_folder(frames, tmp_path / "hospital"))
    assert (code, said.startswith("One thing keeps this study from being run. ")) == (CANNOT, True)
    assert told in said


@pytest.mark.parametrize("verb", ["survey", "screen", "run"])
def test_files_that_are_no_hospital(verb: str, tmp_path: Path, say: Said) -> None:
    (tmp_path / "letter.duckdb").write_text("Dear colleague, " * 500)
    (tmp_path / "empty.duckdb").touch()
    for name in ("letter.duckdb", "empty.duckdb"):
        assert "this is not a DuckDB file Give a .duckdb file" in say(verb, tmp_path / name)[1]
    assert "there is no such file or folder Check the path" in say(verb, tmp_path / "nowhere")[1]


def test_a_database_that_another_process_writes(tmp_path: Path, say: Said) -> None:
    path = as_database(hospital(), tmp_path / "hospital.duckdb")
    code = f"import duckdb, sys; d = duckdb.connect({str(path)!r}); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert f"another process (number {writer.pid}) has it open for writing" in say("screen", path)[1]
        writer.communicate("")
    assert say("screen", path)[0] == 0


def test_names_of_tables_and_schemas_that_are_sql(tmp_path: Path, say: Said) -> None:
    path = as_database(hospital(), tmp_path / "it's a hospital; --.duckdb")
    odd = '"x""; DROP TABLE person; --"'
    with duckdb.connect(str(path)) as made:
        made.execute(f"CREATE TABLE {odd} AS SELECT 1 AS a; CREATE SCHEMA {odd}")
        made.execute(f"ALTER TABLE person ADD COLUMN {odd} VARCHAR")
    before = path.read_bytes()
    assert "2 in: met at least 5 of 8" in say("screen", path)[1]
    assert path.read_bytes() == before


# ---- What is set aside, and told ----

TOLD: list[tuple[str, Frames, str]] = [
    (
        "a visit that ends before it starts",
        changed("visit_occurrence", visit_end_date=[DAY - timedelta(1), DAY + timedelta(13), None]),
        "Rows set aside: visit: no end 1, ends before it starts 1",
    ),
    (
        "a unit that nobody knows",
        changed("measurement", unit_source_value=["Cel", "g/dL", "K/uL", "mg/dL", "thimbles"] * 2),
        "Rows set aside: ferritin: unknown unit 2",
    ),
    (
        "no unit at all",
        changed("measurement", unit_source_value=["Cel", "g/dL", "K/uL", "mg/dL", None] * 2),
        "Rows set aside: ferritin: no unit 2",
    ),
    (
        "temperatures without a unit",
        changed("measurement", unit_source_value=[None, "g/dL", "K/uL", "mg/dL", "ng/mL"] * 2),
        "2 values of body temperature of 2 patients in the cohort have no unit, and count in the only one "
        "that fits the value; 2 of them decide a criterion.",
    ),
    (
        "one temperature without a unit, and one that fits none",
        changed(
            "measurement",
            unit_source_value=[None, "g/dL", "K/uL", "mg/dL", "ng/mL"] * 2,
            value_as_number=[103.0, 7.1, 22.0, 400.0, 12_000.0, 65.0, 7.1, 22.0, 400.0, 12_000.0],
        ),
        "1 value of body temperature of 1 patient in the cohort has no unit, and counts in the only one that "
        "fits the value; 1 of them decides a criterion.",
    ),
    (
        "death before birth",
        changed("death", death_date=date(1960, 1, 1)),
        "By 1 record patient 1 died before they were born. That cannot be: such a death is set aside.",
    ),
    (
        "death before admission",
        changed("death", death_date=DAY - timedelta(1)),
        "By 1 record patient 1 died before the stay that is studied began. That cannot be",
    ),
    (
        "two deaths",
        without("death")
        | {
            "death": pl.DataFrame(
                {"person_id": [1, 1], "death_date": [DAY + timedelta(40), DAY + timedelta(43)]}
            )
        },
        "Of patient 1, rows of the death table name different days of death, up to 3 days apart. The",
    ),
    (
        "a death and a discharge that differ, and rows after it",
        changed("death", death_date=DAY + timedelta(2))
        | {
            "visit_occurrence": hospital()["visit_occurrence"].with_columns(
                pl.lit("EXPIRED").alias("discharged_to_source_value")
            )
        },
        "the death table and the discharges name different days of death, up to 11 days apart. The earliest "
        "counts. - After the death of patient 1 the records go on: 2 drug rows, 1 visit, up to 11 days",
    ),
    (
        "results without an id",
        changed("measurement", measurement_id=[None, *range(11, 20)]),
        "measurement, measurement_id: 1 of 10 rows have none, so that what rests on these cannot be led",
    ),
    (
        "results of one id",
        changed("measurement", measurement_id=7),
        "Rows of the cohort that have the id of another row: 9 of measurement. What rests on these cannot be",
    ),
    (
        "results without a patient or a day",
        changed(
            "measurement",
            person_id=[None, *[1] * 4, *[2] * 5],
            measurement_date=[DAY] * 8 + [None] * 2,
        ),
        "measurement, measurement_date: of 10 rows 2 without a day and 1 without a patient, so that these",
    ),
    (
        "drugs without a day",
        changed("drug_exposure", drug_exposure_start_date=pl.Series([None] * 2, dtype=pl.Date).to_list()),
        "drug_exposure: none of its 2 rows has a day, so that no drug is seen: who was given what is known",
    ),
    (
        "a patient without an id",
        changed("person", person_id=[1, 2, None]),
        "person, person_id: 1 of 3 rows have none, so that these are nobody, and are not counted as patients",
    ),
    (
        "a patient who is not in the table of patients",
        changed("person", person_id=[1, 2, 4]),
        "1 patient with a visit is missing from the table person: their age and sex are not known.",
    ),
    (
        "years of birth that cannot be",
        changed("person", year_of_birth=[0, 1950, 1960]),
        "person, year_of_birth: 1 of 3 years of birth cannot be, so that they count as not there.",
    ),
    (
        "a stay before the birth",
        changed("person", year_of_birth=[2015, 1950, 1960]),
        "Of 1 patient a visit begins before the year of birth: how old they were then is not known.",
    ),
    (
        "every row twice, under other ids",
        {
            name: pl.concat([frame, frame.with_columns(pl.col(f"^{name}_id$") + 100)])
            for name, frame in hospital().items()
            if name != "person"
        }
        | {"person": hospital()["person"]},
        "Rows of the cohort that say, in all but the id, what another row says: 2 of condition_occurrence, "
        "10 of measurement, 2 of drug_exposure, 2 of visit_occurrence, 1 of death. None "
        "counts twice, but for doses without a time of day, of which a day may have several.",
    ),
    (
        "a stay of an unknown kind",
        changed("visit_occurrence", visit_concept_id=[9201, 8870, 9201]),
        "are no stays by the codebook: 8870 (1 of 1 patient, median 13 days). Whoever met",
    ),
    (
        "no code for a finding",
        hospital() | {"concept": pl.DataFrame({"concept_id": [45_000_001], "concept_name": ["else"]})},
        "No code and no name in these records stands for: hemophagocytosis, family history of hlh, "
        "hlh mutation.",
    ),
]


@pytest.mark.parametrize("frames, told", [case[1:] for case in TOLD], ids=[case[0] for case in TOLD])
def test_what_cannot_be_is_set_aside_and_told(frames: Frames, told: str, tmp_path: Path, say: Said) -> None:
    code, said = say("screen", as_folder(frames, tmp_path / "hospital"))
    assert code == 0
    assert told in said


@pytest.mark.parametrize("verb", ["screen", "abstract", "run"])
def test_what_the_vocabulary_says_otherwise_is_told_before_any_number(
    verb: str, tmp_path: Path, say: Said
) -> None:
    said = say(verb, as_folder(hospital(), tmp_path / "hospital"))[1]
    told = said.index("concept: not there, so that no id can be looked up")
    assert told < said.index("3 in the database")


def test_duplicates_count_once(tmp_path: Path, say: Said) -> None:
    once = say("screen", as_folder(hospital(), tmp_path / "once"))[1]
    shutil.rmtree(tmp_path / "results")
    twice = hospital()
    for name in ("visit_occurrence", "measurement", "condition_occurrence", "drug_exposure", "death"):
        twice[name] = pl.concat([twice[name], twice[name]])
    said = say("screen", as_folder(twice, tmp_path / "twice"))[1]
    flow = re.compile("3 in the database.*short by at most 3")
    assert flow.findall(said) == flow.findall(once) != []


@pytest.mark.parametrize("verb", ["survey", "screen", "run"])
def test_a_hospital_without_a_stay(verb: str, tmp_path: Path, say: Said) -> None:
    empty = {name: frame if name == "person" else frame.clear() for name, frame in hospital().items()}
    code, said = say(verb, as_folder(empty, tmp_path / "hospital"))
    assert code == 0
    assert "0 with a stay in the setting" in said or verb == "survey"


ADMITTED: list[tuple[str, dict[str, object], str]] = [
    (
        "outside",
        {"visit_start_date": date(2111, 3, 1), "visit_end_date": date(2111, 3, 9)},
        "from 2009-01-01 to 2022-01-01: the inpatient visits are of 2111-03-01 to 2111-03-01.",
    ),
    (
        "part of the time",
        {"visit_start_date": [DAY, DAY, date(2019, 5, 6)], "visit_end_date": date(2019, 5, 7)},
        "of 2014-02-07 to 2019-05-06 alone; the study looks from 2009-01-01 to 2022-01-01.",
    ),
    (
        "of another kind",
        {"visit_concept_id": 8870},
        "No visit is inpatient by the codebook: nobody was admitted from 2009-01-01 to 2022-01-01. - Visits "
        "that last overnight and are no stays by the codebook: 8870 (3 of 3 patients, median 13 days).",
    ),
]


@pytest.mark.parametrize("columns, told", [case[1:] for case in ADMITTED], ids=[case[0] for case in ADMITTED])
def test_a_survey_says_where_the_study_looks_and_nobody_is(
    columns: dict[str, object], told: str, tmp_path: Path, say: Said
) -> None:
    folder = as_folder(changed("visit_occurrence", **columns), tmp_path / "hospital")
    assert told in say("survey", folder)[1]


def test_a_survey_of_a_time_that_the_records_cover_says_nothing_of_it(tmp_path: Path, say: Said) -> None:
    days = {
        "visit_start_date": [date(2009, 12, 1), DAY, date(2021, 2, 1)],
        "visit_end_date": date(2021, 3, 1),
    }
    said = say("survey", as_folder(changed("visit_occurrence", **days), tmp_path / "hospital"))[1]
    assert "What this study will not be able to see" in said
    assert "inpatient" not in said


# ---- The promise ----

SLIPS = [
    (
        r"(?ms)^\[setting\].*?(?=^\[)",
        "protocol.toml: records cannot be searched without [setting] and [stay]",
    ),
    (
        r"(?ms)^\[stay\]$.*?(?=^# ----)",
        "protocol.toml: records cannot be searched without [setting] and [stay]",
    ),
    (
        r'(?ms)^\[\[eligibility\]\]\nname +=\s*"confirmed".*?(?=^\[\[)',
        "protocol.toml: no step of [[eligibility]] asks for criteria Add a step such as",
    ),
]


@pytest.mark.parametrize("gone, told", SLIPS, ids=["setting", "stay", "criteria"])
def test_a_protocol_that_records_cannot_be_searched_for(
    gone: str, told: str, tmp_path: Path, say: Said
) -> None:
    text, count = re.subn(gone, "", FOUNDING.read_text("utf-8"))
    assert count == 1
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "protocol.toml").write_text(text, "utf-8")
    code, said = say("run", as_folder(hospital(), tmp_path / "hospital"), study=tmp_path / "study")
    assert code == CANNOT
    assert told in said


def test_a_step_cannot_ask_whether_a_number_is_there(tmp_path: Path, say: Said) -> None:
    """It would be unknown for everyone, however often it was measured."""
    text = FOUNDING.read_text("utf-8").replace(
        '"family history of hlh"]', '"family history of hlh", "ferritin"]'
    )
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "protocol.toml").write_text(text, "utf-8")
    code, said = say("screen", as_folder(hospital(), tmp_path / "hospital"), study=tmp_path / "study")
    assert code == CANNOT
    assert 'eligibility 3: "ferritin" is measured, and a step asks whether something is there Ask by' in said


LAST = 'last_contact = { last = "contact in person or laboratory result" }'
AGE = 'take  = { person = "age", at = "admission" }'
FIRST = 'take  = { finding = "ferritin", at = "first_dose", within = "1 day", choose = "nearest" }'
EMPTY = [
    (
        'death        = { first = "death" }',
        "",
        '[moments]: the follow-up ends with death, and no moment is the day of it Write death = { first = "d',
    ),
    ('{ start_of = "stay" }', '{ start_of = "icu" }', 'records cannot be asked start_of = "icu" Write start'),
    ('during = "stay"', 'during = "life"', 'moments.first_dose: records cannot be asked during = "life"'),
    (
        'day_met = "hlh-2004"',
        'day_met = "hscore"',
        'the stay is chosen by "hlh-2004", and only the day on which these are met is found Write day_met =',
    ),
    (LAST, 'last_contact = { last = "contact" }', 'it does not say how the records tell "contact"'),
    (
        '= "hlh-2004"',
        '= "hscore"',
        '[stay]: "hscore" adds up points, and a stay is chosen by criteria that are met',
    ),
    ("splenomegaly = ", "spleen = ", '[stay], wider: "spleen" is no criterion and no finding of "hlh-2004"'),
    (AGE, 'take = { person = "weight" }', '"weight" of a person is not known There are: age, sex.'),
    ('{ person = "sex" }', '{ person = "age" }', 'the age of a person cannot fill a variable of kind "cate'),
    (FIRST, 'take = { finding = "ferritin" }', '"ferritin" is asked at no moment Write at = '),
    (FIRST, FIRST.replace("ferritin", "splenomegaly"), '"splenomegaly" is not known to have a number'),
    (FIRST, FIRST.replace("ferritin", "Ferritin"), 'calls "Ferritin" by another name Write "ferritin".'),
    ('unit         = "ng/mL"', 'unit = "mg/dL"', '"mg/dL" is no unit of ferritin There are: ng/mL, ug/L,'),
    ('{ tally = "hlh-2004"', '{ tally = "hscore"', '"hscore" adds up points Write points = "hscore".'),
    ('{ points = "hscore"', '{ points = "hlh-2004"', '"hlh-2004" counts criteria Write tally = "hlh-2004"'),
    ('{ course = "anakinra" }', '{ course = "aspirin" }', 'no drug of the codebook is "aspirin" Name a drug'),
    ('overlapping = "anakinra"', 'overlapping = "kinret"', 'no drug of the codebook is "kinret" Name a drug'),
    (
        'kind = "text"\ntake  = "print"',
        'kind = "number"\ntake = "review"',
        'what a reviewer answers cannot fill a variable of kind "number"',
    ),
]


@pytest.mark.parametrize("was, now, told", EMPTY, ids=[told[:40] for *_, told in EMPTY])
def test_what_records_would_leave_empty_is_told(
    was: str, now: str, told: str, tmp_path: Path, say: Said
) -> None:
    text = re.sub(r"(?m)^(name|label|kind|take) +=", r"\1 =", FOUNDING.read_text("utf-8"))
    was, now = (re.sub(r"(?m)^(kind|take) +=", r"\1 =", one) for one in (was, now))
    assert was in text
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "protocol.toml").write_text(text.replace(was, now), "utf-8")
    code, said = say("run", as_folder(hospital(), tmp_path / "hospital"), study=tmp_path / "study")
    assert code == CANNOT
    assert told in said


def test_a_codebook_that_lacks_a_finding_or_is_not_there(tmp_path: Path, say: Said) -> None:
    folder = as_folder(hospital(), tmp_path / "hospital")
    shipped = (BUNDLED.parent / "records" / "codebook.toml").read_text("utf-8")
    lacking, count = re.subn(r'(?ms)^\["ferritin"\].*?(?=^\[)', "", shipped)
    assert count == 1
    (tmp_path / "ours.toml").write_text(lacking, "utf-8")
    for verb in ("survey", "screen", "run"):
        said = say(verb, folder, "--codebook", tmp_path / "ours.toml")[1]
        assert 'it does not say how the records tell "ferritin" Add a table ["ferritin"] to it.' in said
    assert "nowhere.toml: it cannot be read" in say("run", folder, "--codebook", "nowhere.toml")[1]


def test_silence_counts_from_the_day_that_a_codebook_names(tmp_path: Path, say: Said) -> None:
    """Patient 2 has no row of anakinra: not given from that day on, and before it a question."""
    folder = as_folder(hospital(), tmp_path / "hospital")
    shipped = (BUNDLED.parent / "records" / "codebook.toml").read_text("utf-8")
    always = "the codebook names none from which they are recorded whole: anakinra."
    assert always in say("screen", folder)[1]
    for since, standing in ((DAY, "out"), (DAY + timedelta(days=1), "open")):
        silent = f'silent = {{ means = "absent", since = {since} }}'
        ours, count = re.subn(r'(?ms)(^\["anakinra"\].*?)silent = "absent"', rf"\1{silent}", shipped, count=1)
        assert count == 1
        (tmp_path / "ours.toml").write_text(ours, "utf-8")
        code, said = say("screen", folder, "--codebook", tmp_path / "ours.toml")
        assert code == 0
        assert always not in said
        patients = pl.read_parquet(tmp_path / "results" / "cohort" / "patients.parquet")
        assert dict(patients.select("person_id", "standing").iter_rows())[2] == standing
        asked = (tmp_path / "results" / "questions.csv").read_text("utf-8")
        assert bool(re.search(r"(?m)^2,anakinra,", asked)) is (standing == "open")


def test_a_run_is_from_records_or_from_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "results")]
    assert main(["run", STUDY, "--records", "x", "--sheet", "y", *out]) == CANNOT
    assert (
        "--sheet: a run is from a sheet or from a hospital's records, not from both"
        in capsys.readouterr().err
    )
    assert main(["run", STUDY, "--answers", "x", "--memory", "1GB", *out]) == CANNOT
    told = "--answers and --memory: this is about a hospital's records, and none are named"
    assert told in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


# ---- The answers ----

HEAD = "patient,question,evidence,answer,certainty,reason,who,when,study\n"
GIVEN = "anakinra given for HLH"
ANSWERS = [
    ("1,hemophagocytosis,,yes,,,LN,,other 0123456789ab", CANNOT, 'an answer for another protocol ("other 01'),
    (
        "1,hemophagocytosis,,yes,,,LN,,\n1,hemophagocytosis,,no,,,LN,,",
        CANNOT,
        "of patient 1 with yes and with no",
    ),
    ("1,hemophagocytoses,,yes,,,LN,,", CANNOT, 'Did you mean "hemophagocytosis"?'),
    ("1,hemophagocytosis,,yes,,,,,", CANNOT, "row 2: nobody signed this answer"),
    ("99999999999999999999,hemophagocytosis,,yes,,,LN,,", CANNOT, "is not a patient's id"),
    ("--1,hemophagocytosis,,yes,,,LN,,", CANNOT, '"--1" is not a patient\'s id'),
    (f'1,hemophagocytosis,,yes,,"{"x" * 200_000}",LN,,', CANNOT, "it cannot be read as CSV (field larger"),
    ("77,hemophagocytosis,,yes,,,LN,,", 0, "Of 1 answer the patient has no stay in these records: a.csv:D2."),
    (
        f"1,{GIVEN},,yes,,,LN,,\n1,{GIVEN},,no,,,XY,,",
        0,
        "Reviewers differ: a.csv:D2, a.csv:D3. It stays unknown",
    ),
    (f"1,{GIVEN},,certainly,,,LN,,", 0, 'Neither yes nor no nor a level ("certainly"): a.csv:D2.'),
    (f"1,{GIVEN},measurement:{9**30}; note:x; person:1; DROP TABLE,yes,,,LN,,", 0, "1 in: given anakinra"),
    (
        f"1,{GIVEN},,yes,,,LN,,\n1,{GIVEN},,no,,,XY,,\n1,{GIVEN},,yes,,,adjudicated AB,,",
        0,
        "1 in: given anakinra",
    ),
]


@pytest.mark.parametrize("rows, code, told", ANSWERS, ids=[told[:30] for *_, told in ANSWERS])
def test_answers(rows: str, code: int, told: str, tmp_path: Path, say: Said) -> None:
    (tmp_path / "a.csv").write_text(HEAD + rows + "\n", "utf-8")
    folder = as_folder(hospital(), tmp_path / "hospital")
    got, said = say("screen", folder, "--answers", tmp_path / "a.csv")
    assert got == code
    assert told in said


LOST = {
    "LN no": ("not met", ["review:LN", "condition_occurrence:1"]),
    "LN yes, XY no": ("unknown", ["review:LN", "review:XY", "condition_occurrence:1"]),
    "LN yes, XY no, adjudicated AB no": (
        "not met",
        ["review:adjudicated AB", "review:LN", "condition_occurrence:1"],
    ),
}


@pytest.mark.parametrize("answers", LOST)
def test_what_lost_against_an_answer_is_named_behind_it(answers: str, tmp_path: Path, say: Said) -> None:
    given = [one.rpartition(" ") for one in answers.split(", ")]
    rows = [f"1,splenomegaly,,{answer},,,{who},," for who, _, answer in given]
    (tmp_path / "a.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    assert (
        say("screen", as_folder(hospital(), tmp_path / "hospital"), "--answers", tmp_path / "a.csv")[0] == 0
    )
    verdicts = pl.read_parquet(tmp_path / "results" / "cohort" / "verdicts.parquet")
    [mine] = verdicts.filter(person_id=1, criterion="splenomegaly").iter_rows(named=True)
    assert (mine["truth"], mine["because"]) == LOST[answers]


@pytest.mark.parametrize("text", ["", "patient,answer\n1,yes\n", "person;answer\n1;yes\n"])
def test_answers_with_wrong_columns(text: str, tmp_path: Path, say: Said) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    folder = as_folder(hospital(), tmp_path / "hospital")
    said = say("run", folder, "--answers", tmp_path / "a.csv")[1]
    assert "a.csv: the first row has no column" in said
    assert "An answers file has the columns patient, question, evidence" in said
    assert "cannot be read" in say("run", folder, "--answers", tmp_path / "none.csv")[1]


def test_levels_without_grades_of_certainty(tmp_path: Path, say: Said) -> None:
    text, count = re.subn(r"(?m)^certainty = .*\n", "", FOUNDING.read_text("utf-8"))
    assert count == 1
    study = tmp_path / "study"
    study.mkdir()
    (study / "protocol.toml").write_text(text, "utf-8")
    (tmp_path / "a.csv").write_text(
        f"{HEAD}1,{GIVEN},,yes,,,LN,,\n1,cause,,viral infection,,,LN,,\n", "utf-8"
    )
    folder = as_folder(hospital(), tmp_path / "hospital")
    assert say("run", folder, "--answers", tmp_path / "a.csv", study=study)[0] == 0
    cases = pl.read_parquet(tmp_path / "results" / "cases" / "table.parquet")
    assert cases["cause"].to_list() == [["viral infection"]]
    assert "cause.certainty" not in cases.columns


CHOSEN = {None: 20.0, "nearest": 20.0, "first": 90.0, "last": 50.0, "lowest": 8.0, "highest": 300.0}


@pytest.mark.parametrize("choose", CHOSEN)
def test_which_of_several_values_near_a_day(choose: str | None, tmp_path: Path, say: Said) -> None:
    """Platelets by hospital day: 2 to 8 lie within three days of day 5, the first and the last do not."""
    values = {1: 1.0, 2: 90.0, 3: 300.0, 5: 20.0, 6: 8.0, 8: 50.0, 9: 999.0}
    frames = hospital()
    others = frames["measurement"].filter(pl.col("measurement_concept_id") != PLATELETS)
    rows = [
        (900 + day, 1, PLATELETS, DAY + timedelta(day - 1), value, f"{value:g}", "K/uL")
        for day, value in values.items()
    ]
    frames["measurement"] = pl.concat([others, pl.DataFrame(rows, others.schema, orient="row")])
    frames["drug_exposure"] = frames["drug_exposure"].with_columns(
        pl.lit(DAY + timedelta(4)).alias("drug_exposure_start_date"),
        pl.lit(DAY + timedelta(4)).alias("drug_exposure_end_date"),
    )
    chosen = f', choose = "{choose}"' if choose else ""
    take = f'take = {{ finding = "platelets", at = "first_dose", within = "3 days"{chosen} }}'
    study = tmp_path / "study"
    study.mkdir()
    text = f'[[variable]]\nname = "near"\nkind = "number"\nunit = "10*9/L"\n{take}\n'
    (study / "protocol.toml").write_text(FOUNDING.read_text("utf-8") + text, "utf-8")
    (tmp_path / "a.csv").write_text(f"{HEAD}1,{GIVEN},,yes,,,LN,,\n1,cause,,unknown,,,LN,,\n", "utf-8")
    folder = as_folder(frames, tmp_path / "hospital")
    assert say("abstract", folder, "--answers", tmp_path / "a.csv", study=study)[0] == 0
    cases = pl.read_parquet(tmp_path / "results" / "cases" / "table.parquet")
    assert cases["near"].to_list() == [CHOSEN[choose]]


def test_primary_disease_is_excluded_by_an_inborn_error_too(tmp_path: Path, say: Said) -> None:
    text = FOUNDING.read_text("utf-8").replace(
        '"family history of hlh"]', '"family history of hlh", "inborn error of immunity"]'
    )
    assert "inborn" in text
    study = tmp_path / "study"
    study.mkdir()
    (study / "protocol.toml").write_text(text, "utf-8")
    frames = hospital()
    error = (
        frames["condition_occurrence"]
        .head(1)
        .with_columns(
            condition_occurrence_id=pl.lit(9, pl.Int64),
            person_id=pl.lit(2, pl.Int64),
            condition_concept_id=pl.lit(0, pl.Int64),
            condition_source_value=pl.lit("Primary Immunodeficiency"),
        )
    )
    frames["condition_occurrence"] = pl.concat([frames["condition_occurrence"], error], how="diagonal")
    code, said = say("screen", as_folder(frames, tmp_path / "hospital"), study=study)
    assert code == 0
    assert "2 in: met at least 5 of 8" in said
    assert "1 left after dropping: primary HLH: a causative mutation, or HLH in the family (1 out)" in said


# ---- A definition of one's own ----

FEBRILE = """
name = "febrile"
title = "Fever and ferritin"
source = "The ward"
need = 2
[[criterion]]
name = "fever"
finding = "body temperature"
above = "38.0 Cel"
[[criterion]]
name = "ferritin"
finding = "ferritin"
at_least = "684 ng/mL"
"""


def test_a_definition_beside_the_protocol(tmp_path: Path, say: Said) -> None:
    study = tmp_path / "study"
    study.mkdir()
    text = re.sub(r"(?m)^wider .*$", "", FOUNDING.read_text("utf-8")).replace('"hlh-2004"', '"febrile.toml"')
    (study / "protocol.toml").write_text(text, "utf-8")
    (study / "febrile.toml").write_text(FEBRILE, "utf-8")
    (tmp_path / "a.csv").write_text(f"{HEAD}1,{GIVEN},,yes,,,LN,,\n1,cause,,unknown,,,LN,,\n", "utf-8")
    folder = as_folder(hospital(), tmp_path / "hospital")
    code, said = say("run", folder, "--answers", tmp_path / "a.csv", study=study)
    assert (code, "2 in: met at least 5 of 8 HLH-2004 criteria" in said) == (0, True)
    cases = pl.read_parquet(tmp_path / "results" / "cases" / "table.parquet")
    assert cases["criteria_met"].to_list() == [2]
    assert cases["day_diagnosed"].to_list() == [1]


def test_other_criteria_and_other_days_are_counted_as_they_stand(tmp_path: Path, say: Said) -> None:
    """All evidence is of day 1: on day 14 only the spleen, which has 14 days, still stands."""
    asked = {
        "here": ("hlh-2004", "diagnosis"),
        "other": ("hlh-2024", "diagnosis"),
        "later": ("hlh-2004", "discharge"),
    }
    text = FOUNDING.read_text("utf-8").replace('["hlh-2004", "hscore"]', '["hlh-2004", "hlh-2024", "hscore"]')
    for name, (criteria, at) in asked.items():
        take = f'take = {{ tally = "{criteria}", at = "{at}" }}'
        text += f'[[variable]]\nname = "{name}"\nkind = "count"\n{take}\n'
    study = tmp_path / "study"
    study.mkdir()
    (study / "protocol.toml").write_text(text, "utf-8")
    (tmp_path / "a.csv").write_text(f"{HEAD}1,{GIVEN},,yes,,,LN,,\n1,cause,,unknown,,,LN,,\n", "utf-8")
    folder = as_folder(hospital(), tmp_path / "hospital")
    assert say("abstract", folder, "--answers", tmp_path / "a.csv", study=study)[0] == 0
    cases = pl.read_parquet(tmp_path / "results" / "cases" / "table.parquet")
    counted = {name: (*cases[name].to_list(), *cases[f"{name}.high"].to_list()) for name in asked}
    assert counted == {"here": (5, 8), "other": (5, 7), "later": (1, 8)}


@pytest.mark.parametrize(
    "answers, value", [("yes", True), ("no", False), ("perhaps", None), ("yes no", None)]
)
def test_a_reviewer_answers_yes_or_no(answers: str, value: bool | None, tmp_path: Path, say: Said) -> None:
    study = tmp_path / "study"
    study.mkdir()
    text = FOUNDING.read_text("utf-8") + '[[variable]]\nname = "relapse"\nkind = "yes/no"\ntake = "review"\n'
    (study / "protocol.toml").write_text(text, "utf-8")
    rows = [f"1,relapse,,{answer},,,{who},," for answer, who in zip(answers.split(), "AB", strict=False)]
    rows += [f"1,{GIVEN},,yes,,,LN,,", "1,cause,,unknown,,,LN,,"]
    (tmp_path / "a.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    folder = as_folder(hospital(), tmp_path / "hospital")
    assert say("abstract", folder, "--answers", tmp_path / "a.csv", study=study)[0] == 0
    cases = pl.read_parquet(tmp_path / "results" / "cases" / "table.parquet")
    assert cases["relapse"].to_list() == [value]


# ---- What stands in the results folder ----


def test_a_survey_stands_beside_the_report_of_a_run(tmp_path: Path, say: Said) -> None:
    folder = as_folder(hospital(), tmp_path / "hospital")
    say("run", folder)
    before = {path: path.read_bytes() for path in (tmp_path / "results").rglob("*") if path.is_file()}
    manifest = tmp_path / "results" / "manifest.json"
    say("survey", folder)
    after = {path: path.read_bytes() for path in (tmp_path / "results").rglob("*") if path.is_file()}
    page = tmp_path / "results" / "survey.html"
    assert {**before, page: after[page], manifest: after[manifest]} == after
    old, new = json.loads(before[manifest]), json.loads(after[manifest])
    assert new["files"].keys() == {*old["files"], "survey.html"}
    assert {**old, "files": new["files"]} == new
    say("run", folder)
    assert not page.exists()


# ---- The machine ----


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "hospital"
    synthesise(2000, 7, folder, lambda step: None)
    return folder


def test_half_a_gigabyte_is_enough_and_a_megabyte_is_not(synthetic: Path, say: Said) -> None:
    said = say("screen", synthetic, "--memory", "1MB")[1]
    assert "the memory is not enough Give more" in said
    assert "--memory 4GB" in said
    assert '"lots" is not an amount of memory' in say("screen", synthetic, "--memory", "lots")[1]
    assert say("screen", synthetic, "--memory", "512MB")[0] == 0


def at_the_command_line(records: Path, out: Path, first: Callable[[], object]) -> subprocess.Popen[str]:
    words = [CASESERIES, "screen", STUDY, "--records", str(records), "--out", str(out)]
    return subprocess.Popen(words, stdout=-1, stderr=subprocess.STDOUT, text=True, preexec_fn=first)


def test_a_disk_without_room(tmp_path: Path) -> None:
    def no_large_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    folder = as_folder(hospital(), tmp_path / "hospital")
    with at_the_command_line(folder, tmp_path / "results", no_large_files) as run:
        said, _ = run.communicate()
    assert run.returncode == CANNOT
    assert "Traceback" not in said
    assert "Free some room" in said
    assert results(tmp_path / "results") == {}
    assert {path.suffix for path in (tmp_path / "results" / KEPT).glob("*")} <= {".parquet"}


@pytest.fixture(scope="module")
def whole(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[float, dict[Path, bytes]]:
    """How many seconds a run takes that nobody stops, and what it writes."""
    out, started = tmp_path_factory.mktemp("whole") / "results", time.monotonic()
    with at_the_command_line(synthetic, out, heed) as run:
        run.communicate()
    assert run.returncode == 0
    return time.monotonic() - started, results(out)


def heed() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0])
def test_an_interrupt_leaves_what_stood_there_or_all_that_is_new(
    share: float, synthetic: Path, whole: tuple[float, dict[Path, bytes]], tmp_path: Path
) -> None:
    seconds, new = whole
    out = tmp_path / "results"
    folder = as_folder(hospital(), tmp_path / "hospital")
    assert main(["screen", STUDY, "--records", str(folder), "--out", str(out)]) == 0
    before = results(out)
    with at_the_command_line(synthetic, out, heed) as run:
        time.sleep(seconds * share)
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate()
    if run.returncode == 0:  # it was done, and all is said and written
        assert said.endswith(" s\n")
        assert results(out) == new
    else:
        stopped = "Stopped. Nothing half-written was left behind.\n"
        assert (run.returncode, said.endswith(stopped)) == (INTERRUPTED, True)
        assert results(out) in [before, new]
    assert {path.suffix for path in (out / KEPT).glob("*")} <= {".parquet"}
    assert not list(out.glob(".writing-*"))


def results(folder: Path) -> dict[Path, bytes]:
    """Every file of the results folder but what is kept for the next run."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != KEPT)
    return {path.relative_to(folder): path.read_bytes() for path in files}
