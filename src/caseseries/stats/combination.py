"""A combination of shares that were each estimated with an interval: a difference, a weighted mean."""

from __future__ import annotations

import math
from collections.abc import Sequence

from caseseries.stats.estimate import Estimate, not_estimable

MOVER = "limits recovered from those of the parts (MOVER)"


def combination(parts: Sequence[Estimate], weights: Sequence[float], said: str) -> Estimate:
    """The sum of `weights` times the `parts`, whose limits are those of the parts put together.

    `said` names in the method what it is. n is that of all parts. A part without a value or limits: not
    estimable, for the reason of that part. ValueError: rows of unlike length, or parts of several levels.

    Source: Zou & Donner, Stat Med 2008;27:1693-1702; of two shares with Wilson's limits it is Newcombe's
    difference, Stat Med 1998;17:873-890.
    """
    if len(parts) != len(weights) or not parts:
        raise ValueError("weights: one for each of the parts is wanted")
    if len({part.level for part in parts if part.level is not None}) > 1:
        raise ValueError("parts: all limits must be of one level")
    method, n = f"{said}, {MOVER}", sum(part.n for part in parts)
    below = above = value = 0.0
    for part, weight in zip(parts, weights, strict=True):
        if part.value is None or part.low is None or part.high is None:
            return not_estimable(part.reason or "a part has no limits", method, n, "share")
        down, up = (part.value - part.low) * weight, (part.high - part.value) * weight
        value += weight * part.value
        below += (down if weight > 0.0 else up) ** 2
        above += (up if weight > 0.0 else down) ** 2
    return Estimate(
        value, method, n, "share", value - math.sqrt(below), value + math.sqrt(above), parts[0].level
    )
