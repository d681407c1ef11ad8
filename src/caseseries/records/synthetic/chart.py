"""What is written of a stay: diagnoses, procedures, structured findings and short notes, and its causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from caseseries.records.synthetic.arrays import Yes, dice
from caseseries.records.synthetic.people import People, Stays
from caseseries.records.synthetic.plan import FINDINGS, MET, NOT_MET, Plan
from caseseries.records.synthetic.prescribing import Course
from caseseries.records.synthetic.rates import rate, stories
from caseseries.records.synthetic.tables import date_of, ids, table
from caseseries.records.synthetic.visits import Visits, visit_at, visit_id

HLH, SPLEEN, FEVER, ANEMIA = 4121123, 200527, 437663, 439777
MARROW, TRANSFUSED, IMAGED = 2000000020, 2000000021, 2000000022
HEMOPHAGOCYTOSIS, IN_FAMILY, MUTATION = 2000000010, 2000000011, 2000000012
CAUSES = {
    "hematologic malignancy": (432571, 140352),
    "bacterial infection": (132736, 132797),
    "viral infection": (440032, 440029, 37311061),
    "rheumatologic disorder": (257628, 80809),
    "unknown": (),
}
CERTAINTIES = ("stated", "stated", "presumed", "suspected", "possible")
OF_STORY = {
    "sepsis": 132797,
    "liver failure": 4245975,
    "chemotherapy": 432571,
    "transfusion": ANEMIA,
    "hemophagocytosis": 132797,
    "scattered": 432571,
    "short of one": 440029,
    "gout": 2000000030,
    "covid": 37311061,
    "at home": 80809,
}
ORDINARY = (FEVER, ANEMIA, 440029, 432545)
WITH_HLH = ("hlh", "primary hlh", "young hlh")
MUTATED, RELATIVE = "hlh mutation", "family history of hlh"
REPORTED = 2
"""Days from the marrow to its report."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The tables, and what they hold of findings, causes and relatives as truth."""

    tables: dict[str, pl.LazyFrame]
    findings: pl.DataFrame
    causes: pl.DataFrame
    notes: dict[int, int]
    """The id of the note of a stay."""
    origins: dict[int, str]
    """Of stays with primary HLH, what shows it: a question that a reviewer answers with yes."""


class _Pages:
    """The rows of each table as they are written; the place of a row is its id."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def write(self, page: str, stay: int, day: int, concept: int, **more: Any) -> int:
        """Add a row and give back its id."""
        rows = self.rows.setdefault(page, [])
        rows.append({"stay": stay, "day": day, "concept": concept, **more})
        return len(rows)


def write_chart(
    people: People, stays: Stays, plan: Plan, visits: Visits, courses: Sequence[Course], seed: int
) -> Chart:
    """The chart of every stay."""
    random = dice(seed, "chart")
    pages = _Pages()
    names = [one.name for one in stories()]
    reasons: dict[int, list[Course]] = {}
    for course in courses:
        if course.drug == "anakinra":
            reasons.setdefault(course.stay, []).append(course)
    findings: list[dict[str, Any]] = []
    causes: list[dict[str, Any]] = []
    notes: dict[int, int] = {}
    origins: dict[int, str] = {}
    turn = 0
    for stay in np.flatnonzero(stays.story > 0).tolist():
        name, start = names[stays.story[stay]], int(stays.start[stay])
        said = ["Seen on the ward."]
        said += _seen(pages, findings, plan, stay, start)
        if name in WITH_HLH:
            said += _why(pages, causes, stay, start, turn, name, random)
            if name == "primary hlh":
                origins[stay] = MUTATED if turn % 2 else RELATIVE
            turn += 1
        else:
            pages.write("condition", stay, start, OF_STORY[name])
        if name == "transfusion":
            pages.write("procedure", stay, start, TRANSFUSED)
        said += [f"Anakinra {sigged} for {why}." for sigged, why in _given(reasons.get(stay, []))]
        notes[stay] = pages.write("note", stay, int(stays.end[stay]), 0, text=" ".join(said))
    for stay in np.flatnonzero((stays.story == 0) & (random.random(stays.size) < 0.5)).tolist():
        pages.write("condition", stay, int(stays.start[stay]), ORDINARY[stay % len(ORDINARY)])
        if stay % 10 == 0:
            pages.write("note", stay, int(stays.end[stay]), 0, text="Uneventful stay. No splenomegaly.")
    tables = {
        "condition_occurrence": _table("condition", pages, people, stays, visits),
        "procedure_occurrence": _table("procedure", pages, people, stays, visits),
        "observation": _table("observation", pages, people, stays, visits),
        "note": _table("note", pages, people, stays, visits),
    }
    return Chart(tables, pl.DataFrame(findings), pl.DataFrame(causes), notes, origins)


# ---- What is seen ----


def _seen(pages: _Pages, findings: list[dict[str, Any]], plan: Plan, stay: int, start: int) -> list[str]:
    """The spleen and the marrow: coded or only told; the note that tells is written last."""
    said = []
    spleen, marrow = FINDINGS.index("splenomegaly"), FINDINGS.index("hemophagocytosis")
    for finding in (spleen, marrow):
        if not plan.looked[stay, finding]:
            continue
        is_met = bool(plan.onset[stay, finding] >= 0)
        note_only = bool(plan.is_note_only[stay, finding])
        day = start + int(plan.look[stay, finding])
        known, page, row = day, "note", None
        if finding == spleen:
            pages.write("procedure", stay, day, IMAGED)
            said.append("Spleen enlarged, 16 cm." if is_met else "Spleen normal in size.")
            if is_met and not note_only:
                page, row = "condition_occurrence", pages.write("condition", stay, day, SPLEEN)
        else:
            known = day + REPORTED
            pages.write("procedure", stay, day, MARROW)
            said.append("Marrow: hemophagocytosis is seen." if is_met else "Marrow: no hemophagocytosis.")
            if not note_only:
                answer = "present" if is_met else "absent"
                page, row = (
                    "observation",
                    pages.write("observation", stay, day, HEMOPHAGOCYTOSIS, text=answer),
                )
        findings.append(
            {
                "stay": stay,
                "finding": FINDINGS[finding],
                "state": MET if is_met else NOT_MET,
                "day": day,
                "back": known,
                "table": page,
                "row_id": row,
            }
        )
    return said


def _why(
    pages: _Pages,
    causes: list[dict[str, Any]],
    stay: int,
    start: int,
    turn: int,
    name: str,
    random: np.random.Generator,
) -> list[str]:
    """What provoked HLH, each with how certain it is; and for primary HLH, a gene or a relative."""
    every = list(CAUSES)
    mine = [every[turn % len(every)]]
    if mine != ["unknown"] and random.random() < rate("disease", "two_causes"):
        mine.append(every[(turn + 1 + int(random.integers(3))) % 4])
    mine = list(dict.fromkeys(mine))
    said = []
    for cause in mine:
        certainty = CERTAINTIES[int(random.integers(len(CERTAINTIES)))] if cause != "unknown" else "stated"
        if CAUSES[cause]:
            codes = CAUSES[cause]
            pages.write("condition", stay, start, codes[int(random.integers(len(codes)))])
        said.append(f"HLH, cause {cause} ({certainty}).")
        causes.append({"stay": stay, "cause": cause, "certainty": certainty})
    if random.random() < rate("disease", "coded"):
        pages.write("condition", stay, start + 5, HLH)
    if name == "primary hlh":
        if turn % 2:
            pages.write("observation", stay, start + 9, MUTATION, text="PRF1, pathogenic, homozygous")
            said.append("Pathogenic variants in PRF1.")
        else:
            pages.write("observation", stay, start, IN_FAMILY, text="brother died of HLH")
            said.append("Brother died of HLH.")
    else:
        said.append("No family history of HLH.")
    return said


def _given(courses: Sequence[Course]) -> list[tuple[str, str]]:
    told = {(f"{course.dose} mg {course.route} q{course.hours}h", course.reason): None for course in courses}
    return list(told)


# ---- As tables ----

_FIELDS: Mapping[str, tuple[str, str, str, str, str]] = {
    "condition": (
        "condition_occurrence",
        "condition_occurrence_id",
        "condition_concept_id",
        "condition_start_date",
        "condition_type_concept_id",
    ),
    "procedure": (
        "procedure_occurrence",
        "procedure_occurrence_id",
        "procedure_concept_id",
        "procedure_date",
        "procedure_type_concept_id",
    ),
    "observation": (
        "observation",
        "observation_id",
        "observation_concept_id",
        "observation_date",
        "observation_type_concept_id",
    ),
    "note": ("note", "note_id", "note_class_concept_id", "note_date", "note_type_concept_id"),
}


def _table(page: str, pages: _Pages, people: People, stays: Stays, visits: Visits) -> pl.LazyFrame:
    name, key, concept, date, kind = _FIELDS[page]
    rows = pl.DataFrame(pages.rows[page], infer_schema_length=None)
    stay, day = rows["stay"].to_numpy().astype(np.int64), rows["day"].to_numpy().astype(np.int64)
    columns: dict[str, Any] = {
        key: np.arange(1, rows.height + 1),
        "person_id": ids(stays.person[stay], people.id),
        concept: rows["concept"],
        date: date_of(day),
        kind: 32817,
        "visit_occurrence_id": visit_id(visit_at(visits, stays, stay, day)),
    }
    if page == "observation":
        columns["value_as_string"] = rows["text"]
    if page == "note":
        columns |= {"note_title": "Discharge summary", "note_text": rows["text"]}
    return table(name, columns)


def has_hlh(stays: Stays) -> Yes:
    """Which stays hold HLH of any kind."""
    return np.isin(stays.story, [number for number, one in enumerate(stories()) if one.name in WITH_HLH])
