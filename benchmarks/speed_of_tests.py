"""How long the statistics take: all of them at n = 100,000, and what is exact in the founding study.

./run python benchmarks/speed_of_tests.py    as Markdown tables

Each function is asked about two groups of 50,000, one patient's course of 100,000 values, or whatever of
that size fits it: once with follow-up in whole days, so that many times are tied, and once with no two times
alike. A function that is neither timed nor set aside ends the run. These are processor seconds of one thread,
which a busy machine does not lengthen much; those of the founding study are by the clock.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import platform
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

import caseseries as cs
import caseseries.stats
from caseseries.stats import (
    beta_binomial,
    compare,
    competing,
    contrast,
    cox,
    describe,
    fine_gray,
    firth,
    freeman_halton,
    gray,
    kruskal_wallis,
    length_bias,
    log_rank,
    log_ranks,
    logistic,
    multiplicity,
    nadir,
    permutation,
    proportional,
    proportions,
    ranks,
    rmst,
    shift,
    spacing,
    standardised,
    survival,
    trajectory,
    unconditional,
    worst_best,
)

PATIENTS = 100_000
SEED = 2022
LONGEST = 5.0
"""Seconds that are asked for, of each."""
RUNS = 3
SET_ASIDE = {
    "compare.hypergeometric", "compare.odds_where", "competing.check_cause", "competing.observed",
    "contrast.difference", "contrast.empty_line", "contrast.two_by_two", "cox.prepared",
    "log_rank.log_rank_of", "logistic.log_odds", "logistic.logistic_terms", "ranks.doubled_ranks",
    "survival.count_at", "survival.followed", "survival.said", "survival.still", "trajectory.after",
    "trajectory.first_value", "trajectory.in_days", "trajectory.on", "trajectory.plain", "trajectory.series",
}  # fmt: skip
"""Parts of the others."""
PARTS = {
    "digits", "estimate", "null_courses", "regression", "root", "rounding", "sample", "separation",
    "small_cells", "tails",
}  # fmt: skip
"""Modules of parts, and of what has no n."""
EXACT = {
    compare: ("fisher",),
    unconditional: ("fisher_mid_p", "barnard", "boschloo"),
    ranks: ("mann_whitney_exact",),
    shift: ("hodges_lehmann",),
    log_ranks: ("exact_log_rank",),
    permutation: ("permuted_entries",),
    kruskal_wallis: ("kruskal_wallis_exact",),
}


def main() -> None:
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before\n"
    )
    show_founding()
    show_twenty()
    show_all()


# ---- The founding study ----


def show_founding() -> None:
    """The seconds of all exact results of the founding study, relabellings included, in a new process."""
    study = cs.open_study("naymagon-2022")
    cases = study.read_cases()
    with watched() as spent:
        started = time.perf_counter()
        study.analyse(cases)
        whole = time.perf_counter() - started
    print("The founding study's exact results, every reading of its labels included:\n")
    print("| exact | asked | seconds |")
    print("|---|---|---|")
    for name, runs in sorted(spent.items(), key=lambda one: -sum(one[1])):
        print(f"| {name} | {len(runs):,} | {sum(runs):.3f} |")
    asked = sum(len(runs) for runs in spent.values())
    print(f"| all | {asked:,} | {sum(map(sum, spent.values())):.3f} |")
    print(f"\nThe whole analysis: {whole:.2f} s.\n")


@contextmanager
def watched() -> Iterator[dict[str, list[float]]]:
    """While it lasts, the seconds of each call of an exact function; of one in another, the outer's."""
    spent: dict[str, list[float]] = defaultdict(list)
    busy: list[str] = []

    def wrapped(name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(does)
        def timed(*given: Any, **named: Any) -> Any:
            if busy:
                return does(*given, **named)
            busy.append(name)
            started = time.perf_counter()
            try:
                return does(*given, **named)
            finally:
                spent[name].append(time.perf_counter() - started)
                busy.pop()

        return timed

    functions = {getattr(module, name): name for module, names in EXACT.items() for name in names}
    watching = {does: wrapped(name, does) for does, name in functions.items()}
    changed = []
    for called, module in list(sys.modules.items()):
        if called.startswith("caseseries."):
            for attribute, value in list(vars(module).items()):
                if inspect.isfunction(value) and value in watching:
                    changed.append((module, attribute, value))
                    setattr(module, attribute, watching[value])
    try:
        yield spent
    finally:
        for module, attribute, value in changed:
            setattr(module, attribute, value)


def show_twenty() -> None:
    """The exact rank test of 20 against 20, with ties."""
    random = np.random.default_rng(SEED)
    x, y = random.integers(0, 12, (2, 20)).astype(float)
    seconds = statistics.median(taken(lambda: ranks.mann_whitney_exact(x, y))[0] for _ in range(RUNS))
    print(f"Exact rank test of 20 against 20, with ties: {seconds:.4f} s.\n")


# ---- Every function at n = 100,000 ----


def show_all() -> None:
    tied, apart = questions(followed(whole_days=True)), questions(followed(whole_days=False))
    timed, there = {name.partition(",")[0] for name in tied}, public()
    if wrong := (there - timed - SET_ASIDE) | (SET_ASIDE - there):
        raise SystemExit(f"neither timed nor set aside, or no longer there: {', '.join(sorted(wrong))}")
    print(f"| at n = {PATIENTS:,} | whole days | times all different |")
    print("|---|---|---|")
    slow = []
    for name, ask in tied.items():
        cells = [cell(one) for one in (ask, apart[name])]
        slow += [name for text in cells if text.startswith("**")]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nLonger than {LONGEST:.0f} s: {', '.join(dict.fromkeys(slow)) or 'none'}.")


def cell(ask: Callable[[], Any]) -> str:
    """The median seconds, of one run where it takes long; and what it said where it was not done."""
    seconds, answer = taken(ask)
    if seconds < 1.0:
        seconds = statistics.median([seconds, *(taken(ask)[0] for _ in range(RUNS - 1))])
    text = f"{seconds:.2f}" if seconds >= 0.1 else f"{seconds:.2g}"
    text = f"**{text}**" if seconds > LONGEST else text
    return f"{text}, not done" if "not done" in str(answer) else text


def taken(ask: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    answer = ask()
    return time.process_time() - started, answer


def public() -> set[str]:
    """The public functions of the statistics, as module.function."""
    found = set()
    for one in pkgutil.iter_modules(caseseries.stats.__path__):
        if one.name not in PARTS:
            module = importlib.import_module(f"caseseries.stats.{one.name}")
            found |= {
                f"{one.name}.{name}"
                for name, value in vars(module).items()
                if inspect.isfunction(value) and value.__module__ == module.__name__ and name[0] != "_"
            }
    return found


def followed(*, whole_days: bool) -> dict[str, Any]:
    """Two groups of half the patients each, followed for up to five years; 100,000 in all."""
    random = np.random.default_rng(SEED)
    group = np.arange(PATIENTS) % 2
    age = np.round(random.normal(60.0, 15.0, PATIENTS)).clip(0.0)
    marker = np.round(np.exp(random.normal(9.0 - 0.2 * group, 1.0)))
    died = random.exponential(900.0 * np.exp(0.4 * group - 0.02 * (age - 60.0)))
    ended = random.uniform(1.0, 1826.0, PATIENTS)
    when = np.minimum(died, ended)
    return {
        "time": np.ceil(when) if whole_days else when,
        "event": died <= ended,
        "cause": np.where(died <= ended, 1 + random.integers(0, 2, PATIENTS), 0),
        "entry": np.floor(when / 3.0) if whole_days else when / 3.0,
        "group": group,
        "stratum": random.integers(0, 10, PATIENTS),
        "covariates": np.column_stack((age, group, np.log(marker))),
        "ten": np.column_stack((age, group, np.log(marker), random.normal(size=(PATIENTS, 7)))),
        "x": marker[group == 1] if whole_days else random.normal(0.1, 1.0, PATIENTS // 2),
        "y": marker[group == 0] if whole_days else random.normal(0.0, 1.0, PATIENTS // 2),
        "membership": random.random((PATIENTS, 5)) < 0.3,
        "days": np.arange(1.0, PATIENTS + 1.0),
        "values": np.exp(np.cumsum(random.normal(0.0, 0.01, PATIENTS))),
        "ps": random.random(PATIENTS).tolist(),
    }


def questions(d: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """A question to every function, by its name, and by its variant behind a comma."""
    who = d["time"], d["event"]
    x, y, days, values = d["x"], d["y"], d["days"], d["values"]
    of = d["covariates"], ["age", "group", "marker"]
    ten = d["ten"], list("abcdefghij")
    table, n, half = [[15_400, 34_600], [15_000, 35_000]], PATIENTS, PATIENTS // 2
    wide = [[9_900, 10_100, 5_000], [10_000, 10_000, 5_000], [10_100, 9_900, 5_000], [10_000, 10_000, 5_000]]
    thirds = np.array_split(np.concatenate((x, y)), 3)
    curve, incidence = survival.kaplan_meier(*who), competing.aalen_johansen(d["time"], d["cause"])
    first, second = (
        survival.kaplan_meier(d["time"][d["group"] == one], d["event"][d["group"] == one]) for one in (0, 1)
    )
    patterns = [np.array([1.0, 3.0, 8.0])] * PATIENTS
    walks = [np.array([100.0, 80.0 + one % 7, 60.0 + one % 50]) for one in range(PATIENTS)]
    return {
        "describe.quantile": lambda: describe.quantile(x, 0.9),
        "describe.median": lambda: describe.median(x),
        "describe.quartiles": lambda: describe.quartiles(x),
        "describe.extremes": lambda: describe.extremes(x),
        "describe.mean": lambda: describe.mean(x),
        "describe.standard_deviation": lambda: describe.standard_deviation(x),
        "proportions.proportion, Clopper-Pearson": lambda: proportions.proportion(30_400, n),
        "proportions.proportion, Wilson": lambda: proportions.proportion(30_400, n, interval="Wilson"),
        "proportions.proportion, mid-p": lambda: proportions.proportion(30_400, n, interval="mid-p"),
        "beta_binomial.posterior_share": lambda: beta_binomial.posterior_share(30_400, n),
        "beta_binomial.chance_above": lambda: beta_binomial.chance_above(30_400, n, 0.3),
        "beta_binomial.posterior_difference": lambda: beta_binomial.posterior_difference(
            15_400, half, 15_000, half
        ),
        "worst_best.bounds_of_share": lambda: worst_best.bounds_of_share(30_400, n, 1_000),
        "worst_best.bounds_of_difference": lambda: worst_best.bounds_of_difference(
            (15_400, half, 500), (15_000, half, 500)
        ),
        "compare.expected": lambda: compare.expected(table),
        "compare.smallest_expected": lambda: compare.smallest_expected(table),
        "compare.chi_square": lambda: compare.chi_square(table),
        "compare.fisher": lambda: compare.fisher(table),
        "unconditional.fisher_mid_p": lambda: unconditional.fisher_mid_p(table),
        "unconditional.barnard": lambda: unconditional.barnard(table),
        "unconditional.boschloo": lambda: unconditional.boschloo(table),
        "freeman_halton.freeman_halton": lambda: freeman_halton.freeman_halton(wide, seed=SEED),
        "contrast.risk_difference, Newcombe": lambda: contrast.risk_difference(table),
        "contrast.risk_difference, Miettinen-Nurminen": lambda: contrast.risk_difference(
            table, interval="Miettinen-Nurminen"
        ),
        "contrast.risk_difference, Agresti-Caffo": lambda: contrast.risk_difference(
            table, interval="Agresti-Caffo"
        ),
        "contrast.risk_ratio, Katz": lambda: contrast.risk_ratio(table),
        "contrast.risk_ratio, Koopman": lambda: contrast.risk_ratio(table, interval="Koopman"),
        "contrast.odds_ratio, mid-p": lambda: contrast.odds_ratio(table),
        "contrast.odds_ratio, Wald": lambda: contrast.odds_ratio(table, interval="Wald"),
        "standardised.standardised_difference": lambda: standardised.standardised_difference(x, y),
        "standardised.standardised_difference_of_shares": lambda: (
            standardised.standardised_difference_of_shares(table)
        ),
        "ranks.mann_whitney": lambda: ranks.mann_whitney(x, y),
        "ranks.mann_whitney_exact": lambda: ranks.mann_whitney_exact(x, y),
        "ranks.has_ties": lambda: ranks.has_ties(x),
        "kruskal_wallis.kruskal_wallis": lambda: kruskal_wallis.kruskal_wallis(thirds),
        "kruskal_wallis.kruskal_wallis_exact": lambda: kruskal_wallis.kruskal_wallis_exact(thirds, seed=SEED),
        "shift.hodges_lehmann": lambda: shift.hodges_lehmann(x, y),
        "shift.superiority": lambda: shift.superiority(x, y),
        "permutation.permuted_entries": lambda: permutation.permuted_entries(
            d["membership"], d["group"], seed=SEED
        ),
        "permutation.entries_chi_square": lambda: permutation.entries_chi_square(d["membership"], d["group"]),
        "survival.kaplan_meier": lambda: survival.kaplan_meier(*who),
        "survival.kaplan_meier, late entry": lambda: survival.kaplan_meier(*who, entry=d["entry"]),
        "survival.median_survival": lambda: survival.median_survival(curve),
        "survival.survival_at": lambda: survival.survival_at(curve, 365.0),
        "survival.at_risk": lambda: survival.at_risk(curve, [0.0, 365.0, 730.0]),
        "survival.follow_up": lambda: survival.follow_up(*who),
        "rmst.rmst": lambda: rmst.rmst(curve, 365.0),
        "rmst.rmst_difference": lambda: rmst.rmst_difference(first, second, 365.0),
        "log_rank.log_rank": lambda: log_rank.log_rank(*who, d["group"]),
        "log_rank.log_rank, late entry": lambda: log_rank.log_rank(*who, d["group"], entry=d["entry"]),
        "log_ranks.stratified_log_rank": lambda: log_ranks.stratified_log_rank(
            *who, d["group"], d["stratum"]
        ),
        "log_ranks.weighted_log_rank": lambda: log_ranks.weighted_log_rank(*who, d["group"], rho=1, gamma=1),
        "log_ranks.exact_log_rank": lambda: log_ranks.exact_log_rank(*who, d["group"], seed=SEED),
        "competing.aalen_johansen": lambda: competing.aalen_johansen(d["time"], d["cause"]),
        "competing.incidence_at": lambda: competing.incidence_at(incidence, 1, 365.0),
        "gray.gray_test": lambda: gray.gray_test(d["time"], d["cause"], d["group"]),
        "fine_gray.fine_gray": lambda: fine_gray.fine_gray(d["time"], d["cause"], *of),
        "fine_gray.fine_gray, ten covariates": lambda: fine_gray.fine_gray(d["time"], d["cause"], *ten),
        "cox.cox, Efron": lambda: cox.cox(*who, *of),
        "cox.cox, Efron, ten covariates": lambda: cox.cox(*who, *ten),
        "cox.cox, Breslow": lambda: cox.cox(*who, *of, ties="Breslow"),
        "cox.cox, late entry": lambda: cox.cox(*who, *of, entry=d["entry"]),
        "proportional.proportional_hazards": lambda: proportional.proportional_hazards(*who, *of),
        "proportional.proportional_hazards, ten covariates": lambda: proportional.proportional_hazards(
            *who, *ten
        ),
        "firth.firth_cox": lambda: firth.firth_cox(*who, *of),
        "firth.firth_cox, ten covariates": lambda: firth.firth_cox(*who, *ten),
        "logistic.logistic": lambda: logistic.logistic(d["event"], *of),
        "logistic.logistic, ten covariates": lambda: logistic.logistic(d["event"], *ten),
        "firth.firth_logistic": lambda: firth.firth_logistic(d["event"], *of),
        "firth.firth_logistic, ten covariates": lambda: firth.firth_logistic(d["event"], *ten),
        "multiplicity.holm": lambda: multiplicity.holm(d["ps"])[0],
        "multiplicity.benjamini_hochberg": lambda: multiplicity.benjamini_hochberg(d["ps"])[0],
        "trajectory.greatest_fall": lambda: trajectory.greatest_fall(days, values),
        "trajectory.fall_at": lambda: trajectory.fall_at(days, values, 500.0),
        "trajectory.fold_change": lambda: trajectory.fold_change(days, values, 500.0),
        "trajectory.time_to_half": lambda: trajectory.time_to_half(days, values),
        "nadir.nadir": lambda: nadir.nadir(days, values),
        "nadir.day_of_nadir": lambda: nadir.day_of_nadir(days, values),
        "nadir.rebound": lambda: nadir.rebound(days, values),
        "spacing.spacing": lambda: spacing.spacing(days),
        "spacing.last_before": lambda: spacing.last_before(days, values, 500.0),
        "spacing.days_since_last": lambda: spacing.days_since_last(days, 500.0),
        "length_bias.best_ever_under_null": lambda: length_bias.best_ever_under_null(
            patterns, walks, d["group"], seed=SEED
        ),
    }


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"OPENBLAS_NUM_THREADS": "1"})
    main()
