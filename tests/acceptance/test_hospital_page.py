"""The page of a hospital that never was: every cell leads to its rows, every count to the results."""

from __future__ import annotations

import json
import re
from html import unescape

import polars as pl
import pytest

from caseseries.analysis.plan import analyse
from caseseries.cases.abstract import Abstracted
from caseseries.cases.long_tables import ORIGINS
from caseseries.cases.screened import screening_of
from caseseries.cases.screening import Screening
from caseseries.cohort.cohort import Cohort
from caseseries.criteria.shelf import open_definition
from caseseries.records.omop import open_records
from caseseries.records.synthetic.writing import synthesise
from caseseries.report.document import documents
from caseseries.report.finished import Finished
from caseseries.study import Study, open_study

Found = tuple[Cohort, Abstracted, Screening]


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study("naymagon-2022")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, study: Study) -> Found:
    folder = tmp_path_factory.mktemp("synthetic")
    synthesise(3000, 7, folder, lambda step: None)
    with open_records(folder) as records:
        cohort = study.screen(records, study.answers(folder / "answers.csv"))
    cases = study.abstract(cohort)
    definitions = {name: open_definition(name) for name in study.protocol.criteria}
    return cohort, cases, screening_of(cohort, cases, study.protocol, definitions, study.codebook())


@pytest.fixture(scope="module")
def files(found: Found, study: Study) -> dict[str, str]:
    _, abstracted, screening = found
    results = analyse(study.protocol, abstracted.cases, screening=screening)
    return documents(
        Finished(study.protocol, abstracted.cases, results, screening=screening), lambda step: None
    )


def test_the_counts_of_the_screening_are_those_of_the_cohort(found: Found) -> None:
    cohort, abstracted, screening = found
    confirmed, treated = (
        next(step for step in screening.attrition.steps if step.name == name)
        for name in ("confirmed", "treated")
    )
    assert screening.attrition.steps[-1].into == abstracted.cases.n > 0
    assert screening.verdicts.filter(criterion="").height == confirmed.into
    assert screening.reached(screening.asked) == tuple(screening.verdicts.filter(criterion="")["patient"])
    assert screening.beside.n == treated.out > 0
    assert set(screening.stopped(screening.taken - 1, "out")) == set(screening.beside.patients)
    assert sum(screening.questions) + screening.unanswered == len(cohort.open)
    assert screening.attrition == abstracted.attrition
    assert screening.attrition.steps[:-1] == cohort.attrition.steps


def test_every_row_that_a_cell_names_can_be_read(found: Found) -> None:
    _, abstracted, screening = found
    cases = abstracted.cases
    read = set(screening.rows.select("patient", "origin").iter_rows())
    long = [frame.select("patient", "origin") for frame in (cases.serials, cases.spells)]
    cells = cases.origins.unpivot(index=["patient", "episode"], value_name="origin")
    for patient, origin in pl.concat([cells.select("patient", "origin"), *long]).iter_rows():
        assert {(patient, one) for one in (origin or "").split(ORIGINS)} - {(patient, "")} <= read
    numbers = screening.rows.filter(pl.col("origin").str.starts_with("measurement:"))
    assert numbers["date"].null_count() == 0
    doses = screening.rows.filter(pl.col("origin").str.starts_with("drug_exposure:"))
    assert doses.height > 0
    assert doses["value"].null_count() < doses.height


def test_every_link_of_the_page_leads_somewhere(files: dict[str, str]) -> None:
    page = files["report.html"]
    numbers = json.loads(files["results.json"])["numbers"]
    ids = {unescape(one) for one in re.findall(r'\bid="([^"]*)"', page)}
    links = {unescape(one) for one in re.findall(r'href="#([^"]*)"', page)}
    rows = {one for several in re.findall(r'data-rows="([^"]*)"', page) for one in several.split()}
    assert (links | rows) - set(numbers) <= ids
    assert len(rows) > 20
