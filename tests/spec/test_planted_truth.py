"""What was planted is found: of a made-up hospital nobody is wrongly in, missed, or dated otherwise."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import polars as pl
from tests.referee.making import protocol
from tests.referee.tables import promise

from caseseries.cohort.chart_review import Reviewed, answered_bits
from caseseries.cohort.judging import judge
from caseseries.cohort.narrowing import find_near
from caseseries.cohort.search import find_stays, prepare
from caseseries.cohort.verdicts import verdicts_of
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.days import EPOCH
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.naming import give_concepts
from caseseries.records.omop import open_records
from caseseries.records.resolving import resolve
from caseseries.records.synthetic.hospital import Hospital, make_hospital

STAY = """transfers = "1 day"
together = "7 days"
[stay.wider]
hemophagocytosis = "14 days"
splenomegaly = "14 days"
"soluble cd25" = "14 days"
"nk activity" = "14 days"
"""
FIRST, LAST = -(10**5), 10**5
"""Days since 1970: every stay is of the setting."""


@dataclass(frozen=True)
class Found:
    """The stays that were planted beside those that were found; days as numbers since 1970-01-01."""

    planted: pl.DataFrame
    found: pl.DataFrame
    criteria: pl.DataFrame


@functools.cache
def searched() -> Found:
    """HLH-2004 asked of 6,000 patients, candidates short of one included."""
    made: Hospital = make_hospital(6000, 41)
    stay = protocol(promise("hlh-2004", stay=STAY)).stay
    assert stay is not None
    book = read_codebook()
    with open_records({name: frame.collect() for name, frame in made.tables.items()}) as records:
        resolved = give_concepts(records, resolve(book, records))
        find_stays(records, book, 1, FIRST, LAST)
        search = prepare(records, book, resolved, open_definition("hlh-2004"), stay, 1)
        nobody = Reviewed({}, (), {})
        records.put("answers", answered_bits(nobody, search.windows.lowered))
        find_near(search, _silent)
        judge(search, _silent)
        found = verdicts_of(search, nobody).stays
    days = pl.selectors.date().sub(EPOCH).dt.total_days()
    planted, criteria = (made.truth[name].with_columns(days) for name in ("stays", "criteria"))
    return Found(planted.rename({"first_visit": "stay_id"}), found, criteria)


def _silent(step: str) -> None:
    """Hear of a step and say nothing."""


def met() -> pl.DataFrame:
    """The stays that meet the definition, by the records as they were planted or as they were found."""
    whole = searched()
    planted = whole.planted.filter("met_by_record")
    return planted.join(
        whole.found.filter(truth="met"), on=["person_id", "stay_id"], how="full", coalesce=True
    )


def test_nobody_is_missed_and_nobody_wrongly_in() -> None:
    both = met()
    assert both.height >= 15
    assert both.filter(pl.col("met_by_record").is_null()).rows() == []
    assert both.filter(pl.col("truth").is_null()).rows() == []


def test_criteria_that_never_stand_together_are_not_met() -> None:
    whole = searched()
    scattered = whole.planted.filter(story="scattered", stay=1)
    assert scattered.height
    together = scattered.join(whole.found.filter(truth="met"), on="stay_id", how="semi")
    assert together.height == 0


def test_the_day_is_the_planted_one() -> None:
    both = met()
    assert both["anchor"].to_list() == both["day_met_by_record"].to_list()


def test_the_day_known_is_the_planted_one_as_far_as_rows_can_tell() -> None:
    """An observation has no day of its result: hemophagocytosis counts as known on the day of its sample."""
    told = pl.when(criterion="hemophagocytosis").then("day").otherwise("known")
    recorded = searched().criteria.filter("is_recorded")
    fifth = (
        recorded.with_columns(told=told)
        .group_by("person_id", "stay")
        .agg(again=pl.col("told").sort().get(4, null_on_oob=True))
    )
    both = met().join(fifth, on=["person_id", "stay"], how="left")
    assert both["known"].to_list() == both["again"].to_list()
    as_planted = both.filter(pl.col("known") == pl.col("day_known_by_record"))
    assert as_planted.height >= both.height // 2
