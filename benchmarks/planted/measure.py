"""The trial: questions on clean series, and whether a planted error is among the first three things told.

`./run python benchmarks/planted/measure.py` takes the committed seeds, `--seed 1987` those on which
thresholds were chosen; `--series 50` fewer series; `--kinds swapped` only what begins so, or `clean`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from errors import SHEET_KINDS, Truth
from printed import (
    OfPatient,
    Printed,
    as_reported,
    claims_of,
    outcomes_of,
    printed_numbers,
    that_follow,
    with_ends,
    wrong_denominator,
    wrong_test,
)
from series import Series, clean_series, write_series

from caseseries.cases.consistency.chance import CANNOT_BE
from caseseries.cases.series import CaseSeries
from caseseries.evidence.finding import column_letters
from caseseries.evidence.problem import Problems
from caseseries.study import Study, open_study

COMMITTED = 2022
FIRST = 3
PRINTED_KINDS = {"wrong denominator": 5, "wrong test": 6}
SHOWN_TWICE = {"ferritin", "months", "alive", "max_response_printed"}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a series: its kind, the patients and the cells."""

    kind: str
    patients: frozenset[str]
    cells: frozenset[str]
    cannot_be: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """One planted error: whether what follows from cells changes with it, and whether it is named.

    `with_outcomes` is whether it is named where the ledger has the printed table of outcomes too.
    """

    truth: Truth
    follows: bool
    named: bool
    with_outcomes: bool


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seed", type=int, default=COMMITTED)
    reader.add_argument("--series", type=int, default=200)
    reader.add_argument("--kinds", default="")
    reader.add_argument("--missed", action="store_true", help="list what was not named")
    options = reader.parse_args()
    seed = options.seed
    if "clean".startswith(options.kinds):
        clean(seed, options.series)
    for number, (kind, plant) in enumerate(SHEET_KINDS.items(), start=1):
        if not kind.startswith(options.kinds):
            continue
        rows = []
        for place in range(options.series):
            series = clean_series(np.random.default_rng([seed, place]))
            planted, truth = plant(series, np.random.default_rng([seed, place, number]))
            before, after = printed_numbers(series), printed_numbers(planted)
            if before != after:
                follows = that_follow(before) != that_follow(after)
                claims = printed_of(series)
                named, with_outcomes = (
                    is_named(truth, told_of(planted, claims, outcomes), planted)
                    for outcomes in ([], outcomes_of(series))
                )
                rows.append(Tried(truth, follows, named, with_outcomes))
        report(kind, rows, options.missed)
    for kind, number in PRINTED_KINDS.items():
        if kind.startswith(options.kinds):
            report(kind, list(printed(seed, number, options.series)), options.missed)


def clean(seed: int, count: int) -> None:
    """How many questions the clean series raise, and what the ledger says of all that our report prints."""
    kinds: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    series_asked = 0
    for place in range(count):
        series = clean_series(np.random.default_rng([seed, place]))
        asked = questions_of(series)
        kinds.update(one.kind for one in asked)
        series_asked += bool(asked)
        with tempfile.TemporaryDirectory() as folder:
            study = open_study(laid_out(series, Path(folder)))
            cases = study.read_cases()
            results = study.analyse(cases)
            write_claims([*as_reported(results), *outcomes_of(series)], Path(folder))
            verdicts.update(first.said for first, *_ in study.verdicts(results, cases))
    print(f"clean: {sum(kinds.values()) / count:.3f} questions a series, {series_asked} of {count} with any;")
    print(f"  {dict(kinds.most_common())}")
    print(f"  the ledger of {sum(verdicts.values()):,} printed numbers: {dict(verdicts.most_common())}")


def report(kind: str, rows: list[Tried], missed: bool) -> None:
    """The share named: of all, of those that change what follows, of those given twice, and by variant."""
    print(f"{kind}: {share(rows)}; with the printed outcomes of each patient ", end="")
    print(share([replace(one, named=one.with_outcomes) for one in rows]), end="")
    print("; of those that change what follows from cells ", end="")
    print(f"{share([one for one in rows if one.follows])}; of what is printed twice ", end="")
    print(share([one for one in rows if seen_twice(one.truth)]))
    for variant in sorted({label(one.truth) for one in rows}):
        print(f"  {variant}: {share([one for one in rows if label(one.truth) == variant])}")
    for one in rows:
        if missed and not one.named:
            print("   ", one.truth, "" if one.follows else "(nothing follows from it)")


def label(truth: Truth) -> str:
    """Typed digits are told apart by their column, other errors by their variant."""
    if truth.kind == "typed digit":
        return f"{truth.table} {re.sub('[0-9]+', '', truth.columns[0]).strip()}"
    return truth.variant if truth.table != "claims" else truth.kind


def seen_twice(truth: Truth) -> bool:
    """Whether what was changed is printed in another place, or something printed follows from it."""
    return truth.table != "patients" or bool(set(truth.columns) & SHOWN_TWICE)


def share(rows: list[Tried]) -> str:
    named = sum(one.named for one in rows)
    return f"{named} of {len(rows)}" + (f" ({100 * named / len(rows):.0f} %)" if rows else "")


def questions_of(series: Series) -> list[Told]:
    """The problems of the sheets, or else the questions, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        study = open_study(laid_out(series, Path(folder)))
        try:
            return _asked(study, study.read_cases())
        except Problems as slips:
            return [_of_a_problem(problem.where, series) for problem in slips.problems]


def printed_of(series: Series) -> list[Printed]:
    """The numbers that are printed of the right sheets."""
    with tempfile.TemporaryDirectory() as folder:
        study = open_study(laid_out(series, Path(folder)))
        return with_ends(study.analyse(study.read_cases()))


def told_of(planted: Series, claims: list[Printed], outcomes: list[OfPatient]) -> list[Told]:
    """What is told of the planted sheets beside the `claims` that were printed of the right ones.

    The problems of the sheets; else the questions of what cannot be, each of the printed `outcomes` that is
    contradicted, each cell that the ledger names, and the other questions.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_claims([*claims, *outcomes], Path(folder))
        study = open_study(laid_out(planted, Path(folder)))
        try:
            asked = _asked(study, study.read_cases())
        except Problems as slips:
            return [_of_a_problem(problem.where, planted) for problem in slips.problems]
        ledger = study.ledger()
    said = {first.claim.id: first for first, *_ in ledger.verdicts}
    contradicted = [
        Told("outcome", frozenset(said[one.id].patients), _cells(planted, one.patient, one.column))
        for one in outcomes
        if said[one.id].said == "contradicts"
    ]
    candidates = [
        Told("one cell", frozenset([candidate.patient]), frozenset([candidate.cell]))
        for one in ledger.one_cells
        for candidate in one.candidates
    ]
    sure = [one for one in asked if one.cannot_be]
    return [*sure, *contradicted, *candidates, *(one for one in asked if not one.cannot_be)]


def _cells(series: Series, patient: str, column: str) -> frozenset[str]:
    """The patient's cell of that column in the first sheet; none for what is derived."""
    if column not in series.patients[0]:
        return frozenset()
    letters = column_letters(list(series.patients[0]).index(column))
    places = (place for place, row in enumerate(series.patients, 2) if row["patient"] == patient)
    return frozenset(f"patients.csv:{letters}{place}" for place in places)


def _asked(study: Study, cases: CaseSeries) -> list[Told]:
    return [
        Told(one.kind, frozenset(one.patients), frozenset(one.cells), one.chance == CANNOT_BE)
        for one in study.questions(cases)
    ]


def write_claims(claims: Sequence[Printed | OfPatient], folder: Path) -> None:
    (folder / "claims.toml").write_text("\n".join(one.toml() for one in claims), "utf-8")


def laid_out(series: Series, folder: Path) -> Path:
    write_series(series, folder)
    shutil.copy(Path(__file__).parent / "protocol.toml", folder)
    return folder


def _of_a_problem(where: str, series: Series) -> Told:
    match = re.fullmatch(r'(patients|ferritin)\.csv, row ([0-9]+), column "(.+)"', where)
    if match is None:
        return Told("problem", frozenset(), frozenset())
    rows = getattr(series, match[1])
    row, place = int(match[2]), list(rows[0]).index(match[3])
    cell = f"{match[1]}.csv:{column_letters(place)}{row}"
    return Told("problem", frozenset([rows[row - 2]["patient"]]), frozenset([cell]))


def is_named(truth: Truth, told: list[Told], series: Series) -> bool:
    """Whether one of the first things told has a patient of the truth and a cell of its columns and rows."""
    rows = getattr(series, truth.table)
    columns = [column_letters(list(rows[0]).index(column)) for column in truth.columns]
    numbers = [place + 2 for place, row in enumerate(rows) if row["patient"] in truth.patients]
    cells = {f"{truth.table}.csv:{column}{number}" for column in columns for number in numbers}
    return any(one.cells & cells and one.patients & set(truth.patients) for one in told[:FIRST])


def printed(seed: int, number: int, count: int) -> Iterator[Tried]:
    """Errors of a printed number: whether the claim is among the first that are contradicted."""
    for place in range(count):
        series = clean_series(np.random.default_rng([seed, place]))
        rng = np.random.default_rng([seed, place, number])
        with tempfile.TemporaryDirectory() as folder:
            study = open_study(laid_out(series, Path(folder)))
            cases = study.read_cases()
            results = study.analyse(cases)
            claims = claims_of(results)
            planted = wrong_denominator(claims, rng) if number == 5 else wrong_test(claims, results, rng)
            if planted is None:
                continue
            changed, truth = planted
            write_claims(changed, Path(folder))
            verdicts = study.finish(results, cases).verdicts
            contradicted = [first.claim.id for first, *_ in verdicts if first.said.startswith("contradicts")]
            named = truth.columns[0] in contradicted[:FIRST]
            yield Tried(truth, True, named, named)


if __name__ == "__main__":
    main()
