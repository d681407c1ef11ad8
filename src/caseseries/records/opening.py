"""From what stands there to tables that can be asked: text is read in, and each gets its view."""

from __future__ import annotations

import re
from collections.abc import Mapping

from caseseries.evidence.problem import Problems
from caseseries.records.calendar import keep_to_the_calendar
from caseseries.records.engines.duckdb import READ_IN, Engine, named
from caseseries.records.fields import fields
from caseseries.records.inspection import Note, check_ids, missing, unreadable, zoned
from caseseries.records.lost import lost
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
    laid: dict[str, Table] = {}
    for table in fields():
        try:
            shown_as, told = _set_out(engine, table, tables.get(table))
            laid |= {table: shown_as} if shown_as else {}
            notes += told
        except Problems as found:
            problems += found.problems
    if problems:
        raise Problems(problems)
    notes += keep_to_the_calendar(engine, laid)
    notes += lost(engine, laid)
    check_ids(engine, tables)
    version, unsure = _version(engine, tables)
    return version, (*notes, *unsure)


def _set_out(engine: Engine, name: str, table: Table | None) -> tuple[Table | None, list[Note]]:
    """The table as its view shows it, after a look at what cannot be read."""
    notes: list[Note] = []
    if table is not None:
        columns, rows = shown(name, table), table.relation
        source, is_odd = table, True
        if table.is_text and name in AS_ASKED:
            rows = f"(SELECT * FROM {table.relation} LIMIT {_SAMPLE})"
        elif table.is_text:
            table, is_odd = _read_in(engine, name, table, columns)
        if is_odd:
            problems, notes = unreadable(engine, name, source, rows, columns)
            if problems:
                raise Problems(problems)
        notes += zoned(name, columns)
    engine.execute(view_of(name, table), table.where if table else name)
    return table, notes


def _read_in(engine: Engine, name: str, table: Table, columns: tuple[Shown, ...]) -> tuple[Table, bool]:
    """The table read from text once, each column in its type, and whether anything could not be read."""
    engine.attach_own()
    there = [(each, named(each.name), named(each.column.name)) for each in columns if each.column]
    parts = [f"{each.sql} AS {own}" for each, own, _ in there]
    odd = " OR ".join(
        f"(({each.sql}) IS NULL AND {text} IS NOT NULL)" for each, _, text in there if each.fault
    )
    relation = f"{READ_IN}.{name}"
    selected = f"SELECT {', '.join(parts)}, {odd or 'false'} AS {_ODD} FROM {table.relation}"
    engine.execute("SET preserve_insertion_order = false")  # a third of the memory
    engine.execute(f"CREATE TABLE {relation} AS {selected}", table.where)
    engine.execute("SET preserve_insertion_order = true")
    kinds = {each.name: TYPES[each.field.kind] if each.field else "VARCHAR" for each, *_ in there}
    typed = Table({column: Column(column, kind) for column, kind in kinds.items()}, relation, table.where)
    return typed, bool(engine.rows(f"SELECT 1 FROM {relation} WHERE {_ODD} LIMIT 1"))


_ODD = '"could not be read"'


# ---- The version ----


def _version(engine: Engine, tables: Mapping[str, Table]) -> tuple[str, list[Note]]:
    """5.3 or 5.4: as the table cdm_source says, else as the columns are called."""
    by_columns = "5.3" if _is_of_5_3(tables) else "5.4"
    said = engine.rows("SELECT min(cdm_version) FROM cdm_source")[0][0]
    if said is None:
        return by_columns, []
    number = re.search(r"(?<!\d)5\.[34](?!\d)", said)
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
