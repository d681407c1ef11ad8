"""The protocol: everything that was promised, as one frozen value."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from caseseries.protocol.clauses.analysis import Analysis
from caseseries.protocol.clauses.clause import Clause, Name, Text
from caseseries.protocol.clauses.conventions import Conventions
from caseseries.protocol.clauses.follow_up import FollowUp
from caseseries.protocol.clauses.hospital import Eligibility, Moment, Setting, Stay
from caseseries.protocol.clauses.variable import Derived, Serial, Take, Variable


class Protocol(Clause):
    """The clauses in the order of the file. `digest` is that of the promise: comments do not count."""

    title: Text
    source: Text | None = None
    version: Text
    question: Text
    note: Text | None = None
    criteria: tuple[Text, ...] = Field(default=(), strict=False)
    setting: Setting | None = None
    conventions: Conventions = Conventions()
    stay: Stay | None = None
    moments: dict[Name, Moment] = {}
    eligibility: Annotated[tuple[Eligibility, ...], Field(strict=False)] = ()
    follow_up: FollowUp | None = None
    variables: Annotated[tuple[Variable, ...], Field(alias="variable", strict=False)]
    serials: Annotated[tuple[Serial, ...], Field(alias="serial", strict=False)] = ()
    derived: Annotated[tuple[Derived, ...], Field(strict=False)] = ()
    analyses: Annotated[tuple[Analysis, ...], Field(alias="analysis", strict=False)] = ()
    digest: Annotated[str, Field(exclude=True)] = ""

    @property
    def columns(self) -> tuple[Variable | Derived, ...]:
        """The columns of the case series: the variables, then what is derived from them."""
        return (*self.variables, *self.derived)

    def column(self, name: str) -> Variable | Derived | None:
        """The variable or derived variable of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """The levels of each column that has several in a cell, then of each that has one."""
        kinds = ("categories", "category")
        return tuple(one.levels for kind in kinds for one in self.columns if one.kind == kind)

    def serial(self, name: str) -> Serial:
        """The serial of that name. Raises KeyError."""
        for serial in self.serials:
            if serial.name == name:
                return serial
        raise KeyError(name)

    def regimen_from(self, moment: str) -> Variable | None:
        """The regimen whose first dose is the moment, if there is one."""
        begun = self.moments[moment].first if moment in self.moments else None
        for variable in self.variables if begun else ():
            course = variable.take.course if isinstance(variable.take, Take) else None
            if variable.kind == "regimen" and (course or variable.name) == begun:
                return variable
        return None

    def follow_up_variable(self, part: str) -> Variable | None:
        """The variable that takes `part` ("alive" or "time") from the follow-up."""
        takes = ((variable, variable.take) for variable in self.variables)
        return next((one for one, take in takes if isinstance(take, Take) and take.follow_up == part), None)
