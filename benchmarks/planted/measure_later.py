"""The trial of the kinds invented afterwards: how many change a printed number, and how many are named.

`./run python benchmarks/planted/measure_later.py` takes 25 series a kind; `--series 5` fewer;
`--kinds flipped` only what begins so, or `clean`; `--told` lists each error with the first things told of it.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from by_eye import LOOKS, seen
from claimed import ANALYSES, Claimed, as_claims, claimed
from errors import Truth
from later_errors import LATER_KINDS, plant
from later_printed import PRINTED_LATER, slip
from measure import FIRST, is_named, laid_out, questions_of
from printed import printed_numbers
from series import Row, Series, clean_series

from caseseries.evidence.problem import Problems
from caseseries.literature.verdicts import Verdict
from caseseries.study import open_study

SEED, CLEAN_SEED = 1946, 1968
TEXTS = ("sex", "prior_therapy", "concurrent_therapy", "cause_treated", "anakinra")
"""Columns of words whose counts a paper prints too."""


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--series", type=int, default=25)
    reader.add_argument("--kinds", default="")
    reader.add_argument("--told", action="store_true", help="list what was told of each")
    options = reader.parse_args()
    if "clean".startswith(options.kinds):
        clean(2 * options.series)
    print(
        "sheet: kind | planted | changed a print | named | of those | contradicted | explained | seen by eye"
    )
    for number, kind in enumerate(LATER_KINDS, start=1):
        if kind.startswith(options.kinds):
            sheets(kind, number, options.series, options.told)
    print("print: kind | planted | contradicted | explained | as it happened")
    for number, kind in enumerate(PRINTED_LATER, start=101):
        if kind.startswith(options.kinds):
            prints(kind, number, options.series, options.told)


def clean(count: int) -> None:
    """The questions that clean series raise, and the verdicts that contradict what they would print."""
    kinds: Counter[str] = Counter()
    wrong = asked = looked = 0
    for place in range(count):
        series = clean_series(np.random.default_rng([CLEAN_SEED, place]))
        told = questions_of(series)
        kinds.update(one.kind for one in told)
        asked += bool(told)
        looked += any(look(series) for look in LOOKS)
        printed = analysed(series)
        wrong += len(contradicted(series, printed.digits))
    print(f"clean: {sum(kinds.values()) / count:.2f} questions a series, {asked} of {count} with any;")
    print(f"  {dict(kinds)}; {wrong} printed numbers contradicted; by eye, {looked} series")


def sheets(kind: str, number: int, count: int, listed: bool) -> None:
    """Errors of the sheet: named by a question; and by the ledger, where the right sheet was printed."""
    rows = []
    for place in range(count):
        series = clean_series(np.random.default_rng([SEED, place]))
        planted, truths = plant(kind, series, np.random.default_rng([SEED, place, number]))
        told = questions_of(planted)
        named = any(is_named(truth, told, planted) for truth in truths)
        against = contradicted(planted, analysed(series).digits)
        explained = any(names(verdict, truth) for verdict in against[:FIRST] for truth in truths)
        by_eye = not named and seen(series, planted)
        changed = changes_a_print(series, planted)
        rows.append((truths[0].variant, changed, named, bool(against), explained, by_eye))
        if listed:
            print("   ", rows[-1], [(truth.table, truth.patients, truth.columns) for truth in truths])
            for one in told[:FIRST]:
                print("      asked:", one.kind, sorted(one.patients)[:6], sorted(one.cells)[:6])
            for verdict in against[:FIRST]:
                print("      ledger:", verdict.by, verdict.claim.printed, verdict.obtained, verdict.explained)
    of = [row for row in rows if row[1]]
    all_named, *others = (sum(row[at] for row in rows) for at in (2, 3, 4, 5))
    counts = len(rows), len(of), all_named, sum(row[2] for row in of), *others
    print(kind, *counts, sep=" | ", flush=True)
    for variant in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == variant]
        change, named, by_eye = (sum(row[at] for row in own) for at in (1, 2, 5))
        print(f"  {variant}: {len(own)} planted, {change} change a print, {named} named, {by_eye} by eye")


def prints(kind: str, number: int, count: int, listed: bool) -> None:
    """Errors of the print: among the first contradicted, with any explanation, and with the right one."""
    rows = []
    for place in range(count):
        series = clean_series(np.random.default_rng([SEED, place]))
        printed = analysed(series)
        planted = slip(kind, printed, np.random.default_rng([SEED, place, number]))
        if planted is None:
            continue
        against = [one for one in contradicted(series, printed.digits | planted.digits)[:FIRST] if one.by]
        hit = [one for one in against if one.claim.result in planted.digits]
        told = [one.explained for one in hit if one.explained]
        right = any(re.search(planted.said, text, re.IGNORECASE) for text in told)
        rows.append((planted.variant, bool(hit), bool(told), right))
        if listed:
            print(
                "   ", rows[-1], {name: (printed.digits[name], text) for name, text in planted.digits.items()}
            )
            for verdict in against:
                print("      ledger:", verdict.by, verdict.claim.printed, verdict.obtained, verdict.explained)
    print(kind, len(rows), *(sum(row[at] for row in rows) for at in (1, 2, 3)), sep=" | ", flush=True)


def changes_a_print(before: Series, after: Series) -> bool:
    return printed_numbers(before) != printed_numbers(after) or _counts(before) != _counts(after)


def _counts(series: Series) -> Counter[tuple[str, str]]:
    rows: tuple[Row, ...] = series.patients
    return Counter((row["alive"], part) for row in rows for name in TEXTS for part in row[name].split("; "))


def analysed(series: Series) -> Claimed:
    """What the paper would print of the series."""
    with tempfile.TemporaryDirectory() as folder:
        study = open_study(_promised(series, Path(folder)))
        return claimed(series, study.analyse(study.read_cases()))


def contradicted(series: Series, digits: dict[str, str]) -> list[Verdict]:
    """The verdicts that contradict the printed digits, in their order; none where the sheet has a problem."""
    with tempfile.TemporaryDirectory() as place:
        folder = _promised(series, Path(place))
        (folder / "claims.toml").write_text("\n".join(one.toml() for one in as_claims(digits)))
        study = open_study(folder)
        try:
            verdicts = study.ledger().verdicts
        except Problems:
            return []
        return [first for first, *_ in verdicts if first.said.startswith("contradicts")]


def names(verdict: Verdict, truth: Truth) -> bool:
    """Whether the explanation of a number of one of the columns has one of the patients."""
    of_column = any(column.replace("_", "-") in verdict.by for column in truth.columns)
    who = "|".join(re.escape(patient) for patient in truth.patients)
    return of_column and bool(re.search(rf"\bpatients? ({who})\b", verdict.explained))


def _promised(series: Series, folder: Path) -> Path:
    laid_out(series, folder)
    with (folder / "protocol.toml").open("a", encoding="utf-8") as file:
        file.write(ANALYSES)
    return folder


if __name__ == "__main__":
    main()
