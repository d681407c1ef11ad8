"""The steps of an analysis by caseseries, timed."""

from __future__ import annotations

from typing import Any

import numpy as np

from caseseries.stats.compare import chi_square, fisher, smallest_expected
from caseseries.stats.cox import cox
from caseseries.stats.describe import median, quartiles
from caseseries.stats.log_rank import log_rank
from caseseries.stats.ranks import mann_whitney
from caseseries.stats.survival import kaplan_meier

Given = dict[str, Any]


def table_one(given: Given) -> list[Any]:
    """Medians and quartiles of two measures, and counts of a yes/no, in all and by group, with tests."""
    groups = [given["group"] == group for group in (1, 0)]
    found: list[Any] = []
    for name in ("age", "marker"):
        for mine in (..., *groups):
            found += [median(given[name][mine]), *quartiles(given[name][mine])]
        found.append(mann_whitney(*(given[name][mine] for mine in groups)))
    male = given["male"] == 1
    table = [[int((male & mine).sum()), int((~male & mine).sum())] for mine in groups]
    found.append(fisher(table) if smallest_expected(table) < 5 else chi_square(table, correction="Yates"))
    return found


def curves(given: Given) -> list[Any]:
    """A curve of each group with limits, and its median with its own."""
    groups = (given["group"] == group for group in (0, 1))
    return [kaplan_meier(given["time"][mine], given["event"][mine]).median for mine in groups]


def compared(given: Given) -> Any:
    return log_rank(given["time"], given["event"], given["group"])


def regressed(given: Given) -> Any:
    covariates = np.column_stack((given["age"], given["group"]))
    return cox(given["time"], given["event"], covariates, ["age", "group"])


def ranked(given: Given) -> Any:
    return mann_whitney(*(given["marker"][given["group"] == group] for group in (1, 0)))


STEPS = {
    "table one": table_one,
    "curves": curves,
    "log-rank": compared,
    "Cox": regressed,
    "Mann-Whitney": ranked,
}
