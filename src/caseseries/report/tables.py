"""The tables of the report: every number in them is looked up by its id."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from caseseries.analysis.cautions import Caution
from caseseries.analysis.columns import numeric_parts
from caseseries.analysis.results import Number, Result, Results
from caseseries.cases.series import CaseSeries, Column
from caseseries.evidence.drugs import formulary
from caseseries.literature.claims import Verdict
from caseseries.protocol.clauses.analysis import Compare, Entries, Landmark, ListPatients, Summarise
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import MEASURED, Serial
from caseseries.protocol.protocol import Protocol
from caseseries.report.page import Cell, Inline, Line, Row, Table, ref
from caseseries.stats.digits import shown

DASH, NBSP = "\u2013", "\u00a0"
NONE = "none"


def words(*parts: Inline, numeric: bool = False, head: bool = False, depth: int = 0, mark: str = "") -> Cell:
    """A cell of these parts."""
    return Cell(tuple(parts), numeric=numeric, head=head, depth=depth, mark=mark)


def claims_table(verdicts: Sequence[Sequence[Verdict]], results: Results) -> Table:
    """Printed and obtained, side by side, with the computed verdict."""
    rows = []
    for one in verdicts:
        claim = one[0].claim
        for position, verdict in enumerate(one):
            first = position == 0
            obtained = ref(results, verdict.result)
            value = type(obtained)(obtained.id, verdict.obtained or obtained.text)
            more = f" ({verdict.full})" if verdict.full and verdict.full != verdict.obtained else ""
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
                        words(value, more, numeric=True),
                        words(said, mark=verdict.said.replace(" ", "-")),
                    )
                )
            )
    head = ("What is claimed", "Where it stands", "Printed", "Obtained", "Verdict")
    notes = (
        ("Verdicts are computed at the printed precision, halves up; the value in full stands in brackets.",),
    )
    return Table("claims", "The claims, one line each", head, tuple(rows), notes)


def listing(clause: ListPatients, cases: CaseSeries, protocol: Protocol) -> Table:
    """One line a patient, as typed where that says more than the value."""
    columns = [cases.column(name) for name in clause.variables]
    rows = []
    for row, patient in enumerate(cases.patients):
        cells = [words(patient, head=True)]
        cells += [_listed(cases, column, row) for column in columns]
        rows.append(Row(tuple(cells), anchor=f"patient-{patient}"))
    head = ("Patient", *(_headed(column) for column in columns))
    return Table(slug(clause.name), "The patients, one line each", head, tuple(rows), is_wide=True)


def spells_table(cases: CaseSeries) -> Table:
    """Every regimen as it was read: dose, interval, route, daily total and what it is as a corticosteroid."""
    rows = []
    for spell in cases.spells.iter_rows(named=True):
        key = spell["patient"] if spell["episode"] == 1 else f"{spell['patient']}/{spell['episode']}"
        dose = "" if spell["amount"] is None else f"{shown(spell['amount'], '')} {spell['unit']}"
        numbers = [spell[name] for name in ("interval", "daily", "prednisone", "dexamethasone")]
        rows.append(
            Row(
                (
                    words(key, head=True),
                    words(cases.column(spell["kind"]).title),
                    Cell((spell["text"],), origin=spell["origin"]),
                    words(spell["drug"] or spell["level"]),
                    words(dose, numeric=True),
                    *(words("" if one is None else shown(one, ""), numeric=True) for one in numbers),
                    words(spell["route"] or ""),
                    words(spell["within"] or ""),
                )
            )
        )
    head = ("Patient", "Column", "As typed", "Read as", "One dose", "Every, hours", "A day, mg")
    steroid = ("As prednisone, mg a day", "As dexamethasone, mg a day", "Route", "Part of")
    notes = (
        ("An empty cell is not known: a drug without a dose has no daily total.",),
        (f"Equal doses of corticosteroids: {formulary().equals_source}.",),
    )
    return Table(
        "regimens", "Every regimen, as typed and as read", (*head, *steroid), tuple(rows), notes, is_wide=True
    )


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
            *(words(ref(results, f"{stem}.{one.key}.n"), numeric=True) for one in groups),
        )
    )
    by = f", over all and by: {cases.column(clause.by).title.lower()}" if clause.by else ""
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
    keys = [("" if one.key == "all" else f"{one.key}.") for one in result.groups]
    other = "first" if getattr(result.clause, "median", "midpoint") == "midpoint" else "midpoint"
    lines: list[tuple[str, str]] = [
        ("Patients", "n"),
        ("Deaths", "deaths"),
        (f"Median survival, {unit}", "median"),
        (f"the same, by the convention \u201c{other}\u201d", f"median-by-{other}"),
        *(
            (f"Survival at {horizon}", f"survival-at.{slug(horizon)}")
            for horizon in protocol.follow_up.horizons
        ),
        ("Alive at last follow-up", "alive.share"),
        (f"Median follow-up, {unit} (reverse Kaplan\u2013Meier)", "follow-up"),
        (f"Time observed, median, {unit}", "observed.median"),
        ("shortest", "observed.lowest"),
        ("longest", "observed.highest"),
    ]
    indented = {"the same, by", "shortest", "longest"}
    rows = [
        Row(
            (
                words(label, head=True, depth=int(any(label.startswith(start) for start in indented))),
                *(words(*with_interval(results, f"{stem}.{key}{part}"), numeric=True) for key in keys),
            )
        )
        for label, part in lines
    ]
    if f"{stem}.log-rank" in results.numbers:
        rows.append(
            Row(
                (
                    words("Log-rank test, p", head=True),
                    words(ref(results, f"{stem}.log-rank.p"), numeric=True),
                    *(words() for _ in keys[1:]),
                )
            )
        )
    head = ("", *(one.title for one in result.groups))
    notes = [(note,) for note in result.notes]
    notes.append(
        (
            f"In brackets the {shown(protocol.conventions.level, 'share')} interval: "
            "log-log limits for the curve and its median, exact for shares.",
        )
    )
    return Table(stem, result.clause.name.capitalize(), head, tuple(rows), (*notes, *said(result.cautions)))


def comparisons_table(compared: Sequence[Result], results: Results, cases: CaseSeries) -> Table:
    """Every promised comparison in one line, and a line for each companion."""
    rows: list[Row] = []
    notes: dict[str, str] = {}
    for result in compared:
        clause, stem = result.clause, result.slug
        assert isinstance(clause, Compare | Landmark)
        cells = [_group_cell(results, stem, one.key, one.title) for one in result.groups[:2]]
        tests = [number for number in result.numbers if number.standing != "description"]
        for position, number in enumerate(tests):
            first = position == 0
            marks = [
                _mark(notes, caution)
                for caution in dict.fromkeys((*number.cautions, *(result.cautions if first else ())))
            ]
            rows.append(
                Row(
                    (
                        words(clause.name, head=True) if first else words(),
                        *(cells if first else [words(), words()]),
                        words(number.label, " (promised)" if number.standing == "promised" else ""),
                        words(*_test_line(number, results), numeric=True),
                        words(" ".join(marks)),
                    ),
                    is_group=first,
                )
            )
    head = ("Comparison", "In the first group", "In the second group", "Test", "p", "Cautions")
    lines = [(f"{mark} {sentence}",) for sentence, mark in notes.items()]
    lines += [(note,) for result in compared for note in result.notes]
    return Table(
        "comparisons", "Every promised comparison, with its companions", head, tuple(rows), tuple(lines)
    )


def entries_table(clause: Entries, result: Result, results: Results, cases: CaseSeries) -> Table:
    """Overlapping categories: how many have each, and how many of them are in the first group."""
    stem = result.slug
    rows = [
        Row(
            (
                words(level, head=True),
                words(ref(results, f"{stem}.{slug(level)}.n"), numeric=True),
                words(ref(results, f"{stem}.{slug(level)}.count"), numeric=True),
                words(*with_interval(results, f"{stem}.{slug(level)}.share"), numeric=True),
            )
        )
        for level in cases.column(clause.of).levels
    ]
    tests: list[Line] = []
    notes: dict[str, str] = {}
    for number in result.numbers:
        if number.standing != "description":
            marks = " ".join(_mark(notes, caution) for caution in number.cautions)
            promised = " (promised)" if number.standing == "promised" else ""
            tests.append((f"{number.label}{promised}: p = ", ref(results, f"{number.id}.p"), f" {marks}"))
    head = (cases.column(clause.of).title, "Patients", result.groups[0].title, "Share (interval)")
    lines: list[Line] = [*tests, *((f"{mark} {sentence}",) for sentence, mark in notes.items())]
    lines += [line for line in said(result.cautions) if line[0] not in notes] + [
        (note,) for note in result.notes
    ]
    return Table(stem, clause.name.capitalize(), head, tuple(rows), tuple(lines))


def day_grid(serial: Serial, cases: CaseSeries, beside: Sequence[str]) -> Table:
    """The serial by patient and day: the deeper the shade, the further from the value on day 1."""
    days = sorted(set(serial.days) | set(cases.serials.filter(name=serial.name)["day"].to_list()))
    found = {
        (patient, episode, day): (value, operator or "", origin)
        for patient, episode, day, value, operator, origin in cases.serials.filter(name=serial.name)
        .select("patient", "episode", "day", "value", "operator", "origin")
        .iter_rows()
    }
    rows = []
    for row, (patient, episode) in enumerate(cases.table.select("patient", "episode").iter_rows()):
        first = found.get((patient, episode, 1), (math.nan, "", ""))[0]
        cells = [words(cases.patients[row], head=True)]
        for day in days:
            if (patient, episode, day) not in found:
                cells.append(Cell(numeric=True, mark="day"))
                continue
            value, operator, origin = found[patient, episode, day]
            cells.append(
                Cell(
                    (f"{operator}{shown(value, '')}",),
                    numeric=True,
                    origin=origin,
                    shade=_shade(first, value),
                    mark="day",
                )
            )
        cells += [_listed(cases, cases.column(name), row) for name in beside]
        rows.append(Row(tuple(cells)))
    unit = f", {serial.unit}" if serial.unit else ""
    head = ("Patient", *(f"Day {day}" for day in days), *(cases.column(name).title for name in beside))
    notes = (
        (
            "Blue: below the value on day 1; orange, with a line on top: above it; "
            "full shade: a tenth of it, or ten times it.",
        ),
    )
    return Table(slug(serial.name), f"{serial.title}{unit}, by day", head, tuple(rows), notes, is_wide=True)


def with_interval(results: Results, id_: str) -> Line:
    """A number, with its interval in brackets where it has one."""
    estimate = results.number(id_).estimate
    if estimate.level is None:
        return (ref(results, id_),)
    return (ref(results, id_), " (", ref(results, f"{id_}.low"), " to ", ref(results, f"{id_}.high"), ")")


def said(cautions: Iterable[Caution]) -> list[Line]:
    """The cautions of a table as notes, each once."""
    return [(sentence,) for sentence in dict.fromkeys(caution.sentence for caution in cautions)]


def _group_cell(results: Results, stem: str, key: str, title: str) -> Cell:
    """What a comparison says of one group: events of n, or median and range."""
    if f"{stem}.{key}.share" in results.numbers:
        count, n = ref(results, f"{stem}.{key}.count"), ref(results, f"{stem}.{key}.share.n")
        return words(f"{title}: ", count, "/", n, " (", ref(results, f"{stem}.{key}.share"), ")")
    middle = (
        ref(results, f"{stem}.{key}.median"),
        " (",
        ref(results, f"{stem}.{key}.lowest"),
        DASH,
        ref(results, f"{stem}.{key}.highest"),
        ")",
    )
    return words(f"{title}: ", *middle, f", n{NBSP}={NBSP}", ref(results, f"{stem}.{key}.n"))


def _test_line(number: Number, results: Results) -> Line:
    if number.estimate.p is None:
        return (ref(results, number.id),)
    return (ref(results, f"{number.id}.p"),)


def _mark(notes: dict[str, str], caution: Caution) -> str:
    """The letter of a caution in this table's notes."""
    return notes.setdefault(caution.sentence, f"[{chr(ord('a') + len(notes))}]")


def _summary_rows(
    stem: str, column: Column, groups: Sequence[str], results: Results, clause: Summarise
) -> Iterator[Row]:
    part = ".".join(slug(piece) for piece in column.name.split("."))
    title = column.title + (f", {column.unit}" if column.unit and column.unit != "share" else "")

    def line(label: str, cells: Iterable[Line], depth: int = 0) -> Row:
        return Row((words(label, head=True, depth=depth), *(words(*cell, numeric=True) for cell in cells)))

    if column.kind in MEASURED:
        yield line(title, [_middle(f"{stem}.{part}.{key}", results, clause) for key in groups])
    elif column.kind == "yes/no":
        yield line(title, [_counted(f"{stem}.{part}.{key}", results) for key in groups])
    elif column.kind == "event":
        # Nothing seen in a few patients is not nothing: an event always shows how many it could be.
        yield line(title, [_counted(f"{stem}.{part}.{key}", results, interval=True) for key in groups])
    else:
        levels = [("any", "any")] if column.kind == "regimens" else []
        levels += [(level, slug(level)) for level in column.levels]
        levels += [("more than one", "several")] if column.kind == "categories" else []
        yield Row((words(title, head=True), *(words() for _ in groups)), is_group=True)
        for level, key_of_level in levels:
            yield line(
                level, [_counted(f"{stem}.{part}.{key_of_level}.{key}", results) for key in groups], depth=1
            )
    missing = [f"{stem}.{part}.{key}.missing" for key in groups]
    if any(results.value(id_) for id_ in missing):
        yield line("missing", [(ref(results, id_),) for id_ in missing], depth=1)


def _middle(stem: str, results: Results, clause: Summarise) -> Line:
    if clause.numbers == "mean (SD)":
        return (ref(results, f"{stem}.mean"), " (", ref(results, f"{stem}.sd"), ")")
    low, high = (
        ("first-quartile", "third-quartile") if clause.numbers == "median (IQR)" else ("lowest", "highest")
    )
    if results.value(f"{stem}.median") is None:
        return (ref(results, f"{stem}.median"),)
    return (
        ref(results, f"{stem}.median"),
        " (",
        ref(results, f"{stem}.{low}"),
        DASH,
        ref(results, f"{stem}.{high}"),
        ")",
    )


def _counted(stem: str, results: Results, *, interval: bool = False) -> Line:
    if results.value(f"{stem}.share") is None:
        return (ref(results, f"{stem}.count"),)
    limits: Line = ()
    if interval:
        limits = ("; ", ref(results, f"{stem}.share.low"), " to ", ref(results, f"{stem}.share.high"))
    return (ref(results, f"{stem}.count"), " (", ref(results, f"{stem}.share"), *limits, ")")


def _headed(column: Column) -> str:
    return column.title + (f", {column.unit}" if column.unit and column.unit != "share" else "")


def _listed(cases: CaseSeries, column: Column, row: int) -> Cell:
    """A value of the case series as a reader wants it, with the place that it came from."""
    value, origin = cases.table[column.name][row], cases.origin(row, column.name)
    if value is None:
        return Cell(("",), origin=origin)
    if column.kind in MEASURED:
        return Cell((_number(cases, column, row, value),), numeric=True, origin=origin)
    if column.kind == "yes/no":
        return Cell(((column.yes or "Yes") if value else (column.no or "No"),), origin=origin)
    if column.kind == "event":
        term, grade = cases.table[f"{column.name}.term"][row], cases.table[f"{column.name}.grade"][row]
        return Cell((f"{term}" + (f", grade {grade}" if grade else "") if value else "None",), origin=origin)
    if column.kind == "categories":
        return Cell((_categories(cases, column, row),), origin=origin)
    if column.kind == "regimens":
        patient, episode = cases.table["patient"][row], cases.table["episode"][row]
        given = cases.spells.filter(patient=patient, episode=episode, kind=column.name)["text"]
        return Cell(("; ".join(given) or "None",), origin=origin)
    if column.kind == "regimen":
        days = (
            cases.table[f"{column.name}.days"][row] if f"{column.name}.days" in cases.table.columns else None
        )
        return Cell((f"{value}" + (f", {days} days" if days is not None else ""),), origin=origin)
    return Cell((str(value),), origin=origin)


def _number(cases: CaseSeries, column: Column, row: int, value: float) -> str:
    operator = (
        cases.table[f"{column.name}.operator"][row]
        if f"{column.name}.operator" in cases.table.columns
        else None
    )
    high = cases.table[f"{column.name}.high"][row] if f"{column.name}.high" in cases.table.columns else value
    if column.kind == "share" and value == 0:
        return NONE
    text = shown(value, column.unit if column.unit == "share" else "")
    return f"{operator or ''}{text}" + (f"{DASH}{shown(high, '')}" if high != value else "")


def _categories(cases: CaseSeries, column: Column, row: int) -> str:
    levels = cases.table[column.name][row].to_list()
    beside = f"{column.name}.certainty"
    if beside not in cases.table.columns:
        return "; ".join(levels)
    certain = cases.table[beside][row].to_list()
    surest = column.certainty[0]
    return "; ".join(
        level if sure == surest else f"{level} ({sure})" for level, sure in zip(levels, certain, strict=True)
    )


def _shade(first: float, value: float) -> float | None:
    """How far a value has gone from the first: -1 at a tenth, 1 at ten times."""
    if not first > 0 or not value > 0:
        return None
    return max(-1.0, min(1.0, math.log10(value / first)))
