"""Every table as CDM 5.4 has it, whatever stood there: names, order and types of the field list."""

from __future__ import annotations

from caseseries.records.engines.duckdb import named
from caseseries.records.fields import Field, fields
from caseseries.records.source import Table

TYPES = {"integer": "BIGINT", "float": "DOUBLE", "text": "VARCHAR", "date": "DATE", "datetime": "TIMESTAMP"}


def view_of(name: str, table: Table | None) -> str:
    """The SQL that makes the view of a table of the field list; an empty one where there is no table."""
    columns = table.columns if table else {}
    used = set()
    parts = []
    for field in fields()[name]:
        found = columns.get(field.name) or columns.get(field.before)
        if found:
            used.add(found.name.lower())
        reading = read(field, found.name, found.type) if found else f"CAST(NULL AS {TYPES[field.kind]})"
        parts.append(f"{reading} AS {field.name}")
    parts += [
        f"{named(column.name)} AS {named(lower)}" for lower, column in columns.items() if lower not in used
    ]
    rows = f"FROM {table.relation}" if table else "WHERE false"
    return f"CREATE VIEW {name} AS SELECT {', '.join(parts)} {rows}"


def read(field: Field, name: str, stored: str) -> str:
    """The expression that reads a column as its field says. One that fits already is left as it is."""
    wanted = TYPES[field.kind]
    column = named(name)
    if stored == wanted:
        return column
    return f"TRY_CAST({column} AS {wanted})"
