"""The referee held to a hospital of which the truth was planted: nobody is missed, and nobody is made up."""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path

import polars as pl
from tests.referee.reading import Hospital
from tests.referee.screening import Screening, screen

import caseseries
from caseseries.evidence.truth import Truth
from caseseries.protocol.reading import read_protocol
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.synthetic.hospital import Hospital as Synthetic
from caseseries.records.synthetic.hospital import make_hospital

FOUNDING = Path(caseseries.__file__).parent / "studies" / "naymagon-2022" / "protocol.toml"
MARROW = 7
"""The number of the test of hemophagocytosis in HLH-2004."""


@functools.cache
def synthetic() -> Synthetic:
    return make_hospital(2000, 15)


@functools.cache
def screening() -> Screening:
    tables = {name: table.collect().to_dicts() for name, table in synthetic().tables.items()}
    return screen(Hospital(tables), read_protocol(FOUNDING), read_codebook())


def test_every_stay_is_found_with_all_its_moves() -> None:
    setting = read_protocol(FOUNDING).setting
    assert setting is not None
    planted = (
        synthetic()
        .truth["stays"]
        .filter(pl.col("start").is_between(setting.admitted.first, setting.admitted.to))
    )
    told = planted.select("person_id", "first_visit", "start", "end").rows()
    assert {(one.person, one.stay_id, one.start, one.end) for one in screening().stays} == set(told)
    assert planted["visits"].max() == 2


def test_who_meets_it_by_the_record_and_since_when() -> None:
    found = {(one.person, one.stay_id): one for one in screening().verdicts}
    planted = synthetic().truth["stays"].rows(named=True)
    met = 0
    for row in planted:
        verdict = found.get((row["person_id"], row["first_visit"]))
        if verdict is not None:
            assert (verdict.truth == "met") is row["met_by_record"], row
            if row["met_by_record"]:
                met += 1
                assert verdict.anchor == row["day_met_by_record"], row
    assert met == 8


def test_known_by_the_result_but_for_the_marrow() -> None:
    """An observation has no time of its result: a marrow counts as known on its day, the truth says later."""
    found = {(one.person, one.stay_id): one for one in screening().verdicts}
    late, marrows = 0, 0
    for row in synthetic().truth["stays"].filter("met_by_record").rows(named=True):
        verdict = found.get((row["person_id"], row["first_visit"]))
        if verdict is None:
            continue
        assert verdict.known is not None
        if verdict.tests[MARROW][0] is Truth.MET:
            assert verdict.known <= row["day_known_by_record"], row
            marrows += verdict.known < row["day_known_by_record"]
        else:
            assert verdict.known == row["day_known_by_record"], row
        late += verdict.known > verdict.anchor
    assert late
    assert marrows == 2


def test_the_spoilt_rows_are_those_that_were_spoilt() -> None:
    """Of hemoglobin, whose rows are spoilt in every way: as many as were, by reason."""
    kinds = {
        "null value": "no value",
        "not a number": "no value",
        "text only": "no value",
        "implausible": "implausible",
        "no unit": "no unit",
        "unknown unit": "unknown unit",
    }
    rows = synthetic().tables["measurement"].filter(pl.col("measurement_concept_id") == 3000963).collect()
    dirt = synthetic().truth["dirt"].filter(table="measurement")
    spoilt = rows.join(dirt, left_on="measurement_id", right_on="row_id")["kind"]
    planted = Counter(kinds[kind] for kind in spoilt if kind in kinds)
    told = {why: many for (name, why), many in screening().set_aside.items() if name == "hemoglobin"}
    assert told == planted
    assert len(planted) == 4
