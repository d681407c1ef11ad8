"""The names of a protocol: what there is to refer to, and what is said where a name leads to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from caseseries.evidence.page import Path, Slip
from caseseries.evidence.problem import did_you_mean, some_of
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.span import day_number
from caseseries.protocol.clauses.variable import Take
from caseseries.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Names:
    """What the clauses of a protocol are called; `unread` are words of those with slips, perhaps names."""

    protocol: Protocol
    unread: frozenset[str] = frozenset()

    def missing(self, path: Path, name: str, known: Iterable[str], what: str) -> Iterator[Slip]:
        """That a name is none of those known, where it is not."""
        names = list(known)
        if name not in names and name not in self.unread:
            yield Slip(path, f'there is no {what} "{name}"', did_you_mean(name, names))

    def column(
        self, path: Path, name: str, kinds: Iterable[str] = (), need: str = "", besides: str = ""
    ) -> Iterator[Slip]:
        """That no variable is so called, or that it is of none of the kinds that are needed.

        `besides` names the variable that this one stands beside, and which it can therefore not be.
        """
        column = self.protocol.column(name)
        others = [one for one in self.protocol.columns if one.name != besides]
        if column is None and name in self._serials():
            mend = 'A serial is shown by an analysis that does = "trajectory" or "landmark".'
            yield Slip(path, f'"{name}" is a serial, and a variable is needed here', mend)
        elif column is None:
            yield from self.missing(path, name, (one.name for one in others), "variable")
        elif kinds and column.kind not in kinds:
            fitting = [one.name for one in others if one.kind in kinds]
            mend = f"These would do: {some_of(fitting)}." if fitting else "There is none that would do."
            yield Slip(path, f'{need}, and "{name}" is of kind "{column.kind}"', mend)

    def listed(
        self, path: Path, listed: Sequence[str], kinds: Sequence[str] = (), need: str = ""
    ) -> Iterator[Slip]:
        """As of any `column`, of each variable of a list; and that one stands in it twice."""
        for place, name in enumerate(listed):
            yield from self.column((*path, place), name, kinds, need)
            if name in listed[:place]:
                yield Slip((*path, place), f'"{name}" is listed twice', "List each variable once.")

    def groups(self, path: Path, by: str | None) -> Iterator[Slip]:
        """That the variable which is to make the groups of an analysis cannot."""
        if by is not None:
            need = "groups are made by a yes/no or a category"
            yield from self.column((*path, "by"), by, ["yes/no", "category"], need)

    def serial(self, path: Path, name: str) -> Iterator[Slip]:
        """That no serial is so called."""
        yield from self.missing(path, name, self._serials(), "serial")

    def on_the_grid(self, path: Path, serial: str, day: str) -> Iterator[Slip]:
        """That a day is not on the grid of a serial; a serial without a grid has every day."""
        days = next((one.days for one in self.protocol.serials if one.name == serial), ())
        if days and day_number(day) not in days:
            mend = f"Its days are: {some_of([str(one) for one in days])}."
            yield Slip(path, f'"{day}" is not on the grid of the serial "{serial}"', mend)

    def moment(self, path: Path, text: str | None) -> Iterator[Slip]:
        """That no moment is so called; "last_dose + 7 days" is so long after one."""
        if text is None:
            return
        name, sign, length = text.partition(" + ") if " + " in text else text.partition(" - ")
        yield from self.missing(path, name.strip(), self.protocol.moments, "moment")
        try:
            read_span(length if sign else "1 day")
        except ValueError:
            found = f'"{length.strip()}" is not a length of time'
            yield Slip(path, found, 'Write it as in "last_dose + 7 days".')

    def criteria(self, path: Path, name: str | None) -> Iterator[Slip]:
        """That criteria are not among those which the protocol lists."""
        if name is not None and name not in self.protocol.criteria and "criteria" not in self.unread:
            yield from self.missing(path, name, self.protocol.criteria, 'entry in the list "criteria" called')

    def taking(self, part: Literal["alive", "time"]) -> list[int]:
        """The numbers of the variables that take a part from the follow-up."""
        takes = ((number, variable.take) for number, variable in enumerate(self.protocol.variables))
        return [number for number, take in takes if isinstance(take, Take) and take.follow_up == part]

    def without_recipe(self, kind: str) -> list[str]:
        """The variables of that kind whose `take` is no recipe yet."""
        variables = self.protocol.variables
        return [one.name for one in variables if one.kind == kind and not isinstance(one.take, Take)]

    def _serials(self) -> list[str]:
        return [serial.name for serial in self.protocol.serials]


def twins(named: Iterable[tuple[Path, str]]) -> Iterator[Slip]:
    """That two clauses have names which differ by nothing but capitals, spaces and underscores."""
    first: dict[str, str] = {}
    for path, name in named:
        if not slug(name):
            yield Slip(
                (*path, "name"), f'"{name}" has neither a letter nor a digit', "Give it a name in words."
            )
        elif slug(name) in first:
            twin = first[slug(name)]
            found = f'the name "{name}" is taken' + ("" if twin == name else f' by "{twin}"')
            mend = (
                "Give one of the two another name; capitals, spaces and underscores do not tell names apart."
            )
            yield Slip((*path, "name"), found, mend)
        first.setdefault(slug(name), name)
