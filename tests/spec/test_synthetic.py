"""The hospital that never was: its form, its truth, and the rows read again without its help."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from caseseries.cli.main import CANNOT, main
from caseseries.records.fields import fields
from caseseries.records.synthetic.dirt import SPOILT
from caseseries.records.synthetic.hospital import Hospital, make_hospital
from caseseries.records.synthetic.people import FEWEST
from caseseries.records.synthetic.rates import stories
from caseseries.records.synthetic.tables import RESULT

TABLES = {
    "person", "observation_period", "visit_occurrence", "visit_detail", "condition_occurrence",
    "drug_exposure", "procedure_occurrence", "measurement", "observation", "death", "note",
    "concept", "concept_ancestor", "concept_relationship", "cdm_source", "drug_strength",
}  # fmt: skip
WITH_HLH = ("hlh", "primary hlh", "young hlh")


@functools.cache
def hospital() -> Hospital:
    return make_hospital(4000, 7)


@functools.cache
def large() -> pl.DataFrame:
    """The stays of a hospital of the size that a demonstration takes."""
    return make_hospital(20_000, 2022).truth["stays"]


@functools.cache
def rows(name: str) -> pl.DataFrame:
    return hospital().tables[name].collect()


def truth(name: str) -> pl.DataFrame:
    return hospital().truth[name]


def dirty(kind: str) -> pl.DataFrame:
    return truth("dirt").filter(kind=kind)


# ---- Its form ----


def least(values: pl.Series) -> Any:
    """The least value, whatever it is of."""
    return values.min()


def greatest(values: pl.Series) -> Any:
    """The greatest value, whatever it is of."""
    return values.max()


def test_every_table_has_the_fields_of_the_cdm_in_their_order() -> None:
    assert set(hospital().tables) == TABLES == set(fields())
    for name in TABLES:
        own = [RESULT] if name == "measurement" else []
        assert rows(name).columns == [field.name for field in fields()[name]] + own
    # A few facts of CDM 5.4 typed from its specification, so that the list is held by more than itself.
    assert {"verbatim_end_date", "sig", "route_concept_id"} < set(rows("drug_exposure").columns)
    assert {"admitted_from_concept_id", "discharged_to_concept_id"} < set(rows("visit_occurrence").columns)
    assert {"measurement_event_id", "unit_source_concept_id"} < set(rows("measurement").columns)
    assert rows("person").schema["birth_datetime"] == pl.Datetime("us")
    assert rows("cdm_source")["cdm_version"].to_list() == ["5.4"]


def test_required_fields_are_filled_but_where_dirt_was_planted() -> None:
    planted = {("drug_exposure", "drug_exposure_end_date"): "no end date"}
    for name in TABLES:
        for field in fields()[name]:
            if field.is_required:
                kind = planted.get((name, field.name))
                assert rows(name)[field.name].null_count() == (dirty(kind).height if kind else 0), field


def test_keys_are_unique_and_point_to_something() -> None:
    persons = set(rows("person")["person_id"])
    visits = set(rows("visit_occurrence")["visit_occurrence_id"])
    for name in TABLES:
        key = f"{name}_id"
        if key in rows(name).columns:
            assert rows(name)[key].is_unique().all(), name
        if "person_id" in rows(name).columns:
            assert set(rows(name)["person_id"]) <= persons, name
        if "visit_occurrence_id" in rows(name).columns:
            assert set(rows(name)["visit_occurrence_id"].drop_nulls()) <= visits, name


def test_a_row_that_names_a_visit_is_of_its_patient_and_days() -> None:
    visits = rows("visit_occurrence").select(
        "visit_occurrence_id",
        pl.col("person_id").alias("of"),
        pl.col("visit_start_date").alias("from"),
        pl.col("visit_end_date").alias("to"),
    )
    for name, day in (("measurement", "measurement_date"), ("drug_exposure", "drug_exposure_start_date")):
        both = rows(name).join(visits, on="visit_occurrence_id")
        assert both.height
        assert both.filter((pl.col("person_id") != pl.col("of")) | (pl.col(day) < pl.col("from"))).is_empty()
        assert both.filter(pl.col(day) > pl.col("to")).is_empty()


def test_every_concept_is_in_the_vocabulary() -> None:
    known = {0, *rows("concept")["concept_id"]}
    for name in TABLES - {"concept", "concept_ancestor", "concept_relationship", "cdm_source"}:
        for column in rows(name).columns:
            if column.endswith("concept_id"):
                assert set(rows(name)[column].drop_nulls()) <= known, (name, column)


def test_ids_are_negative_and_longer_than_a_float_can_hold() -> None:
    for name in ("person", "measurement"):
        ids = rows(name)[f"{name}_id"]
        assert least(ids) < -(2**53)
    assert greatest(rows("person")["person_id"]) > 2**53


def test_one_seed_one_hospital() -> None:
    one, same, other = make_hospital(200, 3), make_hospital(200, 3), make_hospital(200, 4)
    for name in TABLES:
        assert one.tables[name].collect().equals(same.tables[name].collect()), name
    assert one.answers.equals(same.answers)
    assert not one.tables["measurement"].collect().equals(other.tables["measurement"].collect())


# ---- Everything that was promised is there ----


def test_every_story_is_there_even_in_the_smallest_hospital() -> None:
    small = make_hospital(FEWEST, 1).truth["patients"]
    for told in (small, truth("patients")):
        assert set(told["story"]) == {story.name for story in stories()}


def test_every_kind_of_dirt_is_there() -> None:
    others = {
        "no end date",
        "two orders",
        "two death rows",
        "death before birth",
        "visit ends before it starts",
    }
    assert set(truth("dirt")["kind"]) == {*SPOILT[1:], *others}


def test_twenty_thousand_patients_hold_a_case_series() -> None:
    stays = large()
    patients = stays.filter("is_true_hlh", "met")["person_id"].n_unique()
    treated = stays.filter("is_true_hlh", pl.col("anakinra_for_hlh").is_not_null())["person_id"].n_unique()
    assert 30 <= patients <= 60
    assert 10 <= treated <= 20


def test_courses_are_of_every_reason_and_kind() -> None:
    courses = truth("courses").filter(drug="anakinra")
    assert set(courses["reason"]) == {"hlh", "gout", "covid-19", "rheumatoid arthritis"}
    assert courses["is_home"].any()
    assert rows("drug_exposure")["drug_type_concept_id"].n_unique() == 2


def test_nobody_but_the_sick_has_five_that_stand_together() -> None:
    assert set(truth("stays").filter("met")["story"]) == set(WITH_HLH)
    scattered = truth("stays").filter(story="scattered")
    assert least(scattered["criteria_met"]) >= 5
    assert truth("stays").filter(pl.col("story").is_in(WITH_HLH))["met"].all()


def test_the_moves_are_stays_to_be_merged() -> None:
    moved = truth("stays").filter(pl.col("visits") == 2)
    assert moved.filter("is_true_hlh").height
    visits = rows("visit_occurrence")
    for stay in moved.head(20).iter_rows(named=True):
        pair = visits.filter(
            pl.col("visit_occurrence_id").is_between(stay["first_visit"], stay["first_visit"] + 1)
        )
        gap = pair["visit_start_date"][1] - pair["visit_end_date"][0]
        assert gap in (timedelta(0), timedelta(1))
        assert (pair["visit_start_date"][0], pair["visit_end_date"][1]) == (stay["start"], stay["end"])


def test_send_outs_come_late_or_never_and_in_two_units() -> None:
    sent = rows("measurement").filter(pl.col("measurement_concept_id").is_in([2000000001, 2000000002]))
    cd25 = sent.filter(measurement_concept_id=2000000001)
    assert {"U/mL", "pg/mL"} <= set(cd25["unit_source_value"])
    never = sent.filter(pl.col(RESULT).is_null())
    assert never.height
    assert never["value_as_number"].is_null().all()
    late = sent.filter(pl.col(RESULT) - pl.col("measurement_datetime") > timedelta(days=15))
    assert late.height
    # What cannot be judged is unknown, whatever the number.
    judged = cd25.filter(unit_source_value="U/mL")["person_id"].implode()
    only_pg = cd25.filter(~pl.col("person_id").is_in(judged), unit_source_value="pg/mL")[
        "person_id"
    ].implode()
    told = truth("findings").filter(pl.col("person_id").is_in(only_pg), finding="soluble cd25")
    assert set(told["state"]) == {"unknown"}


def test_anakinra_is_given_before_at_and_after_the_day_on_which_the_criteria_stand() -> None:
    treated = (
        make_hospital(20_000, 2022)
        .truth["stays"]
        .filter("is_true_hlh", pl.col("anakinra_for_hlh").is_not_null())
    )
    lag = (treated["anakinra_for_hlh"] - treated["day_met"]).dt.total_days()
    assert {-1, 0, 1} <= set(lag)


def test_many_blocks_are_one_hospital(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caseseries.records.synthetic.hospital.BLOCK", 100)
    made = make_hospital(600, 7)
    lab = made.tables["measurement"].collect()
    assert lab["measurement_id"].is_sorted()
    assert lab["person_id"].is_sorted()
    found = made.truth["findings"].filter(finding="hemoglobin")
    assert found.height == made.truth["stays"].height


# ---- The rows, read again ----

THRESHOLDS: dict[int, tuple[str, dict[str, float]]] = {
    3000963: ("hemoglobin", {"g/dL": -9.0, "g/dl": -9.0, "gm/dL": -9.0, "g/L": -90.0}),
    3024929: (
        "platelets",
        {"K/uL": -100, "10*3/uL": -100, "x10E3/uL": -100, "10*9/L": -100, "/uL": -100_000},
    ),
    3013650: ("neutrophils", {"K/uL": -1.0, "10^9/L": -1.0, "cells/uL": -1000}),
    3022192: ("triglycerides", {"mg/dL": 265, "MG/DL": 265, "mmol/L": 3.0}),
    3016407: ("fibrinogen", {"mg/dL": -150.0001, "g/L": -1.500001}),
    3001122: ("ferritin", {"ng/mL": 500, "ug/L": 500, "mcg/L": 500, "NG/ML": 500}),
    2000000001: ("soluble cd25", {"U/mL": 2400}),
    2000000002: ("nk activity", {"% lysis": -7}),
    3020891: ("fever", {"C": 38.5, "Cel": 38.5, "°C": 38.5, "F": 101.3, "degF": 101.3, "Deg. F": 101.3}),
}
"""Henter 2007, in each spelling; a limit below 0 is an upper one, not reached."""


def read_again() -> pl.DataFrame:
    """First day of each finding that is met, by stay, from rows and thresholds alone."""
    limits = [
        (concept, finding, unit, float(limit))
        for concept, (finding, units) in THRESHOLDS.items()
        for unit, limit in units.items()
    ]
    limits += [(3006322, *limit[1:]) for limit in limits if limit[1] == "fever"]
    rule = pl.DataFrame(
        limits, schema=["measurement_concept_id", "finding", "unit_source_value", "limit"], orient="row"
    )
    found = rows("measurement").join(rule, on=["measurement_concept_id", "unit_source_value"])
    text = pl.col("value_source_value").str.extract(r"^>([\d,]+)$").str.replace_all(",", "").cast(pl.Float64)
    found = found.with_columns(value=pl.coalesce("value_as_number", text)).filter(
        pl.col("value").is_not_nan(),
        pl.col("value").is_between(0, 1e9),
        ~(
            (pl.col("finding") == "fever")
            & (pl.col("unit_source_value").str.contains("C"))
            & (pl.col("value") > 45)
        ),
        pl.col("operator_concept_id").fill_null(0) != 4171756,
    )
    reached, under = pl.col("value") >= pl.col("limit"), pl.col("value") < -pl.col("limit")
    met = pl.when(pl.col("limit") > 0).then(reached).otherwise(under)
    first = found.filter(met).select("person_id", "finding", day="measurement_date", known=RESULT)
    return pl.concat([first, by_share()])


def by_share() -> pl.DataFrame:
    """Neutrophils below 1.0 as the product of leukocytes and their share."""
    lab = rows("measurement").filter(pl.col("value_as_number").is_between(0, 1e6))
    white = lab.filter(measurement_concept_id=3000905, unit_source_value="K/uL")
    share = lab.filter(measurement_concept_id=3008342, unit_source_value="%")
    both = white.join(share, on=["person_id", "measurement_datetime"])
    low = both.filter(pl.col("value_as_number") * pl.col("value_as_number_right") / 100 < 1.0)
    return low.select("person_id", finding=pl.lit("neutrophils"), day="measurement_date", known=RESULT)


def test_truth_is_what_the_rows_say_read_again_without_it() -> None:
    stays = truth("stays").select("person_id", "stay", "start", "end")
    again = read_again().join(stays, on="person_id").filter(pl.col("day").is_between("start", "end"))
    again = again.group_by("person_id", "stay", "finding").agg(
        pl.col("day").min(), pl.col("known").min().dt.date()
    )
    told = truth("findings").filter(table="measurement", state="met")
    both = told.join(again, on=["person_id", "stay", "finding"], how="full", coalesce=True)
    wrong = both.filter(
        pl.col("day").ne_missing(pl.col("day_right")) | pl.col("known").ne_missing(pl.col("known_right"))
    )
    assert wrong.is_empty(), wrong
    assert set(told["finding"]) == {finding for finding, _ in THRESHOLDS.values()}


def test_criteria_count_up_from_their_findings() -> None:
    parts = {"hemoglobin": "cytopenias", "platelets": "cytopenias", "neutrophils": "cytopenias"}
    parts |= dict.fromkeys(("triglycerides", "fibrinogen"), "triglycerides or fibrinogen")
    met = truth("findings").filter(state="met").with_columns(criterion=pl.col("finding").replace(parts))
    need = pl.when(pl.col("criterion") == "cytopenias").then(2).otherwise(1)
    days = met.sort("day").group_by("person_id", "stay", "criterion").agg("day", known=pl.col("known").sort())
    days = days.with_columns(need=need).filter(pl.col("day").list.len() >= pl.col("need"))
    days = days.with_columns(pl.col("day", "known").list.get(pl.col("need") - 1))
    told = truth("criteria").filter(state="met")
    both = told.join(days, on=["person_id", "stay", "criterion"], how="full", coalesce=True)
    wrong = both.filter(
        pl.col("day").ne_missing(pl.col("day_right")) | pl.col("known").ne_missing(pl.col("known_right"))
    )
    assert wrong.is_empty(), wrong
    count = days.group_by("person_id", "stay").len()
    stays = truth("stays").join(count, on=["person_id", "stay"], how="left")
    assert stays.filter(pl.col("criteria_met") != pl.col("len").fill_null(0)).is_empty()
    fifth = days.group_by("person_id", "stay").agg(day=pl.col("day").sort().get(4, null_on_oob=True))
    both = truth("stays").filter("met").join(fifth, on=["person_id", "stay"], how="left")
    assert both["day_met"].equals(both["day"])


def test_in_hlh_the_criteria_stand_within_six_days_and_in_the_scattered_never() -> None:
    met = (
        truth("criteria")
        .filter(state="met")
        .join(truth("stays").select("person_id", "stay", "story", "met"), on=["person_id", "stay"])
    )
    spread = met.filter("met").group_by("person_id", "stay").agg(pl.col("day").max() - pl.col("day").min())
    assert greatest(spread["day"]) <= timedelta(days=5)
    for _, stay in met.filter(story="scattered").group_by("person_id", "stay"):
        days = stay["day"].sort().to_list()
        for day in days:
            assert sum(day <= other <= day + timedelta(days=13) for other in days) < 5


def test_a_spoilt_row_is_what_its_kind_says() -> None:
    lab = rows("measurement")

    def found(kind: str) -> pl.DataFrame:
        those = lab.filter(pl.col("measurement_id").is_in(dirty(kind)["row_id"].to_list()))
        assert those.height == dirty(kind).height > 0
        return those

    assert found("null value")["value_as_number"].is_null().all()
    assert found("not a number")["value_as_number"].is_nan().all()
    assert not found("implausible")["value_as_number"].is_between(0, 1e9).any()
    assert found("no unit")["unit_source_value"].is_null().all()
    assert (found("unknown unit")["unit_source_value"] == "furlong").all()
    assert (found("undecidable")["value_source_value"] == "<600").all()
    assert found("no visit")["visit_occurrence_id"].is_null().all()
    hot = found("fahrenheit as celsius")
    assert (hot["unit_source_value"] == "C").all()
    assert (hot["value_as_number"] > 90).all()
    assert lab["value_as_number"].is_nan().sum() == dirty("not a number").height
    values = [name for name in lab.columns if name != "measurement_id"]
    copies = lab.select(values).is_duplicated()
    assert lab["measurement_id"].filter(copies).is_in(dirty("duplicate")["row_id"].to_list()).sum() == (
        dirty("duplicate").height
    )


def test_rows_outside_an_observation_are_those_that_were_planted() -> None:
    seen = rows("observation_period")
    for name, day, kinds in (
        ("measurement", "measurement_date", ["outside observation", "after death"]),
        ("drug_exposure", "drug_exposure_start_date", []),
        ("condition_occurrence", "condition_start_date", []),
        ("note", "note_date", []),
    ):
        both = rows(name).join(seen, on="person_id")
        inside = pl.col(day).is_between("observation_period_start_date", "observation_period_end_date")
        outside = set(both.filter(~inside)[f"{name}_id"])
        planted = truth("dirt").filter(pl.col("kind").is_in(kinds), table=name)["row_id"]
        assert outside == set(planted), name


def test_deaths_and_visits_are_dirty_only_where_it_was_written_down() -> None:
    deaths = rows("death")
    twice = set(deaths.filter(pl.col("person_id").is_duplicated())["person_id"])
    assert twice == set(dirty("two death rows")["person_id"])
    births = rows("person").select("person_id", "year_of_birth")
    early = deaths.join(births, on="person_id").filter(
        pl.col("death_date").dt.year() < pl.col("year_of_birth")
    )
    assert set(early["person_id"]) == set(dirty("death before birth")["person_id"])
    back = rows("visit_occurrence").filter(pl.col("visit_end_date") < pl.col("visit_start_date"))
    assert set(back["visit_occurrence_id"]) == set(dirty("visit ends before it starts")["row_id"])
    # Every other death is told by a row, by the discharge, or by both, on its day.
    told = deaths.group_by("person_id").agg(pl.col("death_date").min())
    left = rows("visit_occurrence").filter(discharged_to_source_value="DIED")
    died = truth("patients").filter(pl.col("death").is_not_null()).join(told, on="person_id", how="left")
    assert died.filter(
        pl.col("death_date").is_not_null() & (pl.col("death_date") != pl.col("death"))
    ).is_empty()
    silent = died.filter(pl.col("death_date").is_null())
    assert silent.height
    assert set(silent["person_id"]) <= set(left["person_id"])


def test_courses_are_what_the_drug_rows_say() -> None:
    drugs = rows("drug_exposure")
    given = drugs.filter(drug_type_concept_id=32818)
    doses = (
        given.unique(["person_id", "drug_concept_id", "drug_exposure_start_datetime"])
        .group_by("person_id")
        .len()
    )
    told = truth("courses").group_by("person_id").agg(pl.col("doses_recorded").sum())
    both = told.join(doses, on="person_id", how="left")
    assert both.filter(pl.col("doses_recorded") != pl.col("len").fill_null(0)).is_empty()
    orders = drugs.join(truth("courses"), left_on="drug_exposure_id", right_on="order_row")
    assert orders.height == truth("courses").height
    assert (orders["sig"] == orders["sig_right"]).all()
    assert (orders["drug_exposure_start_date"] == orders["first_day"]).all()


def test_the_young_are_young_and_the_others_are_not() -> None:
    both = truth("stays").join(truth("patients").select("person_id", "birth"), on="person_id")
    age = both.with_columns(age=(pl.col("start") - pl.col("birth")).dt.total_days() / 365.25)
    assert greatest(age.filter(story="young hlh")["age"]) < 18
    assert least(age.filter(story="hlh")["age"]) > 19
    assert least(both["start"]) >= date(2009, 1, 1)


def test_the_reviewer_is_mostly_right() -> None:
    answers = truth("answers")
    assert 0 < answers["is_wrong"].sum() / answers.height < 0.15
    assert (answers["is_wrong"] == (answers["answer"] != answers["right"])).all()
    columns = ["patient", "question", "evidence", "answer", "certainty", "reason", "who", "when"]
    assert hospital().answers.columns == columns
    assert {"anakinra given for HLH", "cause", "splenomegaly", "hlh mutation"} <= set(answers["question"])
    asked = set(answers.filter(question="anakinra given for HLH")["person_id"])
    assert asked == set(truth("courses").filter(drug="anakinra")["person_id"])


# ---- The command ----


def test_two_runs_give_the_same_bytes_and_what_is_written_is_what_was_made(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["synth", "--patients", "100", "--out", str(tmp_path / name), "--seed", "5"]) == 0
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("one", "two")
    )
    assert one == two
    assert {path.stem for path in (tmp_path / "one").glob("*.parquet")} == TABLES
    made = make_hospital(100, 5)
    assert pl.read_parquet(tmp_path / "one" / "measurement.parquet").equals(
        made.tables["measurement"].collect()
    )


def test_an_earlier_hospital_is_replaced_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "hospital"
    assert main(["synth", "--patients", "60", "--out", str(out)]) == 0
    assert main(["synth", "--patients", "70", "--out", str(out)]) == 0
    assert pl.read_parquet(out / "person.parquet").height == 70
    assert [path.name for path in out.parent.iterdir()] == ["hospital"]
    capsys.readouterr()
    (out / "mine.txt").write_text("mine")
    assert main(["synth", "--patients", "80", "--out", str(out)]) == CANNOT
    said = capsys.readouterr().err
    assert said.startswith("One thing keeps this hospital from being made.\n\n")
    assert "this folder holds other things than a hospital that this command made" in said
    assert pl.read_parquet(out / "person.parquet").height == 70


def test_a_hospital_that_somebody_worked_in_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "hospital"
    assert main(["synth", "--patients", "60", "--out", str(out)]) == 0
    with (out / "answers.csv").open("a", encoding="utf-8") as answers:
        answers.write("mine\n")
    capsys.readouterr()
    assert main(["synth", "--patients", "70", "--out", str(out)]) == CANNOT
    assert "changed since they were made: answers.csv" in capsys.readouterr().err
    assert (out / "answers.csv").read_text(encoding="utf-8").endswith("mine\n")


@pytest.mark.parametrize("words", [["--patients", "49"], ["--patients", "60", "--seed", "-1"]])
def test_what_cannot_be_made(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", *words, "--out", str(tmp_path / "out")]) == CANNOT
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pl.DataFrame, "write_csv", stop)
    assert main(["synth", "--patients", "60", "--out", str(tmp_path / "a" / "out")]) == 130
    assert list(tmp_path.iterdir()) == []
