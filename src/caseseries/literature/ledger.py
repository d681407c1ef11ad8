"""The ledger: every claim with its verdict, as a file and as lines to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from caseseries.literature.associations import Association
from caseseries.literature.differing import associations_csv
from caseseries.literature.one_cell import OneCell
from caseseries.literature.verdicts import Verdict

LEDGER, ASSOCIATIONS = "claims.csv", "associations.csv"
HEAD = (
    "id",
    "of",
    "where",
    "printed",
    "unit",
    "by",
    "verdict",
    "how",
    "obtained",
    "in_full",
    "patients",
    "explained",
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every claim with its verdicts; by their ids the looks of those that say whether anything differs.

    `one_cells` are the searches for a single cell that would mend all contradicting claims of its column.
    """

    verdicts: tuple[tuple[Verdict, ...], ...]
    looks: Mapping[str, tuple[Association, ...]]
    one_cells: tuple[OneCell, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """The files of the results folder in which it is kept."""
        files = {LEDGER: ledger_csv(self.verdicts)}
        return {**files, ASSOCIATIONS: associations_csv(self.looks)} if self.looks else files


def ledger_csv(verdicts: Sequence[Sequence[Verdict]]) -> str:
    """Every verdict as a line of CSV; a claim with something beside it has two."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for one in (verdict for several in verdicts for verdict in several):
        claim = one.claim
        stands = (claim.id, claim.of, claim.where, claim.printed, claim.unit, one.by)
        writer.writerow(
            (*stands, one.said, one.how, one.obtained, one.full, "; ".join(one.patients), one.explained)
        )
    return out.getvalue()


def not_reproduced(verdicts: Sequence[Sequence[Verdict]]) -> Iterator[tuple[str, str]]:
    """A line for each claim that does not reproduce outright, and what would explain it where it is known."""
    for first, *beside in verdicts:
        if first.said == "reproduces":
            continue
        claim = first.claim
        ours = f", obtained {_ours(first)}" if first.obtained else ""
        how = f" ({first.how})" if first.how else ""
        more = "".join(f"; the printed column gives {_ours(one)}" for one in beside if one.obtained)
        line = f"{claim.where}: {claim.of}, printed {claim.printed}{ours}: {first.said}{how}{more}"
        yield line, first.explained


def _ours(verdict: Verdict) -> str:
    more = f" ({verdict.full})" if verdict.full != verdict.obtained else ""
    return f"{verdict.obtained}{more}"


def as_explained_before(
    verdicts: Sequence[Sequence[Verdict]], before: str
) -> tuple[tuple[Verdict, ...], ...]:
    """The verdicts with what an earlier ledger, the text of a claims.csv, explained of the same ones.

    A line counts where its claim, its print, its derivation and our value are still the same. Of a text that
    is no CSV nothing is known.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(before)))
    except csv.Error:
        rows = []
    known = {_key(row): str(row["explained"]) for row in rows if row.get("explained") and row.keys() >= _KEY}
    return tuple(
        (replace(first, explained=known.get(_key_of(first), "")), *beside) for first, *beside in verdicts
    )


_KEY = {"id", "printed", "by", "in_full"}


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return row["id"], row["printed"], row["by"], row["in_full"]


def _key_of(verdict: Verdict) -> tuple[str, ...]:
    return verdict.claim.id, verdict.claim.printed, verdict.by, verdict.full
