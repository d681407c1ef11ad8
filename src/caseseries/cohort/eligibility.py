"""Eligibility: each step of the flow diagram asked, and everyone who came counted where they went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt

import polars as pl

from caseseries.cohort.findings import Chart
from caseseries.cohort.stays import aged
from caseseries.evidence.attrition import Step
from caseseries.evidence.problem import Problem, Problems
from caseseries.evidence.truth import Truth
from caseseries.evidence.units import read_span
from caseseries.protocol.clauses.hospital import Age, Eligibility
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook
from caseseries.records.omop import Records
from caseseries.records.resolving import Resolved

IN, OPEN, OUT = "in", "open", "out"
FATES = {"keep": IN, "drop": OUT, "review": OPEN, None: OUT}
ORDER = {IN: 2, OPEN: 1, OUT: 0}


@dataclass(frozen=True)
class Parted:
    """The steps before that of the criteria, that step, those behind it, and those that `abstract` takes."""

    before: tuple[Eligibility, ...]
    asked: Eligibility
    after: tuple[Eligibility, ...]
    complete: tuple[Eligibility, ...]

    @property
    def screened(self) -> tuple[Eligibility, ...]:
        """The steps that a screening takes, in order."""
        return (*self.before, self.asked, *self.after)


def parted(protocol: Protocol) -> Parted:
    """The steps of a protocol. Raises Problems for what records cannot be asked in this order."""
    problems = []
    steps = protocol.eligibility
    places = [place for place, step in enumerate(steps) if step.criteria is not None]
    mend = 'Add a step such as [[eligibility]] keep = "...", criteria = "hlh-2004".'
    if protocol.setting is None or protocol.stay is None:
        problems.append(
            Problem("protocol.toml", "records cannot be searched without [setting] and [stay]", "Write both.")
        )
    if len(places) != 1:
        found = "no step of [[eligibility]] asks for criteria" if not places else "two steps ask for criteria"
        problems.append(Problem("protocol.toml", found, mend if not places else "Keep one of them."))
        raise Problems(problems)
    [place] = places
    problems += _of_the_stay(protocol, steps[place])
    for number, step in enumerate(steps, 1):
        where = f'protocol.toml, eligibility {number} ("{step.keep or step.drop}")'
        asks = sum(map(bool, (step.criteria, step.age, step.any_of, step.all_of, step.complete)))
        if asks != 1:
            found = "it asks for nothing" if not asks else "it asks for more than one thing"
            problems.append(Problem(where, found, "Write one of age, criteria, any_of, all_of, complete."))
        elif number <= place and step.age is None:
            found = "it stands before the step of the criteria, where only an age can be asked"
            problems.append(Problem(where, found, "Move it behind the step with the criteria."))
        elif step.age is not None and not _is_at_admission(step.age, protocol):
            found = f'the age is asked at "{step.age.at}", and records are searched for it at admission'
            problems.append(Problem(where, found, "Write a moment that is the start_of the stay."))
    if problems:
        raise Problems(problems)
    after = steps[place + 1 :]
    complete = tuple(step for step in after if step.complete)
    return Parted(steps[:place], steps[place], tuple(step for step in after if not step.complete), complete)


def _of_the_stay(protocol: Protocol, asked: Eligibility) -> list[Problem]:
    """What of [setting] and [stay] this screening does not serve."""
    setting, stay = protocol.setting, protocol.stay
    problems = []
    if setting is not None and setting.visits != "inpatient":
        found = f'visits = "{setting.visits}" cannot be searched for'
        problems.append(Problem("protocol.toml, [setting]", found, 'Write visits = "inpatient".'))
    if stay is not None and stay.choose != "first meeting":
        found = f'choose = "{stay.choose}" is not a way to choose the stay'
        problems.append(Problem("protocol.toml, [stay]", found, 'Write choose = "first meeting".'))
    if stay is not None and stay.criteria != asked.criteria:
        found = f'the stay is chosen by "{stay.criteria}", and the patients by "{asked.criteria}"'
        problems.append(Problem("protocol.toml, [stay]", found, "Name the same criteria in both."))
    return problems


def _is_at_admission(age: Age, protocol: Protocol) -> bool:
    moment = protocol.moments.get(age.at)
    return moment is not None and moment.start_of is not None


# ---- The age, inside the database ----


def age_step(records: Records, step: Eligibility) -> Step:
    """Leave in `studied` the stays that pass, and count the patients: in as long as one of their stays is."""
    assert step.age is not None
    truth = _age_truth(step.age, is_drop=step.drop is not None)
    unknown = ORDER[FATES[step.if_unknown]]
    fate = f"CASE {truth} WHEN 2 THEN {ORDER[IN]} WHEN 0 THEN {ORDER[OUT]} ELSE {unknown} END"
    records.keep("aged", f"SELECT s.*, {fate} AS fate, {truth} AS truth FROM ({aged('studied')}) s")
    counts = records.run(
        """
WITH by_person AS (
  SELECT person_id, MAX(fate) AS fate, CASE WHEN MAX(truth) = 1 THEN 1 ELSE 0 END AS in_doubt
  FROM aged GROUP BY person_id
)
SELECT fate, COUNT(*) AS patients, CAST(SUM(in_doubt) AS BIGINT) AS in_doubt FROM by_person GROUP BY fate""",
        f"age: {step.keep or step.drop}",
    )
    by_fate = {fate: patients for fate, patients, _ in counts.iter_rows()}
    doubts = {fate: doubt for fate, _, doubt in counts.iter_rows()}
    columns = "person_id, stay_id, first_date, first_day, last_day"
    records.keep("studied", f"SELECT {columns} FROM aged WHERE fate = {ORDER[IN]}")
    in_doubt = sum(doubts.values())
    notes = (f"of {in_doubt:,} the age is not certain enough to tell",) if in_doubt else ()
    return Step(
        title=step.keep or step.drop or "",
        into=by_fate.get(ORDER[IN], 0),
        out=by_fate.get(ORDER[OUT], 0),
        open=by_fate.get(ORDER[OPEN], 0),
        not_shown=0,
        name=step.name or "",
        is_drop=step.drop is not None,
        notes=notes,
    )


def _age_truth(age: Age, is_drop: bool) -> str:
    """SQL: 2 where the whole range of the age passes, 0 where none of it does, else 1."""
    limits = [
        (f"s.youngest {sign} {_years(limit)}", f"s.oldest {sign} {_years(limit)}")
        for sign, limit in ((">", age.above), (">=", age.at_least))
        if limit is not None
    ] + [
        (f"s.oldest {sign} {_years(limit)}", f"s.youngest {sign} {_years(limit)}")
        for sign, limit in (("<", age.below), ("<=", age.at_most))
        if limit is not None
    ]
    surely = " AND ".join(one for one, _ in limits) or "TRUE"
    maybe = " AND ".join(one for _, one in limits) or "TRUE"
    met, not_met = (0, 2) if is_drop else (2, 0)
    return (
        f"CASE WHEN s.youngest IS NULL THEN 1 WHEN {surely} THEN {met} WHEN {maybe} THEN 1 ELSE {not_met} END"
    )


def _years(span: str) -> str:
    return f"{read_span(span).in_unit('years'):g}"


# ---- The criteria ----


def criteria_step(
    step: Eligibility, stays: pl.DataFrame, whole: pl.DataFrame, came: int
) -> tuple[Step, pl.DataFrame]:
    """Count the patients by the verdicts on their stays, and choose the stay that is studied.

    `stays` are the candidates, `whole` has of each of their patients how many stays came to the step.
    Answers with the patients who are in or open, a row each: the stay, `standing`, and `further_episodes`.
    """
    fate = FATES[step.if_unknown]
    by_patient: dict[int, list[dict[str, object]]] = {}
    for stay in stays.iter_rows(named=True):
        by_patient.setdefault(stay["person_id"], []).append(stay)
    of_all = dict(whole.iter_rows())
    rows, out = [], 0
    for person, mine in by_patient.items():
        met = [stay for stay in mine if stay["truth"] == "met"]
        is_open = [stay for stay in mine if stay["truth"] == "open"]
        if met:
            rows.append({**met[0], "standing": IN, "further_episodes": len(met) - 1})
        elif is_open and fate != OUT:
            rows.append({**is_open[0], "standing": fate, "further_episodes": 0})
        elif of_all[person] == len(mine):
            out += 1
    chosen = (
        pl.DataFrame(rows, infer_schema_length=None)
        if rows
        else stays.clear().with_columns(standing=pl.lit(IN), further_episodes=pl.lit(0))
    )
    standing = chosen["standing"].to_list()
    into, waiting = standing.count(IN), standing.count(OPEN)
    counted = Step(
        title=step.keep or step.drop or "",
        into=into,
        out=out,
        open=waiting,
        not_shown=came - into - waiting - out,
        name=step.name or "",
    )
    return counted, chosen


# ---- Findings ----


@dataclass(frozen=True)
class Taken:
    """What became of one patient at a step of findings: the fate, and what a person must answer."""

    fate: str
    truth: Truth
    asked: tuple[str, ...]


def ask(step: Eligibility, chart: Chart, codebook: Codebook, resolved: Resolved) -> Taken:
    """Ask one patient a step behind that of the criteria: an age, or findings."""
    named = (*step.any_of, *step.all_of)
    found = {
        finding: chart.found(finding, codebook, resolved.silence(codebook.entry(finding)))
        for finding in named
    }
    if step.age is not None:
        truth = _age_of(step.age, chart.youngest, chart.oldest)
    else:
        truths = [one.truth for one in found.values()]
        truth = max(truths) if step.any_of else min(truths)
    if truth is Truth.UNKNOWN:
        unknown = tuple(finding for finding, one in found.items() if one.truth is Truth.UNKNOWN)
        return Taken(FATES[step.if_unknown], truth, unknown)
    is_kept = (truth is Truth.MET) is (step.keep is not None)
    return Taken(IN if is_kept else OUT, truth, ())


def _age_of(age: Age, youngest: int | None, oldest: int | None) -> Truth:
    if youngest is None or oldest is None:
        return Truth.UNKNOWN
    passing = {_passes(age, years) for years in range(youngest, oldest + 1)}
    return Truth.UNKNOWN if len(passing) > 1 else Truth.MET if passing == {True} else Truth.NOT_MET


def _passes(age: Age, years: int) -> bool:
    return all(
        limit is None or compare(years, read_span(limit).in_unit("years"))
        for limit, compare in (
            (age.above, gt),
            (age.at_least, ge),
            (age.below, lt),
            (age.at_most, le),
        )
    )


def counted(step: Eligibility, taken: Sequence[Taken]) -> Step:
    """The step with its counts."""
    fates = [one.fate for one in taken]
    unknown = sum(one.truth is Truth.UNKNOWN for one in taken)
    notes: tuple[str, ...] = ()
    if unknown and step.if_unknown in ("keep", "drop"):
        fate = "kept" if step.if_unknown == "keep" else "dropped"
        notes = (f"of {unknown:,} it is not known, and they are {fate}",)
    return Step(
        title=step.keep or step.drop or "",
        into=fates.count(IN),
        out=fates.count(OUT),
        open=fates.count(OPEN),
        not_shown=0,
        name=step.name or "",
        is_drop=step.drop is not None,
        notes=notes,
    )
