"""A variable: one column of the case series, of a stated kind."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from caseseries.protocol.clauses.clause import Clause, Name, Text
from caseseries.protocol.clauses.span import DayText, SpanText

Kind = Literal[
    "number",
    "count",
    "points",
    "share",
    "day",
    "time",
    "yes/no",
    "category",
    "categories",
    "regimen",
    "regimens",
    "event",
    "text",
]

MEASURED: frozenset[str] = frozenset({"number", "count", "points", "share", "day", "time"})
"""The kinds whose cells are one number each: they are summarised by a median and ranked in tests."""


class Take(Clause):
    """The recipe by which a hospital's records give a variable; a hand-filled sheet needs none."""

    person: Text | None = None
    finding: Text | None = None
    tally: Text | None = None
    points: Text | None = None
    course: Text | None = None
    courses: Text | None = None
    day_of: Name | None = None
    follow_up: Literal["alive", "time"] | None = None
    proposed_by: Text | None = None
    confirmed_by: Text | None = None
    at: Name | None = None
    within: SpanText | None = None
    choose: Literal["nearest", "first", "last", "highest", "lowest"] | None = None
    started: dict[str, Any] | None = None
    overlapping: Text | None = None
    counted_from: Name | None = None
    after: Text | None = None
    until: Text | None = None


class Variable(Clause):
    """One column: `take = "review"` is answered by a person, `take = "print"` stands only in a published table."""

    name: Name
    kind: Kind
    label: Text | None = None
    unit: Text | None = None
    levels: tuple[Text, ...] = Field(default=(), strict=False)
    alone: Text | None = None
    certainty: tuple[Text, ...] = Field(default=(), strict=False)
    grading: Text | None = None
    above: float | None = None
    below: float | None = None
    take: Literal["review", "print"] | Take | None = None

    @property
    def title(self) -> str:
        """The label, or the name in words."""
        return self.label or self.name.replace("_", " ").capitalize()

    @model_validator(mode="after")
    def _levels_fit(self) -> Self:
        if self.kind in {"category", "categories"} and len(self.levels) < 2:
            raise ValueError(f'a variable of kind "{self.kind}" needs its levels; list at least two')
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("a level is listed twice; list each once")
        if self.alone is not None and self.alone not in self.levels:
            raise ValueError(f'alone = "{self.alone}" is not one of its levels; write one of: {", ".join(self.levels)}')
        return self


class Serial(Clause):
    """A measurement followed over days. `days` is the grid on which it is shown; day 1 is `counted_from`."""

    name: Name
    finding: Text
    label: Text | None = None
    unit: Text | None = None
    counted_from: Name
    days: tuple[int, ...] = Field(default=(), strict=False)
    within: SpanText | None = None

    @property
    def title(self) -> str:
        """The label, or the name in words."""
        return self.label or self.name.replace("_", " ").capitalize()

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if any(day < 1 for day in self.days):
            raise ValueError("a day of the grid lies before day 1; the first day is day 1")
        if list(self.days) != sorted(set(self.days)):
            raise ValueError("the days of the grid must rise, each once")
        return self


class GreatestFall(Clause):
    """The greatest fall of a serial after day 1, as a share of day 1; never fell is 0 in ranks, "none" in listings."""

    greatest_fall: Name
    as_share_of: DayText


class Has(Clause):
    """Whether a categories variable holds a level."""

    has: Text
    in_: Name = Field(alias="in")


class Derived(Clause):
    """A variable computed from others, the same way for every patient."""

    name: Name
    kind: Literal["share", "yes/no"]
    label: Text | None = None
    take: GreatestFall | Has

    @property
    def title(self) -> str:
        """The label, or the name in words."""
        return self.label or self.name.replace("_", " ").capitalize()
