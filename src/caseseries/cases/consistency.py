"""Consistency: what cannot be true together within one case series. It asks, with rows; it accuses nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from caseseries.cases.clocks import Values, dated, half_a_digit, unit_in_days
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.variable import Serial, Take, Variable
from caseseries.protocol.protocol import Protocol

SUMMARY_WORDS = frozenset({"total", "totals", "sum", "mean", "average", "median", "all", "n", "range", "sd"})


@dataclass(frozen=True, slots=True)
class Question:
    """Something to look at: what does not fit, why it matters, whose rows, and the cells."""

    kind: str
    sentence: str
    why: str
    patients: tuple[str, ...]
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """One possible time zero: the patients in whom something recorded would come after the end of follow-up."""

    moment: str
    is_stated: bool
    impossible: tuple[str, ...]
    what: tuple[str, ...]


def questions(cases: CaseSeries, protocol: Protocol) -> tuple[Question, ...]:
    """All questions that this sheet raises, in the order in which a reader would want them."""
    return (
        *_summary_rows(cases),
        *_duplicates(cases, protocol),
        *_disagreeing_tables(cases, protocol),
        *_clocks(cases, protocol),
    )


def clock_checks(cases: CaseSeries, protocol: Protocol) -> tuple[ClockCheck, ...]:
    """For every possible time zero: could all that was recorded have happened before the end of follow-up?

    The end is as late as its rounding allows (0.3 months is under 0.35); a value of a serial may stand
    as many days early as the serial's `within` allows.
    """
    time = protocol.follow_up_variable("time")
    if protocol.follow_up is None or time is None or not cases.has(time.name):
        return ()
    moments = dated(cases, protocol)
    followed = cases.table[time.name].to_list()
    latest = np.array([np.nan if value is None else value + half_a_digit(value) for value in followed])
    latest *= unit_in_days(protocol)
    recorded = list(_recorded(cases, protocol, moments))
    checks = []
    for moment, zero in moments.items():
        late = [(what, (last - zero > latest) & ~np.isnan(latest)) for what, last in recorded]
        rows = np.flatnonzero(np.any([mask for _, mask in late], axis=0)) if late else np.array([], dtype=int)
        names = cases.patients
        checks.append(
            ClockCheck(
                moment=moment,
                is_stated=moment == protocol.follow_up.counted_from,
                impossible=tuple(names[row] for row in rows),
                what=tuple(", ".join(what for what, mask in late if mask[row]) for row in rows),
            )
        )
    return tuple(checks)


def _recorded(cases: CaseSeries, protocol: Protocol, moments: dict[str, Values]) -> Iterator[tuple[str, Values]]:
    """The last hospital day of everything whose day is recorded."""
    for variable in protocol.variables:
        days = f"{variable.name}.days"
        begun = next((name for name, one in protocol.moments.items() if one.first == variable.name), None)
        if variable.kind == "regimen" and days in cases.table.columns and begun in moments:
            on_drug = cases.table[days].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            yield f"the last day on {variable.name}", moments[begun] + on_drug - 1
    for serial in protocol.serials:
        if serial.counted_from in moments:
            yield f"the last value of {serial.title.lower()}", _last_values(cases, serial, moments[serial.counted_from])


def _last_values(cases: CaseSeries, serial: Serial, zero: Values) -> Values:
    early = read_span(serial.within).in_days() if serial.within else 0.0
    mine = cases.serials.filter(pl.col("name") == serial.name)
    last = {
        (patient, episode): day
        for patient, episode, day in mine.group_by("patient", "episode").agg(pl.col("day").max()).iter_rows()
    }
    by_row = [last.get(key, np.nan) for key in cases.table.select("patient", "episode").iter_rows()]
    return zero + np.array(by_row, dtype=float) - 1 - early


def _clocks(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    checks = clock_checks(cases, protocol)
    fitting = [check.moment for check in checks if not check.impossible]
    for check in checks:
        if not check.impossible:
            continue
        moment = check.moment.replace("_", " ")
        details = "; ".join(f"patient {who}: {what}" for who, what in zip(check.impossible, check.what, strict=True))
        if check.is_stated:
            sentence = f"Counted from {moment}, follow-up ends before something that was recorded ({details})."
            why = "The time followed, the days on the drug or the stated time zero is not as typed."
            if fitting:
                why += f" Counted from {' or '.join(name.replace('_', ' ') for name in fitting)}, every row fits."
        else:
            sentence = f"Follow-up cannot have been counted from {moment}: it would end too early ({details})."
            why = "Where a text names this moment as its time zero, its times were counted from another one."
        yield Question("clock" if check.is_stated else "other-clock", sentence, why, check.impossible)


def _summary_rows(cases: CaseSeries) -> Iterator[Question]:
    for row, patient in enumerate(cases.table["patient"]):
        if str(patient).strip().casefold() in SUMMARY_WORDS:
            sentence = f'The row of patient "{patient}" may be a line of totals.'
            why = "A line of totals would be counted as a patient."
            yield Question("total", sentence, why, (cases.patients[row],), _cells(cases, [row]))


def _duplicates(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Rows that agree in every promised column: one patient may have been typed twice."""
    names = [one.name for one in protocol.variables if one.kind != "text" and one.name in cases.table.columns]
    if len(names) < 3:
        return
    alike = (
        cases.table.with_row_index("row")
        .group_by(names, maintain_order=True)
        .agg(pl.col("row"))
        .filter(pl.col("row").list.len() > 1)
    )
    for rows in alike["row"]:
        who = tuple(cases.patients[row] for row in rows)
        sentence = f"Patients {' and '.join(who)} agree in all {len(names)} columns."
        yield Question("duplicate", sentence, "One patient may stand in two rows.", who, _cells(cases, list(rows)))


def _disagreeing_tables(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """A variable and the first day of a serial that are one measurement must have one value."""
    for serial in protocol.serials:
        first = {
            (patient, episode): (value, origin)
            for patient, episode, value, origin in cases.serials.filter(
                (pl.col("name") == serial.name) & (pl.col("day") == 1)
            )
            .select("patient", "episode", "value", "origin")
            .iter_rows()
        }
        for variable in protocol.variables:
            if not _same_measurement(variable, serial) or not cases.has(variable.name):
                continue
            keys = cases.table.select("patient", "episode", variable.name).iter_rows()
            for row, (patient, episode, value) in enumerate(keys):
                other, origin = first.get((patient, episode), (None, ""))
                if value is not None and other is not None and value != other:
                    sentence = f"{variable.title} of patient {patient} is {value:,g} in one table and {other:,g} in the other."
                    cells = (cases.origin(row, variable.name), origin)
                    why = "The two are one measurement; one of them is a slip."
                    yield Question("tables", sentence, why, (cases.patients[row],), cells)


def _same_measurement(variable: Variable, serial: Serial) -> bool:
    take = variable.take
    return isinstance(take, Take) and take.finding == serial.finding and take.at == serial.counted_from


def _cells(cases: CaseSeries, rows: list[int]) -> tuple[str, ...]:
    first = next((name for name in cases.origins.columns if name not in {"patient", "episode"}), None)
    return tuple(cases.origin(row, first) for row in rows) if first else ()
