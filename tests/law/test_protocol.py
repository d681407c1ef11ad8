"""Laws of reading a protocol: what its digest stands for, and that every slip has a place."""

import itertools
import random
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import caseseries
from caseseries.evidence.page import digest
from caseseries.evidence.problem import Problem, Problems
from caseseries.protocol.reading import read_protocol

FOUNDING = Path(caseseries.__file__).parent / "studies" / "naymagon-2022" / "protocol.toml"
TEXT = FOUNDING.read_text(encoding="utf-8")
LINES = TEXT.splitlines()
CLAUSES = [number for number, line in enumerate(LINES) if line.startswith("[")]


def clause_of(line: int) -> str:
    """The heading of the clause that a line stands in."""
    return next((LINES[n].strip("[] ") for n in reversed(CLAUSES) if n < line), "")


KEYS = [number for number, line in enumerate(LINES) if re.match(r"\w+ *=", line)]
FIXED = [line for line in KEYS if clause_of(line) != "moments"]  # the names of moments are the investigator's
ANY_FILE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(folder: Path, text: str) -> str:
    """The digest of the protocol of this text."""
    path = folder / "protocol.toml"
    path.write_text(text, encoding="utf-8")
    return read_protocol(path).digest


def test_reading_twice_gives_the_same_promise() -> None:
    assert read_protocol(FOUNDING) == read_protocol(FOUNDING)


@given(at=st.sets(st.sampled_from(range(len(LINES)))), spaces=st.integers(0, 3))
@ANY_FILE
def test_comments_and_spacing_do_not_change_the_digest(tmp_path: Path, at: set[int], spaces: int) -> None:
    lines = [f"# a thought\n\n{line}{' ' * spaces}" if n in at else line for n, line in enumerate(LINES)]
    assert read(tmp_path, "\n".join(lines)) == read_protocol(FOUNDING).digest


@given(chance=st.randoms(use_true_random=False))
@ANY_FILE
def test_the_order_of_keys_does_not_change_the_digest(tmp_path: Path, chance: random.Random) -> None:
    begins = [0, *CLAUSES, len(LINES)]
    lines: list[str] = []
    for begin, end in itertools.pairwise(begins):
        head, body = LINES[begin : begin + (begin in CLAUSES)], LINES[begin + (begin in CLAUSES) : end]
        chance.shuffle(body)
        lines += head + body
    assert read(tmp_path, "\n".join(lines)) == read_protocol(FOUNDING).digest


def values(content: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every single value of a file."""
    if isinstance(content, dict):
        return [way for key, one in content.items() for way in values(one, (*path, key))]
    if isinstance(content, list):
        return [way for number, one in enumerate(content) for way in values(one, (*path, number))]
    return [path]


@given(way=st.sampled_from(values(tomllib.loads(TEXT))))
@ANY_FILE
def test_any_other_value_changes_the_digest(way: tuple[str | int, ...]) -> None:
    content = tomllib.loads(TEXT)
    inside: Any = content
    for part in way[:-1]:
        inside = inside[part]
    inside[way[-1]] = "another"
    assert digest(content) != digest(tomllib.loads(TEXT))


@given(line=st.sampled_from(KEYS), how=st.sampled_from(["delete", "misspell", "number", "list", "another"]))
@ANY_FILE
def test_a_slip_in_any_key_is_told_with_its_place_or_is_none(tmp_path: Path, line: int, how: str) -> None:
    key, _, _ = LINES[line].partition("=")
    slips = {
        "delete": "",
        "misspell": f"{key.strip()}x = {LINES[line].partition('=')[2]}",
        "number": f"{key}= 17",
        "list": f"{key}= [ 1.5, {{ x = 2 }} ]",
        "another": f'{key}= "another"',
    }
    text = "\n".join([*LINES[:line], slips[how], *LINES[line + 1 :]])
    problems = told(tmp_path, text)
    for problem in problems:
        assert problem.where.startswith("protocol.toml")
        assert problem.found
        assert problem.mend
        assert "pydantic" not in str(problem)
        assert "Input should" not in str(problem)
    if how == "list" or (how == "misspell" and line in FIXED):
        here = [problem for problem in problems if f"line {line + 1}," in problem.where]
        assert any(clause_of(line) in problem.where for problem in here)


def told(folder: Path, text: str) -> tuple[Problem, ...]:
    """The problems of a text: none, where it can be read."""
    try:
        read(folder, text)
    except Problems as problems:
        return problems.problems
    return ()


@pytest.mark.parametrize("line", FIXED)
def test_no_key_can_be_misspelt_in_silence(tmp_path: Path, line: int) -> None:
    with pytest.raises(Problems) as told:
        read(tmp_path, "\n".join([*LINES[:line], f"x{LINES[line]}", *LINES[line + 1 :]]))
    assert any(f"line {line + 1}," in problem.where for problem in told.value.problems)
