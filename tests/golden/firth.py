"""Firth's penalized regressions, maximized in 50-digit numbers from the definition of the likelihood.

No package of R's on Debian does them. Here the penalized log-likelihood is written down as it is defined,
risk set by risk set, its slopes are differences in 50 digits, and its maximum, its profiles and their
limits are found to 1e-20; nothing of the project or of NumPy is used. Data other than the small tables
below are read from cox.json and logistic.json. Needs mpmath.

Run in this folder: python firth.py
"""

import json
import platform
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

# By name, since it is not among what the project needs.
mpmath: Any = import_module("mpmath")
mpf: Any = mpmath.mpf
mpmath.mp.dps = 50
H = mpf(10) ** -12
Vector = list[Any]
Height = Callable[[Vector], Any]


def penalized(height: Any, information: Any) -> Any:
    return height + mpmath.log(mpmath.det(information)) / 2


def logistic(case: Any) -> Height:
    rows = [[mpf(1), *map(mpf, row)] for row in case["covariates"]]
    outcome = case["outcome"]
    p = len(rows[0])

    def height(b: Vector) -> Any:
        total, information = mpf(0), mpmath.zeros(p)
        for x, y in zip(rows, outcome, strict=True):
            chance = 1 / (1 + mpmath.exp(-mpmath.fdot(x, b)))
            total += mpmath.log(chance if y else 1 - chance)
            for i in range(p):
                for j in range(p):
                    information[i, j] += chance * (1 - chance) * x[i] * x[j]
        return penalized(total, information)

    return height


def cox(case: Any) -> Height:
    rows = [list(map(mpf, row)) for row in case["covariates"]]
    time, event = case["time"], case["event"]
    entry = case.get("entry") or [-1] * len(time)
    p, n = len(rows[0]), len(rows)

    def height(b: Vector) -> Any:
        total, information = mpf(0), mpmath.zeros(p)
        odds = [mpmath.fdot(x, b) for x in rows]
        risk = [mpmath.exp(each) for each in odds]
        for e in range(n):
            if not event[e]:
                continue
            there = [i for i in range(n) if entry[i] < time[e] <= time[i]]
            everyone = mpmath.fsum(risk[i] for i in there)
            total += odds[e] - mpmath.log(everyone)
            mean = [mpmath.fsum(risk[i] * rows[i][k] for i in there) / everyone for k in range(p)]
            for k in range(p):
                for m in range(p):
                    information[k, m] += (
                        mpmath.fsum(risk[i] * (rows[i][k] - mean[k]) * (rows[i][m] - mean[m]) for i in there)
                        / everyone
                    )
        return penalized(total, information)

    return height


def moved(b: Vector, *steps: tuple[int, Any]) -> Vector:
    b = list(b)
    for k, step in steps:
        b[k] += step
    return b


def highest(height: Height, b: Vector, free: list[int], scale: Vector) -> Vector:
    """Newton's steps by differences, shortened until they rise; coefficients outside `free` stay."""
    if not free:
        return b
    for _ in range(200):
        h = [H * scale[k] for k in range(len(b))]
        here = height(b)
        up = {k: height(moved(b, (k, h[k]))) for k in free}
        down = {k: height(moved(b, (k, -h[k]))) for k in free}
        slope = mpmath.matrix([(up[k] - down[k]) / 2 for k in free])
        curve = mpmath.zeros(len(free))
        for i, k in enumerate(free):
            curve[i, i] = up[k] - 2 * here + down[k]
            for j, m in enumerate(free[:i]):
                corners = (
                    height(moved(b, (k, s * h[k]), (m, t * h[m]))) * s * t for s in (1, -1) for t in (1, -1)
                )
                curve[i, j] = curve[j, i] = mpmath.fsum(corners) / 4
        try:
            mpmath.cholesky(-curve)
            step = mpmath.lu_solve(-curve, slope)
        except ValueError:
            # Not concave here: straight up.
            step = slope / max(abs(each) for each in slope) / H
        largest = max(abs(each) for each in step) * H
        length = min(mpf(1), 2 / largest) if largest else mpf(1)
        while True:
            there = moved(b, *((k, length * step[i] * h[k]) for i, k in enumerate(free)))
            if largest < mpf(10) ** -8 or height(there) > here:
                break
            length /= 2
        b = there
        if largest < mpf(10) ** -12:
            return b
    raise ArithmeticError("no maximum")


def answer(case: Any, height: Height, intercept: int, level: str) -> dict[str, Any]:
    p = len(case["covariates"][0])
    columns = list(zip(*case["covariates"], strict=True))
    scale = [mpf(1)] * intercept + [1 / mpf(max(max(map(abs, column)), 1e-9)) for column in columns]
    every = list(range(p + intercept))
    top = highest(height, [mpf(0)] * len(every), every, scale)
    best = height(top)
    null = height(highest(height, [mpf(0)] * len(every), every[:intercept], scale))
    fall = mpmath.erfinv(mpf(level)) ** 2
    found: dict[str, Any] = {"coefficient": [], "p": [], "low": [], "high": []}
    for j in range(intercept, len(every)):
        others = [k for k in every if k != j]

        def over(value: Any, near: Vector, j: int = j, others: list[int] = others) -> tuple[Any, Vector]:
            there = highest(height, [*near[:j], value, *near[j + 1 :]], others, scale)
            return height(there) - best + fall, there

        held, _ = over(mpf(0), top)
        found["coefficient"].append(float(top[j]))
        found["p"].append(float(mpmath.erfc(mpmath.sqrt(max(fall - held, mpf(0))))))
        for side, name in ((-1, "low"), (1, "high")):
            step, near, b = scale[j] * side, top[j], top
            far, at = near + step, top
            (value, at), left = over(far, at), fall
            while value > 0:
                near, left, b, step = far, value, at, step * 2
                far = near + step
                value, at = over(far, b)
            # Regula falsi with halved weights (Illinois).
            right = value
            while abs(far - near) > mpf(10) ** -20 * max(abs(far), scale[j]):
                middle = (near * right - far * left) / (right - left)
                value, b = over(middle, b)
                if abs(value) < mpf(10) ** -22:
                    near = far = middle
                elif value > 0:
                    near, left, right = middle, value, right / 2
                else:
                    far, right, left = middle, value, left / 2
            found[name].append(float(far))
    twice = 2 * (best - null)
    p_all = mpmath.gammainc(mpf(p) / 2, twice / 2, regularized=True)
    return found | {
        "likelihood_ratio": [float(twice), float(p_all)],
        "loglik": [float(null), float(best)],
        "level": float(level),
    }


def kept(name: str) -> Any:
    return json.loads(Path(name).read_text("utf-8"))["cases"]


def column(case: Any, *names: str) -> list[list[float]]:
    return [[row[case["names"].index(name)] for name in names] for row in case["covariates"]]


def given(case: Any, *names: str, **more: Any) -> dict[str, Any]:
    wanted = {key: case[key] for key in ("time", "event", "outcome", "entry") if key in case}
    return wanted | {"names": list(names), "covariates": column(case, *names)} | more


def table(a: int, b: int, c: int, d: int) -> dict[str, Any]:
    """a with the outcome and b without in the first group, c and d in the other."""
    return {
        "names": ["group"],
        "outcome": [1] * a + [0] * b + [1] * c + [0] * d,
        "covariates": [[1]] * (a + b) + [[0]] * (c + d),
    }


COX, LOGISTIC = kept("cox.json"), kept("logistic.json")
FOUNDING = COX["founding series, age and cause"]
BOTH = COX["founding series, ferritin and malignancy"]
BACTERIAL = [[each] for each in (1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0)]
AGED = [[*age, *cause] for age, cause in zip(column(FOUNDING, "age"), BACTERIAL, strict=True)]
DIED = LOGISTIC["founding series, age and cause"]
LATE = {
    "names": ["x", "z"],
    "time": [2, 3, 4, 4, 5, 6, 7, 8, 9, 9],
    "entry": [0, 0, 1, 3, 2, 0, 4, 4, 6, 1],
    "event": [1, 0, 1, 1, 0, 1, 1, 0, 1, 0],
    "covariates": [[1, 3], [0, 1], [1, 2], [1, 5], [0, 2], [1, 1], [1, 4], [0, 3], [1, 2], [0, 2]],
}

MODELS: list[tuple[str, str, Any, str]] = [
    ("logistic", "founding series, cause", given(DIED, "rheumatologic"), "0.95"),
    ("logistic", "founding series, age and cause", given(DIED, "age", "rheumatologic"), "0.95"),
    (
        "logistic",
        "founding series, all with a bacterial cause died",
        {"names": ["age", "bacterial"], "outcome": DIED["outcome"], "covariates": AGED},
        "0.95",
    ),
    ("logistic", "all against none", table(4, 0, 0, 12), "0.95"),
    ("logistic", "none against some", table(0, 4, 7, 5), "0.9"),
    ("logistic", "equal groups", table(2, 3, 2, 3), "0.95"),
    (
        "logistic",
        "a dose that separates",
        {"names": ["dose"], "outcome": [0, 0, 1, 1], "covariates": [[1], [2], [3], [4]]},
        "0.95",
    ),
    ("logistic", "cars", given(LOGISTIC["cars"], "wt"), "0.95"),
    ("cox", "founding series, cause", given(FOUNDING, "rheumatologic"), "0.95"),
    ("cox", "founding series, age and cause", given(FOUNDING, "age", "rheumatologic"), "0.95"),
    ("cox", "founding series, ferritin and malignancy", given(BOTH, "ferritin", "malignancy"), "0.9"),
    ("cox", "leukemia", given(COX["leukemia"], "maintained"), "0.95"),
    ("cox", "ovarian", given(COX["ovarian"], "age", "rx"), "0.95"),
    (
        "cox",
        "nobody without it died",
        {
            "names": ["x"],
            "time": [1, 2, 3, 4, 5, 5],
            "event": [1, 1, 0, 1, 0, 0],
            "covariates": [[1], [1], [0], [1], [0], [0]],
        },
        "0.95",
    ),
    ("cox", "late entry, ties, and nobody without it died", LATE, "0.95"),
]

if __name__ == "__main__":
    lines = []
    for kind, name, case, level in MODELS:
        height, intercept = (logistic(case), 1) if kind == "logistic" else (cox(case), 0)
        made = {"kind": kind, **case, **answer(case, height, intercept, level)}
        lines.append(f'"{kind}: {name}": {json.dumps(made)}')
    made_by = {"script": "firth.py", "Python": platform.python_version(), "mpmath": mpmath.__version__}
    cases = ",\n".join(lines)
    Path("firth.json").write_text(f'{{"made": {json.dumps(made_by)},\n"cases": {{\n{cases}\n}}}}\n', "utf-8")
