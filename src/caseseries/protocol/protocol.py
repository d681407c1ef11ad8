"""The protocol: everything that was promised, as one frozen value."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from caseseries.protocol.clauses.analysis import Analysis
from caseseries.protocol.clauses.clause import Clause, Name, Text
from caseseries.protocol.clauses.conventions import Conventions
from caseseries.protocol.clauses.follow_up import FollowUp
from caseseries.protocol.clauses.hospital import Eligibility, Moment, Setting, Stay
from caseseries.protocol.clauses.variable import Derived, Serial, Variable


class Protocol(Clause):
    """The clauses in the order of the file. `digest` is that of the promise: comments and blank lines do not count."""

    title: Text
    source: Text | None = None
    version: Text
    question: Text
    criteria: tuple[Text, ...] = Field(default=(), strict=False)
    setting: Setting | None = None
    conventions: Conventions = Conventions()
    stay: Stay | None = None
    moments: dict[Name, Moment] = {}
    eligibility: Annotated[tuple[Eligibility, ...], Field(strict=False)] = ()
    follow_up: FollowUp | None = None
    variables: Annotated[tuple[Variable, ...], Field(alias="variable", strict=False, min_length=1)]
    serials: Annotated[tuple[Serial, ...], Field(alias="serial", strict=False)] = ()
    derived: Annotated[tuple[Derived, ...], Field(strict=False)] = ()
    analyses: Annotated[tuple[Analysis, ...], Field(alias="analysis", strict=False)] = ()
    digest: str = ""

    def column(self, name: str) -> Variable | Derived | None:
        """The variable or derived variable of that name, if there is one."""
        return next((one for one in (*self.variables, *self.derived) if one.name == name), None)

    def follow_up_variable(self, part: str) -> Variable | None:
        """The variable that takes `part` ("alive" or "time") from the follow-up."""
        for variable in self.variables:
            if variable.take not in (None, "review", "print") and variable.take.follow_up == part:  # type: ignore[union-attr]
                return variable
        return None
