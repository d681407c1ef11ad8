"""The screening by hand-written SQL: `by_hand.py HOSPITAL VERDICTS.parquet`, one whole process."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

SQL = Path(__file__).with_name("by_hand.sql")


def main(hospital: str, verdicts: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("set variable hospital = $1", [hospital])
        connection.execute("set variable verdicts = $1", [verdicts])
        connection.execute(SQL.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(*sys.argv[1:])
