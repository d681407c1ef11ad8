"""Rows without an id or a day of their own: told, and no verdict hangs on them."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from tests.acceptance.test_hospital_slips import (
    DAY,
    GIVEN,
    HEAD,
    PLATELETS,
    STUDY,
    Frames,
    as_database,
    as_folder,
    hospital,
)

from caseseries.cli.main import main
from caseseries.records import kept

LEUKOCYTES, SHARE = 3000905, 3008342
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command, where it takes any with a reviewer's answers, and answer with all that it said."""
    monkeypatch.setattr(kept, "DEAR", math.inf)
    answers = tmp_path / "a.csv"
    answers.write_text(f"{HEAD}1,{GIVEN},,yes,,,LN,,\n1,cause,,unknown,,,LN,,\n", "utf-8")

    def said(verb: str, records: Path, out: str) -> str:
        words = [verb, STUDY, "--records", str(records), "--out", str(tmp_path / out)]
        words += ["--answers", str(answers)] if verb in ("abstract", "run") else []
        assert main(words) == 0
        return " ".join(capsys.readouterr().out.split())

    return said


# ---- Ids ----


def with_neutrophils_of_two() -> Frames:
    """Without a count of platelets, so that the cytopenias hang on neutrophils: 40 % of 1.2 leukocytes."""
    frames = hospital()
    measured = frames["measurement"].filter(pl.col("measurement_concept_id") != PLATELETS)
    rows = [
        (900 + 2 * person + place, person, concept, DAY, value, f"{value:g}", unit)
        for person in (1, 2)
        for place, (concept, value, unit) in enumerate([(LEUKOCYTES, 1.2, "K/uL"), (SHARE, 40.0, "%")])
    ]
    frames["measurement"] = pl.concat([measured, pl.DataFrame(rows, measured.schema, orient="row")])
    frames["note"] = pl.DataFrame({"note_id": [91], "person_id": [1], "note_date": [DAY]})
    return frames


IDS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "none": lambda number: pl.lit(None, pl.Int64),
    "one for all": lambda number: pl.lit(7, pl.Int64),
    "one for two": lambda number: number // 2,
}


@pytest.mark.parametrize("ids", [*IDS, "no column"])
def test_no_verdict_and_no_case_hangs_on_the_ids_of_rows(ids: str, tmp_path: Path, run: Run) -> None:
    sound, odd = with_neutrophils_of_two(), with_neutrophils_of_two()
    for name in ("measurement", "condition_occurrence", "drug_exposure", "note"):
        number = pl.col(f"{name}_id")
        column = None if ids == "no column" else IDS[ids](number).alias(f"{name}_id")
        odd[name] = odd[name].drop(f"{name}_id") if column is None else odd[name].with_columns(column)
    run("abstract", as_folder(sound, tmp_path / "sound"), "expected")
    run("run", as_folder(odd, tmp_path / "odd"), "found")
    for file in ("cohort/patients", "cohort/verdicts", "cases/table"):
        one, other = (pl.read_parquet(tmp_path / out / f"{file}.parquet") for out in ("expected", "found"))
        assert one.height > 0
        names = [name for name in one.columns if name != "because"]
        assert other.select(names).equals(one.select(names)), file
    counts = pl.read_parquet(tmp_path / "found" / "cohort" / "verdicts.parquet").filter(person_id=1)
    assert counts.filter(criterion="cytopenias")["truth"].to_list() == ["met"]


def test_what_stands_there_twice_counts_once(tmp_path: Path, run: Run) -> None:
    once = with_neutrophils_of_two()
    twice = once | {
        name: pl.concat([frame, frame.with_columns(pl.col(f"^{name}_id$") + 1000)])
        for name, frame in once.items()
        if name != "person"
    }
    run("abstract", as_folder(once, tmp_path / "once"), "expected")
    said = run("abstract", as_folder(twice, tmp_path / "twice"), "found")
    told = (
        "what another row says: 2 of condition_occurrence, 12 of measurement, 2 of drug_exposure, 2 of visit_"
    )
    assert told in said
    for file in ("cohort/patients", "cohort/verdicts", "cases/table", "cases/spells", "cases/serials"):
        one, other = (pl.read_parquet(tmp_path / out / f"{file}.parquet") for out in ("expected", "found"))
        assert one.height > 0 or file == "cases/serials"
        names = [name for name in one.columns if name not in ("because", "origin")]
        assert other.select(names).equals(one.select(names)), file


def test_a_row_without_an_id_is_named_by_its_table(tmp_path: Path, run: Run) -> None:
    frames = with_neutrophils_of_two()
    for name in ("measurement", "note"):
        frames[name] = frames[name].with_columns(pl.lit(None, pl.Int64).alias(f"{name}_id"))
    said = run("screen", as_folder(frames, tmp_path / "hospital"), "results")
    costs = "so that what rests on these cannot be led back to its row."
    assert f"measurement, measurement_id: 12 of 12 rows have none, {costs}" in said
    assert f"note, note_id: 1 of 1 row have none, {costs}" in said
    verdicts = pl.read_parquet(tmp_path / "results" / "cohort" / "verdicts.parquet")
    rows = set(verdicts["because"].explode().drop_nulls().to_list())
    assert rows == {"measurement:?", "condition_occurrence:1", "condition_occurrence:2"}
    asked = (tmp_path / "results" / "questions.csv").read_text("utf-8")
    assert "note:?" in asked
    assert "None" not in asked


def test_a_row_that_nobody_can_tell_from_others_is_not_read_out(tmp_path: Path, run: Run) -> None:
    """In the sheet of the verdicts: without an id, and with one that rows of several days share."""
    frames = with_neutrophils_of_two()
    later = pl.col("measurement_date") + pl.duration(days=pl.int_range(pl.len()) % 2)
    ids = {
        "none": (pl.lit(None, pl.Int64).alias("measurement_id"), "measurement:?"),
        "shared": (pl.col("measurement_id") // 1000, "measurement:0"),
    }
    for name, (number, row) in ids.items():
        frames["measurement"] = with_neutrophils_of_two()["measurement"].with_columns(number, later)
        run("screen", as_folder(frames, tmp_path / name), f"{name} results")
        with (tmp_path / f"{name} results" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
            lines = {line["criterion"]: line for line in csv.DictReader(file) if line["patient"] == "1"}
        assert (lines["ferritin"]["verdict"], lines["ferritin"]["because"]) == ("met", row)
        assert lines["ferritin"]["says"] == "measurement"
        assert lines["splenomegaly"]["says"].startswith("splenomegaly present on ")


# ---- Days ----

DAYS = (
    ("measurement", "measurement_date"),
    ("measurement", "measurement_datetime"),
    ("measurement", "result_datetime"),
    ("condition_occurrence", "condition_start_date"),
    ("drug_exposure", "drug_exposure_start_date"),
    ("drug_exposure", "drug_exposure_start_datetime"),
    ("drug_exposure", "drug_exposure_end_date"),
    ("drug_exposure", "drug_exposure_end_datetime"),
    ("procedure_occurrence", "procedure_date"),
    ("observation", "observation_date"),
    ("death", "death_date"),
    ("note", "note_date"),
    ("visit_occurrence", "visit_end_datetime"),
    ("observation_period", "observation_period_end_date"),
)


def with_every_table() -> Frames:
    """The hospital with a row in every table, and with all the days and moments of `DAYS`."""
    one = {"person_id": [1]}
    frames = hospital() | {
        "procedure_occurrence": pl.DataFrame(
            one | {"procedure_occurrence_id": [1], "procedure_concept_id": [4288021], "procedure_date": [DAY]}
        ),
        "observation": pl.DataFrame(
            one | {"observation_id": [1], "observation_concept_id": [200527], "observation_date": [DAY]}
        ),
        "note": pl.DataFrame(one | {"note_id": [1], "note_date": [DAY]}),
        "observation_period": pl.DataFrame(
            one
            | {
                "observation_period_id": [1],
                "observation_period_start_date": [DAY],
                "observation_period_end_date": [DAY + timedelta(30)],
            }
        ),
    }
    for table, column in DAYS:
        if column not in frames[table].columns:
            day = next(name for name in frames[table].columns if name.endswith("date"))
            frames[table] = frames[table].with_columns(pl.col(day).cast(pl.Datetime).alias(column))
    return frames


@pytest.mark.parametrize(
    ("table", "column", "day"),
    [
        *((*place, "infinity") for place in DAYS),
        ("measurement", "measurement_date", "-infinity"),
        ("drug_exposure", "drug_exposure_start_datetime", "12014-02-07"),
    ],
)
def test_a_day_that_is_none_is_told_and_read_as_nothing(
    table: str, column: str, day: str, tmp_path: Path, run: Run
) -> None:
    for name, odd in (("sound", "NULL"), ("odd", f"'{day}'")):
        (tmp_path / name).mkdir()
        path = as_database(with_every_table(), tmp_path / name / "hospital.duckdb")
        with duckdb.connect(str(path)) as made:
            made.execute(f"UPDATE {table} SET {column} = {odd} WHERE rowid = 0")
            [(rows,)] = made.execute(f"SELECT count(*) FROM {table}").fetchall()
        said = run("abstract", path, f"{name}-results")
    told = f"{table}, {column}: 1 of {rows} days cannot be, so that they count as not there."
    assert told in said
    for file in ("cohort/verdicts", "cohort/evidence", "cohort/exposures", "cases/table"):
        expected, found = (
            pl.read_parquet(tmp_path / f"{name}-results" / f"{file}.parquet") for name in ("sound", "odd")
        )
        assert found.equals(expected), file
    run("survey", path, "odd-results")
    assert told in (tmp_path / "odd-results" / "survey.html").read_text("utf-8")


def test_infinite_days_in_parquet(tmp_path: Path, run: Run) -> None:
    folder = as_folder(hospital(), tmp_path / "hospital")
    file = folder / "death.parquet"
    with duckdb.connect() as made:
        made.execute(f"CREATE TABLE death AS SELECT * REPLACE ('infinity'::DATE AS death_date) FROM '{file}'")
        made.execute(f"COPY death TO '{file}'")
    said = run("run", folder, "results")
    assert (
        "death: none of its 1 row has a day, so that deaths come from discharges and from what else says so."
        in said
    )
