"""The examination of a text: the ledger of its claims, and what would explain those that do not follow."""

from __future__ import annotations

from collections.abc import Sequence

from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.literature.differing import looks_of
from caseseries.literature.explain import explained
from caseseries.literature.ledger import Ledger
from caseseries.literature.one_cell import one_cells
from caseseries.literature.one_cell_in_words import with_one_cell
from caseseries.literature.verdicts import Verdict
from caseseries.protocol.protocol import Protocol


def examined(
    verdicts: Sequence[tuple[Verdict, ...]], results: Results, cases: CaseSeries, protocol: Protocol
) -> Ledger:
    """The ledger of these verdicts: with every look of a claim that nothing differs, and what would explain.

    `cases` are as they were read, further episodes and all.
    """
    claims = [first.claim for first, *_ in verdicts]
    looks = {claim.id: looks_of(claim, results, cases) for claim in claims if claim.any_differs}
    cells = one_cells(verdicts, results, cases, protocol)
    said = with_one_cell(explained(verdicts, results, cases, protocol), cells)
    return Ledger(said, looks, cells)
