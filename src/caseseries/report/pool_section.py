"""Beside published cohorts: the forest figure, the cohorts line by line, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.ids import joined, of_others
from caseseries.analysis.results import Results
from caseseries.literature.beside import OURS
from caseseries.literature.cohorts import ROUTES, Published
from caseseries.literature.poolings import Pooling, causes_told, poolings_of
from caseseries.protocol.clauses.analysis import POOL
from caseseries.protocol.clauses.clause import slug
from caseseries.report.forest_figure import forest_figure
from caseseries.report.numbers import said, stands, with_interval
from caseseries.report.page import Block, Bullets, Cell, Figure, Fold, Line, Paragraph, Row, Table, ref, words
from caseseries.stats.digits import shown

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


def pooled(cohorts: Sequence[Published], results: Results) -> Iterator[Block]:
    """The blocks of the section; none where the study names no published cohort."""
    result = next((one for one in results.published if one.slug == POOL), None)
    if result is None:
        return
    if result.why_not:
        yield Paragraph((result.why_not,))
        yield cohorts_table(cohorts, results)
        return
    poolings = poolings_of(cohorts)
    several = [one for one in poolings if len(one.cohorts) > 1]
    for pooling in several:
        yield Paragraph(_in_words(pooling, results))
    caption = (
        "Survivors of each cohort with exact limits; a pool is a diamond, and below it stand the limits for "
        "a further cohort. Cohorts followed to different ends are not pooled. The circle: the patients here."
    )
    yield Figure("pool_forest", (caption,), forest_figure(cohorts, results))
    yield cohorts_table(cohorts, results)
    for pooling in several:
        yield Fold(f"{pooling.title}: other methods, and without each cohort", (_methods(pooling, results),))
        yield from _beside(pooling, results)
    yield Bullets((*((note,) for note in result.notes), *said(result.cautions)), "caution")


def cohorts_table(cohorts: Sequence[Published], results: Results) -> Table:
    """A line a cohort: survivors, causes, route and dose, responders, and where its numbers were read."""
    rows = []
    for one in cohorts:
        at = joined(POOL, "cohort", one.id)
        rows.append(
            Row(
                (
                    words(one.title, head=True),
                    words(*_share(results, joined(at, "survived")), numeric=True),
                    words(one.horizon if one.survived is not None else ""),
                    words("; ".join(_cause(cause) for cause in _causes(one))),
                    words("" if one.route == "not said" else one.route),
                    words(_dose(one)),
                    words(*_share(results, joined(at, "responded")), numeric=True),
                    words(one.confidence),
                )
            )
        )
    head = ("Cohort", "Survived", "Until", "Causes", "Route", "Dose a day", "Responded", "Read in")
    notes: list[Line] = [(f"{one.title}: {one.source}. {one.notes}".strip(),) for one in cohorts]
    return Table("pool_cohorts", "Published cohorts", head, tuple(rows), tuple(notes), is_wide=True)


def _causes(one: Published) -> Iterator[tuple[str, int, int | None]]:
    return ((cause.level, cause.n, cause.survived) for cause in one.causes)


def _cause(cause: tuple[str, int, int | None]) -> str:
    level, n, survived = cause
    return f"{level} {n}" if survived is None else f"{level} {n} ({survived} survived)"


def _dose(one: Published) -> str:
    """The milligrams of a day as they are read from the printed regimen; else as it is printed."""
    read = one.regimen_read
    if not one.regimen:
        return ""
    low, high = read.daily, read.daily_high
    if low is None and high is None:
        return one.regimen
    if low is None:
        return f"up to {shown(high or 0.0, 'mg')} mg"
    return f"{shown(low, 'mg')} mg" if high is None else f"{shown(low, 'mg')} to {shown(high, 'mg')} mg"


def _share(results: Results, at: str) -> Line:
    """Survivors of patients, and their share with its limits."""
    if not stands(results, at):
        return ()
    return (
        ref(results, at),
        "/",
        ref(results, f"{at}.n"),
        ", ",
        *with_interval(results, joined(at, "share")),
    )


def _in_words(pooling: Pooling, results: Results) -> Line:
    stem = joined(POOL, pooling.key)
    return (
        f"{pooling.title}: ",
        ref(results, joined(stem, "cohorts")),
        " cohorts with ",
        ref(results, joined(stem, "patients")),
        " patients give a pooled share of ",
        *with_interval(results, joined(stem, "share")),
        "; a further cohort is expected between ",
        ref(results, joined(stem, "prediction.low")),
        " and ",
        ref(results, joined(stem, "prediction.high")),
        ". I2 is ",
        *with_interval(results, joined(stem, "i2")),
        ", tau2 ",
        ref(results, joined(stem, "tau2")),
        ".",
    )


def _methods(pooling: Pooling, results: Results) -> Table:
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
    ]
    head = ("", "Patients", "Share (interval)")
    return Table(f"pool_{slug(pooling.horizon)}", f"{pooling.title}: other ways to pool", head, tuple(rows))


def _later(pooling: Pooling, k: int) -> list[tuple[int, Published]]:
    return list(enumerate(pooling.cohorts[1 : k - 1], 2))


def _method(name: str, at: str, results: Results) -> Row:
    estimate = results.number(at).estimate
    line: Line = with_interval(results, at) if estimate.level is not None else (ref(results, at),)
    reason = f" ({estimate.reason})" if estimate.reason else ""
    return Row(
        (
            words(name, head=True),
            words(ref(results, f"{at}.n"), numeric=True),
            words(*line, reason, numeric=True),
        )
    )


def _beside(pooling: Pooling, results: Results) -> Iterator[Block]:
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
        rows.append(_method("the present less that", joined(at, "difference"), results))
    head = ("The present cohort less the others", "Patients", "Share (interval)")
    yield Table(
        f"pool_{pooling.key}_beside",
        "The present cohort beside the others: not of patients",
        head,
        tuple(rows),
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
