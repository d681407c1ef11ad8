"""What is known of the cohort: each patient's chart, courses of treatment and calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from caseseries.cohort.chart_review import Reviewed
from caseseries.cohort.contradictions import possible
from caseseries.cohort.findings import Chart, rows_of
from caseseries.cohort.moments import Calendar, Day
from caseseries.cohort.search import Search, with_parts
from caseseries.cohort.treatment import courses_of
from caseseries.cohort.twice import rows_twice
from caseseries.criteria.definition import Definition, findings_of
from caseseries.evidence.course import Course
from caseseries.evidence.days import number_of
from caseseries.evidence.drugs import formulary
from caseseries.evidence.pace import Tell
from caseseries.evidence.presence import PRESENT
from caseseries.protocol.clauses.variable import Take
from caseseries.protocol.protocol import Protocol
from caseseries.records import outcomes, readings
from caseseries.records.codebook import CONTACT, DEATH, Codebook
from caseseries.records.contacts import last_contacts
from caseseries.records.forms import lay_concepts, read_forms
from caseseries.records.gather import gather, gather_exposures
from caseseries.records.omop import Records
from caseseries.records.origins import origin_of

FEMALE, MALE = 8532, 8507
"""Gender concepts of OMOP."""


@dataclass(frozen=True)
class Known:
    """Frames of all patients of the cohort, and of each patient and stay the chart and the courses.

    `twice` says which of their rows stand there more than once.
    """

    patients: pl.DataFrame
    evidence: pl.DataFrame
    exposures: pl.DataFrame
    visits: pl.DataFrame
    deaths: pl.DataFrame
    contacts: pl.DataFrame
    courses: dict[int, tuple[Course, ...]]
    charts: dict[int, Chart]
    sexes: dict[int, str]
    twice: tuple[str, ...]


def read_patients(
    search: Search,
    protocol: Protocol,
    definitions: tuple[Definition, ...],
    patients: pl.DataFrame,
    reviewed: Reviewed,
    tell: Tell,
) -> Known:
    """Everything that the study asks of these patients, who each have one stay."""
    records, codebook = search.records, search.codebook
    records.put("gathered", patients.select("person_id").unique())
    told = [one for one in (DEATH, CONTACT) if one in codebook.by_finding]
    wanted = [
        finding
        for finding in with_parts(
            [*asked_of(protocol, definitions), *flags_of(definitions, codebook), *told], codebook
        )
        if not codebook.entry(finding).answered_by_review
    ]
    codes = search.resolved.codes
    reads = {entry.finding: entry.reads for entry in codebook.entries}
    how = pl.col("finding").replace_strict(reads, return_dtype=pl.String)
    mine = codes.filter(pl.col("finding").is_in(wanted))
    numbers = mine.filter((pl.col("table") == "measurement") & how.is_in(["number", "limit"]))
    worded = mine.filter(
        how.is_in(["word", "presence"]) & pl.col("table").is_in(["measurement", "observation"])
    )
    lay_concepts(records, numbers["concept_id"].unique().sort())
    among = "JOIN gathered g ON g.person_id = m.person_id"
    records.keep("gathered_rows", readings.number_rows(search.known_from, among))
    forms = read_forms(records, codebook, "gathered_rows", worded)
    given_alone = [entry.finding for entry in codebook.entries if entry.tables == ("drug_exposure",)]
    drugs = codes.filter(pl.col("finding").is_in(given_alone))
    twice = tuple(rows_twice(records, pl.concat([mine, drugs])))  # before the evidence is held
    evidence = gather(records, codebook, codes, forms, wanted)
    records.drop("gathered_rows")
    exposures = gather_exposures(records, drugs)
    visits = outcomes.visits(records, codebook)
    died = outcomes.deaths(records, codebook, visits, evidence, patients)
    rows, dead = rows_of(evidence, exposures), _by_patient(possible(died))
    for person in rows.keys() | dead.keys():
        days = dead.get(person, ())
        rows.setdefault(person, {})[DEATH] = tuple((one.day, PRESENT[0], one.because[0]) for one in days)
    given = courses_of(records, codebook, exposures, visits, tell)
    answered, replies = reviewed.of_stays(), reviewed.replies()
    charts = {
        row["person_id"]: Chart(
            row["first_day"],
            row["last_day"],
            row["youngest"],
            row["oldest"],
            rows.get(row["person_id"], {}),
            answered.get(row["stay_id"], {}),
            replies.get(row["person_id"], {}),
        )
        for row in patients.iter_rows(named=True)
    }
    return Known(
        patients=patients,
        evidence=evidence,
        exposures=exposures,
        visits=visits,
        deaths=died,
        contacts=last_contacts(records, codebook, codes, visits, evidence),
        courses=given,
        charts=charts,
        sexes=_sexes(records),
        twice=twice,
    )


def _sexes(records: Records) -> dict[int, str]:
    """F or M of each patient of whom it is recorded."""
    query = f"""
SELECT p.person_id, CASE p.gender_concept_id WHEN {FEMALE} THEN 'F' WHEN {MALE} THEN 'M' END AS sex
FROM person p JOIN gathered g ON g.person_id = p.person_id
WHERE p.gender_concept_id IN ({FEMALE}, {MALE})"""
    return dict(records.run(query, "sex of the cohort").iter_rows())


def asked_of(protocol: Protocol, definitions: tuple[Definition, ...]) -> list[str]:
    """Every finding that a protocol asks of records: by its criteria, steps, moments and variables."""
    asked = [finding for definition in definitions for finding in findings_of(definition)]
    return list(dict.fromkeys([*asked, *asked_by(protocol)]))


def flags_of(definitions: tuple[Definition, ...], codebook: Codebook) -> list[str]:
    """The findings of the flags of these definitions, as far as the codebook has them."""
    found = (flag.finding for definition in definitions for flag in definition.flags)
    return [one for one in dict.fromkeys(found) if one in codebook.by_finding]


def drugs_of(protocol: Protocol, codebook: Codebook) -> list[str]:
    """The drugs of the codebook that are of a kind which a variable asks for, such as "hlh-directed"."""
    takes = [one.take for one in protocol.variables if isinstance(one.take, Take)]
    kinds = {
        kind for one in takes for kind in (one.course, one.courses, one.overlapping, one.next_after) if kind
    }
    return [
        entry.finding
        for entry in codebook.entries
        if any(formulary().is_of(entry.finding, kind) for kind in kinds)
    ]


def asked_by(protocol: Protocol) -> list[str]:
    """Every finding that a protocol names itself, as it is written there."""
    asked = [finding for step in protocol.eligibility for finding in (*step.any_of, *step.all_of)]
    takes = [one.take for one in protocol.variables if isinstance(one.take, Take)]
    asked += [take.finding for take in takes if take.finding]
    asked += [serial.finding for serial in protocol.serials]
    asked += [finding for one in protocol.moments.values() if (finding := one.first or one.last)]
    return list(dict.fromkeys(asked))


def calendars(known: Known, met: Mapping[int, Mapping[str, Day]], protocol: Protocol) -> dict[int, Calendar]:
    """The calendar of each patient, on which the moments are found; `met` the days of their criteria."""
    values = _values(known.evidence, {one.first or one.last for one in protocol.moments.values()})
    deaths, contacts = (_by_patient(frame) for frame in (possible(known.deaths), known.contacts))
    return {
        row["person_id"]: _calendar(
            row,
            known,
            met.get(row["person_id"], {}),
            deaths.get(row["person_id"], ()),
            contacts.get(row["person_id"], ()),
            values.get(row["person_id"], {}),
        )
        for row in known.patients.iter_rows(named=True)
    }


def _values(evidence: pl.DataFrame, asked: Collection[str | None]) -> dict[int, dict[str, tuple[Day, ...]]]:
    """By patient and finding the days with a number, of what a moment asks for, as the evidence has them."""
    is_asked = pl.col("finding").is_in([one for one in asked if one])
    measured = evidence.filter(is_asked, pl.col("value").is_not_null())
    days: dict[int, dict[str, list[Day]]] = {}
    for person, finding, day, table, row in measured.select(
        "person_id", "finding", "day", "table", "row_id"
    ).iter_rows():
        days.setdefault(person, {}).setdefault(finding, []).append(Day(day, (origin_of(table, row),)))
    return {person: {name: tuple(some) for name, some in mine.items()} for person, mine in days.items()}


def _by_patient(frame: pl.DataFrame) -> dict[int, tuple[Day, ...]]:
    """The days of a frame with person_id, day and origin, by patient, the first first."""
    days: dict[int, list[Day]] = {}
    for person, day, origin in frame.select("person_id", "day", "origin").iter_rows():
        days.setdefault(person, []).append(Day(day, (origin,)))
    return {person: tuple(mine) for person, mine in days.items()}


def _calendar(
    stay: Mapping[str, int],
    known: Known,
    met: Mapping[str, Day],
    deaths: tuple[Day, ...],
    contacts: tuple[Day, ...],
    values: Mapping[str, tuple[Day, ...]],
) -> Calendar:
    person = stay["person_id"]
    visit = (f"visit_occurrence:{stay['stay_id']}",)
    rows = dict(values)
    rows |= {
        finding: tuple(Day(day, (origin,)) for day, word, origin in mine if word.casefold() in PRESENT)
        for finding, mine in known.charts[person].rows.items()
        if formulary().drug(finding) is None  # a row of a drug may be an order, or a dose that was not given
    }
    given: dict[str, list[Course]] = {}
    for course in known.courses.get(person, ()):
        given.setdefault(course.drug, []).append(course)
    rows |= {drug: tuple(sorted(_doses(some), key=lambda one: one.day)) for drug, some in given.items()}
    rows[DEATH] = deaths
    rows[CONTACT] = tuple(one for one in contacts if not deaths or one.day <= deaths[0].day)
    ends = (Day(stay["first_day"], visit), Day(stay["last_day"], visit))
    return Calendar(ends, met, rows, {drug: tuple(some) for drug, some in given.items()})


def _doses(courses: Iterable[Course]) -> Iterator[Day]:
    """The first day of each course, and every day on which somebody wrote down that a dose was given."""
    for course in courses:
        yield Day(number_of(course.start), course.origins[:2])
        yield from (Day(number_of(day), (origin,)) for day, origin in course.given)
