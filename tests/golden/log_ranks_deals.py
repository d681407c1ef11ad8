"""Log-rank tests by the plainest means: weighted tests, and every deal of the scores, in exact fractions.

The weights are those of Fleming and Harrington with whole powers; the scores are the event less the
Nelson-Aalen estimate. Nothing of the project or of NumPy is used.
Run in this folder: python log_ranks_deals.py
"""

import json
import platform
from fractions import Fraction
from itertools import combinations
from pathlib import Path

# A + where the patient was alive when last seen. Founding series: Naymagon, Int J Hematol 2022, Table 1.
FOUNDING = "0.3 1.5 1.8 57+ 0.2 0.2 0.3 0.3 1.8 2.1 0.5 29+ 59+ 1.3 4+ 49+"
SERIES = {
    "founding series, rheumatologic cause": (FOUNDING, "0000000000011110"),
    "founding series, malignancy": (FOUNDING, "1111111000000000"),
    "no ties": ("1 2 3+ 4 5 6+ 7 8 9+ 10", "0101100110"),
    "many ties": ("1 1+ 1 2 2 2+ 2 3 3 3 3+ 3+ 4 4+", "01010101010101"),
    "ties at every time": ("1 1 1 1 2 2 2 2 3 3 3 3", "000100110111"),
    "one patient against the rest": ("1 2 3+ 4 5 6+ 7 7", "10000000"),
    "a death at time zero": ("0 0+ 1 2+ 3 4+", "010101"),
    "all dead": ("1 2 3 4 5 6 7 8", "00010111"),
    "identical groups": ("1 1 2+ 2+ 3 3 4 4", "01010101"),
}
POWERS = [(0, 0), (1, 0), (0, 1), (1, 1), (2, 3)]


def read(text: str) -> list[tuple[Fraction, int]]:
    return [(Fraction(word.rstrip("+")), int("+" not in word)) for word in text.split()]


def at(patients: list[tuple[Fraction, int]], time: Fraction) -> tuple[int, int]:
    """How many are at risk at a time, and how many have the event at it."""
    return sum(one >= time for one, _ in patients), sum(one == time and died for one, died in patients)


def weighted(patients: list[tuple[Fraction, int]], group: list[int], rho: int, gamma: int) -> float | None:
    excess, variance, survival = Fraction(0), Fraction(0), Fraction(1)
    members = [patient for patient, mine in zip(patients, group, strict=True) if mine]
    for time in sorted({time for time, died in patients if died}):
        risk, dead = at(patients, time)
        mine, mine_dead = at(members, time)
        weight = survival**rho * (1 - survival) ** gamma
        excess += weight * (mine_dead - Fraction(dead * mine, risk))
        if risk > 1:
            chance = Fraction(dead * mine * (risk - mine) * (risk - dead), risk**2 * (risk - 1))
            variance += weight**2 * chance
        survival *= 1 - Fraction(dead, risk)
    return float(excess**2 / variance) if variance else None


def scores(patients: list[tuple[Fraction, int]]) -> list[Fraction]:
    events = sorted({time for time, died in patients if died})
    hazard = {time: Fraction(*reversed(at(patients, time))) for time in events}
    return [
        died - sum((hazard[one] for one in events if one <= time), Fraction(0)) for time, died in patients
    ]


def case(text: str, labels: str) -> dict[str, object]:
    patients, group = read(text), [int(label) for label in labels]
    score = scores(patients)
    assert sum(score) == 0
    # The group that is labelled 0 comes first, and its sum is the value.
    seen = sum((one for one, mine in zip(score, group, strict=True) if not mine), Fraction(0))
    deals = [abs(sum(chosen, Fraction(0))) for chosen in combinations(score, sum(group))]
    return {
        "time": [float(time) for time, _ in patients],
        "event": [died for _, died in patients],
        "group": group,
        "weighted": [[rho, gamma, weighted(patients, group, rho, gamma)] for rho, gamma in POWERS],
        "excess": float(seen),
        "deals": len(deals),
        "as_far": sum(one >= abs(seen) for one in deals),
    }


if __name__ == "__main__":
    made = {"script": "log_ranks_deals.py", "Python": platform.python_version()}
    cases = {name: case(*series) for name, series in SERIES.items()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in cases.items())
    text = f'{{"made": {json.dumps(made)},\n"cases": {{\n{lines}\n}}}}\n'
    Path("log_ranks_deals.json").write_text(text, encoding="utf-8")
