"""Follow-up: the clock that survival is counted on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from caseseries.protocol.clauses.clause import Clause, Name
from caseseries.protocol.clauses.span import SpanText


class FollowUp(Clause):
    """From which moment, until which, towards which event, in which unit, and read off at which horizons."""

    counted_from: Name
    event: Literal["death"] = "death"
    until: Name
    unit: Literal["days", "months", "years"] = "months"
    horizons: tuple[SpanText, ...] = Field(default=(), strict=False)
