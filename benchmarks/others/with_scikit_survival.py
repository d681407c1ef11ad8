"""What scikit-survival says to every question that it has an answer to, and its steps of an analysis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Found = dict[str, Any]
Given = Any


def followed(given: Given) -> Any:
    from sksurv.util import Surv

    return Surv.from_arrays(np.asarray(given["event"], dtype=bool), given["time"])


def kaplan_meier(given: Given) -> Found:
    from sksurv.nonparametric import kaplan_meier_estimator

    times, survival = kaplan_meier_estimator(np.asarray(given["event"], dtype=bool), given["time"])
    return {"survival": survival[np.searchsorted(times, given["at"])]}


def limits(given: Given) -> Found:
    from sksurv.nonparametric import kaplan_meier_estimator

    event = np.asarray(given["event"], dtype=bool)
    times, _, limits = kaplan_meier_estimator(event, given["time"], conf_type="log-log")
    return {"limits": limits[:, np.searchsorted(times, given["at"])]}


def log_rank(given: Given) -> Found:
    from sksurv.compare import compare_survival

    value, p = compare_survival(followed(given), np.asarray(given["group"]))
    return {"chi-square": value, "p": p}


def incidence(given: Given) -> Found:
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    times, found = cumulative_incidence_competing_risks(np.asarray(given["cause"]), given["time"])
    return {"incidence": found[1:, np.searchsorted(times, given["at"])]}


def incidence_limits(given: Given) -> Found:
    from sksurv.nonparametric import cumulative_incidence_competing_risks as incidences

    times, _, limits = incidences(np.asarray(given["cause"]), given["time"], conf_type="log-log")
    places = np.searchsorted(times, given["at"])
    return {"limits": np.moveaxis(limits[1:, :, places], 1, 0)}


def cox(ties: str) -> Callable[[Given], Found]:
    def answer(given: Given) -> Found:
        from sksurv.linear_model import CoxPHSurvivalAnalysis

        fit = CoxPHSurvivalAnalysis(ties=ties).fit(np.asarray(given["covariates"]), followed(given))
        return {"coefficients": fit.coef_}

    return answer


ANSWERS = (
    ("followed", "kaplan-meier", kaplan_meier),
    ("followed", "limits-log-log", limits),
    ("followed", "log-rank", log_rank),
    ("competing", "aalen-johansen", incidence),
    ("competing", "aalen-johansen-limits", incidence_limits),
    ("regressions", "cox-efron", cox("efron")),
    ("regressions", "cox-breslow", cox("breslow")),
)


# ---- Steps of an analysis, timed ----


def curves(given: Given) -> list[Any]:
    """A curve of each group with limits; it has no median."""
    from sksurv.nonparametric import kaplan_meier_estimator

    found = []
    for group in (0, 1):
        mine = given["group"] == group
        event = given["event"][mine].astype(bool)
        found.append(kaplan_meier_estimator(event, given["time"][mine], conf_type="log-log"))
    return found


def compared(given: Given) -> Any:
    from sksurv.compare import compare_survival

    return compare_survival(followed(given), given["group"])


def regressed(given: Given) -> Any:
    """Coefficients alone: it has no standard errors."""
    from sksurv.linear_model import CoxPHSurvivalAnalysis

    covariates = np.column_stack((given["age"], given["group"]))
    return CoxPHSurvivalAnalysis(ties="efron").fit(covariates, followed(given)).coef_


STEPS = {"curves": curves, "log-rank": compared, "Cox": regressed}
