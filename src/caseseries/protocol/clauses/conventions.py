"""The conventions: what every number of a study is computed and printed by. The report prints them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from caseseries.protocol.clauses.clause import Clause
from caseseries.protocol.clauses.span import SpanText


class Conventions(Clause):
    """Each has the textbook (and R's) default, and stands in the report."""

    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    month: SpanText = "30.4375 days"
    quantile: Literal["type 7"] = "type 7"
    rounding: Literal["half up"] = "half up"
    seed: Annotated[int, Field(ge=0)] = 2022
