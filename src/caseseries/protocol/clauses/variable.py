"""A variable: one column of the case series, of a stated kind."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from caseseries.evidence.problem import did_you_mean
from caseseries.protocol.clauses.clause import Clause, Name, Text, slip, slug
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

TAKEN: frozenset[str] = frozenset({"all", "any", "several", "missing"})
"""What ids of results say beside levels, so that no level may be called so."""

LEVELLED: frozenset[str] = frozenset({"category", "categories", "regimens"})
"""The kinds whose cells are words of a list."""


class Started(Clause):
    """The window in which a course of treatment began."""

    after: Text | None = None
    until: Text | None = None


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
    started: Started | None = None
    overlapping: Text | None = None
    next_after: Text | None = None
    counted_from: Name | None = None
    after: Text | None = None
    until: Text | None = None

    @model_validator(mode="after")
    def _courses_are_chosen_once(self) -> Self:
        ways = ("started", "overlapping", "next_after")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) > 1:
            raise slip(f"the courses are chosen by {' and by '.join(given)}", "Leave one of them.")
        return self


class Variable(Clause):
    """One column. `take = "review"`: a person answers it; "print": it stands only in a published table."""

    name: Name
    kind: Kind
    label: Text | None = None
    unit: Text | None = None
    levels: tuple[Text, ...] = Field(default=(), strict=False)
    alone: Text | None = None
    certainty: tuple[Text, ...] = Field(default=(), strict=False)
    yes: Text | None = None
    no: Text | None = None
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
            raise slip(
                f'a variable of kind "{self.kind}" needs its levels',
                'List at least two: levels = ["F", "M"].',
            )
        if self.levels and self.kind not in LEVELLED:
            mend = 'Leave the levels out, or write kind = "category" (one of them) or "categories" (several).'
            raise slip(f'a variable of kind "{self.kind}" has no levels', mend)
        ids = [slug(level) for level in self.levels]
        for level in self.levels:
            if slug(level) in TAKEN:
                mend = "It stands for a count of its own in the results; say the level in other words."
                raise slip(f'the level "{level}" cannot be told from a word of the results', mend)
            if not slug(level):
                raise slip(f'the level "{level}" has neither a letter nor a digit', "Say it in words.")
            if ids.count(slug(level)) > 1:
                mend = "Capitals, spaces and signs do not tell levels apart; say each in its own words."
                raise slip(f'the level "{level}" is listed twice', mend)
        return self

    @model_validator(mode="after")
    def _alone_and_certainty_fit(self) -> Self:
        if self.alone is not None and self.kind != "categories":
            mend = f'Leave alone = "{self.alone}" out.'
            raise slip(
                f'only a variable of kind "categories" has a level that stands alone, not "{self.kind}"', mend
            )
        if self.alone is not None and self.alone not in self.levels:
            raise slip(
                f'alone = "{self.alone}" is not one of its levels', did_you_mean(self.alone, self.levels)
            )
        if self.certainty and self.kind not in {"category", "categories"}:
            mend = "Leave the certainty out."
            raise slip(f'only a "category" or "categories" has grades of certainty, not "{self.kind}"', mend)
        if len({slug(grade) for grade in self.certainty}) < len(self.certainty):
            raise slip("a grade of certainty is listed twice", "List each grade once.")
        return self

    @model_validator(mode="after")
    def _answers_fit(self) -> Self:
        check_answers(self)
        return self

    @model_validator(mode="after")
    def _range_fits(self) -> Self:
        if (self.above is not None or self.below is not None) and self.kind not in MEASURED:
            raise slip(f'a variable of kind "{self.kind}" has no range', "Leave above and below out.")
        if self.above is not None and self.below is not None and self.above >= self.below:
            found = f"no value is above {self.above:g} and below {self.below:g}"
            raise slip(found, "Write the lower limit as above, the upper as below.")
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
            raise slip(
                "a day of the grid lies before day 1", "The first day is day 1; write days = [1, 5, 10]."
            )
        if list(self.days) != sorted(set(self.days)):
            raise slip(
                "the days of the grid do not rise", "Write them in order, each once: days = [1, 5, 10]."
            )
        return self


class GreatestFall(Clause):
    """The greatest fall of a serial after a day, as a share of that day.

    Never fell is 0 in ranks and "none" in listings.
    """

    greatest_fall: Name
    as_share_of: DayText


class Has(Clause):
    """Whether a categories variable holds a level."""

    has: Text
    in_: Name = Field(alias="in")


class FirstOf(Clause):
    """Of the levels that a patient has in a categories variable the one that stands first in an order."""

    first_of: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    in_: Name = Field(alias="in")

    @model_validator(mode="after")
    def _each_is_listed_once(self) -> Self:
        for place, level in enumerate(self.first_of):
            if level in self.first_of[:place]:
                raise slip(f'the level "{level}" is listed twice', "List each level once.")
        return self


GIVES = {"greatest_fall": "share", "has": "yes/no", "first_of": "category"}
"""The kind of a derived variable, by the key of its recipe."""


class Derived(Clause):
    """A variable computed from others, the same way for every patient."""

    name: Name
    kind: Literal["share", "yes/no", "category"]
    label: Text | None = None
    yes: Text | None = None
    no: Text | None = None
    take: GreatestFall | Has | FirstOf

    @property
    def title(self) -> str:
        """The label, or the name in words."""
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def levels(self) -> tuple[str, ...]:
        """The words that a cell can hold: those of the order that makes a category."""
        return self.take.first_of if isinstance(self.take, FirstOf) else ()

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        key = next(key for key in GIVES if hasattr(self.take, key))
        kind = GIVES[key]
        if self.kind != kind:
            raise slip(f'"{key}" gives a {kind}, not a {self.kind}', f'Write kind = "{kind}".')
        check_answers(self)
        return self


def check_answers(column: Variable | Derived) -> None:
    """Refuse words for the groups of a yes/no (`yes = "Alive"`, `no = "Dead"`) that do not fit it."""
    if (column.yes is None) != (column.no is None):
        given, lacking = ("yes", "no") if column.yes else ("no", "yes")
        raise slip(
            f'there is a word for "{given}" and none for "{lacking}"',
            'Write both, or neither: yes = "Alive", no = "Dead".',
        )
    if column.yes is not None and column.kind != "yes/no":
        raise slip(f'only a "yes/no" has words for yes and no, not "{column.kind}"', "Leave yes and no out.")
    if column.yes is not None and column.yes == column.no:
        raise slip(f'both groups are called "{column.yes}"', "Give each its own words.")
