"""The verdicts as numbers: of those who meet the definition, how many by each criterion, and how firmly."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from caseseries.analysis.ids import joined, of_criterion
from caseseries.analysis.results import Number, Result
from caseseries.cases.screening import Screening
from caseseries.protocol.clauses.analysis import CRITERIA, Screen
from caseseries.protocol.clauses.clause import slug
from caseseries.stats.estimate import Estimate

TRUTHS = {"met": "met", "not-met": "not met", "unknown": "unknown"}
UNFLAGGED, FLAGGED, RECALLED = "unflagged", "flagged", "recalled"


def verdicts(screening: Screening) -> Result:
    """Of everyone who meets the definition, how many by each criterion; the definition as a whole first."""
    clause = Screen(name=CRITERIA, role="descriptive", does="screen")
    return Result(clause, tuple(_numbers(screening.verdicts)))


def _numbers(every: pl.DataFrame) -> Iterator[Number]:
    for (name, title), mine in every.group_by("criterion", "title", maintain_order=True):
        assert isinstance(name, str)
        if not name:
            label = f"Patients who meet: {title}"
            estimate = Estimate(mine.height, "count", mine.height, "patients")
            yield Number(of_criterion("", "n"), label, estimate, tuple(mine["patient"]))
        for part, truth in TRUTHS.items() if name else ():
            yield _count(mine, pl.col("truth") == truth, of_criterion(name, part), f"{title}: {truth}")
        unflagged = pl.col("unflagged") == "met"
        yield _count(
            mine, unflagged, of_criterion(name, UNFLAGGED), f"{title}: met without the flagged evidence"
        )
        is_marked = pl.col("flags").list.len() > 0
        yield _count(mine, is_marked, of_criterion(name, FLAGGED), f"{title}: decided by flagged evidence")
        for flag in mine.explode("flags")["flags"].drop_nulls().unique().sort():
            label = f"{title}: decided by evidence flagged as {flag}"
            yield _count(mine, pl.col("flags").list.contains(flag), of_criterion(name, by_flag(flag)), label)
        label = f"{title}: decided by a finding with a code known from memory only"
        yield _count(mine, pl.col("recalled"), of_criterion(name, RECALLED), label)


def by_flag(flag: str) -> str:
    """What is said of one flag: `flagged.transfused`."""
    return joined(FLAGGED, slug(flag))


def _count(mine: pl.DataFrame, which: pl.Expr, id_: str, label: str) -> Number:
    found = tuple(mine.filter(which)["patient"])
    return Number(id_, label, Estimate(len(found), "count", mine.height, "patients"), found)
