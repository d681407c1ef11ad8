"""Where a hospital's tables stand: in a database file, in a folder of files, or in frames."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from caseseries.evidence.problem import Problem, Problems, some_of
from caseseries.records.csv_files import csv_relation
from caseseries.records.engines.duckdb import HOSPITAL, Engine, named, quoted
from caseseries.records.fields import fields

VOCABULARY = ("concept", "concept_ancestor", "concept_relationship", "drug_strength")
"""The tables that a database may keep in a schema apart from the patients'."""
_ENDINGS = (".parquet", ".csv", ".csv.gz")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it stands there: its own spelling, and its type in DuckDB's words."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands there: `relation` is what SQL selects from, `where` what a reader is told.

    `columns` go by their names in lower case. `is_text` where each entry must still be read, as in CSV.
    """

    columns: Mapping[str, Column]
    relation: str
    where: str
    is_text: bool = False


def tables_of(engine: Engine, where: Path | Mapping[str, pl.DataFrame], schema: str = "") -> dict[str, Table]:
    """Every table of the field list that stands there, by its name in lower case.

    Raises Problems where there is nothing, where what is there is no hospital's, and where one table
    stands there twice.
    """
    if isinstance(where, Mapping):
        return _of_frames(engine, where)
    place = where.expanduser().absolute()
    try:
        if place.is_dir():
            return _of_folder(engine, place)
        if not place.exists():
            raise Problems([Problem(str(where), "there is no such file or folder", "Check the path.")])
    except PermissionError:
        mend = "Ask for leave to read it, or name a copy."
        raise Problems([Problem(str(where), "it may not be read by you", mend)]) from None
    return _of_database(engine, place, str(where), schema)


def names_in(where: Path | Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Everything by its own name that stands in a folder, or among frames: where a table may hide.

    A folder has a stroke at the end of its name.
    """
    if isinstance(where, Mapping):
        return tuple(where)
    place = where.expanduser()
    there = sorted(place.iterdir()) if place.is_dir() else []
    return tuple(f"{path.name}{'/' * path.is_dir()}" for path in there)


def state_of(where: Path) -> list[str]:
    """The files of a hospital, each with its size and the time of its last change: another state differs."""
    place = where.expanduser().absolute()
    if place.is_dir():
        files = sorted(path for path in place.rglob("*") if path.name.lower().endswith(_ENDINGS))
    else:
        files = [path for path in (place, place.with_name(f"{place.name}.wal")) if path.exists()]
    return [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]


# ---- Frames ----


def _of_frames(engine: Engine, frames: Mapping[str, pl.DataFrame]) -> dict[str, Table]:
    engine.execute(f"CREATE SCHEMA {HOSPITAL}")
    tables: dict[str, Table] = {}
    for name, frame in frames.items():
        if name.lower() not in fields() or not frame.width:
            continue
        if name.lower() in tables:
            raise Problems([Problem(name, "this table is given twice", "Give it once.")])
        relation = f"{HOSPITAL}.{named(name)}"
        engine.put(relation, frame, name, "TABLE")
        tables[name.lower()] = _described(engine, relation, name)
    return tables


# ---- A folder ----


def _of_folder(engine: Engine, folder: Path) -> dict[str, Table]:
    files: dict[str, list[Path]] = {}
    there = sorted(folder.iterdir())
    for path in there:
        name = _table_in(path)
        if name in fields() and (not path.is_dir() or next(path.rglob("*.parquet"), None)):
            files.setdefault(name, []).append(path)
    if not any(path.name.lower().endswith(_ENDINGS) for path in there) and not files:
        mend = "Name the folder in which person.parquet or person.csv stands, or a .duckdb file."
        raise Problems([Problem(str(folder), "no Parquet or CSV file stands in this folder", mend)])
    twice = [paths for paths in files.values() if len(paths) > 1]
    if twice:
        raise Problems(_both(folder, paths) for paths in twice)
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for name, (path,) in files.items():
        try:
            tables[name] = _of_file(engine, path)
        except Problems as found:
            problems += found.problems
    if problems:
        raise Problems(problems)
    return tables


def _table_in(path: Path) -> str:
    """The table that a file is named for, or a folder of Parquet files; "" where there is none."""
    if path.is_dir():
        return path.name.lower().removesuffix(".parquet")
    ending = next((ending for ending in _ENDINGS if path.name.lower().endswith(ending)), "")
    return path.name.lower().removesuffix(ending) if ending else ""


def _both(folder: Path, paths: list[Path]) -> Problem:
    names = " and ".join(path.name for path in paths)
    return Problem(str(folder), f"{names} hold the same table", "Move all but one elsewhere.")


def _of_file(engine: Engine, path: Path) -> Table:
    # A path is a pattern to DuckDB: a bracket in a folder's name must not choose among files.
    pattern = glob.escape(str(path))
    if path.name.lower().endswith((".csv", ".csv.gz")):
        relation, names = csv_relation(path, pattern)
        return Table({name.lower(): Column(name, "VARCHAR") for name in names}, relation, path.name, True)
    parts = f"{pattern}/**/*.parquet" if path.is_dir() else pattern
    # Old writers leave out that their bytes are text.
    return _described(engine, f"read_parquet({quoted(parts)}, binary_as_string = true)", path.name)


# ---- A database ----


def _of_database(engine: Engine, path: Path, where: str, schema: str) -> dict[str, Table]:
    engine.attach(path, where)
    found = engine.rows(
        "SELECT DISTINCT schema_name, table_name FROM duckdb_columns() "
        f"WHERE database_name = {quoted(HOSPITAL)} AND NOT internal ORDER BY ALL"
    )
    kept: dict[str, dict[str, str]] = {}
    for home, name in found:
        kept.setdefault(home, {})[name.lower()] = name
    home = _home(kept, where, schema)
    chosen = {name: (home, own) for name, own in kept[home].items() if name in fields()}
    for name in VOCABULARY:
        others = [(other, names[name]) for other, names in kept.items() if name in names]
        if name not in chosen and len(others) == 1:
            chosen[name] = others[0]
    return {
        name: _described(engine, f"{HOSPITAL}.{named(home)}.{named(own)}", f"{home}.{own}")
        for name, (home, own) in chosen.items()
    }


def _home(kept: Mapping[str, Mapping[str, str]], where: str, schema: str) -> str:
    """The schema in which the patients stand."""
    homes = [home for home, names in kept.items() if "person" in names]
    if schema:
        named_so = [home for home in kept if home.lower() == schema.lower()]
        if named_so:
            return named_so[0]
        found = f'there is no schema "{schema}" in it'
        raise Problems([Problem(where, found, f"There are: {some_of(list(kept)) or 'none'}.")])
    if len(homes) == 1:
        return homes[0]
    if homes:
        found = f"the table person stands in {len(homes)} schemas: {some_of(homes)}"
        raise Problems([Problem(where, found, f'Say which one is meant, such as schema="{homes[0]}".')])
    tables = some_of(sorted({name for names in kept.values() for name in names}))
    found = f"there is no table person in it; it holds {tables}" if tables else "it holds no table"
    raise Problems([Problem(where, found, "Give the database that holds the hospital's OMOP CDM tables.")])


def _described(engine: Engine, relation: str, where: str) -> Table:
    rows = engine.rows(f"DESCRIBE SELECT * FROM {relation}", where)
    return Table({row[0].lower(): Column(row[0], row[1]) for row in rows}, relation, where)
