"""Cautions: what the system itself says of a result, in plain words and with its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caseseries.evidence.counting import so_many
from caseseries.stats.digits import shown, shown_p

FEW_PATIENTS = 20
"""Below this many patients every result says so. A convention of this house, not a published limit."""
SMALL_EXPECTED = 5.0
"""Cochran's rule for the chi-square test of a 2 x 2 table. Source: Cochran WG, Biometrics 1954;10:417-451."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One caution: its kind, which is stable, and its sentence, which says how large it is here."""

    kind: str
    sentence: str


def few_patients(n: int) -> Caution:
    return Caution(
        "few-patients",
        f"{so_many(n, 'patient')}: one patient more or less can change what is said here. "
        "Read the intervals first.",
    )


def small_expected(smallest: float) -> Caution:
    return Caution(
        "small-expected",
        f"The smallest expected count is {smallest:.2f}. Below {SMALL_EXPECTED:g} a chi-square test promises "
        "more than it can hold: read the exact test beside it.",
    )


def ties(distinct: int, n: int) -> Caution:
    return Caution(
        "ties", f"The {n} values hold ties ({distinct} distinct): the exact test is conditional on them."
    )


def several_categories(several: int, entries: int, n: int) -> Caution:
    return Caution(
        "several-categories",
        f"{several} of {so_many(n, 'patient')} have several categories ({entries} entries): the shares add "
        "up to more than 100 %, and a test that counts entries counts these patients more than once.",
    )


def uncertain_labels(level: str, uncertain: Sequence[str], labelled: int, surest: str) -> Caution:
    return Caution(
        "uncertain-labels",
        f"{len(uncertain)} of the {so_many(labelled, 'patient')} with {level} have it by a label that is "
        f"less than {surest} ({_who(uncertain)}): another reading of the charts would move them.",
    )


def labels_tip(
    test: str, least: float, most: float, labellings: int, below: int, alpha: float, single: Sequence[str]
) -> Caution:
    alone = f" It changes sides without one label alone: {'; '.join(single)}." if single else ""
    return Caution(
        "labels-tip",
        f"{test}: over {labellings:,} labellings p lies from {shown_p(least)} to {shown_p(most)}, and below "
        f"{alpha:.2g} in {below:,} of them.{alone}",
    )


def not_promised() -> Caution:
    return Caution(
        "not-promised", "This p-value was not promised in the protocol: it describes, it does not confirm."
    )


def unequal_follow_up(shortest: float, longest: float, unit: str) -> Caution:
    return Caution(
        "unequal-follow-up",
        f"Alive at last follow-up means alive after {shown(shortest, unit)} {unit} for one and after "
        f"{shown(longest, unit)} {unit} "
        "for another: a share without a horizon. Survival at a fixed time says more.",
    )


def immortal_time(middle: float, longest: float, since: str, until: str) -> Caution:
    return Caution(
        "immortal-time",
        f"Everybody here lived until {until}, or would not be here: between {since} and {until} (median "
        f"{shown(middle, 'days')} days, up to {shown(longest, 'days')}) nobody could die.",
    )


def grouped_by_outcome(title: str) -> Caution:
    return Caution(
        "grouped-by-outcome",
        f'The groups are made by the outcome ("{title}"), which was known last: this describes, and does '
        "not predict.",
    )


def clock_does_not_fit(patients: Sequence[str], sentence: str) -> Caution:
    return Caution("clock", f"{sentence} ({_who(patients)}).")


def small_late_weights(n: int) -> Caution:
    """Measured by simulation, seeded: see docs/coverage.md."""
    return Caution(
        "small-late-weights",
        f"{so_many(n, 'patient')} in the smallest group: a log-rank test that is weighted for late "
        "differences leaves the few who are followed longest to decide. Meant to find a difference where "
        "there is none in 5 % of series, the one with G(0, 1) does in 9 % at 5 against 11 patients, in 8 % "
        "with 8 a group and in 7 % with 16 (docs/coverage.md).",
    )


SHORTER = 0.5
"""A group followed for less than this part of the other's time is told. A convention of this house."""


def dealt_follow_up(shorter: str, shortest: float, longer: str, longest: float, unit: str) -> Caution:
    """Measured by simulation, seeded: see docs/coverage.md."""
    return Caution(
        "dealt-follow-up",
        f"Median follow-up is {shown(shortest, unit)} {unit} in one group ({shorter}) and "
        f"{shown(longest, unit)} {unit} in the other ({longer}). The exact log-rank test deals patients "
        "anew, and with them how long they were followed: with 20 against 5 patients, the 20 followed a "
        "third as long, it found a difference where there is none in 7 % of series instead of 5 %, and with "
        "5 against 11, the 5 followed a third as long, in 2 % (docs/coverage.md).",
    )


def small_mean_times(n: int) -> Caution:
    """Measured by simulation, seeded: see docs/coverage.md."""
    return Caution(
        "small-mean-times",
        f"{so_many(n, 'patient')}: the interval of a mean time is too narrow in a small group. Meant to "
        "hold 95 in 100 times, it holds 88 with 8 patients, and its test errs in 9 % at 5 against 11.",
    )


def best_ever(
    of_first: float | None,
    of_second: float | None,
    first: str,
    second: str,
    under_null: tuple[str, str] | None = None,
) -> Caution:
    sizes, expected = "", ""
    if of_first is not None and of_second is not None:
        sizes = f" Later values a patient, median: {of_first:g} ({first}), {of_second:g} ({second})."
    if under_null:
        first, second = under_null
        expected = f" Courses that had nothing to do with the group would give {first} and {second} on the "
        expected += "same days."
    return Caution(
        "best-ever",
        "The response is the greatest ever reached: who is followed longer has more values to reach it."
        f"{sizes}{expected}",
    )


def unequal_values(fewest: int, most: int, middles: Sequence[float]) -> Caution:
    """`middles`: the median of those who died, and of all others; none where there are none of either."""
    fates = (
        ""
        if not middles
        else f" The median is {middles[0]:g} in those who died, {middles[1]:g} in all others."
    )
    return Caution(
        "unequal-values",
        f"After day 1 a patient has {fewest} to {most} values. Nadir, greatest fall, rebound and the half of "
        f"day 1 are found more easily in whoever has more, and who dies early has few.{fates}",
    )


def different_starts(first: float, middle: float, last: float) -> Caution:
    return Caution(
        "different-starts",
        f"Day 1 is hospital day {first:g} to {last:g} (median {middle:g}): the first values are not of one "
        "time of the illness.",
    )


def bounds_taken(count: int) -> Caution:
    plural = "values are" if count > 1 else "value is"
    return Caution(
        "bounds", f"{count} {plural} known as a bound only (such as >100,000) and taken at the bound."
    )


def ranges_taken(count: int) -> Caution:
    plural = "values are" if count > 1 else "value is"
    return Caution("ranges", f"{count} {plural} known as a range only, and taken at the lower end.")


def recalled(sentence: str) -> Caution:
    """What the cases themselves say to be known from memory only."""
    return Caution("recalled", sentence)


def further_episodes(count: int) -> Caution:
    plural = "episodes are" if count > 1 else "episode is"
    return Caution(
        "episodes", f"{count} further {plural} left out: the unit is the patient, at the first episode."
    )


def _who(patients: Sequence[str]) -> str:
    """The patients by name; the first ten of many."""
    named = ", ".join(patients[:10]) + (f" and {len(patients) - 10} more" if len(patients) > 10 else "")
    return f"patient{'s' if len(patients) > 1 else ''} {named}"
