"""Protocols for small hospitals, drawn as text and read as any other: they are legal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from tests.referee.definitions import guidelines, scores, small_definitions
from tests.referee.making import day, protocol

from caseseries.criteria.definition import Definition, findings_of
from caseseries.criteria.shelf import open_definition
from caseseries.protocol.protocol import Protocol

CONTACT = "contact in person or laboratory result"
LOOKED_FOR = (
    *("ferritin", "neutrophils", "hemoglobin", "nk activity"),
    *("splenomegaly", "hemophagocytosis", "hlh mutation"),
    *("anakinra", "anakinra", "anakinra", "death", CONTACT),
)
"""What a moment may be the first or the last of: numbers, words, what was given, and how it ended."""


@dataclass(frozen=True)
class Promise:
    """A protocol with its text, definition and score, and the numbers of days that its windows turn on."""

    protocol: Protocol
    definition: Definition
    score: Definition | None
    text: str
    edges: tuple[int, ...]


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    """A protocol: a window of 1 to 30 days or the whole stay, transfers within 0 to 3 days, some steps."""
    path = draw(st.one_of(guidelines(), small_definitions()))
    together = draw(st.sampled_from([1, 2, 3, 3, 7, 7, 7, 14, 30, None]))
    wide = together is not None and together <= 7 and draw(st.integers(0, 2)) > 0
    criteria = open_definition(path)
    names = [
        draw(st.sampled_from([one.name, *findings_of(replace(criteria, criteria=(one,)))]))
        for one in criteria.criteria
    ]
    wider = {name: draw(st.sampled_from([4, 9, 14])) for name in names if wide and draw(st.booleans())}
    score = draw(st.one_of(st.none(), scores(), scores()))
    listed = ", ".join(f'"{name}" = "{days} days"' for name, days in wider.items())
    admitted = draw(st.sampled_from([(-60, 90), (-60, 90), (-60, 90), (-60, 90), (1, 1), (2, 40), (-10, 2)]))
    text = f"""
title    = "A small study"
version  = "1.0"
question = "Who?"
criteria = ["{path}"{f', "{score}"' if score else ""}]

[setting]
visits   = "inpatient"
admitted = {{ from = {day(admitted[0])}, to = {day(admitted[1])} }}

[stay]
transfers = "{draw(st.sampled_from(["12 hours", "1 day", "1 day", "2 days", "3 days"]))}"
criteria  = "{path}"
together  = "{f"{together} days" if together else "stay"}"
wider     = {{ {listed} }}

[moments]
{draw(moments(path))}
{draw(steps(path))}
[[variable]]
name = "age"
kind = "number"
"""
    edges = {span for span in (together, *wider.values()) if span is not None}
    added_up = open_definition(score) if score else None
    return Promise(protocol(text), criteria, added_up, text, tuple(sorted(edges)) or (7,))


# ---- Moments ----


@st.composite
def moments(draw: st.DrawFn, path: str) -> str:
    """The admission, some of those that most studies name, and up to three that may rest on one another."""
    usual = [
        f'diagnosis = {{ day_met = "{path}" }}',
        'first_dose = { first = "anakinra", during = "stay" }',
        'last_dose = { last_of_course = "anakinra" }',
        'discharge = { end_of = "stay" }',
        'death = { first = "death" }',
        f'last_contact = {{ last = "{CONTACT}" }}',
    ]
    lines = [line for line in usual if draw(st.integers(0, 4))]
    for number in range(draw(st.integers(0, 3))):
        known = [line.partition(" ")[0] for line in (*lines, "admission")]
        parts = [f'{draw(st.sampled_from(["first", "last"]))} = "{draw(st.sampled_from(LOOKED_FOR))}"']
        parts += ['during = "stay"'] if draw(st.booleans()) else []
        for key in ("after", "until"):
            if not draw(st.integers(0, 2)):
                shift = draw(st.sampled_from(["", "", " + 1 day", " + 4 days", " - 2 days"]))
                parts.append(f'{key} = "{draw(st.sampled_from(known))}{shift}"')
        lines.append(f"moment_{number} = {{ {', '.join(parts)} }}")
    return "\n".join(draw(st.permutations(['admission = { start_of = "stay" }', *lines])))


# ---- Steps ----


@st.composite
def steps(draw: st.DrawFn, path: str) -> str:
    """The steps before the criteria, the criteria, and the steps after them."""
    before = [] if draw(st.integers(0, 2)) else [draw(ages())]
    many = draw(st.sampled_from([0, 0, 1, 2]))
    after = [draw(st.one_of(on_findings(), on_findings(), ages())) for _ in range(many)]
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
