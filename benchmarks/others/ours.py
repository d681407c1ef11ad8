"""What caseseries says to every question: by row of the table, case and quantity, a list of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from caseseries.stats import contrast, unconditional
from caseseries.stats.compare import Correction, chi_square, fisher
from caseseries.stats.competing import aalen_johansen
from caseseries.stats.cox import cox
from caseseries.stats.describe import median, quartiles
from caseseries.stats.estimate import Estimate
from caseseries.stats.fine_gray import fine_gray
from caseseries.stats.freeman_halton import freeman_halton
from caseseries.stats.gray import gray_test
from caseseries.stats.kruskal_wallis import kruskal_wallis
from caseseries.stats.log_rank import log_rank
from caseseries.stats.log_ranks import exact_log_rank, stratified_log_rank, weighted_log_rank
from caseseries.stats.logistic import logistic
from caseseries.stats.multiplicity import benjamini_hochberg, holm
from caseseries.stats.proportional import proportional_hazards
from caseseries.stats.ranks import mann_whitney, mann_whitney_exact
from caseseries.stats.regression import Regression
from caseseries.stats.rmst import rmst, rmst_difference
from caseseries.stats.shift import hodges_lehmann
from caseseries.stats.standardised import standardised_difference, standardised_difference_of_shares
from caseseries.stats.survival import Limits, follow_up, kaplan_meier

Answer = tuple[str, str, dict[str, Any]]
"""The row, the case, and its quantities: numbers or lists of them, None where there is none."""
SEED = 2022
CORRECTIONS: dict[str, Correction] = {
    "chi-square": "none",
    "chi-square-yates": "Yates",
    "chi-square-n-1": "n-1",
}
DIFFERENCES: dict[str, contrast.DifferenceInterval] = {
    "newcombe": "Newcombe",
    "miettinen-nurminen": "Miettinen-Nurminen",
    "agresti-caffo": "Agresti-Caffo",
}
RATIOS: dict[str, contrast.RatioInterval] = {"katz": "Katz", "koopman": "Koopman"}
LIMITS: dict[str, Limits] = {"log-log": "log-log", "log": "log", "plain": "plain"}
MOST_EXACT = 50


def answers(asked: dict[str, dict[str, Any]]) -> Iterator[Answer]:
    """Everything that is asked, answered."""
    for kind, answer in (
        ("samples", of_samples),
        ("several samples", of_several_samples),
        ("tables", of_tables),
        ("followed", of_followed),
        ("competing", of_competing),
        ("regressions", of_regressions),
        ("stretches", of_regressions),
    ):
        for case, given in asked[kind].items():
            for row, found in answer(given):
                yield row, case, found
    for case, given in asked["wide tables"].items():
        yield "freeman-halton", case, {"p": freeman_halton(given, seed=SEED).p}
    for case, given in asked["p-values"].items():
        yield "holm", case, {"p": list(holm(given))}
        yield "benjamini-hochberg", case, {"p": list(benjamini_hochberg(given))}


Found = Iterator[tuple[str, dict[str, Any]]]


def of_samples(given: dict[str, list[float]]) -> Found:
    x, y = given["x"], given["y"]
    low, high = quartiles(x)
    yield "quartiles", {"median": median(x).value, "quartiles": [low.value, high.value]}
    yield "mann-whitney", {"p": mann_whitney(x, y).p}
    yield "mann-whitney-exact", {"p": mann_whitney_exact(x, y).p}
    shift = hodges_lehmann(x, y)
    yield "hodges-lehmann", {"shift": shift.value, "limits": limits(shift)}
    yield "standardised", {"of means": standardised_difference(x, y).value}


def of_several_samples(given: dict[str, list[Any]]) -> Found:
    values, labels = np.asarray(given["values"], dtype=float), np.asarray(given["group"])
    yield "kruskal-wallis", tested(kruskal_wallis([values[labels == one] for one in np.unique(labels)]))


def of_tables(table: list[list[int]]) -> Found:
    for row, correction in CORRECTIONS.items():
        found = chi_square(table, correction=correction)
        yield row, {"chi-square": found.value, "p": found.p}
    exact = fisher(table)
    yield "fisher", {"p": exact.p}
    yield "odds-conditional", {"odds ratio": exact.value, "limits": limits(exact)}
    mid = contrast.odds_ratio(table, interval="mid-p")
    yield "mid-p", {"p": mid.p, "limits": limits(mid)}
    woolf = contrast.odds_ratio(table, interval="Wald")
    yield "odds-woolf", {"odds ratio": woolf.value, "limits": limits(woolf)}
    if sum(map(sum, table)) <= MOST_EXACT:
        yield "barnard", {"p": unconditional.barnard(table).p}
        yield "barnard-unpooled", {"p": unconditional.barnard(table, pooled=False).p}
        yield "boschloo", {"p": unconditional.boschloo(table).p}
        yield "boschloo-doubled", {"p": unconditional.boschloo(table, "twice the one-sided").p}
    for row, difference in DIFFERENCES.items():
        found = contrast.risk_difference(table, interval=difference)
        yield row, {"limits": limits(found)}
    for row, ratio in RATIOS.items():
        found = contrast.risk_ratio(table, interval=ratio)
        yield row, {"limits": limits(found)}
    apart = standardised_difference_of_shares(table).value
    yield "standardised", {"of shares, without sign": None if apart is None else abs(apart)}


def of_followed(given: dict[str, Any]) -> Found:
    time, event, group, at = (given[name] for name in ("time", "event", "group", "at"))
    for name, kind in LIMITS.items():
        curve = kaplan_meier(time, event, limits=kind)
        place = np.searchsorted(curve.times, at)
        if name == "log-log":
            yield "kaplan-meier", {"survival": curve.survival[place]}
            yield "median", {"median": curve.median.value, "limits": limits(curve.median)}
            area = rmst(curve, given["horizon"])
            yield "rmst", {"mean": area.value, "limits": limits(area)}
        yield f"limits-{name}", {"limits": np.concatenate((curve.low[place], curve.high[place]))}
    yield "follow-up", {"median": follow_up(time, event).value}
    labels = np.asarray(group)
    first, second = (
        kaplan_meier(np.asarray(time)[labels == one], np.asarray(event)[labels == one])
        for one in np.unique(labels)
    )
    apart = rmst_difference(first, second, given["horizon"])
    yield "rmst-difference", {"difference": apart.value, "limits": limits(apart), "p": apart.p}
    yield "log-rank", tested(log_rank(time, event, group))
    yield "log-rank-stratified", tested(stratified_log_rank(time, event, group, given["stratum"]))
    yield "harrington-early", tested(weighted_log_rank(time, event, group, rho=1, gamma=0))
    yield "harrington-late", tested(weighted_log_rank(time, event, group, rho=0, gamma=1))
    if len(time) <= MOST_EXACT:
        yield "log-rank-exact", {"p": exact_log_rank(time, event, group, seed=SEED).p}


def of_competing(given: dict[str, Any]) -> Found:
    time, cause = given["time"], given["cause"]
    curves = aalen_johansen(time, cause)
    place = np.searchsorted(curves.times, given["at"])
    yield "aalen-johansen", {"incidence": curves.incidence[:, place].ravel()}
    yield "aalen-johansen-error", {"standard error": curves.standard_error[:, place].ravel()}
    around = np.concatenate((curves.low[:, place], curves.high[:, place]))
    yield "aalen-johansen-limits", {"limits": around.ravel()}
    yield (
        "gray",
        {
            f"of event {of}": list(tested(gray_test(time, cause, given["group"], of=of)).values())
            for of in curves.causes
        },
    )
    for of in curves.causes:
        fit = fine_gray(time, cause, given["covariates"], given["names"], of=of).coefficients
        yield (
            "fine-gray",
            {
                f"coefficients, event {of}": [one.log_ratio for one in fit],
                f"errors, event {of}": [one.standard_error for one in fit],
            },
        )


def of_regressions(given: dict[str, Any]) -> Found:
    of = given["covariates"], given["names"]
    who = given["time"], given["event"]
    if "entry" in given:
        yield "cox-start-stop", coefficients(cox(*who, *of, entry=given["entry"]))
        return
    yield "cox-efron", coefficients(cox(*who, *of))
    yield "cox-breslow", coefficients(cox(*who, *of, ties="Breslow"))
    zph = proportional_hazards(*who, *of)
    yield "zph", {"p": [one.p for one in zph.each]}
    yield "logistic", coefficients(logistic(given["outcome"], *of))


def limits(found: Estimate) -> list[float | None]:
    return [found.low, found.high]


def tested(found: Estimate) -> dict[str, float | None]:
    return {"chi-square": found.value, "p": found.p}


def coefficients(fit: Regression) -> dict[str, list[float | None]]:
    made = fit.coefficients
    return {"coefficients": [one.log_ratio for one in made], "errors": [one.standard_error for one in made]}
