"""What only a hospital's records can answer: setting, stay, moments and eligibility, read for their shape.

A sheet already holds the confirmed patients; of these clauses it uses one key, a moment's `sheet` column.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from caseseries.protocol.clauses.clause import Clause, Name, Text, slip
from caseseries.protocol.clauses.span import SpanText, check_span


class Admitted(Clause):
    """The days of admission, both included. TOML's `from` is a word of Python, hence the alias."""

    first: Annotated[dt.date, Field(alias="from")]
    to: dt.date

    @model_validator(mode="after")
    def _days_rise(self) -> Self:
        if self.first > self.to:
            raise slip(
                "the first day of admission lies after the last",
                "Write from = the earlier day, to = the later.",
            )
        return self


class Setting(Clause):
    """Where and when patients were looked for."""

    visits: Text
    admitted: Admitted


def _stay_or_span(text: str) -> str:
    return text if text == "stay" else check_span(text)


class Stay(Clause):
    """Which stay of a patient is studied, and how long evidence counts as standing together."""

    transfers: SpanText = "1 day"
    choose: Text = "first meeting"
    criteria: Text
    together: Annotated[str, AfterValidator(_stay_or_span)] = "7 days"
    wider: dict[str, SpanText] = {}


class Moment(Clause):
    """A named day on a patient's calendar; `sheet` is the column of a hand-filled sheet that holds it.

    A first or last finding may be looked for `during` the stay, `after` another moment or `until` it: days of
    the moment itself count after it, and not until it.
    """

    start_of: Text | None = None
    end_of: Text | None = None
    day_met: Text | None = None
    first: Text | None = None
    last: Text | None = None
    last_of_course: Text | None = None
    during: Text | None = None
    after: Text | None = None
    until: Text | None = None
    sheet: Name | None = None

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        ways = (self.start_of, self.end_of, self.day_met, self.first, self.last, self.last_of_course)
        if sum(way is not None for way in ways) != 1:
            mend = "Write one of: start_of, end_of, day_met, first, last, last_of_course."
            raise slip("a moment is one day, found in one way", mend)
        return self


class Age(Clause):
    """Completed years at a moment: above or at least, below or at most."""

    above: SpanText | None = None
    at_least: SpanText | None = None
    below: SpanText | None = None
    at_most: SpanText | None = None
    at: Name


class Eligibility(Clause):
    """One step of the flow diagram: whom it keeps or drops, and the fate of the unknown."""

    name: Text | None = None
    keep: Text | None = None
    drop: Text | None = None
    criteria: Text | None = None
    age: Age | None = None
    any_of: tuple[Text, ...] = Field(default=(), strict=False)
    all_of: tuple[Text, ...] = Field(default=(), strict=False)
    complete: tuple[Name, ...] = Field(default=(), strict=False)
    reason: Text | None = None
    if_unknown: Literal["keep", "drop", "review"] | None = None
    review_within: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _keeps_or_drops(self) -> Self:
        if (self.keep is None) == (self.drop is None):
            raise slip(
                "a step either keeps or drops", 'Write keep = "..." or drop = "...", one of them, in words.'
            )
        return self
