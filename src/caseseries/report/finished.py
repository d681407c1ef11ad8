"""A finished run: everything that a report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caseseries.analysis.patient_courses import MANY_PATIENTS
from caseseries.analysis.results import Result, Results
from caseseries.cases.consistency.question import Question
from caseseries.cases.screening import Screening
from caseseries.cases.series import CaseSeries, Source
from caseseries.literature.cohorts import Published
from caseseries.literature.verdicts import Verdict
from caseseries.protocol.protocol import Protocol
from caseseries.report.page import Section
from caseseries.report.rows import MANY_ROWS, Behind, behind, rows_section


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run: the promise, the cases, what came of them, and what they leave open.

    `screening` is how a hospital's patients were found; a sheet has none. `cohorts` are the published ones,
    and these cases as one of them.
    """

    protocol: Protocol
    cases: CaseSeries
    results: Results
    verdicts: Sequence[Sequence[Verdict]] = ()
    questions: Sequence[Question] = ()
    printed: Source | None = None
    screening: Screening | None = None
    cohorts: Sequence[Published] = ()

    @property
    def done(self) -> tuple[Result, ...]:
        """The analyses that could be done."""
        return tuple(result for result in self.results if not result.why_not)

    @property
    def names_patients(self) -> bool:
        """Whether there are few enough patients to name each."""
        return self.cases.n <= MANY_PATIENTS

    @property
    def behind(self) -> Behind:
        """Where the rows of the records stand that a cell rests on; nowhere, where a sheet was typed."""
        return behind(self.screening.rows) if self.screening and self.names_patients else Behind()

    @property
    def rows(self) -> Section:
        """The rows of the records behind the cells; empty where there are none, or too many patients."""
        is_shown = self.screening is not None and self.names_patients
        return rows_section(self.screening.rows) if self.screening and is_shown else Section("", "")

    @property
    def rows_stand_apart(self) -> bool:
        """Whether the rows are so many that they have a page of their own."""
        return self.screening is not None and self.screening.rows.height > MANY_ROWS
