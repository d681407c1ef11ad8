"""A printed survival at a time, or a limit of it, that does not reproduce: by which reading it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from caseseries.analysis.columns import Rows
from caseseries.analysis.followed import Followed
from caseseries.cases.series import CaseSeries
from caseseries.literature.explain_survival import LIMITS
from caseseries.literature.readings import MOST_PATIENTS
from caseseries.literature.search import Variant
from caseseries.stats.survival import kaplan_meier, survival_at


def horizon_stages(
    field: str,
    horizon: str,
    ends: dict[str, float],
    followed: Followed,
    rows: Rows,
    cases: CaseSeries,
    level: float,
) -> Iterable[list[Variant]]:
    """The survival of some rows at a horizon, or its limit (`field` "low" or "high"), in stages.

    By counts instead of the curve, then at the other horizons (`ends` has the time of each), then of
    everybody and of all others, then without each patient, where they are few.
    """
    among, ours = rows & followed.rows, {horizon: ends[horizon]}
    others = {name: end for name, end in ends.items() if name != horizon}
    if field in ("low", "high"):
        yield list(_limits(field, ours, followed, among, level))
        yield list(_limits(field, others, followed, among, level))
        return
    yield [*_curve(ours, followed, among, ""), *_counts(ends[horizon], followed, among)]
    yield list(_curve(others, followed, among, ""))
    if not among[followed.rows].all():
        yield [
            *_curve(ours, followed, followed.rows, "of everybody"),
            *_curve(ours, followed, followed.rows & ~among, "of all others"),
        ]
    without = np.flatnonzero(among) if among.sum() <= MOST_PATIENTS else ()
    each = np.arange(cases.n)
    yield [
        variant
        for row in without
        for variant in _curve(ours, followed, among & (each != row), f"without patient {cases.patients[row]}")
    ]


def _curve(ends: dict[str, float], followed: Followed, rows: Rows, reading: str) -> Iterator[Variant]:
    curve = kaplan_meier(followed.times[rows], followed.dead[rows], entry=followed.entry[rows])
    for name, end in ends.items():
        value = survival_at(curve, end).value
        if value is not None:
            yield Variant(f"Kaplan-Meier survival at {name}", value, reading)


def _counts(end: float, followed: Followed, rows: Rows) -> Iterator[Variant]:
    """Shares of those who were watched from the start; of others it is not known how many there were."""
    times, dead = followed.times[rows], followed.dead[rows]
    if followed.is_late or not len(times):
        return
    n, died = len(times), int((dead & (times <= end)).sum())
    seen = int(((times > end) | (~dead & (times >= end))).sum())
    yield Variant("share alive at the last follow-up", int((~dead).sum()) / n)
    yield Variant("share alive, who was lost before taken for dead", seen / n)
    yield Variant("share alive, who was lost before taken for alive", (n - died) / n)
    if died + seen:
        yield Variant(
            "share alive of those who died before or were followed so long", 1.0 - died / (died + seen)
        )
    curve = survival_at(kaplan_meier(times, dead), end).value
    if curve is not None:
        yield Variant("share dead, 1 less the survival", 1.0 - curve)


def _limits(
    field: str, ends: dict[str, float], followed: Followed, rows: Rows, level: float
) -> Iterator[Variant]:
    times, dead, entry = followed.times[rows], followed.dead[rows], followed.entry[rows]
    for limits in LIMITS:
        curve = kaplan_meier(times, dead, entry=entry, level=level, limits=limits)
        for name, end in ends.items():
            limit = getattr(survival_at(curve, end), field)
            if limit is not None:
                yield Variant(f"limit of the survival at {name}, {limits}", limit)
