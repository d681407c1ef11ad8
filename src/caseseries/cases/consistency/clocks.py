"""Clocks: whether all that is recorded can have happened before the end of follow-up, from any time zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from caseseries.cases.clocks import Rows, Values, dated, half_a_digit, unit_in_days
from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.consistency.question import Question
from caseseries.cases.keys import Key
from caseseries.cases.parts import DAYS
from caseseries.cases.series import CaseSeries
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.variable import Serial
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, in_running_text

NO_TIME = 1e-6
"""Days: what lies this near together is one day, divided by the length of a month and multiplied again."""


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """One possible time zero: in whom something recorded would come after the end of follow-up, and what."""

    moment: str
    is_stated: bool
    impossible: tuple[str, ...]
    what: tuple[str, ...]


def clock_checks(cases: CaseSeries, protocol: Protocol) -> tuple[ClockCheck, ...]:
    """For every possible time zero: could all that was recorded have happened before the end of follow-up?

    The end is as late as its rounding allows (0.3 months is under 0.35); a value of a serial may stand
    as many days early as the serial's `within` allows.
    """
    time = protocol.follow_up_variable("time")
    if protocol.follow_up is None or time is None or not cases.has(time.name):
        return ()
    moments = dated(cases, protocol)
    recorded = list(_recorded(cases, protocol, moments))
    if cases.from_records:  # their time was counted here, from the stated moment and from no other
        moments = {name: zero for name, zero in moments.items() if name == protocol.follow_up.counted_from}
    followed = cases.table[time.name].to_list()
    ends = {value: value + half_a_digit(value) for value in set(followed) - {None}}
    latest = np.array([ends.get(value, np.nan) for value in followed])
    latest = latest * unit_in_days(protocol) + NO_TIME
    # A comparison with NaN is false: what is not known is not late.
    return tuple(
        _clock_check(
            moment,
            moment == protocol.follow_up.counted_from,
            cases.patients,
            [(what, last - zero > latest) for what, last in recorded],
        )
        for moment, zero in moments.items()
    )


def _clock_check(
    moment: str, is_stated: bool, names: Sequence[str], late: Sequence[tuple[str, Rows]]
) -> ClockCheck:
    is_late: Rows = np.any([mask for _, mask in late], axis=0) if late else np.zeros(len(names), dtype=bool)
    rows = np.flatnonzero(is_late).tolist()
    return ClockCheck(
        moment=moment,
        is_stated=is_stated,
        impossible=tuple(names[row] for row in rows),
        what=tuple(", ".join(what for what, mask in late if mask[row]) for row in rows),
    )


def _recorded(
    cases: CaseSeries, protocol: Protocol, moments: dict[str, Values]
) -> Iterator[tuple[str, Values]]:
    """The last hospital day of everything whose day is recorded: of the drugs, and of the serials."""
    for moment, begun in moments.items():
        variable = protocol.regimen_from(moment)
        on_drug = cases.part(variable.name, DAYS) if variable is not None else None
        if variable is not None and on_drug is not None:
            days: Values = on_drug.cast(pl.Float64).fill_null(float("nan")).to_numpy()
            yield f"the last day on {in_running_text(variable.title)}", begun + days - 1
    for serial in protocol.serials:
        if serial.counted_from in moments:
            last = _last_values(cases, serial, moments[serial.counted_from])
            yield f"the last value of {in_running_text(serial.title)}", last


def _last_values(cases: CaseSeries, serial: Serial, zero: Values) -> Values:
    early = read_span(serial.within).in_days() if serial.within else 0.0
    mine = cases.serials.filter(pl.col("name") == serial.name)
    by_patient = mine.group_by("patient", "episode").agg(pl.col("day").max())
    last: dict[Key, int] = {(patient, episode): day for patient, episode, day in by_patient.iter_rows()}
    by_row = [last.get(key, np.nan) for key in cases.table.select("patient", "episode").iter_rows()]
    found: Values = zero + np.array(by_row, dtype=float) - 1 - early
    return found


def clock_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """In whom the stated clock cannot be true, and which other clock that the protocol tries cannot be.

    Of a moment from which nothing is counted nobody has said that times begin there: it is not asked after.
    """
    tried = {getattr(analysis, "counted_from", None) for analysis in protocol.analyses}
    rows = {name: row for row, name in enumerate(cases.patients)}
    time = protocol.follow_up_variable("time")
    checks = clock_checks(cases, protocol)
    fitting = [a_moment(check.moment) for check in checks if not check.impossible]
    doubted = any(check.is_stated and check.impossible for check in checks)
    for check in checks:
        # Where the stated clock is in doubt, the others tell only which of them would fit.
        if not check.impossible or not (check.is_stated or (check.moment in tried and not doubted)):
            continue
        details = "; ".join(
            f"patient {who}: {what}" for who, what in zip(check.impossible, check.what, strict=True)
        )
        if check.is_stated:
            moment = a_moment(check.moment)
            sentence = f"Counted from {moment}, follow-up ends before something recorded ({details})."
            noted = "the day of what was recorded or the stated time zero"
            why = f"The time followed, {noted} is not as {cases.written}."
            if fitting:
                why += f" Counted from {' or '.join(fitting)}, every row fits."
        else:
            sentence = (
                f"Follow-up cannot have been counted from {a_moment(check.moment)}: "
                f"it would end too early ({details})."
            )
            why = "Where a text names this moment as its time zero, its times were counted from another one."
        kind, chance = ("clock", CANNOT_BE) if check.is_stated else ("other-clock", None)
        cells = tuple(cases.origin(rows[who], time.name) for who in check.impossible) if time else ()
        yield Question(kind, sentence, why, check.impossible, cells, chance)
