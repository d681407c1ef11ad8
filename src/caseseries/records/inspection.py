"""What a hospital lacks and what that costs, what stands there that cannot be read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from caseseries.evidence.problem import Problem, Problems, some_of
from caseseries.records.engines.duckdb import Engine, named
from caseseries.records.fields import fields
from caseseries.records.source import Table
from caseseries.records.views import Shown, shown

_BEARABLE = {"id": 0.0, "integer": 0.01, "date": 0.01, "datetime": 0.01, "float": 0.5, "text": 1.0}
"""The share of entries that may be unreadable before they are a problem: an id never, a day rarely."""
_EXAMPLES = {
    "id": "ids are whole numbers with all their digits, such as 3589912774911670296",
    "integer": "whole numbers are written in digits alone, such as 1970",
    "date": "days are written year first, such as 2014-02-07",
    "datetime": "moments are written year first, such as 2014-02-07 13:45:00",
    "float": "values are plain numbers, such as 12.5",
}
_MENDS = {
    "id": "Export ids as whole numbers: a spreadsheet, and a column of decimals, cut their digits.",
    "integer": "Write the numbers so, and leave empty what is not known.",
    "date": "Write the days so: nobody can tell whether 07/02/2014 is in July.",
    "datetime": "Write the moments so: nobody can tell whether 07/02/2014 is in July.",
    "float": "Write the numbers with a point and without any other sign.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is missing, and what that costs. `column` is "" where the whole table is meant."""

    table: str
    column: str
    found: str
    costs: str


@cache
def _needs() -> Mapping[tuple[str, str], tuple[bool, str]]:
    """For what screening uses, by table and column: whether it cannot do without, and what its lack costs."""
    text = (files(__package__) / "needs.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["table"], row["field"]): (row["needed"] == "yes", row["costs"]) for row in rows}


def missing(
    tables: Mapping[str, Table], others: Iterable[str], name: str
) -> tuple[list[Problem], list[Note]]:
    """What is not there: problems where screening cannot do without, notes of what the rest costs.

    `others` are names beside the tables, among which a table may stand under another name.
    """
    strange = [table for table in tables if not _has(tables[table], table)]
    problems = [_no_field(tables[table], table) for table in strange]
    notes = []
    for (table, column), (is_needed, costs) in _needs().items():
        here = tables.get(table)
        if here is None and column:
            continue  # that the table is missing is said once
        if here is not None and (not column or table in strange or _has(here, table, column)):
            continue
        if not is_needed:
            notes.append(Note(table, column, "not there", costs))
        elif here is None:
            problems.append(_no_table(name, table, others))
        else:
            found = f'there is no column "{column}"; there are: {some_of(sorted(here.columns))}'
            problems.append(Problem(here.where, found, "Add it, or rename the column that holds it."))
    return problems, notes


def _has(table: Table, name: str, column: str = "") -> bool:
    """Whether a field of the CDM stands there, or any at all."""
    listed = {column} if column else {field.name for field in fields()[name]}
    return any(each.column is not None for each in shown(name, table) if each.name in listed)


def _no_field(table: Table, name: str) -> Problem:
    found = f"none of its columns is a field of the table {name}: {some_of(list(table.columns))}"
    return Problem(
        table.where, found, "Call them as the OMOP CDM does. In CSV the first line names the columns."
    )


def _no_table(where: str, table: str, others: Iterable[str]) -> Problem:
    """`others` are the names that stand there, those of folders with a stroke at their end."""
    found, near = f"there is no table {table}", [one for one in others if one.lower().startswith(table)]
    bare = [one for one in near if one.lower() in (f"{table}/", f"{table}.parquet/")]
    if bare:
        found += f": no Parquet file stands in the folder {bare[0]}"
        mend = f"Put its Parquet files there; as CSV a table is one file, {table}.csv."
    elif near:
        _, dot, ending = near[0].rstrip("/").partition(".")
        named_so = f"{table}{dot}{ending}" if dot else f"{table}.parquet, or {table}.csv"
        mend = f"There is {some_of(near)}: link or rename it to {named_so}."
    else:
        mend = f"Add the table {table} of the OMOP CDM."
    return Problem(where, found, mend)


def unreadable(
    engine: Engine, name: str, table: Table, relation: str, columns: Iterable[Shown]
) -> tuple[list[Problem], list[Note]]:
    """What stands in a table and cannot be read: problems where it is too much, notes where it is little."""
    asked = [
        (each.name, "id" if "_id" in each.name else each.field.kind, each.fault)
        for each in columns
        if each.fault and each.field
    ]
    if not asked:
        return [], []
    row_id = next(iter(table.columns))
    parts = [
        f"count({fault}), min({fault}), min_by(CAST({named(row_id)} AS VARCHAR), {fault})"
        for *_, fault in asked
    ]
    (counted,) = engine.rows(f"SELECT count(*), {', '.join(parts)} FROM {relation}", table.where)
    problems, notes = [], []
    for place, (column, kind, _) in enumerate(asked):
        wrong, example, row = counted[1 + 3 * place : 4 + 3 * place]
        if not wrong:
            continue
        found = f'{wrong:,} of {counted[0]:,} entries cannot be read, such as "{example}"'
        found += f" ({row_id} {row}): {_EXAMPLES[kind]}" if row_id != column else f": {_EXAMPLES[kind]}"
        if (name, column) in _needs() and wrong > counted[0] * _BEARABLE[kind]:
            problems.append(Problem(f'{table.where}, column "{column}"', found, _MENDS[kind]))
        else:
            notes.append(Note(name, column, found, "they count as not there"))
    return problems, notes


def zoned(name: str, columns: Iterable[Shown]) -> list[Note]:
    """A note where days are taken from moments with a time zone."""
    days = [each.name for each in columns if each.column and each.field and each.field.kind == "date"]
    kept = [
        each.name for each in columns if each.column and "TIME ZONE" in each.column.type and each.name in days
    ]
    found = "kept as a moment with a time zone"
    return [Note(name, column, found, "its days are those of UTC, not of the ward") for column in kept]


def cost_of(table: str) -> str:
    """What it costs that a table is not there; "" where it is not asked for."""
    return _needs().get((table, ""), (False, ""))[1]


def check_ids(engine: Engine, tables: Mapping[str, Table]) -> None:
    """Raises Problems where a patient stands there twice, or a visit is of several patients or times."""
    problems = []
    for table, row_id, query, found, mend in _TWICE:
        # Nearly always they are numbered in the order in which they stand: no number can stand twice then.
        rising = f"SELECT {row_id} AS id, lag({row_id}) OVER () AS before FROM {table}"
        counted = "SELECT count(*) <= 1 + count(CASE WHEN id > before THEN 1 END)"
        [(is_rising,)] = engine.rows(f"{counted} FROM ({rising})", table)
        [(count, example)] = [(0, 0)] if is_rising else engine.rows(query, table)
        if count:
            problems.append(Problem(tables[table].where, found.format(_counted(count, example)), mend))
    if problems:
        raise Problems(problems)


_TWICE = (
    (
        "person",
        "person_id",
        "SELECT count(*), min(person_id) FROM (SELECT person_id FROM person "
        "WHERE person_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1) twice",
        "a patient has one row here, and {} more than one",
        "Keep one row of each, in a copy or a view: which of two births is right, nobody can tell here.",
    ),
    (
        "visit_occurrence",
        "visit_occurrence_id",
        "SELECT count(*), min(visit_occurrence_id) FROM (SELECT visit_occurrence_id FROM visit_occurrence "
        "GROUP BY 1 HAVING min(person_id) < max(person_id) "
        "OR max(visit_start_date) > min(greatest(visit_end_date, visit_start_date))) several",
        "a visit has one patient and one time, and {} several",
        "Number the visits anew, each with an id of its own.",
    ),
)


def _counted(count: int, example: int) -> str:
    return f"{count:,} ({example}) has" if count == 1 else f"{count:,} (such as {example}) have"
