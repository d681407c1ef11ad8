"""2 x 2 tables by the plainest means: unconditional tests with every table looked at, intervals as roots.

Tables are ordered in fractions; the chance of those at least as extreme is a polynomial in the common share
of events with whole coefficients, greatest somewhere on a grid of 20,000 shares and then, in decimals of 60
digits, about the highest of them. Limits are halved for in such decimals: Miettinen and Nurminen's by the
cubic that their paper gives for the constrained shares, Koopman's through the derivative of the likelihood.
Nothing of the project or of NumPy is used. Run in this folder: python unconditional.py
"""

import json
import platform
from collections.abc import Callable
from decimal import Decimal, getcontext
from fractions import Fraction
from math import comb
from pathlib import Path
from statistics import NormalDist

getcontext().prec = 60

Table = list[list[int]]
TABLES: list[Table] = [
    [[3, 1], [2, 10]],
    [[7, 5], [2, 9]],
    [[0, 9], [5, 2]],
    [[0, 10], [6, 4]],
    [[4, 0], [3, 9]],
    [[4, 0], [0, 12]],
    [[3, 3], [3, 3]],
    [[4, 4], [5, 6]],
    [[1, 0], [0, 1]],
    [[1, 0], [1, 1]],
    [[9, 1], [3, 7]],
    [[56, 14], [48, 32]],
    [[5, 51], [0, 29]],
    [[1, 99], [9, 91]],
    [[2, 36], [8, 30]],
]
# The peak of this one is as narrow as can be: close to a share of 0.009.
STEEP: list[Table] = [[[240, 250], [9, 1]], [[1, 0], [10, 489]]]
ONLY_DIFFERENCES: list[Table] = [[[0, 9], [0, 7]], [[5, 0], [3, 0]], [[1, 0], [1, 0]], [[0, 1], [0, 11]]]
LEVELS = [0.95, 0.9]
ZERO, ONE = Decimal(0), Decimal(1)


def distance(table: Table, pooled: bool) -> Fraction:
    """The squared statistic; the greatest of all where the shares differ and have no spread."""
    (a, b), (c, d) = table
    n, m = a + b, c + d
    p1, p2, p = Fraction(a, n), Fraction(c, m), Fraction(a + c, n + m)
    variance = p * (1 - p) * (Fraction(1, n) + Fraction(1, m))
    if not pooled:
        variance = p1 * (1 - p1) / n + p2 * (1 - p2) / m
    if not variance:
        return Fraction(10**30) if p1 != p2 else Fraction(0)
    return (p1 - p2) ** 2 / variance


def fisher(table: Table, kind: str) -> Fraction:
    (a, b), (c, d) = table
    n, m, k = a + b, c + d, a + c
    ways = {x: comb(n, x) * comb(m, k - x) for x in range(max(0, k - m), min(n, k) + 1)}
    extreme = {
        "two-sided": [way for way in ways.values() if way <= ways[a]],
        "above": [way for x, way in ways.items() if x >= a],
        "below": [way for x, way in ways.items() if x <= a],
    }
    return Fraction(sum(extreme[kind]), comb(n + m, k))


def greatest(seen: Table, at_least_as_extreme: Callable[[Table], bool]) -> Decimal:
    """The greatest chance of an extreme table over the common share."""
    n, m = sum(seen[0]), sum(seen[1])
    ways = [0] * (n + m + 1)
    for x in range(n + 1):
        for y in range(m + 1):
            if at_least_as_extreme([[x, n - x], [y, m - y]]):
                ways[x + y] += comb(n, x) * comb(m, y)
    if ways == [comb(n + m, k) for k in range(n + m + 1)]:
        return ONE
    some = [(k, way) for k, way in enumerate(ways) if way]

    def chance(share: Decimal) -> Decimal:
        return sum((way * share**k * (1 - share) ** (n + m - k) for k, way in some), ZERO)

    def roughly(share: float) -> float:
        return sum(way * share**k * (1 - share) ** (n + m - k) for k, way in some)

    top = max(range(1, 20_000), key=lambda i: roughly(i / 20_000))
    low, high = Decimal(top - 1) / 20_000, Decimal(top + 1) / 20_000
    while high - low > Decimal("1e-15"):
        third = (high - low) / 3
        low, high = (low + third, high) if chance(low + third) < chance(high - third) else (low, high - third)
    return chance((low + high) / 2)


def tests(table: Table) -> dict[str, object]:
    answer: dict[str, object] = {"counts": table}
    pooled, unpooled = distance(table, True), distance(table, False)
    answer["barnard pooled"] = float(greatest(table, lambda one: distance(one, True) >= pooled))
    answer["barnard unpooled"] = float(greatest(table, lambda one: distance(one, False) >= unpooled))
    two_sided, above, below = (fisher(table, kind) for kind in ("two-sided", "above", "below"))
    answer["boschloo two-sided"] = float(greatest(table, lambda one: fisher(one, "two-sided") <= two_sided))
    one_sided = min(
        greatest(table, lambda one: fisher(one, "above") <= above),
        greatest(table, lambda one: fisher(one, "below") <= below),
    )
    answer["boschloo twice one-sided"] = float(min(ONE, 2 * one_sided))
    answer["fisher mid-p"] = float(mid_p(table))
    return answer


def mid_p(table: Table) -> Fraction:
    """Less probable tables, and half of those as probable."""
    (a, b), (c, d) = table
    n, m, k = a + b, c + d, a + c
    ways = {x: comb(n, x) * comb(m, k - x) for x in range(max(0, k - m), min(n, k) + 1)}
    less = sum(way for way in ways.values() if way < ways[a])
    return (less + Fraction(sum(way for way in ways.values() if way == ways[a]), 2)) / comb(n + m, k)


def solve(rising: Callable[[Decimal], Decimal], low: Decimal, high: Decimal) -> Decimal:
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return high


def miettinen_nurminen(table: Table, level: float) -> dict[str, object]:
    (a, b), (c, d) = table
    n1, n2 = a + b, c + d
    n, events = n1 + n2, a + c
    seen = Decimal(a) / n1 - Decimal(c) / n2
    squared_z = Decimal(NormalDist().inv_cdf(1 - (1 - level) / 2)) ** 2

    def within(delta: Decimal) -> Decimal:
        # The cubic in the second group's share, from the paper's appendix.
        l3 = Decimal(n)
        l2 = (n1 + 2 * n2) * delta - n - events
        l1 = (n2 * delta - n - 2 * c) * delta + events
        l0 = c * delta * (1 - delta)
        lowest, highest = max(ZERO, -delta), min(ONE, ONE - delta)
        share = solve(lambda p: -(((l3 * p + l2) * p + l1) * p + l0), *around(l3, l2, l1, lowest, highest))
        share = min(max(share, lowest), highest)
        first = share + delta
        variance = (first * (1 - first) / n1 + share * (1 - share) / n2) * n / (n - 1)
        return squared_z * variance - (seen - delta) ** 2

    return {
        "counts": table,
        "level": level,
        "difference": float(seen),
        "low": float(solve(within, -ONE, seen)),
        "high": float(solve(lambda delta: -within(delta), seen, ONE)),
    }


def around(
    l3: Decimal, l2: Decimal, l1: Decimal, lowest: Decimal, highest: Decimal
) -> tuple[Decimal, Decimal]:
    """Between the cubic's two turning points lies its middle root, the likely share, where it falls."""
    spread = (l2 * l2 - 3 * l3 * l1).max(ZERO).sqrt()
    return max(lowest, (-l2 - spread) / (3 * l3)), min(highest, (-l2 + spread) / (3 * l3))


def koopman(table: Table, level: float) -> dict[str, object]:
    (a, b), (c, d) = table
    n1, n2 = a + b, c + d
    squared_z = Decimal(NormalDist().inv_cdf(1 - (1 - level) / 2)) ** 2

    def refuted(log_ratio: Decimal) -> Decimal:
        ratio = log_ratio.exp()

        def falling(p: Decimal) -> Decimal:
            """The derivative by the second group's share p of the likelihood, sign changed."""
            rest = b * ratio / (1 - ratio * p) if b else ZERO
            return rest + (d / (1 - p) if d else ZERO) - (a + c) / p

        p2 = solve(falling, ZERO, min(ONE, 1 / ratio) * (1 - Decimal("1e-50")))
        p1 = ratio * p2
        found = (a - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) + (c - n2 * p2) ** 2 / (n2 * p2 * (1 - p2))
        return found - squared_z

    middle = (Decimal(a * n2) / (c * n1)).ln() if a and c else ZERO
    far = Decimal(25)
    low = solve(lambda at: -refuted(at), -far, middle if c else far).exp() if a else ZERO
    high = solve(refuted, middle if a else -far, far).exp() if c else None
    return {"counts": table, "level": level, "low": float(low), "high": None if high is None else float(high)}


def mid_p_odds(table: Table, level: float) -> dict[str, object]:
    (a, b), (c, d) = table
    n, m, k = a + b, c + d, a + c
    cells = range(max(0, k - m), min(n, k) + 1)
    ways = {x: comb(n, x) * comb(m, k - x) for x in cells}

    def above(psi: Decimal) -> Decimal:
        weights = {x: way * psi ** (x - cells[0]) for x, way in ways.items()}
        more = sum((weight for x, weight in weights.items() if x > a), ZERO)
        return (more + weights[a] / 2) / sum(weights.values())

    tail = (1 - Decimal(str(level))) / 2
    least, most = Decimal(-25), Decimal(25)
    at_one = above(ONE)
    low = solve(lambda log: above(log.exp()) - tail, least, most).exp() if a > cells[0] else ZERO
    high = solve(lambda log: above(log.exp()) - (1 - tail), least, most).exp() if a < cells[-1] else None
    return {
        "counts": table,
        "level": level,
        "low": float(low),
        "high": None if high is None else float(high),
        "p": float(2 * min(at_one, 1 - at_one)),
    }


if __name__ == "__main__":
    answers = {
        "made": {"script": "unconditional.py", "Python": platform.python_version()},
        "tests": [tests(table) for table in TABLES + STEEP],
        "miettinen_nurminen": [
            miettinen_nurminen(table, level)
            for table in TABLES + STEEP + ONLY_DIFFERENCES
            for level in LEVELS
        ],
        "koopman": [koopman(table, level) for table in TABLES for level in LEVELS],
        "mid_p": [mid_p_odds(table, level) for table in TABLES for level in LEVELS],
    }
    Path("unconditional.json").write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")
