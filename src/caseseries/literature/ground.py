"""The ground of a run: its cases, of them the first episodes, and the published cohorts beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from caseseries.analysis.plan import analyse_first, analysed
from caseseries.analysis.results import Results
from caseseries.cases.screening import Screening
from caseseries.cases.series import CaseSeries
from caseseries.evidence.pace import Tell
from caseseries.literature.cohorts import Published
from caseseries.literature.papers import Papers
from caseseries.literature.pool import pool
from caseseries.literature.present import present_cohort, with_present


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run rests on, read once.

    `further` counts the rows of further episodes; `present` is these cases as a cohort, None where no cohort
    is published or nobody's fate is known.
    """

    papers: Papers
    cases: CaseSeries
    first: CaseSeries
    further: int
    published: tuple[Published, ...]
    present: Published | None

    @property
    def beside(self) -> tuple[Published, ...]:
        """The published cohorts, and these cases as one of them; none where none are published."""
        return with_present(self.published, self.present)

    def results(self, tell: Tell, screening: Screening | None) -> Results:
        """Every promised analysis, and beside them what the published cohorts say where there are any."""
        protocol = self.papers.protocol
        results = analyse_first(protocol, self.first, self.further, tell, screening)
        source = self.papers.cohorts_source(self.published)
        if source is None or not self.published:
            return results
        tell("pooling published cohorts")
        pooled = pool(self.published, self.present, protocol.conventions.level)
        return replace(results, published=(pooled,), sources=(*results.sources, source))


def ground_of(cases: CaseSeries, papers: Papers) -> Ground:
    """The cases with what is printed beside them. Raises Problems where that cannot be read."""
    published = papers.cohorts()
    first, further = analysed(papers.protocol, cases)
    present = present_cohort(first, papers.protocol, published) if published else None
    return Ground(papers, cases, first, further, published, present)
