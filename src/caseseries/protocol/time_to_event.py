"""Time to an event: what survival and incidence need of the follow-up, its variables and its moments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from caseseries.evidence.page import Path, Slip
from caseseries.evidence.problem import did_you_mean
from caseseries.protocol.clauses.analysis import Incidence, Regress, Survival
from caseseries.protocol.comparisons import how_many_groups
from caseseries.protocol.names import Names

KIND = "kinds of event that compete are the levels of a category"


def survival_slips(names: Names, path: Path, analysis: Survival) -> Iterator[Slip]:
    """What is not right with the groups, the strata, the clock or the test of survival curves."""
    yield from _followed(names, path, analysis)
    if analysis.strata is not None:
        need = "strata are made by a yes/no or a category"
        yield from names.column(
            (*path, "strata"), analysis.strata, ["yes/no", "category"], need, analysis.by or ""
        )
    for key in ("strata", "weights", "test"):
        if getattr(analysis, key) is not None and analysis.by is None:
            yield Slip(
                (*path, key), "curves are tested between groups, and there are none", 'Add by = "...".'
            )
            return
    if analysis.strata is not None and analysis.strata == analysis.by:
        mend = "Write another variable, or leave strata out."
        yield Slip((*path, "strata"), "the groups themselves cannot be the strata", mend)
    lacking = {"log-rank, stratified": "strata", "log-rank, weighted": "weights"}.get(analysis.test or "")
    if lacking and getattr(analysis, lacking) is None:
        example = 'strata = "..."' if lacking == "strata" else "weights = { rho = 0, gamma = 1 }"
        yield Slip((*path, "test"), f"the test needs {lacking}, and there are none", f"Add {example}.")
    if analysis.test == "log-rank, exact":
        if analysis.entered is not None:
            mend = 'Write test = "log-rank", or leave entered out.'
            yield Slip((*path, "test"), "the exact test is of patients watched from the start", mend)
        groups = how_many_groups(names, analysis.by or "")
        if groups > 2:
            found = f'the exact log-rank test is of two groups, and "{analysis.by}" makes {groups}'
            yield Slip((*path, "test"), found, 'Write test = "log-rank".')


def incidence_slips(names: Names, path: Path, analysis: Incidence) -> Iterator[Slip]:
    """What is not right with the groups, the clock or the kinds of event of an incidence."""
    yield from _followed(names, path, analysis)
    yield from names.column((*path, "of"), analysis.of, ["category"], KIND)


def _followed(names: Names, path: Path, analysis: Survival | Incidence) -> Iterator[Slip]:
    """What an analysis of time needs: groups, a follow-up, its two variables, days to move its start."""
    yield from names.groups(path, analysis.by)
    follow_up = names.protocol.follow_up
    if follow_up is None and "follow_up" not in names.unread:
        mend = "Add the heading [follow_up], with counted_from, until and unit."
        yield Slip(path, "survival needs a follow-up, and none is written", mend)
    yield from _part(names, path, "alive", "yes/no", "who is alive at the end of follow-up")
    yield from _part(names, path, "time", "time", "how long each patient was followed")
    yield from clock_slips(names, path, analysis)


def clock_slips(names: Names, path: Path, analysis: Survival | Incidence | Regress) -> Iterator[Slip]:
    """That the moments of another clock are there, and their days in the sheet."""
    follow_up = names.protocol.follow_up
    yield from names.moment((*path, "counted_from"), analysis.counted_from)
    if follow_up is not None and analysis.counted_from not in {None, follow_up.counted_from}:
        for name in (analysis.counted_from, follow_up.counted_from):
            yield from _has_day(names, (*path, "counted_from"), name or "", "to move the start of the clock")
    entered = None if isinstance(analysis, Incidence) else analysis.entered
    yield from names.moment((*path, "entered"), entered)
    if entered is not None:
        yield from _has_day(names, (*path, "entered"), entered, "to know from when on each was watched")


def _has_day(names: Names, path: Path, name: str, purpose: str) -> Iterator[Slip]:
    """That a sheet holds the day of a moment."""
    moment = names.protocol.moments.get(name)
    if moment is not None and moment.sheet is None:
        found = f'{purpose}, the day of "{name}" must be in the sheet'
        mend = f'Add sheet = "..." to the moment "{name}", the name of a variable of kind "day".'
        yield Slip(path, found, mend)


def _part(names: Names, path: Path, part: Literal["alive", "time"], kind: str, says: str) -> Iterator[Slip]:
    """That no variable takes a part from the follow-up, with those that could."""
    if names.taking(part) or part in names.unread:
        return
    recipe = f'take = {{ follow_up = "{part}" }}'
    could = names.without_recipe(kind)
    mend = f'Add a variable of kind = "{kind}" with {recipe}.'
    if len(could) == 1:
        mend = f'Write {recipe} under the variable "{could[0]}".'
    elif could:
        mend = f"Write {recipe} under the variable that says so. {did_you_mean(part, could)}"
    yield Slip(path, f"survival needs a variable that says {says}", mend)
