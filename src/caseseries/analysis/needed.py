"""Needed: the columns, and the days of moments, without which an analysis cannot be done."""

from __future__ import annotations

from caseseries.analysis.regression import time_of
from caseseries.protocol.clauses.analysis import (
    Analysis,
    Compare,
    Entries,
    Incidence,
    Regress,
    Relabel,
    Summarise,
    Survival,
)
from caseseries.protocol.protocol import Protocol


def columns_needed(clause: Analysis, protocol: Protocol) -> list[str]:
    """The columns without which the analysis cannot be done. A list shows those that there are."""
    group: str | None = getattr(clause, "by", None)
    by = [group] if group else []
    match clause:
        case Summarise():
            return [*clause.variables, *by]
        case Compare():
            return [clause.outcome, *by]
        case Entries():
            return [clause.of, *by]
        case Relabel():
            return [clause.variable]
        case Regress():
            kind = [clause.kind] if clause.kind else []
            return [clause.outcome, *clause.on, *time_of(clause, protocol), *kind]
        case Survival() | Incidence():
            parts = [protocol.follow_up_variable(part) for part in ("alive", "time")]
            further = getattr(clause, "strata", None), getattr(clause, "of", None)
            named = (variable.name for variable in parts if variable is not None)
            return [*named, *by, *(name for name in further if name)]
        case _:
            return by


def moments_needed(clause: Analysis, protocol: Protocol) -> tuple[str, ...]:
    """Where time is counted or watched from another moment than the follow-up's own, that and its own."""
    own = protocol.follow_up.counted_from if protocol.follow_up else ""
    named = getattr(clause, "counted_from", None), getattr(clause, "entered", None)
    others = [moment for moment in named if moment and moment != own]
    return tuple(dict.fromkeys((own, *others))) if others else ()
