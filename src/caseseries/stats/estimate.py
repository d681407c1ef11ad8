"""An estimate: one number with its interval, its n, its unit and its method in full."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one method says of one sample.

    `value` is None where it was not reached or could not be estimated; `reason` then says why.
    `low` and `high` are the limits at `level` (0.95); with `level` set, a limit of None was not
    reached (an open interval), and without `level` there is no interval at all. `p` is two-sided.
    `value` and limits are in `unit` ("" for a pure number, "share" for a proportion in 0..1).
    """

    value: float | None
    method: str
    n: int
    unit: str = ""
    low: float | None = None
    high: float | None = None
    level: float | None = None
    p: float | None = None
    reason: str = ""


def not_estimable(reason: str, method: str, n: int, unit: str = "") -> Estimate:
    """The estimate that could not be made, with the reason in plain words; never NaN."""
    return Estimate(value=None, method=method, n=n, unit=unit, reason=reason)
