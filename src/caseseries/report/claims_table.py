"""Printed and obtained, side by side: what does not reproduce first, the rest behind a fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.results import Results
from caseseries.literature.verdicts import FATES, Said, Verdict, fate
from caseseries.report.page import Block, Bullets, Cell, Fold, Line, Paragraph, Ref, Row, Table, words

MARKS: dict[Said, str] = {
    "reproduces": "reproduces",
    "reproduces with rounding": "reproduces-with-rounding",
    "contradicts": "contradicts",
    "contradicts itself": "contradicts-itself",
    "not derivable from what is printed": "not-derivable",
}
*_REPRODUCED, _BESIDE, _CONTRADICTED, _AGAINST_ITSELF, _NOT_DERIVED = FATES
ORDER = (_AGAINST_ITSELF, _CONTRADICTED, _BESIDE, _NOT_DERIVED, *reversed(_REPRODUCED))
NOTE = "Verdicts are computed at the printed precision, halves up; the value in full stands in brackets."
HEAD = ("What is claimed", "Where it stands", "Printed", "Obtained", "Verdict")


def claims_held(verdicts: Sequence[Sequence[Verdict]], results: Results) -> Iterator[Block]:
    """What does not reproduce, contradictions first, and what would explain it; behind a fold what does."""
    order = sorted(verdicts, key=lambda one: ORDER.index(fate(one)))
    first = [one for one in order if not one[0].reproduces]
    rest = [one for one in order if one[0].reproduces]
    if first:
        yield _table(
            "printed_and_obtained", "The claims that do not reproduce, one line each", first, results
        )
    if lines := tuple(_explained(one[0]) for one in first if one[0].explained):
        yield Paragraph(("What would give the printed numbers:",))
        yield Bullets(lines)
    if rest:
        table = _table("printed_and_reproduced", "The claims that reproduce, one line each", rest, results)
        claims = "claim that reproduces" if len(rest) == 1 else "claims that reproduce"
        yield Fold(f"{len(rest):,} {claims}", (table,))


def _table(name: str, caption: str, claims: Sequence[Sequence[Verdict]], results: Results) -> Table:
    rows = tuple(_row(one, place == 0, results) for several in claims for place, one in enumerate(several))
    return Table(name, caption, HEAD, rows, ((NOTE,),))


def _row(verdict: Verdict, is_first: bool, results: Results) -> Row:
    claim = verdict.claim
    said = verdict.said + (f": {verdict.how}" if verdict.how else "")
    what = claim.of if is_first else "the same, from the printed column"
    return Row(
        (
            words(what, head=is_first, depth=0 if is_first else 1),
            words(claim.where if is_first else ""),
            words(claim.printed, numeric=True),
            _obtained(verdict, results),
            words(said, mark=MARKS[verdict.said]),
        )
    )


def _explained(verdict: Verdict) -> Line:
    claim = verdict.claim
    return (f"{claim.of[:1].upper()}{claim.of[1:]}, printed {claim.printed}: {verdict.explained}",)


def _obtained(verdict: Verdict, results: Results) -> Cell:
    """Our value; of a result it leads to its method and patients, else it names them itself."""
    if not verdict.obtained:
        return words(numeric=True)
    more = f" ({verdict.full})" if verdict.full != verdict.obtained else ""
    if verdict.is_of_a_result:
        line: Line = (Ref(results.number(verdict.by).id, verdict.obtained), more)
        return Cell(line, numeric=True)
    of = f"; patients {', '.join(verdict.patients)}" if verdict.patients else ""
    return Cell((verdict.obtained + more,), numeric=True, origin=f"{verdict.by}{of}")
