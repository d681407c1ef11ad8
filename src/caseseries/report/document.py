"""The document: a finished run as files, the page with its tables and figures beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from caseseries.report.html import page_html
from caseseries.report.page import Table, figures, plain, tables
from caseseries.report.sections import Finished, sections


def documents(run: Finished, tell: Callable[[str], None]) -> dict[str, str]:
    """Every file of the results folder but the manifest: its path and its text."""
    written = sections(run, tell)
    blocks = [block for section in written for block in section.blocks]
    return {
        "report.html": page_html(run.protocol, run.results, written),
        "results.json": run.results.to_json(),
        **{f"tables/{table.name}.csv": table_csv(table) for table in tables(blocks)},
        **{f"figures/{figure.name}.svg": figure.svg for figure in figures(blocks)},
    }


def table_csv(table: Table) -> str:
    """The table as CSV, its notes below; what a spreadsheet would take for a formula has an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_safe(name) for name in table.head])
    for row in table.rows:
        writer.writerow([_safe(plain(cell.line)) for cell in row.cells])
    for note in table.notes:
        writer.writerow([_safe(plain(note))])
    return out.getvalue()


def _safe(text: str) -> str:
    text = f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text
    return " ".join(text.splitlines())
