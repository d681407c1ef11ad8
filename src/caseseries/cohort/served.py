"""What records cannot be asked: moments and recipes of a protocol that would stay empty, told beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caseseries.cohort.eligibility import Parted, parted
from caseseries.cohort.known import asked_by
from caseseries.criteria.definition import Definition, findings_of
from caseseries.evidence.catalogue import entry as catalogue_entry
from caseseries.evidence.drugs import formulary
from caseseries.evidence.problem import Problem, Problems, did_you_mean, some_of
from caseseries.protocol.clauses.hospital import Moment
from caseseries.protocol.clauses.variable import Take, Variable
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import DEATH, Codebook

STAY = "stay"
PERSON = {"age": "number", "sex": "category"}
"""What is known of the person, and the kind of a variable that takes it."""
KINDS = {
    "finding": ("number",),
    "tally": ("count",),
    "points": ("points",),
    "course": ("regimen",),
    "courses": ("regimens",),
    "day_of": ("day",),
    "confirmed_by": ("event",),
}
"""Of which kind a variable is that is taken so."""
REVIEWED = ("category", "categories", "yes/no")
"""Of which kind a variable is that a reviewer answers."""


def served(protocol: Protocol, definitions: Mapping[str, Definition], codebook: Codebook) -> Parted:
    """The steps of a protocol of which records can be asked everything. Raises Problems, naming what not."""
    steps = parted(protocol)
    problems = tuple(_unserved(protocol, definitions, codebook))
    if problems:
        raise Problems(problems)
    return steps


def _unserved(
    protocol: Protocol, definitions: Mapping[str, Definition], codebook: Codebook
) -> Iterator[Problem]:
    """Every moment and recipe that records would leave empty, or take for another, without a word."""
    for name, moment in protocol.moments.items():
        yield from _moment(f"protocol.toml, moments.{name}", moment, protocol)
    yield from _death(protocol)
    yield from _score(protocol, definitions)
    yield from _wider(protocol, definitions, codebook)
    for written in asked_by(protocol):
        yield from _name(written, codebook)
    yield from _steps(protocol, codebook)
    for number, variable in enumerate(protocol.variables, 1):
        where = f'protocol.toml, variable {number} ("{variable.name}"), take'
        if variable.take == "review" and variable.kind not in REVIEWED:
            yield _kind(where, variable, REVIEWED, "what a reviewer answers")
        if isinstance(variable.take, Take):
            yield from _recipe(where, variable, variable.take, protocol, definitions)
            yield from _drugs(where, variable.take, codebook)
    for number, serial in enumerate(protocol.serials, 1):
        where = f'protocol.toml, serial {number} ("{serial.name}"), unit'
        yield from _unit(where, serial.finding, serial.unit)


def _name(written: str, codebook: Codebook) -> Iterator[Problem]:
    try:
        entry = codebook.entry(written)
    except Problems as lacking:
        yield from lacking.problems
    else:
        if entry.finding != written:
            found = f'the codebook calls "{written}" by another name'
            yield Problem("protocol.toml", found, f'Write "{entry.finding}".')


def _steps(protocol: Protocol, codebook: Codebook) -> Iterator[Problem]:
    """That a number neither is there nor is not: the step would be unknown for everyone."""
    for number, step in enumerate(protocol.eligibility, 1):
        for finding in dict.fromkeys((*step.any_of, *step.all_of)):
            entry = codebook.by_finding.get(finding)
            if entry is not None and entry.reads in ("number", "limit"):
                found = f'"{finding}" is measured, and a step asks whether something is there'
                mend = (
                    "Ask by criteria, with a limit: a definition of your own may stand beside the protocol."
                )
                yield Problem(f"protocol.toml, eligibility {number}", found, mend)


# ---- Moments ----


def _moment(where: str, moment: Moment, protocol: Protocol) -> Iterator[Problem]:
    for key in ("start_of", "end_of", "during"):
        value = getattr(moment, key)
        if value not in (None, STAY):
            yield Problem(where, f'records cannot be asked {key} = "{value}"', f'Write {key} = "{STAY}".')
    asked = protocol.stay.criteria if protocol.stay else None
    if moment.day_met not in (None, asked):
        found = f'the stay is chosen by "{asked}", and only the day on which these are met is found'
        yield Problem(where, found, f'Write day_met = "{asked}".')


def _death(protocol: Protocol) -> Iterator[Problem]:
    """Without this moment nobody would die."""
    moment = protocol.moments.get(DEATH)
    if protocol.follow_up is not None and (moment is None or moment.first != DEATH):
        found = "the follow-up ends with death, and no moment is the day of it"
        yield Problem("protocol.toml, [moments]", found, f'Write {DEATH} = {{ first = "{DEATH}" }}.')


def _score(protocol: Protocol, definitions: Mapping[str, Definition]) -> Iterator[Problem]:
    """That a score is met by nobody: it says of no number of points that they are enough."""
    stay = protocol.stay
    if stay is not None and definitions[stay.criteria].need is None:
        found = f'"{stay.criteria}" adds up points, and a stay is chosen by criteria that are met'
        mend = "Name criteria of which so many are needed; a variable may take the points."
        yield Problem("protocol.toml, [stay]", found, mend)


def _wider(
    protocol: Protocol, definitions: Mapping[str, Definition], codebook: Codebook
) -> Iterator[Problem]:
    """That a longer time is for nothing. A finding that another definition asks for does no harm."""
    stay = protocol.stay
    if stay is None:
        return
    definition = definitions[stay.criteria]
    known = [*findings_of(definition), *(one.name for one in definition.criteria)]
    for name in stay.wider:
        if name not in known and name not in codebook.by_finding:
            found = f'"{name}" is no criterion and no finding of "{stay.criteria}"'
            yield Problem("protocol.toml, [stay], wider", found, did_you_mean(name, dict.fromkeys(known)))


# ---- Recipes ----


def _recipe(
    where: str, variable: Variable, take: Take, protocol: Protocol, definitions: Mapping[str, Definition]
) -> Iterator[Problem]:
    for way, kinds in KINDS.items():
        if getattr(take, way) is not None and variable.kind not in kinds:
            yield _kind(where, variable, kinds, f"what is taken by {way}")
    if take.person is not None and take.person not in PERSON:
        yield Problem(where, f'"{take.person}" of a person is not known', did_you_mean(take.person, PERSON))
    elif take.person is not None and variable.kind != PERSON[take.person]:
        yield _kind(where, variable, (PERSON[take.person],), f"the {take.person} of a person")
    asks = take.finding or take.tally or take.points
    if asks is not None and take.at is None:
        found = f'"{asks}" is asked at no moment'
        yield Problem(where, found, 'Write at = "a moment"; of a finding also within = "3 days", and choose.')
    yield from _unit(where, take.finding, variable.unit)
    for name, is_count in ((take.tally, True), (take.points, False)):
        if name is not None and (definitions[name].need is not None) != is_count:
            found = f'"{name}" {"adds up points" if is_count else "counts criteria"}'
            mend = f'Write {"points" if is_count else "tally"} = "{name}".'
            yield Problem(where, found, mend)


def _kind(where: str, variable: Variable, kinds: tuple[str, ...], what: str) -> Problem:
    found = f'{what} cannot fill a variable of kind "{variable.kind}"'
    return Problem(
        where, found, f'Write kind = "{kinds[0]}"' + "".join(f' or "{one}"' for one in kinds[1:]) + "."
    )


def _unit(where: str, finding: str | None, unit: str | None) -> Iterator[Problem]:
    known = catalogue_entry(finding) if finding else None
    if finding and (known is None or not known.unit):
        mend = "Let a reviewer answer it, or ask for what is measured."
        yield Problem(where, f'"{finding}" is not known to have a number', mend)
    elif known is not None and unit and known.convert(1.0, known.unit, unit) is None:
        units = some_of([one.unit for one in known.conversions])
        yield Problem(where, f'"{unit}" is no unit of {known.name}', f"There are: {units}.")


def _drugs(where: str, take: Take, codebook: Codebook) -> Iterator[Problem]:
    """That no drug of the codebook is of a kind: it would count as given to nobody."""
    drugs = [entry.finding for entry in codebook.entries if "drug_exposure" in entry.tables]
    for kind in (take.course, take.courses, take.overlapping, take.next_after):
        if kind is not None and not any(formulary().is_of(drug, kind) for drug in drugs):
            mend = f'Name a drug, a class, or a group such as "hlh-directed". {did_you_mean(kind, drugs)}'
            yield Problem(where, f'no drug of the codebook is "{kind}"', mend)
