"""What holds of every analysis, whatever the sheet: neither the order of rows nor the names matter."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from caseseries.analysis.ids import of_patients
from caseseries.analysis.plan import analyse
from caseseries.analysis.results import Results
from caseseries.cases.sheet import read_sheet
from caseseries.protocol.protocol import Protocol
from caseseries.protocol.reading import read_protocol
from caseseries.stats.estimate import Estimate

law = settings(derandomize=True, deadline=None, max_examples=20)

PROMISE = """
title = "Whatever the sheet"
version = "1"
question = "Does the order matter?"

[moments]
first_dose = { first = "anakinra", sheet = "day_started" }
diagnosis = { first = "criteria", sheet = "day_diagnosed" }
last_contact = { last = "contact" }

[follow_up]
counted_from = "first_dose"
until = "last_contact"
horizons = ["30 days", "12 months"]

[[variable]]
name = "age"
kind = "number"

[[variable]]
name = "relapsed"
kind = "yes/no"

[[variable]]
name = "stage"
kind = "category"
levels = ["early", "late", "later"]

[[variable]]
name = "cause"
kind = "categories"
levels = ["malignancy", "infection", "autoimmunity"]

[[variable]]
name = "day_diagnosed"
kind = "day"

[[variable]]
name = "day_started"
kind = "day"

[[variable]]
name = "alive"
kind = "yes/no"
take = { follow_up = "alive" }

[[variable]]
name = "months"
kind = "time"
take = { follow_up = "time" }

[[serial]]
name = "ferritin"
finding = "ferritin"
counted_from = "first_dose"
days = [1, 5, 10]

[[derived]]
name = "response"
kind = "share"
take = { greatest_fall = "ferritin", as_share_of = "day 1" }

[[analysis]]
name = "summary"
role = "descriptive"
does = "summarise"
variables = ["age", "relapsed", "stage", "cause", "response"]
by = "relapsed"

[[analysis]]
name = "means"
role = "descriptive"
does = "summarise"
variables = ["age", "response"]
numbers = "mean (SD)"
by = "stage"

[[analysis]]
name = "curve"
role = "primary"
does = "survival"

[[analysis]]
name = "curves"
role = "primary"
does = "survival"
by = "relapsed"

[[analysis]]
name = "moved"
role = "sensitivity"
does = "survival"
counted_from = "diagnosis"
by = "stage"

[[analysis]]
name = "shares"
role = "primary"
does = "compare"
outcome = "alive"
by = "relapsed"
test = "chi-square, uncorrected"
beside = "all in use"

[[analysis]]
name = "ranks"
role = "primary"
does = "compare"
outcome = "response"
by = "relapsed"
test = "Mann-Whitney"
beside = "all in use"

[[analysis]]
name = "causes"
role = "primary"
does = "entries"
of = "cause"
by = "relapsed"

[[analysis]]
name = "course"
role = "descriptive"
does = "trajectory"
serial = "ferritin"
by = "relapsed"
fold = ["day 5", "day 10"]

[[analysis]]
name = "landmark"
role = "sensitivity"
does = "landmark"
serial = "ferritin"
at = "day 5"
by = "relapsed"
"""


@dataclass(frozen=True)
class Row:
    """A patient as typed: the cells after the name, and the values of ferritin by day."""

    cells: tuple[str, ...]
    ferritin: tuple[str, ...]

    def with_relapsed(self, answer: str) -> Row:
        return replace(self, cells=(self.cells[0], answer, *self.cells[2:]))


HEADER = ["patient", "age", "relapsed", "stage", "cause", "day_diagnosed", "day_started", "months", "alive"]
CAUSES = ["", "malignancy", "infection", "autoimmunity", "malignancy; infection", "infection; autoimmunity"]
TIMES = ["0", "0.2", "0.3", "1.5", "1.8", "4", "13", "59"]


def maybe(words: Sequence[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *words])


rows = st.builds(
    Row,
    cells=st.tuples(
        maybe(["20", "33", "47.5", "61"]),
        maybe(["yes", "no"]),
        maybe(["early", "late", "later"]),
        st.sampled_from(CAUSES),
        maybe(["1", "7", "40"]),
        maybe(["3", "7", "20"]),
        # How long somebody was followed says nothing without how it ended.
        st.sampled_from(TIMES),
        st.sampled_from(["yes", "no"]),
    ),
    ferritin=st.tuples(*[maybe(["0", "900", "1,458", ">100,000"])] * 3),
)
sheets = st.lists(rows, min_size=1, max_size=9)


@cache
def protocol() -> Protocol:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "protocol.toml"
        path.write_text(PROMISE, "utf-8")
        return read_protocol(path)


def analysed(sheet: Sequence[Row], names: Sequence[str] | None = None) -> Results:
    """The results of a sheet; its patients are called p1, p2 ... where they are not named."""
    called = names or [f"p{number}" for number in range(1, len(sheet) + 1)]
    with TemporaryDirectory() as folder:
        typed = {
            "patients.csv": [HEADER, *([name, *row.cells] for name, row in zip(called, sheet, strict=True))],
            "ferritin.csv": [
                ["patient", "day 1", "day 5", "day 10"],
                *([name, *row.ferritin] for name, row in zip(called, sheet, strict=True)),
            ],
        }
        for name, lines in typed.items():
            with (Path(folder) / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(lines)
        return analyse(protocol(), read_sheet(Path(folder) / "patients.csv", protocol()))


def numbers(results: Results) -> dict[str, Estimate]:
    return {id_: number.estimate for id_, number in results.numbers.items()}


def cautions(results: Results) -> list[tuple[str, str]]:
    """What is said of the analyses, without the clock's caution, which names patients."""
    said = [caution for result in results for caution in result.cautions if caution.kind != "clock"]
    return [(caution.kind, caution.sentence) for caution in said]


@law
@given(sheets, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_number(sheet: list[Row], random: Random) -> None:
    order = list(range(len(sheet)))
    random.shuffle(order)
    names = [f"p{place + 1}" for place in order]
    straight, shuffled = analysed(sheet), analysed([sheet[place] for place in order], names)
    assert numbers(shuffled) == numbers(straight)
    assert cautions(shuffled) == cautions(straight)
    assert [result.notes for result in shuffled] == [result.notes for result in straight]


@law
@given(sheets)
def test_the_names_of_patients_change_no_number(sheet: list[Row]) -> None:
    names = [f"{'abcdefghi'[-place]} {place}/2" for place in range(1, len(sheet) + 1)]
    named, straight = analysed(sheet, names), analysed(sheet)
    pieces = of_patients(names)
    own = {f".{pieces[name]}.": f".patient.p{place}." for place, name in enumerate(names, 1)}

    def called(id_: str) -> str:
        """The id with the patient's name in it, if there is one, as it is in the other sheet."""
        return next((id_.replace(piece, other) for piece, other in own.items() if piece in id_), id_)

    assert {called(id_): found for id_, found in numbers(named).items()} == numbers(straight)
    assert cautions(named) == cautions(straight)
    behind = {
        called(id_): [names.index(one) for one in found.patients] for id_, found in named.numbers.items()
    }
    assert behind == {
        id_: [int(one[1:]) - 1 for one in found.patients] for id_, found in straight.numbers.items()
    }


OTHER = {"yes": "no", "no": "yes", "": ""}
TESTS = [
    "curves.log-rank",
    "shares.chi-square",
    "shares.chi-square-yates",
    "shares.chi-square-n-1",
    "causes.chi-square",
    "causes.permutation",
]
RANKS = ["ranks.mann-whitney", "ranks.mann-whitney-exact", "landmark.mann-whitney-exact"]


def swapped(id_: str) -> str:
    """The id of the other group's number."""
    parts = [
        {"relapsed": "not-relapsed", "not-relapsed": "relapsed"}.get(part, part) for part in id_.split(".")
    ]
    return ".".join(parts)


def close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


@law
@given(sheets)
def test_groups_that_change_names_change_places_and_nothing_else(sheet: list[Row]) -> None:
    straight = analysed(sheet)
    turned = analysed([row.with_relapsed(OTHER[row.cells[1]]) for row in sheet])
    before, after = numbers(straight), numbers(turned)
    # What is said of each group, on its own.
    # What is drawn with the seed is another draw for the groups in other places.
    drawn = {id_ for id_ in before if id_.endswith(".under-null")}
    of_groups = [
        id_
        for id_ in before
        if swapped(id_) != id_ and not id_.startswith("summary.relapsed.") and id_ not in drawn
    ]
    assert of_groups
    assert {id_: before[id_] for id_ in of_groups} == {id_: after[swapped(id_)] for id_ in of_groups}
    # What is said between them.
    for id_ in TESTS:
        assert close(before[id_].value, after[id_].value), id_
        assert close(before[id_].p, after[id_].p), id_
    for id_ in RANKS:
        assert close(before[id_].p, after[id_].p), id_
        u, turned_u = before[id_].value, after[id_].value
        if u is not None and turned_u is not None:
            group = "landmark" if id_.startswith("landmark") else "ranks"
            pairs = (before[f"{group}.{one}.n"].value or 0 for one in ("relapsed", "not-relapsed"))
            assert u + turned_u == math.prod(pairs), id_
    odds, turned_odds = before["shares.fisher"], after["shares.fisher"]
    assert close(odds.p, turned_odds.p)
    if odds.value and turned_odds.value:
        assert close(odds.value * turned_odds.value, 1.0)


@law
@given(sheets)
def test_every_number_is_there_or_says_why_not(sheet: list[Row]) -> None:
    for id_, found in numbers(analysed(sheet)).items():
        assert found.value is not None or found.reason, id_
        given_values = (found.value, found.low, found.high, found.p)
        assert all(one is None or math.isfinite(one) for one in given_values), id_


@law
@given(sheets)
def test_groups_and_the_missing_are_all_there_are(sheet: list[Row]) -> None:
    """Those with a value and those without make the group; the groups and those without one make all."""
    results = analysed(sheet)
    for key in ("all", "relapsed", "not-relapsed"):
        n = results.value(f"summary.{key}.n")
        for variable in ("age", "response"):
            known = results.value(f"summary.{variable}.{key}.median.n")
            missing = results.value(f"summary.{variable}.{key}.missing")
            assert (known or 0) + (missing or 0) == n
    grouped = [results.value(f"summary.{key}.n") for key in ("relapsed", "not-relapsed")]
    unknown = results.value("summary.relapsed.all.missing")
    assert sum(one or 0 for one in (*grouped, unknown)) == len(sheet)
