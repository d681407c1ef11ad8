"""Questions: what only a person can answer from the chart, as a sheet to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from caseseries.cohort.answers import COLUMNS, STUDY


@dataclass(frozen=True, slots=True)
class Asked:
    """One open question about one patient: the finding or variable, the rows to look at, and why it is asked."""

    patient: int
    question: str
    evidence: tuple[str, ...]
    why: str


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
