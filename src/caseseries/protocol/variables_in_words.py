"""Variables in words: what is collected, in which unit, and where it comes from."""

from __future__ import annotations

from caseseries.protocol.clauses.variable import Derived, FirstOf, GreatestFall, Serial, Take, Variable
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.wording import a_moment, all_of, one_of, sentence, serial_titled, titled

KINDS = {
    "number": "a number",
    "count": "a count",
    "points": "a sum of points",
    "share": "a share",
    "day": "a day of the hospital stay",
    "time": "a length of time",
    "yes/no": "yes or no",
    "regimen": "a drug given",
    "regimens": "the courses given",
    "event": "whether it happened",
    "text": "in free text",
}
FOLLOWED = {
    "alive": "whether the patient is alive at the end of follow-up",
    "time": "how long the patient was followed",
}


def variable_in_words(variable: Variable) -> str:
    """Age: the person's age at admission, in years, above 18 and below 120."""
    what = [_taken(variable.take) if isinstance(variable.take, Take) else KINDS.get(variable.kind, "")]
    if variable.kind == "categories":
        what = [f"one or several of {all_of(variable.levels)}"]
    elif variable.kind == "category":
        what = [one_of(variable.levels)]
    what += [f"in {variable.unit}"] if variable.unit else []
    what += [f"above {variable.above:g}"] if variable.above is not None else []
    what += [f"below {variable.below:g}"] if variable.below is not None else []
    what += ["with its dose, interval, route and days"] if variable.kind == "regimen" else []
    parts = [", ".join(what)]
    parts += (
        [f"told apart are {all_of(variable.levels)}"]
        if variable.levels and variable.kind == "regimens"
        else []
    )
    parts += [f"“{variable.alone}” excludes the others"] if variable.alone else []
    parts += [f"each is {one_of(variable.certainty)}"] if variable.certainty else []
    parts += [f"graded by {variable.grading}"] if variable.grading else []
    parts += ["answered by a person who reads the chart"] if variable.take == "review" else []
    return sentence(f"{variable.title}: {'; '.join(parts)}")


def serial_in_words(serial: Serial) -> str:
    """Ferritin, followed by day: in ng/mL; day 1 is the day of the first dose."""
    parts = [f"in {serial.unit}"] if serial.unit else []
    parts += [f"day 1 is the day of {a_moment(serial.counted_from)}"]
    parts += [f"shown on days {all_of(map(str, serial.days))}"] if serial.days else []
    parts += [f"a value may stand for a day within {serial.within} of it"] if serial.within else []
    return sentence(f"{serial.title}, followed by day: {'; '.join(parts)}")


def derived_in_words(derived: Derived, protocol: Protocol) -> str:
    """Rheumatologic cause: yes where provoking factor includes rheumatologic disorder."""
    take = derived.take
    if isinstance(take, GreatestFall):
        return sentence(
            f"{derived.title}: the greatest fall of {serial_titled(protocol, take.greatest_fall)} after "
            f"{take.as_share_of}, as a share of its value on {take.as_share_of}; "
            "where it never fell, “none” is listed and 0 is ranked"
        )
    if isinstance(take, FirstOf):
        first, *others = take.first_of
        return sentence(
            f"{derived.title}: each patient once, by what {titled(protocol, take.in_)} includes: {first} "
            f"before all others, then {', then '.join(others)}"
        )
    return sentence(f"{derived.title}: yes where {titled(protocol, take.in_)} includes {take.has}")


def _taken(take: Take) -> str:
    """Where records give the value: the source, then the moments that bound it, then who confirms it."""
    sources = {
        f"the person's {take.person}": take.person,
        f"the {take.finding}": take.finding,
        f"the number of {take.tally} criteria met": take.tally,
        f"the points of {take.points}": take.points,
        f"the course of {take.course}": take.course,
        f"the {take.courses} courses": take.courses,
        f"the day of {a_moment(take.day_of or '')}": take.day_of,
        FOLLOWED.get(take.follow_up or "", ""): take.follow_up,
        f"proposed by {take.proposed_by}": take.proposed_by,
    }
    source = (
        all_of(words for words, given in sources.items() if given is not None) or "taken from the records"
    )
    choice = {"nearest": " nearest to"}.get(take.choose or "", f" ({take.choose})" if take.choose else "")
    if take.at:
        choice += f" {a_moment(take.at)}" if take.choose == "nearest" else f" at {a_moment(take.at)}"
    choice += f" started {_window(take.started.after, take.started.until)}" if take.started else ""
    choice += f" overlapping {take.overlapping}" if take.overlapping else ""
    choice += f", of these the first new one after {take.next_after} was begun" if take.next_after else ""
    ways = [f"within {take.within}"] if take.within else []
    ways += [_window(take.after, take.until)] if take.after or take.until else []
    ways += [f"{a_moment(take.counted_from)} being day 1"] if take.counted_from else []
    ways += [f"confirmed by {take.confirmed_by}"] if take.confirmed_by else []
    return ", ".join([source + choice, *ways])


def _window(after: str | None, until: str | None) -> str:
    ends = [f"after {a_moment(after)}"] if after else []
    ends += [f"until {a_moment(until)}"] if until else []
    return all_of(ends)
