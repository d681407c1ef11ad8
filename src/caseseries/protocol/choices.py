"""Choices: the words that can stand in one place, and what a word from elsewhere means among them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from caseseries.protocol.clauses.clause import slug

MEANT = {
    "number": "numeric numerical continuous float decimal integer int",
    "day": "date",
    "time": "duration",
    "yes/no": "boolean bool binary dichotomous",
    "category": "categorical nominal ordinal factor",
    "categories": "categorical multiple",
    "text": "string str",
    "list": "listing line-list",
    "summarise": "table-1 table-one baseline demographics describe summary",
    "survival": "kaplan-meier km log-rank logrank",
    "incidence": "competing competing-risks aalen-johansen cumulative-incidence gray cif",
    "compare": "test t-test chi2 chi-square chi-squared fisher fisher-s-exact mann-whitney wilcoxon",
    "trajectory": "course time-course longitudinal",
    "regress": "cox logistic fine-gray",
    "chi-square, uncorrected": "chi2 chi-square chi-squared pearson",
    "chi-square, Yates": "chi2 chi-square chi-squared",
    "Fisher": "exact fisher-exact fisher-s-exact fisher-s-exact-test",
    "Freeman-Halton": "fisher-freeman-halton freeman-halton-exact exact-r-x-c",
    "Mann-Whitney": "wilcoxon rank-sum wilcoxon-rank-sum mann-whitney-u u-test",
    "Kruskal-Wallis": "kruskal kruskal-wallis-h anova one-way-anova",
}
"""Under a word of the protocol, the words, as slugs, by which textbooks and other programs call it."""


def choose(word: str, options: Iterable[str]) -> str:
    """The mend for a word that cannot stand here: what it means or is nearest to, then all that can.

    The words are in quotes, as they are written in the file: some have a comma.
    """
    quoted = {option: f'"{option}"' for option in options}
    meant = [quoted[option] for option in quoted if slug(word) in MEANT.get(option, "").split()]
    if not meant:
        spelt = {option.casefold(): said for option, said in quoted.items()}
        meant = [spelt[near] for near in get_close_matches(word.casefold(), spelt, n=1)]
    asked = f"Did you mean {' or '.join(meant)}? " if meant else ""
    return f"{asked}There are: {', '.join(quoted.values())}."
