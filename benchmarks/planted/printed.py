"""What a paper would print of a series: counted from the sheets alone, and as claims from our results."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from errors import Truth
from series import DAYS, Rng, Series, half_up

if TYPE_CHECKING:
    from caseseries.analysis.results import Results

MEASURED = (
    "age",
    "criteria_met",
    "hscore",
    "ferritin",
    "day_diagnosed",
    "day_started",
    "anakinra.days",
    "months",
)
CAUSES = ("hematologic", "bacterial", "viral", "rheumatologic", "unknown")
TESTS = {
    "survival-by-cause": ("chi-square", "fisher"),
    "age-and-survival": ("mann-whitney", "mann-whitney-exact"),
    "first-ferritin-and-survival": ("mann-whitney", "mann-whitney-exact"),
}
"""The promised test of each comparison, and the one that is printed in its place."""


def printed_numbers(series: Series) -> dict[str, str]:
    """Each number that a paper would print: patients' own, counts of causes, medians and ranges."""
    found = {}
    for row, course in zip(series.patients, series.ferritin, strict=True):
        who = row["patient"]
        found |= {f"{who} response": row["max_response_printed"], f"{who} months": row["months"]}
        found |= {f"{who} second months": course["months_printed"], f"{who} ferritin": row["ferritin"]}
        found |= {f"{who} day 1": course["day 1"], f"{who} from the row": _response(course)}
    for group in ("", "Yes", "No"):
        rows = [row for row in series.patients if row["alive"] == group or not group]
        found[f"{group} n"] = str(len(rows))
        for cause in CAUSES:
            found[f"{group} {cause}"] = str(sum(cause in row["cause"] for row in rows))
        for name in MEASURED if rows else ():
            values = [float(row[name].replace(",", "")) for row in rows]
            found |= {f"{group} {name} {of.__name__}": str(of(values)) for of in (median, min, max)}
    return found


def that_follow(numbers: dict[str, str]) -> dict[str, str]:
    """Of the printed numbers those that follow from cells; the others are cells of the sheets themselves."""
    cells = {"response", "months", "second months", "ferritin", "day 1"}
    return {name: text for name, text in numbers.items() if _of_a_patient(name) not in cells}


def _of_a_patient(name: str) -> str:
    who, _, what = name.partition(" ")
    return what if who.isdigit() else ""


def _response(course: dict[str, str]) -> str:
    values = {day: float(text.replace(",", "")) for day in DAYS if (text := course[f"day {day}"])}
    later = [value for day, value in values.items() if day > 1]
    return str(half_up(100 * (1 - min(later) / values[1]))) if later and 1 in values else ""


# ---- Claims ----


@dataclass(frozen=True, slots=True)
class Printed:
    """A claim: its id, the id of the result, and the digits."""

    id: str
    result: str
    digits: str

    def toml(self) -> str:
        return (
            f'[[claim]]\nid = "{self.id}"\nof = "{self.result}"\nwhere = "Results"\n'
            f'printed = "{self.digits}"\nresult = "{self.result}"\n'
        )


OUTCOMES = {
    "alive": "alive",
    "months": "months",
    "ferritin": "ferritin",
    "max_response": "max_response_printed",
}
"""What a table of outcomes prints of each patient, and the column of the sheet in which it is typed."""


@dataclass(frozen=True, slots=True)
class OfPatient:
    """A claim of one patient's cell in a printed table of outcomes."""

    id: str
    patient: str
    column: str
    digits: str

    def toml(self) -> str:
        return (
            f'[[claim]]\nid = "{self.id}"\nof = "patient {self.patient}, {self.column}"\nwhere = "Table 2"\n'
            f'printed = "{self.digits}"\nfrom = \'cell("{self.patient}", {self.column})\'\n'
        )


def outcomes_of(series: Series) -> list[OfPatient]:
    """The printed table of outcomes: each patient's survival, time, first ferritin and response."""
    return [
        OfPatient(f"{row['patient']}-{column}", row["patient"], column, row[typed])
        for row in series.patients
        for column, typed in OUTCOMES.items()
    ]


def claims_of(results: Results) -> list[Printed]:
    """Shares in whole percent, medians at one decimal, p-values at four, all rounded halves up."""
    found = []
    for result in results:
        for number in result.numbers:
            ends = number.id.rpartition(".")[2]
            value = number.estimate.value
            if value is not None and ends == "share":
                found.append((number.id, f"{half_up(100 * value)}%"))
            elif value is not None and ends == "count":
                found.append((number.id, str(int(value))))
            elif value is not None and ends == "median":
                found.append((number.id, str(half_up(value, 1))))
    for analysis, (test, _) in TESTS.items():
        p = _p(results, f"{analysis}.{test}")
        if p is not None:
            found.append((f"{analysis}.{test}.p", str(half_up(p, 4))))
    return [Printed(f"c{place}", name, digits) for place, (name, digits) in enumerate(found)]


def with_ends(results: Results) -> list[Printed]:
    """The same and the ends of each range, at one decimal: what a paper prints in its tables and its text."""
    found = [(one.result, one.digits) for one in claims_of(results)]
    for result in results:
        for number in result.numbers:
            value = number.estimate.value
            if value is not None and number.id.rpartition(".")[2] in ("lowest", "highest"):
                found.append((number.id, str(half_up(value, 1))))
    return [Printed(f"c{place}", name, digits) for place, (name, digits) in enumerate(found)]


def as_reported(results: Results) -> list[Printed]:
    """All that our own report prints: of each number its value, its limits and its p, as it prints them."""
    found = []
    for result in results:
        for number in result.numbers:
            one = number.estimate
            prints = {"": one.shown, ".low": one.shown_low, ".high": one.shown_high, ".p": one.shown_p}
            found += [(f"{number.id}{field}", text) for field, text in prints.items() if _is_a_number(text)]
    return [Printed(f"c{place}", name, text) for place, (name, text) in enumerate(found)]


def _is_a_number(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def wrong_denominator(claims: list[Printed], rng: Rng) -> tuple[list[Printed], Truth]:
    """One share printed of another whole: all patients for a group, a group for all, or one patient fewer."""
    counts = {one.result: int(one.digits) for one in claims if one.result.endswith(".count")}
    shares = [one for one in claims if one.result.endswith(".share") and _stem(one) + ".count" in counts]
    choices = []
    for one in shares:
        count, share = counts[_stem(one) + ".count"], int(one.digits.rstrip("%"))
        if not count or not share:
            continue
        whole = round(100 * count / share)
        for other in sorted({whole - 1, whole + 1, round(1.5 * whole), 2 * whole}):
            digits = f"{half_up(100 * count / other)}%" if other >= count else one.digits
            if digits != one.digits:
                choices.append((one, digits))
    claim, digits = choices[int(rng.integers(len(choices)))]
    return _with(claims, claim, digits, "wrong denominator")


def wrong_test(claims: list[Printed], results: Results, rng: Rng) -> tuple[list[Printed], Truth] | None:
    """One p-value that is another test's than the one named; None where all print the same digits."""
    choices = []
    for one in claims:
        analysis = one.result.partition(".")[0]
        if one.result.endswith(".p") and analysis in TESTS:
            p = _p(results, f"{analysis}.{TESTS[analysis][1]}")
            if p is not None and str(half_up(p, 4)) != one.digits:
                choices.append((one, str(half_up(p, 4))))
    if not choices:
        return None
    claim, digits = choices[int(rng.integers(len(choices)))]
    return _with(claims, claim, digits, "wrong test")


def _stem(one: Printed) -> str:
    return one.result.rpartition(".")[0]


def _p(results: Results, name: str) -> float | None:
    try:
        return results.number(name).estimate.p
    except KeyError:
        return None


def _with(claims: list[Printed], claim: Printed, digits: str, kind: str) -> tuple[list[Printed], Truth]:
    changed = [Printed(one.id, one.result, digits) if one == claim else one for one in claims]
    return changed, Truth(kind, f"{claim.digits} as {digits}", "claims", (), (claim.id,))
