"""Shifts not rejected by the exact rank test with ties, every deal made; and Newcombe's interval as a root.

R's wilcox.test has no exact interval with ties, and coin takes for it the quantiles of the sample that was
not shifted. Here every shift that could differ (on each pairwise difference, between each two, and beyond
them) is tested by making every deal of the shifted mid-ranks, in fractions. Newcombe's method 5 is solved by
halving in 50-digit decimals. Nothing of the project or of NumPy is used.

Run in this folder: python shift.py
"""

import json
import platform
from decimal import Decimal, getcontext
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

getcontext().prec = 50

SAMPLES = {
    "age by survival": ("32 34 32 56 24", "65 70 25 27 82 39 62 42 61 64 19"),
    "response as printed, by rheumatologic cause": ("99 99 53 88", "30 0 96 79 20 0 71 0 87 22 23 72"),
    "response as printed, by survival": ("79 99 99 88 72", "30 0 96 20 0 71 0 87 22 23 53"),
    "ferritin by survival": (
        "11897 28911 65981 88905 9346",
        "109988 4338 131063 79812 39812 133511 10287 144361 4054 36291 1458",
    ),
    "ties between the groups only": ("1 2 3 5 8", "2 3 4 5 6 7 13"),
    "grades": ("0 0 0 1 1 2", "0 1 1 2 2 2 3"),
    "yes and no": ("0 0 1 1 1 1", "0 0 0 0 0 1 0"),
    "tenths": ("0.3 0.1 0.2 0.7 0.7", "0.1 0.4 0.4 0.5 0.9 1.1"),
    "apart, with ties": ("11 11 12 13 13", "1 1 2 2 3 3"),
    "one against five": ("7", "1 2 3 3 5"),
    "one against forty": ("9", " ".join(str(k // 2) for k in range(40))),
    "one group of one value": ("4 4 4 4", "1 2 3 5 6 6"),
    "two against three": ("1 1", "2 2 3"),
    "nearly all equal": ("0 0 0 0 0 1", "0 0 0 0 0 0"),
    "identical groups": ("1 2 2 3 4", "1 2 2 3 4"),
    "negative values": ("-3 -1.5 -1.5 0 2", "-2 -1.5 1 4 4 5"),
}
LEVELS = ["0.95", "0.9", "0.8"]
PAIRS = ["5 11 13.5", "4 12 45", "6 7 12", "1 5 5", "1 1 1", "3 3 0", "200 300 41000"]


def p_of(x: list[Fraction], y: list[Fraction]) -> Fraction:
    """The share of all deals whose rank sum is at least as far from its mean."""
    pooled = x + y
    doubled = [sum(2 * (a < b) + (a == b) for a in pooled) + 1 for b in pooled]
    mean = len(x) * (len(pooled) + 1)
    seen = abs(sum(doubled[: len(x)]) - mean)
    sums = [sum(deal) for deal in combinations(doubled, len(x))]
    return Fraction(sum(abs(one - mean) >= seen for one in sums), len(sums))


def shift(x: list[Fraction], y: list[Fraction]) -> list[dict[str, object]]:
    differences = sorted(a - b for a in x for b in y)
    steps, half = sorted(set(differences)), len(differences) // 2
    value = (differences[half] + differences[-half - 1]) / 2
    # Each candidate with the difference where its stretch of shifts begins and ends; None beyond them.
    between = [(a, b, (a + b) / 2) for a, b in pairwise(steps)]
    beyond = [(None, steps[0], steps[0] - 1), (steps[-1], None, steps[-1] + 1)]
    candidates = [(d, d, d) for d in steps] + between + beyond
    tested = [(start, end, p_of([a - d for a in x], y)) for start, end, d in candidates]
    answers: list[dict[str, object]] = []
    for level in LEVELS:
        kept = [(start, end) for start, end, p in tested if p > 1 - Fraction(level)]
        starts, ends = [start for start, _ in kept], [end for _, end in kept]
        low = None if None in starts else float(min(one for one in starts if one is not None))
        high = None if None in ends else float(max(one for one in ends if one is not None))
        answers.append({"level": float(level), "value": float(value), "low": low, "high": high})
    return answers


def normal_quantile(share: Decimal) -> Decimal:
    """By halving; the distribution by its power series."""

    def below(z: Decimal) -> Decimal:
        term, total, k = z, z, 0
        while abs(term) > Decimal("1e-45"):
            k += 1
            term *= -z * z / (2 * k)
            total += term / (2 * k + 1)
        return Decimal("0.5") + total / (2 * PI).sqrt()

    low, high = Decimal(0), Decimal(6)
    for _ in range(140):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return high


PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


def newcombe(pair: str, level: str) -> dict[str, object]:
    n, m, u = map(Decimal, pair.split())
    z, share = normal_quantile((1 + Decimal(level)) / 2), u / (n * m)

    def distance(truth: Decimal) -> Decimal:
        """Of the share seen from the truth, in standard errors; it falls as the truth rises."""
        star = (n + m) / 2 - 1
        spread = truth * (1 - truth) / (n * m)
        spread *= 1 + star * (1 - truth) / (2 - truth) + star * truth / (1 + truth)
        return (share - truth) / spread.sqrt()

    def where(wanted: Decimal) -> float:
        low, high = Decimal(0), Decimal(1)
        for _ in range(120):
            middle = (low + high) / 2
            low, high = (middle, high) if distance(middle) > wanted else (low, middle)
        return float(high)

    low = 0.0 if share == 0 else where(z)
    high = 1.0 if share == 1 else where(-z)
    return {
        "n": int(n),
        "m": int(m),
        "u": float(u),
        "level": float(level),
        "value": float(share),
        "low": low,
        "high": high,
    }


if __name__ == "__main__":
    cases = {}
    for name, (x, y) in SAMPLES.items():
        first, second = ([Fraction(word) for word in words.split()] for words in (x, y))
        cases[name] = {"x": [*map(float, first)], "y": [*map(float, second)], "shifts": shift(first, second)}
    shares = [newcombe(pair, level) for pair in PAIRS for level in LEVELS]
    made = {"script": "shift.py", "Python": platform.python_version()}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
    rows = ",\n".join(f"  {json.dumps(row)}" for row in shares)
    text = f'{{"made": {json.dumps(made)},\n"shifts": {{\n{lines}\n}},\n"shares": [\n{rows}\n]}}\n'
    Path("shift_deals.json").write_text(text, encoding="utf-8")
