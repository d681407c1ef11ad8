"""Columns as the statistics want them: arrays, groups of rows, and numbers entered under their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from caseseries.analysis.cautions import Caution, bounds_taken, ranges_taken
from caseseries.analysis.ids import EVERYBODY, HIGHEST, LOWEST, MEDIAN, joined, of_others
from caseseries.analysis.results import Group, Number, Standing
from caseseries.cases.parts import (
    CERTAINTY,
    CUMULATIVE,
    DAILY,
    DAYS,
    GIVEN,
    GREATEST,
    HIGH,
    MEAN,
    MISSED,
    OPERATOR,
    RESTARTS,
    ROUTE,
    part_of,
)
from caseseries.cases.series import CaseSeries, Column
from caseseries.protocol.clauses.clause import slug
from caseseries.protocol.wording import in_running_text
from caseseries.stats.describe import extremes, median
from caseseries.stats.estimate import Estimate
from caseseries.stats.proportions import proportion

Rows = NDArray[np.bool_]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Split:
    """A group with its rows."""

    group: Group
    rows: Rows


@dataclass(slots=True)
class Book:
    """The numbers of one analysis while they are being made: each is entered once, under its id."""

    slug: str
    cases: CaseSeries
    level: float
    numbers: list[Number] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    sets: dict[bytes, tuple[str, ...]] = field(default_factory=dict)

    def enter(
        self,
        part: str,
        label: str,
        estimate: Estimate,
        rows: Rows,
        *,
        standing: Standing = "description",
        cautions: Iterable[Caution] = (),
    ) -> Estimate:
        id_ = joined(self.slug, part)
        if id_ in self.ids:
            raise ValueError(f"two numbers of one analysis have the id {id_}")
        self.ids.add(id_)
        self.numbers.append(Number(id_, label, estimate, self._patients(rows), standing, tuple(cautions)))
        return estimate

    def enter_count(self, part: str, label: str, rows: Rows, among: Rows) -> None:
        """How many of `among` are in `rows`, as a count and as a share with its exact interval."""
        count, n = int((rows & among).sum()), int(among.sum())
        self.enter(
            joined(part, "count"), f"{label}, patients", Estimate(count, "count", n, "patients"), rows & among
        )
        self.enter(joined(part, "share"), f"{label}, share", proportion(count, n, level=self.level), among)

    def enter_test(
        self,
        part: str,
        label: str,
        estimate: Estimate,
        rows: Rows,
        *,
        promised: bool,
        cautions: Iterable[Caution],
    ) -> None:
        """A test: the promised one, or one that the promise named to stand beside it."""
        standing: Standing = "promised" if promised else "companion"
        self.enter(part, label, estimate, rows, standing=standing, cautions=cautions)

    def enter_middle(self, part: str, label: str, values: Values, rows: Rows, unit: str) -> None:
        """Median and range of the values of `rows`."""
        low, high = extremes(values, unit)
        self.enter(joined(part, MEDIAN), f"{label}, median", median(values, unit), rows)
        self.enter(joined(part, LOWEST), f"{label}, lowest", low, rows)
        self.enter(joined(part, HIGHEST), f"{label}, highest", high, rows)

    def _patients(self, rows: Rows) -> tuple[str, ...]:
        """The patients of these rows; many numbers are of the same ones, and share one set of them."""
        key = rows.tobytes()
        if key not in self.sets:
            self.sets[key] = patients_of(self.cases, rows)
        return self.sets[key]


def patients_of(cases: CaseSeries, rows: Rows) -> tuple[str, ...]:
    """The keys of the rows."""
    names = cases.patients
    return tuple(names[row] for row in np.flatnonzero(rows))


def count(rows: Rows) -> int:
    return int(rows.sum())


def uncertain(cases: CaseSeries, name: str, level: str) -> Rows:
    """The rows that hold the level by a label that is less than the surest of the column's certainties."""
    certainty = cases.part(name, CERTAINTY)
    if certainty is None:
        return np.zeros(cases.n, dtype=bool)
    surest = cases.column(name).certainty[0]
    labels = pl.DataFrame({"level": cases.table[name], "sure": certainty}).with_row_index("row")
    if isinstance(labels.schema["level"], pl.List):
        labels = labels.explode("level", "sure")
    unsure = labels.filter(pl.col("level") == level, pl.col("sure") != surest)
    rows = np.zeros(cases.n, dtype=bool)
    rows[unsure["row"].to_numpy()] = True
    return rows


def everybody(cases: CaseSeries) -> Rows:
    return np.ones(cases.n, dtype=bool)


def known(cases: CaseSeries, name: str) -> Rows:
    """The rows in which the column is not missing."""
    return cases.table[name].is_not_null().to_numpy()


def measured(cases: CaseSeries, name: str) -> Values:
    """The column as floats; NaN stands, here alone, for missing: take the `known` rows of it."""
    return cases.table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def is_yes(cases: CaseSeries, name: str) -> Rows:
    """The rows in which a yes/no column says yes."""
    return cases.table[name].fill_null(False).to_numpy()


def holds(cases: CaseSeries, name: str, level: str) -> Rows:
    """The rows whose category is, or whose list holds, the level."""
    column = cases.table[name]
    held = column.list.contains(level) if isinstance(column.dtype, pl.List) else column == level
    return held.fill_null(False).to_numpy()


def split(cases: CaseSeries, name: str) -> list[Split]:
    """The groups of a yes/no column (those who have it first), or of a category in its levels' order."""
    column = cases.column(name)
    if column.kind == "yes/no":
        yes = is_yes(cases, name)
        no = known(cases, name) & ~yes
        key = slug(name)
        other = column.no or f"Not: {in_running_text(column.title)}"
        return [
            Split(Group(key, column.yes or column.title, patients_of(cases, yes)), yes),
            Split(Group(of_others(key), other, patients_of(cases, no)), no),
        ]
    groups = []
    for level in column.levels:
        rows = holds(cases, name, level)
        groups.append(Split(Group(slug(level), f"{column.title}: {level}", patients_of(cases, rows)), rows))
    return groups


def groups_of(cases: CaseSeries, by: str | None) -> list[Split]:
    """The groups of `by`; everybody as one group where nothing parts them."""
    if by:
        return split(cases, by)
    return [Split(Group(EVERYBODY, "All", cases.patients), everybody(cases))]


def cautions_of_values(cases: CaseSeries, name: str) -> list[Caution]:
    """What the cells themselves leave open: bounds and ranges."""
    operator, high = cases.part(name, OPERATOR), cases.part(name, HIGH)
    bounds = 0 if operator is None else operator.len() - operator.null_count()
    ranges = 0 if high is None else int((high != cases.table[name]).sum())
    return [bounds_taken(bounds)] * (bounds > 0) + [ranges_taken(ranges)] * (ranges > 0)


def bounds_of_serial(cases: CaseSeries, serial: str) -> list[Caution]:
    """What the values of a serial leave open: those known as a bound only."""
    count = cases.serials.filter(name=serial)["operator"].drop_nulls().len()
    return [bounds_taken(count)] if count else []


def values_after(cases: CaseSeries, serial: str, day: int) -> Values:
    """How many values of a serial each row has after a day: its chances to have fallen since."""
    mine = (
        cases.serials.filter(pl.col("name") == serial, pl.col("day") > day)
        .group_by("patient", "episode")
        .len()
    )
    counted = {(patient, episode): count for patient, episode, count in mine.iter_rows()}
    keys = cases.table.select("patient", "episode").iter_rows()
    return np.array([counted.get(key, 0) for key in keys], dtype=np.float64)


def left_out(rows: Rows, lacking: str) -> list[str]:
    """How many are not in the numbers, and what they lack, as a note; none where nobody is left out."""
    count = int(rows.sum())
    verb = "is" if count == 1 else "are"
    return [f"{count} without {lacking} {verb} left out."] if count else []


SHOWN = (DAILY, DAYS, ROUTE, GREATEST, MEAN, CUMULATIVE, MISSED, RESTARTS)
"""What a summary shows of a regimen, as far as the cases have it."""


def numeric_parts(cases: CaseSeries, column: Column) -> Sequence[Column]:
    """The columns that a summary shows for one variable: a regimen is shown by what it fans out to.

    Whether it was given is shown where somebody was not given it.
    """
    if column.kind != "regimen":
        return (column,)
    names = {part_of(column.name, part) for part in SHOWN}
    if not_given(cases, column.name).any():
        names.add(part_of(column.name, GIVEN))
    return tuple(one for one in cases.dictionary if one.name in names)


def not_given(cases: CaseSeries, name: str) -> Rows:
    """The rows of which it is said that the regimen `name` was not given: its dose is not missing there."""
    given = cases.part(name, GIVEN)
    if given is None:
        return np.zeros(cases.n, dtype=bool)
    return (~given).fill_null(False).to_numpy()
