"""The document: a finished run as files, the page with its tables and figures beside it."""

from __future__ import annotations

import csv
import io

from caseseries.evidence.pace import Tell
from caseseries.report.finished import Finished
from caseseries.report.html import page_html, rows_html
from caseseries.report.page import Table, figures, plain, tables
from caseseries.report.sections import sections

ROWS_PAGE = "rows.html"
"""Where the rows of the records stand where they are too many for the report itself."""


def documents(run: Finished, tell: Tell) -> dict[str, str]:
    """Every file of the results folder but the manifest: its path and its text."""
    written, rows = sections(run, tell), run.rows
    blocks = [block for section in (*written, rows) for block in section.blocks]
    tell("writing the pages")
    apart = {ROWS_PAGE: rows_html(run.protocol, run.results, rows)} if run.rows_stand_apart else {}
    shown = (*written, rows) if rows.blocks and not apart else written
    return {
        "report.html": page_html(run.protocol, run.results, shown, rows_at=ROWS_PAGE if apart else ""),
        **apart,
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
