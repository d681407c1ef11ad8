"""All that a paper would print of a series, by the ids of the results, and a slip of the print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from printed import MEASURED, Printed
from series import Rng, Row, Series, half_up

if TYPE_CHECKING:
    from caseseries.analysis.results import Results

ANALYSES = """
[[analysis]]
name = "survival"
role = "descriptive"
does = "survival"

[[analysis]]
name      = "means"
role      = "descriptive"
does      = "summarise"
by        = "alive"
numbers   = "mean (SD)"
variables = ["age", "hscore", "ferritin"]
"""
"""What the protocol promises besides, for these kinds."""
DIGITS = {"median": 1, "lowest": 1, "highest": 1, "mean": 1, "sd": 1, "follow-up": 1}
TESTED = {
    "survival-by-cause.chi-square",
    "age-and-survival.mann-whitney",
    "first-ferritin-and-survival.mann-whitney",
}
GROUPS = {"alive": "Yes", "not-alive": "No", "all": ""}


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the paper prints by the id of the result, and the values that stand behind it."""

    series: Series
    results: Results
    digits: dict[str, str]


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip of the print: its variant, the ids and their wrong digits, and what an explanation must say.

    `said` is a pattern that the explanation of one of them must hold for the slip to be told as it happened.
    """

    variant: str
    digits: dict[str, str]
    said: str


def claimed(series: Series, results: Results) -> Claimed:
    """Shares in whole percent, middles, extremes and spreads at one decimal, p-values at four, halves up."""
    found = {}
    for result in results:
        for number in result.numbers:
            ends, value = number.id.rpartition(".")[2], number.estimate.value
            if number.id in TESTED and number.estimate.p is not None:
                found[f"{number.id}.p"] = str(half_up(number.estimate.p, 4))
            elif value is None:
                continue
            elif ends == "share":
                found[number.id] = f"{half_up(100 * value)}%"
            elif ends == "count":
                found[number.id] = str(int(value))
            elif ends in DIGITS:
                found[number.id] = str(half_up(value, DIGITS[ends]))
    return Claimed(series, results, found)


def as_claims(digits: dict[str, str]) -> list[Printed]:
    return [Printed(f"c{place}", name, text) for place, (name, text) in enumerate(digits.items())]


def draw(told: Claimed, rng: Rng, begins: str, *ends: str) -> str:
    names = [name for name in told.digits if name.startswith(begins) and name.endswith(ends)]
    if not names:
        raise LookupError(f"{begins}: nothing of the kind is printed")
    return names[int(rng.integers(len(names)))]


def at_end(name: str, end: str) -> str:
    return f"{name.rpartition('.')[0]}.{end}"


def variable_of(name: str) -> str:
    return name.split(".")[1]


def values_of(told: Claimed, name: str) -> list[float]:
    """The values of the variable and group of a result, from the sheet."""
    _, variable, group, _ = name.split(".")
    column = variable.replace("-", "_")
    assert column in MEASURED
    rows: Sequence[Row] = told.series.patients
    return [number_of(row[column]) for row in rows if not GROUPS[group] or row["alive"] == GROUPS[group]]


def number_of(text: str) -> float:
    return float(text.replace(",", ""))
