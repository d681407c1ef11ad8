"""The run of a small hospital, made by hand: nine met the criteria, five were treated, four are the cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from caseseries.analysis.plan import analyse, analysed
from caseseries.analysis.results import Results
from caseseries.cases.screening import ROWS, SET_ASIDE, STANDINGS, VERDICTS, Screening
from caseseries.cases.series import CaseSeries, Source
from caseseries.cases.sheet import read_sheet
from caseseries.evidence.attrition import Attrition, Step
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol
from caseseries.report.document import documents
from caseseries.report.finished import Finished

PROTOCOL = """
title = "The ward, from its records"
version = "1"
question = "Who lives?"
criteria = ["hlh-2004"]
[setting]
visits = "inpatient"
admitted = { from = 2010-01-01, to = 2019-12-31 }
[moments]
admission = { start_of = "stay" }
first_dose = { first = "anakinra", during = "stay" }
last_contact = { last = "contact" }
[follow_up]
counted_from = "first_dose"
until = "last_contact"
unit = "months"
horizons = ["30 days"]
[[eligibility]]
keep = "older than 18 years"
age = { above = "18 years", at = "admission" }
[[eligibility]]
name = "confirmed"
keep = "met at least 5 of 8 criteria"
criteria = "hlh-2004"
[[eligibility]]
drop = "primary HLH"
any_of = ["hlh mutation"]
[[eligibility]]
name = "treated"
keep = "given anakinra"
all_of = ["anakinra"]
[[eligibility]]
keep = "outcome documented"
complete = ["alive"]
[[variable]]
name = "age"
kind = "number"
unit = "years"
[[variable]]
name = "cause"
kind = "categories"
levels = ["lymphoma", "infection"]
[[variable]]
name = "alive"
kind = "yes/no"
yes = "Alive"
no = "Dead"
take = { follow_up = "alive" }
[[variable]]
name = "months"
kind = "time"
unit = "months"
take = { follow_up = "time" }
[[analysis]]
name = "patients"
role = "descriptive"
does = "list"
variables = ["age", "cause", "alive", "months"]
[[analysis]]
name = "overall survival"
role = "primary"
does = "survival"
"""
SHEET = """patient,age,cause,alive,months
1,40,lymphoma,no,0.5
2,61,infection,no,1.5
3,25,infection,yes,12
4,33,lymphoma; infection,yes,24
"""
OTHERS = "patient,age,cause,alive,months\n7,50,lymphoma,,\n8,70,,,\n"
ATTRITION = Attrition(
    patients=1000,
    in_setting=900,
    steps=(
        Step("older than 18 years", into=800, out=90, open=4, not_shown=6),
        Step("met at least 5 of 8 criteria", into=9, out=1, open=30, not_shown=760, name="confirmed"),
        Step(
            "primary HLH", into=8, out=1, open=0, not_shown=0, is_drop=True, notes=("of 2 it is not known",)
        ),
        Step("given anakinra", into=5, out=2, open=1, not_shown=0, name="treated"),
        Step("outcome documented", into=4, out=1, open=0, not_shown=0, notes=("1 lack alive",)),
    ),
    exposed_before_known=2,
    further_episodes=1,
    reach=(0, 30, 55, 77),
)


@dataclass(frozen=True)
class Run:
    """Everything that is reported, from what was promised to the files."""

    protocol: Protocol
    cases: CaseSeries
    screening: Screening

    @cached_property
    def results(self) -> Results:
        return analyse(self.protocol, self.cases, screening=self.screening)

    @cached_property
    def finished(self) -> Finished:
        shown, _ = analysed(self.protocol, self.cases)
        return Finished(self.protocol, shown, self.results, screening=self.screening)

    @cached_property
    def files(self) -> dict[str, str]:
        return documents(self.finished, lambda step: None)


def hospital(folder: Path) -> Run:
    """The run; its protocol and the sheets that the cases are typed in are written into `folder`."""
    (folder / "protocol.toml").write_text(PROTOCOL, "utf-8")
    protocol = read_protocol(folder / "protocol.toml")
    cases = _recorded(_typed(SHEET, folder, protocol))
    return Run(protocol, cases, _screening(_before(_recorded(_typed(OTHERS, folder, protocol))), cases))


def _typed(text: str, folder: Path, protocol: Protocol) -> CaseSeries:
    (folder / "patients.csv").write_text(text, "utf-8")
    return read_sheet(folder / "patients.csv", protocol)


def _recorded(cases: CaseSeries) -> CaseSeries:
    """The same cases as if they came from records: the age from a person, the outcome from two rows."""
    patient, episode = cases.table["patient"].to_list(), cases.table["episode"].to_list()
    origins = {
        "age": [f"person:{one}" for one in patient],
        "cause": [f"review:LN; note:{one}" for one in patient],
        "alive": [f"death:{one}" for one in patient],
        "months": [f"measurement:-{one}1; death:{one}" for one in patient],
    }
    source = Source("hospital.duckdb", "database", "0" * 64, 12)
    told = {name: origins[name] for name in cases.origins.columns if name in origins}
    frame = pl.DataFrame({"patient": patient, "episode": episode, **told})
    return replace(cases, origins=frame, sources=(source,))


def _before(cases: CaseSeries) -> CaseSeries:
    """What is known from before the treatment."""
    later = ("alive", "months")
    return replace(
        cases,
        table=cases.table.drop(later),
        origins=cases.origins.drop(later),
        dictionary=tuple(one for one in cases.dictionary if one.name not in later),
    )


def _screening(beside: CaseSeries, cases: CaseSeries) -> Screening:
    standings = [(f"{one}", 3, "in") for one in (1, 2, 3, 4, 5)]
    standings += [("6", 3, "open"), ("7", 3, "out"), ("8", 3, "out"), ("9", 2, "out")]
    standings += [(f"{one}", 1, "open") for one in range(10, 40)]
    return Screening(
        attrition=ATTRITION,
        taken=4,
        asked=1,
        beside=beside,
        standings=pl.DataFrame(standings, STANDINGS, orient="row"),
        verdicts=pl.DataFrame(list(_verdicts()), VERDICTS, orient="row"),
        questions=(0, 61, 0, 2, 0),
        unanswered=3,
        set_aside=pl.DataFrame(
            [("visit", "no end", 7), ("ferritin", "no unit", 2), ("ferritin", "no value", 1234)],
            SET_ASIDE,
            orient="row",
        ),
        notes=("Nothing is filed under 1234 (a drug).",),
        sources=(Source('codebook "ours"', "codebook", "1" * 64, 44),),
        rows=pl.DataFrame([row for one in cases.patients for row in _rows(one)], ROWS, orient="row"),
    )


def _verdicts() -> list[tuple[object, ...]]:
    """Of nine, all have a fever; the counts of 7 to 9 are flagged, and 9 falls short without them."""
    rows: list[tuple[object, ...]] = []
    for one in range(1, 10):
        flags = ["transfused", "g-csf"] if one == 9 else ["transfused"] if one > 6 else []
        counts = ("met", "met" if one < 7 else "not met", flags, one == 1)
        rows.append((f"{one}", "", "HLH-2004", "met", "met" if one < 9 else "unknown", flags, one == 1))
        rows.append((f"{one}", "fever", "Fever", "met", "met", [], False))
        rows.append((f"{one}", "low counts", "Low counts", *counts))
        nk = "met" if one == 1 else "not met" if one == 2 else "unknown"
        rows.append((f"{one}", "nk activity", "NK activity", nk, nk, [], False))
    return rows


def _rows(patient: str) -> list[tuple[object, ...]]:
    on, none = date(2012, 7, 26), (None, None)
    return [
        (patient, f"measurement:-{patient}1", 3, on, "ferritin", ">2000", "ng/mL", ">2,000"),
        (patient, f"death:{patient}", 9, date(2012, 8, 1), "death", *none, None),
        (patient, "review:LN", None, None, "cause", *none, "lymphoma, stated"),
        (patient, "review:LN", None, None, "splenomegaly", *none, "yes"),
        (patient, f"note:{patient}", None, None, "note", *none, None),
        (patient, f"person:{patient}", None, None, "person", *none, "40 years at admission"),
    ]
