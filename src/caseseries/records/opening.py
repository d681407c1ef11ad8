"""From what stands there to tables that can be asked: text is read in, and each gets its view."""

from __future__ import annotations

import re
from collections.abc import Mapping

from caseseries.evidence.problem import Problems
from caseseries.records.engines.duckdb import READ_IN, Engine, named
from caseseries.records.fields import fields
from caseseries.records.inspection import Note, check_stays, empty, missing, unreadable
from caseseries.records.source import VOCABULARY, Column, Table
from caseseries.records.views import TYPES, Shown, shown, view_of

AS_ASKED = ("note", *VOCABULARY)
"""Tables that are large and seldom asked: as CSV they are not read in, but read anew for each query."""
_SAMPLE = 10_000
"""Rows of such a table that are looked at for what cannot be read."""


def make_ready(
    engine: Engine, tables: Mapping[str, Table], name: str, others: tuple[str, ...]
) -> tuple[str, tuple[Note, ...]]:
    """Make a view of every table of the field list. Answers with the CDM's version and what is missing.

    `name` is what the user called the hospital, `others` what else stands there. Raises Problems, all at
    once, for what is missing or unreadable and cannot be done without.
    """
    problems, notes = missing(tables, others, name)
    if problems:
        raise Problems(problems)
    for table in fields():
        try:
            notes += _set_out(engine, table, tables.get(table))
        except Problems as found:
            problems += found.problems
    if problems:
        raise Problems(problems)
    check_stays(engine, tables)
    notes += empty(engine, tables, name)
    version, unsure = _version(engine, tables)
    return version, (*notes, *unsure)


def _set_out(engine: Engine, name: str, table: Table | None) -> list[Note]:
    """The view of one table."""
    columns = shown(name, table)
    notes: list[Note] = []
    if table is not None:
        sampled = table.relation
        if table.is_text and name in AS_ASKED:
            sampled = f"(SELECT * FROM {table.relation} LIMIT {_SAMPLE})"
        elif table.is_text:
            table, columns = _read_in(engine, name, table, columns)
            sampled = table.relation
        problems, notes = unreadable(engine, name, table, sampled, columns)
        if problems:
            raise Problems(problems)
    engine.execute(view_of(name, table), table.where if table else name)
    return notes


def _read_in(
    engine: Engine, name: str, table: Table, columns: tuple[Shown, ...]
) -> tuple[Table, tuple[Shown, ...]]:
    """The table read from text once, each column in its type, beside it what could not be read."""
    engine.attach_own()
    there = [each for each in columns if each.column]
    parts = [f"{each.sql} AS {named(each.name)}" for each in there]
    parts += [f"{each.fault} AS {_fault(each)}" for each in there if each.fault]
    relation = f"{READ_IN}.{name}"
    engine.execute(f"CREATE TABLE {relation} AS SELECT {', '.join(parts)} FROM {table.relation}", table.where)
    kinds = {each.name: TYPES[each.field.kind] if each.field else "VARCHAR" for each in there}
    typed = Table({column: Column(column, kind) for column, kind in kinds.items()}, relation, table.where)
    faults = tuple(
        Shown(each.name, named(each.name), _fault(each), each.field) for each in there if each.fault
    )
    return typed, faults


def _fault(each: Shown) -> str:
    return named(f"fault of {each.name}")


# ---- The version ----


def _version(engine: Engine, tables: Mapping[str, Table]) -> tuple[str, list[Note]]:
    """5.3 or 5.4: as the table cdm_source says, else as the columns are called."""
    by_columns = "5.3" if _is_of_5_3(tables) else "5.4"
    said = engine.rows("SELECT min(cdm_version) FROM cdm_source")[0][0]
    if said is None:
        return by_columns, []
    number = re.search(r"\b5\.[34]", said)
    if number:
        return number[0], []
    return by_columns, [
        Note("cdm_source", "cdm_version", f'"{said}"', f"read as {by_columns}, by the columns")
    ]


def _is_of_5_3(tables: Mapping[str, Table]) -> bool:
    renamed = [
        (name, field) for name in tables for field in fields()[name] if field.before not in ("", field.name)
    ]
    return any(
        field.before in tables[name].columns and field.name not in tables[name].columns
        for name, field in renamed
    )
