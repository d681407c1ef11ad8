"""A clean synthetic case series of 8 to 60 patients: two sheets as people type them, in which all fits.

Nobody in it ever lived. The spread of the values is chosen by eye to be like a hyperferritinemic ward;
nothing is fitted to anybody's data.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from pathlib import Path

import numpy as np

Rng = np.random.Generator
Row = dict[str, str]
MONTH = 30.4375
DAYS = (1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50)
SMALLEST, LARGEST = 8, 60
CAUSES = {
    "hematologic malignancy": ("decitabine", "rituximab", "hydroxyurea"),
    "bacterial infection": ("Antibiotics",),
    "viral infection": ("antivirals",),
    "rheumatologic disorder": ("Hydroxychloroquine",),
    "unknown": (),
}
STEROIDS = ("Dexamethasone 40 mg daily", "Dexamethasone 20 mg daily", "Dexamethasone 10 mg daily",
            "Prednisone 80 mg daily", "Prednisone 60 mg daily", "Methylprednisolone 60 mg daily")  # fmt: skip
OTHERS = ("etoposide", "tocilizumab", "ruxolitinib 10 mg bid", "IVIG")
REGIMENS = ("100 mg subq q8", "100 mg subq q12", "200 mg subq q8", "100 mg subq q6", "200 mg subq daily")
HSCORE = ((0, 18), (0, 33, 49), (0, 23, 38), (0, 24, 34), (0, 35, 50), (0, 44, 64), (0, 30), (0, 19), (0, 35))
"""The points that each item can give. Source: Fardet L et al., Arthritis Rheumatol 2014;66:2613."""
TOTALS = np.array(sorted({total for items in product(*HSCORE) if 169 <= (total := sum(items)) <= 280}))


@dataclass(frozen=True, slots=True)
class Series:
    """The two sheets, a row a patient, as text. A cell that is left empty is ""."""

    patients: tuple[Row, ...]
    ferritin: tuple[Row, ...]

    def with_rows(self, table: str, rows: dict[int, Row]) -> Series:
        """The same with other rows, by their place."""
        old = getattr(self, table)
        return replace(self, **{table: tuple(rows.get(place, row) for place, row in enumerate(old))})


def clean_series(rng: Rng) -> Series:
    """One clean series: every clock possible, both tables agreeing, printed numbers rounded half up."""
    n = int(rng.integers(SMALLEST, LARGEST + 1))
    people = [_person(rng, str(number)) for number in range(1, n + 1)]
    return Series(tuple(one for one, _ in people), tuple(other for _, other in people))


def write_series(series: Series, folder: Path) -> None:
    """Write patients.csv and ferritin.csv as a spreadsheet would."""
    for name in ("patients", "ferritin"):
        rows = getattr(series, name)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def _person(rng: Rng, name: str) -> tuple[Row, Row]:
    alive = bool(rng.random() < 0.35)
    diagnosed = 1 + int(rng.gamma(1.3, 9))
    started = diagnosed + int(rng.geometric(0.35)) - 1
    on_drug = 3 + int(rng.gamma(1.5, 7))
    beyond = rng.gamma(1.2, 500) if alive else rng.gamma(0.7, 18)
    followed = on_drug - 1 + beyond  # days from the first dose
    months = in_months(followed)
    values = _ferritin(rng, alive, min(followed, on_drug + rng.gamma(1.5, 8)))
    causes = _causes(rng)
    prior = _drugs(rng, 0.75, 0.35)
    going_on = [drug for drug in prior if rng.random() < 0.5] or _drugs(rng, 0.4, 0.2)
    treated = [drug for cause in causes for drug in CAUSES[cause] if rng.random() < 0.7]
    certainty = [" (suspected)" if rng.random() < 0.15 else "" for _ in causes]
    patient = {
        "patient": name,
        "age": str(int(np.clip(rng.normal(48, 18), 19, 92))),
        "sex": "F" if rng.random() < 0.5 else "M",
        "cause": "; ".join(f"{cause}{sure}" for cause, sure in zip(causes, certainty, strict=True)),
        "criteria_met": str(rng.choice([5, 6, 7, 8], p=[0.55, 0.27, 0.15, 0.03])),
        "hscore": str(rng.choice(TOTALS)),
        "ferritin": with_commas(values[1]),
        "prior_therapy": "; ".join(prior) or "None",
        "concurrent_therapy": "; ".join(going_on) or "None",
        "cause_treated": "; ".join(treated) or "None",
        "day_diagnosed": str(diagnosed),
        "day_started": str(started),
        "anakinra": str(rng.choice(REGIMENS)),
        "anakinra.days": str(on_drug),
        "alive": "Yes" if alive else "No",
        "months": months,
        "max_response_printed": response(values),
    }
    by_day = {f"day {day}": with_commas(values[day]) if day in values else "" for day in DAYS}
    outcome = {"alive_printed": patient["alive"], "months_printed": months}
    return patient, {"patient": name, **by_day, **outcome}


def _ferritin(rng: Rng, alive: bool, last: float) -> dict[int, int]:
    """Whole values by day, a random walk of the logarithm; one in thirty days within is missing."""
    level = rng.normal(10.0, 1.2)
    values = {}
    days = [day for day in DAYS if day <= 1 + last]
    for day in days:
        values[day] = max(round(float(np.exp(level))), 60)
        level += rng.normal(-0.28 if alive else -0.05, 0.45)
    missing = [day for day in days[1:-1] if rng.random() < 1 / 30]
    return {day: value for day, value in values.items() if day not in missing}


def _causes(rng: Rng) -> list[str]:
    if rng.random() < 0.08:
        return ["unknown"]
    known = [cause for cause in CAUSES if cause != "unknown"]
    weights = np.array([0.32, 0.32, 0.2, 0.16])
    several = 1 + int(rng.random() < 0.3)
    chosen = set(rng.choice(known, size=several, replace=False, p=weights))
    return [cause for cause in known if cause in chosen]


def _drugs(rng: Rng, steroid: float, other: float) -> list[str]:
    drugs = [str(rng.choice(STEROIDS))] if rng.random() < steroid else []
    return drugs + ([str(rng.choice(OTHERS))] if rng.random() < other else [])


# ---- How people print numbers ----


def with_commas(value: int) -> str:
    """Five digits and more have a comma, four have none, as many journals print them."""
    return f"{value:,}" if value >= 10_000 else str(value)


def in_months(days: float) -> str:
    """One decimal below ten months, whole months from there, halves up."""
    months = Decimal(days / MONTH)
    return str(months.quantize(Decimal("0.1") if months < 10 else Decimal(1), ROUND_HALF_UP))


def response(values: dict[int, int]) -> str:
    """The greatest fall from day 1 in whole percent, halves up; None where it never fell."""
    later = [value for day, value in values.items() if day > 1]
    fall = (values[1] - min(later)) / values[1] if later else 0
    return f"{half_up(100 * fall)}%" if fall > 0 else "None"


def half_up(value: float, digits: int = 0) -> Decimal:
    """Rounded on decimals, halves up."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
