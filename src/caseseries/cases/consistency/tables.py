"""Tables: two tables of the same patients that disagree, that lack what the other has, or whose rows are
exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.clauses.variable import Serial, Take, Variable
from caseseries.protocol.protocol import Protocol

FEW = 0.1
"""Where more of the courses begin later than on the first day, that is how this table was filled in."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One measurement of one patient, the two values that two tables have of it, and both cells."""

    patient: str
    one: str
    other: str
    cells: tuple[str, ...]


def table_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """A variable and the first day of a serial that are one measurement must have one value."""
    for serial in protocol.serials:
        for variable in protocol.variables:
            if same_measurement(variable, serial) and cases.has(variable.name):
                yield from disagreements(variable.title, _disagreeing(cases, variable, serial))
                yield from _without_first_day(cases, variable, serial)


def disagreements(title: str, found: Sequence[Disagreement]) -> Iterator[Question]:
    """A question for each disagreement; one for two patients of whom each has the other's value."""
    with_values: dict[tuple[str, str], list[Disagreement]] = {}
    for disagreement in found:
        with_values.setdefault((disagreement.one, disagreement.other), []).append(disagreement)
    told: set[tuple[str, str]] = set()
    for (one, other), mine in with_values.items():
        theirs = with_values.get((other, one), [])
        if len(mine) == len(theirs) == 1:
            told.add((one, other))
            if (other, one) not in told:
                yield _exchanged(title, mine[0], theirs[0])
            continue
        for first in mine:
            sentence = f"{title} of patient {first.patient} is {one} in one table and {other} in the other."
            why = "The two are one measurement; one of them is a slip."
            yield Question("tables", sentence, why, (first.patient,), first.cells, CANNOT_BE)


def _exchanged(title: str, first: Disagreement, second: Disagreement) -> Question:
    values = f"{first.one} and {second.one} in one table, {first.other} and {second.other} in the other"
    sentence = f"{title} of patients {first.patient} and {second.patient} is {values}."
    why = (
        "Each has the other's value: in one of the tables their cells, or their whole rows, may be exchanged."
    )
    who = (first.patient, second.patient)
    return Question("exchanged", sentence, why, who, (*first.cells, *second.cells), CANNOT_BE)


def same_measurement(variable: Variable, serial: Serial) -> bool:
    """Whether the variable is the first day of the serial, by the recipes of both."""
    take = variable.take
    return (
        isinstance(take, Take)
        and take.finding == serial.finding
        and take.at == serial.counted_from
        and (variable.unit or serial.unit) == (serial.unit or variable.unit)
    )


def _disagreeing(cases: CaseSeries, variable: Variable, serial: Serial) -> list[Disagreement]:
    first = cases.serials.filter((pl.col("name") == serial.name) & (pl.col("day") == 1))
    both = (
        cases.table.select("patient", "episode", one=variable.name)
        .with_row_index("row")
        .join(first.select("patient", "episode", "value", "origin"), on=["patient", "episode"])
        .filter(pl.col("one") != pl.col("value"))
        .sort("row")
    )
    return [
        Disagreement(
            cases.patients[row], plainly(one), plainly(other), (cases.origin(row, variable.name), origin)
        )
        for row, one, other, origin in both.select("row", "one", "value", "origin").iter_rows()
    ]


def _without_first_day(cases: CaseSeries, variable: Variable, serial: Serial) -> Iterator[Question]:
    """The few whose course has no first day, though the other table has its value."""
    mine = cases.serials.filter(pl.col("name") == serial.name).sort("day")
    courses = mine.group_by("patient", "episode", maintain_order=True).agg(
        day=pl.col("day").first(), value=pl.col("value").first(), origin=pl.col("origin").first()
    )
    both = (
        cases.table.select("patient", "episode", one=variable.name)
        .with_row_index("row")
        .filter(pl.col("one").is_not_null())
        .join(courses, on=["patient", "episode"])
    )
    late = both.filter(pl.col("day") > 1).sort("row")
    if not 0 < late.height <= FEW * both.height:
        return
    for row, one, day, value, origin in late.select("row", "one", "day", "value", "origin").iter_rows():
        who = cases.patients[row]
        sentence = (
            f"{variable.title} of patient {who} is {plainly(one)} in one table; in the other the course "
            f"begins on day {day}, with {'no number' if value is None else plainly(value)}."
        )
        why = "Day 1 was not copied, or the values of the course stand a column too far."
        yield Question("first-day", sentence, why, (who,), (cases.origin(row, variable.name), origin))


def plainly(value: float) -> str:
    """All digits of a number, with commas: 109,988."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")
