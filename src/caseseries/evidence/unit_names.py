"""The names of units: many spellings, one meaning. `K/uL` is a count, not kelvin."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from caseseries.evidence.values import plain_text


def unit_name(written: str) -> str | None:
    """The one spelling of a unit (`K/uL` and `x10E3/uL` are `10*3/uL`); None where it is not known."""
    return _names().get(_key(written))


def unit_names() -> tuple[str, ...]:
    """Every unit that is known, by its one spelling."""
    return tuple(dict.fromkeys(_names().values()))


@cache
def _names() -> dict[str, str]:
    text = files("caseseries.evidence").joinpath("units.toml").read_text(encoding="utf-8")
    names: dict[str, str] = {}
    for name, spellings in tomllib.loads(text).items():
        for spelling in (name, *spellings):
            if names.setdefault(_key(spelling), name) != name:
                raise ValueError(f'units.toml: "{spelling}" stands under two units.')
    return names


_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_ALIKE = str.maketrans({"\u00b5": "u", "\u03bc": "u", "\u00d7": "x", "\u00b7": "*"})


def _key(written: str) -> str:
    """What all spellings of a unit have in common."""
    raised = re.sub(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: "^" + power[0].translate(_RAISED), written)
    key = re.sub(r"\s+", "", plain_text(raised).translate(_ALIKE).casefold().translate(_ALIKE))
    key = re.sub(r"^mc(?=g|mol)", "u", key)
    key = re.sub(r"^[x*]?10(?:\^|\*\*?|e\+?)0?([0-9])(?![0-9])", r"10*\1", key)
    return re.sub(r"(?<=/)(?:mcl|mm\^?3|mm³|cumm|cmm|microl)$", "ul", key)
