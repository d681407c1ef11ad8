"""A hospital's records as they are opened: what every query finds, whatever stood there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlglot

import caseseries as cs
from caseseries.evidence.problem import Problems
from caseseries.records.engines import duckdb as duckdb_engine
from caseseries.records.engines import watching
from caseseries.records.engines.duckdb import named
from caseseries.records.fields import fields
from caseseries.records.omop import Records, open_records
from caseseries.records.synthetic.hospital import make_hospital
from caseseries.records.synthetic.people import FEWEST
from caseseries.records.synthetic.tables import RESULT
from caseseries.records.synthetic.tables import TYPES as AS_FRAMES

Frames = dict[str, pl.DataFrame]
ANNA, BERT = -9_066_461_348_710_750_663, 9_007_199_254_740_993
"""Two ids of real size: one below zero, and one that a floating number cannot tell from its neighbour."""
MORNING = datetime.fromisoformat("2014-02-09T07:30")


def small() -> Frames:
    """The least that is a hospital: two patients, a stay each, and a ferritin of one of them."""
    return {
        "person": pl.DataFrame({"person_id": [ANNA, BERT], "year_of_birth": [1970, 1950]}),
        "visit_occurrence": pl.DataFrame(
            {
                "visit_occurrence_id": [ANNA + 1, BERT + 1],
                "person_id": [ANNA, BERT],
                "visit_concept_id": [9201, 9201],
                "visit_start_date": [date(2014, 2, 7), date(2015, 1, 1)],
                "visit_end_date": [date(2014, 2, 20), None],
            }
        ),
        "measurement": pl.DataFrame(
            {
                "measurement_id": [BERT + 2, BERT + 3],
                "person_id": [ANNA, ANNA],
                "measurement_concept_id": [3001122, 3001122],
                "measurement_date": [date(2014, 2, 8), date(2014, 2, 9)],
                "value_as_number": [12_000.5, None],
                "value_source_value": ["12000.5", ">33,511"],
                "result_datetime": [MORNING, None],
            }
        ),
    }


def with_column(frames: Frames, table: str, **columns: object) -> Frames:
    frames[table] = frames[table].with_columns(**{name: pl.lit(value) for name, value in columns.items()})
    return frames


# ---- The four ways in which a hospital can stand there ----


def as_parquet(frames: Frames, folder: Path) -> Path:
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def as_csv(frames: Frames, folder: Path) -> Path:
    for name, frame in frames.items():
        frame.write_csv(folder / f"{name.upper()}.csv")
    return folder


def as_database(frames: Frames, folder: Path) -> Path:
    path = folder / "hospital.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("CREATE SCHEMA cdm")
        for name, frame in frames.items():
            frame.write_parquet(folder / "rows.parquet")
            database.execute(f"CREATE TABLE cdm.{name} AS FROM read_parquet('{folder}/rows.parquet')")
    (folder / "rows.parquet").unlink()
    return path


def as_frames(frames: Frames, folder: Path) -> Frames:
    return frames


Way = Callable[[Frames, Path], Path | Frames]
WAYS: tuple[Way, ...] = (as_parquet, as_csv, as_database, as_frames)
every_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.removeprefix("as_"))


@every_way
def test_every_way_gives_the_same_rows(way: Way, tmp_path: Path) -> None:
    with open_records(way(small(), tmp_path)) as records:
        stays = records.run(
            "SELECT visit_occurrence_id, person_id, visit_start_date, visit_end_date "
            "FROM visit_occurrence ORDER BY visit_start_date"
        )
        results = records.run(
            "SELECT measurement_id, person_id, measurement_date, value_as_number, value_source_value, "
            "result_datetime, unit_concept_id FROM measurement ORDER BY measurement_id"
        )
    assert stays.rows() == [
        (ANNA + 1, ANNA, date(2014, 2, 7), date(2014, 2, 20)),
        (BERT + 1, BERT, date(2015, 1, 1), None),
    ]
    assert results.rows() == [
        (BERT + 2, ANNA, date(2014, 2, 8), 12_000.5, "12000.5", MORNING, None),
        (BERT + 3, ANNA, date(2014, 2, 9), None, ">33,511", None, None),
    ]


@every_way
def test_every_table_has_the_fields_of_the_cdm_and_then_those_of_the_site(way: Way, tmp_path: Path) -> None:
    with open_records(way(small(), tmp_path)) as records:
        for name, listed in fields().items():
            frame = records.run(f"SELECT * FROM {name}")
            own = {RESULT: pl.Datetime("us")} if name == "measurement" else {}
            wanted = {field.name: AS_FRAMES[field.kind] for field in listed}
            assert dict(frame.schema) == wanted | own, name
            assert frame.columns == [*wanted, *own]


def test_a_synthetic_hospital_lacks_nothing() -> None:
    hospital = make_hospital(FEWEST, 7)
    tables = {name: table.collect() for name, table in hospital.tables.items()}
    with open_records(tables) as records:
        assert records.notes == ()
        assert records.version == "5.4"
        for name, frame in tables.items():
            assert records.run(f"SELECT * FROM {name}").sort(frame.columns).equals(frame.sort(frame.columns))


def test_records_say_what_was_there(tmp_path: Path) -> None:
    with cs.open_records(as_parquet(small(), tmp_path)) as records:
        assert records.name == str(tmp_path)
        assert repr(records) == f"Records('{tmp_path}', OMOP CDM 5.4, 3 tables)"
        assert set(records.tables) == {"person", "visit_occurrence", "measurement"}
        assert records.tables["person"] == {"person_id", "year_of_birth"}
        assert records.has("Measurement", "RESULT_datetime")
        assert not records.has("measurement", "unit_concept_id")
        assert not records.has("death")


def test_what_is_missing_is_told_with_its_cost() -> None:
    with open_records(small()) as records:
        costs = {(note.table, note.column): (note.found, note.costs) for note in records.notes}
    assert costs["death", ""] == ("not there", "deaths come from discharges and from what else says so")
    assert costs["measurement", "unit_concept_id"] == ("not there", "units are known by their spelling alone")
    assert ("measurement", "value_source_value") not in costs
    assert ("death", "death_date") not in costs  # the table is missing, and that is said once


def test_a_table_without_rows_is_told_too() -> None:
    frames = small()
    frames["measurement"] = frames["measurement"].clear()
    frames["death"] = pl.DataFrame(schema={"person_id": pl.Int64, "death_date": pl.Date})
    with open_records(frames) as records:
        found = {note.table: note for note in records.notes if note.found == "no rows"}
    assert found["measurement"].costs == "no result is seen"
    assert found["death"].costs == "deaths come from discharges and from what else says so"


# ---- CDM 5.3, types, and what else differs between sites ----


@every_way
@pytest.mark.parametrize("ids", [[1, 2, 3], [3, 1, 2], [-2, ANNA, BERT]])
def test_patients_may_stand_in_any_order(ids: list[int], way: Way, tmp_path: Path) -> None:
    frames = small() | {"person": pl.DataFrame({"person_id": ids, "year_of_birth": [1970] * 3})}
    with open_records(way(frames, tmp_path)) as records:
        assert set(records.run("SELECT person_id FROM person")["person_id"]) == set(ids)


@every_way
@pytest.mark.parametrize("ids", [[1, 1, 2], [1, 2, 1], [2, 1, 1], [ANNA, 0, ANNA]])
def test_a_patient_who_stands_there_twice_is_told_wherever(ids: list[int], way: Way, tmp_path: Path) -> None:
    frames = small() | {"person": pl.DataFrame({"person_id": ids, "year_of_birth": [1970] * 3})}
    with pytest.raises(Problems, match=rf"1 \({max(ids, key=ids.count)}\) has more than one"):
        open_records(way(frames, tmp_path))


def test_cdm_5_3_is_read_by_its_own_names() -> None:
    frames = with_column(
        small(), "visit_occurrence", admitting_source_concept_id=8870, Discharge_To_Concept_ID=4216643
    )
    frames["visit_detail"] = pl.DataFrame({"visit_detail_id": [1], "visit_detail_parent_id": [7]})
    with open_records(frames) as records:
        assert records.version == "5.3"
        visit = records.run("SELECT admitted_from_concept_id, discharged_to_concept_id FROM visit_occurrence")
        assert visit.unique().rows() == [(8870, 4216643)]
        assert records.run("SELECT parent_visit_detail_id FROM visit_detail").item() == 7
        assert "discharged_to_concept_id" not in {note.column for note in records.notes}
        # What was mapped does not stand there a second time.
        assert "admitting_source_concept_id" not in records.run("SELECT * FROM visit_occurrence").columns


@pytest.mark.parametrize(
    "said, version",
    [("5.3", "5.3"), ("5.3.1", "5.3"), ("v5.4.0", "5.4"), ("CDM v5.4", "5.4"), (None, "5.4"), ("6.0", "5.4")],
)
def test_the_version_is_what_the_hospital_says(said: str | None, version: str) -> None:
    frames = small() | {
        "cdm_source": pl.DataFrame({"cdm_version": [said]}, schema={"cdm_version": pl.String})
    }
    with open_records(frames) as records:
        assert records.version == version
        unsure = [note for note in records.notes if note.column == "cdm_version"]
    assert [note.costs for note in unsure] == (["read as 5.4, by the columns"] if said == "6.0" else [])


TYPED = """
    kind     | stored                      | given                        | read
    integer  | INTEGER                     | 7                            | 7
    integer  | UBIGINT                     | 7                            | 7
    integer  | HUGEINT                     | -9066461348710750663         | -9066461348710750663
    integer  | DECIMAL(38,0)               | -9066461348710750663         | -9066461348710750663
    integer  | DECIMAL(9,0)                | 7                            | 7
    integer  | DECIMAL(18,2)               | 7.00                         | 7
    integer  | DOUBLE                      | 7.0                          | 7
    integer  | VARCHAR                     | 9007199254740993.0           | 9007199254740993
    integer  | VARCHAR                     | ' 7 '                        | 7
    float    | DECIMAL(18,3)               | 12.500                       | 12.5
    float    | FLOAT                       | 38.6                         | 38.6
    float    | INTEGER                     | 38                           | 38.0
    float    | VARCHAR                     | '12.5'                       | 12.5
    text     | INTEGER                     | 12                           | '12'
    text     | VARCHAR                     | ' as it is '                 | ' as it is '
    date     | TIMESTAMP                   | '2014-02-07 23:59:00'        | '2014-02-07'
    date     | TIMESTAMP WITH TIME ZONE    | '2014-02-07 23:59:00+00'     | '2014-02-07'
    date     | VARCHAR                     | '2014-02-07'                 | '2014-02-07'
    date     | VARCHAR                     | '2014-02-07 13:45:00'        | '2014-02-07'
    date     | VARCHAR                     | '20140207'                   | '2014-02-07'
    date     | INTEGER                     | 20140207                     | '2014-02-07'
    datetime | TIMESTAMP_NS                | '2014-02-07 13:45:00'        | '2014-02-07 13:45:00'
    datetime | DATE                        | '2014-02-07'                 | '2014-02-07 00:00:00'
    datetime | VARCHAR                     | '2014-02-07T13:45:00'        | '2014-02-07 13:45:00'
    datetime | VARCHAR                     | '2014-02-07 13:45'           | '2014-02-07 13:45:00'
"""
"""How a column of each type is read where the CDM wants another."""
FIELD = {
    "integer": "visit_occurrence_id",
    "float": "value_as_number",
    "text": "value_source_value",
    "date": "measurement_date",
    "datetime": "measurement_datetime",
}


def typed() -> list[list[str]]:
    lines = TYPED.strip().splitlines()[1:]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


@pytest.mark.parametrize("kind, stored, given, read", typed())
def test_other_types_are_read(kind: str, stored: str, given: str, read: str, tmp_path: Path) -> None:
    path = as_database(small(), tmp_path)
    assert isinstance(path, Path)
    column = FIELD[kind]
    with duckdb.connect(str(path)) as database:
        database.execute(f"ALTER TABLE cdm.measurement DROP COLUMN IF EXISTS {column}")
        database.execute(f"ALTER TABLE cdm.measurement ADD COLUMN {column} {stored}")
        database.execute(f"UPDATE cdm.measurement SET {column} = CAST({given} AS {stored})")
    with open_records(path) as records:
        found = records.run(f"SELECT DISTINCT CAST({column} AS VARCHAR) AS found FROM measurement").item()
    assert found == read.strip("'")


def test_a_day_is_taken_from_its_moment_where_it_has_no_column_of_its_own() -> None:
    frames = small()
    frames["measurement"] = frames["measurement"].select(
        pl.all().exclude("measurement_date"),
        pl.col("measurement_date").cast(pl.Datetime).alias("measurement_datetime"),
    )
    with open_records(frames) as records:
        found = records.run(
            "SELECT min(measurement_date) AS day, min(measurement_datetime) AS moment FROM measurement"
        )
    assert found.row(0) == (date(2014, 2, 8), datetime.fromisoformat("2014-02-08"))


def test_names_may_be_written_in_any_case(tmp_path: Path) -> None:
    for name, frame in small().items():
        frame.rename(str.upper).write_parquet(tmp_path / f"{name.title()}.PARQUET")
    with open_records(tmp_path) as records:
        assert records.run("SELECT count(Person_ID) AS n FROM MEASUREMENT").item() == 2


def test_a_table_may_be_a_folder_of_parquet_files(tmp_path: Path) -> None:
    as_parquet(small(), tmp_path)
    parts = tmp_path / "measurement"
    parts.mkdir()
    (tmp_path / "measurement.parquet").rename(parts / "part-0.parquet")
    (parts / "part-1.parquet").write_bytes((parts / "part-0.parquet").read_bytes())
    with open_records(tmp_path) as records:
        assert records.run("SELECT count(*) AS n FROM measurement").item() == 4


def test_files_may_be_links_in_a_folder_with_odd_letters(tmp_path: Path) -> None:
    folder = tmp_path / "it's [2024] *?"
    folder.mkdir()
    real = tmp_path / "real"
    real.mkdir()
    as_parquet(small(), real)
    for file in real.iterdir():
        (folder / file.name).symlink_to(file)
    with open_records(folder) as records:
        assert records.run("SELECT count(*) AS n FROM person").item() == 2


def test_the_vocabulary_may_stand_in_a_schema_of_its_own(tmp_path: Path) -> None:
    path = as_database(small(), tmp_path)
    assert isinstance(path, Path)
    with duckdb.connect(str(path)) as database:
        database.execute("CREATE SCHEMA vocab; CREATE TABLE vocab.concept AS SELECT 9201 AS concept_id")
    with open_records(path) as records:
        assert records.run("SELECT concept_id FROM concept").item() == 9201


def test_of_two_hospitals_in_one_file_one_is_named(tmp_path: Path) -> None:
    path = as_database(small(), tmp_path)
    assert isinstance(path, Path)
    with duckdb.connect(str(path)) as database:
        for name in small():
            database.execute(f"CREATE TABLE {name} AS FROM cdm.{name} LIMIT 1")
    with pytest.raises(Problems, match=r'person stands in 2 schemas: cdm, main\nSay which .* schema="cdm"'):
        open_records(path)
    with open_records(path, schema="MAIN") as records:
        assert records.run("SELECT count(*) AS n FROM person").item() == 1
    with pytest.raises(Problems, match='there is no schema "omop" in it\nThere are: cdm, main'):
        open_records(path, schema="omop")


def test_views_of_a_site_are_read_as_tables(tmp_path: Path) -> None:
    path = as_database(small(), tmp_path)
    assert isinstance(path, Path)
    with duckdb.connect(str(path)) as database:
        database.execute(
            "CREATE VIEW cdm.death AS SELECT person_id, DATE '2014-02-20' AS death_date FROM cdm.person"
        )
    with open_records(path) as records:
        assert records.run("SELECT count(*) AS n FROM death").item() == 2


# ---- What is asked ----


@pytest.fixture
def records() -> Iterator[Records]:
    with open_records(small()) as opened:
        yield opened


def test_a_tree_runs_as_duckdb_and_its_text_is_kept(records: Records) -> None:
    tree = sqlglot.parse_one("SELECT person_id FROM measurement WHERE value_as_number > 500")
    assert records.run(tree, "hits")["person_id"].to_list() == [ANNA]
    assert dict(records.sql) == {"hits": tree.sql(dialect="duckdb", pretty=True)}
    records.run("SELECT 1 AS one")
    assert set(records.sql) == {"hits"}


def test_a_step_that_runs_again_otherwise_is_kept_beside_the_first(records: Records) -> None:
    for text in ("SELECT 1 AS one", "SELECT 2 AS one", "SELECT 1 AS one", "SELECT 3 AS one"):
        records.run(text, "step")
    kept = {"step": "SELECT 1 AS one", "step (2)": "SELECT 2 AS one", "step (3)": "SELECT 3 AS one"}
    assert dict(records.sql) == kept


def test_a_tree_that_duckdb_has_no_words_for_is_refused(records: Records) -> None:
    tree = sqlglot.parse_one("SELECT * FROM person FOR UPDATE", dialect="postgres")
    with pytest.raises(sqlglot.errors.UnsupportedError):
        records.run(tree)


def test_what_is_kept_can_be_asked_and_dropped(records: Records) -> None:
    records.keep("hits", "SELECT * FROM measurement WHERE value_as_number > 500")
    records.put("rule", pl.DataFrame({"concept": [3001122], "bit": [1], "unit": ["ng/mL"]}))
    joined = "SELECT bit, unit FROM hits JOIN rule ON concept = measurement_concept_id"
    assert records.run(joined).rows() == [(1, "ng/mL")]
    records.keep("hits", "SELECT * FROM hits WHERE false")
    assert records.run("SELECT count(*) AS n FROM hits").item() == 0
    records.put("rule", pl.DataFrame({"concept": [1, 2, 3]}))
    assert records.run("SELECT count(*) AS n FROM rule").item() == 3
    records.drop("hits")
    records.drop("hits")
    with pytest.raises(Problems, match="hits"):
        records.run("SELECT * FROM hits")


def test_sums_are_whole_numbers_and_columns_of_nothing_are_no_hindrance(records: Records) -> None:
    records.put("rule", pl.DataFrame({"bit": [1, 2], "unit": [None, None]}))
    frame = records.run(
        "SELECT sum(bit) AS bits, max(unit) AS unit, sum(9223372036854775807) AS huge FROM rule"
    )
    assert frame.row(0) == (3, None, 2 * (2**63 - 1))
    assert frame.schema["bits"] == pl.Int64
    with open_records(
        with_column(small(), "measurement", measurement_datetime=None, range_low=None)
    ) as opened:
        frame = opened.run(
            "SELECT max(measurement_datetime) AS moment, max(range_low) AS low FROM measurement"
        )
    assert frame.row(0) == (None, None)
    assert frame.dtypes == [pl.Datetime("us"), pl.Float64]


def test_a_name_is_a_name_whatever_stands_in_it(records: Records) -> None:
    name = 'a"; DROP TABLE person; --'
    records.keep(name, "SELECT * FROM person")
    count = f"SELECT count(*) AS n FROM {named(name)}"
    assert records.run(count).item() == 2
    records.drop(name)
    records.put(name, pl.DataFrame({"a": [1]}))
    assert records.run(count).item() == 1
    assert records.run("SELECT count(*) AS n FROM person").item() == 2


@pytest.mark.parametrize("verb", ["keep", "put", "drop"])
def test_a_table_of_the_hospital_is_never_hidden(records: Records, verb: str) -> None:
    given = {"keep": ("SELECT 1 AS person_id",), "put": (pl.DataFrame({"person_id": [1]}),), "drop": ()}[verb]
    with pytest.raises(ValueError, match="Person is a table of the hospital"):
        getattr(records, verb)("Person", *given)


@pytest.mark.parametrize(
    "text, said",
    [
        ("DROP VIEW person", "would do more than read"),
        ("COPY person TO 'out.csv'", "would do more than read"),
        ("SET threads = 1", "would do more than read"),
        ("WITH one AS (SELECT 1 AS a) INSERT INTO person FROM one", "would do more than read"),
        ("SELECT 1; SELECT 2", "not one query"),
        ("", "not one query"),
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM person", '"nope" not found'),
        ("SELECT INTERVAL 1 DAY AS gap", '"gap" is of the type INTERVAL'),
    ],
)
def test_a_query_only_reads(records: Records, text: str, said: str) -> None:
    with pytest.raises(Problems, match=said):
        records.run(text)
    if "INTERVAL" not in text:
        with pytest.raises(Problems, match=said):
            records.keep("kept", text)


# ---- What it leaves alone, and what it takes ----


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("way", [as_parquet, as_csv, as_database], ids=["parquet", "csv", "database"])
def test_nothing_is_written_to_the_hospital(way: Way, tmp_path: Path) -> None:
    hospital, scratch = tmp_path / "hospital", tmp_path / "scratch"
    hospital.mkdir()
    scratch.mkdir()
    where = way(small(), hospital)
    before = digests(hospital)
    with open_records(where, scratch=scratch) as records:
        records.keep("hits", "SELECT * FROM measurement")
        (own,) = scratch.iterdir()
        assert own.stat().st_mode & 0o077 == 0, "only its owner may look into it"
        with pytest.raises(Problems):
            records.run("INSERT INTO hospital.cdm.person SELECT * FROM hospital.cdm.person")
    assert digests(hospital) == before
    assert list(scratch.iterdir()) == []


def test_what_a_crash_left_beside_a_database_is_read_and_left(tmp_path: Path) -> None:
    path = as_database(small(), tmp_path)
    change = f"d = duckdb.connect({str(path)!r}); d.execute('DELETE FROM cdm.person WHERE person_id > 0')"
    subprocess.run([sys.executable, "-c", f"import duckdb, os; {change}; os._exit(9)"], check=False)
    before = digests(tmp_path)
    assert set(before) == {"hospital.duckdb", "hospital.duckdb.wal"}
    assert isinstance(path, Path)
    with open_records(path) as records:
        assert records.run("SELECT person_id FROM person").item() == ANNA
    assert digests(tmp_path) == before


def test_scratch_goes_when_opening_fails(tmp_path: Path) -> None:
    with pytest.raises(Problems):
        open_records({}, scratch=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_filter_and_a_choice_of_columns_reach_the_file(tmp_path: Path) -> None:
    frames = small()
    many = range(1000)  # of one value alone the scan would be left out
    frames["measurement"] = pl.DataFrame(
        {
            "person_id": many,
            "measurement_concept_id": many,
            "measurement_date": [date(2014, 2, 7)] * len(many),
            "value_as_number": [float(value) for value in many],
            "value_source_value": [str(value) for value in many],
        }
    )
    asked = "SELECT person_id FROM measurement WHERE measurement_concept_id > 300 AND value_as_number > 500"
    with open_records(as_parquet(frames, tmp_path)) as records:
        ((_, plan),) = records._engine.rows(f"EXPLAIN {asked}")
    scan = plan[plan.index("Read Parquet") :]
    assert "value_as_number > 500" in scan
    assert "measurement_concept_id > 300" in scan
    assert "value_source_value" not in scan
    assert "CAST" not in plan


@pytest.mark.parametrize(("threads", "memory"), [(1, "171.6 MiB"), (2, "171.6 MiB"), (4, "343.3 MiB")])
def test_without_a_word_about_it_memory_is_bounded_by_the_threads(threads: int, memory: str) -> None:
    with open_records(small(), threads=threads) as records:
        assert records.run("SELECT current_setting('memory_limit') AS memory").item() == memory
        # It goes to the disk and comes back.
        records.keep("large", "SELECT range AS a, hash(range) AS b FROM range(20000000)")
        counted = records.run("SELECT count(*) AS n, count(DISTINCT b % 1000) AS some FROM large")
        assert counted.row(0) == (20_000_000, 1000)


def test_files_are_read_and_written_by_the_threads_that_ask(records: Records) -> None:
    """Where others did it, one in 150 copies of 600,000 rows that were interrupted never came back."""
    assert records.run("SELECT current_setting('async_threads') AS threads").item() == 0


def test_half_a_gigabyte_and_one_thread_are_enough(tmp_path: Path) -> None:
    with open_records(as_csv(small(), tmp_path), memory="512MB", threads=1) as records:
        settings = "SELECT current_setting('threads') AS threads, current_setting('memory_limit') AS memory"
        assert records.run(settings).row(0) == (1, "488.2 MiB")
        # More than the memory holds: it goes to the disk and comes back.
        records.keep("large", "SELECT range AS a, hash(range) AS b FROM range(20000000)")
        counted = records.run("SELECT count(*) AS n, count(DISTINCT b % 1000) AS some FROM large")
        assert counted.row(0) == (20_000_000, 1000)


@pytest.mark.parametrize(
    "asked, said",
    [
        (
            lambda: open_records(small(), memory="lots"),
            'memory: "lots" is not an amount of memory\nWrite it as "512MB"',
        ),
        (lambda: open_records(small(), memory="-1"), 'memory: "-1" is not an amount'),
        (lambda: open_records(small(), threads=-1), "threads: -1 is below 0"),
        (
            lambda: open_records(small(), scratch="no/such/folder"),
            "no/such/folder: .*No such file or directory",
        ),
    ],
)
def test_settings_that_are_none_are_told(asked: Callable[[], Records], said: str) -> None:
    with pytest.raises(Problems, match=said):
        asked()


def test_who_stops_us_while_rows_are_put_there_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped:
        def __init__(self, rows: object) -> None: ...

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise KeyboardInterrupt

    with open_records(small()) as records:
        records.put("rules", pl.DataFrame({"concept_id": [1]}))
        with monkeypatch.context() as patch:
            patch.setattr(duckdb_engine, "_Stream", Stopped)
            with pytest.raises(KeyboardInterrupt):
                records.keep("few", "SELECT * FROM rules")
        assert records.run("SELECT * FROM rules").height == 1


def test_an_interrupt_waits_until_duckdb_is_loaded() -> None:
    """Its bindings end the process where they are interrupted: one in 450 interrupts of a screening did."""
    code = (
        "import signal, sys\n"
        "from caseseries.records.engines.duckdb import Engine\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == '_duckdb': signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "try: Engine()\n"
        "except KeyboardInterrupt: print('_duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "True\n"


def test_a_long_query_is_watched(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its share, its own seconds, and the rows that it reads are heard, again and again."""
    monkeypatch.setattr(watching, "FIRST", 0.02)
    monkeypatch.setattr(watching, "EVERY", 0.02)
    heard: list[tuple[float, float, int]] = []
    records.watch(lambda share, seconds, rows: heard.append((share, seconds, rows)))
    records.put("numbers", pl.DataFrame({"a": range(3_000_000)}))
    records.keep("million", "SELECT a FROM numbers")
    heard.clear()
    records.run("SELECT max(hash(hash(hash(a) % 7) + a)) AS m, count(DISTINCT hash(a)) AS n FROM million")
    assert heard
    assert all(0 < share <= 1 and seconds > 0 and rows == 3_000_000 for share, seconds, rows in heard)
    assert heard == sorted(heard, key=lambda one: one[1])
    records.watch(None)
    before = len(heard)
    records.run("SELECT count(DISTINCT hash(a)) AS n FROM million")
    assert len(heard) == before


def test_closed_records_say_so() -> None:
    records = open_records(small())
    records.close()
    records.close()
    with pytest.raises(Problems, match="closed"):
        records.run("SELECT 1 AS one")


# ---- Real records ----


def data(name: str) -> Path:
    folder = os.environ.get("CASESERIES_DATA", "")
    if not folder:
        pytest.skip("CASESERIES_DATA names no folder with the real records")
    return Path(folder) / name


def test_the_intensive_care_demo_opens(tmp_path: Path) -> None:
    source = data("mimic-iv-demo-omop")
    for file in source.iterdir():
        (tmp_path / file.name.replace("_rebuilt", "")).symlink_to(file)
    with open_records(tmp_path) as records:
        assert records.version == "5.3"
        counts = {
            name: records.run(f"SELECT count(*) AS n, count(DISTINCT person_id) AS p FROM {name}").row(0)
            for name in ("person", "visit_occurrence", "measurement", "death")
        }
        assert counts == {
            "person": (100, 100),
            "visit_occurrence": (852, 100),
            "measurement": (336_185, 100),
            "death": (15, 15),
        }
        assert (
            records.run("SELECT count(*) AS n FROM measurement WHERE value_as_number IS NULL").item()
            == 88_874
        )
        joined = (
            "SELECT count(*) AS n FROM visit_occurrence JOIN person USING (person_id) WHERE person_id < 0"
        )
        assert records.run(joined).item() > 0
        assert {note.table for note in records.notes} == {
            *("observation", "concept_ancestor", "note", "drug_strength"),
        }


def test_synthea_opens() -> None:
    with open_records(data("synthea-omop")) as records:
        assert records.version == "5.4"
        assert records.run("SELECT count(*) AS n FROM measurement").item() == 10_040
        assert {note.found for note in records.notes} == {"no rows"}


def test_records_without_visits_cannot_be_screened() -> None:
    with pytest.raises(Problems, match="there is no table visit_occurrence"):
        open_records(data("synthetic-notes-omop") / "omop")
