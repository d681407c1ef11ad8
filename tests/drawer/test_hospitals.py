"""Every hospital that broke the opening, or could, is opened or refused, and never mis-read."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from caseseries.evidence.problem import Problems
from caseseries.records.engines.refusals import problem_of
from caseseries.records.omop import open_records

HOSPITALS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("hospitals.toml").read_text(encoding="utf-8")
)["hospital"]
WHOLE = {
    "person.csv": "person_id,year_of_birth\n1,1970\n2,1950\n",
    "visit_occurrence.csv": (
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
        "1,1,9201,2014-02-07,2014-02-20\n"
    ),
    "measurement.csv": (
        "measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number\n"
        "1,1,3001122,2014-02-08,12000\n"
    ),
}


def write(folder: Path, files: dict[str, str], encoding: str = "utf-8") -> Path:
    for name, text in files.items():
        if text:
            (folder / name).write_bytes(text.removeprefix("\n" if text.strip() else "").encode(encoding))
    return folder


def said_of(where: Path | dict[str, pl.DataFrame]) -> str:
    with pytest.raises(Problems) as refused:
        open_records(where)
    return str(refused.value)


@pytest.mark.parametrize("hospital", HOSPITALS, ids=lambda hospital: hospital["why"])
def test_hospitals(hospital: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in WHOLE.items() if name not in hospital.get("with", {})})
    write(tmp_path, hospital.get("with", {}), hospital.get("encoding", "utf-8"))
    for name, (line, times) in hospital.get("rows", {}).items():
        with (tmp_path / name).open("a") as file:
            file.write(f"{line}\n" * times)
    if "refused" in hospital:
        assert said_of(tmp_path).replace(str(tmp_path), "HOSPITAL") == hospital["refused"].strip()
        return
    with open_records(tmp_path) as records:
        rows = [
            ["null" if cell is None else cell for cell in row]
            for row in records.run(hospital["asked"]).rows()
        ]
        notes = [f"{note.table}, {note.column}: {note.found} ({note.costs})" for note in records.notes]
    assert rows == hospital["gives"]
    for part in hospital.get("noted", ()):
        assert any(part in note for note in notes), notes
    if "noted" not in hospital:
        assert not [note for note in notes if "cannot be read" in note]


# ---- Places ----


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    assert said_of(tmp_path / "no") == f"{tmp_path}/no: there is no such file or folder\nCheck the path."


def test_an_empty_folder(tmp_path: Path) -> None:
    assert said_of(tmp_path) == (
        f"{tmp_path}: no Parquet or CSV file stands in this folder\n"
        "Name the folder in which person.parquet or person.csv stands, or a .duckdb file."
    )


def test_no_frames() -> None:
    assert said_of({}).startswith("frames: there is no table person\nAdd the table person of the OMOP CDM.")


def test_a_table_in_csv_and_in_parquet(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    pl.DataFrame({"person_id": [1]}).write_parquet(tmp_path / "MEASUREMENT.parquet")
    both = "MEASUREMENT.parquet and measurement.csv hold the same table"
    assert said_of(tmp_path) == f"{tmp_path}: {both}\nMove all but one elsewhere."


def test_packed_csv_is_read(tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in WHOLE.items() if name != "person.csv"})
    (tmp_path / "person.csv.gz").write_bytes(gzip.compress(WHOLE["person.csv"].encode()))
    with open_records(tmp_path) as records:
        assert records.run("SELECT max(year_of_birth) AS y FROM person").item() == 1970


def test_packed_csv_that_is_not_packed(tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in WHOLE.items() if name != "person.csv"})
    write(tmp_path, {"person.csv.gz": WHOLE["person.csv"]})
    assert said_of(tmp_path).startswith("person.csv.gz: it cannot be read (Not a gzipped file")


@pytest.mark.parametrize("held", [b"", b"PAR1 and no more, no more at all", b"person_id\n1\n"])
def test_a_parquet_file_that_is_none(held: bytes, tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in WHOLE.items() if name != "person.csv"})
    (tmp_path / "person.parquet").write_bytes(held)
    assert said_of(tmp_path).startswith(
        "person.parquet: this is not a Parquet file, or not all of it is there\n"
    )


def test_a_link_to_nothing(tmp_path: Path) -> None:
    write(tmp_path, {name: text for name, text in WHOLE.items() if name != "person.csv"})
    (tmp_path / "person.parquet").symlink_to(tmp_path / "gone.parquet")
    assert said_of(tmp_path).startswith("person.parquet: there is no such file, or it is a link to nothing")


def test_ids_in_floating_numbers_that_lost_their_digits() -> None:
    ids = pl.Series("person_id", [3589912774911670296.0, 7.0])
    frames = {name.removesuffix(".csv"): pl.read_csv(text.encode()) for name, text in WHOLE.items()}
    frames["person"] = ids.to_frame()
    assert said_of(frames).startswith('person, column "person_id": 1 of 2 entries cannot be read')
    frames["person"] = pl.DataFrame({"person_id": [1.0, 2.0], "gender_concept_id": [8507.0, None]})
    with open_records(frames) as records:
        asked = "SELECT person_id, gender_concept_id FROM person ORDER BY person_id"
        assert records.run(asked).rows() == [(1, 8507), (2, None)]


@pytest.mark.parametrize("folder", ["measurement", "Measurement", "measurement.parquet"])
def test_a_folder_without_a_parquet_file_is_no_table(folder: str, tmp_path: Path) -> None:
    """It is told for what it is, with a file of another kind in it or none; beside a table it is nothing."""
    write(tmp_path, {name: text for name, text in WHOLE.items() if name != "measurement.csv"})
    (tmp_path / folder).mkdir()
    told = (
        f"{tmp_path}: there is no table measurement: no Parquet file stands in the folder {folder}/\n"
        "Put its Parquet files there; as CSV a table is one file, measurement.csv."
    )
    assert said_of(tmp_path) == told
    (tmp_path / folder / "part-1.csv").write_text(WHOLE["measurement.csv"])
    assert said_of(tmp_path) == told
    write(tmp_path, WHOLE)
    with open_records(tmp_path) as records:
        assert records.run("SELECT measurement_id FROM measurement").item() == 1


def test_a_file_without_an_ending_is_named(tmp_path: Path) -> None:
    write(tmp_path, {name.removesuffix(".csv" * (name[0] == "m")): text for name, text in WHOLE.items()})
    assert said_of(tmp_path).endswith(
        "There is measurement: link or rename it to measurement.parquet, or measurement.csv."
    )


def test_a_table_of_which_no_row_can_be_read_is_named(tmp_path: Path) -> None:
    path = database(tmp_path)
    with duckdb.connect(str(path)) as made:
        made.execute(
            "CREATE VIEW note AS SELECT 1 AS note_id FROM person WHERE error('it is broken') IS NULL"
        )
        made.execute("CREATE VIEW death AS SELECT person_id, DATE '2014-02-07' AS death_date FROM person")
    assert said_of(path).startswith("main.note: it is broken\n")


def test_a_line_far_down_a_file_that_is_read_late_is_told_with_its_file(tmp_path: Path) -> None:
    """Of notes and vocabularies only the first lines are looked at when a hospital is opened."""
    write(tmp_path, WHOLE)
    (tmp_path / "note.csv").write_text("note_id,note_text\n" + "1,pale\n" * 20_000 + "2,pale,tired\n")
    with (
        open_records(tmp_path) as records,
        pytest.raises(Problems, match=r"^note.csv, line 20002: 3 entries"),
    ):
        records.run("SELECT count(*) FROM note")


def test_days_as_text_in_frames_are_read_as_in_a_file() -> None:
    frames = {name.removesuffix(".csv"): pl.read_csv(text.encode()) for name, text in WHOLE.items()}
    with open_records(frames) as records:
        assert str(records.run("SELECT measurement_date FROM measurement").item()) == "2014-02-08"


@pytest.mark.parametrize(
    "side, day, mend",
    [
        ("end", "infinity", "Leave the end empty where a visit is not over."),
        (
            "start",
            "-infinity",
            "Write the day of admission there, or leave it empty: such a visit is set aside.",
        ),
        (
            "start",
            "12014-02-07",
            "Write the day of admission there, or leave it empty: such a visit is set aside.",
        ),
    ],
)
def test_visits_on_days_that_are_none(side: str, day: str, mend: str, tmp_path: Path) -> None:
    path = database(tmp_path)
    with duckdb.connect(str(path)) as made:
        made.execute(f"UPDATE visit_occurrence SET visit_{side}_date = '{day}'")
    what = f"1 of 1 visit {side}s on an infinite day, or outside the years 1 to 9999"
    assert said_of(path) == f"main.visit_occurrence: {what}\n{mend}"


def test_visits_without_an_id(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    first, row = WHOLE["visit_occurrence.csv"].splitlines()
    (tmp_path / "visit_occurrence.csv").write_text(f"{first}\n{row}\n,{row.partition(',')[2]}\n")
    assert said_of(tmp_path) == (
        "visit_occurrence.csv: 1 of 2 visits have no visit_occurrence_id\nNumber them: a stay goes by its id."
    )


def test_patients_without_an_id(tmp_path: Path) -> None:
    frames = {name.removesuffix(".csv"): pl.read_csv(text.encode()) for name, text in WHOLE.items()}
    frames["person"] = pl.DataFrame({"person_id": [None, None], "year_of_birth": [1970, 1950]})
    assert said_of(frames) == (
        "person: no row has a person_id: this hospital has no patients\nGive every patient one."
    )


def test_one_visit_id_for_two_stays_of_one_patient(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    with (tmp_path / "visit_occurrence.csv").open("a") as file:
        file.write("1,1,9201,2015-03-01,2015-03-09\n")
    assert "a visit has one patient and one time, and 1 (1) has several" in said_of(tmp_path)


def test_days_with_a_time_zone_are_told(tmp_path: Path) -> None:
    path = database(tmp_path)
    with duckdb.connect(str(path)) as made:
        made.execute("ALTER TABLE measurement ALTER measurement_date TYPE TIMESTAMP WITH TIME ZONE")
    with open_records(path) as records:
        (note,) = (note for note in records.notes if "zone" in note.found)
    assert (note.table, note.column) == ("measurement", "measurement_date")
    assert note.costs == "its days are those of UTC, not of the ward"


# ---- Databases ----


def database(folder: Path) -> Path:
    path = folder / "hospital.duckdb"
    source = folder / "csv"
    source.mkdir()
    with duckdb.connect(str(path)) as made:
        for name, text in WHOLE.items():
            (source / name).write_text(text)
            made.execute(f"CREATE TABLE {name.removesuffix('.csv')} AS FROM read_csv('{source / name}')")
    return path


@pytest.mark.parametrize("held", [b"", b"x", b"hello, I am no database" * 1000, b"SQLite format 3\0" * 1000])
def test_a_file_that_is_no_database(held: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hospital.duckdb"
    path.write_bytes(held)
    mend = "Give a .duckdb file, or the folder that holds the Parquet or CSV files."
    assert said_of(path) == f"{path}: this is not a DuckDB file\n{mend}"


def test_a_database_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE sales AS SELECT 1 AS price")
    assert said_of(path).startswith(f"{path}: there is no table person in it; it holds sales\n")
    with duckdb.connect(str(path)) as made:
        made.execute("DROP TABLE sales")
    assert said_of(path).startswith(f"{path}: it holds no table\n")


def test_a_table_whose_name_is_sql_harms_nobody(tmp_path: Path) -> None:
    path = database(tmp_path)
    with duckdb.connect(str(path)) as made:
        made.execute('CREATE TABLE """; DROP TABLE person; --" AS SELECT 1 AS """; DROP TABLE person; --"')
        made.execute('CREATE SCHEMA """; DROP TABLE person; --"')
    with open_records(path) as records:
        assert records.run("SELECT count(*) AS n FROM person").item() == 2


def test_a_database_of_a_newer_duckdb(tmp_path: Path) -> None:
    path = database(tmp_path)
    held = bytearray(path.read_bytes())
    # The version stands after the mark "DUCK"; the check before them is of all words, each times a constant.
    check, word = struct.unpack_from("<QQ", held)
    struct.pack_into("<Q", held, 12, 123_456)
    (changed,) = struct.unpack_from("<Q", held, 8)
    factor, bits = 0xBF58476D1CE4E5B9, 2**64 - 1
    struct.pack_into("<Q", held, 0, check ^ (word * factor & bits) ^ (changed * factor & bits))
    path.write_bytes(held)
    assert said_of(path).startswith(
        f"{path}: it was made by another version of DuckDB than the one here reads\n"
    )


def test_an_encrypted_database(tmp_path: Path) -> None:
    path = tmp_path / "hospital.duckdb"
    with duckdb.connect() as made:
        made.execute("SET force_mbedtls_unsafe = 'true'")
        made.execute(f"ATTACH '{path}' AS locked (ENCRYPTION_KEY 'abc')")
        made.execute("CREATE TABLE locked.person AS SELECT 1 AS person_id")
    assert said_of(path).startswith(f"{path}: it is encrypted\n")


def test_a_damaged_database(tmp_path: Path) -> None:
    path = database(tmp_path)
    held = path.read_bytes()
    path.write_bytes(held[:9000])
    assert said_of(path).startswith(f"{path}: the file is damaged, or not all of it is there\n")
    path.write_bytes(held[:20] + b"\xff" + held[21:])
    assert said_of(path).startswith(f"{path}: the file is damaged, or not all of it is there\n")


def test_a_database_that_another_process_writes(tmp_path: Path) -> None:
    path = database(tmp_path)
    code = (
        f"import duckdb, sys; d = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        said = said_of(path)
        writer.communicate("")
    assert said == (
        f"{path}: another process (number {writer.pid}) has it open for writing\n"
        "Close it there, or give a copy of the file."
    )


def test_a_database_that_this_process_writes(tmp_path: Path) -> None:
    path = database(tmp_path)
    with duckdb.connect(str(path)):
        assert said_of(path) == (
            f"{path}: this process has it open already, for writing\nClose that connection first."
        )
    with open_records(path) as one, open_records(path) as other:
        assert one.run("SELECT * FROM person").equals(other.run("SELECT * FROM person"))


NOBODY = 65_534
"""The user that every Linux has, and that owns nothing."""


@contextmanager
def without_rights() -> Iterator[None]:
    """What is done within is done by a user who may read only what everybody may; also where root tests."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that everybody may enter: that of pytest is closed to others."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.parametrize("what", ["folder", "file", "database"])
def test_no_permission(what: str, open_to_all: Path) -> None:
    path = database(open_to_all)
    source = write(open_to_all / "csv", WHOLE)
    closed = {"folder": source, "file": source / "person.csv", "database": path}[what]
    asked = path if what == "database" else source
    open_records(asked).close()  # whatever is loaded for it is loaded by now
    with without_rights():
        open_records(asked).close()
    closed.chmod(0)
    try:
        said = "denies you access" if what == "database" else "may not be read"
        with without_rights():
            assert said in said_of(asked)
    finally:
        closed.chmod(0o700)


@pytest.mark.parametrize(
    "error, found",
    [
        (PermissionError(13, "Permission denied"), "the system denies you access to it"),
        (
            duckdb.IOException('IO Error: Cannot open file "/a/b.duckdb": Permission denied'),
            "the system denies you access to it",
        ),
        (OSError(28, "No space left on device"), "the disk has no room for what does not fit the memory"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"), "the memory is not enough"),
        (
            pl.exceptions.ComputeError("got external error: Out of Memory Error: ArrowBuffer: failed to al"),
            "the memory is not enough",
        ),
        (MemoryError(), "the memory is not enough"),
        (duckdb.IOException("IO Error: something new\nLINE 1: SELECT"), "something new"),
    ],
)
def test_what_cannot_be_brought_about_here(error: Exception, found: str) -> None:
    assert problem_of(error, "x").found == found


def test_a_full_disk(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    with open_records(tmp_path, memory="60MB", threads=1) as records:
        records._engine.execute("SET max_temp_directory_size = '1MB'")
        with pytest.raises(Problems, match="sorted: the disk has no room for what does not fit the memory\n"):
            records.keep("sorted", "SELECT md5(CAST(range AS VARCHAR)) AS a FROM range(3000000) ORDER BY a")
        assert records.run("SELECT count(*) AS n FROM person").item() == 2


def test_too_little_memory(tmp_path: Path) -> None:
    write(tmp_path, WHOLE)
    with open_records(tmp_path, memory="20MB", threads=1) as records:
        with pytest.raises(Problems, match="sorted: the memory is not enough\nGive more, such as memory="):
            records.run("SELECT list(range ORDER BY hash(range)) AS l FROM range(20000000)", "sorted")
        assert records.run("SELECT count(*) AS n FROM person").item() == 2
