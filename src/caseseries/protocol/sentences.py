"""The sentences of a protocol: the promise read back as a methods section, from the same clauses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from caseseries.protocol.analyses_in_words import analysis_in_words
from caseseries.protocol.clauses.analysis import Role
from caseseries.protocol.clauses.hospital import Age, Eligibility, Moment, Stay
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.variables_in_words import derived_in_words, serial_in_words, variable_in_words
from caseseries.protocol.wording import a_moment, all_of, in_running_text, one_of, sentence, titles

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a methods section and its sentences: plain text, to be set by whoever shows it."""

    title: str
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.title}. {' '.join(self.sentences)}"


def sentences(protocol: Protocol) -> tuple[Section, ...]:
    """Everything that is promised, in the order of a methods section; empty sections are left out."""
    written: list[tuple[str, Iterable[str]]] = [
        ("Question", _question(protocol)),
        ("Setting", _setting(protocol)),
        ("Patients", _patients(protocol)),
        ("Moments", _moments(protocol)),
        ("Follow-up", _follow_up(protocol)),
        ("Variables", _variables(protocol)),
        *((f"{role.capitalize()} analyses", _analyses(protocol, role)) for role in get_args(Role)),
        ("Conventions", _conventions(protocol)),
    ]
    sections = (Section(title, tuple(lines)) for title, lines in written)
    return tuple(section for section in sections if section.sentences)


# ---- Question, setting, patients, moments ----


def _question(protocol: Protocol) -> Iterator[str]:
    yield sentence(protocol.question)
    source = f", after {protocol.source}" if protocol.source else ""
    yield sentence(f"This is version {protocol.version} of the protocol “{protocol.title}”{source}")
    if protocol.criteria:
        yield f"Patients are judged by the criteria {all_of(protocol.criteria)}."
    if protocol.note:
        yield sentence(" ".join(protocol.note.split()))


def _setting(protocol: Protocol) -> Iterator[str]:
    if protocol.setting is not None:
        days = protocol.setting.admitted
        yield (
            f"Patients are looked for among {protocol.setting.visits} visits with admission from "
            f"{_date(days.first)} to {_date(days.to)}, both days included."
        )
    if protocol.stay is not None:
        yield from _stay(protocol.stay)


def _stay(stay: Stay) -> Iterator[str]:
    yield f"A stay that begins within {stay.transfers} of the end of the last one is the same stay."
    if stay.choose == "first meeting":
        yield f"The stay that is studied is the first in which the criteria {stay.criteria} are met."
    else:
        yield f"The stay that is studied is chosen by “{stay.choose}”, under the criteria {stay.criteria}."
    lengths = dict.fromkeys(stay.wider.values())
    findings = {
        length: all_of(name for name, one in stay.wider.items() if one == length) for length in lengths
    }
    wider = all_of(f"within {length} for {names}" for length, names in findings.items())
    together = "anywhere in the stay" if stay.together == "stay" else f"within {stay.together}"
    yield f"Findings stand together when they fall {together}{f', or {wider}' if wider else ''}."
    yield "Stays are found in hospital records only; a filled-in sheet already holds the patients."


def _patients(protocol: Protocol) -> Iterator[str]:
    for number, step in enumerate(protocol.eligibility, 1):
        name = f" (“{step.name}”)" if step.name else ""
        verb = "keeps" if step.keep else "drops"
        yield sentence(f"Step {number}{name} {verb} “{step.keep or step.drop}”{_how(step, protocol)}")
        if step.reason:
            yield sentence(f"The reason: {step.reason}")
        if step.if_unknown == "review":
            reach = step.review_within
            short = f" of patients who are short of it by at most {reach}" if reach is not None else ""
            yield f"Where this is unknown, a person reads the chart{short}."
        elif step.if_unknown is not None:
            fate = "kept, and counted" if step.if_unknown == "keep" else "dropped"
            yield f"Where this is unknown, the patient is {fate}."
    if protocol.eligibility:
        yield "These steps are taken in hospital records; a filled-in sheet holds those who have passed them."


def _how(step: Eligibility, protocol: Protocol) -> str:
    ways = [f"by the criteria {step.criteria}"] if step.criteria else []
    ways += [_age(step.age)] if step.age else []
    ways += [f"shown by {one_of(step.any_of)}"] if step.any_of else []
    ways += [f"shown by {all_of(step.all_of)}"] if step.all_of else []
    ways += [f"with {titles(protocol, step.complete)} filled in"] if step.complete else []
    return f": {'; '.join(ways)}" if ways else ""


def _age(age: Age) -> str:
    limits = {"above": age.above, "at least": age.at_least, "below": age.below, "at most": age.at_most}
    said = all_of(f"{word} {limit}" for word, limit in limits.items() if limit is not None)
    return f"age {said} at {a_moment(age.at)}, in completed years"


def _moments(protocol: Protocol) -> Iterator[str]:
    for name, moment in protocol.moments.items():
        column = f", and stands in the column {moment.sheet} of a sheet" if moment.sheet else ""
        yield sentence(f"{a_moment(name)} is {_day(moment)}{column}")
    if any(moment.sheet is None for moment in protocol.moments.values()):
        yield "The moments without a column can be found in hospital records only."


def _day(moment: Moment) -> str:
    during = f" during the {moment.during}" if moment.during else ""
    during += f" after {a_moment(moment.after)}" if moment.after else ""
    during += f" until {a_moment(moment.until)}" if moment.until else ""
    if moment.start_of or moment.end_of:
        return (
            f"the first day of the {moment.start_of}"
            if moment.start_of
            else f"the last day of the {moment.end_of}"
        )
    if moment.day_met:
        return f"the day on which the criteria {moment.day_met} are met, by the time of sampling{during}"
    if moment.last_of_course:
        return f"the day of the last dose in the course of {moment.last_of_course}{during}"
    which = f"first record of {moment.first}" if moment.first else f"last record of {moment.last}"
    return f"the day of the {which}{during}"


def _follow_up(protocol: Protocol) -> Iterator[str]:
    follow_up = protocol.follow_up
    if follow_up is not None:
        yield (
            f"Patients are followed from {a_moment(follow_up.counted_from)} to {a_moment(follow_up.until)}; "
            f"the event is {follow_up.event}, and time is counted in {follow_up.unit}."
        )
        if follow_up.horizons:
            yield f"Survival is read off at {all_of(follow_up.horizons)}."


# ---- Variables, analyses, conventions ----


def _variables(protocol: Protocol) -> Iterator[str]:
    if protocol.variables:
        yield "One row is kept for each patient and episode."
    yield from (variable_in_words(one) for one in protocol.variables if one.take != "print")
    printed = [in_running_text(one.title) for one in protocol.variables if one.take == "print"]
    if printed:
        yield f"Kept beside, as a published table prints them: {'; '.join(printed)}."
    yield from (serial_in_words(serial) for serial in protocol.serials)
    yield from (derived_in_words(derived, protocol) for derived in protocol.derived)


def _analyses(protocol: Protocol, role: Role) -> Iterator[str]:
    for analysis in protocol.analyses:
        if analysis.role == role:
            source = f" (after {analysis.source})" if analysis.source else ""
            yield sentence(f"{analysis.name}{source}: {analysis_in_words(analysis, protocol)}")


def _conventions(protocol: Protocol) -> Iterator[str]:
    by = protocol.conventions
    yield f"Confidence intervals are at the {100 * by.level:g} % level, and a month is {by.month} long."
    yield f"Quantiles are of {by.quantile}, and decimals are rounded {by.rounding}."
    kinds = {analysis.does for analysis in protocol.analyses}
    if kinds & {"summarise", "compare", "entries", "survival"}:
        yield "Shares have exact Clopper-Pearson intervals."
    if "survival" in kinds:
        yield "The median of a survival curve has a Brookmeyer-Crowley interval."
    if any(getattr(analysis, "test", "") == "Mann-Whitney" for analysis in protocol.analyses):
        yield (
            "The Mann-Whitney test is asymptotic, with corrections for ties and continuity; "
            "where it is called exact, its p-value is that of all ways to deal the ranks."
        )
    if any(getattr(analysis, "test", "") == "Kruskal-Wallis" for analysis in protocol.analyses):
        yield (
            "The Kruskal-Wallis test is asymptotic, with a correction for ties; "
            "where it is called exact, its p-value is that of the ways to deal the ranks."
        )
    if kinds & {"compare", "entries", "landmark"}:
        yield "All tests are two-sided."
    yield f"Whatever is drawn at random is drawn from seed {by.seed}."


def _date(day: dt.date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
