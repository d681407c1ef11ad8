"""An estimate: one number with its interval, its n, its unit and its method in full."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from caseseries.stats.digits import shown, shown_p

NOT_REACHED = "not reached"


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

    @property
    def shown(self) -> str:
        """The value as it is printed (31%, 1.65, 38,052), or that there is none."""
        if self.value is not None:
            return shown(self.value, self.unit)
        return NOT_REACHED if NOT_REACHED in self.reason or "infinite" in self.reason else "not estimable"

    @property
    def shown_interval(self) -> str:
        """The interval as it is printed, such as "11% to 59%"; empty where there is none."""
        if self.level is None:
            return ""
        low, high = (NOT_REACHED if one is None else shown(one, self.unit) for one in (self.low, self.high))
        return f"{low} to {high}"

    @property
    def shown_p(self) -> str:
        """The p-value as it is printed; empty where there is none."""
        return "" if self.p is None else shown_p(self.p)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit and self.unit != "share" and self.value is not None else ""
        parts = [f"{self.shown}{unit}"]
        if self.level is not None:
            parts.append(f"({shown(self.level, 'share')} interval {self.shown_interval})")
        if self.p is not None:
            parts.append(f"p = {self.shown_p}".replace("= <", "< "))
        why = f" ({self.reason})" if self.reason else ""
        return f"{' '.join(parts)}; n = {self.n}; {self.method}{why}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(str(self))}</p>"


def not_estimable(reason: str, method: str, n: int, unit: str = "") -> Estimate:
    """The estimate that could not be made, with the reason in plain words; never NaN."""
    return Estimate(value=None, method=method, n=n, unit=unit, reason=reason)
