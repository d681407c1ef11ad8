"""Associations: every variable of a table tested again between its two groups, by two kinds of test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from caseseries.analysis.columns import Rows, Split, holds, is_yes, known, measured, numeric_parts, split
from caseseries.analysis.ids import ANY, summarised
from caseseries.analysis.results import Results
from caseseries.cases.series import CaseSeries, Column
from caseseries.evidence.problem import did_you_mean
from caseseries.literature.cells import Slip
from caseseries.protocol.clauses.analysis import Summarise
from caseseries.protocol.clauses.variable import MEASURED
from caseseries.stats.compare import chi_square, fisher
from caseseries.stats.estimate import Estimate
from caseseries.stats.freeman_halton import freeman_halton
from caseseries.stats.level import is_below
from caseseries.stats.multiplicity import benjamini_hochberg, holm
from caseseries.stats.ranks import mann_whitney, mann_whitney_exact
from caseseries.stats.sample import Counts


@dataclass(frozen=True, slots=True)
class Association:
    """One look: what was compared, by the `usual` test (asymptotic) and by the `exact` one.

    `id` is that of the line in the table. Behind each p stand the same adjusted over all the looks, by Holm
    and by Benjamini and Hochberg; None where the test gave none.
    """

    id: str
    title: str
    usual: Estimate
    exact: Estimate
    usual_holm: float | None = None
    usual_bh: float | None = None
    exact_holm: float | None = None
    exact_bh: float | None = None

    @property
    def reason(self) -> str:
        """Why there is nothing to compare; "" where there is."""
        return self.usual.reason if self.usual.p is None else ""


def associations(
    tables: Sequence[str], but: Sequence[str], results: Results, cases: CaseSeries
) -> tuple[Association, ...]:
    """Each variable of the summaries called `tables` between their two groups, but for those named in `but`.

    Numbers by Mann and Whitney's test, yes and no and each of several categories by a 2 x 2 table, one
    category as a whole by its table: the uncorrected chi-square, and Fisher's or Freeman and Halton's exact
    test. A variable that stands in two tables is one look. Raises Slip for what is not there.
    """
    clauses = [_summary(name, results) for name in tables]
    shown = dict.fromkeys(name for clause in clauses for name in clause.variables)
    for name in but:
        if name not in shown:
            raise Slip(f'no variable of these tables is called "{name}"', did_you_mean(name, shown))
    looks: dict[str, Association] = {}
    for clause in clauses:
        groups = split(cases, clause.by or "")
        if len(groups) != 2:
            raise Slip(f'"{clause.name}" has {len(groups)} groups', "Name a table with two groups.")
        for name in clause.variables:
            if name not in but and name != clause.by:
                for column in numeric_parts(cases, cases.column(name)):
                    for one in _looks(cases, column, groups, results.conventions.seed):
                        looks.setdefault(one.id, one)
    return _adjusted(tuple(looks.values()))


def below(looks: Sequence[Association], alpha: float) -> tuple[Association, ...]:
    """The looks whose usual test lies below `alpha`, unadjusted: what a paper calls significant."""
    return tuple(one for one in looks if is_below(one.usual.p, alpha))


def _summary(name: str, results: Results) -> Summarise:
    slugs = {result.slug: result.clause for result in results if isinstance(result.clause, Summarise)}
    if name not in slugs:
        raise Slip(f'no table of characteristics is called "{name}"', did_you_mean(name, slugs))
    clause = slugs[name]
    if not clause.by:
        raise Slip(f'"{name}" is of all patients together', "Give that summary its groups: by = ...")
    return clause


def _looks(cases: CaseSeries, column: Column, groups: Sequence[Split], seed: int) -> Iterator[Association]:
    answered = known(cases, column.name)
    rows = [one.rows & answered for one in groups]
    if column.kind in MEASURED:
        first, second = (measured(cases, column.name)[mine] for mine in rows)
        yield Association(
            summarised(column.name, ""),
            column.title,
            mann_whitney(first, second),
            mann_whitney_exact(first, second),
        )
    elif column.kind in {"yes/no", "event"}:
        table = _counted(rows, [is_yes(cases, column.name), ~is_yes(cases, column.name)])
        yield Association(summarised(column.name, ""), column.title, chi_square(table), fisher(table))
    elif column.kind in {"categories", "regimens"}:
        several = {level: holds(cases, column.name, level) for level in column.levels}
        if column.kind == "regimens":
            given = cases.table[column.name].list.len().fill_null(0).to_numpy() > 0
            several = {ANY: given, **several}
        for level, has in several.items():
            table = _counted(rows, [has, ~has])
            title = f"{column.title}: {level}"
            yield Association(summarised(column.name, "", level), title, chi_square(table), fisher(table))
    elif column.levels:
        table = _counted(rows, [holds(cases, column.name, level) for level in column.levels])
        table = table[:, table.sum(axis=0) > 0]
        exact = fisher(table) if table.shape == (2, 2) else freeman_halton(table, seed=seed)
        yield Association(summarised(column.name, ""), column.title, chi_square(table), exact)


def _counted(rows: Sequence[Rows], levels: Sequence[Rows]) -> Counts:
    return np.array([[int((has & mine).sum()) for has in levels] for mine in rows], dtype=np.int64)


def _adjusted(looks: tuple[Association, ...]) -> tuple[Association, ...]:
    usual, exact = [one.usual.p for one in looks], [one.exact.p for one in looks]
    adjusted = zip(
        holm(usual), benjamini_hochberg(usual), holm(exact), benjamini_hochberg(exact), strict=True
    )
    return tuple(
        replace(one, usual_holm=a, usual_bh=b, exact_holm=c, exact_bh=d)
        for one, (a, b, c, d) in zip(looks, adjusted, strict=True)
    )
