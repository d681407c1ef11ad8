"""Lost: rows that count nowhere, since they do not say whose they are or of which day, or have no id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import Problem, Problems
from caseseries.records.columns import COLUMNS
from caseseries.records.engines.duckdb import Engine
from caseseries.records.inspection import Note, cost_of
from caseseries.records.source import Table

_COUNTED = {"person": ("person_id", "person_id")} | {
    table: (columns.row_id, columns.day) for table, columns in COLUMNS.items()
}
"""Of each table whose rows are asked for the columns of the row's own id and of its day."""


def lost(engine: Engine, tables: Mapping[str, Table]) -> list[Note]:
    """What is to be said of tables without a row that counts, and of rows that do not count.

    A file tells how many entries of a column are null: where there are none, no row is read. Raises Problems
    where there is nobody, and where a visit has no id.
    """
    asked = {name: engine.rows(_count(name, table), table.where) for name, table in tables.items()}
    counts = {name: list(some[0]) for name, some in asked.items() if some and some[0][0]}
    _can_be_searched(tables, counts)
    notes = [Note(table, "", "no rows", cost_of(table)) for table in tables if table not in counts]
    notes = [note for note in notes if note.costs]
    for table in (one for one in _COUNTED if one in counts):
        notes += _rows(table, tables[table], *counts[table])
    return notes


def _count(name: str, table: Table) -> str:
    """SQL: the rows of a table, and how many have a patient, a day and an id; else whether there is a row."""
    if name not in _COUNTED or table.is_text:
        return f"SELECT 1, 1, 1, 1 FROM {name} LIMIT 1"
    row_id, day = _COUNTED[name]
    return f"SELECT count(*), count(person_id), count({day}), count({row_id}) FROM {name}"


def _can_be_searched(tables: Mapping[str, Table], counts: Mapping[str, list[int]]) -> None:
    """Raises Problems where there is nobody, and where a visit has no id, by which its stay goes."""
    problems = []
    if "person" not in counts:
        found = "the table person has no rows: this hospital has no patients"
        problems.append(
            Problem(tables["person"].where, found, "Check that the export of the records was finished.")
        )
    elif not counts["person"][1]:
        found = "no row has a person_id: this hospital has no patients"
        problems.append(Problem(tables["person"].where, found, "Give every patient one."))
    rows, _, _, with_id = counts.get("visit_occurrence", [0, 0, 0, 0])
    if with_id < rows:
        found = f"{rows - with_id:,} of {so_many(rows, 'visit')} have no visit_occurrence_id"
        problems.append(
            Problem(tables["visit_occurrence"].where, found, "Number them: a stay goes by its id.")
        )
    if problems:
        raise Problems(problems)


def _rows(
    name: str, table: Table, rows: int, with_patient: int, with_day: int, with_id: int
) -> Iterator[Note]:
    """That some rows have no patient, no day or no id, and that none counts."""
    row_id, day = _COUNTED[name]
    without = [(day, rows - with_day, "day")] if day != "person_id" else []
    without += [("person_id", rows - with_patient, "patient")] if name != "person" else []
    without = [one for one in without if one[1]]
    if any(count == rows for _, count, _ in without):
        lacks = " and ".join(what for _, count, what in without if count == rows)
        yield Note(name, "", f"none of its {so_many(rows, 'row')} has a {lacks}", cost_of(name))
    elif without:
        said = " and ".join(f"{count:,} without a {what}" for _, count, what in without)
        yield Note(name, without[0][0], f"of {so_many(rows, 'row')} {said}", "these count nowhere")
    if name == "person" and with_id < rows:
        found = f"{rows - with_id:,} of {so_many(rows, 'row')} have none"
        yield Note(name, row_id, found, "these are nobody, and are not counted as patients")
    elif with_id < rows and row_id in table.columns and row_id != "person_id":
        found = f"{rows - with_id:,} of {so_many(rows, 'row')} have none"
        yield Note(name, row_id, found, "what rests on these cannot be led back to its row")
