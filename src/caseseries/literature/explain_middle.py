"""A printed median, mean, quartile or end of a range that does not reproduce: which statistic gives it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from caseseries.analysis.columns import Rows, Values
from caseseries.cases.series import CaseSeries
from caseseries.literature.readings import Reading, readings
from caseseries.literature.search import Variant
from caseseries.protocol.protocol import Protocol
from caseseries.stats.describe import mean, median, quantile, standard_deviation

Statistic = Callable[[Values], float | None]
Rule = Literal["averaged_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased", "lower", "higher"]
QUANTILES: dict[str, Rule] = {
    "type 2 (SAS, textbooks)": "averaged_inverted_cdf",
    "type 5": "hazen",
    "type 6 (SPSS, Minitab)": "weibull",
    "type 7 (R, Excel)": "linear",
    "type 8": "median_unbiased",
    "lower of the two": "lower",
    "higher of the two": "higher",
}
"""numpy's names of the rules of Hyndman and Fan, Am Stat 1996;50:361-365."""


def middle_stages(
    statistic: str, name: str, rows: Rows, cases: CaseSeries, protocol: Protocol, printed: str = ""
) -> Iterable[list[Variant]]:
    """The values of a statistic (the last piece of its id) of a column in some rows, in stages.

    By its other conventions and its kin, on the readings of the data; and of everybody, and all others.
    """
    ways = ways_of(statistic)
    ours = next(iter(ways))
    stages = readings(cases, protocol, name, (rows,), printed)
    wider = [
        replace(one, how=", ".join(filter(None, (f"of {how}", one.how))), groups=(among,))
        for one in stages[0]
        for how, among in (("everybody", rows | ~rows), ("all others", ~rows))
        if not rows.all()
    ]
    for stage in stages[:-1]:
        yield list(_values(ways, stage))
    yield list(_values({ours: ways[ours]}, wider))
    yield list(_values(ways, stages[-1]))


def _values(ways: dict[str, Statistic], stage: Iterable[Reading]) -> Iterator[Variant]:
    for reading in stage:
        sample = reading.of(0)
        for method, statistic in ways.items() if len(sample) else ():
            value = statistic(sample)
            if value is not None and math.isfinite(value):
                yield Variant(method, value, reading.how)


def ways_of(statistic: str) -> dict[str, Statistic]:
    """The statistic as we take it, and what might be printed in its stead."""
    middles: dict[str, Statistic] = {
        "median": lambda sample: median(sample).value,
        "the lower of the two middle values": lambda sample: float(np.quantile(sample, 0.5, method="lower")),
        "the higher of the two middle values": lambda sample: float(
            np.quantile(sample, 0.5, method="higher")
        ),
        "mean": lambda sample: mean(sample).value,
        "geometric mean": _geometric,
    }
    match statistic:
        case "median":
            return middles
        case "mean":
            return {name: middles[name] for name in ("mean", "median", "geometric mean")}
        case "lowest":
            return {"lowest value": _ranked(0), "second lowest value": _ranked(1), **_quartiles(0.25)}
        case "highest":
            return {"highest value": _ranked(-1), "second highest value": _ranked(-2), **_quartiles(0.75)}
        case "first-quartile" | "third-quartile":
            return _quartiles(0.25 if statistic == "first-quartile" else 0.75)
        case "sd":
            return {
                "standard deviation, n - 1": lambda sample: standard_deviation(sample).value,
                "standard deviation, n": lambda sample: float(np.std(sample)),
                "standard error of the mean": _error,
            }
    return {}


def _quartiles(share: float) -> dict[str, Statistic]:
    return {
        "quartile, type 7 (R, Excel)": lambda sample: quantile(sample, share).value,
        **{f"quartile, {said}": _quantile(share, rule) for said, rule in QUANTILES.items()},
    }


def _geometric(sample: Values) -> float | None:
    return float(np.exp(np.log(sample).mean())) if (sample > 0).all() else None


def _error(sample: Values) -> float | None:
    return float(np.std(sample, ddof=1) / math.sqrt(len(sample))) if len(sample) > 1 else None


def _ranked(place: int) -> Statistic:
    return lambda sample: float(np.sort(sample)[place]) if len(sample) >= 2 or place in (0, -1) else None


def _quantile(share: float, rule: Rule) -> Statistic:
    return lambda sample: float(np.quantile(sample, share, method=rule))
