"""What is measured: an analyte, its values on either side of a threshold, and how its unit is spelt."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Unit:
    """One spelling. A value here is `factor` times the first unit's and `offset` more."""

    concept: int
    text: str
    factor: float = 1.0
    offset: float = 0.0
    decimals: int | None = None
    met_from: float | None = None
    not_to: float | None = None


@dataclass(frozen=True, slots=True)
class Analyte:
    """As `analytes.toml` tells it. Values are in the first unit."""

    finding: str
    concepts: tuple[int, ...]
    sources: tuple[str, ...]
    not_met: tuple[float, float]
    decimals: int
    every: float
    daily: int
    hours: tuple[float, float]
    units: tuple[Unit, ...]
    met: tuple[float, float] | None = None
    sick: tuple[float, float] | None = None
    edge: float | None = None
    edge_is: str = ""
    low: float | None = None


@cache
def analytes() -> tuple[Analyte, ...]:
    """All of them, those that a criterion asks for first."""
    text = (files(__package__) / "analytes.toml").read_text(encoding="utf-8")
    return tuple(_analyte(told) for told in tomllib.loads(text)["analyte"])


def _analyte(told: dict[str, Any]) -> Analyte:
    units = tuple(Unit(**unit) for unit in told["units"])
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }
    plain["units"] = units
    return Analyte(**plain)
