"""How often things happen: the numbers of `rates.toml`, as they are asked for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

CRITERIA = (
    "fever",
    "cytopenias",
    "triglycerides or fibrinogen",
    "ferritin",
    "splenomegaly",
    "hemophagocytosis",
    "nk activity",
    "soluble cd25",
)


@dataclass(frozen=True, slots=True)
class Story:
    """What brings a patient in; each number is explained in `rates.toml`."""

    name: str
    share: float
    met: tuple[float, ...]
    weight: tuple[float, ...]
    looked: tuple[float, ...]
    days: float
    dies: float


@cache
def stories() -> tuple[Story, ...]:
    """All stories; the first is the ordinary one, and everybody's who has no other."""
    return tuple(
        Story(
            name,
            told["share"],
            tuple(told["met"]),
            tuple(told["weight"]),
            tuple(told["looked"]),
            told["days"],
            told["dies"],
        )
        for name, told in _all()["story"].items()
    )


def story(name: str) -> int:
    """The number under which a story stands in every table of this room."""
    return [one.name for one in stories()].index(name)


def rate(part: str, name: str) -> float:
    """One number, as `rate("people", "transfer")`."""
    return float(_all()[part][name])


@cache
def _all() -> dict[str, Any]:
    text = (files(__package__) / "rates.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
