"""caseseries: from a written promise to the tables, figures and sentences of a case series.

>>> import caseseries as cs
>>> study = cs.open_study("naymagon-2022")
>>> cases = study.read_cases()
>>> results = study.analyse(cases)
>>> results["overall-survival.deaths"].value
11
>>> cs.criteria("hlh-2004").assess(ferritin="12,000 ng/mL", platelets="45 K/uL").bounds
Bounds(low=1, high=8)
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False  # `typing` has it too, and takes longer to load than all that stands here
if TYPE_CHECKING:
    from typing import Any

    from caseseries.analysis.results import Result, Results
    from caseseries.cases.series import CaseSeries
    from caseseries.criteria.bedside import criteria
    from caseseries.evidence.problem import Problem, Problems
    from caseseries.protocol.protocol import Protocol
    from caseseries.records.omop import Records, open_records
    from caseseries.stats.estimate import Estimate
    from caseseries.stats.survival import kaplan_meier as survival
    from caseseries.study import Study, open_study

__version__ = "0.1.0"

_HOMES = {
    "CaseSeries": "caseseries.cases.series:CaseSeries",
    "Estimate": "caseseries.stats.estimate:Estimate",
    "Problem": "caseseries.evidence.problem:Problem",
    "Problems": "caseseries.evidence.problem:Problems",
    "Protocol": "caseseries.protocol.protocol:Protocol",
    "Records": "caseseries.records.omop:Records",
    "Result": "caseseries.analysis.results:Result",
    "Results": "caseseries.analysis.results:Results",
    "Study": "caseseries.study:Study",
    "criteria": "caseseries.criteria.bedside:criteria",
    "open_records": "caseseries.records.omop:open_records",
    "open_study": "caseseries.study:open_study",
    "survival": "caseseries.stats.survival:kaplan_meier",
}

__all__ = [
    "CaseSeries",
    "Estimate",
    "Problem",
    "Problems",
    "Protocol",
    "Records",
    "Result",
    "Results",
    "Study",
    "criteria",
    "open_records",
    "open_study",
    "survival",
]


def __getattr__(name: str) -> Any:
    """Fetch a public name when it is first asked for, so that `caseseries --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'caseseries' has no attribute {name!r}")
    from importlib import import_module

    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


class _Face(ModuleType):
    """`criteria` is a verb here and a room below: the room, once imported, must not hide the verb."""

    @property
    def criteria(self) -> Any:
        return __getattr__("criteria")

    @criteria.setter
    def criteria(self, room: ModuleType) -> None:
        """The import of the room wants to set its name here; it stays in `sys.modules` alone."""


sys.modules[__name__].__class__ = _Face
