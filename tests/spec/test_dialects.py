"""The SQL of every step is written once, and means the same on DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import sqlglot
from sqlglot import ErrorLevel, exp
from tests.referee.definitions import written
from tests.referee.making import born, frames, hospital, measured, moment, protocol, visit
from tests.referee.reading import Row
from tests.referee.tables import counted, promise

from caseseries.cohort import stays, windows
from caseseries.cohort.answers import Answer
from caseseries.cohort.screen import screen
from caseseries.cohort.search import ANSWERS
from caseseries.criteria.lowering import lower
from caseseries.criteria.shelf import open_definition
from caseseries.records import readings
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.engines.duckdb import Engine
from caseseries.records.naming import give_concepts
from caseseries.records.omop import Records, open_records
from caseseries.records.resolving import resolve
from caseseries.records.survey import survey
from caseseries.records.synthetic.hospital import make_hospital
from caseseries.study import open_study

OTHERS = ("postgres", "spark")
SAFE = {
    *("And", "Or", "Case", "If", "Cast", "Coalesce", "Exists", "Greatest", "Least"),
    *("Left", "Lower", "Trim", "Extract", "DateDiff"),
    *("Count", "Sum", "Min", "Max", "Median", "BitwiseOrAgg", "RowNumber"),
}  # fmt: skip
"""The functions that were seen to do the same on each of the engines."""
RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
    except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into
    is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on
    only or order outer overlaps placing primary references returning right select session_user similar some
    symmetric table tablesample then to trailing true union unique user using variadic verbose when where
    window with anti interval minus pivot semi unpivot
    """.split()
)
"""Words that PostgreSQL 15 reserves (pg_get_keywords), and those beside them that Spark takes for its own."""


class Told:
    """Records that remember every text that is asked of them, with a name or without, from a moment on."""

    def __init__(self, records: Records) -> None:
        self.texts: dict[str, None] = {}
        self._records = records

    def __enter__(self) -> dict[str, None]:
        self._patch = pytest.MonkeyPatch()
        run, keep, show = self._records.run, self._records.keep, self._records.show

        def told_run(query: exp.Expr | str, name: str = "") -> pl.DataFrame:
            self.texts[str(query)] = None
            return run(query, name)

        def told_keep(name: str, query: exp.Expr | str) -> None:
            self.texts[str(query)] = None
            keep(name, query)

        def told_show(table: str, query: str) -> None:
            self.texts[query] = None
            show(table, query)

        self._patch.setattr(self._records, "run", told_run)
        self._patch.setattr(self._records, "keep", told_keep)
        self._patch.setattr(self._records, "show", told_show)
        return self.texts

    def __exit__(self, *_: object) -> None:
        self._patch.undo()


def small() -> dict[str, pl.DataFrame]:
    """A small hospital, one patient of which has a ferritin under its name alone."""
    made = {name: frame.collect() for name, frame in make_hospital(800, 5).tables.items()}
    is_first = pl.int_range(pl.len()) == 0
    made["measurement"] = made["measurement"].with_columns(
        measurement_concept_id=pl.when(is_first).then(0).otherwise("measurement_concept_id"),
        measurement_source_value=pl.when(is_first)
        .then(pl.lit("NKFUNC"))
        .otherwise("measurement_source_value"),
    )
    return made


@functools.cache
def opening() -> tuple[str, ...]:
    """What is asked of the tables when a hospital is opened.

    How its files and columns are read, and the look at whether ids rise from row to row, are DuckDB's own.
    """
    of_duckdb = ("DESCRIBE", "current_setting(", "lag(", "isfinite(")
    texts: dict[str, None] = {}
    rows = Engine.rows

    def told(engine: Engine, sql: str, where: str = "records") -> list[tuple[object, ...]]:
        texts[sql] = None
        return rows(engine, sql, where)

    made = small()
    for name in ("person", "visit_occurrence"):  # ids that do not rise are counted
        made[name] = made[name].reverse()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "rows", told)
        open_records(made, threads=1).close()
    return tuple(text for text in texts if not any(word in text for word in of_duckdb))


@functools.cache
def surveying() -> tuple[str, ...]:
    """What the survey asks, of every finding that the codebook has, once its names are resolved."""
    study, book = open_study("naymagon-2022"), read_codebook()
    with open_records(small(), threads=1) as records, Told(records) as asked:
        assert study.survey(records).unseen
    with open_records(small(), threads=1) as records, Told(records) as asked_of_all:
        resolved = give_concepts(records, resolve(book, records))
        survey(records, book, resolved, [entry.finding for entry in book.entries])
    return (*asked, *asked_of_all)


@functools.cache
def screening() -> tuple[str, ...]:
    """What a screening asks: its search, gathering, review cost and answers, and what is abstracted."""
    study = open_study("naymagon-2022")
    with open_records(small(), threads=1) as records, Told(records) as told:
        row = "SELECT person_id, visit_occurrence_id FROM visit_occurrence ORDER BY visit_occurrence_id"
        person, stay = records.run(row).row(0)
        evidence = (f"visit_occurrence:{stay}", "note:1", "measurement:1", "condition_occurrence:1")
        answer = Answer(person, "splenomegaly", evidence, "yes", "", "", "A", "", "answers.csv:D2")
        cohort = study.screen(records, [answer])
        assert cohort.attrition.reach
        assert cohort.patients.height
        study.finish_cohort(cohort)
        return tuple(told)


def texts() -> tuple[str, ...]:
    """Every text that a study asks of a hospital, from its opening to its report."""
    return tuple(dict.fromkeys((*opening(), *surveying(), *screening())))


def test_every_step_is_among_them() -> None:
    """Each text is asked for its own sake: none of these steps can leave the tests without being missed."""
    heads = [" ".join(text.split()) for text in texts()]
    for part in (
        *("HAVING count(*) > 1", "HAVING min(person_id) < max(person_id)", "min(cdm_version)"),
        *("FROM concept WHERE concept_id IN", "FROM concept_ancestor WHERE", "JOIN codebook_names"),
        *("measurement_as_recorded", "GROUPING SETS", "FROM swept_death", "surveyed_findings"),
        *("FROM swept_measurement", "worded_concepts", "surveyed_limits", "discharged_to_concept_id"),
        *("FROM death e JOIN gathered", "JOIN died", "note_id", "FROM all_lowest", "because_unflagged"),
    ):
        assert any(part in head for head in heads), part
    assert len(heads) > 110


@pytest.mark.parametrize("dialect", OTHERS)
def test_every_text_can_be_said_in_each_dialect(dialect: str) -> None:
    """What is said is read again in that dialect, and said once more it is the same."""
    for text in texts():
        said = sqlglot.parse_one(text, dialect="duckdb").sql(dialect, unsupported_level=ErrorLevel.RAISE)
        again = sqlglot.parse_one(said, dialect=dialect, error_level=ErrorLevel.RAISE)
        assert isinstance(again, exp.Query), said
        assert again.sql(dialect, unsupported_level=ErrorLevel.RAISE) == said


def trees() -> Iterator[exp.Expr]:
    for text in texts():
        yield sqlglot.parse_one(text, dialect="duckdb")


def test_only_what_every_engine_does_alike_is_asked() -> None:
    """No function that is not in the list, and none that SQLGlot does not know and would hand on unread."""
    for tree in trees():
        found = {type(one).__name__ for one in tree.find_all(exp.Func)}
        assert found <= SAFE, (found - SAFE, tree.sql("duckdb"))


def test_what_only_some_engines_forgive_is_not_written() -> None:
    """A query in FROM has a name (PostgreSQL below 16 asks for one); no name is a reserved word.

    Rows are ordered and grouped by what is named, not by ALL, and no star leaves out or replaces.
    """
    for tree in trees():
        assert not [one for one in tree.find_all(exp.Ordered) if isinstance(one.this, exp.Var)], tree.sql()
        assert not [one for one in tree.find_all(exp.Group) if one.args.get("all")], tree.sql()
        for star in tree.find_all(exp.Star):
            assert not any(star.args.values()), tree.sql("duckdb")
        for query in tree.find_all(exp.Subquery):
            if isinstance(query.parent, (exp.From, exp.Join)):
                assert query.alias, query.sql("duckdb")
        for name in tree.find_all(exp.Identifier):
            assert name.quoted or name.name.lower() not in RESERVED, (name.name, tree.sql("duckdb"))


def test_no_fraction_is_rounded_to_a_whole_number() -> None:
    """2.5 as a whole number is 2 everywhere, but 3.5 is 4 on DuckDB and PostgreSQL, and 3 on Spark."""
    whole = (exp.DType.BIGINT, exp.DType.INT)
    for tree in trees():
        for cast in tree.find_all(exp.Cast):
            if cast.to.this in whole:
                assert not list(cast.find_all(exp.Div)), cast.sql("duckdb")


# ---- Where engines differ without a word ----


def records_of(*rows: tuple[str, Row]) -> Records:
    """A hospital of one patient, who lay there from day 1 to 20, and these rows."""
    always = [("person", born(1, 1960)), ("visit_occurrence", visit(1, 1, 1, 20))]
    return open_records(frames(hospital([*always, *rows])), threads=1)


def test_a_day_begins_at_midnight() -> None:
    """Between two moments Spark counts 24 hours, DuckDB midnights; between two days both count days."""
    moments = [moment(1, 1439), moment(2, 1), moment(2, 1439)]
    with records_of() as records:
        records.put("results", pl.DataFrame({"sample": moments[:1] * 3, "result": moments}))
        both = f"{readings.day('result')} AS day, {readings.known('sample', 'result')} AS known"
        assert records.run(f"SELECT {both} FROM results ORDER BY result").rows() == [
            (16104, 16104),
            (16105, 16105),
            (16105, 16105),
        ]


def test_what_is_no_number_meets_nothing() -> None:
    """NaN is above every number on DuckDB, PostgreSQL and Spark; it is told by what it leaves of itself."""
    numbers = [1.0, -1e308, float("nan"), float("inf"), float("-inf"), None]
    with records_of() as records:
        records.put("told", pl.DataFrame({"place": range(6), "x": numbers}))
        assert records.run("SELECT x >= 500 AS is_so FROM told WHERE place = 2").item()
        query = f"SELECT {readings.finite('x')} AS is_so FROM told ORDER BY place"
        assert records.run(query)["is_so"].to_list() == [True, True, False, False, False, None]


def test_a_file_that_keeps_quiet_about_NaN_loses_nobody(tmp_path: Path) -> None:
    """A Parquet file tells its greatest number without NaN, and DuckDB believes that there is no NaN."""
    rows = [
        measured(1, 1, "body temperature", 2, float("nan"), "C", value_source_value="39.5"),
        measured(2, 1, "body temperature", 3, float("nan"), "C"),
        measured(3, 1, "body temperature", 4, 36.9, "C"),
    ]
    always = [("person", born(1, 1960)), ("visit_occurrence", visit(1, 1, 1, 20))]
    for name, frame in frames(hospital([*always, *(("measurement", row) for row in rows)])).items():
        frame.write_parquet(tmp_path / f"{name}.parquet")
    promised, book = protocol(promise(counted(1, "fever"))), read_codebook()
    assert promised.stay is not None
    name = promised.stay.criteria
    with open_records(tmp_path, threads=1) as records:
        resolved = give_concepts(records, resolve(book, records))
        cohort = screen(records, promised, {name: open_definition(name)}, book, resolved)
    assert cohort.patients["standing"].to_list() == ["in"]
    assert cohort.verdicts["because"].to_list() == [[], ["measurement:1"]]
    assert cohort.set_aside.rows() == [("body temperature", "no value", 1)]


def test_nothing_is_asked_to_be_outside_of_a_list() -> None:
    """NULL is neither in a list nor outside of it; a number without an operator has the operator 0."""
    for tree in trees():
        assert not [one for one in tree.find_all(exp.Not) if isinstance(one.this, exp.In)], tree.sql("duckdb")
    with records_of() as records:
        assert records.run("SELECT CAST(NULL AS INT) NOT IN (4) AS is_so").item() is None
        told = {"number": [600.0, 600.0], "text": [None, "<600"], "operator_concept_id": [None, None]}
        records.put(
            "rows_told",
            pl.DataFrame(told, {**dict.fromkeys(told, pl.Int64), "number": pl.Float64, "text": pl.String}),
        )
        records.put("texts", pl.DataFrame({"text": ["<600"], "value": [600.0], "operator": [-1]}))
        records.put("operators", pl.DataFrame({"concept_id": [4171756], "operator": [-1]}))
        found = records.run(f"SELECT operator FROM ({readings.numbers('rows_told')}) n ORDER BY operator")
        assert found["operator"].to_list() == [-1, 0]


def test_a_half_is_rounded_up_as_a_decimal() -> None:
    """Away from zero on each of the engines, where a bare ROUND of a half differs."""
    with records_of() as records:
        asked = ", ".join(
            f"CAST(CAST({half} AS DOUBLE) AS DECIMAL(18, 0)) AS x{n}"
            for n, half in enumerate((0.5, 1.5, 2.5))
        )
        assert [int(one) for one in records.run(f"SELECT {asked}").row(0)] == [1, 2, 3]


def test_ids_are_whole_beyond_what_a_float_tells_apart() -> None:
    big = 2**53
    visits = [("visit_occurrence", visit(big + n, big + 1, 1 + 5 * n, 2 + 5 * n)) for n in (1, 2)]
    with records_of(*visits) as records:
        records.put("inpatient", pl.DataFrame({"concept_id": [9201]}))
        records.keep("found", stays.stays(1))
        told = "SELECT person_id, stay_id FROM found WHERE person_id > 1 ORDER BY stay_id"
        assert records.run(told).rows() == [(big + 1, big + 1), (big + 1, big + 2)]


def asked_of_sixty_two() -> windows.Windows:
    """As many tests as there are bits to spare, two of them needed, within seven days."""
    criteria = "".join(
        f'\n[[criterion]]\nname = "line {n}"\nfinding = "ferritin"\nat_least = "{n + 1} ng/mL"\n'
        for n in range(62)
    )
    head = 'name = "sixty-two"\ntitle = "Sixty-two"\nsource = "made up"\nneed = 2\n'
    stay = protocol(promise(counted(1, "fever"), stay='together = "7 days"')).stay
    assert stay is not None
    return windows.windows(lower(open_definition(written(head + criteria))), 2, stay)


@pytest.mark.parametrize(("days", "anchor", "lower"), [((1, 7), 7, 2), ((1, 8), 1, 1), ((7, 1), 7, 2)])
def test_windows_are_of_days_and_bits_are_whole(days: tuple[int, int], anchor: int, lower: int) -> None:
    """RANGE counts days where ROWS counts rows; the last of 62 tests is the bit 2 to the 61st."""
    first, last = days
    hits = {"stay_id": [1, 1, 1, 1], "day": [first, last, 2, 3], "bits": [1 << 61, 1, 0, 0]}
    with records_of() as records:
        records.put("hits", pl.DataFrame(hits))
        records.put("among", pl.DataFrame({"stay_id": [1], "first_day": [1]}))
        records.put("answers", pl.DataFrame(schema=ANSWERS))
        found = records.run(windows.best(asked_of_sixty_two(), "hits", "among"))
        assert found.rows() == [(1, anchor, lower)]
        kinds = records.run("SELECT DISTINCT typeof(bits) AS kind FROM hits")
        assert kinds["kind"].to_list() == ["BIGINT"]
