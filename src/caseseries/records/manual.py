"""The manual's table of a codebook: every finding, where it is looked for, and what silence means."""

from __future__ import annotations

from collections import Counter

from caseseries.records.codebook import Codebook, Entry

SAID = {
    "number": "a number",
    "word": "its words",
    "presence": "that it is there",
    "limit": "the laboratory's own limit",
}


def codebook_table(codebook: Codebook) -> str:
    """Every finding of a codebook as the manual prints it, in Markdown."""
    lines = [
        "| finding | a row says | looked for in | by | nothing recorded means |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {entry.finding} | {SAID[entry.reads]} | {_where(entry)} | {_by(entry)} | {_silence(entry)} |"
        for entry in codebook.entries
    ]
    return "\n".join(lines) + "\n"


def _where(entry: Entry) -> str:
    whole = [f"every row of `{table}`" for table in entry.every_row_of]
    return ", ".join([f"`{table}`" for table in entry.tables] + whole) or "the chart, by a reviewer"


def _by(entry: Entry) -> str:
    counts = Counter(code.confidence for code in entry.codes)
    said = [f"{counts[one]} {one}" for one in ("verified", "recalled", "local") if counts[one]]
    if entry.or_from is not None:
        said.append(f"or {entry.or_from.of[0]} × {entry.or_from.of[1]}")
    return ", ".join(said + [f'"{name}"' for name in entry.source_values])


def _silence(entry: Entry) -> str:
    since = f" since {entry.silent.since}" if entry.silent.since else ""
    return f"{'not so' if entry.silent.means == 'absent' else 'nothing'}{since}"
