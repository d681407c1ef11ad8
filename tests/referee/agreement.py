"""Agreement: everything in which an engine's screening of a hospital differs from the referee's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.referee.judging import StayVerdict
from tests.referee.reading import DAY, Hospital
from tests.referee.row import day_of
from tests.referee.rows import read_rows
from tests.referee.screening import Screening
from tests.referee.stays import Stay

from caseseries.criteria.definition import findings_of
from caseseries.records.codebook import Codebook


def differences(referee: Screening, engine: Screening) -> Iterator[str]:
    """A sentence for each stay, verdict, test, patient, step and kind of odd visit that is told otherwise."""
    yield from _of("stays", sorted(map(repr, referee.stays)), sorted(map(repr, engine.stays)))
    yield from _of_stays("stay", referee.verdicts, engine.verdicts)
    yield from _of_stays("without flagged evidence, stay", referee.unflagged, engine.unflagged)
    ways = [{one.person: one for one in whole.patients} for whole in (referee, engine)]
    for person in ways[0] | ways[1]:
        yield from _of(f"patient {person}", ways[0].get(person), ways[1].get(person))
    yield from _of("steps", referee.attrition, engine.attrition)
    yield from _of("counts", referee.counts, engine.counts)
    yield from _of("odd visits", referee.visits, engine.visits)
    for what in ("moments", "worths"):
        told: list[Mapping[int, dict[Any, object]]] = [getattr(one, what) for one in (referee, engine)]
        yield from _of(f"patients with {what}", told[0].keys(), told[1].keys())
        for person in told[0].keys() & told[1].keys():
            for name in told[0][person] | told[1][person]:
                yield from _of(
                    f"{what} of patient {person}, {name}", *(one[person].get(name) for one in told)
                )


def set_aside_differences(
    referee: Screening, engine: Screening, hospital: Hospital, codebook: Codebook
) -> Iterator[str]:
    """The same of rows set aside: here numbers are counted in the stays of the study, words everywhere."""
    findings = set(findings_of(referee.definition))
    _, numbers = read_rows(_within(hospital, referee.stays), codebook, findings)
    told = Counter({key: rows for key, rows in numbers.items() if key[1] != "unknown word"})
    told += Counter(
        {
            key: rows
            for key, rows in referee.set_aside.items()
            if key[0] in findings and key[1] == "unknown word"
        }
    )
    yield from _of("rows set aside", told, engine.set_aside)


def _of(what: str, referee: object, engine: object) -> Iterator[str]:
    if referee != engine:
        yield f"{what}: {referee} by the referee, {engine} by the engine"


def _of_stays(what: str, referee: list[StayVerdict], engine: list[StayVerdict]) -> Iterator[str]:
    ours = {(one.person, one.stay_id): one for one in engine}
    for one in referee:
        stay = (one.person, one.stay_id)
        if stay in ours:
            yield from _of_verdicts(f"{what} {stay}", one, ours[stay])
        else:
            yield f"{what} {stay}: the engine has no verdict"


def _of_verdicts(what: str, referee: StayVerdict, engine: StayVerdict) -> Iterator[str]:
    for field in ("lower", "upper", "truth", "anchor", "met", "known", "criteria", "times", "marked"):
        yield from _of(f"{what}, {field}", getattr(referee, field), getattr(engine, field))
    for number, (truth, origin) in referee.tests.items():
        yield from _of(f"{what}, test {number}", (str(truth), origin), _said(engine, number))


def _said(verdict: StayVerdict, number: int) -> tuple[str, str]:
    truth, origin = verdict.tests[number]
    return str(truth), origin


def _within(hospital: Hospital, stays: list[Stay]) -> Hospital:
    """The hospital with those rows of findings alone that are dated within one of these stays."""
    of: dict[int | None, list[Stay]] = {}
    for stay in stays:
        of.setdefault(stay.person, []).append(stay)
    tables = {}
    for name, rows in hospital.tables.items():
        date = DAY.get(name)
        tables[name] = [
            row
            for row in rows
            if date is None
            or (
                row[date] is not None
                and any(one.holds(day_of(row[date])) for one in of.get(row["person_id"], ()))
            )
        ]
    return Hospital(tables)
