"""Reading a codebook: from a TOML file to the frozen value, with every slip told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from caseseries.evidence.page import Page, Slip, digest, read_page
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.table import Table
from caseseries.records.code_reading import codes, meanings
from caseseries.records.codebook import Codebook, Entry, finding_key
from caseseries.records.entry_reading import NUMBERS, names, read_entry

EMPTY = Slip((), "it says nothing of any finding", 'Begin with name = "...", [hospital] and a first finding.')
HOSPITAL = "hospital"
ABOUT = ("name", "title", "note")
SITE = (
    *("inpatient", "units", "operators", "routes", "died", "died_words", "hospice", "hospice_words"),
    "known_from",
)

Read = dict[str, tuple[Table, Entry]]
"""What was read so far, by the key of its finding: where it stands, and what it says."""


def read_codebook(path: Path | None = None) -> Codebook:
    """The codebook in `path`, or the one that ships. Raises Problems, naming every slip and its mend."""
    return _default() if path is None else _read(path)


@cache
def _default() -> Codebook:
    with as_file(files("caseseries.records").joinpath("codebook.toml")) as path:
        return _read(path)


def _read(path: Path) -> Codebook:
    page = read_page(path, EMPTY)
    slips: list[Slip] = []
    found = _codebook(page, slips)
    if slips:
        told = sorted(dict.fromkeys(slips), key=lambda slip: page.line(slip.path))
        raise Problems(Problem(page.where(slip.path), slip.found, slip.mend) for slip in told)
    return found


def _codebook(page: Page, slips: list[Slip]) -> Codebook:
    top = Table(page.content, (), slips)
    site = top.table(HOSPITAL)
    site.knows(*SITE)
    known_from = site.text("known_from")
    findings = {key: value for key, value in page.content.items() if key not in (*ABOUT, HOSPITAL)}
    read: Read = {}
    for key, content in findings.items():
        if not isinstance(content, dict):
            top.slip(key, "this is not known here", f'A finding is a table: ["{key}"]')
            continue
        table = Table(content, (key,), slips)
        entry = read_entry(table, key, known_from)
        if finding_key(key) in read:
            found = f'it is another name of "{read[finding_key(key)][1].finding}", which stands above'
            table.slip(None, found, "Write all of it under one heading.")
        read.setdefault(finding_key(key), (table, entry))
    _each_rests_on_others_that_are_there(read)
    entries = tuple(_with_included(entry, table, read) for table, entry in read.values())
    _a_number_has_one_finding(entries, {entry.finding: table for table, entry in read.values()})
    return Codebook(
        name=top.text("name", required=True),
        entries=entries,
        inpatient=codes(site, "inpatient", required=True),
        units=meanings(site, "units", "unit"),
        operators=meanings(site, "operators", "operator"),
        routes=meanings(site, "routes", "route"),
        died=codes(site, "died"),
        died_words=names(site, "died_words"),
        hospice=codes(site, "hospice"),
        hospice_words=names(site, "hospice_words"),
        digest=digest(page.content),
    )


# ---- What holds between findings ----


def _each_rests_on_others_that_are_there(read: Read) -> None:
    for table, entry in read.values():
        for part, is_share in zip(entry.or_from.of if entry.or_from else (), (False, True), strict=False):
            there = read.get(finding_key(part))
            if there is None:
                table.slip("or_from", f'"{part}" has no table here', did_you_mean(part, _names_of(read)))
            elif there[1].reads != "number":
                table.slip("or_from", f'"{part}" is no number', "Work it out of two numbers.")
            elif is_share and there[1].unit != "%":
                found = f'"{part}" is no share in percent'
                table.slip("or_from", found, "Write the count first, then the share.")


def _with_included(entry: Entry, table: Table, read: Read) -> Entry:
    """The entry with the codes, names and tables of those that it includes."""
    included = []
    for name in table.words("includes") if "includes" in table.content else ():
        there = read.get(finding_key(name))
        if there is None or there[1] is entry:
            table.slip("includes", f'"{name}" is no other finding here', did_you_mean(name, _names_of(read)))
        else:
            included.append(there[1])
    of = (entry, *included)
    return replace(
        entry,
        tables=tuple(dict.fromkeys(table for one in of for table in one.tables)),
        codes=tuple(dict.fromkeys(code for one in of for code in one.codes)),
        source_values=tuple(dict.fromkeys(value for one in of for value in one.source_values)),
        descendants=any(one.descendants for one in of),
    )


def _names_of(read: Read) -> list[str]:
    return [entry.finding for _, entry in read.values()]


def _a_number_has_one_finding(entries: tuple[Entry, ...], tables: dict[str, Table]) -> None:
    """One number cannot be two findings: which test it is held against would be chance."""
    first: dict[int | str, str] = {}
    for entry in entries:
        for said in _said_by(entry) if entry.reads in NUMBERS else ():
            owner = first.setdefault(said, entry.finding)
            if owner != entry.finding:
                key = "codes" if isinstance(said, int) else "source_values"
                found = f'{said} stands under "{owner}" too, and a number is of one finding'
                tables[entry.finding].slip(key, found, "Leave it where it belongs.")


def _said_by(entry: Entry) -> Iterator[int | str]:
    yield from (code.concept for code in entry.codes)
    yield from entry.source_values
