"""The ledger: every claim with its verdict, as a file and as lines to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from caseseries.literature.verdicts import Verdict

HEAD = ("id", "of", "where", "printed", "unit", "by", "verdict", "how", "obtained", "in_full", "patients")


def ledger_csv(verdicts: Sequence[Sequence[Verdict]]) -> str:
    """Every verdict as a line of CSV; a claim with something beside it has two."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for one in (verdict for several in verdicts for verdict in several):
        claim = one.claim
        stands = (claim.id, claim.of, claim.where, claim.printed, claim.unit, one.by)
        writer.writerow((*stands, one.said, one.how, one.obtained, one.full, "; ".join(one.patients)))
    return out.getvalue()


def not_reproduced(verdicts: Sequence[Sequence[Verdict]]) -> Iterator[str]:
    """A line for each claim that does not reproduce outright."""
    for first, *beside in verdicts:
        if first.said == "reproduces":
            continue
        claim = first.claim
        ours = f", obtained {_ours(first)}" if first.obtained else ""
        how = f" ({first.how})" if first.how else ""
        more = "".join(f"; the printed column gives {_ours(one)}" for one in beside if one.obtained)
        yield f"{claim.where}: {claim.of}, printed {claim.printed}{ours}: {first.said}{how}{more}"


def _ours(verdict: Verdict) -> str:
    more = f" ({verdict.full})" if verdict.full != verdict.obtained else ""
    return f"{verdict.obtained}{more}"
