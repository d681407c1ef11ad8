"""Patients, step by step (docs/screening.md, "Patients"): how far each came, and how many went where."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.referee.judging import StayVerdict
from tests.referee.stays import Stay
from tests.referee.steps import FATES, IN, OPEN

from caseseries.protocol.clauses.hospital import Eligibility


@dataclass(frozen=True)
class Patient:
    """One patient with a stay of the study. `furthest` is the last step that they came to, by number."""

    person: int
    stay_id: int
    furthest: int
    fate: str
    further_episodes: int

    def is_chosen(self, last: int) -> bool:
        """Whether they are in or open at the step of the criteria, of that number."""
        return self.furthest > last or (self.furthest == last and self.fate in (IN, OPEN))


@dataclass(frozen=True)
class Step:
    """One line of the attrition: how many came to it, and what became of them."""

    title: str
    came: int
    kept: int
    out: int
    open: int
    not_shown: int


class Ask(typing.Protocol):
    """Which fate a step gives a stay."""

    def __call__(self, step: Eligibility, stay: Stay) -> str: ...


def way_of(
    stays: Sequence[Stay],
    steps: Sequence[Eligibility],
    last: int,
    verdicts: Mapping[Stay, StayVerdict],
    ask: Ask,
) -> Patient:
    """The way of one patient: all stays up to the step of the criteria, then the studied one alone."""
    number, fates, here = 0, {}, list(stays)
    for number, step in enumerate(steps[: last + 1]):
        fates = {stay: ask(step, stay) for stay in here}
        if IN not in fates.values() or number == last:
            break
        here = came_to(here, [step], ask)
    studied = _studied(here, verdicts)
    became = next(one for one in FATES if one in fates.values())
    while became == IN and number + 1 < len(steps):
        number += 1
        became = ask(steps[number], studied)
    later = [one for one in here if one.start > studied.start and verdicts[one].truth == "met"]
    is_met = number >= last and verdicts[studied].truth == "met"
    return Patient(studied.person, studied.stay_id, number, became, len(later) if is_met else 0)


def came_to(stays: Sequence[Stay], steps: Sequence[Eligibility], ask: Ask) -> list[Stay]:
    """The stays of a patient that are left after these steps."""
    return [stay for stay in stays if all(ask(step, stay) == IN for step in steps)]


def _studied(stays: Sequence[Stay], verdicts: Mapping[Stay, StayVerdict]) -> Stay:
    """The first that meets the definition, else the first that is open, else the first of the rest."""
    for wanted in ("met", "open"):
        for stay in stays:
            if verdicts[stay].truth == wanted:
                return stay
    return stays[0]


def attrition(steps: Sequence[Eligibility], patients: Sequence[Patient]) -> list[Step]:
    """The line of each step."""
    lines = []
    for number, step in enumerate(steps):
        came = [one for one in patients if one.furthest >= number]
        stopped = Counter(one.fate for one in came if one.furthest == number)
        kept = sum(one.furthest > number or one.fate == IN for one in came)
        title = step.keep or step.drop or ""
        lines.append(
            Step(title, len(came), kept, stopped["out"], stopped["open"], stopped["could not be shown"])
        )
    return lines
