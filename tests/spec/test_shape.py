"""One shape by every road: what a hospital fills in is held to it, and analysed as a sheet is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl
import pytest

from caseseries.analysis.plan import analyse
from caseseries.cases.clocks import dated, days
from caseseries.cases.consistency.clocks import clock_checks
from caseseries.cases.consistency.questions import questions
from caseseries.cases.dictionary import column_of, days_column, regimen_columns, regimens_column
from caseseries.cases.long_tables import LONG, MOMENTS, ORIGINS, SERIALS, SPELLS, UNREAD, frame
from caseseries.cases.series import CaseSeries, Column, Footnote, Source
from caseseries.cases.shape import check
from caseseries.evidence.problem import Problems
from caseseries.protocol.clauses.variable import Variable
from caseseries.protocol.protocol import Protocol
from caseseries.report.document import documents
from caseseries.report.finished import Finished
from caseseries.study import open_study

PROTOCOL = Protocol.model_validate(
    {
        "title": "The hospital",
        "version": "1",
        "question": "Who lives?",
        "moments": {
            "admission": {"start_of": "stay"},
            "diagnosis": {"day_met": "hlh-2004"},
            "first_dose": {"first": "anakinra"},
            "last_contact": {"last": "contact"},
            "death": {"first": "death"},
        },
        "follow_up": {"counted_from": "first_dose", "until": "last_contact", "unit": "months"},
        "variable": [
            {"name": "age", "kind": "number", "unit": "years"},
            {"name": "sex", "kind": "category", "levels": ["F", "M"]},
            {
                "name": "cause",
                "kind": "categories",
                "levels": ["lupus", "infection", "unknown"],
                "alone": "unknown",
                "certainty": ["stated", "presumed"],
            },
            {"name": "met", "kind": "count"},
            {"name": "day_started", "kind": "day"},
            {"name": "anakinra", "kind": "regimen"},
            {"name": "prior", "kind": "regimens", "levels": ["corticosteroids"]},
            {"name": "toxicity", "kind": "event"},
            {"name": "alive", "kind": "yes/no", "take": {"follow_up": "alive"}},
            {"name": "months", "kind": "time", "take": {"follow_up": "time"}},
        ],
        "serial": [{"name": "ferritin_by_day", "finding": "ferritin", "counted_from": "first_dose"}],
        "analysis": [
            {"name": "survival", "role": "primary", "does": "survival"},
            {
                "name": "time zero",
                "role": "sensitivity",
                "does": "survival",
                "counted_from": "diagnosis",
            },
            {"name": "criteria", "role": "descriptive", "does": "summarise", "variables": ["met"]},
            {"name": "sexes", "role": "descriptive", "does": "summarise", "variables": ["sex"]},
            {"name": "rescreen", "role": "sensitivity", "does": "rescreen", "if_unknown": "drop"},
        ],
    }
)
VARIABLE: dict[str, Variable] = {one.name: one for one in PROTOCOL.variables}
PATIENTS = ["1001", "1002"]
KEYS = {"patient": PATIENTS, "episode": [1, 1]}
DAY = 1 / 30.4375


def hospital() -> CaseSeries:
    """Two patients as a hospital's records give them: one died on day 12, one was seen until day 74."""
    drug = VARIABLE["anakinra"]
    parts = (*regimen_columns(drug, ["mg", "mg"], ["subcutaneous"]), days_column(drug))
    table = pl.DataFrame(
        {
            **KEYS,
            "age": [65.0, None],
            "age.operator": pl.Series([None, None], dtype=pl.String),
            "sex": ["F", "M"],
            "cause": [["lupus", "infection"], []],
            "cause.certainty": [["stated", "presumed"], []],
            "met": [5, 6],
            "met.high": [7, 6],
            "day_started": [4, 2],
            "anakinra": ["100 mg", None],
            "anakinra.given": [True, None],
            "anakinra.dose": [100.0, None],
            "anakinra.interval": [8.0, None],
            "anakinra.route": ["subcutaneous", None],
            "anakinra.daily": [300.0, None],
            "anakinra.days": [8, None],
            "prior": [["corticosteroids", "cyclosporine"], []],
            "toxicity": [True, False],
            "toxicity.term": ["rash", None],
            "toxicity.grade": [2, None],
            "alive": [False, True],
            "months": [8 * DAY, 72 * DAY],
        }
    )
    given = {
        "anakinra": parts,
        "prior": (regimens_column(VARIABLE["prior"], ["cyclosporine", "corticosteroids"]),),
    }
    lines = [given.get(name, (column_of(one),)) for name, one in VARIABLE.items()]
    moments = {"diagnosis": (3, 2), "diagnosis.known": (4, 3), "first_dose": (4, 2), "last_contact": (12, 74)}
    spell = ("anakinra", "anakinra", "anakinra", "100 mg", 1, 8, 4, 100.0, "mg", 8.0, 300.0)
    return CaseSeries(
        table=table,
        dictionary=tuple(column for several in lines for column in several),
        origins=pl.DataFrame(
            KEYS | {"met": [ORIGINS.join(["measurement:1", "condition:7"]), "measurement:9"]}
        ),
        serials=frame([("1001", 1, "ferritin_by_day", 9, 900.0, None, "measurement:4")], SERIALS),
        spells=frame(
            [("1001", 1, *spell, None, None, None, None, "drug_exposure:1; drug_exposure:2")], SPELLS
        ),
        moments=frame(
            [
                *(
                    (patient, 1, moment, on[row], f"{moment}:{row}")
                    for moment, on in moments.items()
                    for row, patient in enumerate(PATIENTS)
                ),
                ("1001", 1, "death", 12, "death:1"),
            ],
            MOMENTS,
        ),
        unread=frame((), UNREAD),
        sources=(Source("hospital.duckdb", "database", "0" * 64, 4321),),
        footnotes=(Footnote("met", "recalled", "The limit of fever is recalled."),),
    )


def test_a_hospital_fills_the_same_case_series() -> None:
    cases = hospital()
    assert check(cases, PROTOCOL) is cases
    assert cases.origin(0, "met").split(ORIGINS) == ["measurement:1", "condition:7"]
    assert cases.origin(0, "age") == ""


def test_some_rows_alone_keep_what_is_theirs() -> None:
    one = hospital().only(pl.Series([False, True]))
    assert check(one, PROTOCOL).patients == ("1002",)
    assert (one.serials.height, one.spells.height, one.moments.height) == (0, 0, 4)
    assert one.origin(0, "met") == "measurement:9"


def test_days_are_read_from_the_moments() -> None:
    cases = hospital()
    assert list(dated(cases, PROTOCOL)) == ["diagnosis", "first_dose", "last_contact", "death"]
    found = {
        moment: days(cases, moment) for moment in ("first_dose", "diagnosis.known", "death", "admission")
    }
    told = {moment: None if on is None else [str(day) for day in on] for moment, on in found.items()}
    assert told == {
        "first_dose": ["4.0", "2.0"],
        "diagnosis.known": ["4.0", "3.0"],
        "death": ["12.0", "nan"],
        "admission": None,
    }


def test_a_sheet_has_the_moments_that_it_has_columns_for() -> None:
    moments = open_study("naymagon-2022").read_cases().moments
    assert moments.group_by("moment").len().sort("moment").rows() == [("diagnosis", 16), ("first_dose", 16)]
    assert moments.filter(moment="first_dose").row(0) == ("1", 1, "first_dose", 10, "patients.csv:P2")


def test_what_a_hospital_holds_is_analysed() -> None:
    results = analyse(PROTOCOL, hospital())
    assert results.value("survival.deaths") == 1
    assert results.value("survival.observed.lowest") == pytest.approx(8 * DAY)
    assert results.value("time-zero.observed.lowest") == pytest.approx(9 * DAY)
    assert results.result("rescreen").why_not == (
        "Not possible from these cases: who was looked for and not found is not among them."
    )


def test_a_moment_that_nobody_has_a_day_of_is_missing() -> None:
    cases = hospital()
    cases = replace(cases, moments=cases.moments.filter(pl.col("moment") != "diagnosis"))
    why_not = analyse(PROTOCOL, cases).result("time zero").why_not
    assert why_not == "Not possible: these cases do not hold the day of diagnosis."


def test_what_is_recalled_of_a_column_is_said_of_its_analyses() -> None:
    results = analyse(PROTOCOL, hospital())
    said = {one.slug: [caution.sentence for caution in one.cautions] for one in results}
    assert "The limit of fever is recalled." in said["criteria"]
    assert "The limit of fever is recalled." not in said["sexes"]


def test_only_the_stated_clock_is_asked_after_where_the_hospital_counted_the_time() -> None:
    cases = hospital()
    assert [(one.moment, one.impossible) for one in clock_checks(cases, PROTOCOL)] == [("first_dose", ())]
    assert questions(cases, PROTOCOL) == ()
    typed = replace(cases, sources=())
    assert [one.moment for one in clock_checks(typed, PROTOCOL)] == list(dated(typed, PROTOCOL))


@pytest.mark.parametrize("last", range(1, 400, 7))
def test_a_value_on_the_last_day_is_not_after_it(last: int) -> None:
    cases = hospital()
    months = pl.Series("months", [last / 30.4375, 72 * DAY])
    serials = cases.serials.with_columns(day=pl.lit(last + 1, pl.Int64))
    table = cases.table.with_columns(months, pl.lit(1, pl.Int64).alias("anakinra.days"))
    [one] = clock_checks(replace(cases, table=table, serials=serials), PROTOCOL)
    assert one.impossible == ()
    later = replace(cases, table=table, serials=serials.with_columns(pl.col("day") + 1))
    assert clock_checks(later, PROTOCOL)[0].impossible == ("1001",)


def test_the_words_are_those_of_the_source() -> None:
    study = open_study("naymagon-2022")
    typed = study.read_cases()
    recorded = replace(typed, sources=(Source("hospital.duckdb", "database", "0" * 64, 4321),))
    # A hospital's patients are one cohort more beside the published ones; all else is the same.
    by_source = [study.analyse(cases).numbers for cases in (recorded, typed)]
    first, second = ({id_: one for id_, one in of.items() if not id_.startswith("pool.")} for of in by_source)
    assert first == second
    said = {}
    for name, cases in {"typed": typed, "recorded": recorded}.items():
        run = Finished(study.protocol, cases, study.analyse(cases))
        said[name] = documents(run, lambda step: None)["report.html"]
    for sheet, records in (
        ("Every regimen, as typed and as read", "Every regimen, as recorded and as read"),
        ("Ends are as rounded as the time followed was typed.", ""),
        ("Not possible from a sheet:", "Not possible from these cases:"),
        ("16\u00a0rows, SHA-256", "4,321\u00a0rows of evidence, SHA-256"),
    ):
        assert sheet in said["typed"]
        assert sheet not in said["recorded"]
        assert records in said["recorded"]


# ---- What does not fit is told ----


def table(**columns: Sequence[object]) -> Callable[[CaseSeries], CaseSeries]:
    """The cases with other values in some columns, of the same type."""

    def change(cases: CaseSeries) -> CaseSeries:
        types = cases.table.schema
        changed = [pl.Series(name, values, dtype=types[name]) for name, values in columns.items()]
        return replace(cases, table=cases.table.with_columns(changed))

    return change


def more(name: str, *row: object) -> Callable[[CaseSeries], CaseSeries]:
    """The cases with one row more in a long table; what is not given is empty."""

    def change(cases: CaseSeries) -> CaseSeries:
        filled = (*row, *[None] * (len(LONG[name]) - len(row)))
        longer = pl.concat([getattr(cases, name), frame([filled], LONG[name])])
        return replace(cases, **{name: longer})

    return change


def other(change: Callable[[pl.DataFrame], pl.DataFrame], name: str = "table") -> Callable[..., CaseSeries]:
    """The cases with another table."""
    return lambda cases: replace(cases, **{name: change(getattr(cases, name))})


def line(column: Column) -> Callable[[CaseSeries], CaseSeries]:
    """The cases with another line in the dictionary in the place of that of the same name."""
    return lambda cases: replace(
        cases, dictionary=tuple(column if one.name == column.name else one for one in cases.dictionary)
    )


MISFITS = [
    (other(lambda one: one.drop("sex")), 'the table: the column "sex" is missing'),
    (other(lambda one: one.drop("cause.certainty")), 'the table: the column "cause.certainty" is missing'),
    (other(lambda one: one.drop("toxicity.grade")), 'the table: the column "toxicity.grade" is missing'),
    (other(lambda one: one.with_columns(ward=1)), 'the table: the column "ward" is in no dictionary'),
    (
        other(lambda one: one.with_columns(pl.col("met").cast(pl.Float64))),
        'the table: the column "met" is of type Float64, and must be of type Int64',
    ),
    (
        other(lambda one: one.with_columns(ward=pl.lit("3B")), "origins"),
        'the origins: the column "ward" is in no dictionary',
    ),
    (
        other(lambda one: one.rename({"day": "on"}), "moments"),
        'the moments: the column "day" is missing',
    ),
    (
        lambda cases: replace(cases, dictionary=(*cases.dictionary, cases.column("age"))),
        'column "age": the dictionary has it twice',
    ),
    (
        lambda cases: replace(
            cases, dictionary=tuple(one for one in cases.dictionary if "dose" not in one.name)
        ),
        'column "anakinra": its part "dose" is missing',
    ),
    (
        line(Column("sex", "Sex", "text")),
        'column "sex": it is of kind "text", and promised of kind "category"',
    ),
    (
        line(Column("sex", "Sex", "category", levels=("F", "M", "X"))),
        'column "sex": its levels are F, M, X, and promised are F, M',
    ),
    (
        line(column_of(VARIABLE["cause"].model_copy(update={"certainty": ("stated",)}))),
        'column "cause": its grades of certainty are not the promised ones',
    ),
    (table(patient=["1001", ""]), "the table: a row has no patient, or no number of an episode"),
    (table(episode=[1, 0]), "the table: a row has no patient, or no number of an episode"),
    (table(patient=["1001", "1001"]), "the table: patients stand there twice: 1001"),
    (table(patient=["1001", "1003"]), "the origins: their rows are not those of the table"),
    (table(age=[float("nan"), 1.0]), 'column "age": a number is not finite'),
    (table(months=[float("inf"), 1.0]), 'column "months": a number is not finite'),
    (table(sex=["F", "female"]), 'column "sex": not known there: female'),
    (table(cause=[["lupus", "flu"], []]), 'column "cause": not known there: flu'),
    (
        table(cause=[["lupus", "lupus"], []]),
        'column "cause": a list of levels has a level twice, or an empty one',
    ),
    (
        table(cause=[["lupus", None], []]),
        'column "cause": a list of levels has a level twice, or an empty one',
    ),
    (table(cause=[["lupus", "unknown"], []]), 'column "cause": "unknown" stands beside other levels'),
    (table(cause=[["lupus"], []]), 'column "cause": levels and certainties do not pair'),
    (table(cause=[["lupus", "infection"], None]), 'column "cause": levels and certainties do not pair'),
    (
        table(**{"cause.certainty": [["stated", "perhaps"], []]}),
        'column "cause": not known there: perhaps',
    ),
    (table(**{"age.operator": ["about", None]}), 'column "age": not known there: about'),
    (table(**{"age.operator": [None, ">"]}), 'column "age": an operator stands beside no number'),
    (
        table(**{"met.high": [4, 6]}),
        'column "met": the upper end of a range is missing or below the lower',
    ),
    (
        table(**{"met.high": [None, 6]}),
        'column "met": the upper end of a range is missing or below the lower',
    ),
    (table(**{"toxicity.grade": [6, None]}), 'column "toxicity": a grade is not from 1 to 5'),
    (
        more("serials", "1009", 1, "ferritin_by_day", 1, 5.0),
        "the serials: patients are not in the table: 1009",
    ),
    (more("serials", "1001", 1, "ferritin_by_day", 1), "the serials: a row lacks one of: name, day, value"),
    (more("serials", "1001", 1, "platelets", 1, 5.0), "the serials: not known there: platelets"),
    (
        more("serials", "1001", 1, "ferritin_by_day", 9, 5.0),
        "the serials: two rows have one patient, episode, name, day",
    ),
    (more("serials", "1001", 1, "ferritin_by_day", 0, 5.0), "the serials: a day lies before day 1"),
    (
        more("serials", "1001", 1, "ferritin_by_day", 1, float("nan")),
        "the serials: a value is not finite",
    ),
    (more("serials", "1001", 1, "ferritin_by_day", 1, 5.0, "="), "the serials: not known there: ="),
    (more("spells", "1001", 1, "next"), "the spells: not known there: next"),
    (more("moments", "1001", 1, "relapse", 3), "the moments: not known there: relapse"),
    (more("moments", "1001", 1, "first_dose.known", 3), "the moments: not known there: first_dose.known"),
    (more("moments", "1001", 1, "admission"), "the moments: a row lacks one of: moment, day"),
    (more("moments", "1001", 1, "death", 3), "the moments: two rows have one patient, episode, moment"),
    (more("unread", "1009", 1), "the unread: patients are not in the table: 1009"),
]


@pytest.mark.parametrize("change, told", MISFITS, ids=[told for _, told in MISFITS])
def test_what_does_not_fit_is_told(change: Callable[[CaseSeries], CaseSeries], told: str) -> None:
    with pytest.raises(Problems) as raised:
        check(change(hospital()), PROTOCOL)
    assert f"the cases, {told}" in [f"{one.where}: {one.found}" for one in raised.value.problems]
