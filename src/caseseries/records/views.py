"""Every table as CDM 5.4 has it, whatever stood there: the names, the order and the types of the field list.

What fits already is left as it is, so that a filter or a choice of columns still reaches the file itself.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from caseseries.records.engines.duckdb import named
from caseseries.records.fields import Field, fields
from caseseries.records.source import Column, Table

TYPES = {"integer": "BIGINT", "float": "DOUBLE", "text": "VARCHAR", "date": "DATE", "datetime": "TIMESTAMP"}
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "BOOLEAN"}
_EXACT = {"DOUBLE": 2**53, "FLOAT": 2**24}
"""The greatest whole number up to which a floating type holds each one; beyond it an id has lost digits."""
_NOTHING = "('', 'na', 'n/a', 'nan', 'null', 'none', '\\n')"
"""What stands for nothing where a number or a day is asked, in small letters."""
_ENDS = {
    "date": ("DATE '0001-01-01'", "DATE '9999-12-31'"),
    "datetime": ("TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'"),
    "birth": ("1850", "9999"),
}
"""The first and the last that can be; an infinite day lies outside. Before 1850: our own choice."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a view, and the SQL that reads it. `fault` is what it cannot read; "": it always can."""

    name: str
    sql: str
    fault: str = ""
    field: Field | None = None
    column: Column | None = None

    @property
    def ends(self) -> tuple[str, str] | None:
        """The first and the last that can be, where it holds days, moments or years of birth."""
        kind = self.field.kind if self.field else _kind(self.column.type if self.column else "")
        return _ENDS.get("birth" if self.name == "year_of_birth" else kind)

    @property
    def bounded(self) -> str:
        """The SQL that reads it, with nothing where it cannot be."""
        least, most = self.ends or ("NULL", "NULL")
        return f"CASE WHEN {self.sql} BETWEEN {least} AND {most} THEN {self.sql} END"


def shown(name: str, table: Table | None) -> tuple[Shown, ...]:
    """The columns of a view: the fields of CDM 5.4 in their order, then what the site has beyond them."""
    columns = table.columns if table else {}
    used: set[str] = set()
    found = []
    for field in fields()[name]:
        there = next((key for key in _names(field) if key in columns), None)
        if there is None:
            found.append(Shown(field.name, f"CAST(NULL AS {TYPES[field.kind]})", field=field))
            continue
        used.add(there)
        found.append(_shown(field, columns[there]))
    return (*found, *(_own(key, column) for key, column in columns.items() if key not in used))


def view_of(name: str, table: Table | None, bounded: Container[str] = ()) -> str:
    """The SQL that makes the view of a table, in place of an earlier one; an empty one without a table.

    `bounded` are the columns in which there are days, or years of birth, that cannot be.
    """
    columns = ", ".join(
        f"{each.bounded if each.name in bounded else each.sql} AS {named(each.name)}"
        for each in shown(name, table)
    )
    source = f"FROM {table.relation}" if table else "WHERE false"
    return f"CREATE OR REPLACE VIEW {name} AS SELECT {columns} {source}"


def _kind(stored: str) -> str:
    """Whether a column of the site is of days or of moments; "" for neither."""
    return "date" if stored == "DATE" else "datetime" if stored.startswith("TIMESTAMP") else ""


def _names(field: Field) -> tuple[str, ...]:
    """Where a field may stand: under its name, under that of CDM 5.3, or a day inside its moment."""
    moment = (field.name.removesuffix("date") + "datetime",) if field.kind == "date" else ()
    return (field.name, *((field.before,) if field.before else ()), *moment)


def _own(name: str, column: Column) -> Shown:
    """A column of the site as it is; a text named as a day or a moment is read as one."""
    ending = re.search(r"_(date|datetime)$", name)
    if column.type != "VARCHAR" or not ending:
        return Shown(name, named(column.name), column=column)
    return _shown(Field(name, ending[1], False, ""), column)


def _shown(field: Field, column: Column) -> Shown:
    sql, is_sure = _read(field.kind, named(column.name), column.type)
    text = f"CAST({named(column.name)} AS VARCHAR)"
    # One question inside the other: the dear one is asked of the few that were not read.
    given = f"CASE WHEN {text} IS NOT NULL AND lower(trim({text})) NOT IN {_NOTHING} THEN {text} END"
    fault = "" if is_sure else f"CASE WHEN ({sql}) IS NULL THEN {given} END"
    return Shown(field.name, sql, fault, field, column)


def _read(kind: str, column: str, stored: str) -> tuple[str, bool]:
    """The expression that reads a column as its field says, and whether it always can."""
    wanted = TYPES[kind]
    if stored == wanted:
        return column, True
    if kind == "text":
        return f"CAST({column} AS VARCHAR)", True
    if kind == "integer":
        return _integer(column, stored)
    if kind == "float":
        if stored == "FLOAT":  # 38.6 is meant as 38.6, and not as the 38.599998 that a wider type makes of it
            return f"CAST(CAST({column} AS VARCHAR) AS DOUBLE)", True
        is_number = stored in _WHOLE or "INT" in stored or stored.startswith("DECIMAL")
        return f"{'CAST' if is_number else 'TRY_CAST'}({column} AS DOUBLE)", is_number
    if stored == "DATE" or stored.startswith("TIMESTAMP"):
        return f"CAST({column} AS {wanted})", True
    return _day(column if stored == "VARCHAR" else f"CAST({column} AS VARCHAR)", wanted), False


def _integer(column: str, stored: str) -> tuple[str, bool]:
    if stored in _WHOLE:
        return f"CAST({column} AS BIGINT)", True
    if stored in _EXACT:
        is_exact = f"{column} = trunc({column}) AND abs({column}) <= {_EXACT[stored]}"
        return f"CASE WHEN {is_exact} THEN CAST({column} AS BIGINT) END", False
    if stored.endswith(("INT", ",0)")):  # wider than an id needs to be
        return f"TRY_CAST({column} AS BIGINT)", False
    if stored.startswith("DECIMAL"):
        return f"CASE WHEN {column} = trunc({column}) THEN TRY_CAST({column} AS BIGINT) END", False
    # A bare cast would round 12.5, which is no id, and fill up 3.58e18, which has lost its digits.
    text = f"CAST({column} AS VARCHAR)"
    is_odd = " OR ".join(f"contains({text}, '{sign}')" for sign in ".eE")
    is_whole = f"regexp_full_match(trim({text}), '[+-]?[0-9]+[.]0*')"
    odd = f"CASE WHEN {is_whole} THEN TRY_CAST(split_part({text}, '.', 1) AS BIGINT) END"
    return f"CASE WHEN {is_odd} THEN {odd} ELSE TRY_CAST({text} AS BIGINT) END", False


def _day(text: str, wanted: str) -> str:
    """A day or a moment from text: the year first and in four digits, as 2014-02-07 or 20140207."""
    odd = f"trim({text})"
    parsed = f"coalesce(TRY_CAST({odd} AS {wanted}), CAST(try_strptime({odd}, '%Y%m%d') AS {wanted}))"
    odd = f"CASE WHEN regexp_matches({odd}, '^[0-9]{{4}}') THEN {parsed} END"
    return f"CASE WHEN substr({text}, 5, 1) = '-' THEN TRY_CAST({text} AS {wanted}) ELSE {odd} END"
