"""What long queries found is kept for the next run: with it and without the same is found."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from caseseries.cohort.cohort import Cohort
from caseseries.cohort.patient import Patient
from caseseries.cohort.screen import screen
from caseseries.criteria.shelf import open_definition
from caseseries.evidence.problem import Problem, Problems
from caseseries.folder.manifest import KEPT
from caseseries.records import codebook_reading
from caseseries.records import kept as keeping
from caseseries.records.codebook_reading import read_codebook
from caseseries.records.engines.duckdb import Engine
from caseseries.records.kept import Kept
from caseseries.records.naming import give_concepts
from caseseries.records.omop import open_records
from caseseries.records.resolving import resolve
from caseseries.records.synthetic.writing import synthesise
from caseseries.study import BUNDLED, Study, open_study

FOUNDING = (BUNDLED / "naymagon-2022" / "protocol.toml").read_text(encoding="utf-8")
FERRITIN = '["ferritin"]\n'


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "hospital"
    synthesise(3_000, 7, folder, lambda step: None)
    return folder


AS_SHIPPED = keeping.DEAR, keeping.NOT_CHEAP


@pytest.fixture(autouse=True)
def everything_is_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast a query is, what it finds is kept."""
    monkeypatch.setattr(keeping, "DEAR", -1.0)
    monkeypatch.setattr(keeping, "NOT_CHEAP", -1.0)


def founding(folder: Path, *changes: tuple[str, str]) -> Study:
    """The founding study, changed."""
    text = FOUNDING
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / "protocol.toml").write_text(text, encoding="utf-8")
    return open_study(str(folder))


def screened(
    study: Study,
    hospital: Path,
    kept: Path | str = "",
    answers: Path | None = None,
    codebook: Path | None = None,
) -> Cohort:
    with open_records(hospital, kept=kept) as records:
        return study.screen(records, study.answers(answers), study.codebook(codebook))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that were asked of the hospital, by name."""
    names: list[str] = []

    def noting(ask: Callable[..., object]) -> Callable[..., object]:
        def asks(self: Engine, *words: object, of: int = 0) -> object:
            names.append(str(words[-1]))
            return ask(self, *words, of=of) if of else ask(self, *words)

        return asks

    for way in ("make", "frame"):
        monkeypatch.setattr(Engine, way, noting(getattr(Engine, way)))
    return names


def assert_same(one: Cohort, other: Cohort) -> None:
    """Everything but the text of the queries."""
    for field in fields(Cohort):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(ours, pl.DataFrame):
            columns = [name for name, kind in ours.schema.items() if not isinstance(kind, pl.List)]
            assert ours.sort(columns).equals(theirs.sort(columns)), field.name
        elif field.name == "people":
            assert [*map(told, ours)] == [*map(told, theirs)]
        elif field.name != "sql":
            assert ours == theirs, field.name


def told(patient: Patient) -> dict[str, object]:
    """A patient as something that can be compared."""
    return vars(patient) | {"evidence": patient.evidence.read().rows()}


CHANGES: dict[str, list[tuple[str, str]]] = {
    "nothing": [],
    "a wider window": [('together  = "7 days"', 'together  = "stay"')],
    "a narrower window": [('together  = "7 days"', 'together  = "3 days"')],
    "a wider review": [("review_within = 1", "review_within = 2")],
    "a review as wide as can be": [("review_within = 1", "review_within = 5")],
    "other years": [("from = 2009-01-01", "from = 2014-01-01")],
    "another age": [('above = "18 years"', 'above = "60 years"')],
    "longer transfers": [('transfers = "1 day"', 'transfers = "3 days"')],
    "another definition": [("hlh-2004", "hlh-2024")],
}


@pytest.fixture(scope="module")
def kept(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the founding study left."""
    folder = tmp_path_factory.mktemp("kept") / KEPT
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "DEAR", -1.0)
        patch.setattr(keeping, "NOT_CHEAP", -1.0)
        screened(open_study("naymagon-2022"), synthetic, folder)
    return folder


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_same_is_found_with_what_was_kept_and_without(
    change: list[tuple[str, str]], synthetic: Path, kept: Path, tmp_path: Path
) -> None:
    study = founding(tmp_path / "study", *change)
    mine = tmp_path / KEPT
    shutil.copytree(kept, mine)
    assert_same(screened(study, synthetic, mine), screened(study, synthetic))
    assert_same(screened(study, synthetic, mine), screened(study, synthetic))


@pytest.mark.parametrize("need", [3, 4, 6])
def test_another_need(need: int, synthetic: Path, kept: Path, tmp_path: Path) -> None:
    protocol, shelf = open_study("naymagon-2022").protocol, tmp_path / KEPT
    shutil.copytree(kept, shelf)
    definitions = {name: open_definition(name) for name in protocol.criteria}
    definitions["hlh-2004"] = replace(definitions["hlh-2004"], need=need)
    found = []
    for folder in (shelf, ""):
        with open_records(synthetic, kept=folder) as records:
            codebook = read_codebook()
            resolved = give_concepts(records, resolve(codebook, records))
            found.append(screen(records, protocol, definitions, codebook, resolved))
    assert_same(*found)


def test_answers_and_another_codebook(synthetic: Path, kept: Path, tmp_path: Path) -> None:
    study, shelf = founding(tmp_path / "study"), tmp_path / KEPT
    shutil.copytree(kept, shelf)
    answers, codebook = synthetic / "answers.csv", tmp_path / "codebook.toml"
    assert_same(screened(study, synthetic, shelf, answers), screened(study, synthetic, "", answers))
    text = Path(codebook_reading.__file__).with_name("codebook.toml").read_text(encoding="utf-8")
    assert text.count(FERRITIN) == 1
    narrow = f'{FERRITIN}plausible = ["1 ng/mL", "2000 ng/mL"]\n'
    codebook.write_text(text.replace(FERRITIN, narrow), encoding="utf-8")
    changed = screened(study, synthetic, shelf, codebook=codebook)
    assert_same(changed, screened(study, synthetic, "", codebook=codebook))
    assert not changed.set_aside.equals(screened(study, synthetic, shelf).set_aside)


def test_what_was_asked_is_not_asked_again(synthetic: Path, asked: list[str], tmp_path: Path) -> None:
    study = open_study("naymagon-2022")
    cohort = screened(study, synthetic, tmp_path / KEPT)
    first = [*asked]
    asked.clear()
    screened(study, synthetic, tmp_path / KEPT)
    assert {re.sub(r" \(\d+\)$", "", name) for name in cohort.sql} <= {name.strip('"') for name in first}
    assert asked == []
    assert (tmp_path / KEPT).stat().st_mode & 0o777 == 0o700
    assert all(len(path.stem.partition("-")[0]) == 64 for path in (tmp_path / KEPT).iterdir())


def test_another_window_asks_for_no_row_of_the_hospital(
    synthetic: Path, kept: Path, asked: list[str], tmp_path: Path
) -> None:
    shutil.copytree(kept, tmp_path / KEPT)
    screened(founding(tmp_path / "study", CHANGES["a wider window"][0]), synthetic, tmp_path / KEPT)
    assert "because" in asked
    assert not {"likely", "near_bits", "number_rows", "stay_facts", "all_hits"} & {*asked}


def test_a_hospital_that_has_changed_is_asked_anew(synthetic: Path, asked: list[str], tmp_path: Path) -> None:
    hospital, study = tmp_path / "hospital", open_study("naymagon-2022")
    shutil.copytree(synthetic, hospital)
    before = screened(study, hospital, tmp_path / KEPT)
    measured = hospital / "measurement.parquet"
    frame = pl.read_parquet(measured)
    frame.filter(pl.col("measurement_concept_id") != 3001122).write_parquet(measured)
    asked.clear()
    after = screened(study, hospital, tmp_path / KEPT)
    assert "number_rows" in asked
    assert before.attrition != after.attrition
    assert_same(after, screened(study, hospital))


def test_a_run_that_was_stopped_goes_on_where_it_was(
    synthetic: Path, asked: list[str], tmp_path: Path
) -> None:
    study, out = open_study("naymagon-2022"), tmp_path / "results"

    def stop(step: str) -> None:
        if step == "counting what a review would cost":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), open_records(synthetic, kept=out / KEPT) as records:
        study.screen(records, tell=stop)
    assert [path.name for path in out.iterdir()] == [KEPT]
    asked.clear()
    again = screened(study, synthetic, out / KEPT)
    assert "all_hits" in asked
    assert not {"likely", "near_bits", "number_rows"} & {*asked}
    study.keep(again, out)
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert (out / KEPT).is_dir()


def test_without_room_nothing_is_kept_and_the_same_is_found(
    synthetic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Engine, name: str, path: Path, where: str) -> None:
        path.write_bytes(b"half of a file")
        raise Problems([Problem(where, "the disk is full", "Free some room.")])

    study = open_study("naymagon-2022")
    expected = screened(study, synthetic)
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "write", full)
        # A frame tells a full disk in another way, and an interrupt too.
        patch.setattr(pl.DataFrame, "write_parquet", telling("No space left on device (os error 28)"))
        assert_same(screened(study, synthetic, tmp_path / KEPT), expected)
        patch.setattr(pl.DataFrame, "write_parquet", telling("KeyboardInterrupt: interrupted"))
        with pytest.raises(KeyboardInterrupt):
            screened(study, synthetic, tmp_path / KEPT)
    assert not [path for path in (tmp_path / KEPT).iterdir() if path.suffix != ".parquet"]
    (tmp_path / "a file").write_text("in the way", encoding="utf-8")
    assert_same(screened(study, synthetic, tmp_path / "a file" / KEPT), expected)


def telling(said: str) -> Callable[..., None]:
    """A frame that cannot be written to a file."""
    write = pl.DataFrame.write_parquet

    def written(frame: pl.DataFrame, file: Any, **more: Any) -> None:
        if isinstance(file, Path):
            file.write_bytes(b"half of a file")
            raise pl.exceptions.ComputeError(said)
        write(frame, file, **more)

    return written


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda held: b"",
    "cut": lambda held: held[: len(held) // 2],
    "something else": lambda held: b"half of a file that a full disk cut",
    "in the middle": lambda held: held[:99] + bytes(b ^ 0xFF for b in held[99:-99]) + held[-99:],
    "one bit": lambda held: held[:50] + bytes([held[50] ^ 1]) + held[51:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_asked_anew(damage: str, synthetic: Path, kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / KEPT)
    before = {path: path.read_bytes() for path in (tmp_path / KEPT).iterdir()}
    for path, held in before.items():
        path.write_bytes(DAMAGES[damage](held))
    study = open_study("naymagon-2022")
    assert_same(screened(study, synthetic, tmp_path / KEPT), screened(study, synthetic))
    after = [path.read_bytes() for path in (tmp_path / KEPT).iterdir()]
    assert all(held.endswith(b"PAR1") for held in after)
    assert not {DAMAGES[damage](held) for held in before.values()} & {*after}


def test_the_order_of_rows_does_not_count_and_every_cell_does(tmp_path: Path) -> None:
    rows = [
        (place, f"a text too long to stand in its cell {place % 7}", place % 3 == 0) for place in range(45)
    ]

    def digest(rows: list[tuple[int, str, bool]]) -> str:
        shelf = Kept(tmp_path, ["a hospital"])
        shelf.lay_frame("rules", pl.DataFrame(rows, ["concept_id", "unit", "by_limit"], orient="row"))
        return shelf.digest_of("SELECT * FROM rules")

    orders = [rows[start:] + rows[:start] for start in range(len(rows))] + [rows[::-1]]
    assert len({digest(order) for order in orders}) == 1
    changed = [rows[:-1], [(45, *rows[0][1:]), *rows[1:]], [(*rows[0][:2], False), *rows[1:]]]
    assert len({digest(order) for order in [rows, *changed]}) == 4


def test_what_rests_on_kept_rows_is_kept_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dear, not_cheap = AS_SHIPPED
    monkeypatch.setattr(keeping, "DEAR", dear)
    monkeypatch.setattr(keeping, "NOT_CHEAP", not_cheap)
    shelf, between = Kept(tmp_path, ["a hospital"]), (dear + not_cheap) / 2
    shelf.lay("few", shelf.digest_of("SELECT * FROM person"))
    assert not shelf.is_worth("SELECT * FROM few", between)
    shelf.write(shelf.digest_of("SELECT * FROM person"), lambda path: path.write_bytes(b"PAR1"))
    assert shelf.is_worth("SELECT * FROM few", between)
    assert not shelf.is_worth("SELECT * FROM few", not_cheap / 2)
    assert not shelf.is_worth("SELECT * FROM person", between)
    assert shelf.is_worth("SELECT * FROM person", dear * 2)


def test_what_was_used_longest_ago_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 10_000)
    for place, name in enumerate(("old", "older", "oldest")):
        path = tmp_path / f"{name}.parquet"
        path.write_bytes(b"x" * 4_000)
        os.utime(path, (time.time() - place - 10,) * 2)
    half = tmp_path / "half.parquet.unfinished-1"
    half.write_bytes(b"x")
    os.utime(half, (time.time() - 2 * 24 * 3600,) * 2)
    Kept(tmp_path, ["a hospital"]).tidy()
    assert {path.stem for path in tmp_path.iterdir()} == {"old", "older"}


def test_what_no_parquet_holds_is_asked_each_time(synthetic: Path, asked: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        with open_records(synthetic, kept=tmp_path / KEPT) as records:
            records.keep("large", "SELECT SUM(CAST(9007199254740993 AS BIGINT)) AS n FROM person LIMIT 1")
            assert records.run("SELECT n % 10 AS n FROM large", "last digit")["n"][0] in range(10)
    assert asked.count("large") == 2


def test_a_kept_table_can_be_made_again_from_itself(synthetic: Path, tmp_path: Path) -> None:
    for _ in range(2):
        with open_records(synthetic, kept=tmp_path / KEPT) as records:
            count = "SELECT count(*) AS n FROM few"
            records.keep("few", "SELECT person_id FROM person")
            people = records.run(count).item()
            records.keep("few", "SELECT person_id FROM few WHERE person_id % 2 = 0")
            assert 0 < records.run(count).item() < people
            records.put("few", pl.DataFrame({"person_id": [1]}))
            records.keep("few", "SELECT * FROM few")
            assert records.run(count).item() == 1
            records.drop("few")


def test_frames_cannot_be_known_again(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="kept: frames have no files"):
        open_records({"person": pl.DataFrame({"person_id": [1]})}, kept=tmp_path)
