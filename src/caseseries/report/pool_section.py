"""Beside published cohorts: the forest figure, the cohorts line by line, and what they say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.ids import joined
from caseseries.analysis.results import Results
from caseseries.literature.cohorts import Published
from caseseries.literature.poolings import Pooling, poolings_of
from caseseries.protocol.clauses.analysis import POOL
from caseseries.report.forest_figure import forest_figure
from caseseries.report.numbers import said, stands, with_interval
from caseseries.report.page import Block, Bullets, Figure, Fold, Line, Paragraph, Row, Table, ref, words
from caseseries.report.pool_tables import OF_COMPARISON, beside_tables, methods_table
from caseseries.stats.digits import shown

SOURCES = "Where each was read, and what else must be known of it"


def pooled(cohorts: Sequence[Published], results: Results) -> Iterator[Block]:
    """The blocks of the section; none where the study names no published cohort."""
    result = next((one for one in results.published if one.slug == POOL), None)
    if result is None:
        return
    if result.why_not:
        yield Paragraph((result.why_not,))
        yield cohorts_table(cohorts, results)
        yield Fold(SOURCES, (_sources(cohorts),))
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
    yield Fold(SOURCES, (_sources(cohorts),))
    for pooling in several:
        yield Fold(
            f"{pooling.title}: other methods, and without each cohort", (methods_table(pooling, results),)
        )
        yield from beside_tables(pooling, results)


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
    pooled = results.result(POOL)
    cautions = [one for one in pooled.cautions if one.kind not in OF_COMPARISON]
    notes: list[Line] = [*((note,) for note in pooled.notes), *said(cautions)]
    return Table("pool_cohorts", "Published cohorts", head, tuple(rows), tuple(notes), is_wide=True)


def _sources(cohorts: Sequence[Published]) -> Bullets:
    return Bullets(tuple((f"{one.title}: {one.source}. {one.notes}".strip(),) for one in cohorts))


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
