"""Rows that may be no patient, or the same patient twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import polars as pl

from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol

SUMMARY_LINE = re.compile(
    r"(?:(?:sub|grand )?totals?|sum|mean|average|median|overall|range|minimum|maximum|all patients)\b"
    r"|(?:n|sd)\s*=",
    re.IGNORECASE,
)
MANY_TWINS = 20
"""More groups of equal rows are one question: then the columns do not tell patients apart."""
FEWEST_CELLS = 3
"""Rows that agree in fewer cells agree by chance."""


def row_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Lines of totals, names that are nearly one, episodes that are not there, rows that are equal."""
    yield from _summary_rows(cases)
    yield from _alike_names(cases)
    yield from _first_episodes_missing(cases)
    yield from _duplicates(cases, protocol)


def _summary_rows(cases: CaseSeries) -> Iterator[Question]:
    names = cases.patients
    for row, patient in enumerate(cases.table["patient"]):
        if SUMMARY_LINE.match(patient):
            sentence = f'The row of patient "{patient}" may be a line of totals.'
            why = "A line of totals would be counted as a patient."
            yield Question("total", sentence, why, (names[row],), _cells(cases, [row]))


def _alike_names(cases: CaseSeries) -> Iterator[Question]:
    """Patients whose names differ by nothing but capitals, signs, spaces and leading zeros."""
    spelled: dict[str, dict[str, int]] = {}
    for row, patient in enumerate(cases.table["patient"]):
        letters = re.sub(r"[\W_]+", "", patient.casefold()) or patient
        spelled.setdefault(re.sub(r"(?<!\d)0+(?=\d)", "", letters), {}).setdefault(patient, row)
    for rows in spelled.values():
        if len(rows) > 1:
            sentence = f"Patients {' and '.join(rows)} have nearly the same name."
            why = "They count as different patients; if they are one, the episodes need numbers."
            yield Question("names", sentence, why, tuple(rows), _cells(cases, list(rows.values())))


def _first_episodes_missing(cases: CaseSeries) -> Iterator[Question]:
    keys = list(cases.table.select("patient", "episode").iter_rows())
    there = set(keys)
    for row, (patient, episode) in enumerate(keys):
        if episode > 1 and (patient, episode - 1) not in there:
            sentence = f"Patient {patient} has an episode {episode} and no episode {episode - 1}."
            why = "The row of that episode is missing, or the number is a slip."
            yield Question("episode", sentence, why, (f"{patient}/{episode}",), _cells(cases, [row]))


def _duplicates(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Rows that agree in every promised column: one patient may have been typed twice."""
    names = [one.name for one in protocol.variables if one.kind != "text" and one.name in cases.table.columns]
    groups = _equal_rows(cases, names) if len(names) >= FEWEST_CELLS else []
    labels = cases.patients
    if len(groups) > MANY_TWINS:
        sentence = f"{len(groups):,} groups of rows agree in all {len(names)} columns."
        why = "Patients may stand in two rows, or these columns do not tell them apart."
        rows = sorted(row for group in groups for row in group)
        yield Question("duplicate", sentence, why, tuple(labels[row] for row in rows))
        return
    for group in groups:
        who = tuple(labels[row] for row in group)
        sentence = f"Patients {' and '.join(who)} agree in all {len(names)} columns."
        why = "One patient may stand in two rows."
        yield Question("duplicate", sentence, why, who, _cells(cases, group))


def _equal_rows(cases: CaseSeries, names: Sequence[str]) -> list[list[int]]:
    filled = pl.sum_horizontal(pl.col(name).is_not_null() for name in names)
    groups = (
        cases.table.with_row_index("row")
        .filter(filled >= FEWEST_CELLS)
        .group_by(names, maintain_order=True)
        .agg(pl.col("row"))
        .filter(pl.col("row").list.len() > 1)
    )
    return [list(rows) for rows in groups["row"].to_list()]


def _cells(cases: CaseSeries, rows: Sequence[int]) -> tuple[str, ...]:
    """A cell of each row, by which it is found in the sheet."""
    first = next((name for name in cases.origins.columns if name not in {"patient", "episode"}), None)
    return tuple(cases.origin(row, first) for row in rows) if first else ()
