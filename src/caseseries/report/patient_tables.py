"""The tables of the patients: a line each, from the cases, with the place of every cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from caseseries.cases.parts import CERTAINTY, DAYS, GRADE, HIGH, OPERATOR, RESTARTS, TERM, part_of
from caseseries.cases.series import CaseSeries, Column
from caseseries.evidence.counting import so_many
from caseseries.protocol.clauses.analysis import ListPatients
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import MEASURED, Serial
from caseseries.report.page import SHADES, Cell, Row, Table, words
from caseseries.report.rows import Behind
from caseseries.stats.digits import shown

DASH = "\u2013"
NONE = "none"


NOTHING_BEHIND = Behind()


def listing(
    clause: ListPatients, cases: CaseSeries, *, is_first: bool = True, behind: Behind = NOTHING_BEHIND
) -> Table:
    """One line a patient, as written where that says more than the value; links lead to the first listing.

    Where there are rows `behind` a cell, it leads to them.
    """
    columns = [cases.column(name) for name in clause.variables if cases.has(name)]
    rows = []
    for row, patient in enumerate(cases.patients):
        cells = [words(patient, head=True)]
        cells += [
            behind.link(_listed(cases, column, row), cases.table["patient"][row], column.name)
            for column in columns
        ]
        rows.append(Row(tuple(cells), anchor=f"patient-{patient}" if is_first else ""))
    head = ("Patient", *(_headed(column) for column in columns))
    lacking = [name for name in clause.variables if not cases.has(name)]
    notes = ((f"Not held by these cases: {', '.join(lacking)}.",),) if lacking else ()
    return Table(slug(clause.name), "The patients, one line each", head, tuple(rows), notes, is_wide=True)


def spells_table(cases: CaseSeries, behind: Behind = NOTHING_BEHIND) -> Table:
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
                    behind.link(Cell((spell["text"],), origin=spell["origin"]), spell["patient"]),
                    words(spell["drug"] or spell["level"]),
                    words(dose, numeric=True),
                    *(words("" if one is None else shown(one, ""), numeric=True) for one in numbers),
                    words(spell["route"] or ""),
                    words(spell["within"] or ""),
                )
            )
        )
    head = ("Patient", "Column", f"As {cases.written}", "Read as", "One dose", "Every, hours", "A day, mg")
    steroid = ("As prednisone, mg a day", "As dexamethasone, mg a day", "Route", "Part of")
    given = set(cases.spells["kind"])
    sources = [one.sentence for one in cases.footnotes if one.kind == "source" and one.column in given]
    said = ["An empty cell is not known: a drug without a dose has no daily total.", *dict.fromkeys(sources)]
    notes = tuple((sentence,) for sentence in said)
    return Table(
        "every_regimen",
        f"Every regimen, as {cases.written} and as read",
        (*head, *steroid),
        tuple(rows),
        notes,
        is_wide=True,
    )


def day_grid(
    serial: Serial,
    cases: CaseSeries,
    beside: Sequence[str],
    by_day: Mapping[str, Mapping[int, Cell]],
    behind: Behind = NOTHING_BEHIND,
) -> Table:
    """The serial by patient and day: the deeper the shade, the further from the value on day 1.

    `by_day` are the lines below the patients: their names, and a cell for each day that has one.
    """
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
            cell = Cell(
                (f"{operator}{shown(value, '')}",),
                numeric=True,
                origin=origin,
                shade=_shade(first, value),
                mark="day",
            )
            cells.append(behind.link(cell, patient))
        cells += [behind.link(_listed(cases, cases.column(name), row), patient, name) for name in beside]
        rows.append(Row(tuple(cells)))
    for name, cells_of in by_day.items():
        line = (words(name, head=True), *(cells_of.get(day, Cell(mark="day")) for day in days))
        rows.append(Row((*line, *(words() for _ in beside)), is_group=True))
    unit = f", {serial.unit}" if serial.unit else ""
    head = ("Patient", *(f"Day {day}" for day in days), *(cases.column(name).title for name in beside))
    notes = (
        (
            "Blue: below the value on day 1; orange, with a line on top: above it; "
            "full shade: a tenth of it, or ten times it; "
            f"none: within a factor of {shown(10 ** (0.5 / SHADES), '')}.",
        ),
    )
    return Table(slug(serial.name), f"{serial.title}{unit}, by day", head, tuple(rows), notes, is_wide=True)


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
        term, grade = (cases.table[part_of(column.name, part)][row] for part in (TERM, GRADE))
        return Cell((f"{term}" + (f", grade {grade}" if grade else "") if value else "None",), origin=origin)
    if column.kind == "categories":
        return Cell((_categories(cases, column, row),), origin=origin)
    if column.kind == "regimens":
        patient, episode = cases.table["patient"][row], cases.table["episode"][row]
        given = cases.spells.filter(patient=patient, episode=episode, kind=column.name)
        # A sheet's text names its drug; of records the text is the dose, and the drug stands beside it.
        said = [
            f"{drug} {text}" if cases.from_records else text
            for drug, text in given.select("drug", "text").iter_rows()
        ]
        return Cell(("; ".join(said) or "None",), origin=origin)
    if column.kind == "regimen":
        on_it = cases.part(column.name, DAYS)
        days = "" if on_it is None or on_it[row] is None else f", {so_many(on_it[row], 'day')}"
        begun = cases.part(column.name, RESTARTS)
        again = "" if begun is None or not begun[row] else f", {so_many(begun[row], 'restart')}"
        return Cell((f"{value}{days}{again}",), origin=origin)
    return Cell((str(value),), origin=origin)


def _number(cases: CaseSeries, column: Column, row: int, value: float) -> str:
    operators, highs = cases.part(column.name, OPERATOR), cases.part(column.name, HIGH)
    operator = "" if operators is None else operators[row] or ""
    high = value if highs is None else highs[row]
    if column.kind == "share" and value == 0:
        return NONE
    text = shown(value, column.unit if column.unit == "share" else "")
    return f"{operator}{text}" + (f"{DASH}{shown(high, '')}" if high != value else "")


def _categories(cases: CaseSeries, column: Column, row: int) -> str:
    levels = cases.table[column.name][row].to_list()
    certainty = cases.part(column.name, CERTAINTY)
    if certainty is None:
        return "; ".join(levels)
    surest, sures = column.certainty[0], certainty[row].to_list()
    return "; ".join(
        level if sure == surest else f"{level} ({sure})" for level, sure in zip(levels, sures, strict=True)
    )


def _shade(first: float, value: float) -> float | None:
    """How far a value has gone from the first: -1 at a tenth, 1 at ten times."""
    if not first > 0 or not value > 0:
        return None
    return max(-1.0, min(1.0, math.log10(value / first)))
