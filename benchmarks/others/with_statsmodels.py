"""What statsmodels says to every question that it has an answer to, and its steps of an analysis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Found = dict[str, Any]
Given = Any


def quartiles(given: Given) -> Found:
    from statsmodels.stats.descriptivestats import Description

    found = Description(np.asarray(given["x"]), percentiles=(25, 50, 75)).frame.iloc[:, 0]
    return {"median": found["median"], "quartiles": [found["25%"], found["75%"]]}


def chi_square(table: Given) -> Found:
    from statsmodels.stats.contingency_tables import Table

    found = Table(np.asarray(table), shift_zeros=False).test_nominal_association()
    return {"chi-square": found.statistic, "p": found.pvalue}


def woolf(table: Given) -> Found:
    from statsmodels.stats.contingency_tables import Table2x2

    found = Table2x2(np.asarray(table), shift_zeros=False)
    return {"odds ratio": found.oddsratio, "limits": found.oddsratio_confint()}


def proportions(**how: Any) -> Callable[[Given], Found]:
    def answer(table: Given) -> Found:
        from statsmodels.stats.proportion import confint_proportions_2indep

        (a, b), (c, d) = table
        return {"limits": confint_proportions_2indep(a, a + b, c, c + d, **how)}

    return answer


def kaplan_meier(given: Given) -> Found:
    return {"survival": curve_of(given).surv_prob}


def curve_of(given: Given, turned: bool = False) -> Any:
    from statsmodels.duration.survfunc import SurvfuncRight

    event = np.asarray(given["event"])
    return SurvfuncRight(given["time"], 1 - event if turned else event)


def median(given: Given) -> Found:
    curve = curve_of(given)
    return {"median": curve.quantile(0.5), "limits": curve.quantile_ci(0.5, method="cloglog")}


def follow_up(given: Given) -> Found:
    return {"median": curve_of(given, turned=True).quantile(0.5)}


def log_rank(strata: bool = False, **how: Any) -> Callable[[Given], Found]:
    def answer(given: Given) -> Found:
        from statsmodels.duration.survfunc import survdiff

        time, event, group = (np.asarray(given[name]) for name in ("time", "event", "group"))
        by = {"strata": np.asarray(given["stratum"])} if strata else {}
        value, p = survdiff(time, event, group, **by, **how)
        return {"chi-square": value, "p": p}

    return answer


def incidence(given: Given) -> Found:
    return {"incidence": [one[places(given)] for one in incidences_of(given).cinc]}


def incidence_error(given: Given) -> Found:
    return {"standard error": [one[places(given)] for one in incidences_of(given).cinc_se]}


def incidences_of(given: Given) -> Any:
    from statsmodels.duration.survfunc import CumIncidenceRight

    return CumIncidenceRight(np.asarray(given["time"]), np.asarray(given["cause"]))


def places(given: Given) -> Any:
    return np.searchsorted(incidences_of(given).times, given["at"])


def cox(**how: Any) -> Callable[[Given], Found]:
    def answer(given: Given) -> Found:
        from statsmodels.duration.hazard_regression import PHReg

        entry = {"entry": np.asarray(given["entry"])} if "entry" in given else {}
        event = np.asarray(given["event"])
        fit = PHReg(given["time"], np.asarray(given["covariates"]), status=event, **entry, **how).fit()
        return {"coefficients": fit.params, "errors": fit.bse}

    return answer


def logistic(given: Given) -> Found:
    from statsmodels.api import Logit, add_constant

    fit = Logit(given["outcome"], add_constant(np.asarray(given["covariates"]))).fit(disp=0)
    return {"coefficients": fit.params[1:], "errors": fit.bse[1:]}


def adjusted(method: str) -> Callable[[Given], Found]:
    def answer(given: Given) -> Found:
        from statsmodels.stats.multitest import multipletests

        return {"p": multipletests(given, method=method)[1]}

    return answer


ANSWERS = (
    ("samples", "quartiles", quartiles),
    ("tables", "chi-square", chi_square),
    ("tables", "odds-woolf", woolf),
    ("tables", "newcombe", proportions(method="newcomb")),
    ("tables", "miettinen-nurminen", proportions(method="score")),
    ("tables", "agresti-caffo", proportions(method="agresti-caffo")),
    ("tables", "katz", proportions(compare="ratio", method="log")),
    ("tables", "koopman", proportions(compare="ratio", method="score", correction=False)),
    ("followed", "kaplan-meier", kaplan_meier),
    ("followed", "median", median),
    ("followed", "follow-up", follow_up),
    ("followed", "log-rank", log_rank()),
    ("followed", "log-rank-stratified", log_rank(strata=True)),
    ("followed", "harrington-early", log_rank(weight_type="fh", fh_p=1)),
    ("competing", "aalen-johansen", incidence),
    ("competing", "aalen-johansen-error", incidence_error),
    ("regressions", "cox-efron", cox(ties="efron")),
    ("regressions", "cox-breslow", cox(ties="breslow")),
    ("stretches", "cox-start-stop", cox(ties="efron")),
    ("regressions", "logistic", logistic),
    ("p-values", "holm", adjusted("holm")),
    ("p-values", "benjamini-hochberg", adjusted("fdr_bh")),
)


# ---- Steps of an analysis, timed ----


def curves(given: Given) -> list[Any]:
    """A curve of each group, which has no limits, and its median, which has."""
    from statsmodels.duration.survfunc import SurvfuncRight

    found = []
    for group in (0, 1):
        mine = given["group"] == group
        curve = SurvfuncRight(given["time"][mine], given["event"][mine])
        found.append((curve.quantile(0.5), curve.quantile_ci(0.5, method="cloglog")))
    return found


def compared(given: Given) -> Any:
    from statsmodels.duration.survfunc import survdiff

    return survdiff(given["time"], given["event"], given["group"])


def regressed(given: Given) -> Any:
    from statsmodels.duration.hazard_regression import PHReg

    covariates = np.column_stack((given["age"], given["group"]))
    fit = PHReg(given["time"], covariates, status=given["event"], ties="efron").fit()
    return fit.params, fit.conf_int(), fit.pvalues


STEPS = {"curves": curves, "log-rank": compared, "Cox": regressed}
