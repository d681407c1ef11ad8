"""Tables that a clinician reads, made into small hospitals: a patient a line, and what must follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from tests.referee.courses import ADMINISTRATION
from tests.referee.definitions import written
from tests.referee.judging import StayVerdict, numbered
from tests.referee.making import (
    CODES,
    RESULT,
    answer,
    born,
    day,
    found,
    hospital,
    measured,
    moment,
    number_of,
    protocol,
    visit,
)
from tests.referee.patients import Patient
from tests.referee.reading import Hospital, Row
from tests.referee.screening import Screening

from caseseries.evidence.catalogue import entry
from caseseries.protocol.protocol import Protocol
from caseseries.records.codebook import Codebook
from caseseries.records.codebook_reading import read_codebook

Engine = Callable[[Hospital, Protocol, Codebook, Sequence[Row]], Screening]
"""What screens a hospital: the referee, or another engine in the referee's words."""
SIGNS = {"<": 4171756, "<=": 4171754, ">": 4172704, ">=": 4171755}
GIVEN = ("what", "stays", "born", "answers")
"""The columns of a table that are no evidence, and say nothing of what must follow."""
HOUSE = {
    "splenomegaly": "condition_occurrence",
    "hemophagocytosis": "observation",
    "hlh mutation": "observation",
    "family history of hlh": "observation",
    "anakinra": "drug_exposure",
    "g-csf": "drug_exposure",
    "immunosuppression": "condition_occurrence",
    "transfusion": "procedure_occurrence",
}
"""Where a finding that is no number stands."""
DOSE = re.compile(r"(?P<milligrams>\d+) mg")
RECORD = re.compile(
    r"(?:#(?P<id>-?\d+) )?(?P<day>-?\d+)(?: at (?P<hour>\d+))?:(?P<says>.*?)(?: back (?P<back>-?\d+))?"
)
NUMBER = re.compile(
    r'(?P<sign>[<>]=?)?(?P<value>-?[\d.]+|NaN)? ?(?:"(?P<text>[^"]*)")?(?: ?of (?P<low>[\d.]+))?(?P<unit>.*)'
)


def lines(table: str) -> list[dict[str, str]]:
    """The lines of a table by the names of its columns."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def screened(engine: Engine, promise: str, table: str, codebook: Codebook | None = None) -> Screening:
    """The hospital of a table, screened; and every line of it held to what it says must follow."""
    told = lines(table)
    rows, answers = ward(told)
    promised = protocol(promise)
    whole = engine(rows, promised, codebook or read_codebook(), answers)
    for person, line in enumerate(told, 1):
        follow = [_follows(whole, one) for one in whole.verdicts if one.person == person]
        follow += [_unflagged(one) for one in whole.unflagged if one.person == person]
        fates = [_became(whole, one) for one in whole.patients if one.person == person]
        fates += [_calendar(whole, person, promised)] if person in whole.moments else []
        for column, must in line.items():
            if column.partition(",")[0] not in GIVEN and _finding(column) not in CODES:
                name, _, asked = column.rpartition(" ")
                key = f"{_finding(name)} {asked}" if asked in ("is", "by") else column
                got = [one[key] for one in (*follow, *fates) if key in one]
                assert got == [must], f"{column} is {got}, not {must}, in: {line}"
    return whole


def _follows(whole: Screening, verdict: StayVerdict) -> dict[str, str]:
    """What a table may say of a stay, by the names of its columns."""
    follows = {
        "verdict": verdict.truth,
        "criteria": f"{verdict.lower} to {verdict.upper}",
        "anchor": str(number_of(verdict.anchor)),
        "met": str(number_of(verdict.met)) if verdict.met else "never",
        "known": str(number_of(verdict.known)) if verdict.known else "never",
        "marked": "; ".join(f"{_id(row)} {flag} {_id(by)}" for _, row, flag, by in sorted(verdict.marked)),
    }
    for criterion in whole.definition.criteria:
        times = [str(number_of(day)) for day in verdict.times.get(criterion.name, ())]
        follows[f"{criterion.name} met"] = ", known ".join(times) or "never"
    for number, (_, test) in enumerate(numbered(whole.definition)):
        truth, origin = verdict.tests[number]
        follows[f"{test.finding} is"] = str(truth)
        follows[f"{test.finding} by"] = _id(origin)
    return follows


def _id(origin: str) -> str:
    """Of a row its id, of an answer who gave it."""
    return origin.split(":")[-1]


def _unflagged(verdict: StayVerdict) -> dict[str, str]:
    """The same without the flagged evidence."""
    return {"unflagged": verdict.truth, "criteria unflagged": f"{verdict.lower} to {verdict.upper}"}


def _calendar(whole: Screening, person: int, promised: Protocol) -> dict[str, str]:
    """What a table may say of the moments of a patient, and of what was met, or how many points, on them."""
    names = [name for one in promised.moments for name in (one, f"{one}.known")]
    days = whole.moments[person]
    told = {name: str(number_of(days[name])) if name in days else "never" for name in names}
    for (criteria, name), bounds in whole.worths[person].items():
        what = "criteria" if criteria == promised.criteria[0] else "points"
        told[f"{what} at {name}"] = str(bounds)
    return told


def _became(whole: Screening, patient: Patient) -> dict[str, str]:
    """What a table may say of a patient."""
    [studied] = [one for one in whole.stays if (one.person, one.stay_id) == (patient.person, patient.stay_id)]
    further = str(patient.further_episodes)
    return {"fate": patient.fate, "studied": str(number_of(studied.start)), "further": further}


# ---- The promise of a table ----


RULES = {
    "fever": 'finding = "body temperature"\nat_least = "38.5 Cel"',
    "ferritin": 'finding = "ferritin"\nat_least = ["500 ng/mL", "500 ug/L"]',
    "hemophagocytosis": 'finding = "hemophagocytosis"\npresent = true',
    "splenomegaly": 'finding = "splenomegaly"\npresent = true',
    "platelets": 'finding = "platelets"\nbelow = "100 10*9/L"',
    "neutrophils": 'finding = "neutrophils"\nbelow = "1.0 10*9/L"',
    "nk activity": 'finding = "nk activity"\nsays = ["low"]\ndenies = ["normal"]',
    "soluble cd25": 'finding = "soluble cd25"\nat_least = "2400 U/mL"',
    "triglycerides": 'finding = "triglycerides"\nat_least = ["3.0 mmol/L", "265 mg/dL"]',
    "fibrinogen": 'finding = "fibrinogen"\nat_most = ["1.5 g/L", "150 mg/dL"]',
    "cytopenias": """need = 2
of = [
  { finding = "hemoglobin", below = ["9.0 g/dL", "90 g/L"] },
  { finding = "platelets", below = "100 10*9/L" },
  { finding = "neutrophils", below = "1.0 10*9/L" },
]""",
}
"""Criteria that tables choose from, as the inside of a definition's table."""


def counted(need: int, *names: str, flags: str = "") -> str:
    """The path of a definition of these criteria, of which so many are needed."""
    told = "".join(f'\n[[criterion]]\nname = "{name}"\n{RULES[name]}\n' for name in names)
    return written(f'name = "small"\ntitle = "Small"\nsource = "made up"\nneed = {need}\n{told}{flags}')


def promise(
    criteria: str,
    *,
    stay: str = "",
    moments: str = "",
    before: str = "",
    after: str = "",
    within: int = 1,
    score: str = "",
) -> str:
    """The text of a protocol with this definition, these lines under [stay] and [moments], these other steps.

    Beside the definition that is asked for may stand a score.
    """
    return f"""
title    = "A small study"
version  = "1.0"
question = "Who?"
criteria = ["{criteria}"{f', "{score}"' if score else ""}]
[setting]
visits   = "inpatient"
admitted = {{ from = {day(1)}, to = {day(100)} }}
[stay]
criteria = "{criteria}"
{stay}
[moments]
admission = {{ start_of = "stay" }}
{moments}
{before}
[[eligibility]]
name = "confirmed"
keep = "met"
criteria = "{criteria}"
if_unknown = "review"
review_within = {within}
{after}
[[variable]]
name = "age"
kind = "number"
"""


# ---- From a line to rows ----


def ward(table: Sequence[Mapping[str, str]]) -> tuple[Hospital, list[Row]]:
    """The hospital of a table, and the answers. Line 1 is patient 1, and their first record is row 101."""
    rows: list[tuple[str, Row]] = []
    answers: list[Row] = []
    for person, line in enumerate(table, 1):
        year, *rest = (int(part) for part in line.get("born", "1960-5-1").split("-"))
        rows.append(("person", born(person, year, *rest)))
        for number, told in enumerate(_parts(line.get("stays", "1 to 20")), person * 100 + 1):
            start, _, end = told.partition(" to ")
            rows.append(
                ("visit_occurrence", visit(number, person, int(start), None if end == "?" else int(end)))
            )
        cells = [
            (column, told) for column in line for told in _parts(line[column]) if _finding(column) in CODES
        ]
        for number, (column, told) in enumerate(cells, person * 100 + 1):
            rows.append(record(number, person, column, told))
        asked = [(column, cell) for column, cell in line.items() if column.startswith("answers, ")]
        for question, told in ((column[9:], told) for column, cell in asked for told in _parts(cell)):
            who, _, said = told.partition(": ")
            word, _, evidence = said.partition(" by ")
            named = evidence.replace(" and ", "; ").replace("#", "measurement:")
            answers.append(answer(person, question, word, named, who))
    return hospital(rows), answers


def record(number: int, person: int, column: str, told: str) -> tuple[str, Row]:
    """One record, from a cell of a column such as `ferritin, ng/mL`.

    `2: 900` is 900 on day 2; `2: >900 back 25` a number with an operator whose result came on day 25;
    `2: 600 "<600"` and `2: "<600"` have a text beside a number, or alone; `2: 3 of 7` a lower limit of the
    laboratory; `2: 900 ug/L` a unit of its own; `2 at 6: 900` an hour. `#-5 2: 900` gives the row that id.
    A drug that is `given` is ordered from that day on; one of `100 mg` is a dose that somebody wrote down.
    """
    read = RECORD.fullmatch(told)
    assert read is not None, f"this is no record: {told}"
    finding, on, says = _finding(column), int(read["day"]), read["says"].strip()
    row_id = int(read["id"] or number)
    if finding in HOUSE:
        dose = DOSE.fullmatch(says)
        text: Row = {"value_as_string": says or None} if HOUSE[finding] == "observation" else {}
        if dose is not None:
            text = {"quantity": float(dose["milligrams"]), "dose_unit_source_value": "mg"}
            text |= {"drug_type_concept_id": ADMINISTRATION, "sig": "100 mg subq daily"}
        return HOUSE[finding], found(HOUSE[finding], row_id, person, finding, on, **text)
    parts = NUMBER.fullmatch(says)
    assert parts is not None, f"this is no number: {told}"
    more = {
        "operator_concept_id": SIGNS.get(parts["sign"] or ""),
        "range_low": float(parts["low"]) if parts["low"] else None,
        "value_source_value": parts["text"],
        "measurement_datetime": moment(on, 60 * int(read["hour"])) if read["hour"] else None,
        RESULT: moment(int(read["back"]), 600) if read["back"] else None,
    }
    unit = parts["unit"].strip() or column.partition(",")[2].strip()
    value = float(parts["value"]) if parts["value"] else None
    return "measurement", measured(row_id, person, finding, on, value, unit, **more)


def _finding(column: str) -> str:
    """The finding of a column, which may be called by another of its names: `temp, C`."""
    name = column.partition(",")[0]
    known = entry(name)
    return known.name if known else name


def _parts(told: str) -> list[str]:
    return [part.strip() for part in told.split(";") if part.strip()]
