"""Meaning: what a word in the records comes to, as the criteria and the steps of a study read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from caseseries.criteria.comparison import hold
from caseseries.criteria.definition import Definition, Word, tests_of
from caseseries.evidence.finding import Finding
from caseseries.evidence.presence import ABSENT, PRESENT
from caseseries.evidence.truth import Truth
from caseseries.records.codebook import finding_key

MEANINGS = {Truth.MET: "met", Truth.NOT_MET: "denied"}


def meanings(definitions: Iterable[Definition]) -> Callable[[str, str], str]:
    """A function (finding, word) that answers "met", "denied" or "not understood".

    A word is held against the first test of the definitions that asks for its finding; where none does,
    against the words by which the steps of a study go ("present", "no").
    """
    tests: dict[str, Word] = {}
    for test in (test for one in definitions for test in tests_of(one)):
        if isinstance(test, Word):
            tests.setdefault(finding_key(test.finding), test)

    def means(finding: str, word: str) -> str:
        test = tests.get(finding_key(finding), Word(finding, PRESENT, ABSENT))
        truth = hold(Finding("", finding, text=word), test).truth
        return "not understood" if truth is None else MEANINGS.get(truth, "not understood")

    return means
