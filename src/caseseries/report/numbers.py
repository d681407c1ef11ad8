"""Numbers of the results, as cells and lines: each is looked up by its id."""

from __future__ import annotations

from collections.abc import Iterable

from caseseries.analysis.cautions import Caution
from caseseries.analysis.results import Number, Results
from caseseries.evidence.finding import column_letters
from caseseries.report.page import Cell, Line, ref, words

PROMISED = " (promised)"


def stands(results: Results, id_: str) -> bool:
    return id_ in results.numbers


def number_cell(results: Results, id_: str) -> Cell:
    """A number with its interval; empty where it does not stand for this group."""
    return words(*with_interval(results, id_), numeric=True) if stands(results, id_) else words()


def with_interval(results: Results, id_: str) -> Line:
    """A number, with its interval in brackets where it has one."""
    estimate = results.number(id_).estimate
    if estimate.level is None:
        return (ref(results, id_),)
    return (ref(results, id_), " (", ref(results, f"{id_}.low"), " to ", ref(results, f"{id_}.high"), ")")


def said(cautions: Iterable[Caution]) -> list[Line]:
    """The cautions of a table as notes, each once."""
    return [(sentence,) for sentence in dict.fromkeys(caution.sentence for caution in cautions)]


def test_line(number: Number, results: Results) -> Line:
    if number.estimate.p is None:
        return () if number.estimate.level is not None else (ref(results, number.id),)
    return (ref(results, f"{number.id}.p"),)


def mark(notes: dict[str, str], caution: Caution) -> str:
    """The letter of a caution in this table's notes."""
    return notes.setdefault(caution.sentence, f"[{column_letters(len(notes)).lower()}]")
