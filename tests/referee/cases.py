"""Cases: what a drawn study holds of everything that is compared, so that it can be counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tests.referee.hospitals import Study
from tests.referee.screening import Screening

from caseseries.evidence.drugs import formulary
from caseseries.protocol.clauses.hospital import Moment

CASES = (
    *("met", "not met", "open", "could not be shown", "charts to review"),
    *("day_met", "end_of", "last_of_course", "first of a drug", "first of a finding", "last of a drug"),
    *("last of a finding", "rests on another", "known later", "never came"),
    *("treated before it was known", "not treated before it was known"),
    *("points", "points that are certain", "no points at all", "a count at a moment"),
    *("fewer criteria without the flagged evidence", "not met without it"),
    *("a deciding row that a flag marks", "a criterion known after its sample"),
)
"""Those that none of many studies may lack."""


def cases(study: Study, told: Screening) -> set[str]:
    """The cases that a study holds."""
    return {*_of_stays(told), *_of_patients(study, told)}


def _of_stays(told: Screening) -> Iterator[str]:
    for literal, bare in zip(told.verdicts, told.unflagged, strict=True):
        yield literal.truth
        if bare.lower < literal.lower:
            yield "fewer criteria without the flagged evidence"
        if literal.truth == "met" != bare.truth:
            yield "not met without it"
        if literal.marked:
            yield "a deciding row that a flag marks"
        if any(since < known for since, known in literal.times.values()):
            yield "a criterion known after its sample"


def _of_patients(study: Study, told: Screening) -> Iterator[str]:
    promised = study.promise.protocol.moments
    for days in told.moments.values():
        for name, moment in promised.items():
            yield from _of_moment(name, moment, days) if name in days else ("never came",)
    for worths in told.worths.values():
        for (criteria, _), worth in worths.items():
            if criteria == study.promise.protocol.criteria[0]:
                yield "a count at a moment"
            elif worth.low:
                yield "points" if worth.width else "points that are certain"
            else:
                yield "no points at all"
    before = told.counts.exposed_before_known
    if before is not None:
        yield "treated before it was known" if before else "not treated before it was known"
    if any(told.counts.reach):
        yield "charts to review"


def _of_moment(name: str, moment: Moment, days: Mapping[str, date]) -> Iterator[str]:
    yield from (way for way in ("day_met", "end_of", "last_of_course") if getattr(moment, way) is not None)
    for which in ("first", "last"):
        of = getattr(moment, which)
        if of is not None:
            yield f"{which} of a {'drug' if formulary().drug(of) else 'finding'}"
    if moment.after is not None or moment.until is not None:
        yield "rests on another"
    if days.get(f"{name}.known", days[name]) > days[name]:
        yield "known later"
