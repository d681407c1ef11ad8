"""Unread: what of the regimens was kept as typed, each with its place and what of it was not understood."""

from __future__ import annotations

from caseseries.cases.series import CaseSeries
from caseseries.evidence.finding import place_in_words


def unread_lines(cases: CaseSeries) -> tuple[str, ...]:
    """A line an entry: patients.csv, row 6, column "anakinra": "100 mg biw", not understood: biw."""
    entries = cases.unread.select("origin", "variable", "text", "left").iter_rows()
    return tuple(
        f'{place_in_words(origin)}, column "{variable}": "{" ".join(text.split())}", not understood: {left}'
        for origin, variable, text, left in entries
    )
