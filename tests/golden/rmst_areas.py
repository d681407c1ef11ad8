"""Restricted means and their variances in exact fractions, from the definition and not from a curve's steps.

The curve is the product over the times of events; the area under it is summed between all times.
Nothing of the project or of NumPy is used. Run in this folder: python rmst_areas.py
"""

import json
import platform
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from pathlib import Path

# A + where the patient was alive when last seen. Founding series: Naymagon, Int J Hematol 2022, Table 1.
SERIES = {
    "founding series": (
        "0.3 1.5 1.8 57+ 0.2 0.2 0.3 0.3 1.8 2.1 0.5 29+ 59+ 1.3 4+ 49+",
        "0.2 0.25 1 2.1 12 59",
    ),
    "leukemia, 6-MP": ("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+", "7 23 35"),
    "leukemia, placebo": ("1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23", "1.5 12 23 40"),
    "deaths and censorings at one time": ("2 2+ 2 2+ 4 4+ 6 6+", "2 3 6"),
}


def area(patients: list[tuple[Fraction, int]], begin: Fraction, until: Fraction) -> Fraction:
    ends = sorted({begin, until, *(time for time, _ in patients if begin < time < until)})
    return sum(
        ((end - start) * survival(patients, start) for start, end in pairwise(ends)),
        Fraction(0),
    )


def survival(patients: list[tuple[Fraction, int]], time: Fraction) -> Fraction:
    share = Fraction(1)
    for event in {one for one, died in patients if died and one <= time}:
        risk = sum(one >= event for one, _ in patients)
        share *= 1 - Fraction(sum(one == event and died for one, died in patients), risk)
    return share


def case(text: str, horizons: str) -> dict[str, object]:
    patients = [(Fraction(word.rstrip("+")), int("+" not in word)) for word in text.split()]
    means = []
    for until in map(Fraction, horizons.split()):
        variance = Fraction(0)
        for event in {one for one, died in patients if died and one <= until}:
            risk = sum(one >= event for one, _ in patients)
            dead = sum(one == event and died for one, died in patients)
            if risk > dead:
                variance += area(patients, event, until) ** 2 * Fraction(dead, risk * (risk - dead))
        means.append([float(until), float(area(patients, Fraction(0), until)), sqrt(variance)])
    return {
        "time": [float(time) for time, _ in patients],
        "event": [died for _, died in patients],
        "means": means,
    }


if __name__ == "__main__":
    made = {"script": "rmst_areas.py", "Python": platform.python_version()}
    cases = {name: case(*series) for name, series in SERIES.items()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in cases.items())
    text = f'{{"made": {json.dumps(made)},\n"cases": {{\n{lines}\n}}}}\n'
    Path("rmst_areas.json").write_text(text, encoding="utf-8")
