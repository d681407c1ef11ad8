"""Rows: which are of which finding, read one after another; what says nothing is set aside and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from tests.referee.reading import CONCEPT, DAY, SOURCE_VALUE, TABLES, Hospital, Reading, Row
from tests.referee.row import Aside, in_its_range, kind_of, read_row

from caseseries.evidence.values import plain_text
from caseseries.records.codebook import FIRST_LOCAL, Codebook, Entry, Silence

SetAside = Counter[tuple[str, str]]
"""How many rows are set aside, by finding and reason."""


def read_rows(
    hospital: Hospital, codebook: Codebook, findings: Iterable[str]
) -> tuple[list[Reading], SetAside]:
    """Every reading of these findings in the whole hospital, and how many rows say nothing."""
    found: list[Reading] = []
    aside: SetAside = Counter()
    asked = [entry for name in findings for entry in entries_of(codebook, name)]
    of_two = [one for one in asked if one.or_from is not None]
    parts = [name for one in of_two if one.or_from is not None for name in one.or_from.of]
    for one in dict.fromkeys([*asked, *(entry for name in parts for entry in entries_of(codebook, name))]):
        for table, row in rows_of(hospital, one):
            try:
                found.append(read_row(hospital, codebook, one, table, row))
            except Aside as why:
                aside[one.finding, str(why)] += 1
    for one in of_two:
        for product in list(_products(codebook, one, found)):
            try:
                found.append(in_its_range(one, product))
            except Aside as why:
                aside[one.finding, str(why)] += 1
    return found, aside


def entries_of(codebook: Codebook, finding: str) -> list[Entry]:
    """What the codebook says of a finding; nothing where it lacks it."""
    return [entry for entry in codebook.entries if entry.finding.casefold() == finding.casefold()]


def believed(hospital: Hospital, codebook: Codebook) -> Codebook:
    """The codebook without the silences that mean nothing: of what no row could have told.

    Where products are filed below a code and the vocabulary files none, and no row has the code itself,
    nobody can say that it was not given.
    """
    return replace(
        codebook,
        entries=tuple(
            replace(one, silent=Silence("unknown")) if _is_bare(hospital, one) else one
            for one in codebook.entries
        ),
    )


def _is_bare(hospital: Hospital, one: Entry) -> bool:
    parents = {code.concept for code in one.codes if code.descendants}
    filed = {row["ancestor_concept_id"] for row in hospital.rows("concept_ancestor")}
    listed = {code.concept for code in one.codes}
    rows = [
        row
        for table in one.tables
        if table in CONCEPT
        for row in hospital.rows(table)
        if row.get(CONCEPT[table]) in listed
    ]
    return bool(parents) and not parents & filed and not rows


def rows_of(hospital: Hospital, one: Entry) -> Iterator[tuple[str, Row]]:
    """The rows of a finding: coded for it, or called by one of the hospital's own names."""
    concepts = _concepts(hospital, one)
    for table in TABLES:
        if table not in one.tables and table not in one.every_row_of:
            continue
        for row in hospital.rows(table):
            if row.get("person_id") is None or row.get(DAY[table]) is None:
                continue
            if table in one.every_row_of or row.get(CONCEPT[table]) in concepts or _is_named(one, table, row):
                yield table, row


def _is_named(one: Entry, table: str, row: Row) -> bool:
    """Whether the hospital calls the row by a name that the codebook lists, in any case of letters."""
    return bool(one.source_values) and (
        plain_text(row.get(SOURCE_VALUE[table]) or "").casefold() in one.source_values
    )


def _concepts(hospital: Hospital, one: Entry) -> set[int]:
    """The concepts that are listed, and what the vocabulary files under those that want it.

    A local id means something else elsewhere: it is taken where the vocabulary calls it so, or is not there.
    """
    called = {
        row["concept_id"]: (row["vocabulary_id"], row["concept_code"]) for row in hospital.rows("concept")
    }
    codes = [
        code
        for code in one.codes
        if code.concept < FIRST_LOCAL
        or not called
        or called.get(code.concept) == (code.vocabulary, code.code)
    ]
    concepts = {code.concept for code in codes}
    for code in codes:
        for row in hospital.rows("concept_ancestor"):
            if code.descendants and row["ancestor_concept_id"] == code.concept:
                concepts.add(row["descendant_concept_id"])
    return concepts


# ---- A finding of two ----


def _products(codebook: Codebook, one: Entry, found: Sequence[Reading]) -> Iterator[Reading]:
    """A count, from a count and a share of it, where both are of one patient at one moment."""
    assert one.or_from is not None
    whole, part = one.or_from.of
    counts, shares = _at_moments(found, whole), _at_moments(found, part)
    [kind] = map(kind_of, entries_of(codebook, whole))
    for key, share in shares.items():
        if key not in counts:
            continue
        count = counts[key]
        assert count.value is not None
        assert share.value is not None
        in_own = kind.convert(count.value, count.unit, kind.unit)
        assert in_own is not None
        yield replace(
            share,
            finding=one.finding,
            known=max(count.known, share.known),
            value=_nine_decimals(Fraction(repr(in_own)) * Fraction(repr(share.value)) / 100),
            unit=kind_of(one).unit,
        )


def _at_moments(found: Sequence[Reading], finding: str) -> dict[tuple[int, datetime], Reading]:
    """Of each patient and moment the plain number with the smallest row id."""
    at: dict[tuple[int, datetime], Reading] = {}
    for reading in found:
        if reading.finding != finding or reading.moment is None or reading.operator != "":
            continue
        key = (reading.person, reading.moment)
        if key not in at or reading.row < at[key].row:
            at[key] = reading
    return at


def _nine_decimals(exact: Fraction) -> float:
    """Rounded, so that 0.7 of 1.0 and a share in percent miss no limit by the last bit."""
    return float(f"{float(exact):.9f}")
