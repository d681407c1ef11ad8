"""The trial: questions on clean series, and whether a planted error is among the first three things told.

`./run python benchmarks/planted/measure.py` takes the committed seeds; `--choosing` those on which thresholds
were chosen; `--series 50` fewer series; `--kinds swapped` only what begins so, or `clean`, or `none`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from errors import SHEET_KINDS, Truth
from printed import claims_of, printed_numbers, wrong_denominator, wrong_test
from series import Series, clean_series, write_series

from caseseries.evidence.finding import column_letters
from caseseries.evidence.problem import Problems
from caseseries.study import open_study

COMMITTED, CHOOSING = 2022, 1987
FIRST = 3
PRINTED_KINDS = {"wrong denominator": 5, "wrong test": 6}
SHOWN_TWICE = {"ferritin", "months", "alive", "max_response_printed"}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a series: its kind, the patients and the cells."""

    kind: str
    patients: frozenset[str]
    cells: frozenset[str]


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--choosing", action="store_true")
    reader.add_argument("--series", type=int, default=200)
    reader.add_argument("--kinds", default="")
    reader.add_argument("--missed", action="store_true", help="list what was not named")
    options = reader.parse_args()
    seed = CHOOSING if options.choosing else COMMITTED
    if "clean".startswith(options.kinds):
        clean(seed, options.series)
    for number, (kind, plant) in enumerate(SHEET_KINDS.items(), start=1):
        if not kind.startswith(options.kinds):
            continue
        rows = []
        for place in range(options.series):
            series = clean_series(np.random.default_rng([seed, place]))
            planted, truth = plant(series, np.random.default_rng([seed, place, number]))
            if printed_numbers(planted) != printed_numbers(series):
                rows.append((truth, is_named(truth, told_of(planted), planted)))
        report(kind, rows, options.missed)
    for kind, number in PRINTED_KINDS.items():
        if kind.startswith(options.kinds):
            report(kind, list(printed(seed, number, options.series)), options.missed)


def clean(seed: int, count: int) -> None:
    """How many questions the clean series raise, by kind."""
    kinds: Counter[str] = Counter()
    series_asked = 0
    for place in range(count):
        told = told_of(clean_series(np.random.default_rng([seed, place])))
        kinds.update(one.kind for one in told)
        series_asked += bool(told)
    print(f"clean: {sum(kinds.values()) / count:.3f} questions a series, {series_asked} of {count} with any;")
    print(f"  {dict(kinds.most_common())}")


def report(kind: str, rows: list[tuple[Truth, bool]], missed: bool) -> None:
    """The share that is named: of all, of those that the sheets print or give twice, and by variant."""
    twice = [named for truth, named in rows if seen_twice(truth)]
    print(f"{kind}: {share([named for _, named in rows])}; of what is printed twice {share(twice)}")
    for variant in sorted({label(truth) for truth, _ in rows}):
        print(f"  {variant}: {share([named for truth, named in rows if label(truth) == variant])}")
    for truth, named in rows:
        if missed and not named:
            print("   ", truth)


def label(truth: Truth) -> str:
    """Typed digits are told apart by their column, other errors by their variant."""
    if truth.kind == "typed digit":
        return f"{truth.table} {re.sub('[0-9]+', '', truth.columns[0]).strip()}"
    return truth.variant if truth.table != "claims" else truth.kind


def seen_twice(truth: Truth) -> bool:
    """Whether what was changed is printed in another place, or something printed follows from it."""
    return truth.table != "patients" or bool(set(truth.columns) & SHOWN_TWICE)


def share(named: list[bool]) -> str:
    return f"{sum(named)} of {len(named)}" + (f" ({100 * sum(named) / len(named):.0f} %)" if named else "")


def told_of(series: Series) -> list[Told]:
    """The problems of the sheets, or else the questions, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        study = open_study(laid_out(series, Path(folder)))
        try:
            cases = study.read_cases()
        except Problems as slips:
            return [_of_a_problem(problem.where, series) for problem in slips.problems]
        return [
            Told(one.kind, frozenset(one.patients), frozenset(one.cells)) for one in study.questions(cases)
        ]


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


def printed(seed: int, number: int, count: int) -> Iterator[tuple[Truth, bool]]:
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
            (Path(folder) / "claims.toml").write_text("\n".join(one.toml() for one in changed))
            verdicts = study.finish(results, cases).verdicts
            contradicted = [first.claim.id for first, *_ in verdicts if first.said.startswith("contradicts")]
            yield truth, truth.columns[0] in contradicted[:FIRST]


if __name__ == "__main__":
    main()
