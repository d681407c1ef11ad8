"""The page of a pool: published cohorts alone, without anything else that a study promised."""

from __future__ import annotations

from collections.abc import Sequence

from caseseries.analysis.results import Result, Results
from caseseries.cases.series import CaseSeries
from caseseries.literature.cohorts import Published
from caseseries.protocol.protocol import Protocol
from caseseries.report.document import table_csv
from caseseries.report.html import page_html
from caseseries.report.page import Section, figures, tables
from caseseries.report.pool_section import pooled


def pool_files(
    protocol: Protocol, cohorts: Sequence[Published], result: Result, cases: CaseSeries | None
) -> dict[str, str]:
    """Each file of the page by its path: the page, its figure and its tables."""
    results = Results(
        title=protocol.title,
        version=protocol.version,
        protocol=protocol.digest,
        conventions=protocol.conventions,
        sources=cases.sources if cases else (),
        patients=cases.patients if cases else (),
        results=(),
        published=(result,),
    )
    blocks = tuple(pooled(cohorts, results))
    section = Section("the_pool", "Beside published cohorts", blocks)
    return {
        "pool.html": page_html(protocol, results, (section,)),
        **{f"tables/{table.name}.csv": table_csv(table) for table in tables(blocks)},
        **{f"figures/{figure.name}.svg": figure.svg for figure in figures(blocks)},
    }
