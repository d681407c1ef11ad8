"""The shape of a protocol: whether its clauses have their keys, and the keys values of their kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import ValidationError

from caseseries.evidence.page import Path, Slip
from caseseries.evidence.problem import did_you_mean
from caseseries.protocol.choices import choose
from caseseries.protocol.clauses.clause import Clause

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def shape_slips(clause: type[Clause], table: dict[str, Any], path: Path = ()) -> Iterator[Slip]:
    """Every slip in the table of a clause and in the tables inside it, each told once and where it stands."""
    known = keys_of(clause)
    strange = [key for key in table if key not in known]
    for key in strange:
        yield Slip((*path, key), "this is not known here", did_you_mean(key, known))
    meant = {near for key in strange for near in get_close_matches(key.casefold(), known, n=1)}
    inner = dict(way for key in table if key in known for way in _inner(known[key], key, table[key]))
    for error in _errors(clause, table):
        is_misspelt = error["type"] == "missing" and error["loc"][-1] in meant
        if not is_misspelt and not _is_within(error["loc"], inner):
            yield _slip(clause, error, path)
    for way, (kind, value) in inner.items():
        yield from shape_slips(kind, value, path + way)


def keys_of(clause: type[Clause]) -> dict[str, Any]:
    """The keys that a clause can have in the file, each with the type of its value."""
    fields = clause.model_fields.items()
    return {field.alias or name: field.annotation for name, field in fields if not field.exclude}


def clauses_in(annotation: Any) -> Iterator[type[Clause]]:
    """The clauses that a type holds, such as those of an array."""
    if isinstance(annotation, type) and issubclass(annotation, Clause):
        yield annotation
    for part in get_args(annotation):
        yield from clauses_in(part)


def options_in(annotation: Any) -> Iterator[str]:
    """The words that a type lists."""
    for part in get_args(annotation):
        if get_origin(annotation) is Literal:
            yield str(part)
        else:
            yield from options_in(part)


# ---- The clauses inside a clause ----


def _inner(
    annotation: Any, key: str, value: Any
) -> Iterator[tuple[Path, tuple[type[Clause], dict[str, Any]]]]:
    """The clauses under one key, with the way to each: a table, an array of tables, or a table of tables."""
    choices = tuple(clauses_in(annotation))
    tables: dict[Path, Any] = {(key,): value}
    if isinstance(value, list):
        tables = {(key, number): one for number, one in enumerate(value)}
    elif isinstance(value, dict) and get_origin(annotation) is dict:
        tables = {(key, name): one for name, one in value.items()}
    for way, table in tables.items():
        kind = _chosen(choices, table) if isinstance(table, dict) else None
        if kind is not None:
            yield way, (kind, table)


def _chosen(choices: tuple[type[Clause], ...], table: dict[str, Any]) -> type[Clause] | None:
    """The clause that a table is meant to be: what it `does` says so, or else the keys it has."""
    if any("does" in keys_of(choice) for choice in choices):
        choices = tuple(
            one for one in choices if [table.get("does")] == list(options_in(keys_of(one)["does"]))
        )
    return max(choices, key=lambda choice: len(keys_of(choice).keys() & table.keys()), default=None)


def _is_within(place: Path, inner: dict[Path, Any]) -> bool:
    return place[-1:] != ("[key]",) and (place[:1] in inner or place[:2] in inner)


# ---- What pydantic found, in the reader's words ----

EXPECTED = {
    "string_type": ("text", 'Write it in quotes, such as "day_started".'),
    "int_type": ("a whole number", "Write it without quotes and without a point, such as 5."),
    "float_type": ("a number", "Write it without quotes, such as 0.95."),
    "finite_number": ("a number", "Write it in digits, such as 0.95."),
    "tuple_type": ("a list", 'Write it in square brackets, such as ["F", "M"].'),
    "date_type": ("a date", "Write it without quotes, year first, such as 2009-01-31."),
    "dict_type": ("a table", 'Write it in braces, such as { person = "age" }.'),
    "model_type": (
        "a table",
        'Write it in braces, such as { person = "age" }, or under a heading of its own.',
    ),
    "model_attributes_type": ("a table", "Write it under a heading of its own, in double square brackets."),
}
LIMITS = {
    "greater_than": ("gt", "is not above {}"),
    "greater_than_equal": ("ge", "is below {}"),
    "less_than": ("lt", "is not below {}"),
    "less_than_equal": ("le", "is above {}"),
}


def _errors(clause: type[Clause], table: dict[str, Any]) -> Iterator[ErrorDetails]:
    """What pydantic says of a clause: its first word on each place."""
    try:
        clause.model_validate(table)
    except ValidationError as error:
        said: set[Path] = set()
        for detail in error.errors():
            place = _place(table, detail["loc"])
            if place not in said and detail["type"] != "extra_forbidden":
                said.add(place)
                yield {**detail, "loc": place}


def _place(table: Any, loc: Path) -> Path:
    """The part of pydantic's way that is in the file or missing there: the branch of a union is neither."""
    place: Path = ()
    for part in loc:
        if isinstance(table, dict) and (part in table or not place):
            table = table.get(str(part))
        elif isinstance(table, list) and isinstance(part, int):
            table = table[part]
        elif part != "[key]":
            break
        place = (*place, part)
    return place


def _slip(clause: type[Clause], error: ErrorDetails, path: Path) -> Slip:
    way = tuple(part for part in error["loc"] if part != "[key]")
    annotation = keys_of(clause).get(str(way[0])) if way else None
    given, context = error["input"], error.get("ctx", {})
    match error["type"]:
        case "slip":
            return Slip(path + way, context["found"], context["mend"])
        case "missing":
            return Slip(
                path + way[:-1], f'the key "{way[-1]}" is missing', _mend_missing(str(way[-1]), annotation)
            )
        case "literal_error":
            return Slip(
                path + way,
                f"{_shown(given)} cannot stand here",
                choose(str(given), options_in(annotation)),
            )
        case "union_tag_not_found":
            if near := get_close_matches("does", given, n=1):
                return Slip((*path, *way, near[0]), "this is not known here", 'Did you mean "does"?')
            mend = f"Say what the analysis does. {choose('', _does(annotation))}"
            return Slip(path + way, 'the key "does" is missing', mend)
        case "union_tag_invalid":
            does = given["does"]
            mend = choose(str(does), _does(annotation))
            return Slip((*path, *way, "does"), f"{_shown(does)} is nothing that an analysis does", mend)
        case "string_pattern_mismatch":
            mend = "Write it in small letters, digits and _, beginning with a letter, such as day_started."
            return Slip(path + way, f"{_shown(given)} cannot be a name", mend)
        case "string_too_short" | "too_short":
            return Slip(path + way, "nothing is written here", "Fill it in.")
        case kind if kind in EXPECTED:
            expected, mend = EXPECTED[kind]
            return Slip(path + way, f"{_shown(given)} is not {expected}", mend)
        case kind if kind in LIMITS:
            limit, words = LIMITS[kind]
            mend = f"Write {_within_limits(clause, str(way[-1]))}."
            return Slip(path + way, f"{_shown(given)} {words.format(f'{context[limit]:g}')}", mend)
    mend = "The page on the protocol in the manual says what can be written."
    return Slip(path + way, f"{_shown(given)} does not fit here", mend)


def _mend_missing(key: str, annotation: Any) -> str:
    options = list(options_in(annotation))
    if options:
        return f"Add it. {choose('', options)}"
    if any(clauses_in(annotation)):
        return (
            f"Add it, under the heading [[{key}]]."
            if get_origin(annotation) is tuple
            else f"Add it: {key} = {{ ... }}"
        )
    return f"Add it: {key} = [...]" if get_origin(annotation) is tuple else f'Add it: {key} = "..."'


def _does(annotation: Any) -> list[str]:
    return [option for choice in clauses_in(annotation) for option in options_in(keys_of(choice)["does"])]


def _within_limits(clause: type[Clause], key: str) -> str:
    """What a number must be, by the limits of its field: a number above 0 and below 1."""
    words = {"gt": "above {:g}", "ge": "of at least {:g}", "lt": "below {:g}", "le": "of at most {:g}"}
    field = next(field for name, field in clause.model_fields.items() if (field.alias or name) == key)
    inside = [limit for part in get_args(field.annotation) for limit in getattr(part, "__metadata__", ())]
    limits = [limit for one in (*field.metadata, *inside) for limit in getattr(one, "metadata", [one])]
    said = [
        text.format(getattr(one, name))
        for one in limits
        for name, text in words.items()
        if hasattr(one, name)
    ]
    return f"a number {' and '.join(said)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return f'"{value}"' if isinstance(value, str) else str(value)
