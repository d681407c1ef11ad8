"""Assessing one patient by a definition: a verdict for each criterion, and the whole as a range."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import reduce
from operator import add
from typing import TypeVar

from caseseries.criteria.comparison import hold
from caseseries.criteria.definition import Criterion, Definition, Need, Rule, Test, findings_of, tests_of
from caseseries.criteria.flagging import day_of, with_flags
from caseseries.criteria.in_words import in_words
from caseseries.criteria.verdict import Assessment, SetAside, Verdict
from caseseries.evidence.bounds import Bounds
from caseseries.evidence.catalogue import own_name
from caseseries.evidence.finding import Finding
from caseseries.evidence.problem import Problem, Problems
from caseseries.evidence.truth import Truth

T = TypeVar("T")
Found = Mapping[str, tuple[Finding, ...]]
"""One patient's findings, by the name of what was found; the first in time first."""

WORTH = {Truth.NOT_MET: Bounds(0, 0), Truth.UNKNOWN: Bounds(0, 1), Truth.MET: Bounds(1, 1)}


def assess(definition: Definition, findings: Iterable[Finding]) -> Assessment:
    """What one patient's findings say of a definition, all of them standing together.

    A test is met where any finding meets it, unknown where one cannot decide (`<600` against 500) or none
    was there, and else not met. What says nothing (no unit, implausible) is set aside and told. What a flag
    of the definition marks says so, and the whole is also counted without it.
    Raises Problems for findings of several patients.
    """
    ordered = sorted(with_flags(definition, findings), key=_order)
    patients = sorted({finding.patient for finding in ordered})
    if len(patients) > 1:
        found = f"the findings are of {len(patients)} patients: {', '.join(patients[:5])}"
        raise Problems([Problem("findings", found, "Assess one patient at a time.")])
    by_name: dict[str, tuple[Finding, ...]] = {}
    for finding in ordered:
        by_name[own_name(finding.name)] = (*by_name.get(own_name(finding.name), ()), finding)
    verdicts = tuple(_criterion(criterion, by_name) for criterion in definition.criteria)
    bare = {name: tuple(one for one in some if not one.flags) for name, some in by_name.items()}
    unflagged = (_criterion(criterion, bare).bounds for criterion in definition.criteria)
    asked = (*findings_of(definition), *(flag.finding for flag in definition.flags))
    return Assessment(
        definition=definition,
        patient=patients[0] if patients else "",
        verdicts=verdicts,
        unflagged=reduce(add, unflagged, Bounds(0, 0)) if bare != by_name else None,
        set_aside=_set_aside(definition, by_name),
        not_asked=tuple(finding for finding in ordered if own_name(finding.name) not in asked),
        cautions=_cautions(definition, verdicts),
    )


def _order(finding: Finding) -> tuple[object, ...]:
    """First in time, then by the smallest row: the order in which findings are given never matters."""
    time = finding.sample_time.isoformat() if finding.sample_time else ""
    row = [(int(part) if part.isdigit() else -1, part) for part in re.split(r"(\d+)", finding.origin)]
    return (not time, time, row, repr(finding))


# ---- From a test up to a criterion ----


def _criterion(criterion: Criterion, found: Found) -> Verdict:
    """The highest grade that is met counts; what may still be met widens it."""
    judged = [(grade.points, _judge(grade.rule, found)) for grade in criterion.grades]
    bounds = Bounds(
        max((points for points, verdict in judged if verdict.truth is Truth.MET), default=0),
        max((points for points, verdict in judged if verdict.truth is not Truth.NOT_MET), default=0),
    )
    reached = [verdict for points, verdict in judged if points == bounds.low]
    still_open = [v for points, v in judged if v.truth is Truth.UNKNOWN and points > bounds.low]
    deciding = [*reached, *still_open] or [verdict for _, verdict in judged]
    return Verdict(
        name=criterion.name,
        title=criterion.title,
        truth=bounds.at_least(min(grade.points for grade in criterion.grades)),
        bounds=bounds,
        since=_first(verdict.since for verdict in reached),
        known=_first(verdict.known for verdict in reached),
        because=_each_once(finding for verdict in deciding for finding in verdict.because),
        why="; ".join(_each_once(verdict.why for verdict in still_open if verdict.why)),
        cautions=_each_once(caution for verdict in deciding for caution in verdict.cautions),
        parts=tuple(verdict for _, verdict in judged),
    )


def _judge(rule: Rule, found: Found) -> Verdict:
    if not isinstance(rule, Need):
        return _test(rule, found.get(rule.finding, ()))
    parts = tuple(_judge(part, found) for part in rule.of)
    bounds = reduce(add, (WORTH[part.truth] for part in parts), Bounds(0, 0))
    truth = bounds.at_least(rule.count)
    is_open = [part for part in parts if part.truth is Truth.UNKNOWN]
    deciding = [part for part in parts if part.truth is truth or truth is Truth.UNKNOWN]
    return Verdict(
        name=in_words(rule),
        title=in_words(rule),
        truth=truth,
        bounds=bounds,
        since=_first((part.since for part in parts), rule.count),
        known=_first((part.known for part in parts), rule.count),
        because=_each_once(finding for part in deciding for finding in part.because),
        why="; ".join(_each_once(part.why for part in is_open)) if truth is Truth.UNKNOWN else "",
        cautions=_each_once(caution for part in deciding for caution in part.cautions),
        parts=parts,
    )


def _test(test: Test, findings: tuple[Finding, ...]) -> Verdict:
    """The best truth that any finding gives; of several that give it, the first decides."""
    held = [(hold(finding, test), finding) for finding in findings]
    truths = [one.truth for one, _ in held if one.truth is not None]
    name = in_words(test)
    if not truths:
        why = _each_once(one.why for one, _ in held) or (f"nothing is known of {test.finding}",)
        return Verdict(name, name, Truth.UNKNOWN, WORTH[Truth.UNKNOWN], why="; ".join(why))
    best = max(truths)
    one, finding = next(pair for pair in held if pair[0].truth is best)
    met = [finding for one, finding in held if one.truth is Truth.MET]
    return Verdict(
        name,
        name,
        truth=best,
        bounds=WORTH[best],
        since=_first(day_of(finding.sample_time) for finding in met),
        known=_first(_known(finding) for finding in met),
        because=(finding,) if best is not Truth.UNKNOWN else (),
        why=one.why,
        cautions=(one.caution,) if one.caution else (),
    )


def _known(finding: Finding) -> date | None:
    """The day of the result, or that of the sample where there is no result's or it lies before."""
    days = [day for day in (day_of(finding.sample_time), day_of(finding.result_time)) if day is not None]
    return max(days, default=None)


def _first(days: Iterable[date | None], count: int = 1) -> date | None:
    """The day on which so many of these are met: the k-th smallest, of those that have a day."""
    dated = sorted(day for day in days if day is not None)
    return dated[count - 1] if len(dated) >= count else None


# ---- What is told beside the verdicts ----


def _set_aside(definition: Definition, found: Found) -> tuple[SetAside, ...]:
    """The findings that say nothing to any test which asks for them, each once."""
    aside: dict[Finding, str] = {}
    heard: set[Finding] = set()
    for test in tests_of(definition):
        for finding in found.get(test.finding, ()):
            held = hold(finding, test)
            if held.truth is None:
                aside.setdefault(finding, held.why)
            else:
                heard.add(finding)
    return tuple(SetAside(finding, why) for finding, why in aside.items() if finding not in heard)


def _cautions(definition: Definition, verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    told = [caution for verdict in verdicts for caution in verdict.cautions]
    if definition.recalled:
        told.append(f"{definition.title} are recalled in part. {definition.note}".strip())
    told += [f"{one.title}: recalled, not read in its source." for one in definition.criteria if one.recalled]
    table = definition.probabilities
    if table is not None:
        score = reduce(add, (verdict.bounds for verdict in verdicts), Bounds(0, 0))
        if any(one.recalled for one in table.between(score)):
            told.append("The probability is recalled, not read in its source.")
        told.append(table.caution)
    return _each_once(filter(None, told))


def _each_once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
