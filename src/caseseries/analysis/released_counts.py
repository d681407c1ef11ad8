"""Released counts: every count of patients that the results hold, and of whom each is."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

from caseseries.analysis.ids import of_step, of_steps
from caseseries.analysis.results import Number, Result
from caseseries.cases.screening import Screening
from caseseries.protocol.clauses.analysis import ATTRITION, CRITERIA

COUNTED = {"patients", "deaths", "episodes"}
"""The units of a number that counts people, or what befell them."""
FATES = ("in", "out", "open", "not-shown")
"""Where those go who come to a step of the flow."""
_OWN = {ATTRITION, CRITERIA}
Key = Hashable


@dataclass(frozen=True)
class Counted:
    """What these results count. `everybody` is the case series, `screening` how it was found."""

    results: tuple[Result, ...]
    everybody: tuple[str, ...]
    screening: Screening | None

    @cached_property
    def numbers(self) -> dict[str, Number]:
        """Every number by its id."""
        return {number.id: number for result in self.results for number in result.numbers}

    @cached_property
    def of(self) -> dict[str, Result]:
        """The analysis that each number is of, by the number's id."""
        return {number.id: result for result in self.results for number in result.numbers}

    def group_key(self, patients: tuple[str, ...]) -> Key:
        """A group is known by who is in it: whatever counts the same patients is one count."""
        return frozenset(patients)

    def key(self, number: Number) -> Key:
        """A count is known by whom it counts where they are named, else by its id."""
        named = len(number.patients) == number.estimate.value
        return self.group_key(number.patients) if named else number.id

    @cached_property
    def among(self) -> dict[str, Key]:
        """Of whom each count is: who came to a step, or the group that it is a part of."""
        found = {one.id: self.group_key(self._whole(one)) for one in self.numbers.values()}
        if self.screening is None:
            return found
        steps = self.screening.attrition.steps
        came = of_step("in-setting", "")
        for place, piece in enumerate(of_steps(step.name for step in steps)):
            found |= {of_step(piece, fate): self.key(self.numbers[came]) for fate in FATES}
            came = of_step(piece, "in")
            if place == self.screening.taken - 1:
                beside = (of_step("exposed-before-known", ""), of_step("further-episodes", ""))
                found |= {one: self.key(self.numbers[came]) for one in beside}
        whole, setting = (self.key(self.numbers[of_step(one, "")]) for one in ("patients", "in-setting"))
        found |= {of_step(one, ""): whole for one in ("patients", "in-setting", "outside")}
        return found | {of_step("open", ""): setting}

    def _whole(self, number: Number) -> tuple[str, ...]:
        """The patients of whom a number tells: of the share beside it, of its group, or of its analysis."""
        stem, _, own = number.id.rpartition(".")
        first = stem.partition(".")[0]
        group = stem.rpartition(".")[2]
        places: tuple[str, ...] = (
            f"{stem}.share",
            f"{stem.removesuffix('.alive')}.n",
            f"{first}.{group}.n",
            f"{first}.all.n",
            f"{first}.n",
        )
        if own == "n":
            places = (f"{first}.all.n", f"{first}.n")
        for place in places:
            if place in self.numbers and place != number.id:
                return self.numbers[place].patients
        return number.patients if own == "n" and first in _OWN else self.everybody

    @cached_property
    def groups(self) -> dict[frozenset[str], int]:
        """Every group that a number rests on or counts, and on how many numbers hiding it would tell."""
        found: dict[frozenset[str], int] = {}
        for number in self.numbers.values():
            if number.patients:
                group = frozenset(number.patients)
                found[group] = found.get(group, 0) + 1
        return found

    @cached_property
    def wholes(self) -> list[Key]:
        """What a reader needs first: how many are in the database, and how many in the case series."""
        whole = of_step("patients", "")
        found = [self.key(self.numbers[whole])] if whole in self.numbers else []
        return [*found, *([self.group_key(self.everybody)] if self.everybody else [])]
