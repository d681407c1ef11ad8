"""Courses that have nothing to do with the group, drawn on each patient's own days of measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from caseseries.stats.sample import Counts, Flags, Numbers
from caseseries.stats.trajectory import first_value, series

Drift = Literal["pooled", "none"]
Steps = Literal["single", "whole courses"]

DRIFTS = {"pooled": "about the common trend", "none": "without any trend"}
STEPS = {
    "single": "single changes drawn with replacement from all patients'",
    "whole courses": "changes in the order of a patient drawn with replacement, then of another",
}
# Values drawn together, for the sake of memory.
CHUNK = 500_000
# Decimals of a fall: two that differ by rounding alone are tied.
DECIMALS = 12


BY_DAY = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's own days from the first on, and the log of each value over the one before."""

    group: bool
    gaps: tuple[float, ...]
    changes: tuple[float, ...]

    @property
    def fall(self) -> float:
        return float(_falls(np.minimum(np.cumsum(self.changes).min(), 0.0)))


def courses_of(
    patterns: Sequence[ArrayLike], values: Sequence[ArrayLike], in_first: Flags, first_day: float, most: int
) -> tuple[list[Course], str]:
    """The courses that have a greatest fall, the longest first; and what keeps them from a walk, such as
    more than `most` later values."""
    courses, hindered, later = [], "", 0
    for days, row, group in zip(patterns, values, in_first, strict=True):
        when, what = series(days, row)
        first, _ = first_value(when, what, first_day)
        followed = sorted((one for one in zip(when, what, strict=True) if one[0] >= first_day), key=BY_DAY)
        if first is None or len(followed) < 2:
            continue
        gaps = np.diff([day for day, _ in followed])
        ordered = np.array([value for _, value in followed])
        if not gaps.all():
            hindered = hindered or "a patient has two values on one day"
        elif ordered.min() <= 0.0:
            hindered = hindered or "a patient has a value not above zero, which has no log"
        else:
            changes = np.diff(np.log(ordered))
            later += len(changes)
            if later > most:
                return [], f"not done: more than {most:,} later values are too many to draw so often"
            courses.append(Course(bool(group), tuple(gaps.tolist()), tuple(changes.tolist())))
    # In an order of their own, so that the draws do not depend on the order of the rows.
    return sorted(courses, key=lambda course: (-len(course.gaps), course.gaps, course.group)), hindered


def drawn_falls(courses: list[Course], draws: int, seed: int, drift: Drift, steps: Steps) -> Numbers:
    """The greatest fall of every patient (columns) in every draw (rows)."""
    trend, residuals, starts = _residuals(courses)
    counts = np.array([len(course.gaps) for course in courses])
    gaps = np.zeros((int(counts[0]), len(courses)))
    for column, course in enumerate(courses):
        gaps[: counts[column], column] = course.gaps
    ends = np.zeros(len(residuals) + 1, dtype=np.bool_)
    ends[[*starts, -1]] = True
    random = np.random.default_rng(seed)
    found = np.empty((draws, len(courses)))
    height = max(1, CHUNK // len(courses))
    for start in range(0, draws, height):
        running = np.zeros((min(height, draws - start), len(courses)))
        lowest = np.zeros_like(running)
        place = np.full(running.shape, len(residuals))
        for visit, gap in enumerate(gaps):
            still = int((counts > visit).sum())
            if steps == "single":
                place = random.integers(len(residuals), size=(len(running), still))
            else:
                place = place[:, :still]
                other = random.choice(starts, place.shape)
                place = np.where(ends[place], other, place)
            change = residuals[place] * np.sqrt(gap[:still])
            running[:, :still] += change if drift == "none" else change + trend * gap[:still]
            np.minimum(lowest[:, :still], running[:, :still], out=lowest[:, :still])
            place = place + 1
        found[start : start + height] = _falls(lowest)
    return found


def _residuals(courses: list[Course]) -> tuple[float, Numbers, Counts]:
    """The trend of the log value a day, the residuals for a gap of one day, and where each course begins.

    A random walk's variance grows with the gap: the trend is the weighted mean with weights 1 / gap.
    """
    donors = sorted(courses, key=lambda course: (course.gaps, course.changes))
    gaps = np.array([gap for course in donors for gap in course.gaps])
    changes = np.array([change for course in donors for change in course.changes])
    trend = math.fsum(changes) / math.fsum(gaps)
    residuals = (changes - trend * gaps) / np.sqrt(gaps)
    starts = np.cumsum([0, *(len(course.gaps) for course in donors[:-1])])
    return trend, residuals - math.fsum(residuals) / len(residuals), starts


def _falls(lowest: ArrayLike) -> Numbers:
    """Greatest falls, from the lowest log value less that of the first day."""
    return np.asarray(np.round(np.abs(np.expm1(lowest)), DECIMALS))
