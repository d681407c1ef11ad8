"""Definitions, drawn as text and read as any other: criteria that are counted, scores, and flags on them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st
from tests.referee.making import folder

from caseseries.criteria.shelf import LIBRARY

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
FLAGGING = ("transfusion", "chemotherapy", "g-csf")


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
    asked = [name for name in (*LIMITS, *WORDS) if f'finding = "{name}"' in "".join(criteria)]
    return written(head + "".join(criteria) + (draw(flags(asked)) if draw(st.booleans()) else ""))


@st.composite
def flags(draw: st.DrawFn, asked: Sequence[str]) -> str:
    """One or two flags on what a definition asks for."""
    lines = []
    for finding in draw(st.lists(st.sampled_from(FLAGGING), min_size=1, max_size=2, unique=True)):
        on = draw(st.lists(st.sampled_from(asked), min_size=1, max_size=2, unique=True))
        listed = ", ".join(f'"{name}"' for name in on)
        within = draw(st.sampled_from(["24 hours", "48 hours", "7 days"]))
        when = f'finding = "{finding}", within = "{within} before"'
        lines.append(f'\n[[flag]]\nname = "{finding}"\non = [{listed}]\nwhen = {{ {when} }}\n')
    return "".join(lines)


@st.composite
def scores(draw: st.DrawFn) -> str:
    """The HScore as it is; or one to four items whose points are added up, some of them by grades."""
    if draw(st.booleans()):
        return "hscore"
    items = []
    for number in range(draw(st.integers(1, 4))):
        name = f'\n[[criterion]]\nname = "item {number}"\n'
        least, more = draw(st.integers(1, 9)), draw(st.integers(1, 9))
        match draw(st.sampled_from(["points", "limits", "needs", "life"])):
            case "points":
                items.append(f"{name}{draw(tests()).replace(', ', chr(10))}\npoints = {least}\n")
            case "limits":
                finding = draw(st.sampled_from(sorted(LIMITS)))
                grades = [
                    f'  {{ points = {points}, {draw(st.sampled_from(COMPARISONS))} = "{limit}" }},\n'
                    for points in (least, least + more)
                    for limit in [draw(st.sampled_from(LIMITS[finding]))]
                ]
                items.append(f'{name}finding = "{finding}"\ngrade = [\n{"".join(grades)}]\n')
            case "needs":
                parts = [f"  {{ {draw(tests())} }},\n" for _ in range(3)]
                grades = [
                    f"  {{ points = {least}, need = 1 }},\n  {{ points = {least + more}, need = 3 }},\n"
                ]
                items.append(f"{name}of = [\n{''.join(parts)}]\ngrade = [\n{''.join(grades)}]\n")
            case "life":
                items.append(f'{name}finding = "immunosuppression"\npresent = true\npoints = {least}\n')
    return written('name = "score"\ntitle = "Score"\nsource = "made up"\n' + "".join(items))


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
