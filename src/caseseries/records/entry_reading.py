"""Reading one finding of a codebook: what a row of it says, where to look, and what silence means."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import get_args

from caseseries.evidence.catalogue import Entry as Known
from caseseries.evidence.catalogue import entries as catalogue
from caseseries.evidence.catalogue import entry as known_as
from caseseries.evidence.problem import did_you_mean
from caseseries.evidence.table import Table
from caseseries.evidence.unit_names import unit_name
from caseseries.evidence.units import read_quantity
from caseseries.evidence.values import plain_text
from caseseries.records import codebook as book
from caseseries.records.code_reading import codes
from caseseries.records.codebook import Entry, Product, Silence, finding_name

READS: tuple[book.Reads, ...] = get_args(book.Reads)
TABLES: tuple[book.Table, ...] = get_args(book.Table)
LASTS: tuple[book.Lasts, ...] = get_args(book.Lasts)
MEANS: tuple[book.Means, ...] = get_args(book.Means)
NUMBERS = ("number", "limit")
FINDING = (
    *("reads", "tables", "codes", "descendants", "source_values", "includes", "every_row_of"),
    *("units", "plausible", "silent", "lasts", "answered_by", "or_from", "note"),
)


def read_entry(table: Table, written: str, known_from: str) -> Entry:
    """The entry of the finding that is called so; `known_from` is the hospital's column."""
    table.knows(*FINDING)
    known = known_as(written)
    reads = _reads(table, known)
    default: tuple[book.Table, ...] = ("measurement",) if reads in NUMBERS else ()
    tables = table.some("tables", TABLES) or default
    has_descendants = table.flag("descendants")
    entry = Entry(
        finding=finding_name(written),
        reads=reads,
        tables=tables,
        codes=codes(table, "codes", descendants=has_descendants),
        source_values=names(table, "source_values"),
        descendants=has_descendants,
        every_row_of=table.some("every_row_of", TABLES),
        silent=_silent(table),
        lasts=table.one("lasts", LASTS) or "stay",
        answered_by_review=table.one("answered_by", ("review",)) == "review",
        or_from=_or_from(table),
        known_from=known_from if "measurement" in tables else "",
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
    looks = entry.codes or entry.source_values
    rests = "includes" in table.content or entry.or_from
    if not (looks or rests or entry.every_row_of or entry.answered_by_review):
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
    _of_outcomes(table, entry)


def _of_outcomes(table: Table, entry: Entry) -> None:
    """Only deaths and contacts are told by whole tables, and only contacts by visits."""
    finding = entry.finding
    whole: tuple[book.Table, ...] = {book.DEATH: ("death",), book.CONTACT: TABLES}.get(finding, ())
    if whole and entry.reads != "presence":
        table.slip("reads", f'"{finding}" is told by rows that are there', 'Write reads = "presence".')
    for name in entry.every_row_of:
        if name not in whole:
            found = f'not every row of "{name}" says "{finding}"'
            table.slip("every_row_of", found, "Write codes or source_values, with tables.")
    for name in entry.tables:
        if name == "death":
            mend = f'Write every_row_of = ["death"] under ["{book.DEATH}"].'
            table.slip("tables", 'rows of "death" are told apart by no code', mend)
        if name == "visit_occurrence" and finding != book.CONTACT:
            mend = f'Visits tell of "{book.CONTACT}", and by died and died_words of deaths.'
            table.slip("tables", f'rows of "{name}" do not say "{finding}"', mend)


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


def names(table: Table, key: str) -> tuple[str, ...]:
    """The hospital's own names, in small letters."""
    words = table.words(key) if key in table.content else ()
    return tuple(dict.fromkeys(" ".join(plain_text(word).casefold().split()) for word in words))
