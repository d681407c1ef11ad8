"""The hand-filled sheet: a CSV file in which somebody typed one row a patient, read against the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from caseseries.cases import cells as read
from caseseries.cases.dictionary import column_of
from caseseries.cases.events import read_events
from caseseries.cases.grid import Grid, read_grid
from caseseries.cases.header import NOTES, Header, read_header
from caseseries.cases.keys import Key, read_keys, repeated
from caseseries.cases.levels import read_categories, read_category, read_ticks
from caseseries.cases.long_tables import KEY, MOMENTS, ORIGINS, SERIALS, SPELLS, UNREAD, frame
from caseseries.cases.parts import DAYS, part_of
from caseseries.cases.serial_sheet import read_serial, serial_file
from caseseries.cases.series import CaseSeries, Column, Footnote, Source
from caseseries.cases.shape import check
from caseseries.cases.spells import (
    Given,
    Row,
    footnotes_on_drugs,
    read_regimen_column,
    read_regimens_column,
)
from caseseries.cases.times import read_times
from caseseries.cases.typed import PRINTABLE, is_second_print, typed_cells
from caseseries.evidence.finding import column_letters
from caseseries.evidence.problem import Problem, Problems
from caseseries.protocol.clauses.variable import MEASURED, Variable
from caseseries.protocol.protocol import Protocol

READERS: dict[str, Callable[[Variable, Sequence[str]], read.Read]] = {
    "number": read.read_numbers,
    "count": read.read_counts,
    "points": read.read_counts,
    "share": read.read_shares,
    "day": read.read_days,
    "yes/no": read.read_answers,
    "category": read_category,
    "categories": read_categories,
    "event": read_events,
    "text": read.read_text,
}
NOTES_VARIABLE = Variable(name=NOTES, kind="text", label="Notes")


@dataclass(frozen=True, slots=True)
class Part:
    """What one variable of the sheet has become."""

    columns: dict[str, pl.Series]
    dictionary: tuple[Column, ...]
    origins: dict[str, pl.Series]
    problems: tuple[Problem, ...] = ()
    spells: tuple[Row, ...] = ()
    unread: tuple[Row, ...] = ()
    footnotes: tuple[Footnote, ...] = ()


def read_sheet(path: Path, protocol: Protocol) -> CaseSeries:
    """The cases typed into the file at `path`, and the serials in files beside it, named for their findings.

    The columns are the protocol's variables, by name or by label, in any order; `patient` is the key, with
    `episode` beside it where somebody has more than one. A categories variable stands in one column
    (`bacterial infection; viral infection (presumed)`) or in one yes/no column a level; the days on a
    regimen stand in NAME.days. `notes` is kept as text; columns that nobody promised are not read.
    Raises Problems, with every slip of every file at once.
    """
    grid = read_grid(path)
    header = read_header(grid, protocol)
    keys, slips = read_keys(grid, header.patient, header.episode)
    parts = list(_parts(grid, header, protocol, keys))
    # Without a patient every line of a serial would be told as a slip.
    read_now = protocol.serials if keys else ()
    serials = [read_serial(path.with_name(serial_file(one)), one, set(keys)) for one in read_now]
    problems = [
        *header.problems,
        *slips,
        *repeated(grid, keys, header.patient),
        *(problem for part in parts for problem in part.problems),
        *_open_ends(grid, header, protocol, parts),
        *(problem for serial in serials for problem in serial.problems),
    ]
    if not keys:
        found, mend = "there is a header, and no patient below it", "Fill in one row a patient."
        problems.append(Problem(grid.file, found, mend))
    if problems:
        raise Problems(dict.fromkeys(problems))
    key = {
        "patient": pl.Series("patient", [patient for patient, _ in keys], dtype=pl.String),
        "episode": pl.Series("episode", [episode for _, episode in keys], dtype=pl.Int64),
    }
    sources = [Source(grid.file, "sheet", grid.digest, len(grid.rows), header.left)]
    sources += [_without_prints(serial.source, protocol) for serial in serials if serial.source]
    table = pl.DataFrame(key | {name: one for part in parts for name, one in part.columns.items()})
    origins = pl.DataFrame(key | {name: one for part in parts for name, one in part.origins.items()})
    cases = CaseSeries(
        table=table,
        dictionary=tuple(column for part in parts for column in part.dictionary),
        origins=origins,
        serials=pl.concat([frame((), SERIALS), *(serial.values for serial in serials)]),
        spells=frame((row for part in parts for row in part.spells), SPELLS),
        moments=_moments(protocol, table, origins),
        unread=frame((row for part in parts for row in part.unread), UNREAD),
        sources=tuple(dict.fromkeys(sources)),
        footnotes=tuple(footnote for part in parts for footnote in part.footnotes),
        typed=pl.concat([_typed(grid, header, protocol, keys), *(serial.typed for serial in serials)]),
    )
    return check(cases, protocol)


def _parts(grid: Grid, header: Header, protocol: Protocol, keys: Sequence[Key]) -> Iterator[Part]:
    """Every variable that the sheet holds, in the protocol's order, and the notes."""
    for variable in (*protocol.variables, NOTES_VARIABLE):
        place = header.places.get(variable.name)
        if place is not None and variable.kind == "regimen":
            yield _regimen_part(variable, grid, header, keys)
        elif place is not None and variable.kind == "regimens":
            yield _given_part(read_regimens_column(variable, grid, place, keys), grid, {variable.name: place})
        elif place is not None:
            yield _cells_part(variable, grid, place, protocol)
        elif variable.name in header.ticks:
            yield _ticks_part(variable, grid, header.ticks[variable.name])


def _without_prints(source: Source, protocol: Protocol) -> Source:
    """The source with those columns left that are no second print of a variable."""
    variables = protocol.variables
    left = [name for name in source.left if not any(is_second_print(name, one) for one in variables)]
    return replace(source, left=tuple(left))


def _typed(grid: Grid, header: Header, protocol: Protocol, keys: Sequence[Key]) -> pl.DataFrame:
    """The cells of the variables that are one number or one answer each."""
    names = [one.name for one in protocol.variables if one.kind in PRINTABLE]
    places = {name: header.places[name] for name in names if name in header.places}
    cells = ((row, place, None, name) for name, place in places.items() for row in range(len(keys)))
    return typed_cells(grid, keys, cells)


def _cells_part(variable: Variable, grid: Grid, place: int, protocol: Protocol) -> Part:
    cells = grid.column(place)
    is_time = variable.kind == "time"
    done = read_times(variable, cells, protocol) if is_time else READERS[variable.kind](variable, cells)
    slips = done.slips
    if grid.delimiter == ";" and variable.kind in MEASURED:
        doubts = [(row, doubt) for row, text in enumerate(cells) if (doubt := read.in_doubt(text))]
        in_doubt = {row for row, _ in doubts}
        slips = tuple(slip for slip in slips if slip.row not in in_doubt)
        slips += tuple(read.Slip(row, doubt.found, doubt.mend) for row, doubt in doubts)
    return Part(
        columns=done.columns,
        dictionary=(column_of(variable),),
        origins={variable.name: _origins(grid, place)},
        problems=_told(grid, place, slips),
    )


def _ticks_part(variable: Variable, grid: Grid, ticks: Mapping[str, int]) -> Part:
    done, slips = read_ticks(variable, {level: grid.column(place) for level, place in ticks.items()})
    return Part(
        columns=done.columns,
        dictionary=(column_of(variable),),
        origins={variable.name: _joined([_origins(grid, place) for place in sorted(ticks.values())])},
        problems=tuple(one for level, place in ticks.items() for one in _told(grid, place, slips[level])),
    )


def _regimen_part(variable: Variable, grid: Grid, header: Header, keys: Sequence[Key]) -> Part:
    on_it = part_of(variable.name, DAYS)
    place, own = header.places[variable.name], header.places.get(on_it)
    if own is None:
        return _given_part(
            read_regimen_column(variable, grid, place, keys, None), grid, {variable.name: place}
        )
    days = read.read_days(Variable(name="days", kind="day"), grid.column(own), "a number of days, 1 or more")
    given = read_regimen_column(variable, grid, place, keys, days.columns["days"])
    places = {variable.name: place, on_it: own}
    return _given_part(given, grid, places, _told(grid, own, days.slips))


def _given_part(given: Given, grid: Grid, places: dict[str, int], problems: tuple[Problem, ...] = ()) -> Part:
    """A regimen's columns come from its own cell, but for those that have one of their own."""
    first = next(iter(places.values()))
    origins = {name: _origins(grid, place) for name, place in {"": first, **places}.items()}
    return Part(
        columns=given.columns,
        dictionary=given.dictionary,
        origins={one.name: origins.get(one.name, origins[""]) for one in given.dictionary},
        problems=problems,
        spells=given.spells,
        unread=given.unread,
        footnotes=footnotes_on_drugs(given.dictionary[0].name),
    )


def _moments(protocol: Protocol, table: pl.DataFrame, origins: pl.DataFrame) -> pl.DataFrame:
    """The moments whose days stand in a column of their own."""
    found = [
        table.select(*KEY, moment=pl.lit(name), day=moment.sheet, origin=origins[moment.sheet])
        for name, moment in protocol.moments.items()
        if moment.sheet in table.columns
    ]
    return pl.concat([frame((), MOMENTS), *found]).drop_nulls("day")


def _open_ends(grid: Grid, header: Header, protocol: Protocol, parts: Sequence[Part]) -> Iterator[Problem]:
    """How long somebody was followed says nothing without how it ended."""
    alive, time = (protocol.follow_up_variable(part) for part in ("alive", "time"))
    columns = {name: values for part in parts for name, values in part.columns.items()}
    if alive is None or time is None or not {alive.name, time.name} <= set(columns):
        return
    place = header.places[alive.name]
    told = {problem.where for part in parts for problem in part.problems}
    for row, (followed, outcome) in enumerate(zip(columns[time.name], columns[alive.name], strict=True)):
        if followed is not None and outcome is None and grid.where(row, place) not in told:
            found = f'{time.title.lower()} is filled in ({followed:g}) and "{alive.name}" is not'
            yield Problem(grid.where(row, place), found, "Write Yes or No: alive at the end of that time?")


def _origins(grid: Grid, place: int) -> pl.Series:
    """The places of a column's cells: patients.csv:C2, patients.csv:C3, ..."""
    numbers = pl.Series(grid.numbers, dtype=pl.Int64).cast(pl.String)
    return f"{grid.file}:{column_letters(place)}" + numbers


def _joined(origins: Sequence[pl.Series]) -> pl.Series:
    """The places of cells that rest on one cell of each column."""
    return pl.select(pl.concat_str(origins, separator=ORIGINS)).to_series()


def _told(grid: Grid, place: int, slips: Sequence[read.Slip]) -> tuple[Problem, ...]:
    return tuple(Problem(grid.where(slip.row, place), slip.found, slip.mend) for slip in slips)
