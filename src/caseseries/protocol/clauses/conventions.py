"""The conventions: what every number of a study is computed and printed by. The report prints them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.clause import Clause, slip
from caseseries.protocol.clauses.span import SpanText


class Conventions(Clause):
    """Each has the textbook (and R's) default, and stands in the report."""

    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    month: SpanText = "30.4375 days"
    quantile: Literal["type 7"] = "type 7"
    rounding: Literal["half up"] = "half up"
    seed: Annotated[int, Field(ge=0)] = 2022

    @model_validator(mode="after")
    def _month_is_a_month(self) -> Self:
        month = read_span(self.month)
        if month.unit != "days" or not 28 <= month.value <= 31:
            raise slip(
                f'month = "{self.month}" is not the length of a month',
                'Write it in days: month = "30.4375 days".',
            )
        return self
