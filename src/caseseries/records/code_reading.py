"""Reading the codes of a codebook: each id with its label, its vocabulary and where it was read."""

from __future__ import annotations

from typing import get_args

from caseseries.evidence.problem import did_you_mean
from caseseries.evidence.table import Table
from caseseries.evidence.unit_names import unit_name, unit_names
from caseseries.records.codebook import FIRST_LOCAL, Code, Confidence, Meaning

CODE = ("concept", "label", "vocabulary", "code", "source", "confidence", "descendants")
CONFIDENCE: tuple[Confidence, ...] = get_args(Confidence)
OPERATORS = ("<", "<=", ">", ">=")
ROUTES = ("subcutaneous", "intravenous", "oral", "intramuscular", "intrathecal")
MOST_ID = 2**63 - 1


def codes(table: Table, key: str, *, descendants: bool = False, required: bool = False) -> tuple[Code, ...]:
    """The codes of a list of tables; `descendants` holds for those that do not say it themselves."""
    if required and key not in table.content:
        table.slip(None, f'the key "{key}" is missing', f"Add it: {key} = [{{ concept = ... }}]")
    read = []
    for line in table.tables(key):
        line.knows(*CODE)
        read.append(_code(line, descendants=descendants))
    _each_once(table, key, [code.concept for code in read])
    return tuple(read)


def meanings(table: Table, key: str, word: str) -> tuple[Meaning, ...]:
    """What each concept of a list of tables stands for: a unit, an operator or a route."""
    read = []
    for line in table.tables(key):
        line.knows(word, *CODE)
        read.append(Meaning(_code(line, descendants=False), _word(line, word)))
    _each_once(table, key, [one.code.concept for one in read])
    return tuple(read)


def _code(line: Table, *, descendants: bool) -> Code:
    concept = line.content.get("concept")
    if not isinstance(concept, int) or isinstance(concept, bool) or not 0 < abs(concept) <= MOST_ID:
        found = "this is not the id of a concept" if concept is not None else 'the key "concept" is missing'
        line.slip("concept", found, "Write the whole number of the vocabulary: concept = 3001122")
        concept = 1
    confidence = line.one("confidence", CONFIDENCE, required=True)
    if concept >= FIRST_LOCAL and confidence in ("verified", "recalled"):
        found = f"{concept} is an id that a hospital gave itself"
        line.slip("confidence", found, 'Write confidence = "local".')
    return Code(
        concept=concept,
        label=line.text("label", required=True),
        vocabulary=line.text("vocabulary", required=True),
        code=line.text("code") if "code" in line.content else "",
        source=line.text(
            "source",
            required=confidence != "local",
            example="memory" if confidence == "recalled" else "...",
        ),
        confidence=confidence or "recalled",
        descendants=line.flag("descendants") if "descendants" in line.content else descendants,
    )


def _word(line: Table, word: str) -> str:
    written = line.text(word, required=True)
    if word == "unit":
        unit = unit_name(written) if written else ""
        if unit is None:
            line.slip(word, f'"{written}" is no unit that is known', did_you_mean(written, unit_names()))
        return unit or ""
    return line.one(word, OPERATORS if word == "operator" else ROUTES) or ""


def _each_once(table: Table, key: str, concepts: list[int]) -> None:
    twice = sorted({concept for concept in concepts if concepts.count(concept) > 1})
    for concept in twice:
        table.slip(key, f"{concept} stands twice", "Keep one of the two.")
