"""What a figure says of each patient: fate, cause and mark, under which group, and followed until when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caseseries.analysis.results import Group
from caseseries.cases.clocks import dated, time_from, unit_in_days
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol
from caseseries.report.drawing import fitted, text_width
from caseseries.report.labels import Mark
from caseseries.report.look import ALIVE, DEAD, NOT_KNOWN, Stroke
from caseseries.stats.digits import shown

Values = NDArray[np.float64]
LONG = 10
"""Numbers of more digits than this are not read, and have no room in a figure."""


@dataclass(frozen=True, slots=True)
class Patient:
    """`key` as drawn, `fate` in words ("died, 0.3 months"), `label` tells apart; `days` if known."""

    key: str
    fate: str
    label: str
    stroke: Stroke
    days: float | None

    def fate_within(self, width: float) -> str:
        """The fate in so many inches: the unit is abbreviated before anything is cut."""
        if text_width(self.fate) <= width:
            return self.fate
        return fitted(self.fate.replace("months", "mo").replace("years", "y").replace("days", "d"), width)


def seen_patients(cases: CaseSeries, protocol: Protocol, moment: str) -> list[Patient]:
    """Every row of the cases; `days` are counted from `moment`, so that the moment itself is day 0."""
    alive, labels = protocol.follow_up_variable("alive"), _labels(cases, protocol)
    lives = cases.table[alive.name].to_list() if alive and cases.has(alive.name) else [None] * cases.n
    times, days = _followed(cases, protocol, moment)
    unit = protocol.follow_up.unit if protocol.follow_up else ""
    patients = []
    for row, (key, lived) in enumerate(zip(names_in_figures(cases.patients), lives, strict=True)):
        fate = "" if lived is None else "alive" if lived else "died"
        fate += f", {shown(float(times[row]), unit)} {unit}" if fate and np.isfinite(times[row]) else ""
        stroke = NOT_KNOWN if lived is None else ALIVE if lived else DEAD
        until = float(days[row]) if np.isfinite(days[row]) else None
        patients.append(Patient(key, fate, labels[row], stroke, until))
    return patients


def names_in_figures(patients: Sequence[str]) -> tuple[str, ...]:
    """The patients as a figure names them: of long numbers the last digits that tell them apart."""
    if not all(re.fullmatch(r"-?\d+", one) for one in patients) or max(map(len, patients), default=0) <= LONG:
        return tuple(patients)
    enough = next(n for n in range(4, 99) if len({one[-n:] for one in patients}) == len(set(patients)))
    return tuple(f"\u2026{one[-enough:]}" for one in patients)


def fates(patients: Sequence[Patient]) -> list[tuple[Mark, str]]:
    """The marks of the fates that occur, with their words: hollow alive, filled dead."""
    words = {ALIVE: "alive", DEAD: "died", NOT_KNOWN: "not known"}
    found = [one for one in words if any(patient.stroke is one for patient in patients)]
    return [(Mark(one.mark, one.colour, filled=one is DEAD), words[one]) for one in found]


def shelved(patients: Sequence[str], groups: Sequence[Group]) -> list[tuple[str, list[int]]]:
    """The places of the patients under the title of their first group; one group alone has no title."""
    if len(groups) < 2:
        return [("", list(range(len(patients))))]
    shelves: list[tuple[str, list[int]]] = []
    left = list(range(len(patients)))
    for group in groups:
        shelves.append((group.title, [place for place in left if patients[place] in group.patients]))
        left = [place for place in left if patients[place] not in group.patients]
    return [shelf for shelf in [*shelves, ("In none of these groups", left)] if shelf[1]]


def _followed(cases: CaseSeries, protocol: Protocol, moment: str) -> tuple[Values, Values]:
    """How long each was followed in the follow-up's unit, and in days from the moment; NaN: not known."""
    none = np.full(cases.n, np.nan)
    time = protocol.follow_up_variable("time")
    if protocol.follow_up is None or time is None or not cases.has(time.name):
        return none, none
    own = protocol.follow_up.counted_from
    times, _ = time_from(cases, protocol, own)
    if moment != own and not {moment, own} <= set(dated(cases, protocol)):
        return times, none
    since_moment, _ = time_from(cases, protocol, moment)
    return times, since_moment * unit_in_days(protocol)


def _labels(cases: CaseSeries, protocol: Protocol) -> list[str]:
    """What tells patients apart in a few words: their levels of the first variable that can have several."""
    variable = next(
        (one for one in protocol.variables if one.kind == "categories" and cases.has(one.name)), None
    )
    if variable is None:
        return [""] * cases.n
    firsts = [level.split()[0] for level in variable.levels]
    short = {
        level: first if firsts.count(first) == 1 else level
        for level, first in zip(variable.levels, firsts, strict=True)
    }
    return [
        ", ".join(short.get(level, level) for level in levels or [])
        for levels in cases.table[variable.name].to_list()
    ]
