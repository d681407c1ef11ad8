"""What lifelines says to every question that it has an answer to, and its steps of an analysis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from with_scipy import ranked
from with_tableone import table_one

Found = dict[str, Any]
Given = Any


def curve_of(given: Given, turned: bool = False) -> Any:
    from lifelines import KaplanMeierFitter

    event = np.asarray(given["event"])
    return KaplanMeierFitter().fit(given["time"], 1 - event if turned else event)


def kaplan_meier(given: Given) -> Found:
    return {"survival": curve_of(given).survival_function_at_times(given["at"])}


def limits(given: Given) -> Found:
    limits = curve_of(given).confidence_interval_survival_function_.loc[given["at"]]
    return {"limits": limits.to_numpy().T}


def median(given: Given) -> Found:
    from lifelines.utils import median_survival_times

    curve = curve_of(given)
    limits = median_survival_times(curve.confidence_interval_survival_function_)
    return {"median": curve.median_survival_time_, "limits": limits}


def rmst(given: Given) -> Found:
    from lifelines.utils import restricted_mean_survival_time

    return {"mean": restricted_mean_survival_time(curve_of(given), t=given["horizon"])}


def follow_up(given: Given) -> Found:
    return {"median": curve_of(given, turned=True).median_survival_time_}


def log_rank(**how: Any) -> Callable[[Given], Found]:
    def answer(given: Given) -> Found:
        from lifelines.statistics import multivariate_logrank_test

        found = multivariate_logrank_test(given["time"], given["group"], given["event"], **how)
        return {"chi-square": found.test_statistic, "p": found.p_value}

    return answer


def incidence(given: Given) -> Found:
    return {"incidence": [incidences_of(given, of)[0] for of in (1, 2)]}


def incidences_of(given: Given, of: int) -> tuple[Any, Any, Any]:
    """Incidence, variance and limits just after the times asked for, past the events it spread about them."""
    from lifelines import AalenJohansenFitter

    spread = 0.001
    fit = AalenJohansenFitter(jitter_level=spread / 10, seed=0)
    fit.fit(np.array(given["time"]), given["cause"], event_of_interest=of)
    places = fit.cumulative_density_.index.searchsorted(np.asarray(given["at"]) + spread) - 1
    incidence, variance = fit.cumulative_density_.to_numpy().ravel(), np.ravel(fit.variance_)
    return incidence[places], variance[places], fit.confidence_interval_.to_numpy()[places].T


def incidence_error(given: Given) -> Found:
    return {"standard error": [np.sqrt(incidences_of(given, of)[1]) for of in (1, 2)]}


def incidence_limits(given: Given) -> Found:
    return {"limits": np.swapaxes([incidences_of(given, of)[2] for of in (1, 2)], 0, 1)}


def frame_of(given: Given) -> Any:
    frame = pd.DataFrame(given["covariates"], columns=given["names"])
    return frame.assign(**{"a time": given["time"], "an event": given["event"]})


def cox(given: Given) -> Found:
    from lifelines import CoxPHFitter

    found = {}
    strict = {"fit_options": {"precision": 1e-12, "r_precision": 1e-14}}
    for way, how in (("as it comes", {}), ("stricter", strict)):
        fit = CoxPHFitter().fit(frame_of(given), "a time", "an event", **how)
        found |= {f"coefficients | {way}": fit.params_, f"errors | {way}": fit.standard_errors_}
    return found


def start_stop(given: Given) -> Found:
    from lifelines import CoxTimeVaryingFitter

    frame = frame_of(given).assign(**{"an entry": given["entry"], "an id": given["id"]})
    fit = CoxTimeVaryingFitter().fit(
        frame, id_col="an id", event_col="an event", start_col="an entry", stop_col="a time"
    )
    return {"coefficients": fit.params_, "errors": fit.standard_errors_}


def zph(given: Given) -> Found:
    from lifelines import CoxPHFitter
    from lifelines.statistics import proportional_hazard_test

    frame = frame_of(given)
    fit = CoxPHFitter().fit(frame, "a time", "an event")
    found = proportional_hazard_test(fit, frame, time_transform="km").summary["p"]
    return {"p": found.loc[given["names"]]}


ANSWERS = (
    ("followed", "kaplan-meier", kaplan_meier),
    ("followed", "limits-log-log", limits),
    ("followed", "median", median),
    ("followed", "rmst", rmst),
    ("followed", "follow-up", follow_up),
    ("followed", "log-rank", log_rank()),
    ("followed", "harrington-early", log_rank(weightings="fleming-harrington", p=1, q=0)),
    ("followed", "harrington-late", log_rank(weightings="fleming-harrington", p=0, q=1)),
    ("competing", "aalen-johansen", incidence),
    ("competing", "aalen-johansen-error", incidence_error),
    ("competing", "aalen-johansen-limits", incidence_limits),
    ("regressions", "cox-efron", cox),
    ("stretches", "cox-start-stop", start_stop),
    ("regressions", "zph", zph),
)


# ---- Steps of an analysis, timed: with tableone's table and SciPy's test, as lifelines has neither ----


def curves(given: Given) -> list[Any]:
    """A curve of each group with limits, and its median with its own."""
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    found = []
    for group in (0, 1):
        mine = given["group"] == group
        curve = KaplanMeierFitter().fit(given["time"][mine], given["event"][mine])
        limits = median_survival_times(curve.confidence_interval_survival_function_)
        found.append((curve.median_survival_time_, limits))
    return found


def compared(given: Given) -> float:
    from lifelines.statistics import multivariate_logrank_test

    return float(multivariate_logrank_test(given["time"], given["group"], given["event"]).p_value)


def regressed(given: Given) -> Any:
    from lifelines import CoxPHFitter

    frame = pd.DataFrame({name: given[name] for name in ("time", "event", "age", "group")})
    return CoxPHFitter().fit(frame, "time", "event").summary


STEPS = {
    "table one": table_one,
    "curves": curves,
    "log-rank": compared,
    "Cox": regressed,
    "Mann-Whitney": ranked,
}
