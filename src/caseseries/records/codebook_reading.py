"""Reading a codebook: from a TOML file to the frozen value, with every slip told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import get_args

from caseseries.evidence.catalogue import Entry as Known
from caseseries.evidence.catalogue import entries as catalogue
from caseseries.evidence.catalogue import entry as known_as
from caseseries.evidence.page import Page, Slip, digest, read_page
from caseseries.evidence.problem import Problem, Problems, did_you_mean
from caseseries.evidence.table import Table
from caseseries.evidence.unit_names import unit_name
from caseseries.evidence.units import read_quantity
from caseseries.evidence.values import plain_text
from caseseries.records import codebook as book
from caseseries.records.code_reading import codes, meanings
from caseseries.records.codebook import Codebook, Entry, Product, Silence, finding_key, finding_name

EMPTY = Slip((), "it says nothing of any finding", 'Begin with name = "...", [hospital] and a first finding.')
HOSPITAL = "hospital"
ABOUT = ("name", "title", "note")
READS: tuple[book.Reads, ...] = get_args(book.Reads)
TABLES: tuple[book.Table, ...] = get_args(book.Table)
LASTS: tuple[book.Lasts, ...] = get_args(book.Lasts)
MEANS: tuple[book.Means, ...] = get_args(book.Means)
NUMBERS = ("number", "limit")
FINDING = (
    *("reads", "tables", "codes", "descendants", "source_values", "includes", "every_row_of"),
    *("units", "plausible", "silent", "lasts", "answered_by", "or_from", "known_from", "note"),
)
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
        entry = _entry(table, key, known_from)
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
        died_words=_names(site, "died_words"),
        hospice=codes(site, "hospice"),
        hospice_words=_names(site, "hospice_words"),
        digest=digest(page.content),
    )


# ---- One finding ----


def _entry(table: Table, written: str, known_from: str) -> Entry:
    table.knows(*FINDING)
    known = known_as(written)
    reads = _reads(table, known)
    default: tuple[book.Table, ...] = ("measurement",) if reads in NUMBERS else ()
    tables = table.some("tables", TABLES) or default
    entry = Entry(
        finding=finding_name(written),
        reads=reads,
        tables=tables,
        codes=codes(table, "codes", descendants=table.flag("descendants")),
        source_values=_names(table, "source_values"),
        every_row_of=table.some("every_row_of", TABLES),
        silent=_silent(table),
        lasts=table.one("lasts", LASTS) or "stay",
        answered_by_review=table.one("answered_by", ("review",)) == "review",
        or_from=_or_from(table),
        known_from=table.text("known_from") or (known_from if "measurement" in tables else ""),
        note=table.text("note"),
    )
    _says_where_to_look(table, entry)
    if reads == "number":
        return _number(table, entry, known)
    for key in ("units", "plausible", "or_from"):
        if key in table.content:
            table.slip(key, f'"{entry.finding}" is read as {reads}, not as a number', "Remove it here.")
    return entry


def _reads(table: Table, known: Known | None) -> book.Reads:
    is_number = known is not None and bool(known.unit)
    if is_number and "reads" not in table.content:
        return "number"
    reads = table.one("reads", READS, required=True)
    if known is not None and is_number and reads not in (None, "number"):
        table.slip("reads", f'"{known.name}" is a number', 'Write reads = "number", or leave it out.')
    return reads or ("number" if is_number else "presence")


def _says_where_to_look(table: Table, entry: Entry) -> None:
    looks = entry.codes or entry.source_values or "includes" in table.content
    if not (looks or entry.every_row_of or entry.or_from or entry.answered_by_review):
        mend = 'Add codes = [{ concept = ... }], source_values = ["..."], or answered_by = "review".'
        table.slip(None, "it says nowhere where to look for it", mend)
    if looks and not entry.tables:
        table.slip(
            None, "it does not say in which tables to look", f"Add tables = [...]: {', '.join(TABLES)}."
        )
    fit = {"number": ("measurement", "observation"), "limit": ("measurement",)}.get(entry.reads, TABLES)
    for name in entry.tables:
        if name not in fit:
            found = (
                f'rows of "{name}" have no number' if entry.reads == "number" else f'"{name}" has no limits'
            )
            table.slip("tables", found, f"Write one of: {', '.join(fit)}.")


def _number(table: Table, entry: Entry, known: Known | None) -> Entry:
    """The entry with its units and the range in which it is plausible: the catalogue's, or its own."""
    if known is None or not known.unit:
        names = [one.name for one in catalogue() if one.unit]
        found = f'"{entry.finding}" is no number of the catalogue, so that its units are not known'
        table.slip(None, found, did_you_mean(entry.finding, names))
        return entry
    units = _units(table, known) if "units" in table.content else known.units
    own = known.plausible
    plausible = _plausible(table, known) if "plausible" in table.content else own
    return replace(entry, unit=known.unit, units=units, plausible=plausible)


def _units(table: Table, known: Known) -> tuple[str, ...]:
    units = []
    for written in table.words("units"):
        unit = unit_name(written)
        if unit not in known.units:
            table.slip(
                "units", f'"{written}" is not a unit of {known.name}', did_you_mean(written, known.units)
            )
        else:
            units.append(unit)
    return tuple(dict.fromkeys(units))


def _plausible(table: Table, known: Known) -> tuple[float, float] | None:
    """The least and the most in the finding's own unit; None, with a slip, where they are no such two."""
    mend = f'Write the least and the most that a patient can have: ["1 {known.unit}", "100 {known.unit}"]'
    ends = []
    for written in table.words("plausible"):
        try:
            quantity = read_quantity(written)
        except ValueError:
            table.slip("plausible", f'"{written}" is not a finite number with a unit', mend)
            return None
        end = known.convert(quantity.value, unit_name(quantity.unit) or "", known.unit)
        if end is None:
            found = f'"{quantity.unit}" is not a unit of {known.name}'
            table.slip("plausible", found, did_you_mean(quantity.unit, known.units))
            return None
        ends.append(end)
    if len(ends) != 2 or not ends[0] < ends[1]:
        table.slip("plausible", "these are not two numbers of which the second is higher", mend)
        return None
    return ends[0], ends[1]


def _silent(table: Table) -> Silence:
    value = table.content.get("silent", "unknown")
    if not isinstance(value, dict):
        return Silence(table.one("silent", MEANS) or "unknown")
    inner = table.table("silent")
    inner.knows("means", "since")
    since = inner.content.get("since")
    if since is not None and (not isinstance(since, date) or isinstance(since, datetime)):
        inner.slip("since", "this is not a day", "Write it without quotes, year first: 2012-03-01")
        since = None
    return Silence(inner.one("means", MEANS, required=True) or "unknown", since)


def _or_from(table: Table) -> Product | None:
    if "or_from" not in table.content:
        return None
    inner = table.table("or_from")
    inner.knows("product")
    of = inner.words("product") if inner.content else ()
    if len(of) != 2:
        table.slip(
            "or_from", "this is not of two findings", 'Write { product = ["leukocytes", "neutrophil share"] }'
        )
        return None
    return Product((finding_name(of[0]), finding_name(of[1])))


def _names(table: Table, key: str) -> tuple[str, ...]:
    """The hospital's own names, in small letters."""
    words = table.words(key) if key in table.content else ()
    return tuple(dict.fromkeys(" ".join(plain_text(word).casefold().split()) for word in words))


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
