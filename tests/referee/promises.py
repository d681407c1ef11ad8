"""Protocols and definitions for small hospitals, drawn as text and read as any other: they are legal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st
from tests.referee.making import day, folder, protocol

from caseseries.criteria.definition import Definition
from caseseries.criteria.shelf import LIBRARY, open_definition
from caseseries.protocol.protocol import Protocol

LIMITS = {
    "body temperature": ["38.5 Cel", "101.3 degF", "39.4 Cel"],
    "hemoglobin": ["9.0 g/dL", "90 g/L"],
    "platelets": ["100 10*9/L", "50000 /uL"],
    "neutrophils": ["1.0 10*9/L"],
    "triglycerides": ["265 mg/dL", "3.0 mmol/L"],
    "fibrinogen": ["1.5 g/L", "150 mg/dL"],
    "ferritin": ["500 ng/mL", "2000 ug/L"],
    "soluble cd25": ["2400 U/mL"],
}
COMPARISONS = ("at_least", "above", "at_most", "below")
WORDS = ("splenomegaly", "hemophagocytosis")


@dataclass(frozen=True)
class Promise:
    """A protocol with its text, its definition, and the numbers of days that its windows turn on."""

    protocol: Protocol
    definition: Definition
    text: str
    edges: tuple[int, ...]


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    """A protocol: a window of 1 to 30 days or the whole stay, transfers within 0 to 3 days, some steps."""
    path = draw(st.one_of(guidelines(), small_definitions()))
    together = draw(st.sampled_from([1, 2, 3, 3, 7, 7, 7, 14, 30, None]))
    wide = together is not None and together <= 7 and draw(st.integers(0, 2)) > 0
    criteria = open_definition(path)
    wider = {
        one.name: draw(st.sampled_from([4, 9, 14]))
        for one in criteria.criteria
        if wide and draw(st.booleans())
    }
    listed = ", ".join(f'"{name}" = "{days} days"' for name, days in wider.items())
    admitted = draw(st.sampled_from([(-60, 90), (-60, 90), (-60, 90), (-60, 90), (1, 1), (2, 40), (-10, 2)]))
    text = f"""
title    = "A small study"
version  = "1.0"
question = "Who?"
criteria = ["{path}"]

[setting]
visits   = "inpatient"
admitted = {{ from = {day(admitted[0])}, to = {day(admitted[1])} }}

[stay]
transfers = "{draw(st.sampled_from(["12 hours", "1 day", "1 day", "2 days", "3 days"]))}"
criteria  = "{path}"
together  = "{f"{together} days" if together else "stay"}"
wider     = {{ {listed} }}

[moments]
admission = {{ start_of = "stay" }}
{draw(steps(path))}
[[variable]]
name = "age"
kind = "number"
"""
    edges = {span for span in (together, *wider.values()) if span is not None}
    return Promise(protocol(text), criteria, text, tuple(sorted(edges)) or (7,))


# ---- Steps ----


@st.composite
def steps(draw: st.DrawFn, path: str) -> str:
    """The steps before the criteria, the criteria, and the steps after them."""
    before = draw(st.lists(ages(), max_size=1))
    after = draw(st.lists(st.one_of(on_findings(), on_findings(), ages()), min_size=1, max_size=2))
    confirmed = f'name = "confirmed"\nkeep = "met"\ncriteria = "{path}"\nif_unknown = "review"\n'
    within = draw(st.sampled_from([None, 0, 1, 1, 2, 3]))
    confirmed += "" if within is None else f"review_within = {within}\n"
    return "".join(f"\n[[eligibility]]\n{step}" for step in [*before, confirmed, *after])


@st.composite
def ages(draw: st.DrawFn) -> str:
    """A step of age: on either side of eighteen, kept or dropped."""
    sides = draw(
        st.sampled_from(
            [
                'above = "18 years"',
                'at_least = "18 years"',
                'below = "18 years"',
                'at_most = "17 years"',
                'at_least = "216 months", below = "65 years"',
            ]
        )
    )
    return f'{draw(kept())}age = {{ {sides}, at = "admission" }}\n{draw(unknown())}'


@st.composite
def on_findings(draw: st.DrawFn) -> str:
    """A step of findings, any or all of them."""
    names = ["hlh mutation", "family history of hlh", "anakinra", "anakinra given for HLH"]
    asked = draw(st.lists(st.sampled_from([*names, "splenomegaly"]), min_size=1, max_size=2, unique=True))
    listed = ", ".join(f'"{name}"' for name in asked)
    return f"{draw(kept())}{draw(st.sampled_from(['any_of', 'all_of']))} = [{listed}]\n{draw(unknown())}"


def kept() -> st.SearchStrategy[str]:
    """Whether the step keeps or drops."""
    return st.sampled_from(['keep = "those"\n', 'drop = "those"\n'])


def unknown() -> st.SearchStrategy[str]:
    """The fate of the unknown."""
    return st.sampled_from([f'if_unknown = "{fate}"\n' for fate in ("keep", "drop", "review")])


# ---- Definitions ----


@st.composite
def guidelines(draw: st.DrawFn) -> str:
    """HLH-2004 as it is, or with another number of criteria needed."""
    need = draw(st.sampled_from([5, 5, 5, 4, 3, 2]))
    if need == 5:
        return "hlh-2004"
    text = (LIBRARY / "hlh-2004.toml").read_text(encoding="utf-8")
    return written(text.replace("need   = 5", f"need   = {need}", 1).replace('"hlh-2004"', '"hlh"', 1))


@st.composite
def small_definitions(draw: st.DrawFn) -> str:
    """One to four criteria, some of them a need of several tests, with every way of comparing."""
    criteria = []
    for number in range(draw(st.integers(1, 4))):
        name = f'\n[[criterion]]\nname = "line {number}"\n'
        if draw(st.integers(0, 3)):
            criteria.append(name + draw(tests()).replace(", ", "\n"))
        else:
            parts = draw(st.lists(tests(), min_size=1, max_size=3))
            of = ",\n".join(f"  {{ {part} }}" for part in parts)
            criteria.append(f"{name}need = {draw(st.integers(1, len(parts)))}\nof = [\n{of},\n]\n")
    need = draw(st.integers(1, len(criteria)))
    head = f'name = "small"\ntitle = "Small"\nsource = "made up"\nneed = {need}\n'
    return written(head + "".join(criteria))


@st.composite
def tests(draw: st.DrawFn) -> str:
    """One test as the parts of a table: a number against a limit in one unit, or a word."""
    finding = draw(st.sampled_from([*LIMITS, *WORDS]))
    if finding in WORDS:
        return f'finding = "{finding}", present = true'
    limit = draw(st.sampled_from(LIMITS[finding]))
    return f'finding = "{finding}", {draw(st.sampled_from(COMPARISONS))} = "{limit}"'


def written(text: str) -> str:
    """The path of a definition with this text; the same text has the same path."""
    path: Path = folder() / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.toml"
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    return str(path)
