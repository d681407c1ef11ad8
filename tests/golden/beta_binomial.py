"""What is believed of shares: as finite sums in fractions, and by quadrature in 40-digit decimals.

With the uniform prior the chance that one share is the greater is a finite sum of fractions, and a beta's
tail is a binomial's. Otherwise the betas are written with t, p = sin(t)^2, in which their densities are
polynomials of sines and cosines; tails are summed as hypergeometric series, means taken by Gauss and
Legendre's rule (which meets the fractions to 1e-18), and quantiles found by halving and secants. Nothing of
the project, NumPy or SciPy is used.

Run in this folder: python beta_binomial.py
"""

import json
import platform
from collections.abc import Callable
from decimal import Decimal, getcontext
from fractions import Fraction
from functools import cache
from math import comb, factorial
from pathlib import Path

getcontext().prec = 40
D = Decimal
Prior = tuple[Fraction, Fraction]
PI = D("3.14159265358979323846264338327950288419716939937510582097494459")

SHARES = [(5, 16), (3, 4), (2, 12), (0, 16), (16, 16), (1, 1), (0, 1), (1, 200), (77, 119)]
PAIRS = [
    (3, 4, 2, 12),
    (0, 9, 5, 7),
    (7, 12, 2, 11),
    (0, 10, 6, 10),
    (16, 16, 0, 3),
    (4, 4, 12, 12),
    (5, 11, 4, 9),
]
THRESHOLDS = ["0.1", "0.5", "0.9"]
TAILS = {"low": D("0.025"), "value": D("0.5"), "high": D("0.975")}
UNIFORM = Fraction(1), Fraction(1)
PRIORS = [(Fraction(1, 2), Fraction(1, 2)), UNIFORM, (Fraction(1, 2), Fraction(2))]


def beta(a: Fraction, b: Fraction) -> Decimal:
    return gamma(a) * gamma(b) / gamma(a + b)


@cache
def gamma(a: Fraction) -> Decimal:
    """Of a whole or half number."""
    if a.denominator == 1:
        return D(factorial(int(a) - 1))
    value, at = PI.sqrt(), Fraction(1, 2)
    while at < a:
        value, at = value * D(at.numerator) / D(at.denominator), at + 1
    return value


def power(x: Decimal, exponent: Fraction) -> Decimal:
    """x to a whole or half number."""
    whole = int(exponent) if exponent.denominator == 1 else int(exponent * 2)
    return x**whole if exponent.denominator == 1 else x.sqrt() ** whole


def below(x: Decimal, a: Fraction, b: Fraction) -> Decimal:
    """The chance of a beta below x: the incomplete beta, by its hypergeometric series."""
    if x <= 0 or x >= 1:
        return D(0) if x <= 0 else D(1)
    first, both = D(a.numerator) / a.denominator, D((a + b).numerator) / (a + b).denominator
    if x > (first + 1) / (both + 2):
        return 1 - below(1 - x, b, a)
    term = total = D(1)
    k = 0
    while term > total * D("1e-38"):
        term *= x * (both + k) / (first + 1 + k)
        total += term
        k += 1
    return power(x, a) * power(1 - x, b) / (first * beta(a, b)) * total


def solve(rising: Callable[[Decimal], Decimal], wanted: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """Where `rising` is as wanted: halving and secants in turn, to 1e-19."""
    at_low, at_high = rising(low) - wanted, rising(high) - wanted
    turn = 0
    while high - low > D("1e-19"):
        middle = (low + high) / 2
        if turn % 3 and at_high > at_low:
            middle = low - at_low * (high - low) / (at_high - at_low)
            # A little beyond the secant's guess, so that both ends come near.
            middle += (high - low) / 10_000 * (1 if turn % 3 == 1 else -1)
            middle = min(max(middle, low + (high - low) / 10**7), high - (high - low) / 10**7)
        value = rising(middle) - wanted
        if value < 0:
            low, at_low = middle, value
        else:
            high, at_high = middle, value
        turn += 1
    return (low + high) / 2


@cache
def legendre(n: int) -> tuple[tuple[Decimal, Decimal], ...]:
    """Nodes and weights of Gauss and Legendre in -1..1, by Newton's method."""
    pairs = []
    for k in range(n):
        x = cosine(PI * (D(k) + D("0.75")) / (D(n) + D("0.5")))
        for _ in range(12):
            before, here = D(1), x
            for degree in range(2, n + 1):
                before, here = here, ((2 * degree - 1) * x * here - (degree - 1) * before) / degree
            slope = n * (x * here - before) / (x * x - 1)
            x -= here / slope
        pairs.append((x, 2 / ((1 - x * x) * slope * slope)))
    return tuple(pairs)


def sine(t: Decimal) -> Decimal:
    term, total, k = t, t, 1
    while abs(term) > D("1e-45"):
        term *= -t * t / ((k + 1) * (k + 2))
        total, k = total + term, k + 2
    return total


def cosine(t: Decimal) -> Decimal:
    return sine(PI / 2 - t)


def angle(p: Decimal) -> Decimal:
    """The t with sin(t)^2 = p."""
    low, high = D(0), PI / 2
    for _ in range(130):
        middle = (low + high) / 2
        low, high = (middle, high) if sine(middle) ** 2 < p else (low, middle)
    return high


def at_most(d: Decimal, first: Prior, second: Prior) -> Decimal:
    """The chance that p1 - p2 is at most d."""
    a, b = second
    low, high = max(D(0), -d), min(D(1), 1 - d)
    total = 1 - below(high, a, b) if d > 0 else D(0)
    if high <= low:
        return total
    start, end = angle(low), angle(high)
    # The ends, where F1 is a root of the distance to them, are drawn out: t = start + width (3 s^2 - 2 s^3).
    for node, weight in legendre(64):
        s = (node + 1) / 2
        t = start + (end - start) * s * s * (3 - 2 * s)
        sin, cos = sine(t), cosine(t)
        density = 2 * sin ** int(2 * a - 1) * cos ** int(2 * b - 1) / beta(a, b)
        total += weight / 2 * (end - start) * 6 * s * (1 - s) * density * below(sin * sin + d, *first)
    return total


def posterior(events: int, n: int, prior: Prior) -> Prior:
    return prior[0] + events, prior[1] + n - events


def share(events: int, n: int, prior: Prior) -> dict[str, object]:
    a, b = posterior(events, n, prior)
    answer: dict[str, object] = {"events": events, "n": n, "prior": [*map(float, prior)]}
    for name, wanted in TAILS.items():
        answer[name] = float(solve(lambda x: below(x, a, b), wanted, D(0), D(1)))
    if prior == UNIFORM:
        above = [float(above_in_fractions(events, n, Fraction(threshold))) for threshold in THRESHOLDS]
    else:
        above = [float(below(1 - D(threshold), b, a)) for threshold in THRESHOLDS]
    return {**answer, "above": dict(zip(THRESHOLDS, above, strict=True))}


def above_in_fractions(events: int, n: int, threshold: Fraction) -> Fraction:
    """With the uniform prior: the chance of at most `events` in n + 1, each with the chance `threshold`."""
    ways = [comb(n + 1, k) * threshold**k * (1 - threshold) ** (n + 1 - k) for k in range(events + 1)]
    return sum(ways, Fraction(0))


def pair(case: tuple[int, int, int, int], prior: Prior) -> dict[str, object]:
    first, second = posterior(*case[:2], prior), posterior(*case[2:], prior)
    answer: dict[str, object] = {"case": case, "prior": [*map(float, prior)]}
    for name, wanted in TAILS.items():
        answer[name] = float(solve(lambda d: at_most(d, first, second), wanted, D(-1), D(1)))
    greater = 1 - at_most(D(0), first, second)
    if prior == UNIFORM:
        exact = greater_in_fractions(*case)
        assert abs(D(exact.numerator) / exact.denominator - greater) < D("1e-18")
        answer["fraction"] = str(exact)
    return {**answer, "greater": float(greater)}


def greater_in_fractions(events: int, n: int, events2: int, n2: int) -> Fraction:
    """With the uniform prior: the chance that the first share is the greater, as a finite sum."""
    a, b, c, d = events + 1, n - events + 1, events2 + 1, n2 - events2 + 1
    terms = [whole_beta(c + k, b + d) / ((b + k) * whole_beta(k + 1, b)) for k in range(a)]
    return sum(terms, Fraction(0)) / whole_beta(c, d)


def whole_beta(a: int, b: int) -> Fraction:
    return Fraction(factorial(a - 1) * factorial(b - 1), factorial(a + b - 1))


if __name__ == "__main__":
    made = {"script": "beta_binomial.py", "Python": platform.python_version()}
    shares = [share(events, n, prior) for events, n in SHARES for prior in PRIORS]
    pairs = [pair(case, prior) for case in PAIRS for prior in PRIORS]
    text = ["[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]" for rows in (shares, pairs)]
    whole = f'{{"made": {json.dumps(made)},\n"shares": {text[0]},\n"pairs": {text[1]}}}\n'
    Path("beta_binomial.json").write_text(whole, encoding="utf-8")
