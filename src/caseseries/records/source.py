"""Where a hospital's tables stand: in a database file, in a folder of files, or in frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from caseseries.evidence.problem import Problem, Problems
from caseseries.records.engines.duckdb import HOSPITAL, Engine, named, quoted


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it stands there: its own spelling, and its type in DuckDB's words."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands there. `relation` is what SQL selects from, `where` what a reader is told."""

    name: str
    columns: Mapping[str, Column]
    relation: str
    where: str


def tables_of(engine: Engine, where: Path | Mapping[str, pl.DataFrame]) -> dict[str, Table]:
    """Every table found, by its name in lower case."""
    if isinstance(where, Mapping):
        return _of_frames(engine, where)
    if where.is_dir():
        return _of_folder(engine, where)
    if not where.exists():
        raise Problems([Problem(str(where), "there is no such file or folder", "Check the path.")])
    return _of_database(engine, where)


def _of_frames(engine: Engine, frames: Mapping[str, pl.DataFrame]) -> dict[str, Table]:
    engine.execute(f"CREATE SCHEMA {HOSPITAL}")
    tables = {}
    for name, frame in frames.items():
        relation = f"{HOSPITAL}.{named(name)}"
        engine.put(relation, frame, "TABLE")
        tables[name.lower()] = _table(engine, name.lower(), relation, name)
    return tables


def _of_folder(engine: Engine, folder: Path) -> dict[str, Table]:
    tables = {}
    for path in sorted(folder.iterdir()):
        name, _, ending = path.name.partition(".")
        read = _READ.get(ending.lower())
        if read:
            relation = read.format(quoted(str(path)))
            tables[name.lower()] = _table(engine, name.lower(), relation, path.name)
    return tables


_CSV = "read_csv({}, all_varchar = true, header = true)"
_READ = {"parquet": "read_parquet({})", "csv": _CSV, "csv.gz": _CSV}


def _of_database(engine: Engine, path: Path) -> dict[str, Table]:
    engine.attach(path)
    found = engine.rows(
        "SELECT schema_name, table_name FROM duckdb_tables() "
        f"WHERE database_name = {quoted(HOSPITAL)} ORDER BY ALL"
    )
    tables = {}
    for schema, name in found:
        relation = f"{HOSPITAL}.{named(schema)}.{named(name)}"
        tables[name.lower()] = _table(engine, name.lower(), relation, f"{schema}.{name}")
    return tables


def _table(engine: Engine, name: str, relation: str, where: str) -> Table:
    rows = engine.rows(f"DESCRIBE SELECT * FROM {relation}", where)
    return Table(name, {row[0].lower(): Column(row[0], row[1]) for row in rows}, relation, where)
