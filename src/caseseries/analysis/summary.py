"""The summary: the characteristics over all and by group, with what is missing counted."""

from __future__ import annotations

from caseseries.analysis.cautions import Caution, several_categories
from caseseries.analysis.columns import (
    Book,
    Rows,
    Split,
    cautions_of_values,
    everybody,
    groups_of,
    holds,
    is_yes,
    known,
    measured,
    not_given,
    numeric_parts,
    patients_of,
    split,
)
from caseseries.analysis.ids import ANY, MIDDLES, SEVERAL, joined, summarised
from caseseries.analysis.results import Result
from caseseries.cases.parts import GIVEN, parted
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.analysis import ListPatients, Summarise
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.clauses.variable import MEASURED
from caseseries.protocol.protocol import Protocol
from caseseries.stats.describe import extremes, mean, median, quartiles, standard_deviation
from caseseries.stats.estimate import Estimate

IN_WORDS = {"sd": "standard deviation"}


def list_patients(clause: ListPatients, cases: CaseSeries, protocol: Protocol) -> Result:
    """One line a patient: the lines are the cases' own, the number here is how many there are."""
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    book.enter("n", "Patients", Estimate(cases.n, "count", cases.n, "patients"), everybody(cases))
    lacking = [name for name in clause.variables if not cases.has(name)]
    notes = (f"Not held by these cases: {', '.join(lacking)}.",) if lacking else ()
    return Result(clause, tuple(book.numbers), notes=notes)


def summarise(clause: Summarise, cases: CaseSeries, protocol: Protocol) -> Result:
    """Every promised variable over all, then by group: numbers as promised, categories as n and share.

    Shares are of the patients in whom the variable is known; who is missing is counted apart.
    """
    book = Book(slug(clause.name), cases, protocol.conventions.level)
    groups = [*groups_of(cases, None), *(split(cases, clause.by) if clause.by else [])]
    cautions: list[Caution] = []
    for one in groups:
        book.enter(
            joined(one.group.key, "n"),
            f"Patients: {one.group.title}",
            Estimate(int(one.rows.sum()), "count", cases.n, "patients"),
            one.rows,
        )
    for name in clause.variables:
        for column in numeric_parts(cases, cases.column(name)):
            for one in groups:
                _enter(book, column, one, clause)
            cautions += cautions_of_values(cases, column.name)
            cautions += _overlap(cases, column)
    return Result(
        clause, tuple(book.numbers), tuple(one.group for one in groups), tuple(dict.fromkeys(cautions))
    )


def _enter(book: Book, column: Column, one: Split, clause: Summarise) -> None:
    cases, key = book.cases, one.group.key
    label = f"{column.title} ({one.group.title})"
    rows = known(cases, column.name) & one.rows
    regimen, fanned = parted(column.name)
    missing = one.rows & ~rows
    if fanned and fanned != GIVEN:
        missing &= ~not_given(cases, regimen)
    if column.kind in MEASURED:
        _enter_measured(book, column, label, rows, key, clause)
    elif column.kind in {"yes/no", "event"}:
        book.enter_count(summarised(column.name, key), label, is_yes(cases, column.name), rows)
    else:
        if column.kind == "regimens":
            given = cases.table[column.name].list.len().fill_null(0).to_numpy() > 0
            book.enter_count(summarised(column.name, key, ANY), f"{label}: any", given, rows)
        for level in column.levels:
            book.enter_count(
                summarised(column.name, key, level),
                f"{label}: {level}",
                holds(cases, column.name, level),
                rows,
            )
        if column.kind == "categories":
            book.enter_count(
                summarised(column.name, key, SEVERAL),
                f"{label}: more than one",
                _several(cases, column),
                rows,
            )
    counted = Estimate(int(missing.sum()), "count", int(one.rows.sum()), "patients")
    book.enter(joined(summarised(column.name, key), "missing"), f"{label}: missing", counted, missing)


def _enter_measured(book: Book, column: Column, label: str, rows: Rows, key: str, clause: Summarise) -> None:
    values, unit = measured(book.cases, column.name)[rows], column.unit
    found: tuple[Estimate, ...]
    match clause.numbers:
        case "mean (SD)":
            found = mean(values, unit), standard_deviation(values, unit)
        case "median (IQR)":
            found = median(values, unit), *quartiles(values, unit)
        case "median (range)":
            found = median(values, unit), *extremes(values, unit)
    for name, estimate in zip(MIDDLES[clause.numbers], found, strict=True):
        said = IN_WORDS.get(name, name.replace("-", " "))
        book.enter(joined(summarised(column.name, key), name), f"{label}, {said}", estimate, rows)


def _several(cases: CaseSeries, column: Column) -> Rows:
    return cases.table[column.name].list.len().fill_null(0).to_numpy() > 1


def _overlap(cases: CaseSeries, column: Column) -> list[Caution]:
    if column.kind != "categories":
        return []
    several, lengths = int(_several(cases, column).sum()), cases.table[column.name].list.len().fill_null(0)
    people = len(patients_of(cases, known(cases, column.name)))
    return [several_categories(several, int(lengths.sum()), people)] if several else []
