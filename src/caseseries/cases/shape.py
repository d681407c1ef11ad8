"""The shape of a case series: what holds by whatever road the cases came, so that nobody need ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from caseseries.cases.long_tables import KEY, LONG
from caseseries.cases.parts import (
    CERTAINTY,
    DAILY,
    DOSE,
    GIVEN,
    GRADE,
    HIGH,
    INTERVAL,
    KNOWN,
    OPERATOR,
    ROUTE,
    TERM,
    part_of,
)
from caseseries.cases.series import CaseSeries, Column
from caseseries.evidence.problem import Problem, Problems, some_of
from caseseries.protocol.clauses.variable import LEVELLED, Kind, Variable
from caseseries.protocol.protocol import Protocol

Types = Mapping[str, pl.DataType]
WORD, WORDS, NUMBER, WHOLE, ANSWER = pl.String(), pl.List(pl.String), pl.Float64(), pl.Int64(), pl.Boolean()
TYPES: Mapping[Kind, pl.DataType] = {
    **dict.fromkeys(("number", "share", "time"), NUMBER),
    **dict.fromkeys(("count", "points", "day"), WHOLE),
    **dict.fromkeys(("yes/no", "event"), ANSWER),
    **dict.fromkeys(("category", "regimen", "text"), WORD),
    **dict.fromkeys(("categories", "regimens"), WORDS),
}
"""The type of a column, by its kind."""
PARTS: Mapping[Kind, Types] = {
    "number": {OPERATOR: WORD, HIGH: NUMBER},
    "share": {OPERATOR: WORD},
    "count": {HIGH: WHOLE},
    "points": {HIGH: WHOLE},
    "category": {CERTAINTY: WORD},
    "categories": {CERTAINTY: WORDS},
    "event": {TERM: WORD, GRADE: WHOLE},
}
"""The parts of a column, by its kind. Of an event both must be there; a certainty, where it is promised."""
FAN = (GIVEN, DOSE, INTERVAL, ROUTE, DAILY)
"""The parts of a regimen that must be there, each with a line of its own in the dictionary."""
SIGNS = {"<", "<=", ">", ">=", "~"}
"""What an operator may be; ~ stands beside a derived value that may lie on either side."""
FILLED = {"serials": ("name", "day", "value"), "spells": ("kind",), "moments": ("moment", "day")}
"""What every row of a long table says; the first is a name."""
ONCE = {"serials": (*KEY, "name", "day"), "moments": (*KEY, "moment")}
MEND = "Whoever fills the cases must keep to their shape."

Said = Iterator[tuple[str, str]]
"""What does not fit: where, and what is found there."""


def check(cases: CaseSeries, protocol: Protocol) -> CaseSeries:
    """The cases themselves. Raises Problems, with all that does not fit, where they have not this shape.

    Every column of the dictionary stands in the table, of the type of its kind and with its parts, and no
    other does; kinds and levels are the protocol's; numbers are finite; every key stands once; the origins
    have the table's rows; the long tables have their schemas, the table's patients and the protocol's names.
    """
    found = list(_columns(cases, protocol)) or [
        *_rows(cases),
        *_cells(cases, protocol),
        *_long(cases, protocol),
    ]
    if found:
        raise Problems(Problem(f"the cases, {where}", what, MEND) for where, what in found)
    return cases


# ---- Columns ----


def _columns(cases: CaseSeries, protocol: Protocol) -> Said:
    key: dict[str, pl.DataType] = {"patient": WORD, "episode": WHOLE}
    must, may = dict(key), dict[str, pl.DataType]()
    for column in cases.dictionary:
        if column.name in must:
            yield f'column "{column.name}"', "the dictionary has it twice"
        must[column.name] = TYPES[column.kind]
        parts = {part_of(column.name, part): one for part, one in PARTS.get(column.kind, {}).items()}
        (must if column.certainty or column.kind == "event" else may).update(parts)
        yield from ((f'column "{column.name}"', what) for what in _unlike_the_promise(column, protocol))
        for part in FAN if column.kind == "regimen" else ():
            if not cases.has(part_of(column.name, part)):
                yield f'column "{column.name}"', f'its part "{part}" is missing'
    yield from _schema("the table", cases.table.schema, must, may)
    yield from _schema("the origins", cases.origins.schema, key, dict.fromkeys(must | may, WORD))
    for name, schema in LONG.items():
        types = {column: type_() for column, type_ in schema.items()}
        yield from _schema(f"the {name}", getattr(cases, name).schema, types, {})


def _unlike_the_promise(column: Column, protocol: Protocol) -> Iterator[str]:
    """In what a column is not what was promised by its name; other drugs than the promised may be given."""
    promised = protocol.column(column.name)
    if promised is not None and promised.kind != column.kind:
        yield f'it is of kind "{column.kind}", and promised of kind "{promised.kind}"'
    elif promised is not None and column.kind in LEVELLED:
        levels = column.levels[: len(promised.levels)] if column.kind == "regimens" else column.levels
        if levels != promised.levels:
            yield f"its levels are {some_of(column.levels)}, and promised are {some_of(promised.levels)}"
        if column.certainty != getattr(promised, "certainty", ()):
            yield "its grades of certainty are not the promised ones"


def _schema(where: str, found: Types, must: Types, may: Types) -> Said:
    for name in must.keys() - found.keys():
        yield where, f'the column "{name}" is missing'
    for name, type_ in found.items():
        wanted = must.get(name, may.get(name))
        if wanted is None:
            yield where, f'the column "{name}" is in no dictionary'
        elif type_ != wanted:
            yield where, f'the column "{name}" is of type {type_}, and must be of type {wanted}'


# ---- Rows and cells ----


def _rows(cases: CaseSeries) -> Said:
    keys = cases.table.select(KEY)
    if keys.filter((pl.col("patient").fill_null("") == "") | (pl.col("episode").fill_null(0) < 1)).height:
        yield "the table", "a row has no patient, or no number of an episode"
        return
    names = pl.Series(cases.patients, dtype=pl.String)
    twice = names.filter(names.is_duplicated()).unique(maintain_order=True)
    if twice.len():
        yield "the table", f"patients stand there twice: {some_of(twice.to_list())}"
    if not keys.equals(cases.origins.select(KEY)):
        yield "the origins", "their rows are not those of the table"


def _cells(cases: CaseSeries, protocol: Protocol) -> Said:
    for column in cases.dictionary:
        values = cases.table[column.name]
        said = [_strange(values, column.levels)] if column.kind in LEVELLED else []
        said += [] if values.dtype != NUMBER or values.is_finite().all() else ["a number is not finite"]
        said += ["a list of levels has a level twice, or an empty one"] * _repeats(values)
        promised = protocol.column(column.name)
        alone = promised.alone if isinstance(promised, Variable) else None
        if alone and (values.list.contains(alone) & (values.list.len() > 1)).any():
            said.append(f'"{alone}" stands beside other levels')
        said += _parts(cases, column, values)
        yield from ((f'column "{column.name}"', what) for what in said if what)


def _parts(cases: CaseSeries, column: Column, values: pl.Series) -> Iterator[str]:
    """What in the parts of a column does not fit it."""
    certainty, operator = cases.part(column.name, CERTAINTY), cases.part(column.name, OPERATOR)
    high, grade = cases.part(column.name, HIGH), cases.part(column.name, GRADE)
    if certainty is not None:
        yield _strange(certainty, column.certainty)
        sizes = [one.list.len() if one.dtype == WORDS else one.is_not_null() for one in (values, certainty)]
        yield "levels and certainties do not pair" * (not sizes[0].equals(sizes[1], check_names=False))
    if operator is not None:
        yield _strange(operator, SIGNS)
        yield "an operator stands beside no number" * bool((values.is_null() & operator.is_not_null()).any())
    if high is not None:
        pairs = (values.is_null() == high.is_null()).all() and (high >= values).all()
        yield "the upper end of a range is missing or below the lower" * (not pairs)
    if grade is not None:
        yield "a grade is not from 1 to 5" * (not grade.is_between(1, 5).all())


def _strange(values: pl.Series, known: Iterable[str]) -> str:
    """The words that are none of those known, in a sentence; "" where there are none."""
    words = values.list.explode() if values.dtype == WORDS else values
    strange = set(words.drop_nulls()) - set(known)
    return f"not known there: {some_of(sorted(strange))}" if strange else ""


def _repeats(values: pl.Series) -> bool:
    if values.dtype != WORDS:
        return False
    return bool((values.list.drop_nulls().list.n_unique() != values.list.len()).any())


# ---- The long tables ----


def _long(cases: CaseSeries, protocol: Protocol) -> Said:
    known = {part_of(name, KNOWN) for name, moment in protocol.moments.items() if moment.day_met}
    names = {
        "serials": {serial.name for serial in protocol.serials},
        "spells": {one.name for one in cases.dictionary if one.kind in {"regimen", "regimens"}},
        "moments": known | protocol.moments.keys(),
    }
    for name in LONG:
        table: pl.DataFrame = getattr(cases, name)
        others = table.join(cases.table, on=KEY, how="anti")["patient"].unique(maintain_order=True)
        if others.len():
            yield f"the {name}", f"patients are not in the table: {some_of(others.to_list())}"
        filled = FILLED.get(name, ())
        if any(table[column].null_count() for column in filled):
            yield f"the {name}", f"a row lacks one of: {', '.join(filled)}"
        if filled and (strange := _strange(table[filled[0]], names[name])):
            yield f"the {name}", strange
        if name in ONCE and table.select(ONCE[name]).is_duplicated().any():
            yield f"the {name}", f"two rows have one {', '.join(ONCE[name])}"
    serials = cases.serials
    if not serials["value"].is_finite().all():
        yield "the serials", "a value is not finite"
    if not (serials["day"] >= 1).all():
        yield "the serials", "a day lies before day 1"
    if strange := _strange(serials["operator"], SIGNS):
        yield "the serials", strange
