"""Comparisons: the promised tests and their companions, every method in use, adjusted, relabelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caseseries.analysis.ids import MIDDLES, UNKNOWN, if_unknown, joined
from caseseries.analysis.multiplicity import WAYS, looks, promised_tests
from caseseries.analysis.relabel import by_test
from caseseries.analysis.results import Number, Result, Results
from caseseries.analysis.standing import methods_of, said_first
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.analysis import Compare, Entries, Landmark
from caseseries.protocol.clauses.clause import slug
from caseseries.report.numbers import PROMISED, mark, said, stands, test_line, with_interval
from caseseries.report.page import Line, Row, Table, ref, words

DASH = "\u2013"
NBSP = "\u00a0"


STATISTICS = ("chi-square", "U", "H")
"""Units of test statistics, which are no estimate."""


def comparisons_table(compared: Sequence[Result], results: Results, cases: CaseSeries) -> Table:
    """Every promised comparison in one line, and a line for each companion."""
    rows: list[Row] = []
    notes: dict[str, str] = {}
    for result in compared:
        clause, stem = result.clause, result.slug
        assert isinstance(clause, Compare | Landmark)
        if isinstance(clause, Compare) and len(result.groups) > 2:
            cells = [words(f"{len(result.groups)} groups, in a table below"), words()]
        else:
            said_of = [_group_line(results, stem, one.key, one.title) for one in result.groups]
            others = [part for line in said_of[1:] for part in ("; ", *line)][1:]
            cells = [words(*said_of[0]), words(*others)]
        tests = said_first(result)
        # A comparison without a test still says what its groups are.
        for position, number in enumerate(tests or [None]):
            first = position == 0
            own = number.cautions if number else ()
            cautions = dict.fromkeys((*own, *(result.cautions if first else ())))
            marks = sorted((mark(notes, caution) for caution in cautions), key=lambda mark: (len(mark), mark))
            rows.append(
                Row(
                    (
                        words(clause.name, head=True) if first else words(),
                        *(cells if first else [words(), words()]),
                        words(*_test_said(number, results)) if number else words("no test"),
                        words(*test_line(number, results), numeric=True) if number else words(numeric=True),
                        words(" ".join(marks)),
                    ),
                    is_group=first,
                )
            )
    head = ("Comparison", "In the first group", "In the other group", "Test", "p", "Cautions")
    lines: list[Line] = [(f"{mark} {sentence}",) for sentence, mark in notes.items()]
    lines += [(f"{result.clause.name}: {note}",) for result in compared for note in result.notes]
    lines += [line for result in compared for line in _left_open(result, results)]
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
                words(*(() if number.estimate.p is None else test_line(number, results)), numeric=True),
                words(" ".join(mark(notes, caution) for caution in number.cautions)),
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
    """What a method estimates, with its unit; a test statistic is none, nor the chance of the table seen."""
    estimate = number.estimate
    if estimate.unit in STATISTICS or number.id.endswith(".freeman-halton"):
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
        marks = " ".join(mark(notes, caution) for caution in number.cautions)
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
                if stands(results, f"{of}.smallest")
                else (),
            ]
            name = words(f"{one.label} ({result.clause.name})", head=True)
            rows.append(Row((name, *(words(*cell, numeric=True) for cell in cells))))
        notes += [*said(result.cautions), *((note,) for note in result.notes)]
    alpha = f"p below {1.0 - results.conventions.level:.2g}"
    head = ("Test", "p as labelled", "p over labellings", alpha, "Estimate as labelled", "over labellings")
    stem = f"{relabelled[0].slug}-ranges"
    return Table(stem, "Over every labelling", head, tuple(rows), tuple(dict.fromkeys(notes)))


def _group_line(results: Results, stem: str, key: str, title: str) -> Line:
    """What a comparison says of one group: events of n, median and range, or of a category n alone."""
    of = joined(stem, key)
    if joined(of, "share") in results.numbers:
        count, n = ref(results, joined(of, "count")), ref(results, joined(of, "share", "n"))
        return (f"{title}: ", count, "/", n, " (", ref(results, joined(of, "share")), ")")
    middle, low, high = (joined(of, name) for name in MIDDLES["median (range)"])
    if not stands(results, middle):
        return (f"{title}: n{NBSP}={NBSP}", ref(results, joined(of, "n")))
    ends: Line = (
        (" (", ref(results, low), DASH, ref(results, high), ")") if results.value(low) is not None else ()
    )
    n = ref(results, joined(of, "n"))
    return (f"{title}: ", ref(results, middle), *ends, f", n{NBSP}={NBSP}", n)


def _left_open(result: Result, results: Results) -> Iterator[Line]:
    """What the unknown outcomes leave open, of each group that has some, and between two groups."""
    for one in result.groups:
        of = joined(result.slug, one.key)
        if stands(results, joined(of, UNKNOWN)):
            unknown = ref(results, joined(of, UNKNOWN))
            none, all_ = (ref(results, joined(of, if_unknown(fate))) for fate in ("none", "all"))
            said = f"{result.clause.name}: not known in "
            yield (
                said,
                unknown,
                f" ({one.title}): ",
                none,
                " if none of them had it, ",
                all_,
                " if all had.",
            )
    ends = [joined(result.slug, "difference", if_unknown(end)) for end in ("least", "most")]
    if all(stands(results, end) for end in ends):
        least, most = (ref(results, end) for end in ends)
        said = f"{result.clause.name}: whatever the unknown had, the difference of the shares lies from "
        yield (said, least, " to ", most, ".")


def _test_said(number: Number, results: Results) -> Line:
    """A test by its name, with what it estimates where that has an interval."""
    promised = PROMISED if number.standing == "promised" else ""
    if number.estimate.level is None:
        return (f"{number.label}{promised}",)
    unit = f"{number.estimate.unit} ".replace("share ", "")
    return (f"{number.label}{promised}; {unit}", *with_interval(results, number.id))
