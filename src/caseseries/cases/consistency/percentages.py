"""Percentages: a share that is not that of the count beside it, or that no whole number of patients gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from caseseries.cases.consistency.chance import CANNOT_BE, Chance
from caseseries.cases.consistency.question import Question
from caseseries.cases.series import CaseSeries
from caseseries.protocol.protocol import Protocol

PERCENT = r"(?P<percent>[0-9]{1,3}(?:\.[0-9]+)?)\s*%"
COUNT = r"(?P<count>[0-9]{1,6})\s*(?:/|of)\s*(?P<whole>[0-9]{1,6})"
PRINTED = tuple(
    re.compile(rf"(?<![\w.,/]){pattern}(?![\w/])")
    for pattern in (
        rf"{COUNT}\s*[\[(]\s*{PERCENT}\s*[\])]",
        rf"{PERCENT}\s*[\[(]\s*{COUNT}\s*[\])]",
        rf"{PERCENT}\s+of\s+(?P<whole>[0-9]{{1,6}})(?:\s+(?:patients|adults|children|women|men|cases))",
    )
)
"""3/16 (19%), 3 of 16 (19%), 19% (3/16), 19% of 16 patients."""
MOST_ROWS = 5_000
"""Longer sheets hold no printed text."""


def percentage_questions(cases: CaseSeries, protocol: Protocol) -> Iterator[Question]:
    """Percentages in columns of text.

    Source: Brown & Heathers, Soc Psychol Personal Sci 2017;8:363-369.
    """
    names = [one.name for one in protocol.variables if one.kind == "text" and cases.has(one.name)]
    for name in names if cases.n <= MOST_ROWS else ():
        for row, text in enumerate(cases.table[name]):
            for pattern in PRINTED if text and "%" in text else ():
                for match in pattern.finditer(text):
                    question = _question(cases, row, name, match)
                    if question:
                        yield question


def gives(percent: str, count: int, whole: int) -> bool:
    """Whether so many of so many is the printed percentage, by any usual rounding of its half."""
    printed = Decimal(percent)
    step = Fraction(10) ** int(printed.as_tuple().exponent)
    return abs(Fraction(100 * count, whole) - Fraction(printed)) <= step / 2


def share_possible(percent: str, whole: int) -> float:
    """The share of all percentages with so many digits that some whole number of `whole` gives."""
    digits = max(-int(Decimal(percent).as_tuple().exponent), 0)
    steps = int(100 * 10**digits)
    if whole >= steps:
        return 1.0
    given = {round(Fraction(steps * count, whole)) for count in range(whole + 1)}
    return len(given) / (steps + 1.0)


def _question(cases: CaseSeries, row: int, name: str, match: re.Match[str]) -> Question | None:
    percent, whole = match["percent"], int(match["whole"])
    count = match.groupdict().get("count")
    if not whole:
        return None
    near = round(Fraction(percent) * whole / 100)
    who, cells = cases.patients[row], (cases.origin(row, name),)
    if count is not None and not gives(percent, int(count), whole):
        ours = f"{100 * int(count) / whole:.1f}"
        sentence = f'"{match[0]}" (patient {who}): {count} of {whole} is {ours} %, not {percent} %.'
        why = "The count, the whole or the percentage is another."
        return Question("percentage", sentence, why, (who,), cells, CANNOT_BE)
    if count is None and not any(gives(percent, near + step, whole) for step in (-1, 0, 1)):
        possible = share_possible(percent, whole)
        sentence = f'"{match[0]}" (patient {who}): no whole number of {whole} is {percent} %.'
        why = "The percentage is of another whole, or a slip."
        chance = (
            f"Whole numbers of {whole} give {100 * possible:.0f} % of all percentages with so many digits."
        )
        return Question("percentage", sentence, why, (who,), cells, Chance(0.0, chance))
    return None
