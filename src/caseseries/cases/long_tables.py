"""The long tables beside a case series: a row a value of a serial, a spell, a moment, an entry not read."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

KEY = ("patient", "episode")
ORIGINS = "; "
"""What stands between the places that one value rests on."""
SERIALS = {
    "patient": pl.String,
    "episode": pl.Int64,
    "name": pl.String,
    "day": pl.Int64,
    "value": pl.Float64,
    "operator": pl.String,
    "origin": pl.String,
}
SPELLS = {
    "patient": pl.String,
    "episode": pl.Int64,
    "kind": pl.String,  # the variable that the spell belongs to
    "level": pl.String,  # the protocol's level, else the class or the name of the drug
    "drug": pl.String,
    "text": pl.String,  # as typed or recorded
    "start": pl.Int64,  # day of the course: its first day is 1
    "stop": pl.Int64,
    "day": pl.Int64,  # hospital day of `start`; null where only the course is known, as from a sheet
    "amount": pl.Float64,  # one dose, in `unit`
    "unit": pl.String,
    "interval": pl.Float64,  # hours between doses
    "daily": pl.Float64,  # mg a day
    "prednisone": pl.Float64,  # mg a day of prednisone that does the same; corticosteroids only
    "dexamethasone": pl.Float64,
    "route": pl.String,
    "within": pl.String,  # the chemotherapy protocol that it is part of
    "origin": pl.String,
}
MOMENTS = {
    "patient": pl.String,
    "episode": pl.Int64,
    "moment": pl.String,  # as the protocol names it; "diagnosis.known": the day on which it could be known
    "day": pl.Int64,  # hospital day: the day of admission is 1, the day before it 0
    "origin": pl.String,
}
UNREAD = {
    "patient": pl.String,
    "episode": pl.Int64,
    "variable": pl.String,
    "text": pl.String,
    "left": pl.String,
    "origin": pl.String,
}
TYPED = {
    "patient": pl.String,
    "episode": pl.Int64,
    "sheet": pl.String,  # the file in which it stands
    "column": pl.String,  # the variable or the serial; of what nobody promised, the heading
    "day": pl.Int64,  # of a serial
    "text": pl.String,
    "origin": pl.String,
}
"""Numbers and answers as they were typed, a row a cell: what formats and second prints are told by."""
LONG = {"serials": SERIALS, "spells": SPELLS, "moments": MOMENTS, "unread": UNREAD}
"""The schema of each, by its name in the case series."""


def frame(rows: Iterable[tuple[object, ...]], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """A long table of the given schema, from rows in its order."""
    return pl.DataFrame(list(rows), schema=schema, orient="row")
