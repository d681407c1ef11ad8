"""Differing: a claim that nothing else differed, or that something did, held against every look there is."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries
from caseseries.evidence.counting import so_many
from caseseries.evidence.problem import Problem, Problems
from caseseries.literature.associations import Association, associations, below
from caseseries.literature.cells import Slip
from caseseries.literature.claims import Claim
from caseseries.literature.expression import Obtained
from caseseries.stats.digits import shown, shown_p
from caseseries.stats.level import is_below

NOTHING = "no variable of these tables has anything to compare"
HEAD = (
    *("claim", "id", "what", "n", "p", "p_holm", "p_benjamini_hochberg"),
    *("exact_p", "exact_p_holm", "exact_p_benjamini_hochberg", "method", "exact_method", "reason"),
)


def looks_of(claim: Claim, results: Results, cases: CaseSeries) -> tuple[Association, ...]:
    """The looks of a claim that says whether anything differs, at the patients analysed. Raises Slip."""
    analysed = pl.Series(np.isin(cases.patients, results.patients))
    return associations(claim.tables, claim.left_out, results, cases.only(analysed))


def any_difference(claim: Claim, results: Results, cases: CaseSeries, where: str) -> Obtained:
    """Whether anything differs by the usual tests, unadjusted, and what; no value where none gave a p.

    Raises Problems at `where`.
    """
    try:
        looks = looks_of(claim, results, cases)
    except Slip as slip:
        raise Problems([Problem(where, slip.found, slip.mend)]) from None
    if not _tested(looks):
        return Obtained(None, reason=NOTHING)
    differ = below(looks, 1.0 - results.conventions.level)
    said = "; ".join(f"{one.title}, p = {shown_p(one.usual.p or 0.0)}" for one in differ)
    return Obtained(bool(differ), results.patients, said)


def looks_in_words(looks: Sequence[Association], results: Results) -> str:
    """How many looks there were, how many lie below the level by which tests, and each of these in full."""
    alpha = 1.0 - results.conventions.level
    tested = _tested(looks)
    if not tested:
        return f"{NOTHING[:1].upper()}{NOTHING[1:]}."
    counts = {
        "by the uncorrected chi-square and the asymptotic Mann-Whitney test": [one.usual.p for one in tested],
        "by exact tests": [one.exact.p for one in tested],
        "by the former after Holm": [one.usual_holm for one in tested],
        "after Benjamini-Hochberg": [one.usual_bh for one in tested],
    }
    said = ", ".join(f"{sum(is_below(p, alpha) for p in ps)} {how}" for how, ps in counts.items())
    by_chance = shown(alpha * len(tested), "")
    of = so_many(len(tested), "look")
    lines = [f"Of {of} so many have p below {alpha:.2g}: {said}; {by_chance} would by chance."]
    lines += [
        f"{one.title}: p = {_p(one.usual.p)}, exact {_p(one.exact.p)}, after Holm {_p(one.usual_holm)}, "
        f"after Benjamini-Hochberg {_p(one.usual_bh)}."
        for one in below(looks, alpha)
    ]
    if untested := len(looks) - len(tested):
        lines.append(f"{untested} more {'has' if untested == 1 else 'have'} nothing to compare.")
    return " ".join(lines)


def associations_csv(looks: Mapping[str, Sequence[Association]]) -> str:
    """Every look as a line of CSV, claim by claim: p by both tests, and each adjusted for all the looks."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    for claim, one in ((claim, one) for claim, several in looks.items() for one in several):
        ps = one.usual.p, one.usual_holm, one.usual_bh, one.exact.p, one.exact_holm, one.exact_bh
        what = claim, one.id, one.title, one.usual.n
        writer.writerow((*what, *map(_p, ps), one.usual.method, one.exact.method, one.reason))
    return out.getvalue()


def _tested(looks: Sequence[Association]) -> list[Association]:
    return [one for one in looks if one.usual.p is not None]


def _p(p: float | None) -> str:
    return "" if p is None else shown_p(p)
