"""Laws of the cases: what is typed is read, order and form do not matter, what fits is not asked after."""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from caseseries.cases.consistency.clocks import clock_checks
from caseseries.cases.consistency.questions import questions
from caseseries.cases.derived import with_derived
from caseseries.cases.grid import read_grid
from caseseries.cases.names import alike, seen, trimmed
from caseseries.cases.series import CaseSeries
from caseseries.cases.sheet import read_sheet
from caseseries.evidence.problem import Problems
from caseseries.protocol.protocol import Protocol

LEVELS = ["malignancy", "bacterial infection", "viral infection", "rheumatologic disorder"]
DAYS = [1, 5, 10, 15, 20]
MONTH = 30.4375
PROTOCOL = Protocol.model_validate(
    {
        "title": "Made up",
        "version": "1",
        "question": "Does it fit?",
        "moments": {
            "diagnosis": {"day_met": "hlh-2004", "sheet": "day_diagnosed"},
            "first_dose": {"first": "anakinra", "sheet": "day_started"},
            "last_contact": {"last": "contact"},
        },
        "follow_up": {"counted_from": "first_dose", "until": "last_contact", "unit": "months"},
        "variable": [
            {"name": "age", "kind": "number", "unit": "years"},
            {"name": "cause", "kind": "categories", "levels": LEVELS},
            {"name": "ferritin", "kind": "number", "take": {"finding": "ferritin", "at": "first_dose"}},
            {"name": "day_diagnosed", "kind": "day"},
            {"name": "day_started", "kind": "day"},
            {"name": "anakinra", "kind": "regimen"},
            {"name": "alive", "kind": "yes/no", "take": {"follow_up": "alive"}},
            {"name": "months", "kind": "time", "take": {"follow_up": "time"}},
        ],
        "serial": [
            {
                "name": "ferritin_by_day",
                "finding": "ferritin",
                "counted_from": "first_dose",
                "within": "2 days",
            }
        ],
        "derived": [
            {
                "name": "response",
                "kind": "share",
                "take": {"greatest_fall": "ferritin_by_day", "as_share_of": "day 1"},
            }
        ],
    }
)


@dataclass(frozen=True)
class Person:
    """A patient who could be: nothing is recorded after the end of follow-up, whatever it is counted from."""

    name: str
    age: int
    causes: tuple[str, ...]
    diagnosed: int
    started: int
    days_on_drug: int
    followed: int
    digits: int
    alive: bool
    course: dict[int, int]

    def row(self) -> list[str]:
        months = f"{self.followed / MONTH:.{self.digits}f}"
        return [
            self.name,
            str(self.age),
            "; ".join(self.causes) or "None",
            f"{self.course[1]:,}",
            str(self.diagnosed),
            str(self.started),
            "100 mg subq q8",
            str(self.days_on_drug),
            "Yes" if self.alive else "No",
            months,
        ]


@st.composite
def people(draw: st.DrawFn) -> list[Person]:
    """One to six patients of different ages, so that no two of them are alike."""
    ages = draw(st.lists(st.integers(18, 99), min_size=1, max_size=6, unique=True))
    made = []
    for number, age in enumerate(ages, start=1):
        diagnosed = draw(st.integers(1, 20))
        started = draw(st.integers(diagnosed, 40))
        followed = draw(st.integers(40, 2000))  # days, of which the wait for the drug may take a part
        span = followed - (started - diagnosed)
        days = [day for day in DAYS if day <= span]
        later = draw(st.lists(st.sampled_from(days[1:]), unique=True)) if len(days) > 1 else []
        made.append(
            Person(
                name=f"p{number}",
                age=age,
                causes=tuple(draw(st.lists(st.sampled_from(LEVELS), unique=True, max_size=3))),
                diagnosed=diagnosed,
                started=started,
                days_on_drug=draw(st.integers(1, span)),
                followed=followed,
                digits=draw(st.integers(0, 3)),
                alive=draw(st.booleans()),
                course={day: draw(st.integers(1, 10**6)) for day in (1, *sorted(later))},
            )
        )
    return made


HEADER = "patient age cause ferritin day_diagnosed day_started anakinra anakinra.days alive months".split()


def read(header: Sequence[str], rows: Sequence[Sequence[str]], ferritin: str) -> CaseSeries:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "patients.csv"
        path.write_text(as_csv([header, *rows]))
        path.with_name("ferritin.csv").write_text(ferritin)
        return read_sheet(path, PROTOCOL)


def as_csv(rows: Sequence[Sequence[str]], **dialect: Any) -> str:
    text = io.StringIO()
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue()


def wide(made: Sequence[Person]) -> str:
    rows = [[one.name, *(str(one.course.get(day, "")) for day in DAYS)] for one in made]
    return as_csv([["patient", *(f"day {day}" for day in DAYS)], *rows])


def long(made: Sequence[Person]) -> str:
    rows = [[one.name, str(day), str(value)] for one in made for day, value in one.course.items()]
    return as_csv([["patient", "day", "ferritin"], *rows])


@given(people())
def test_a_series_in_which_all_fits_raises_no_question(made: list[Person]) -> None:
    values = [value for one in made for value in one.course.values()]
    assume(len(set(values)) == len(values))  # a run of values that two patients share is asked after
    cases = read(HEADER, [one.row() for one in made], wide(made))
    assert questions(with_derived(cases, PROTOCOL.derived), PROTOCOL) == ()


@given(people(), st.data())
def test_a_drug_that_outlasts_the_follow_up_is_asked_after(made: list[Person], data: st.DataObject) -> None:
    late = data.draw(st.sampled_from(made))
    rows = [one.row() for one in made]
    # Longer than any rounding of the months allows: a typed 17.0 is read as 17, which may be 17.5.
    longest = late.followed + math.ceil(MONTH) + 2
    rows[made.index(late)][7] = str(longest)
    checks = clock_checks(read(HEADER, rows, wide(made)), PROTOCOL)
    assert [check.impossible for check in checks if check.is_stated] == [(late.name,)]


@given(people(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_never_matters(made: list[Person], chance: random.Random) -> None:
    straight = read(HEADER, [one.row() for one in made], wide(made))
    mixed = [HEADER, *(one.row() for one in made)]
    order = list(range(len(HEADER)))
    chance.shuffle(order)
    header, *rows = [[row[place] for place in order] for row in mixed]
    chance.shuffle(rows)
    shuffled = read(header, rows, long(made))
    names = straight.table.columns
    assert shuffled.table.select(names).sort("patient").equals(straight.table.sort("patient"))
    keys = ["patient", "day", "value"]
    assert shuffled.serials.select(keys).equals(straight.serials.select(keys))
    assert shuffled.dictionary == straight.dictionary


@given(people())
def test_one_column_a_level_says_what_one_column_says(made: list[Person]) -> None:
    one_column = read(HEADER, [one.row() for one in made], wide(made))
    header = [*HEADER[:2], *LEVELS, *HEADER[3:]]
    rows = [
        [*one.row()[:2], *("yes" if level in one.causes else "no" for level in LEVELS), *one.row()[3:]]
        for one in made
    ]
    assert read(header, rows, wide(made)).table.equals(one_column.table)


@given(people())
def test_every_value_stands_where_its_origin_says(made: list[Person]) -> None:
    text = wide(made)
    cases = read(HEADER, [one.row() for one in made], text)
    typed = {
        "patients.csv": [HEADER, *(one.row() for one in made)],
        "ferritin.csv": list(csv.reader(io.StringIO(text))),
    }

    def at(origin: str) -> str:
        file, _, place = origin.partition(":")
        return typed[file][int(place[1:]) - 1][ord(place[0]) - ord("A")]

    for row, one in enumerate(made):
        assert at(cases.origin(row, "age")) == str(one.age)
        assert at(cases.origin(row, "anakinra.days")) == str(one.days_on_drug)
    for value, origin in cases.serials.select("value", "origin").iter_rows():
        assert float(at(origin)) == value


# ---- Files ----

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_a_written_grid_is_read_back(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "some.csv"
        text = as_csv([("a", "b", "c"), *rows], delimiter=delimiter, quoting=csv.QUOTE_ALL)
        path.write_bytes(text.encode())
        grid = read_grid(path)
    assert grid.rows == tuple(row for row in rows if any(cell.strip() for cell in row))


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)), st.booleans())
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(content: bytes, headed: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "patients.csv"
        path.write_bytes(",".join(HEADER).encode() * headed + b"\n" * headed + content)
        path.with_name("ferritin.csv").write_bytes(b"patient,day 1\n" * headed + content)
        with suppress(Problems):
            read_sheet(path, PROTOCOL)


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["None", "Yes", "n/a", "5-7", "1,234", "nan", "1e400", "-1", "malignancy", "100 mg q8", "9" * 40]
    ),
)


@settings(max_examples=300)
@given(st.lists(st.lists(CELL, min_size=10, max_size=10), min_size=1, max_size=3))
def test_whatever_is_typed_is_read_or_refused_in_words(rows: list[list[str]]) -> None:
    rows = [[f"p{number}", *row[1:]] for number, row in enumerate(rows)]
    try:
        cases = read(HEADER, [[cell.replace("\x00", "") for cell in row] for row in rows], "patient,day 1\n")
    except (Problems, UnicodeEncodeError):  # half a letter is in no file
        return
    assert cases.n == len(rows)
    questions(with_derived(cases, PROTOCOL.derived), PROTOCOL)


# ---- Names ----


@given(st.text())
def test_what_is_seen_is_seen_again(text: str) -> None:
    assert seen(seen(text)) == seen(text)
    assert alike(seen(text)) == alike(text)
    assert seen(trimmed(text)) == seen(text)
