"""Screening: from everyone in the database to the cohort, each patient counted where they went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from caseseries.cohort import search as searching
from caseseries.cohort.answers import Answer
from caseseries.cohort.bare_values import bare_values
from caseseries.cohort.chart_review import answered_bits, notes_on_answers, place_answers
from caseseries.cohort.cohort import FLAGGED, MOMENTS, PATIENTS, Cohort
from caseseries.cohort.contradictions import contradictions
from caseseries.cohort.eligibility import (
    IN,
    OPEN,
    Parted,
    Taken,
    age_step,
    ask,
    counted,
    criteria_step,
)
from caseseries.cohort.judging import judge
from caseseries.cohort.known import Known, calendars, read_patients
from caseseries.cohort.marked import marked_by
from caseseries.cohort.moments import Day, moments
from caseseries.cohort.narrowing import find_near
from caseseries.cohort.patient import patients_of
from caseseries.cohort.questions import Asked, review_variables
from caseseries.cohort.review_cost import cost_of_review
from caseseries.cohort.search import Search
from caseseries.cohort.served import served
from caseseries.cohort.set_aside import set_aside
from caseseries.cohort.verdicts import Judged, verdicts_of
from caseseries.criteria.definition import Definition
from caseseries.criteria.in_words import in_words
from caseseries.evidence.attrition import Attrition, Step
from caseseries.evidence.counting import so_many
from caseseries.evidence.days import number_of
from caseseries.evidence.pace import Tell, silent
from caseseries.evidence.units import read_span
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook
from caseseries.records.contacts import note_on_contacts
from caseseries.records.omop import Records
from caseseries.records.origins import origin_of
from caseseries.records.overnight import note_on_overnight, overnight
from caseseries.records.readings import day
from caseseries.records.resolving import Resolved
from caseseries.records.strangers import note_on_strangers


def screen(
    records: Records,
    protocol: Protocol,
    definitions: Mapping[str, Definition],
    codebook: Codebook,
    resolved: Resolved,
    answers: Iterable[Answer] = (),
    tell: Tell = silent,
    costed: bool = True,
) -> Cohort:
    """Everyone who reaches a named step of the protocol, from these records and the reviewers' answers.

    `definitions` are those that the protocol names, by their names. `costed`: count what a review of each
    reach would cost, which goes through the results of everyone once more. Raises Problems where the
    protocol has no setting, no stay or no step of criteria, or a step that records cannot be asked.
    """
    steps = served(protocol, definitions, codebook)
    assert protocol.setting is not None
    assert protocol.stay is not None
    tell("finding the stays")
    first, last = (number_of(day) for day in (protocol.setting.admitted.first, protocol.setting.admitted.to))
    transfers = int(read_span(protocol.stay.transfers).in_days())
    searching.find_stays(records, codebook, transfers, first, last)
    everyone = int(
        records.run("SELECT COUNT(person_id) AS n FROM person", "patients in the database")["n"][0]
    )
    in_setting = _patients_left(records)
    taken = [age_step(records, step) for step in steps.before]
    definition = definitions[steps.asked.criteria or ""]
    within = steps.asked.review_within or 0
    search = searching.prepare(records, codebook, resolved, definition, protocol.stay, within)
    given = tuple(answers)
    reviewed = place_answers(records, given)
    records.put("answers", answered_bits(reviewed, search.windows.lowered))
    forms = find_near(search, tell)
    kinds, aside = judge(search, tell), set_aside(search, forms)
    judged, unflagged = verdicts_of(search, reviewed), verdicts_of(search, reviewed, kinds[-1])
    flagged = marked_by(search, judged) if len(kinds) > 1 else pl.DataFrame(schema=FLAGGED)
    # Most of what is held so far, and nothing asks for it again.
    for one in ("number_rows", "stay_facts", "made_of_two", "near_bits", "likely"):
        records.drop(one)
    step, chosen = criteria_step(steps.asked, judged.stays, _stays_of(records), _patients_left(records))
    # Whatever goes through everybody comes before the charts, which are held until the end.
    reach = cost_of_review(search, tell) if costed else ()
    whole = (*note_on_strangers(records), *note_on_overnight(overnight(records, codebook)))
    tell(f"reading the charts of {so_many(chosen.height, 'patient')}")
    known = read_patients(search, protocol, tuple(definitions.values()), chosen, reviewed, tell)
    reached, later = _later_steps(steps, chosen, known, codebook, resolved)
    criteria = _of_chosen(judged.criteria, reached)
    days = _moments(protocol, known, judged, steps.asked.criteria or "")
    return Cohort(
        source=records.name,
        attrition=Attrition(
            patients=everyone,
            in_setting=in_setting,
            steps=(*taken, step, *later),
            exposed_before_known=_exposed_before_known(
                protocol, codebook, reached, days, len(taken) + 1 + len(later)
            ),
            further_episodes=int(reached.filter(pl.col("standing") == IN)["further_episodes"].sum()),
            reach=reach,
        ),
        patients=reached,
        verdicts=criteria,
        unflagged=_of_chosen(unflagged.criteria, reached),
        flagged=_of_chosen(flagged, reached),
        moments=_as_frame(days),
        evidence=known.evidence,
        exposures=known.exposures,
        visits=known.visits,
        deaths=known.deaths,
        contacts=known.contacts,
        set_aside=aside,
        odd_visits=searching.odd_visits(records),
        people=patients_of(known, days),
        answers=given,
        open=(
            *_open(search, reached, judged, steps, known, resolved),
            *_unanswered(protocol, reached, known, len(taken) + len(later)),
        ),
        notes=(
            *resolved.notes,
            *whole,
            *notes_on_answers(reviewed, {one.name: one.levels for one in review_variables(protocol)}),
            *known.twice,
            *bare_values(known.evidence, criteria, codebook),
            *contradictions(records, known.deaths),
            *note_on_contacts(records, codebook, resolved.codes, known.visits),
        ),
        sql=records.sql,
    )


def _patients_left(records: Records) -> int:
    left = records.run("SELECT COUNT(DISTINCT person_id) AS n FROM studied", "patients with a stay left")
    return int(left["n"][0])


def _stays_of(records: Records) -> pl.DataFrame:
    """Of the patients with a candidate, how many stays came to the step of the criteria."""
    return records.run(
        """
WITH candidates AS (
  SELECT DISTINCT s.person_id FROM studied s JOIN anchors a ON a.stay_id = s.stay_id
)
SELECT s.person_id, COUNT(*) AS stays FROM studied s JOIN candidates c ON c.person_id = s.person_id
GROUP BY s.person_id""",
        "stays of the candidates",
    )


def _of_chosen(rows: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """The rows of the studied stays."""
    return rows.join(patients.select("stay_id"), on="stay_id", how="semi", maintain_order="left")


# ---- The steps behind the criteria ----


def _later_steps(
    steps: Parted, chosen: pl.DataFrame, known: Known, codebook: Codebook, resolved: Resolved
) -> tuple[pl.DataFrame, list[Step]]:
    """Take the steps behind the criteria: the last that each patient came to, and how they stand there."""
    place = len(steps.before)
    standing = dict(chosen.select("person_id", "standing").iter_rows())
    furthest = dict.fromkeys(standing, place)
    listed = []
    for step in steps.after:
        place += 1
        taken: list[Taken] = []
        for person in [one for one, stands in standing.items() if stands == IN]:
            result = ask(step, known.charts[person], codebook, resolved)
            taken.append(result)
            furthest[person], standing[person] = place, result.fate
        listed.append(counted(step, taken))
    patients = chosen.with_columns(
        step=pl.col("person_id").replace_strict(furthest, return_dtype=pl.Int64),
        standing=pl.col("person_id").replace_strict(standing, return_dtype=pl.String),
    )
    return patients.select(pl.col(name).cast(kind) for name, kind in PATIENTS.items()), listed


# ---- Moments ----


def _moments(protocol: Protocol, known: Known, judged: Judged, criteria: str) -> dict[int, dict[str, Day]]:
    """The moments of each patient, and `known` of the criteria as NAME.known."""
    met: dict[int, dict[str, Day]] = {}
    chosen = set(known.patients["stay_id"].to_list())
    whole = judged.criteria.filter(pl.col("criterion") == "", pl.col("truth") == "met")
    for person, stay, since, back in whole.select("person_id", "stay_id", "since", "known").iter_rows():
        if stay in chosen:
            rows = tuple(judged.deciding(stay))
            met[person] = {criteria: Day(since, rows), f"{criteria}.known": Day(back, rows)}
    found = {
        person: moments(protocol.moments, one) for person, one in calendars(known, met, protocol).items()
    }
    for name, moment in protocol.moments.items():
        if moment.day_met is not None:
            for person, days in met.items():
                found[person][f"{name}.known"] = days[f"{moment.day_met}.known"]
    return found


def _as_frame(days: Mapping[int, Mapping[str, Day]]) -> pl.DataFrame:
    rows = [
        (person, name, day.day, list(day.because))
        for person, mine in days.items()
        for name, day in mine.items()
    ]
    return pl.DataFrame(rows, MOMENTS, orient="row")


def _exposed_before_known(
    protocol: Protocol,
    codebook: Codebook,
    reached: pl.DataFrame,
    days: Mapping[int, Mapping[str, Day]],
    steps: int,
) -> int | None:
    """Of those in at the end, how many were given the drug before the criteria were known to be met."""
    begun = {name: one.first for name, one in protocol.moments.items() if one.first and one.during}
    drugs = [name for name, given in begun.items() if "drug_exposure" in codebook.entry(given).tables]
    first = next(iter(drugs), None)
    met = next((name for name, one in protocol.moments.items() if one.day_met), None)
    if first is None or met is None:
        return None
    last = reached.filter((pl.col("standing") == IN) & (pl.col("step") == steps - 1))["person_id"]
    both = [(days[person].get(first), days[person].get(f"{met}.known")) for person in last.to_list()]
    return sum(one is not None and other is not None and one.day < other.day for one, other in both)


# ---- What a person must answer ----


def _open(
    search: Search, reached: pl.DataFrame, judged: Judged, steps: Parted, known: Known, resolved: Resolved
) -> Iterator[Asked]:
    """A question for each finding that keeps somebody open, with the rows of the stay to look at."""
    waiting = reached.filter(pl.col("standing") == OPEN)
    if not waiting.height:
        return
    rows = _chart_rows(search.records, waiting)
    lowered, unknown = search.windows.lowered, judged.unknown(search.windows.every_bit)
    for patient in waiting.sort("person_id").iter_rows(named=True):
        person, stay = patient["person_id"], patient["stay_id"]
        evidence = (f"visit_occurrence:{stay}", *rows.get(stay, ()))
        if patient["step"] == len(steps.before):
            about: dict[str, list[str]] = {}
            for one in lowered.asked:
                if unknown[stay] & one.bit:
                    about.setdefault(one.test.finding, []).append(in_words(one.test))
            for finding, tests in about.items():
                yield Asked(person, finding, evidence, f"met if: {'; '.join(tests)}")
        else:
            step = steps.screened[patient["step"]]
            result = ask(step, known.charts[person], search.codebook, resolved)
            for finding in result.asked:
                yield Asked(person, finding, evidence, step.keep or step.drop or "")


def _unanswered(protocol: Protocol, reached: pl.DataFrame, known: Known, last: int) -> Iterator[Asked]:
    """What only a reviewer can say of who is in after the last step, and has not said."""
    left = reached.filter((pl.col("standing") == IN) & (pl.col("step") == last)).sort("person_id")
    for person, stay in left.select("person_id", "stay_id").iter_rows():
        for variable in review_variables(protocol):
            if variable.name not in known.charts[person].answers:
                levels = f"one of: {', '.join(variable.levels)}" if variable.levels else "yes or no"
                yield Asked(person, variable.name, (f"visit_occurrence:{stay}",), levels)


def _chart_rows(records: Records, waiting: pl.DataFrame) -> dict[int, list[str]]:
    """The notes of each stay."""
    records.put("waiting", waiting.select("person_id", "stay_id", "first_day", "last_day"))
    found = records.run(
        f"""
SELECT w.stay_id, n.note_id FROM note n JOIN waiting w ON w.person_id = n.person_id
  AND {day("n.note_date")} BETWEEN w.first_day AND w.last_day
ORDER BY w.stay_id, n.note_date, n.note_id""",
        "notes of the open stays",
    )
    rows: dict[int, list[str]] = {}
    for stay, note in found.iter_rows():
        rows.setdefault(stay, []).append(origin_of("note", note))
    return rows
