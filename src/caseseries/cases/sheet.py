"""The hand-filled sheet: a CSV file in which somebody typed one row a patient, read against the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from caseseries.cases.cells import Read, Slip, categories_read, read_cells
from caseseries.cases.grid import Grid, read_grid
from caseseries.cases.serial_sheet import SerialSheet, read_serial, serial_file
from caseseries.cases.series import SERIALS, SPELLS, UNREAD, CaseSeries, Column, Source, frame
from caseseries.cases.spells import Given, Key, read_regimen_column, read_regimens_column
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.values import is_missing, read_yes_no
from caseseries.protocol.clauses.variable import Variable
from caseseries.protocol.protocol import Protocol

NOTES = "notes"


def read_sheet(path: Path, protocol: Protocol) -> CaseSeries:
    """The cases typed into the file at `path`, and the serials in files beside it, named for their findings.

    The columns are the protocol's variables, by name or by label, in any order; `patient` is the key, with
    `episode` beside it where somebody has more than one. A categories variable stands in one column
    (`bacterial infection; viral infection (presumed)`) or in one yes/no column a level; the days on a
    regimen stand in NAME.days. `notes` is kept as text; columns that nobody promised are not read.
    Raises Problems, with every slip of every file at once.
    """
    grid = read_grid(path)
    sheet = _Sheet(grid, protocol)
    sheet.read_variables()
    serials = [read_serial(path.with_name(serial_file(one)), one, set(sheet.keys)) for one in protocol.serials]
    problems = [*sheet.problems, *(problem for serial in serials for problem in serial.problems)]
    if problems:
        raise Problems(dict.fromkeys(problems))
    return sheet.cases(serials)


@dataclass(slots=True)
class _Sheet:
    """A sheet being read: one slip does not stop the reading, so that all are told at once."""

    grid: Grid
    protocol: Protocol
    places: dict[str, int] = field(init=False)
    keys: list[Key] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    columns: dict[str, pl.Series] = field(default_factory=dict)
    origins: dict[str, pl.Series] = field(default_factory=dict)
    dictionary: list[Column] = field(default_factory=list)
    spells: list[tuple[object, ...]] = field(default_factory=list)
    unread: list[tuple[object, ...]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.places = {_plain(name): index for index, name in enumerate(self.grid.header)}

    def read_variables(self) -> None:
        self._read_keys()
        for variable in self.protocol.variables:
            place = self._place(variable.name, variable.title)
            if place is not None and variable.kind == "regimen":
                self._keep_given(read_regimen_column(variable, self.grid, place, self.keys, self._days(variable)), place)
            elif place is not None and variable.kind == "regimens":
                self._keep_given(read_regimens_column(variable, self.grid, place, self.keys), place)
            elif place is not None:
                self._keep(variable, read_cells(variable, self.grid.column(place)), place)
            elif levels := self._level_places(variable):
                self._keep(variable, self._from_levels(variable, levels), min(levels.values()))
            elif variable.take != "print":
                self.problems.append(self._missing(variable))
        self._read_notes()
        self._check_follow_up()

    def cases(self, serials: Sequence[SerialSheet]) -> CaseSeries:
        left = tuple(name for index, name in enumerate(self.grid.header) if index not in self.used)
        sources = [Source(self.grid.file, self.grid.digest, len(self.grid.rows), left)]
        sources += [serial.source for serial in serials if serial.source]
        key = {
            "patient": pl.Series("patient", [patient for patient, _ in self.keys], dtype=pl.String),
            "episode": pl.Series("episode", [episode for _, episode in self.keys], dtype=pl.Int64),
        }
        return CaseSeries(
            table=pl.DataFrame(key | self.columns),
            dictionary=tuple(self.dictionary),
            origins=pl.DataFrame(key | self.origins),
            serials=pl.concat([frame((), SERIALS), *(serial.values for serial in serials)]),
            spells=frame(self.spells, SPELLS),
            unread=frame(self.unread, UNREAD),
            sources=tuple(dict.fromkeys(sources)),
        )

    def _read_keys(self) -> None:
        place = self._place("patient")
        if place is None:
            mend = f'Name the column that tells patients apart "patient". {did_you_mean("patient", self.grid.header)}'
            raise Problems([Problem(f"{self.grid.file}, header", 'the column "patient" is missing', mend)])
        episodes = self._place("episode")
        rows: dict[Key, int] = {}
        for row, patient in enumerate(self.grid.column(place)):
            text = self.grid.rows[row][episodes].strip() if episodes is not None else "1"
            if not patient:
                self._tell(Slip(row, "the patient has no name", "Give the patient a number or a letter."), place)
            if not text.isdecimal() or int(text) < 1:
                slip = Slip(row, f'"{text}" is not the number of an episode', "Write 1 for the first, 2 for the next.")
                self._tell(slip, episodes or place)
                text = "1"
            key = (patient, int(text))
            if patient and key in rows:
                found = f'patient "{patient}" stands here and in row {self.grid.numbers[rows[key]]}'
                mend = 'Keep one row, or add a column "episode" that numbers the episodes of a patient.'
                self._tell(Slip(row, found, mend), place)
            rows.setdefault(key, row)
            self.keys.append(key)
        if not self.keys:
            found, mend = "there is a header, and no patient below it", "Fill in one row a patient."
            raise Problems([Problem(self.grid.file, found, mend)])

    def _place(self, *names: str) -> int | None:
        """The column of one of these names; it is then in use."""
        for name in names:
            if _plain(name) in self.places:
                self.used.add(self.places[_plain(name)])
                return self.places[_plain(name)]
        return None

    def _keep(self, variable: Variable, read: Read, place: int) -> None:
        column = Column(
            variable.name,
            variable.title,
            variable.kind,
            _unit(variable),
            variable.levels,
            variable.certainty,
            variable.yes or "",
            variable.no or "",
        )
        self.dictionary.append(column)
        self.columns |= read.columns
        self.origins[variable.name] = self._origins(place)
        for slip in read.slips:
            self._tell(slip, place)

    def _keep_given(self, given: Given, place: int) -> None:
        self.dictionary += given.dictionary
        self.columns |= given.read.columns
        for column in given.dictionary:
            own = self.places.get(_plain(column.name), place)
            self.origins[column.name] = self._origins(own)
        self.spells += given.spells
        self.unread += given.unread

    def _origins(self, place: int) -> pl.Series:
        return pl.Series([self.grid.place(row, place) for row in range(len(self.grid.rows))], dtype=pl.String)

    def _tell(self, slip: Slip, place: int) -> None:
        self.problems.append(Problem(self.grid.where(slip.row, place), slip.found, slip.mend))

    def _days(self, variable: Variable) -> list[int | None] | None:
        """The column NAME.days: days on the drug, the first dose's day included, so at least one."""
        place = self._place(f"{variable.name}.days")
        if place is None:
            return None
        read = read_cells(Variable(name="days", kind="day"), self.grid.column(place))
        for slip in read.slips:
            found = slip.found.replace("a day of the hospital stay (the day of admission is day 1)", "a number of days")
            self._tell(Slip(slip.row, found, slip.mend), place)
        return [None if day is None else int(day) for day in read.columns["days"]]

    def _level_places(self, variable: Variable) -> dict[str, int]:
        """The yes/no columns of a categories variable, one a level: all of them, or none."""
        if variable.kind != "categories":
            return {}
        found = {
            level: self.places[name]
            for level in variable.levels
            for name in (_plain(level), _plain(f"{variable.name}: {level}"), _plain(f"{variable.name}.{level}"))
            if name in self.places
        }
        return found if len(found) == len(variable.levels) else {}

    def _from_levels(self, variable: Variable, levels: dict[str, int]) -> Read:
        self.used |= set(levels.values())
        surest = variable.certainty[0] if variable.certainty else ""
        pairs: list[tuple[list[str], list[str]] | None] = []
        for row in range(len(self.grid.rows)):
            named, unknown = [], 0
            for level, place in levels.items():
                text = self.grid.rows[row][place].strip()
                if is_missing(text):
                    unknown += 1
                    continue
                try:
                    named += [level] if read_yes_no(text) else []
                except ValueError as error:
                    found, _, mend = str(error).partition(". ")
                    self._tell(Slip(row, found, mend), place)
            pairs.append(None if unknown == len(levels) else (named, [surest] * len(named)))
        return categories_read(variable, pairs, ())

    def _missing(self, variable: Variable) -> Problem:
        unclaimed = [name for index, name in enumerate(self.grid.header) if index not in self.used]
        promised = {_plain(one.name) for one in self.protocol.variables}
        unclaimed = [name for name in unclaimed if _plain(name) not in promised and _plain(name) != NOTES]
        near = did_you_mean(variable.name, unclaimed)
        mend = f'Name a column "{variable.name}", or take the variable out of the protocol.'
        if near.startswith("Did you mean"):
            mend = f'{near.partition("? ")[0]}? Name that column "{variable.name}".'
        return Problem(f"{self.grid.file}, header", f'the column "{variable.name}" is missing', mend)

    def _read_notes(self) -> None:
        place = self._place(NOTES)
        if place is not None:
            self._keep(Variable(name=NOTES, kind="text", label="Notes"), read_cells(Variable(name=NOTES, kind="text"), self.grid.column(place)), place)

    def _check_follow_up(self) -> None:
        """How long somebody was followed says nothing without how it ended."""
        alive, time = (self.protocol.follow_up_variable(part) for part in ("alive", "time"))
        if alive is None or time is None or not {alive.name, time.name} <= set(self.columns):
            return
        place = self.places.get(_plain(alive.name), self.places.get(_plain(alive.title), 0))
        ends = zip(self.columns[time.name], self.columns[alive.name], strict=True)
        for row, (followed, outcome) in enumerate(ends):
            if followed is not None and outcome is None and not self._told(row, place):
                found = f'{time.title.lower()} is filled in ({followed:g}) and "{alive.name}" is not'
                self._tell(Slip(row, found, "Write Yes or No: alive at the end of that time?"), place)

    def _told(self, row: int, place: int) -> bool:
        return any(problem.where == self.grid.where(row, place) for problem in self.problems)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def _unit(variable: Variable) -> str:
    return "share" if variable.kind == "share" else variable.unit or ""
