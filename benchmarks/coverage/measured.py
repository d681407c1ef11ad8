"""What an interval and a test are asked, how their answers are counted, and how the counts are printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caseseries.stats.estimate import Estimate

SEED = 2022
SIZES = ((5, 11), (8, 8), (16, 16), (40, 40))
ALONE = sorted({size for pair in SIZES for size in pair})
DRAWS, BATCH = 10_000, 100

# A limit this close to the truth holds it: 0.4 - 0.1 is 0.3.
AT_LIMIT = 1e-12

Numbers = NDArray[np.float64]
Map = Callable[..., Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Percent:
    """How often it held or erred, how often there was no answer, and the standard error of what was drawn."""

    share: float
    without: float = 0.0
    error: float = 0.0

    def __str__(self) -> str:
        return "not drawn" if self.without == 1.0 else percent(self.share) + self.none

    @property
    def none(self) -> str:
        return f", none in {percent(self.without)}" if self.without >= 0.0005 else ""


def holds(found: Estimate, truth: float) -> float:
    """1 where the interval has the truth in it, 0 where not, NaN where there is no interval.

    An upper limit of None is open, and so is a lower one of minus infinity; a lower one that is not reached
    says nothing.
    """
    if found.level is None or (found.low is None and found.beyond != "infinite"):
        return math.nan
    low = -math.inf if found.low is None else found.low - AT_LIMIT
    high = math.inf if found.high is None else found.high + AT_LIMIT
    return float(low <= truth <= high)


def errs(found: Estimate) -> float:
    """1 where the test rejects at 5%, 0 where not, NaN where it has no answer."""
    return math.nan if found.p is None else float(found.p < 0.05)


def drawn(found: Numbers, *, rejects: bool = False) -> Percent:
    """Of draws, the share that held; or that rejects, which a test without an answer does not."""
    answered = ~np.isnan(found)
    if not answered.any():
        return Percent(math.nan, 1.0)
    counted = np.nan_to_num(found) if rejects else found[answered]
    share = float(counted.mean())
    return Percent(share, 1.0 - float(answered.mean()), math.sqrt(share * (1.0 - share) / len(counted)))


def counted(found: Numbers, chances: Numbers, *, rejects: bool = False) -> Percent:
    """The same, where everything that could be found is there with its chance."""
    answered = ~np.isnan(found)
    with_answer = float(chances[answered].sum())
    of = 1.0 if rejects else with_answer
    return Percent(float(chances[answered] @ found[answered]) / of, 1.0 - with_answer)


def average_and_least(found: Sequence[Percent]) -> str:
    """How often it holds, whatever the truth is: on average, least, and how often there is no interval."""
    without = sum(one.without for one in found) / len(found)
    average = Percent(sum(one.share for one in found) / len(found), without)
    return f"{percent(average.share)}, least {percent(min(one.share for one in found))}{average.none}"


def in_batches(run: Map, batch: Callable[[int], list[list[float]]], draws: int) -> Numbers:
    """The columns of what every batch of draws has found."""
    return np.concatenate([np.asarray(each) for each in run(batch, range(draws // BATCH), chunksize=1)]).T


def chances_of(n: int, p: float) -> Numbers:
    """The chance of 0, 1 ... n events."""
    return np.array([math.comb(n, events) * p**events * (1.0 - p) ** (n - events) for events in range(n + 1)])


def percent(share: float) -> str:
    return f"{100.0 * share:.1f}"


def print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    error = max((cell.error for row in rows for cell in row if isinstance(cell, Percent)), default=0.0)
    said = f"; standard error at most {percent(error)}" if error else ", counted"
    print(f"### {title} (%{said})\n")
    print(f"| {' | '.join(heads)} |")
    print(f"|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print()
