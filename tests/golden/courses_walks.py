"""Greatest falls where the course has nothing to do with the group: every walk made, with exact chances.

Values are powers of two, so that every step is a fraction of log2; ties are decided on the fractions.
Nothing of the project or of NumPy is used. Run in this folder: python courses_walks.py
"""

import json
import math
import platform
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from statistics import median

# Each patient: group (1 is the first), days, and log2 of the values.
CASES = {
    "all measured alike": [
        (1, [1, 2, 3], [9, 8, 8]),
        (1, [1, 2, 3], [4, 5, 3]),
        (0, [1, 2, 3], [7, 6, 4]),
        (0, [1, 2, 3], [5, 5, 6]),
    ],
    "the first group has more values": [
        (1, [1, 2, 3, 4, 5], [9, 8, 9, 7, 7]),
        (1, [1, 2, 3, 4, 5], [5, 4, 3, 4, 3]),
        (0, [1, 2], [7, 6]),
        (0, [1, 2], [8, 9]),
        (0, [1, 2, 3], [6, 7, 7]),
    ],
    "eight patients, so that a test may reject": [
        (1, [1, 2, 3], [9, 8, 7]),
        (1, [1, 2, 3], [9, 8, 8]),
        (1, [1, 2, 3, 4], [9, 8, 7, 7]),
        (1, [1, 2, 3], [6, 5, 4]),
        (0, [1, 2], [7, 8]),
        (0, [1, 2], [7, 7]),
        (0, [1, 2], [4, 5]),
        (0, [1, 2, 3], [3, 4, 5]),
    ],
    "gaps of one and of four days": [
        (1, [1, 5, 6], [9, 6, 6]),
        (1, [1, 2, 3, 7], [8, 7, 8, 4]),
        (0, [1, 5], [6, 8]),
        (0, [1, 2], [6, 5]),
    ],
    "one against two": [
        (1, [1, 2, 3], [9, 7, 8]),
        (0, [1, 2], [7, 6]),
        (0, [1, 2], [7, 9]),
    ],
}


def root_of(gap: int) -> int:
    assert math.isqrt(gap) ** 2 == gap, "gaps are squares, so that their roots are whole"
    return math.isqrt(gap)


def lowest(days: list[int], changes: list[Fraction]) -> Fraction:
    """The lowest log2 less that of the first day; 0 where it never fell."""
    level = least = Fraction(0)
    for change in changes:
        level += change
        least = min(least, level)
    return least


def walks(
    gaps: list[int], donors: list[list[Fraction]], trend: Fraction, steps: str
) -> dict[Fraction, Fraction]:
    """The chance of each lowest log2 of a patient with these gaps."""
    found: dict[Fraction, Fraction] = {}

    def go(
        visit: int, level: Fraction, least: Fraction, chance: Fraction, at: tuple[int, int] | None
    ) -> None:
        if visit == len(gaps):
            found[least] = found.get(least, Fraction(0)) + chance
            return
        if steps == "single":
            choices = [(d, k) for d, donor in enumerate(donors) for k in range(len(donor))]
        elif at is not None and at[1] + 1 < len(donors[at[0]]):
            choices = [(at[0], at[1] + 1)]
        else:
            choices = [(d, 0) for d in range(len(donors))]
        for d, k in choices:
            now = level + trend * gaps[visit] + donors[d][k] * root_of(gaps[visit])
            go(visit + 1, now, min(least, now), chance / len(choices), (d, k))

    go(0, Fraction(0), Fraction(0), Fraction(1), None)
    return found


def u_of(first: list[Fraction], second: list[Fraction]) -> Fraction:
    """Pairs in which the first group fell further (its lowest is lower), ties one half."""
    pairs = list(product(first, second))
    return Fraction(2 * sum(a < b for a, b in pairs) + sum(a == b for a, b in pairs), 2)


def rejects(first: list[Fraction], second: list[Fraction]) -> bool:
    both, n, m = first + second, len(first), len(second)
    if len(set(both)) == 1:
        return False
    ties = sum(both.count(one) ** 3 - both.count(one) for one in set(both))
    total = n + m
    variance = Fraction(n * m, 12) * (total + 1 - Fraction(ties, total * (total - 1)))
    away = max(Fraction(0), abs(u_of(first, second) - Fraction(n * m, 2)) - Fraction(1, 2))
    return math.erfc(float(away) / math.sqrt(float(variance)) / math.sqrt(2.0)) < 0.05


def fall(least: Fraction) -> float:
    return 1.0 - math.pow(2.0, float(least))


def middle(chances: list[dict[Fraction, Fraction]]) -> float | None:
    """The median fall of a group whose patients have these chances; None where it lies on an edge."""
    below = Fraction(0)
    for least in sorted({least for of in chances for least in of}, reverse=True):
        upto = below + sum((of.get(least, Fraction(0)) for of in chances), Fraction(0)) / len(chances)
        if upto > Fraction(1, 2):
            clear = Fraction(1, 2) - below > Fraction(1, 100) and upto - Fraction(1, 2) > Fraction(1, 100)
            return fall(least) if clear else None
        below = upto
    raise ValueError("the chances do not add up to 1")


def exact(patients: list[tuple[int, list[int], list[int]]], drift: str, steps: str) -> dict[str, object]:
    gaps = [[b - a for a, b in pairwise(days)] for _, days, _ in patients]
    changes = [[Fraction(b - a) for a, b in pairwise(row)] for _, _, row in patients]
    trend = sum((one for row in changes for one in row), Fraction(0)) / sum(map(sum, gaps))
    donors = [
        [(change - trend * gap) / root_of(gap) for change, gap in zip(mine, row, strict=True)]
        for mine, row in zip(changes, gaps, strict=True)
    ]
    mean = sum((one for donor in donors for one in donor), Fraction(0)) / sum(map(len, donors))
    donors = [[residual - mean for residual in donor] for donor in donors]
    chances = [walks(row, donors, Fraction(0) if drift == "none" else trend, steps) for row in gaps]
    groups = [group for group, _, _ in patients]

    def part(row: tuple[Fraction, ...], group: int) -> list[Fraction]:
        return [one for one, mine in zip(row, groups, strict=True) if mine == group]

    # Patients are independent: the chance of a row is the product of theirs.
    rejected = Fraction(0)
    of_u: dict[Fraction, Fraction] = {}
    for row in product(*chances):
        chance = Fraction(1)
        for of, one in zip(chances, row, strict=True):
            chance *= of[one]
        first, second = part(row, 1), part(row, 0)
        rejected += chance * rejects(first, second)
        u = u_of(first, second)
        of_u[u] = of_u.get(u, Fraction(0)) + chance
    assert sum(of_u.values()) == 1
    seen = tuple(lowest(days, mine) for (_, days, _), mine in zip(patients, changes, strict=True))
    seen_u = u_of(part(seen, 1), part(seen, 0))
    tails = [
        sum(chance for u, chance in of_u.items() if u >= seen_u),
        sum(chance for u, chance in of_u.items() if u <= seen_u),
    ]
    return {
        "drift": drift,
        "steps": steps,
        "first": middle([of for of, group in zip(chances, groups, strict=True) if group == 1]),
        "second": middle([of for of, group in zip(chances, groups, strict=True) if group == 0]),
        "rejected": float(rejected),
        "seen": median(map(fall, part(seen, 1))) - median(map(fall, part(seen, 0))),
        "p": float(min(1, 2 * min(tails))),
    }


if __name__ == "__main__":
    cases = {
        name: {
            "groups": [group for group, _, _ in patients],
            "days": [days for _, days, _ in patients],
            "values": [[2**power for power in row] for _, _, row in patients],
            "exact": [
                exact(patients, drift, steps)
                for drift in ("pooled", "none")
                for steps in ("single", "whole courses")
            ],
        }
        for name, patients in CASES.items()
    }
    made = {"script": "courses_walks.py", "Python": platform.python_version()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
    text = f'{{"made": {json.dumps(made)},\n"cases": {{\n{lines}\n}}}}\n'
    Path("courses_walks.json").write_text(text, "utf-8")
