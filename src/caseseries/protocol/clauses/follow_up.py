"""Follow-up: the clock that survival is counted on."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from caseseries.protocol.clauses.clause import Clause, Name, slip, slug
from caseseries.protocol.clauses.span import SpanText


class FollowUp(Clause):
    """From which moment, until which, towards which event, in which unit, and read off at which horizons."""

    counted_from: Name
    event: Literal["death"] = "death"
    until: Name
    unit: Literal["days", "months", "years"] = "months"
    horizons: tuple[SpanText, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _horizons_differ(self) -> Self:
        if len({slug(horizon) for horizon in self.horizons}) < len(self.horizons):
            raise slip("a horizon is listed twice", "List each horizon once.")
        return self
