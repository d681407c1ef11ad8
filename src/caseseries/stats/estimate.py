"""An estimate: one number with its interval, its n, its unit and its method in full."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Literal

from caseseries.stats.digits import MINUS, shown, shown_p

Beyond = Literal["", "not reached", "infinite"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one method says of one sample.

    `value` is None where it was not reached or could not be estimated; `reason` then says why.
    `low` and `high` are the limits at `level` (0.95); with `level` set, a limit of None is open, and
    `beyond` says whether it, and a value of None, was not reached or is infinite. Without `level`
    there is no interval at all. `p` is two-sided. `value` and limits are in `unit` ("" for a pure
    number, "share" for a proportion in 0..1).
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
    beyond: Beyond = ""

    @property
    def shown(self) -> str:
        """The value as it is printed (31%, 1.65, 38,052), or that there is none."""
        if self.value is not None:
            return shown(self.value, self.unit)
        return self.beyond or "not estimable"

    @property
    def shown_n(self) -> str:
        """Of how many, as it is printed."""
        return f"{self.n:,}"

    def content(self) -> dict[str, Any]:
        """Its fields by name, as they are written down."""
        return asdict(self)

    @property
    def shown_interval(self) -> str:
        """The interval as it is printed, such as "11% to 59%"; empty where there is none."""
        return "" if self.level is None else f"{self.shown_low} to {self.shown_high}"

    @property
    def shown_low(self) -> str:
        """The lower limit as it is printed; empty where there is no interval."""
        is_below_all = self.level is not None and self.low is None and self.beyond == "infinite"
        return f"{MINUS}infinite" if is_below_all else self._shown_limit(self.low)

    @property
    def shown_high(self) -> str:
        """The upper limit as it is printed; empty where there is no interval."""
        return self._shown_limit(self.high)

    def _shown_limit(self, limit: float | None) -> str:
        if self.level is None:
            return ""
        return self.beyond or "not reached" if limit is None else shown(limit, self.unit)

    @property
    def shown_p(self) -> str:
        """The p-value as it is printed; empty where there is none."""
        return "" if self.p is None else shown_p(self.p)

    @property
    def in_short(self) -> str:
        """Value, interval and p, without n and method: `1.65 months (95% interval 0.3 to not reached)`."""
        unit = f" {self.unit}" if self.unit and self.unit != "share" and self.value is not None else ""
        parts = [f"{self.shown}{unit}"]
        if self.level is not None:
            parts.append(f"({shown(self.level, 'share')} interval {self.shown_interval})")
        if self.p is not None:
            parts.append(f"p = {self.shown_p}".replace("= <", "< "))
        return " ".join(parts)

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.in_short}; n = {self.n}; {self.method}{why}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(str(self))}</p>"


def not_estimable(reason: str, method: str, n: int, unit: str = "") -> Estimate:
    """The estimate that could not be made, with the reason in plain words; never NaN."""
    return Estimate(value=None, method=method, n=n, unit=unit, reason=reason)


def check_level(level: float) -> None:
    """Refuse a level of confidence that is none, such as 95. Raises ValueError."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is a share between 0 and 1, such as 0.95, not {level}")
