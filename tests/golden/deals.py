"""Permutation tests by the plainest means: every deal made and looked at, in exact fractions.

Nothing of the project or of NumPy is used. Run in this folder: python deals.py
"""

import json
import platform
from fractions import Fraction
from itertools import combinations
from pathlib import Path

# The founding series (Naymagon, Int J Hematol 2022, Table 1): malignancy, bacterial, viral,
# rheumatologic, unknown; one line a patient. Patients 4, 12, 13, 15 and 16 survived.
FOUNDING = """
11000 11100 10000 10000 10100 10100 11100 01000 01000 01000 01100 00010 00010 00010 00010 00001
"""
MEMBERSHIPS = {
    "founding series, five causes": (FOUNDING, [3, 11, 12, 14, 15]),
    "founding series, rheumatologic or not": (
        "01 01 01 01 01 01 01 01 01 01 01 10 10 10 10 01",
        [3, 11, 12, 14, 15],
    ),
    "one category each": ("100 100 010 010 010 001 001 100", [0, 1, 7]),
    "patients without a category": ("10 00 11 01 00 10 01 11 00", [0, 2, 5, 8]),
    "the larger group chosen": ("110 011 101 100 010 001 111 100", [0, 1, 3, 4, 6, 7]),
    "one patient against the rest": ("10 01 01 11 01 01", [0]),
    "overlapping, thirteen patients": (
        "1100 1010 0110 0001 0011 1001 1111 1000 0100 0010 0001 1100 0110",
        [0, 1, 2, 6, 11],
    ),
}
RANKS = {
    "ages of the founding series": (
        [32, 34, 32, 56, 24],
        [65, 70, 25, 27, 82, 39, 62, 42, 61, 64, 19],
    ),
    "many ties": ([0, 0, 0, 1, 1, 2], [0, 1, 1, 2, 2, 2, 3]),
    "two against three": ([1, 5], [2, 5, 9]),
    "larger group first": ([4, 1, 8, 8, 3, 2, 2], [8, 9, 4]),
}


def chi_square(chosen: list[int], total: list[int]) -> Fraction:
    rest = [all_ - part for all_, part in zip(total, chosen, strict=True)]
    table = [chosen, rest]
    if not sum(chosen) or not sum(rest):
        return Fraction(0)
    grand = sum(total)
    result = Fraction(0)
    for row in table:
        for column, count in enumerate(row):
            expected = Fraction(sum(row) * total[column], grand)
            result += (count - expected) ** 2 / expected
    return result


def deal_patients(text: str, group: list[int]) -> dict[str, object]:
    members = [[int(mark) for mark in word] for word in text.split()]
    categories = range(len(members[0]))
    total = [sum(member[k] for member in members) for k in categories]

    def statistic(chosen: tuple[int, ...]) -> Fraction:
        return chi_square([sum(members[i][k] for i in chosen) for k in categories], total)

    seen = statistic(tuple(group))
    deals = [statistic(chosen) for chosen in combinations(range(len(members)), len(group))]
    return {
        "membership": members,
        "group": [int(i in group) for i in range(len(members))],
        "chi_square": float(seen),
        "deals": len(deals),
        "as_great": sum(one >= seen for one in deals),
    }


def deal_ranks(x: list[int], y: list[int]) -> dict[str, object]:
    values = x + y
    ranks = [
        sum(other < value for other in values) + Fraction(1 + sum(other == value for other in values), 2)
        for value in values
    ]
    mean = Fraction(len(x) * (len(values) + 1), 2)
    seen = sum(ranks[: len(x)])
    deals = [sum(chosen) for chosen in combinations(ranks, len(x))]
    return {
        "x": x,
        "y": y,
        "u": float(seen - Fraction(len(x) * (len(x) + 1), 2)),
        "deals": len(deals),
        "as_far": sum(abs(one - mean) >= abs(seen - mean) for one in deals),
    }


if __name__ == "__main__":
    answers = {
        "made": {"script": "deals.py", "Python": platform.python_version()},
        "entries": {name: deal_patients(*case) for name, case in MEMBERSHIPS.items()},
        "ranks": {name: deal_ranks(*case) for name, case in RANKS.items()},
    }
    Path("deals.json").write_text(json.dumps(answers) + "\n", encoding="utf-8")
