"""Tables of a pool: the other ways to pool, the present cohort less the others, and what it borrows."""

from __future__ import annotations

from collections.abc import Iterator

from caseseries.analysis.ids import joined, of_others
from caseseries.analysis.results import Results
from caseseries.literature.beside import OURS
from caseseries.literature.cohort_entry import ROUTES
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Pooling, causes_told
from caseseries.protocol.clauses.analysis import POOL
from caseseries.protocol.clauses.clause import slug
from caseseries.report.numbers import said, stands, with_interval
from caseseries.report.page import Block, Cell, Line, Row, Table, ref, words

BORROWED = (
    "Borrowing",
    "Alone",
    "Prior from the others",
    "Worth, patients",
    "With the others",
    "Conflict",
    "Not borrowed",
)
BORROWING = (
    "A robust prior from the cohorts. Worth: its effective sample size. Conflict: how improbable the present "
    "count is to the cohorts alone. Not borrowed: the weight left to the part that borrows nothing."
)


OF_COMPARISON = {"not-of-patients", "horizons-differ"}
"""The kinds of caution that stand under the present cohort beside the others; the rest stand elsewhere."""


def methods_table(pooling: Pooling, results: Results) -> Table:
    """The other methods, the pool without each cohort, as the cohorts came, and its parts."""
    stem, k = joined(POOL, pooling.key), len(pooling.cohorts)
    asked = [
        ("Binomial-normal model", "share"),
        ("Logits, REML with Hartung-Knapp", "logit.share"),
        ("the same, a further cohort", "logit.prediction"),
        ("Double arcsine, only to reproduce others", "double-arcsine"),
        ("Variance between cohorts, logits by REML", "logit.tau2"),
        *((f"without {one.title}", joined("left-out", one.id)) for one in pooling.cohorts),
        *(
            (f"the first {place}, to {one.title}", joined("up-to", one.id))
            for place, one in _later(pooling, k)
        ),
        *((f"route {route}", joined("route", slug(route), "share")) for route in ROUTES),
    ]
    for cause in causes_told(pooling.cohorts):
        asked += [(cause, joined("cause", slug(cause), "share"))]
        asked += [(f"no {cause}", joined("cause", of_others(slug(cause)), "share"))]
    rows = [
        _method(name, joined(stem, part), results)
        for name, part in asked
        if stands(results, joined(stem, part))
        and results.number(joined(stem, part)).estimate.value is not None
    ]
    head = ("", "Patients", "Share (interval)")
    return Table(f"pool_{slug(pooling.horizon)}", f"{pooling.title}: other ways to pool", head, tuple(rows))


def _later(pooling: Pooling, k: int) -> list[tuple[int, Published]]:
    return list(enumerate(pooling.cohorts[1 : k - 1], 2))


def _method(name: str, at: str, results: Results, depth: int = 0) -> Row:
    estimate = results.number(at).estimate
    line: Line = with_interval(results, at) if estimate.level is not None else (ref(results, at),)
    reason = f" ({estimate.reason})" if estimate.reason else ""
    return Row(
        (
            words(name, head=True, depth=depth),
            words(ref(results, f"{at}.n"), numeric=True),
            words(*line, reason, numeric=True),
        )
    )


def beside_tables(pooling: Pooling, results: Results) -> Iterator[Block]:
    """The present cohort less the others, by cause where that is printed; and what it becomes with them."""
    stem = joined(POOL, pooling.key)
    if not stands(results, joined(stem, OURS, "difference")):
        return
    rows = [_method("As they are", joined(stem, OURS, "difference"), results)]
    causes = [
        one
        for one in causes_told(pooling.cohorts)
        if stands(results, joined(stem, OURS, "by", slug(one), "expected"))
    ]
    for cause in causes:
        at = joined(stem, OURS, "by", slug(cause))
        rows.append(_method(f"Expected by {cause}, with and without", joined(at, "expected"), results))
        rows.append(_method("the present less that", joined(at, "difference"), results, depth=1))
    head = ("The present cohort less the others", "Patients", "Share (interval)")
    yield Table(
        f"pool_{pooling.key}_beside",
        "The present cohort beside the others, cohort against cohort",
        head,
        tuple(rows),
        tuple(said(one for one in results.result(POOL).cautions if one.kind in OF_COMPARISON)),
    )
    keys = [
        ("All", "all"),
        *(
            pair
            for cause in causes
            for pair in ((cause, slug(cause)), (f"no {cause}", of_others(slug(cause))))
        ),
    ]
    lines = [
        _borrowed(name, joined(stem, "borrowed", key), results)
        for name, key in keys
        if stands(results, joined(stem, "borrowed", key, "prior"))
    ]
    if lines:
        note = BORROWING
        yield Table(
            f"pool_{pooling.key}_borrowed",
            "What the present cohort becomes with the others",
            BORROWED,
            tuple(lines),
            ((note,),),
        )


def _borrowed(name: str, at: str, results: Results) -> Row:
    cells: list[Cell] = [words(name, head=True)]
    for part in ("own", "prior", "worth", "posterior", "conflict", "robust"):
        cells.append(words(*with_interval(results, joined(at, part)), numeric=True))
    return Row(tuple(cells))
