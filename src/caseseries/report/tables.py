"""The tables of the report: every number in them is looked up by its id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from caseseries.analysis.cautions import Caution
from caseseries.analysis.columns import numeric_parts
from caseseries.analysis.ids import (
    ANY,
    MEAN_TIME,
    MEAN_TIMES,
    MEDIAN,
    MIDDLES,
    SEVERAL,
    at_horizon,
    if_lost,
    joined,
    median_by,
    of_group,
    on_day,
    summarised,
)
from caseseries.analysis.multiplicity import WAYS, looks, promised_tests
from caseseries.analysis.relabel import by_test
from caseseries.analysis.results import Number, Result, Results
from caseseries.analysis.standing import methods_of, said_first
from caseseries.cases.series import CaseSeries, Column
from caseseries.evidence.finding import column_letters
from caseseries.literature.claims import Verdict
from caseseries.protocol.clauses.analysis import Compare, Entries, Landmark, Summarise
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import MEASURED, Serial
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import in_running_text
from caseseries.report.page import Cell, Line, Ref, Row, Table, ref, words
from caseseries.stats.digits import shown

DASH, NBSP = "\u2013", "\u00a0"
PROMISED = " (promised)"
STATISTICS = ("chi-square", "U")
"""Units of test statistics, which are no estimate."""


def claims_table(verdicts: Sequence[Sequence[Verdict]], results: Results) -> Table:
    """Printed and obtained, side by side, with the computed verdict."""
    rows = []
    for one in verdicts:
        claim = one[0].claim
        for position, verdict in enumerate(one):
            first = position == 0
            obtained: Line = ()
            if verdict.obtained:
                more = f" ({verdict.full})" if verdict.full != verdict.obtained else ""
                obtained = (Ref(results.number(verdict.result).id, verdict.obtained), more)
            said = verdict.said + (f": {verdict.how}" if verdict.how else "")
            rows.append(
                Row(
                    (
                        words(
                            claim.of if first else "the same, from the printed column",
                            head=first,
                            depth=0 if first else 1,
                        ),
                        words(claim.where if first else ""),
                        words(claim.printed, numeric=True),
                        words(*obtained, numeric=True),
                        words(said, mark=verdict.said.replace(" ", "-")),
                    )
                )
            )
    head = ("What is claimed", "Where it stands", "Printed", "Obtained", "Verdict")
    notes = (
        ("Verdicts are computed at the printed precision, halves up; the value in full stands in brackets.",),
    )
    return Table("printed_and_obtained", "The claims, one line each", head, tuple(rows), notes)


def summary_table(clause: Summarise, result: Result, results: Results, cases: CaseSeries) -> Table:
    """The characteristics over all and by group."""
    stem, groups, level = result.slug, result.groups, results.conventions.level
    rows: list[Row] = []
    for name in clause.variables:
        for column in numeric_parts(cases, cases.column(name)):
            rows += _summary_rows(stem, column, [one.key for one in groups], results, clause)
    head = ("", *(one.title for one in groups))
    counts = Row(
        (
            words("Patients", head=True),
            *(words(ref(results, joined(stem, one.key, "n")), numeric=True) for one in groups),
        )
    )
    by = f", over all and by: {in_running_text(cases.column(clause.by).title)}" if clause.by else ""
    notes: list[Line] = [
        (f"Numbers are {clause.numbers}; categories are patients (share of those in whom it is known).",)
    ]
    if any(cases.column(name).kind == "event" for name in clause.variables):
        notes.append((f"Behind an event stands its {shown(level, 'share')} interval, exact.",))
    caption = f"{clause.name.capitalize()}{by}"
    return Table(stem, caption, head, (counts, *rows), (*notes, *said(result.cautions)))


def survival_table(result: Result, results: Results, protocol: Protocol) -> Table:
    """The numbers of a curve: median by both conventions, horizons, follow-up."""
    assert protocol.follow_up is not None
    stem, unit = result.slug, protocol.follow_up.unit
    keys = [of_group(one.key) for one in result.groups]
    other = "first" if getattr(result.clause, "median", "midpoint") == "midpoint" else "midpoint"
    lines: list[tuple[str, str]] = [
        ("Patients", "n"),
        ("Deaths", "deaths"),
        (f"Median survival, {unit}", "median"),
        (f"the same, by the convention \u201c{other}\u201d", median_by(other)),
        *(line for horizon in protocol.follow_up.horizons for line in _at(horizon)),
        (f"Mean time alive to the longest horizon, {unit}", MEAN_TIME),
        ("Alive at last follow-up", "alive.share"),
        (f"Median follow-up, {unit} (reverse Kaplan\u2013Meier)", "follow-up"),
        (f"Time observed, median, {unit}", "observed.median"),
        ("shortest", "observed.lowest"),
        ("longest", "observed.highest"),
    ]
    indented = {"the same, by", "shortest", "longest", "if "}
    lines = [line for line in lines if any(_stands(results, joined(stem, key, line[1])) for key in keys)]
    rows = [
        Row(
            (
                words(label, head=True, depth=int(any(label.startswith(start) for start in indented))),
                *(_number(results, joined(stem, key, part)) for key in keys),
            )
        )
        for label, part in lines
    ]
    for label, part in (
        (f"Mean time alive, first group less the other, {unit}", MEAN_TIMES),
        ("Log-rank test, p", "log-rank.p"),
        ("the same, exact", "log-rank-exact.p"),
    ):
        if _stands(results, joined(stem, part.removesuffix(".p"))):
            id_, is_below = joined(stem, part), label.startswith("the same")
            cell = words(ref(results, id_), numeric=True) if part.endswith(".p") else _number(results, id_)
            name = words(label, head=True, depth=int(is_below))
            rows.append(Row((name, cell, *(words() for _ in keys[1:]))))
    head = ("", *(one.title for one in result.groups))
    notes = [(note,) for note in result.notes]
    at_horizons = [number.estimate for number in result.numbers if ".survival-at." in number.id]
    if any(one.value is not None and one.level is None for one in at_horizons):
        notes.append(("Where nobody had died yet, or nobody was left, a curve has no limits.",))
    notes.append(
        (
            f"In brackets the {shown(protocol.conventions.level, 'share')} interval: "
            "log-log limits for the curve and its median, exact for shares.",
        )
    )
    return Table(stem, result.clause.name.capitalize(), head, tuple(rows), (*notes, *said(result.cautions)))


def _at(horizon: str) -> tuple[tuple[str, str], ...]:
    """Survival at a horizon, and its bounds where somebody was lost before it."""
    return (
        (f"Survival at {horizon}", at_horizon(horizon)),
        ("if all who were lost before had died", if_lost(horizon, "died")),
        ("if all of them had lived", if_lost(horizon, "lived")),
    )


def _stands(results: Results, id_: str) -> bool:
    return id_ in results.numbers


def _number(results: Results, id_: str) -> Cell:
    """A number with its interval; empty where it does not stand for this group."""
    return words(*with_interval(results, id_), numeric=True) if _stands(results, id_) else words()


def comparisons_table(compared: Sequence[Result], results: Results, cases: CaseSeries) -> Table:
    """Every promised comparison in one line, and a line for each companion."""
    rows: list[Row] = []
    notes: dict[str, str] = {}
    for result in compared:
        clause, stem = result.clause, result.slug
        assert isinstance(clause, Compare | Landmark)
        said_of = [_group_line(results, stem, one.key, one.title) for one in result.groups]
        others = [part for line in said_of[1:] for part in ("; ", *line)][1:]
        cells = [words(*said_of[0]), words(*others)]
        tests = said_first(result)
        # A comparison without a test still says what its groups are.
        for position, number in enumerate(tests or [None]):
            first = position == 0
            own = number.cautions if number else ()
            cautions = dict.fromkeys((*own, *(result.cautions if first else ())))
            marks = sorted(
                (_mark(notes, caution) for caution in cautions), key=lambda mark: (len(mark), mark)
            )
            rows.append(
                Row(
                    (
                        words(clause.name, head=True) if first else words(),
                        *(cells if first else [words(), words()]),
                        words(*_test_said(number, results)) if number else words("no test"),
                        words(*_test_line(number, results), numeric=True) if number else words(numeric=True),
                        words(" ".join(marks)),
                    ),
                    is_group=first,
                )
            )
    head = ("Comparison", "In the first group", "In the other group", "Test", "p", "Cautions")
    lines = [(f"{mark} {sentence}",) for sentence, mark in notes.items()]
    lines += [(f"{result.clause.name}: {note}",) for result in compared for note in result.notes]
    return Table(
        "all_comparisons", "Every promised comparison, with its companions", head, tuple(rows), tuple(lines)
    )


def methods_table(result: Result, results: Results) -> Table:
    """Every method in use of one comparison, a line each: estimates with their intervals, then the tests."""
    notes: dict[str, str] = {}
    rows = [
        Row(
            (
                words(number.label + (PROMISED if number.standing == "promised" else ""), head=True),
                words(*_estimated(number, results), numeric=True),
                words(*(() if number.estimate.p is None else _test_line(number, results)), numeric=True),
                words(" ".join(_mark(notes, caution) for caution in number.cautions)),
            )
        )
        for number in methods_of(result)
    ]
    lines = [(f"{mark} {sentence}",) for sentence, mark in notes.items()]
    head = ("Method", "Estimate (interval)", "p", "Cautions")
    title = f"Every method in use: {result.clause.name}"
    return Table(f"{result.slug}-methods", title, head, tuple(rows), tuple(lines))


def adjusted_table(of: Sequence[Result], results: Results) -> Table:
    """Every promised p-value, as it is and adjusted for their number."""
    rows = [
        Row(
            (
                words(f"{result.clause.name}: {number.label}", head=True),
                words(ref(results, f"{number.id}.p"), numeric=True),
                *(words(ref(results, f"{number.id}.{way}.p"), numeric=True) for way in WAYS),
            )
        )
        for result in of
        for number in promised_tests(result)
    ]
    head = ("Promised test", "p", *(name for name, *_ in WAYS.values()))
    others = f"{looks(of):,} further p-values in this report were not promised, and are not adjusted."
    return Table("adjusted", "Adjusted for the number of promised tests", head, tuple(rows), ((others,),))


def _estimated(number: Number, results: Results) -> Line:
    """What a method estimates, with its unit; a test statistic is none."""
    estimate = number.estimate
    if estimate.unit in STATISTICS:
        return ()
    unit = f" {estimate.unit}" if estimate.unit not in ("", "share", "odds ratio", "risk ratio") else ""
    return (*with_interval(results, number.id), unit)


def entries_table(clause: Entries, result: Result, results: Results, cases: CaseSeries) -> Table:
    """Overlapping categories: how many have each, and how many of them are in the first group."""
    stem = result.slug
    rows = [
        Row(
            (
                words(level, head=True),
                words(ref(results, joined(stem, slug(level), "n")), numeric=True),
                words(ref(results, joined(stem, slug(level), "count")), numeric=True),
                words(*with_interval(results, joined(stem, slug(level), "share")), numeric=True),
            )
        )
        for level in cases.column(clause.of).levels
    ]
    tests: list[Line] = []
    notes: dict[str, str] = {}
    for number in methods_of(result):
        marks = " ".join(_mark(notes, caution) for caution in number.cautions)
        promised = PROMISED if number.standing == "promised" else ""
        tests.append((f"{number.label}{promised}: p = ", ref(results, f"{number.id}.p"), f" {marks}"))
    head = (cases.column(clause.of).title, "Patients", result.groups[0].title, "Share (interval)")
    lines: list[Line] = [*tests, *((f"{mark} {sentence}",) for sentence, mark in notes.items())]
    lines += [line for line in said(result.cautions) if line[0] not in notes] + [
        (note,) for note in result.notes
    ]
    return Table(stem, clause.name.capitalize(), head, tuple(rows), tuple(lines))


def ranges_table(relabelled: Sequence[Result], results: Results) -> Table:
    """Of each test its p and its estimate as labelled, and their ranges over the labellings."""
    rows: list[Row] = []
    notes: list[Line] = []
    for result in relabelled:
        for one in by_test(result):
            of, number = joined(result.slug, one.part), one.numbers[0]
            assert number is not None  # the first labelling is the one given, in which each test has a p
            cells: list[Line] = [
                (ref(results, f"{number.id}.p"),),
                (ref(results, f"{of}.p-smallest.p"), " to ", ref(results, f"{of}.p-greatest.p")),
                (ref(results, f"{of}.below"), " of ", ref(results, f"{of}.below.n")),
                with_interval(results, number.id) if number.estimate.level is not None else (),
                (ref(results, f"{of}.smallest"), " to ", ref(results, f"{of}.greatest"))
                if _stands(results, f"{of}.smallest")
                else (),
            ]
            name = words(f"{one.label} ({result.clause.name})", head=True)
            rows.append(Row((name, *(words(*cell, numeric=True) for cell in cells))))
        notes += [*said(result.cautions), *((note,) for note in result.notes)]
    alpha = f"p below {1.0 - results.conventions.level:.2g}"
    head = ("Test", "p as labelled", "p over labellings", alpha, "Estimate as labelled", "over labellings")
    stem = f"{relabelled[0].slug}-ranges"
    return Table(stem, "Over every labelling", head, tuple(rows), tuple(dict.fromkeys(notes)))


def regression_table(result: Result, results: Results) -> Table:
    """A line a covariate: its ratio as fitted, with Firth's penalty, and whether hazards are proportional."""
    rows, stem = [], result.slug
    ratios = [one for one in result.numbers if one.id.endswith(".ratio")]
    for number in ratios:
        of = number.id.removesuffix(".ratio")
        cells: list[Line] = [
            with_interval(results, number.id)
            if number.estimate.level is not None
            else (ref(results, number.id),),
            (ref(results, f"{number.id}.p"),) if number.estimate.p is not None else (),
            with_interval(results, f"{of}.firth"),
            (ref(results, f"{of}.firth.p"),) if results.value(f"{of}.firth.p") is not None else (),
        ]
        if _stands(results, f"{stem}.proportional"):
            is_tested = results.value(f"{of}.proportional.p") is not None
            cells.append((ref(results, f"{of}.proportional.p"),) if is_tested else ())
        rows.append(Row((words(number.label, head=True), *(words(*cell, numeric=True) for cell in cells))))
    ratio = ratios[0].estimate.unit.capitalize()
    head = ["", f"{ratio} (interval)", "p", "Firth's penalty (interval)", "p"]
    head += ["Proportional, p"] if _stands(results, f"{stem}.proportional") else []
    counted: Line = (
        ref(results, joined(stem, "n")),
        " patients, ",
        ref(results, joined(stem, "events")),
        " of them with the event.",
    )
    refused = dict.fromkeys(one.estimate.reason for one in ratios if one.estimate.reason)
    lines = [*refused, *result.notes]
    notes: list[Line] = [counted, *((line,) for line in lines), *said(result.cautions)]
    return Table(stem, result.clause.name.capitalize(), tuple(head), tuple(rows), tuple(notes))


def by_day(serial: Serial, result: Result, results: Results) -> dict[str, dict[int, Cell]]:
    """How many have a value on each day of the grid, and its median: the lines under a grid of days."""
    lines: dict[str, dict[int, Cell]] = {"Patients": {}, "Median": {}}
    for day in serial.days:
        for name, part in (("Patients", "n"), ("Median", MEDIAN)):
            id_ = joined(result.slug, on_day(day), part)
            if id_ in results.numbers:
                lines[name][day] = words(ref(results, id_), numeric=True, mark="day")
    return {name: cells for name, cells in lines.items() if cells}


def with_interval(results: Results, id_: str) -> Line:
    """A number, with its interval in brackets where it has one."""
    estimate = results.number(id_).estimate
    if estimate.level is None:
        return (ref(results, id_),)
    return (ref(results, id_), " (", ref(results, f"{id_}.low"), " to ", ref(results, f"{id_}.high"), ")")


def said(cautions: Iterable[Caution]) -> list[Line]:
    """The cautions of a table as notes, each once."""
    return [(sentence,) for sentence in dict.fromkeys(caution.sentence for caution in cautions)]


def _group_line(results: Results, stem: str, key: str, title: str) -> Line:
    """What a comparison says of one group: events of n, or median and range."""
    of = joined(stem, key)
    if joined(of, "share") in results.numbers:
        count, n = ref(results, joined(of, "count")), ref(results, joined(of, "share", "n"))
        return (f"{title}: ", count, "/", n, " (", ref(results, joined(of, "share")), ")")
    middle, low, high = (joined(of, name) for name in MIDDLES["median (range)"])
    ends: Line = (
        (" (", ref(results, low), DASH, ref(results, high), ")") if results.value(low) is not None else ()
    )
    n = ref(results, joined(of, "n"))
    return (f"{title}: ", ref(results, middle), *ends, f", n{NBSP}={NBSP}", n)


def _test_said(number: Number, results: Results) -> Line:
    """A test by its name, with what it estimates where that has an interval."""
    promised = PROMISED if number.standing == "promised" else ""
    if number.estimate.level is None:
        return (f"{number.label}{promised}",)
    unit = f"{number.estimate.unit} ".replace("share ", "")
    return (f"{number.label}{promised}; {unit}", *with_interval(results, number.id))


def _test_line(number: Number, results: Results) -> Line:
    if number.estimate.p is None:
        return () if number.estimate.level is not None else (ref(results, number.id),)
    return (ref(results, f"{number.id}.p"),)


def _mark(notes: dict[str, str], caution: Caution) -> str:
    """The letter of a caution in this table's notes."""
    return notes.setdefault(caution.sentence, f"[{column_letters(len(notes)).lower()}]")


def _summary_rows(
    stem: str, column: Column, groups: Sequence[str], results: Results, clause: Summarise
) -> Iterator[Row]:
    title = column.title + (f", {column.unit}" if column.unit and column.unit != "share" else "")

    def of(key: str, level: str = "") -> str:
        return joined(stem, summarised(column.name, key, level))

    def line(label: str, cells: Iterable[Line], depth: int = 0) -> Row:
        return Row((words(label, head=True, depth=depth), *(words(*cell, numeric=True) for cell in cells)))

    if column.kind in MEASURED:
        yield line(title, [_middle(of(key), results, clause) for key in groups])
    elif column.kind == "yes/no":
        yield line(title, [_counted(of(key), results) for key in groups])
    elif column.kind == "event":
        # Nothing seen in a few patients is not nothing: an event always shows how many it could be.
        yield line(title, [_counted(of(key), results, interval=True) for key in groups])
    else:
        levels = [("any", ANY)] if column.kind == "regimens" else []
        levels += [(level, level) for level in column.levels]
        levels += [("more than one", SEVERAL)] if column.kind == "categories" else []
        yield Row((words(title, head=True), *(words() for _ in groups)), is_group=True)
        for said_as, level in levels:
            yield line(said_as, [_counted(of(key, level), results) for key in groups], depth=1)
    missing = [joined(of(key), "missing") for key in groups]
    if any(results.value(id_) != 0 for id_ in missing):
        yield line("missing", [(ref(results, id_),) for id_ in missing], depth=1)


def _middle(stem: str, results: Results, clause: Summarise) -> Line:
    middle, *spread = (joined(stem, name) for name in MIDDLES[clause.numbers])
    if len(spread) == 2 and None in (results.value(middle), results.value(spread[0])):
        return (ref(results, middle),)
    ends = (ref(results, spread[0]), *(part for id_ in spread[1:] for part in (DASH, ref(results, id_))))
    return (ref(results, middle), " (", *ends, ")")


def _counted(stem: str, results: Results, *, interval: bool = False) -> Line:
    if results.value(f"{stem}.share") is None:
        return (ref(results, f"{stem}.count"),)
    limits: Line = ()
    if interval:
        limits = ("; ", ref(results, f"{stem}.share.low"), " to ", ref(results, f"{stem}.share.high"))
    return (ref(results, f"{stem}.count"), " (", ref(results, f"{stem}.share"), *limits, ")")
