"""A study in a notebook: it says what it is, and what it wants."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from caseseries.evidence.page import Page, read_page
from caseseries.evidence.problem import Problems
from caseseries.study import Study, open_study


def test_a_study_says_what_it_is() -> None:
    said = repr(open_study("naymagon-2022"))
    assert said.startswith("Study naymagon-2022: Anakinra in adult secondary HLH")
    assert len(said) < 200


def test_results_and_cases_the_wrong_way_round_are_refused_kindly() -> None:
    study = open_study("naymagon-2022")
    cases: Any = study.read_cases()
    results: Any = study.analyse(cases)
    with pytest.raises(TypeError, match=r"study\.report\(results, cases\)"):
        study.report(cases, results)
    with pytest.raises(TypeError, match=r"study\.analyse\(study\.read_cases\(\)\)"):
        study.analyse(results)


def test_a_name_that_is_too_long_for_a_folder_is_a_slip() -> None:
    with pytest.raises(Problems, match=r"it cannot be read \(file name too long\)\nCheck the path\."):
        open_study("x" * 5_000)


@pytest.mark.parametrize(
    "verb", [lambda study: study.run(study.read_cases()), Study.ledger], ids=["run", "ledger"]
)
def test_what_is_written_beside_the_protocol_is_read_once(verb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()

    def counted(path: Path, empty: None) -> Page:
        read[path.name] += 1
        return read_page(path, empty)

    monkeypatch.setattr("caseseries.literature.entries.read_page", counted)
    verb(open_study("naymagon-2022"))
    assert read == {"claims.toml": 1, "cohorts.toml": 1}
