"""Agreement: everything in which an engine's screening of a hospital differs from the referee's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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
    theirs, ours = _by_stay(referee), _by_stay(engine)
    for stay, verdict in theirs.items():
        if stay in ours:
            yield from _of_verdicts(stay, verdict, ours[stay])
        else:
            yield f"stay {stay}: the engine has no verdict"
    ways = [{one.person: one for one in whole.patients} for whole in (referee, engine)]
    for person in ways[0] | ways[1]:
        yield from _of(f"patient {person}", ways[0].get(person), ways[1].get(person))
    yield from _of("steps", referee.attrition, engine.attrition)
    yield from _of("odd visits", referee.visits, engine.visits)


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


def _by_stay(whole: Screening) -> dict[tuple[int, int], StayVerdict]:
    return {(one.person, one.stay_id): one for one in whole.verdicts}


def _of(what: str, referee: object, engine: object) -> Iterator[str]:
    if referee != engine:
        yield f"{what}: {referee} by the referee, {engine} by the engine"


def _of_verdicts(stay: tuple[int, int], referee: StayVerdict, engine: StayVerdict) -> Iterator[str]:
    for field in ("lower", "upper", "truth", "anchor", "known"):
        yield from _of(f"stay {stay}, {field}", getattr(referee, field), getattr(engine, field))
    for number, (truth, origin) in referee.tests.items():
        yield from _of(f"stay {stay}, test {number}", (str(truth), origin), _said(engine, number))


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
