"""The results in words: every number in a sentence is looked up by its id, as in the tables."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import get_args

from caseseries.analysis.between_curves import PARTS
from caseseries.analysis.columns import numeric_parts
from caseseries.analysis.ids import (
    ANY,
    EVERYBODY,
    LOWEST,
    MEAN,
    MEDIAN,
    MIDDLES,
    at_horizon,
    incidence_by,
    joined,
    of_group,
    summarised,
)
from caseseries.analysis.results import Number, Result, Results
from caseseries.analysis.standing import methods_of, said_first
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.analysis import (
    Compare,
    Entries,
    Incidence,
    Landmark,
    Role,
    Summarise,
    Survival,
)
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import MEASURED
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, in_running_text
from caseseries.report.page import Inline, Line, ref
from caseseries.stats.digits import shown

DASH = "\u2013"


def results_in_words(
    results: Results, cases: CaseSeries, protocol: Protocol, roles: Container[str] = get_args(Role)
) -> tuple[Line, ...]:
    """A paragraph for each analysis of these roles that was done, in the promised order."""
    lines: list[Line] = []
    for result in results:
        if result.why_not or result.clause.role not in roles:
            continue
        sentences = list(_sentences(result, results, cases, protocol))
        if sentences:
            lines.append(_joined(sentences, " "))
    return tuple(lines)


def _sentences(result: Result, results: Results, cases: CaseSeries, protocol: Protocol) -> Iterator[Line]:
    match result.clause:
        case Survival():
            yield from _survival(result, results, protocol)
        case Incidence():
            yield from _incidence(result, results, protocol)
        case Compare() | Landmark():
            yield from _comparison(result, results, cases, protocol)
        case Entries():
            yield from _entries(result, results, cases)
        case Summarise():
            yield from _summary(result, results, cases)


def _survival(result: Result, results: Results, protocol: Protocol) -> Iterator[Line]:
    assert protocol.follow_up is not None
    assert isinstance(result.clause, Survival)
    clause, stem, unit = result.clause, result.slug, protocol.follow_up.unit
    moment = a_moment(clause.counted_from or protocol.follow_up.counted_from)
    if not clause.by:
        patients = " patient " if results.value(f"{stem}.n") == 1 else " patients "
        yield ("Of ", ref(results, f"{stem}.n"), patients, ref(results, f"{stem}.deaths"), " died.")
        yield (
            f"Counted from {moment}, median survival was ",
            *_with_interval(results, f"{stem}.median", unit),
            ".",
        )
        horizons = [(horizon, joined(stem, at_horizon(horizon))) for horizon in protocol.follow_up.horizons]
        if horizons:
            yield (
                "Survival was ",
                *_joined([(*_with_interval(results, id_), f" at {horizon}") for horizon, id_ in horizons]),
                ".",
            )
        if results.numbers.get(f"{stem}.follow-up") and results.value(f"{stem}.follow-up") is not None:
            yield (
                "Median follow-up, by reverse Kaplan\u2013Meier, was ",
                ref(results, f"{stem}.follow-up"),
                f" {unit}.",
            )
        return
    parts = [
        (f"{one.title}: ", *_with_interval(results, joined(stem, one.key, MEDIAN), unit))
        for one in result.groups
    ]
    yield (f"Median survival from {moment} by group: ", *_joined(parts, "; "), ".")
    tests = {clause.test or "log-rank": ", promised" if clause.test else ", not promised"}
    for test, standing in tests.items():
        number = joined(stem, PARTS[test])
        if results.value(f"{number}.p") is not None:
            yield (f"{results.number(number).label}: ", *_p(results, number), f"{standing}.")


def _incidence(result: Result, results: Results, protocol: Protocol) -> Iterator[Line]:
    assert protocol.follow_up is not None
    if not protocol.follow_up.horizons:
        return
    last = protocol.follow_up.horizons[-1]
    for kind in result.competing.kinds:
        parts = [
            (
                f"{one.title}: " if len(result.groups) > 1 else "",
                *_with_interval(
                    results, joined(result.slug, of_group(one.key), slug(kind), incidence_by(last))
                ),
            )
            for one in result.groups
        ]
        yield (f"Incidence of {in_running_text(kind)} by {last}: ", *_joined(parts, "; "), ".")


def _comparison(result: Result, results: Results, cases: CaseSeries, protocol: Protocol) -> Iterator[Line]:
    clause, stem = result.clause, result.slug
    assert isinstance(clause, Compare | Landmark)
    first = result.groups[0]
    if isinstance(clause, Landmark):
        serial = protocol.serial(clause.serial)
        title = f"Fall of {in_running_text(serial.title)} by {clause.at}"
    else:
        title = _counted(cases.column(clause.outcome))
    if joined(stem, first.key, "share") in results.numbers:
        parts = [_of_n(results, joined(stem, one.key), in_running_text(one.title)) for one in result.groups]
        yield (f"{title}: ", *_joined(parts, "; "), ".")
    elif isinstance(clause, Compare) and cases.column(clause.outcome).kind == "category":
        levels = cases.column(clause.outcome).levels
        parts = [
            (f"{in_running_text(one.title)}, ", *_levels(results, joined(stem, one.key), levels))
            for one in result.groups
        ]
        yield (f"{title}: ", *_joined(parts, "; "), ".")
    else:
        unit = "" if isinstance(clause, Landmark) else _unit(cases.column(clause.outcome).unit)
        parts = [
            (f"{in_running_text(one.title)}, ", *_with_range(results, joined(stem, one.key), unit))
            for one in result.groups
        ]
        yield (f"{title}, median: ", *_joined(parts, "; "), ".")
    tests = said_first(result)
    if tests:
        yield _tests(tests, results)


def _levels(results: Results, of: str, levels: Sequence[str]) -> Line:
    """`early 3 and late 1 of 4`: how many of a group have each level."""
    n: Line = (" of ", ref(results, f"{of}.n"))
    counted: list[Line] = [(f"{level} ", ref(results, joined(of, slug(level), "count"))) for level in levels]
    return (*_joined(counted), *n)


def _entries(result: Result, results: Results, cases: CaseSeries) -> Iterator[Line]:
    assert isinstance(result.clause, Entries)
    column, stem = cases.column(result.clause.of), result.slug
    parts = [
        (
            f"{level} ",
            ref(results, joined(stem, slug(level), "count")),
            " of ",
            ref(results, joined(stem, slug(level), "n")),
        )
        for level in column.levels
    ]
    yield (f"{result.groups[0].title}, by {in_running_text(column.title)}: ", *_joined(parts), ".")
    yield _tests(methods_of(result), results)


def _summary(result: Result, results: Results, cases: CaseSeries) -> Iterator[Line]:
    assert isinstance(result.clause, Summarise)
    for name in result.clause.variables:
        for column in numeric_parts(cases, cases.column(name)):
            yield from _summarised(result.slug, column, results)


def _summarised(stem: str, column: Column, results: Results) -> Iterator[Line]:
    """What is said of one variable over all."""
    over_all = joined(stem, summarised(column.name, EVERYBODY))
    if column.kind in MEASURED:
        if results.numbers.get(joined(over_all, MEAN)):
            yield (f"{column.title}: mean ", ref(results, joined(over_all, MEAN)), f"{_unit(column.unit)}.")
        elif results.value(joined(over_all, MEDIAN)) is not None:
            yield (f"{column.title}: median ", *_with_range(results, over_all, _unit(column.unit)), ".")
    elif column.kind in {"yes/no", "event"}:
        yield (*_of_n(results, over_all, _counted(column)), ".")
    else:
        levels = [(level, joined(stem, summarised(column.name, EVERYBODY, level))) for level in column.levels]
        if column.kind == "regimens":
            levels.insert(0, ("any", joined(stem, summarised(column.name, EVERYBODY, ANY))))
        shares: list[Line] = [
            (f"{level} ", ref(results, joined(id_, "count")), " (", ref(results, joined(id_, "share")), ")")
            for level, id_ in levels
            if results.value(joined(id_, "count"))
        ]
        if shares:
            yield (f"{column.title}: ", *_joined(shares), ".")


def _counted(column: Column) -> str:
    """The title; with the word for yes of a yes/no where it does not say that: `Outcome, survived`."""
    says_it = column.yes.casefold() in column.title.casefold()
    return column.title if says_it else f"{column.title}, {in_running_text(column.yes)}"


def _of_n(results: Results, stem: str, title: str) -> Line:
    """`title, 3 of 4 (75%; 95% interval 19% to 99%)`."""
    share = results.number(f"{stem}.share").estimate
    behind: Line = ()
    if share.level is not None:
        low, high = ref(results, f"{stem}.share.low"), ref(results, f"{stem}.share.high")
        behind = (f"; {shown(share.level, 'share')} interval ", low, " to ", high)
    count, n = ref(results, f"{stem}.count"), ref(results, f"{stem}.share.n")
    return (f"{title}, ", count, " of ", n, " (", ref(results, f"{stem}.share"), *behind, ")")


def _with_range(results: Results, stem: str, unit: str) -> Line:
    """`350 mg (100–600)`: a median with its range, or with its quartiles."""
    names = MIDDLES["median (range)" if joined(stem, LOWEST) in results.numbers else "median (IQR)"]
    middle, low, high = (joined(stem, name) for name in names)
    if results.value(low) is None:
        return (ref(results, middle),)
    return (ref(results, middle), f"{unit} (", ref(results, low), DASH, ref(results, high), ")")


def _tests(tests: Sequence[Number], results: Results) -> Line:
    """The tests in one sentence, the promised one first and named so."""
    parts: list[Line] = []
    for number in tests:
        promised = " (promised)" if number.standing == "promised" else ""
        if number.estimate.p is None:
            parts.append((f"{number.label}{promised} ", *_with_interval(results, number.id)))
            continue
        parts.append((f"{number.label}{promised}: ", *_p(results, number.id)))
    return (*_joined(parts, "; "), ".")


def _p(results: Results, id_: str) -> Line:
    """`p = 0.0332`, or `p <0.0001`."""
    is_below = results.number(id_).estimate.shown_p.startswith("<")
    return ("p " if is_below else "p = ", ref(results, f"{id_}.p"))


def _with_interval(results: Results, id_: str, unit: str = "") -> Line:
    estimate = results.number(id_).estimate
    named = unit.removesuffix("s") if estimate.shown == "1" else unit
    behind = f" {named}" if unit and estimate.value is not None else ""
    if estimate.level is None:
        is_end = estimate.unit == "share" and estimate.value in (0, 1)
        why = f" (no limits where a curve is at {estimate.shown})" if is_end else ""
        return (ref(results, id_), behind, why) if why else (ref(results, id_), behind)
    level = shown(estimate.level, "share")
    return (
        ref(results, id_),
        behind,
        f" ({level} interval ",
        ref(results, f"{id_}.low"),
        " to ",
        ref(results, f"{id_}.high"),
        ")",
    )


def _joined(parts: Sequence[Line], between: str = ", ") -> Line:
    joined: list[Inline] = []
    for position, part in enumerate(parts):
        joined += [between, *part] if position else part
    return tuple(joined)


def _unit(unit: str) -> str:
    return f" {unit}" if unit and unit != "share" else ""
