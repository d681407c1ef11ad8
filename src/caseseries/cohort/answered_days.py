"""Answered days: since when a stay meets a definition, and since when that was known, by answers too.

An answer holds for the whole of its stay, so that who is in hangs on no day of it. When it was so is another
thing: what the records say of the same finding tells, or else nobody knows better than the first day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from caseseries.cohort.chart_review import Reviewed
from caseseries.cohort.judging import facts_of
from caseseries.cohort.search import Search
from caseseries.cohort.windows import Windows
from caseseries.evidence.truth import Truth


class Days(NamedTuple):
    """Since which sample something was so, and since which result it was known."""

    since: int
    known: int


Fact = tuple[int, int, int]
"""A test that is met: its bit, the day of the sample, and when the first such result of that day was back."""


def days_of_answers(search: Search, reviewed: Reviewed) -> dict[tuple[int, str], Days]:
    """Of every "yes", by stay and question: since the first record of the stay that says the same, and since
    the first such result; without one since the first day of the stay."""
    yes = [key for key, settled in reviewed.by_stay.items() if settled.truth is Truth.MET]
    found = {(stay, question): Days(*[reviewed.spans[stay][0]] * 2) for stay, question in yes}
    if not found:
        return {}
    query = """
SELECT f.stay_id, f.bit, MIN(f.day) AS day, MIN(f.known) AS known
FROM stay_facts f JOIN answers a ON a.stay_id = f.stay_id AND (a.met & f.bit) <> 0
WHERE f.state = 2 GROUP BY f.stay_id, f.bit"""
    findings = {one.bit: one.test.finding for one in search.windows.lowered.asked}
    recorded: dict[tuple[int, str], list[Days]] = {}
    rows = search.records.run(query, "when the records say what was answered").iter_rows()
    for stay, bit, since, known in rows:
        recorded.setdefault((stay, findings[bit]), []).append(Days(since, known))
    return found | {
        key: Days(min(one.since for one in some), min(one.known for one in some))
        for key, some in recorded.items()
    }


def days_met(search: Search, answered: Mapping[tuple[int, str], Days], kind: str) -> dict[int, Days]:
    """Of each stay with a "yes" that meets the definition, when it was met, and when that was known.

    `answered` are the days of the answers; `kind` is that of the verdicts.
    """
    bits = {one.bit: one.test.finding for one in search.windows.lowered.asked}
    mine: dict[int, dict[int, Days]] = {}
    for (stay, question), days in answered.items():
        for bit, finding in bits.items():
            if finding == question:
                mine.setdefault(stay, {})[bit] = days
    if not mine:
        return {}
    query = f"""
SELECT f.stay_id, f.bit, f.day, MIN(f.known) AS known
FROM {facts_of(kind)} f JOIN answers a ON a.stay_id = f.stay_id AND a.met <> 0 AND (a.answered & f.bit) = 0
WHERE f.state = 2 GROUP BY f.stay_id, f.bit, f.day"""
    facts: dict[int, list[Fact]] = {}
    for stay, bit, day, known in search.records.run(query, f"facts beside answers{kind}").iter_rows():
        facts.setdefault(stay, []).append((bit, day, known))
    found = {stay: _days(search.windows, facts.get(stay, ()), days) for stay, days in mine.items()}
    return {stay: days for stay, days in found.items() if days is not None}


def _days(whole: Windows, facts: Iterable[Fact], answered: Mapping[int, Days]) -> Days | None:
    """The first of all days on which the evidence standing together then, and the answers, reach the need."""
    every = tuple(facts)
    widths = {bit: days for days, bits in whole.widths for bit, *_ in every if bit & bits}
    met, back = [], []
    for today in {day for _, day, _ in every} | {one.since for one in answered.values()}:
        known: dict[int, int] = {}
        for bit, day, result in every:
            if day <= today < day + widths[bit]:
                known[bit] = min(result, known.get(bit, result))
        since = dict.fromkeys(known, today) | {bit: max(one.since, today) for bit, one in answered.items()}
        known |= {bit: one.known for bit, one in answered.items()}
        met.append(_reached(whole, since))
        back.append(_reached(whole, known))
    since_when, known_when = ([day for day in some if day is not None] for some in (met, back))
    return Days(min(since_when), min(known_when)) if since_when else None


def _reached(whole: Windows, days: Mapping[int, int]) -> int | None:
    """The first day on which enough is met, each bit since its day."""
    for until in sorted(set(days.values())):
        mask = sum(bit for bit, day in days.items() if day <= until)
        criteria = whole.lowered.definition.criteria
        if sum(whole.lowered.points(one, mask) for one in criteria) >= whole.need:
            return until
    return None
