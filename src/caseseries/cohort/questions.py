"""Questions: what only a person can answer from the chart, as a sheet to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from caseseries.cohort.answers import COLUMNS, STUDY
from caseseries.criteria.definition import Definition, findings_of
from caseseries.protocol.clauses.variable import Take, Variable
from caseseries.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """One open question about one patient: the finding or variable, the rows to look at, and the reason."""

    patient: int
    question: str
    evidence: tuple[str, ...]
    why: str


def review_variables(protocol: Protocol) -> tuple[Variable, ...]:
    """The variables that a reviewer answers or confirms."""
    return tuple(
        one
        for one in protocol.variables
        if one.take == "review" or (isinstance(one.take, Take) and one.take.confirmed_by == "review")
    )


def questions_of(protocol: Protocol, definitions: Iterable[Definition]) -> tuple[str, ...]:
    """Everything that a reviewer can be asked: findings of the criteria and the steps, and variables."""
    asked = [finding for definition in definitions for finding in findings_of(definition)]
    asked += [finding for step in protocol.eligibility for finding in (*step.any_of, *step.all_of)]
    asked += [variable.name for variable in review_variables(protocol)]
    return tuple(dict.fromkeys(asked))


def as_sheet(asked: Iterable[Asked], study: str, digest: str) -> str:
    """The questions as CSV, with empty columns for the answers; `reason` says why each is asked.

    The last column names the study and its protocol's digest: answers for another one are refused.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, STUDY))
    for one in asked:
        writer.writerow(
            (
                one.patient,
                one.question,
                "; ".join(one.evidence),
                "",
                "",
                one.why,
                "",
                "",
                f"{study} {digest[:12]}",
            )
        )
    return out.getvalue()
