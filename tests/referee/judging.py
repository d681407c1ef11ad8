"""A stay judged day by day (docs/screening.md, "Criteria"): lower, upper, anchor, known, what decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.referee.reading import Reading, says
from tests.referee.stays import Stay

from caseseries.criteria.definition import Criterion, Definition, Need, Rule, Test, every_test
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.truth import Truth

WORTH = {Truth.NOT_MET: Bounds(0, 0), Truth.UNKNOWN: Bounds(0, 1), Truth.MET: Bounds(1, 1)}


@dataclass(frozen=True)
class Window:
    """How many days stand together for a criterion; None: the whole stay up to the day.

    `wider` has more days, by the name of the criterion or of the finding. What `lasts` stands from then on.
    """

    together: float | None
    wider: Mapping[str, float]
    lasts: frozenset[str] = frozenset()

    def stands(self, reading: Reading, day: date, criterion: str) -> bool:
        """Whether a reading of the stay stands on this day for this criterion."""
        if reading.is_answer:
            return True
        if reading.day > day:
            return False
        if self.together is None or reading.finding in self.lasts:
            return True
        wider = [self.wider.get(name, 0) for name in (criterion, reading.finding)]
        span = max(self.together, *wider)
        return (day - reading.day) < timedelta(days=span)


@dataclass(frozen=True)
class StayVerdict:
    """What a stay says of the definition. `tests` has the truth of each test on the anchor and the row
    that decided it ("" where none did), by the number of the test in the definition, counted from 0;
    `criteria` what each criterion is worth on the anchor, by its name, and `times` since which sample and
    since which result, where it is anything. `marked`: criterion, deciding row, flag, the row that marks it.
    """

    person: int
    stay_id: int
    lower: int
    upper: int
    truth: str
    anchor: date
    met: date | None
    known: date | None
    tests: Mapping[int, tuple[Truth, str]]
    criteria: Mapping[str, Bounds]
    times: Mapping[str, tuple[date, date]]
    marked: frozenset[tuple[str, str, str, str]] = frozenset()


def judge(
    stay: Stay,
    evidence: Sequence[Reading],
    definition: Definition,
    window: Window,
    within: int,
    records: Sequence[Reading] = (),
) -> StayVerdict:
    """The verdict of a stay. `evidence` is all that is dated within it, answers included in the place of
    the `records`."""
    need = definition.need
    assert need is not None, "a score has no need"

    dated = [_dated(one, records, definition) if one.is_answer else one for one in evidence]

    def lower_on(day: date, until: date = date.max, which: str = "known") -> int:
        """How much is met by what stands on a day, and is by `until` known, or taken."""
        mine = [one for one in dated if getattr(one, which) <= until]
        return _whole(_worths(definition, _standing(mine, window, day))).low

    lower = {day: lower_on(day) for day in stay.days()}
    reached = [day for day in lower if lower[day] >= need]
    greatest = max(lower.values())
    anchor = reached[0] if reached else next(day for day in lower if lower[day] == greatest)

    met = _first(
        {one.day for one in dated} | set(stay.days()),
        lambda until: any(lower_on(day, until, "day") >= need for day in stay.days() if day <= until),
    )
    known = _first(
        {one.known for one in dated},
        lambda until: any(lower_on(day, until, "known") >= need for day in reached),
    )
    on_anchor = _standing(evidence, window, anchor)
    criteria = _worths(definition, on_anchor)
    bounds = _whole(criteria)
    if bounds.low >= need:
        truth = "met"
    elif bounds.high < need:
        truth = "not met"
    elif need - bounds.low <= within:
        truth = "open"
    else:
        truth = "could not be shown"
    tests = {
        number: _judged(test, on_anchor(test, criterion.name))
        for number, (criterion, test) in enumerate(numbered(definition))
    }
    times = {
        criterion.name: _times(replace(definition, criteria=(criterion,)), dated, window, anchor)
        for criterion in definition.criteria
        if criteria[criterion.name].low
    }
    return StayVerdict(
        stay.person, stay.stay_id, bounds.low, bounds.high, truth, anchor, met, known, tests, criteria, times
    )


def _first(days: Iterable[date], is_enough: Callable[[date], bool]) -> date | None:
    return next((day for day in sorted(days) if is_enough(day)), None)


def _is_yes(reading: Reading) -> bool:
    return reading.is_answer and says(reading, None) is Truth.MET


def _dated(answer: Reading, records: Sequence[Reading], definition: Definition) -> Reading:
    """An answer on the days of the records that say the same; else on its own, the first of the stay."""
    tests = [test for _, test in numbered(definition) if test.finding == answer.finding]
    mine = [one for one in records if one.finding == answer.finding]
    same = [one for one in mine if any(says(one, test) is Truth.MET for test in tests)]
    if not same or not _is_yes(answer):
        return answer
    return replace(answer, day=min(one.day for one in same), known=min(one.known for one in same))


def _times(
    criterion: Definition, evidence: Sequence[Reading], window: Window, anchor: date
) -> tuple[date, date]:
    """By which sample, and by which result, what stands on the anchor was first worth what it is."""

    def first(days: Mapping[Reading, date]) -> date:
        def low(until: date) -> int:
            mine = [one for one, day in days.items() if day <= until]
            return _whole(_worths(criterion, _standing(mine, window, anchor))).low

        return next(day for day in sorted(set(days.values())) if low(day) == low(date.max))

    return first({one: one.day for one in evidence}), first({one: one.known for one in evidence})


def worth_on(day: date, definition: Definition, evidence: Sequence[Reading], window: Window) -> Bounds:
    """How many criteria are met by what stands together on a day, or how many points there are."""
    return _whole(_worths(definition, _standing(evidence, window, day)))


def numbered(definition: Definition) -> list[tuple[Criterion, Test]]:
    """Every test of a definition with its criterion, in the order in which they stand there."""
    return [
        (criterion, test)
        for criterion in definition.criteria
        for grade in criterion.grades
        for test in every_test(grade.rule)
    ]


# ---- Evidence that stands together ----

Standing = Callable[[Test, str], list[Reading]]
"""The readings that a test of a criterion is held against."""


def _standing(evidence: Sequence[Reading], window: Window, day: date, known_by: date = date.max) -> Standing:
    def of(test: Test, criterion: str) -> list[Reading]:
        return [
            reading
            for reading in evidence
            if reading.finding == test.finding
            and reading.known <= known_by
            and window.stands(reading, day, criterion)
        ]

    return of


# ---- From a test up to the whole ----


def _judged(test: Test, readings: Sequence[Reading]) -> tuple[Truth, str]:
    """The truth of a test; and the origin of the first of the best, where it is met or not met."""
    said = [(reading, says(reading, test)) for reading in readings]
    for best in (Truth.MET, Truth.UNKNOWN, Truth.NOT_MET):
        those = [reading for reading, truth in said if truth is best]
        if those:
            first = min(those, key=lambda reading: reading.order)
            return best, "" if best is Truth.UNKNOWN else first.origin
    return Truth.UNKNOWN, ""


def _whole(criteria: Mapping[str, Bounds]) -> Bounds:
    return sum(criteria.values(), Bounds(0, 0))


def _worths(definition: Definition, standing: Standing) -> dict[str, Bounds]:
    """What each criterion is worth: from the highest grade that is met to the highest that may be."""
    worths = {}
    for criterion in definition.criteria:
        said = [(grade.points, _rule(grade.rule, criterion.name, standing)) for grade in criterion.grades]
        least = [points for points, truth in said if truth is Truth.MET]
        most = [points for points, truth in said if truth is not Truth.NOT_MET]
        worths[criterion.name] = Bounds(max(least, default=0), max(most, default=0))
    return worths


def _rule(rule: Rule, criterion: str, standing: Standing) -> Truth:
    if not isinstance(rule, Need):
        return _judged(rule, standing(rule, criterion))[0]
    parts = Bounds(0, 0)
    for part in rule.of:
        parts += WORTH[_rule(part, criterion, standing)]
    return parts.at_least(rule.count)
