"""Cells: what stands in the case series, patient by patient, as an expression asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from caseseries.cases.parts import GRADE, HIGH, OPERATOR, parted
from caseseries.cases.series import CaseSeries
from caseseries.evidence.problem import did_you_mean

Kind = Literal["number", "truth", "word", "words"]
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("number", "count", "points", "day", "time", "share"), "number"),
    **dict.fromkeys(("yes/no", "event"), "truth"),
    **dict.fromkeys(("category", "text", "regimen"), "word"),
    **dict.fromkeys(("categories", "regimens"), "words"),
}
ASKED = {
    "number": "median({0}), or {0} > 3 as a condition",
    "truth": "{0} as a condition",
    "word": '{0} == "..." as a condition',
    "words": 'has({0}, "...") as a condition',
}


class Slip(Exception):
    """What is wrong with an expression, and what mends it."""

    def __init__(self, found: str, mend: str) -> None:
        self.found, self.mend = found, mend
        super().__init__(found)


class Unanswered(Exception):
    """Why an expression has no value in these cases."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a case series by row and column. A name that is not there raises Slip."""

    cases: CaseSeries

    @property
    def patients(self) -> tuple[str, ...]:
        """The keys of the rows."""
        return self.cases.patients

    def those(self, chosen: Iterable[bool]) -> tuple[str, ...]:
        """The patients for whom it is so."""
        return tuple(one for one, is_so in zip(self.patients, chosen, strict=True) if is_so)

    def row(self, patient: str) -> int:
        """The row of a patient."""
        if patient not in self.patients:
            raise Slip(f'no patient is called "{patient}"', did_you_mean(patient, self.patients))
        return self.patients.index(patient)

    def kind(self, name: str) -> Kind:
        """What a column holds: numbers, yes or no, a word, or several."""
        owner, part = parted(name)
        if part == GRADE and self.cases.part(owner, part) is not None:
            return "number"
        if not self.cases.has(name):
            columns = [column.name for column in self.cases.dictionary]
            raise Slip(f'no column is called "{name}"', did_you_mean(name, columns))
        return KINDS[self.cases.column(name).kind]

    def numbers(self, name: str) -> list[Fraction | None]:
        """The numbers of a column, exact; None where the cell is empty."""
        self._expect(name, "number")
        values = self.cases.table[name].to_list()
        signs = self.cases.part(name, OPERATOR)
        highs = self.cases.part(name, HIGH)
        if signs is not None and signs.drop_nulls().len():
            raise Unanswered(f'some values of "{name}" are bounds, such as >500')
        if highs is not None and highs.to_list() != values:
            raise Unanswered(f'some values of "{name}" are ranges')
        return [None if value is None else Fraction(repr(value)) for value in values]

    def number(self, row: int, name: str) -> Fraction:
        """The number in a cell."""
        value = self.numbers(name)[row]
        if value is None:
            raise Unanswered(f'patient {self.patients[row]} has no value of "{name}"')
        return value

    def truths(self, name: str) -> list[bool | None]:
        """The yes or no of every patient."""
        self._expect(name, "truth")
        return list(self.cases.table[name].to_list())

    def truth(self, row: int, name: str) -> bool:
        """The yes or no in a cell."""
        truth = self.truths(name)[row]
        if truth is None:
            raise Unanswered(f'patient {self.patients[row]} has no value of "{name}"')
        return truth

    def words(self, name: str, word: str) -> list[str | None]:
        """The word of every patient; the `word` that is looked for must be one of the column's levels."""
        self._expect(name, "word")
        self._level(name, word)
        return list(self.cases.table[name].to_list())

    def having(self, name: str, level: str) -> list[bool | None]:
        """Whether a patient has the level among several."""
        self._expect(name, "words")
        self._level(name, level)
        return [None if one is None else level in one for one in self.cases.table[name].to_list()]

    def day(self, row: int, serial: str, day: int) -> Fraction:
        """The value of a serial on a day."""
        table, patient = self.cases.serials, self.patients[row]
        names = table["name"].unique().sort().to_list()
        if serial not in names:
            raise Slip(f'no serial is called "{serial}"', did_you_mean(serial, names))
        key = dict(zip(("patient", "episode"), self.cases.table.row(row)[:2], strict=True))
        for one in table.iter_rows(named=True):
            if {**key, "name": serial, "day": day}.items() <= one.items() and one["value"] is not None:
                if one["operator"]:
                    raise Unanswered(f"the value of patient {patient} on day {day} is a bound")
                return Fraction(repr(one["value"]))
        raise Unanswered(f'patient {patient} has no value of "{serial}" on day {day}')

    def _expect(self, name: str, kind: Kind) -> None:
        if (found := self.kind(name)) != kind:
            what = {"number": "numbers", "truth": "yes or no", "word": "a word", "words": "several words"}
            raise Slip(f'"{name}" holds {what[found]}', f"Ask for {ASKED[found].format(name)}.")

    def _level(self, name: str, level: str) -> None:
        levels = self.cases.column(name).levels
        if levels and level not in levels:
            raise Slip(f'"{name}" has no level "{level}"', did_you_mean(level, levels))
