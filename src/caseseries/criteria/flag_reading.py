"""Reading the flags of a definition: what may explain a finding otherwise, and within how many days."""

from __future__ import annotations

from collections.abc import Collection

from caseseries.criteria.definition import Flag
from caseseries.criteria.naming import check_names
from caseseries.evidence.catalogue import entries, entry
from caseseries.evidence.problem import did_you_mean
from caseseries.evidence.table import Table
from caseseries.evidence.units import read_span

FLAG = ("name", "on", "when", "source", "note", "recalled")
WHEN = ("finding", "within")
BEFORE = " before"
EXAMPLE = 'Write it as in within = "48 hours before", in whole days.'


def read_flags(table: Table, asked: Collection[str]) -> tuple[Flag, ...]:
    """The flags of a definition that asks for these findings."""
    flags: list[Flag] = []
    lines = table.tables("flag")
    for line in lines:
        line.knows(*FLAG)
        name = line.text("name", required=True)
        when = line.table("when")
        if "when" not in line.content:
            line.slip(None, 'the key "when" is missing', 'Add it: when = { finding = "...", within = "..." }')
        when.knows(*WHEN)
        flags.append(
            Flag(
                name=name,
                on=_on(line, asked),
                finding=_finding(when) if when.content else "",
                days_before=_days(when) if when.content else 0,
                source=line.text("source"),
                note=line.text("note"),
                recalled=line.flag("recalled"),
            )
        )
    check_names(zip(lines, (one.name for one in flags), strict=True), "flag")
    return tuple(flags)


def _on(line: Table, asked: Collection[str]) -> tuple[str, ...]:
    """The findings whose evidence is marked; the definition must ask for them."""
    if "on" not in line.content:
        line.slip(None, 'the key "on" is missing', 'Add the findings that it marks: on = ["..."]')
        return ()
    on = []
    for written in line.words("on"):
        known = entry(written)
        if known is None or known.name not in asked:
            line.slip("on", f'the definition does not ask for "{written}"', did_you_mean(written, asked))
        else:
            on.append(known.name)
    return tuple(dict.fromkeys(on))


def _finding(when: Table) -> str:
    written = when.text("finding", required=True)
    known = entry(written) if written else None
    if written and known is None:
        names = [one.name for one in entries()]
        when.slip("finding", f'"{written}" is not in the catalogue', did_you_mean(written, names))
    return known.name if known else ""


def _days(when: Table) -> int:
    """How many days before: whole days of the calendar, as the days of evidence are."""
    written = when.text("within", required=True)
    if not written:
        return 0
    try:
        span = read_span(written.removesuffix(BEFORE))
    except ValueError:
        when.slip("within", f'"{written}" is not a length of time before', EXAMPLE)
        return 0
    days = span.in_days()
    if not written.endswith(BEFORE) or span.unit in ("months", "years") or not days.is_integer():
        when.slip("within", f'"{written}" is not a number of days before', EXAMPLE)
        return 0
    return int(days)
