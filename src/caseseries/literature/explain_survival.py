"""A printed median survival, or a limit of it, that does not reproduce: by which convention it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from caseseries.analysis.columns import Rows, Values
from caseseries.analysis.followed import Followed
from caseseries.cases.series import CaseSeries
from caseseries.literature.readings import MOST_PATIENTS
from caseseries.literature.search import Variant
from caseseries.stats.survival import Curve, Limits, follow_up, kaplan_meier, median_survival

HALF = 0.5 + 1e-8
LIMITS: tuple[Limits, ...] = ("log-log", "log", "plain")


def survival_stages(
    field: str, followed: Followed, rows: Rows, cases: CaseSeries, level: float
) -> Iterable[list[Variant]]:
    """The median survival of some rows, or its limit (`field` "low" or "high"), by every convention.

    Then without each patient, where they are few.
    """
    among = rows & followed.rows
    yield list(_variants(field, followed, among, level, ""))
    without = np.flatnonzero(among) if among.sum() <= MOST_PATIENTS else ()
    yield [
        variant
        for row in without
        for variant in _variants(
            field,
            followed,
            among & (np.arange(cases.n) != row),
            level,
            f"without patient {cases.patients[row]}",
        )
    ]


def _variants(field: str, followed: Followed, rows: Rows, level: float, reading: str) -> Iterator[Variant]:
    times, dead, entry = followed.times[rows], followed.dead[rows], followed.entry[rows]
    found: dict[str, float | None] = {}
    if not len(times):
        return
    if field in ("low", "high"):
        for limits in LIMITS:
            curve = kaplan_meier(times, dead, entry=entry, level=level, limits=limits)
            for rests in ("midpoint", "first"):
                median = median_survival(curve, rests="first" if rests == "first" else "midpoint")
                found[f"limit of the median, {limits}, {_rests(rests)}"] = getattr(median, field)
    else:
        curve = kaplan_meier(times, dead, entry=entry)
        found = {
            "Kaplan-Meier median, middle of the rest on one half (R)": median_survival(curve).value,
            "Kaplan-Meier median, first time at one half": median_survival(curve, rests="first").value,
            "Kaplan-Meier median, first time below one half": _below(curve),
            "median of the times followed, alive or dead": _median(times),
            "median of the times of those who died": _median(times[dead]),
            "median of the times of those alive": _median(times[~dead]),
            "mean of the times followed": float(times.mean()),
            "median follow-up by reverse Kaplan-Meier": None if entry.any() else follow_up(times, dead).value,
        }
    for method, value in found.items():
        if value is not None and np.isfinite(value):
            yield Variant(method, float(value), reading)


def _rests(rests: str) -> str:
    return "middle of a rest" if rests == "midpoint" else "first time"


def _below(curve: Curve) -> float | None:
    """The first time at which the curve lies below one half, as some print the median."""
    below = np.flatnonzero(curve.survival < 1.0 - HALF)
    return float(curve.times[below[0]]) if len(below) else None


def _median(times: Values) -> float | None:
    return float(np.median(times)) if len(times) else None
