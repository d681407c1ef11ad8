"""Every number that the founding paper prints is a claim, or stands in not-claims.csv with its reason.

The paper's text is not ours to keep. With CASESERIES_PAPER naming a text file of it every number in it is
counted; without it the two files are held to the counts below, which were taken from that text.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from caseseries.literature.claims import read_claims

STUDY = Path(__file__).parents[2] / "src" / "caseseries" / "studies" / "naymagon-2022"
CLAIMS = read_claims(STUDY / "claims.toml")
with (STUDY / "not-claims.csv").open(encoding="utf-8") as file:
    NOT_CLAIMS = list(csv.DictReader(file))

# Section: numbers printed, of them claims.
PRINTED = {
    "Front matter": (9, 0),
    "Abstract": (22, 21),
    "Introduction": (15, 0),
    "Methods": (13, 0),
    "Results": (130, 117),
    "Table 1": (253, 0),
    "Table 2": (176, 64),
    "Discussion": (70, 22),
    "Table 3": (68, 44),
    "References": (128, 0),
}

# The line that begins each stretch of the text, and the section it belongs to.
BEGINS = {
    "Abstract": "Abstract",
    "Introduction": "Introduction",
    "Materials and methods": "Methods",
    "Results": "Results",
    "Table 1 The": "Table 1",
    "Table 2 Ferritin": "Table 2",
    "demonstrate a greater": "Results",
    "Discussion": "Discussion",
    "Table 3 Previously": "Table 3",
    "Notably, OS was": "Discussion",
    "References": "References",
}
COUNTED = "one two three four five six seven eight nine ten eleven twelve thirteen".split()
NUMBER_WORDS = {word: str(number) for number, word in enumerate(COUNTED, start=1)}
NUMBER_WORDS |= {"once": "1", "twice": "2", "third": "1/3", "half": "1/2", "one-hundred-nineteen": "119"}
DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?%?"
WORDS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
TOKEN = re.compile(rf"{DIGITS}|\b(?i:{WORDS})\b|\b(?:Yes|No|None|All)\b")


def numbers_of(text: str) -> dict[str, Counter[str]]:
    """Every number of the text by section: 38,052 and 31% are one; a number word is its digits."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    section = "Front matter"
    for line in text.splitlines():
        section = next((name for start, name in BEGINS.items() if line.startswith(start)), section)
        found[section].update(NUMBER_WORDS.get(token.lower(), token) for token in TOKEN.findall(line))
    return dict(found)


def claimed() -> dict[str, Counter[str]]:
    """The printed values of the claims, by section."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for claim in CLAIMS:
        found[claim.where.partition(",")[0]][claim.printed] += 1
    return found


def set_aside() -> dict[str, Counter[str]]:
    """What is printed and is no claim, by section."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in NOT_CLAIMS:
        found[row["where"]][row["token"]] += int(row["times"])
    return found


def test_claims_and_what_is_none_are_all_that_is_printed() -> None:
    claims, others = claimed(), set_aside()
    assert set(claims) | set(others) == set(PRINTED)
    counted = {name: (claims[name].total() + others[name].total(), claims[name].total()) for name in PRINTED}
    assert counted == PRINTED
    assert sum(printed for printed, _ in PRINTED.values()) == 884
    assert len(CLAIMS) == 268


def test_with_the_paper_at_hand_no_number_is_left_out() -> None:
    path = os.environ.get("CASESERIES_PAPER")
    if not path:
        pytest.skip("CASESERIES_PAPER, a text file of the founding paper, is not set: it is not ours to keep")
    claims, others = claimed(), set_aside()
    printed = numbers_of(Path(path).read_text("utf-8"))
    assert {name: claims[name] + others[name] for name in printed} == printed


def test_what_is_no_claim_says_why() -> None:
    assert all(row["reason"].strip() and int(row["times"]) > 0 for row in NOT_CLAIMS)
    keys = [(row["where"], row["token"], row["reason"]) for row in NOT_CLAIMS]
    assert len(set(keys)) == len(keys)


def cells(name: str, columns: list[str]) -> Counter[str]:
    """The numbers in the cells of a sheet, counted as in the text."""
    with (STUDY / name).open(encoding="utf-8") as file:
        typed = [row[column] for row in csv.DictReader(file) for column in columns]
    return Counter(NUMBER_WORDS.get(token.lower(), token) for cell in typed for token in TOKEN.findall(cell))


def test_the_cells_of_the_tables_are_those_of_the_sheets() -> None:
    columns = ["age", "cause_printed", "criteria_met", "hscore", "ferritin", "prior_printed"]
    columns += ["concurrent_printed", "cause_treated_printed", "day_diagnosed", "day_started", "anakinra"]
    columns += ["anakinra.days", "toxicity", "alive", "months"]
    days = [f"day {day}" for day in range(5, 51, 5)]
    for name, typed in {
        "patients.csv": cells("patients.csv", columns),
        "ferritin.csv": cells("ferritin.csv", days),
    }.items():
        rows = [row for row in NOT_CLAIMS if row["reason"] == f"a cell, typed in {name}"]
        assert Counter({row["token"]: int(row["times"]) for row in rows}) == typed


def test_numbers_are_told_from_the_text() -> None:
    text = "Results\nFive of 16 (31%), range 0.2–59; 38,052 [4, 7] and 1/7. No one."
    assert numbers_of(text)["Results"] == Counter(
        ["5", "16", "31%", "0.2", "59", "38,052", "4", "7", "1", "7", "No", "1"]
    )
