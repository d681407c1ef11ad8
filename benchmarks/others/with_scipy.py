"""What SciPy says to every question that it has an answer to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

Found = dict[str, Any]
Given = Any
MOST_EXACT = 50


def quartiles(given: Given) -> Found:
    low, middle, high = stats.quantile(np.asarray(given["x"]), [0.25, 0.5, 0.75])
    return {"median": middle, "quartiles": [low, high]}


def mann_whitney(given: Given) -> Found:
    return {"p": stats.mannwhitneyu(given["x"], given["y"], method="asymptotic").pvalue}


def exact(given: Given) -> Found:
    x, y = given["x"], given["y"]
    found = {'p | method="exact"': stats.mannwhitneyu(x, y, method="exact").pvalue}
    if len(x) + len(y) <= MOST_EXACT and len(x) < 10:
        dealt = stats.PermutationMethod(n_resamples=10**7)
        found["p | PermutationMethod"] = stats.mannwhitneyu(x, y, method=dealt).pvalue
    return found


def kruskal_wallis(given: Given) -> Found:
    values, labels = np.asarray(given["values"], dtype=float), np.asarray(given["group"])
    found = stats.kruskal(*(values[labels == one] for one in np.unique(labels)))
    return {"chi-square": found.statistic, "p": found.pvalue}


def chi_square(correction: bool) -> Callable[[Given], Found]:
    def answer(table: Given) -> Found:
        found = stats.chi2_contingency(table, correction=correction)
        return {"chi-square": found.statistic, "p": found.pvalue}

    return answer


def conditional(table: Given) -> Found:
    found = stats.contingency.odds_ratio(table)
    return {"odds ratio": found.statistic, "limits": found.confidence_interval(0.95)}


def woolf(table: Given) -> Found:
    found = stats.contingency.odds_ratio(table, kind="sample")
    return {"odds ratio": found.statistic, "limits": found.confidence_interval(0.95)}


def unconditional(test: Callable[..., Any], **how: Any) -> Callable[[Given], Found]:
    def answer(table: Given) -> Found:
        # SciPy's groups are the columns.
        return {"p": test(np.transpose(table), **how).pvalue} if np.sum(table) <= MOST_EXACT else {}

    return answer


def katz(table: Given) -> Found:
    (a, b), (c, d) = table
    return {"limits": stats.contingency.relative_risk(a, a + b, c, c + d).confidence_interval(0.95)}


def kaplan_meier(given: Given) -> Found:
    return {"survival": survival(given).evaluate(given["at"])}


def limits(method: str) -> Callable[[Given], Found]:
    def answer(given: Given) -> Found:
        found = survival(given).confidence_interval(method=method)
        return {"limits": [found.low.evaluate(given["at"]), found.high.evaluate(given["at"])]}

    return answer


def survival(given: Given) -> Any:
    return stats.ecdf(followed(np.asarray(given["time"]), np.asarray(given["event"]))).sf


def followed(time: Any, event: Any) -> Any:
    return stats.CensoredData.right_censored(time, event == 0)


def log_rank(given: Given) -> Found:
    """Of two groups; it gives the root of the chi-square."""
    time, event, group = (np.asarray(given[name]) for name in ("time", "event", "group"))
    found = stats.logrank(*(followed(time[group == one], event[group == one]) for one in np.unique(group)))
    return {"chi-square": found.statistic**2, "p": found.pvalue}


def fisher(table: Given) -> Found:
    return {"p": stats.fisher_exact(table).pvalue}


def benjamini_hochberg(given: Given) -> Found:
    return {"p": stats.false_discovery_control(given)}


def freeman_halton(table: Given) -> Found:
    """By as many tables as it draws unless told otherwise."""
    drawn = stats.MonteCarloMethod(rng=np.random.default_rng(2022))
    return {"p": stats.fisher_exact(table, method=drawn).pvalue}


ANSWERS = (
    ("samples", "quartiles", quartiles),
    ("samples", "mann-whitney", mann_whitney),
    ("samples", "mann-whitney-exact", exact),
    ("several samples", "kruskal-wallis", kruskal_wallis),
    ("tables", "chi-square", chi_square(False)),
    ("tables", "chi-square-yates", chi_square(True)),
    ("tables", "fisher", fisher),
    ("tables", "odds-conditional", conditional),
    ("tables", "odds-woolf", woolf),
    ("tables", "barnard", unconditional(stats.barnard_exact, pooled=True)),
    ("tables", "barnard-unpooled", unconditional(stats.barnard_exact, pooled=False)),
    ("tables", "boschloo-doubled", unconditional(stats.boschloo_exact)),
    ("tables", "katz", katz),
    ("wide tables", "freeman-halton", freeman_halton),
    ("followed", "kaplan-meier", kaplan_meier),
    ("followed", "limits-log-log", limits("log-log")),
    ("followed", "limits-plain", limits("linear")),
    ("followed", "log-rank", log_rank),
    ("p-values", "benjamini-hochberg", benjamini_hochberg),
)


def ranked(given: Given) -> float:
    """Its step of an analysis, timed."""
    first, second = (given["marker"][given["group"] == group] for group in (1, 0))
    return float(stats.mannwhitneyu(first, second, method="asymptotic").pvalue)
