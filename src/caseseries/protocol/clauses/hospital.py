"""What only a hospital's records can answer: setting, stay, moments and eligibility, read for their shape.

A sheet already holds the confirmed patients; of these clauses it uses one key, a moment's `sheet` column.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from caseseries.protocol.clauses.clause import Clause, Name, Text
from caseseries.protocol.clauses.span import SpanText


class Admitted(Clause):
    """The days of admission, both included. TOML's `from` is a word of Python, hence the alias."""

    first: Annotated[dt.date, Field(alias="from")]
    to: dt.date


class Setting(Clause):
    """Where and when patients were looked for."""

    visits: Text
    admitted: Admitted


class Stay(Clause):
    """Which stay of a patient is studied, and how long evidence counts as standing together."""

    transfers: SpanText = "1 day"
    choose: Text = "first meeting"
    criteria: Text
    together: Text = "7 days"
    wider: dict[str, SpanText] = {}


class Moment(Clause):
    """A named day on a patient's calendar; `sheet` is the column of a hand-filled sheet that holds it."""

    start_of: Text | None = None
    end_of: Text | None = None
    day_met: Text | None = None
    first: Text | None = None
    last: Text | None = None
    last_of_course: Text | None = None
    during: Text | None = None
    sheet: Name | None = None


class Eligibility(Clause):
    """One step of the flow diagram: whom it keeps or drops, and the fate of the unknown."""

    name: Text | None = None
    keep: Text | None = None
    drop: Text | None = None
    criteria: Text | None = None
    age: dict[str, Any] | None = None
    any_of: tuple[Text, ...] = Field(default=(), strict=False)
    all_of: tuple[Text, ...] = Field(default=(), strict=False)
    complete: tuple[Name, ...] = Field(default=(), strict=False)
    reason: Text | None = None
    if_unknown: Literal["keep", "drop", "review"] | None = None
    review_within: Annotated[int, Field(ge=0)] | None = None
