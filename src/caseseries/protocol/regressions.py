"""The regressions of a protocol: whether outcome, predictors, clock and competing event fit together."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.evidence.page import Path, Slip
from caseseries.evidence.problem import did_you_mean
from caseseries.protocol.clauses.analysis import Regress
from caseseries.protocol.clauses.variable import MEASURED, Derived, Variable
from caseseries.protocol.names import Names
from caseseries.protocol.time_to_event import KIND, clock_slips

REGRESSED = (*sorted(MEASURED), "yes/no", "category")
"""The kinds of a variable that an outcome can be regressed on."""


def regression_slips(names: Names, path: Path, analysis: Regress) -> Iterator[Slip]:
    """What is not right with the outcome, with what it is regressed on, or with its moments and events."""
    need = "a regression is of a yes and no, or of survival"
    yield from names.column((*path, "outcome"), analysis.outcome, ["yes/no"], need)
    need = "it is regressed on what is measured, on yes and no, or on a category"
    yield from names.listed((*path, "on"), analysis.on, REGRESSED, need)
    yield from _competing(names, path, analysis)
    yield from _regressed_from(names, path, analysis)


def _competing(names: Names, path: Path, analysis: Regress) -> Iterator[Slip]:
    """That kind and level of a competing event stand together, and that the regression is of survival."""
    if (analysis.kind is None) != (analysis.of is None):
        lacking, given = ("of", "kind") if analysis.of is None else ("kind", "of")
        mend = f'Write {lacking} = "..." beside it, or leave {given} out.'
        yield Slip((*path, given), "with competing events both kind and of are needed", mend)
        return
    if analysis.kind is None or analysis.of is None:
        return
    slips = list(names.column((*path, "kind"), analysis.kind, ["category"], KIND))
    column = names.protocol.column(analysis.kind)
    levels = column.levels if isinstance(column, Variable | Derived) else ()
    if levels and not slips and analysis.of not in levels:
        found = f'"{analysis.of}" is not a level of "{analysis.kind}"'
        slips = [Slip((*path, "of"), found, did_you_mean(analysis.of, levels))]
    yield from slips
    alive = names.protocol.follow_up_variable("alive")
    if alive is None or alive.name != analysis.outcome:
        found = "events compete over time, and this outcome has none"
        named = f": {alive.name}" if alive else ""
        mend = f"Write the variable that says who is alive as the outcome{named}."
        yield Slip((*path, "outcome"), found, mend)


def _regressed_from(names: Names, path: Path, analysis: Regress) -> Iterator[Slip]:
    """That moments are named for survival alone, and that the days of these are in the sheet."""
    alive = names.protocol.follow_up_variable("alive")
    is_survival = alive is not None and alive.name == analysis.outcome
    for key in ("counted_from", "entered"):
        moment = getattr(analysis, key)
        if moment is not None and not is_survival:
            found = "only survival is counted from a moment, and this outcome is another"
            yield Slip((*path, key), found, f"Leave {key} out.")
    if is_survival:
        yield from clock_slips(names, path, analysis)
    if analysis.entered is not None and analysis.kind is not None:
        mend = "Leave entered out, or kind and of."
        found = "the regression of competing events is of patients watched from the start"
        yield Slip((*path, "entered"), found, mend)
