"""Printed and obtained, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from caseseries.analysis.results import Results
from caseseries.literature.claims import Verdict
from caseseries.report.page import Line, Ref, Row, Table, words


def claims_table(verdicts: Sequence[Sequence[Verdict]], results: Results) -> Table:
    """Printed and obtained, side by side, with the computed verdict."""
    rows = []
    for one in verdicts:
        claim = one[0].claim
        for position, verdict in enumerate(one):
            first = position == 0
            obtained: Line = ()
            if verdict.obtained:
                more = f" ({verdict.full})" if verdict.full != verdict.obtained else ""
                obtained = (Ref(results.number(verdict.result).id, verdict.obtained), more)
            said = verdict.said + (f": {verdict.how}" if verdict.how else "")
            rows.append(
                Row(
                    (
                        words(
                            claim.of if first else "the same, from the printed column",
                            head=first,
                            depth=0 if first else 1,
                        ),
                        words(claim.where if first else ""),
                        words(claim.printed, numeric=True),
                        words(*obtained, numeric=True),
                        words(said, mark=verdict.said.replace(" ", "-")),
                    )
                )
            )
    head = ("What is claimed", "Where it stands", "Printed", "Obtained", "Verdict")
    notes = (
        ("Verdicts are computed at the printed precision, halves up; the value in full stands in brackets.",),
    )
    return Table("printed_and_obtained", "The claims, one line each", head, tuple(rows), notes)
