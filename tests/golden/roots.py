"""Odds ratios, their exact limits, and mid-p limits of proportions, as roots found to 1e-25.

R's fisher.test solves for its odds ratio to a tolerance of about 1e-4 (862.98 comes out as 856.20), and
neither R itself nor SciPy has mid-p limits of a proportion. Here whole numbers are counted exactly and the
equations solved by halving in 60-digit decimals; nothing of the project or of NumPy is used.

Run in this folder: python roots.py
"""

import json
import platform
from collections.abc import Callable
from decimal import Decimal, getcontext
from math import comb
from pathlib import Path

getcontext().prec = 60

TABLES = [
    [[3, 1], [2, 10]],
    [[7, 5], [2, 9]],
    [[0, 9], [5, 2]],
    [[9, 0], [2, 5]],
    [[4, 0], [0, 12]],
    [[0, 4], [12, 0]],
    [[1, 1], [1, 1]],
    [[4, 4], [6, 6]],
    [[120, 380], [90, 610]],
    [[1, 199], [12, 388]],
]
SHARES = [(5, 16), (3, 4), (2, 12), (0, 16), (16, 16), (1, 1), (0, 1), (1, 200), (77, 119)]
LEVELS = [Decimal("0.95"), Decimal("0.9")]


def solve(rising: Callable[[Decimal], Decimal], low: Decimal, high: Decimal) -> Decimal:
    while high - low > high * Decimal("1e-25"):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high


def odds(table: list[list[int]], level: Decimal) -> dict[str, object]:
    (a, b), (c, d) = table
    row, other, column = a + b, c + d, a + c
    cells = range(max(0, column - other), min(row, column) + 1)
    ways = {k: comb(row, k) * comb(other, column - k) for k in cells}

    def chance(psi: Decimal, wanted: Callable[[int], bool]) -> Decimal:
        weights = {k: ways[k] * psi ** (k - cells[0]) for k in cells}
        return sum((w for k, w in weights.items() if wanted(k)), Decimal(0)) / sum(weights.values())

    def mean(psi: Decimal) -> Decimal:
        weights = {k: ways[k] * psi ** (k - cells[0]) for k in cells}
        return sum((k * w for k, w in weights.items()), Decimal(0)) / sum(weights.values())

    tail, zero, most = (1 - level) / 2, Decimal(0), Decimal(10) ** 9
    first, last = a == cells[0], a == cells[-1]
    return {
        "counts": table,
        "level": float(level),
        "odds_ratio": 0.0 if first else None if last else float(solve(lambda psi: mean(psi) - a, zero, most)),
        "low": 0.0 if first else float(solve(lambda psi: chance(psi, lambda k: k >= a) - tail, zero, most)),
        "high": None if last else float(solve(lambda psi: tail - chance(psi, lambda k: k <= a), zero, most)),
    }


def mid_p(events: int, n: int, level: Decimal) -> dict[str, object]:
    def above(share: Decimal) -> Decimal:
        chances = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
        return sum(chances[events + 1 :], Decimal(0)) + chances[events] / 2

    tail, zero, one = (1 - level) / 2, Decimal("1e-40"), Decimal(1) - Decimal("1e-40")
    return {
        "events": events,
        "n": n,
        "level": float(level),
        "low": 0.0 if events == 0 else float(solve(lambda share: above(share) - tail, zero, one)),
        "high": 1.0 if events == n else float(solve(lambda share: above(share) - (1 - tail), zero, one)),
    }


if __name__ == "__main__":
    answers = {
        "made": {"script": "roots.py", "Python": platform.python_version()},
        "odds_ratios": [odds(table, level) for table in TABLES for level in LEVELS],
        "mid_p": [mid_p(events, n, level) for events, n in SHARES for level in LEVELS],
    }
    Path("roots.json").write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")
