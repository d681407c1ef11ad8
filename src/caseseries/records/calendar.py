"""The calendar: days, and years of birth, that cannot be. They are told, and read as nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import Problem, Problems
from caseseries.records.engines.duckdb import Engine, named, quoted
from caseseries.records.inspection import Note
from caseseries.records.source import VOCABULARY, Table
from caseseries.records.views import Shown, shown, view_of

_STAY = {
    "visit_start_date": "Write the day of admission there, or leave it empty: such a visit is set aside.",
    "visit_end_date": "Leave the end empty where a visit is not over.",
}
"""What to do where a visit starts or ends on such a day: nobody can tell which stay it would be."""


def keep_to_the_calendar(engine: Engine, tables: Mapping[str, Table]) -> list[Note]:
    """Let the views show nothing where a day or a year of birth cannot be, and tell how many there are.

    An infinite day is no day, nor is one outside the years 1 to 9999. Raises Problems where a visit starts or
    ends on one.
    """
    days = {
        name: [each for each in shown(name, table) if each.column and each.ends]
        for name, table in tables.items()
        if name not in VOCABULARY
    }
    notes: list[Note] = []
    for name, columns in _odd(engine, tables, days).items():
        if not tables[name].is_text:
            notes += _told(engine, name, tables[name], columns)
        bounded = {each.name for each in columns}
        engine.execute(view_of(name, tables[name], bounded), tables[name].where)
    return notes


def _odd(
    engine: Engine, tables: Mapping[str, Table], days: Mapping[str, list[Shown]]
) -> dict[str, list[Shown]]:
    """By table the columns with such a day. A file tells the least and the most: few rows are read."""
    looked = [
        f"(SELECT {quoted(name)}, {quoted(each.name)} FROM {name} WHERE {_is_odd(each)} LIMIT 1)"
        for name, columns in days.items()
        for each in columns
        if not tables[name].is_text
    ]
    found = set(engine.rows(" UNION ALL ".join(looked), "days")) if looked else set()
    # Text that is read anew for each query is bounded unasked: to look costs as much as to read it.
    odd = {
        name: [each for each in columns if tables[name].is_text or (name, each.name) in found]
        for name, columns in days.items()
    }
    return {name: columns for name, columns in odd.items() if columns}


def _is_odd(column: Shown) -> str:
    """SQL: whether there is something in a column of a view, and it cannot be."""
    least, most = column.ends or ("NULL", "NULL")
    return f"({named(column.name)} < {least} OR {named(column.name)} > {most})"


def _told(engine: Engine, name: str, table: Table, columns: list[Shown]) -> Iterator[Note]:
    counted = ", ".join(f"count(CASE WHEN {_is_odd(each)} THEN 1 END)" for each in columns)
    ((rows, *counts),) = engine.rows(f"SELECT count(*), {counted} FROM {name}", table.where)
    problems = []
    for each, count in zip(columns, counts, strict=True):
        if each.name in _STAY:
            ends = each.name.split("_")[1] + ("s" if rows == 1 else "")
            on = f"{ends} on an infinite day, or outside the years 1 to 9999"
            found = f"{count:,} of {so_many(rows, 'visit')} {on}"
            problems.append(Problem(table.where, found, _STAY[each.name]))
        what = "years of birth" if each.name == "year_of_birth" else "days"
        yield Note(name, each.name, f"{count:,} of {rows:,} {what} cannot be", "they count as not there")
    if problems:
        raise Problems(problems)
