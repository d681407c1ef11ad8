"""What a hospital lacks, and what its vocabulary says otherwise than the codebook, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caseseries.evidence.counting import so_many
from caseseries.records.codebook import FIRST_LOCAL, Code, Codebook
from caseseries.records.inspection import Note
from caseseries.records.site import Site
from caseseries.records.site_names import Names

AS_LISTED = "They are used as they are listed."
FEW = 10
"""So many ids are named one by one."""


def notes_of(
    codebook: Codebook,
    site: Site,
    names: Names,
    unfound: tuple[str, ...],
    bare: tuple[str, ...],
    always: tuple[str, ...],
) -> tuple[str, ...]:
    """Everything that was found otherwise than the codebook has it, a sentence or two each.

    The gravest first: what cannot be found at all, what may be another thing, what may not be whole, and
    what a person only has to look up. `always` are the findings whose silence counts on every day.
    """
    foreign = [code for code in codebook.every_code if site.is_of_another_hospital(code)]
    codes = [code for code in codebook.every_code if code not in foreign]
    listed = {(entry.finding, code.concept) for entry in codebook.entries for code in entry.codes}
    return (
        *_of_unfound(unfound),
        *_of_bare(bare),
        *_of_other_things(codes, site),
        *_of_below(codes, site),
        *_of_old(codes, site),
        *_of_foreign(foreign),
        *_of_always(always),
        *_of_names(names, listed),
        *_of_recalled(codes),
        *_of_uncoded(codes, site),
        *_of_absent(codebook, codes, site, bare),
    )


def lacking(notes: Iterable[Note]) -> Iterator[str]:
    """What the records lack, with what that costs."""
    for note in notes:
        where = f"{note.table}, {note.column}" if note.column else note.table
        yield f"{where}: {note.found}, so that {note.costs}."


def _of_unfound(unfound: tuple[str, ...]) -> Iterator[str]:
    if unfound:
        yield (
            f"No code and no name in these records stands for: {', '.join(unfound)}. That nothing is "
            "recorded of them says nothing: add this hospital's codes, or let a reviewer answer."
        )


def _of_bare(bare: tuple[str, ...]) -> Iterator[str]:
    if bare:
        yield (
            f"The vocabulary files nothing below the codes of {', '.join(bare)}, and no row has the codes "
            "themselves: rows of their products cannot be found, so that nothing is recorded says nothing."
        )


def _of_other_things(codes: list[Code], site: Site) -> Iterator[str]:
    for code in codes:
        if there := site.otherwise(code):
            here = f"{code.vocabulary} {code.code}".strip()
            yield (
                f"Concept {code.concept} ({code.label}) is {here} in the codebook, and {there} in the "
                "hospital's CONCEPT table. It is used: correct the codebook where it is wrong."
            )


def _of_absent(codebook: Codebook, codes: list[Code], site: Site, bare: tuple[str, ...]) -> Iterator[str]:
    absent = [code for code in codes if code.concept not in site.concepts]
    if not site.has_concepts:
        return  # told with the tables that are not there
    if len(absent) == len(codes):
        yield f"The hospital's CONCEPT table has none of the {len(codes)} listed ids. {AS_LISTED}"
    elif absent:
        which = (
            _listed(absent) if len(absent) <= FEW else "; ".join(_by_finding(codebook, codes, absent, bare))
        )
        yield (
            f"Of {len(codes)} listed ids, {len(absent)} are not in the hospital's CONCEPT table: {which}. "
            f"{AS_LISTED}"
        )


def _by_finding(
    codebook: Codebook, codes: list[Code], absent: list[Code], bare: tuple[str, ...]
) -> Iterator[str]:
    """Of which findings every id is absent, and of which some are; one id may be of several.

    Those of `bare`, of which no row can be found, are told before.
    """
    groups = {entry.finding: entry.codes for entry in codebook.entries}
    groups["units"] = tuple(one.code for one in codebook.units)
    groups["operators"] = tuple(one.code for one in codebook.operators)
    groups["routes"] = tuple(one.code for one in codebook.routes)
    groups["visits"] = (*codebook.inpatient, *codebook.died, *codebook.hospice)
    listed, lacked = ({code.concept for code in some} for some in (codes, absent))
    asked = {name: {code.concept for code in some} & listed for name, some in groups.items()}
    whole = [name for name, some in asked.items() if some and some <= lacked]
    named = [name for name in whole if name not in bare]
    named += ["those whose rows cannot be found"] if len(named) < len(whole) else []
    if named:
        yield f"all of {', '.join(named)}"
    for name, some in asked.items():
        if some & lacked and name not in whole:
            yield f"{len(some & lacked)} of {len(some)} of {name}"


def _of_below(codes: list[Code], site: Site) -> Iterator[str]:
    if not site.has_ancestors:
        return  # told with the tables that are not there
    wanted = [code for code in codes if code.descendants and code.concept not in site.below]
    if there := [code for code in wanted if code.concept in site.concepts]:
        yield f"Nothing is filed under these, so that only rows with the id itself count: {_listed(there)}."


def _of_old(codes: list[Code], site: Site) -> Iterator[str]:
    there = [(code, site.concepts[code.concept]) for code in codes if code.concept in site.concepts]
    retired = [code for code, concept in there if concept.is_retired]
    if retired:
        yield f"Retired in the hospital's vocabulary: {_listed(retired)}. Older rows may still have them."
    odd = [code for code, concept in there if not (concept.is_standard or concept.is_retired)]
    odd = [code for code in odd if code.concept < FIRST_LOCAL]
    if odd:
        yield f"Not standard in the hospital's vocabulary: {_listed(odd)}. Look for what they map to."


def _of_foreign(foreign: list[Code]) -> Iterator[str]:
    if foreign:
        yield f"Local ids that are not this hospital's, and are left out: {_listed(foreign)}."


def _of_always(always: tuple[str, ...]) -> Iterator[str]:
    if always:
        yield (
            "Where nothing is recorded, these count as absent on every day, since the codebook names none "
            f"from which they are recorded whole: {', '.join(always)}."
        )


def _of_names(names: Names, listed: set[tuple[str, int]]) -> Iterator[str]:
    for finding, table, name, concept in names.concepts.iter_rows():
        if (finding, concept) not in listed:
            yield f'"{name}" is concept {concept} here: its rows of {table} are read as {finding}.'
    for finding, table, name, rows in names.unmapped.iter_rows():
        are = "is" if rows == 1 else "are"
        yield (
            f'{so_many(rows, "row")} of {table} without a concept {are} called "{name}", and {are} read as '
            f"{finding}."
        )


def _of_uncoded(codes: list[Code], site: Site) -> Iterator[str]:
    """An id that the codebook gives without its code can be held against the hospital's name for it alone."""
    named = [
        f'{_named(code)} is "{there.name}"'
        for code in codes
        if not code.code and (there := site.concepts.get(code.concept)) and there.name
    ]
    if named:
        yield (
            f"Without a code in the codebook, so that only the hospital's names can tell: {', '.join(named)}."
        )


def _of_recalled(codes: list[Code]) -> Iterator[str]:
    recalled = [code for code in codes if code.confidence == "recalled"]
    if recalled:
        yield f"From memory, and not read in a source: {_listed(recalled)}. Look them up in CONCEPT."


def _listed(codes: Iterable[Code]) -> str:
    """Every one of them: each is to be looked up."""
    return ", ".join(map(_named, codes))


def _named(code: Code) -> str:
    return f"{code.concept} ({code.label})"
