"""Multiplicity: the p-values that were promised, adjusted for their number, and the others counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from caseseries.analysis.ids import joined
from caseseries.analysis.results import Number, Result
from caseseries.stats.multiplicity import benjamini_hochberg, holm

WAYS = {
    "holm": ("Holm", "keeps the chance of even one false finding at its level", holm),
    "benjamini-hochberg": (
        "Benjamini-Hochberg",
        "keeps the share of false findings at its level",
        benjamini_hochberg,
    ),
}


def with_adjusted(results: Sequence[Result]) -> tuple[Result, ...]:
    """The results, and behind each promised p-value the same adjusted for all that were promised.

    A single promise needs no adjustment. What cannot be estimated does not count.
    """
    promised = [number for result in results for number in promised_tests(result)]
    if len(promised) < 2:
        return tuple(results)
    ps = [number.estimate.p for number in promised]
    adjusted: dict[str, list[Number]] = {number.id: [] for number in promised}
    for part, (name, keeps, adjust) in WAYS.items():
        for number, p in zip(promised, adjust(ps), strict=True):
            method = f"{number.estimate.method}; p adjusted over {len(promised)} promised tests by {name}"
            estimate = replace(number.estimate, p=p, method=f"{method}, which {keeps}")
            label = f"{number.label}, adjusted ({name})"
            one = replace(
                number, id=joined(number.id, part), label=label, estimate=estimate, standing="companion"
            )
            adjusted[number.id].append(one)
    return tuple(
        replace(
            result,
            numbers=(
                *result.numbers,
                *(one for number in promised_tests(result) for one in adjusted[number.id]),
            ),
        )
        for result in results
    )


def promised_tests(result: Result) -> list[Number]:
    """The promised tests of an analysis that gave a p."""
    return [one for one in result.numbers if one.standing == "promised" and one.estimate.p is not None]


def looks(results: Sequence[Result]) -> int:
    """How many p-values stand there that were not promised: companions and descriptions, none adjusted."""
    return sum(
        number.estimate.p is not None and number.standing != "promised" and not is_adjusted(number.id)
        for result in results
        for number in result.numbers
    )


def is_adjusted(id_: str) -> bool:
    """Whether a number is another's p, adjusted."""
    return id_.rpartition(".")[2] in WAYS
